"""The tones of a chord symbol: which pitches it allows, which must sound, and which is in the bass.

Positions are on the line of fifths, so spelling counts: the third of D flat major is F, that of C sharp major E sharp.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from scoregen.score.chord_symbols import ChordSymbol, Degree, SpelledPitchClass
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import CHORD_KINDS, MEMBERS, note_name
from scoregen.score.theory.chord_suffixes import read_suffix

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
_SUFFIXES = {
    "major-sixth": "6",
    "minor-sixth": "m6",
    "dominant-ninth": "9",
    "dominant-11th": "11",
    "dominant-13th": "13",
    "major-ninth": "maj9",
    "minor-ninth": "m9",
    "suspended-fourth": "sus4",
    "suspended-second": "sus2",
    "power": "5",
}


@dataclass(frozen=True, slots=True)
class ChordTones:
    """The tones of a chord as positions on the line of fifths.

    `members` are all that may sound. `essential` are those without which it is another chord, most important first:
    the third, the seventh, the root of an inversion, an altered fifth, then the highest degree above them. `bass` is
    the lowest. `single` are those that sound once: the third of a dominant, the root of a diminished chord, an
    augmented sixth, and a seventh with what is above it.
    """

    members: tuple[int, ...]
    essential: tuple[int, ...]
    bass: int
    single: tuple[int, ...] = ()


_MISNAMED: Mapping[str, str] = MappingProxyType({"minor-major": "major-minor", "diminished-minor": "half-diminished"})
"""Kinds that programs write although MusicXML has other names for them."""
_DOMINANT_THIRD, _SEVENTHS = 4, (-2, 5, -9)
_DIMINISHED, _AUGMENTED_SIXTH = (-3, -6), 10


def read_symbol(symbol: ChordSymbol) -> ChordSymbol:
    """The symbol with a kind of MusicXML: a wrong name is corrected, and the kind `other` is read from its text."""
    kind = _MISNAMED.get(symbol.kind, symbol.kind)
    if kind in SYMBOL_MEMBERS or kind == "none":
        return replace(symbol, kind=kind)
    found = read_suffix(symbol.text if symbol.text is not None else kind)
    return symbol if found is None else replace(symbol, kind=found[0], degrees=symbol.degrees or found[1])


def chord_tones(symbol: ChordSymbol) -> ChordTones | None:
    """The tones of a symbol; None for "no chord", and for a kind or an alteration that is not understood."""
    symbol = read_symbol(symbol)
    above = SYMBOL_MEMBERS.get(symbol.kind)
    if above is None or not _is_whole(symbol):
        return None
    root = position(symbol.root)
    for degree in symbol.degrees:
        above = _with_degree(above, degree)
    bass = _bass(symbol, root, above)
    weighty = (*above[1:2], *above[3:4], *(above[:1] if bass != root else ()), *above[2:3], *reversed(above[4:]))
    essential = tuple(root + tone for tone in weighty if tone != 1 and (tone or bass != root))
    members = tuple(dict.fromkeys((*(root + tone for tone in above), bass)))
    return ChordTones(members, essential, bass, tuple(root + tone for tone in _single(above)))


def _single(above: tuple[int, ...]) -> tuple[int, ...]:
    """The tones that are not doubled: a major third under a minor seventh, sevenths and all above them."""
    sevenths = [tone for tone in above[3:] if tone in _SEVENTHS]
    third = above[1:2] if _DOMINANT_THIRD in above[1:2] and -2 in sevenths else ()
    root = above[:1] if set(_DIMINISHED) <= set(above) else ()
    sixth = tuple(tone for tone in above if tone == _AUGMENTED_SIXTH)
    return (*root, *third, *sixth, *(above[3:] if sevenths else ()))


def symbol_text(symbol: ChordSymbol) -> str:
    """The symbol as a lead sheet prints it, such as `F#m7b5/A`."""
    kind = CHORD_KINDS.get(symbol.kind)
    suffix = symbol.text if symbol.text is not None else kind.suffix if kind else _SUFFIXES.get(symbol.kind, "")
    low = f"/{note_name(position(symbol.bass))}" if symbol.bass is not None else ""
    return f"{note_name(position(symbol.root))}{suffix}{low}"


def position(name: SpelledPitchClass) -> int:
    """The position of a pitch class with a whole alteration on the line of fifths; C is 0."""
    return Pitch(name.step, name.alter, 4).fifths


def pitch_class_at(place: int) -> SpelledPitchClass:
    """The pitch class at a position on the line of fifths, the inverse of `position`."""
    alter, step = divmod(place + 1, 7)
    return SpelledPitchClass("FCGDAEB"[step], alter)


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
