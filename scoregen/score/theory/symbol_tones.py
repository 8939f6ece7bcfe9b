"""The tones of a chord symbol: which pitches it allows, which must sound, and which is in the bass.

Positions are on the line of fifths, so spelling counts: the third of D flat major is F, that of C sharp major E sharp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from scoregen.score.chord_symbols import ChordSymbol, Degree, SpelledPitchClass
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import MEMBERS

_SCALE = (0, 2, 4, -1, 1, 3, -2)
"""The degrees 1 to 7 above the root as symbols count them: major, with a minor seventh."""
_NINTH, _ELEVENTH, _THIRTEENTH = 2, -1, 3

SYMBOL_MEMBERS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        **MEMBERS,
        "power": (0, 1),
        "suspended-second": (0, 2, 1),
        "suspended-fourth": (0, -1, 1),
        "major-sixth": (0, 4, 1, 3),
        "minor-sixth": (0, -3, 1, 3),
        "dominant-ninth": (*MEMBERS["dominant"], _NINTH),
        "major-ninth": (*MEMBERS["major-seventh"], _NINTH),
        "minor-ninth": (*MEMBERS["minor-seventh"], _NINTH),
        "dominant-11th": (*MEMBERS["dominant"], _NINTH, _ELEVENTH),
        "major-11th": (*MEMBERS["major-seventh"], _NINTH, _ELEVENTH),
        "minor-11th": (*MEMBERS["minor-seventh"], _NINTH, _ELEVENTH),
        "dominant-13th": (*MEMBERS["dominant"], _NINTH, _THIRTEENTH),
        "major-13th": (*MEMBERS["major-seventh"], _NINTH, _THIRTEENTH),
        "minor-13th": (*MEMBERS["minor-seventh"], _NINTH, _THIRTEENTH),
        "Neapolitan": MEMBERS["major"],
        "pedal": (0,),
    }
)
"""By MusicXML's name of the kind: the root, the third or its suspension, the fifth, and what is above."""


@dataclass(frozen=True, slots=True)
class ChordTones:
    """The tones of a chord as positions on the line of fifths.

    `members` are all that may sound. `essential` are those without which it is another chord, most important first:
    the third, the seventh and what is above; the fifth only if it is altered. `bass` is the lowest.
    """

    members: tuple[int, ...]
    essential: tuple[int, ...]
    bass: int


def chord_tones(symbol: ChordSymbol) -> ChordTones | None:
    """The tones of a symbol; None for "no chord", and for a kind or an alteration that is not understood."""
    above = SYMBOL_MEMBERS.get(symbol.kind)
    if above is None or not _is_whole(symbol):
        return None
    root = position(symbol.root)
    for degree in symbol.degrees:
        above = _with_degree(above, degree)
    essential = tuple(root + tone for tone in (*above[1:2], *above[3:], *above[2:3]) if tone not in (0, 1))
    bass = _bass(symbol, root, above)
    members = tuple(dict.fromkeys((*(root + tone for tone in above), bass)))
    return ChordTones(members, essential, bass)


def position(name: SpelledPitchClass) -> int:
    """The position of a pitch class with a whole alteration on the line of fifths; C is 0."""
    return Pitch(name.step, int(name.alter), 4).fifths


def _is_whole(symbol: ChordSymbol) -> bool:
    alters = (symbol.root.alter, *(degree.alter for degree in symbol.degrees), *(symbol.bass or ())[1:])
    return all(Fraction(alter).denominator == 1 for alter in alters)


def _bass(symbol: ChordSymbol, root: int, above: tuple[int, ...]) -> int:
    if symbol.bass is not None:
        return position(symbol.bass)
    inversion = symbol.inversion or 0
    return root + above[inversion] if inversion < len(above) else root


def _with_degree(above: tuple[int, ...], degree: Degree) -> tuple[int, ...]:
    """The tones after one degree is added, altered or left out; seven fifths are a semitone of the same step."""
    natural = _SCALE[(degree.value - 1) % 7]
    tone = natural + 7 * int(degree.alter)
    same_step = [own for own in above if (own - natural) % 7 == 0]
    if degree.type == "add":
        return tuple(dict.fromkeys((*above, tone)))
    kept = tuple(own for own in above if own not in same_step)
    if degree.type == "subtract":
        return kept or above
    place = above.index(same_step[0]) if same_step else len(kept)
    return (*kept[:place], tone, *kept[place:])
