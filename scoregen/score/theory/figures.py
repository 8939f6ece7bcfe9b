"""Figured bass: the text of figures, and the chord that they ask for over a bass note.

Figures name intervals over the bass; usual ones are left out (6 is 6 3, 65 is 6 5 3, 43 is 6 4 3, 2 is 6 4 2, no figure
is 5 3). A sign alone belongs to the third. A sharp, a plus or a stroke raises the note of the key signature, a flat
lowers it, a natural cancels its sign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from scoregen.score.directions import Figure
from scoregen.score.keys import KeySignature
from scoregen.score.pitch import STEPS, Pitch
from scoregen.score.theory.symbol_tones import ChordTones

_SIGNS: Mapping[str, str] = MappingProxyType(
    {"#": "sharp", "♯": "sharp", "x": "double-sharp", "b": "flat", "♭": "flat", "bb": "flat-flat", "n": "natural"}
)
_MORE_SIGNS = {"♮": "natural", "+": "plus", "": ""}
_FIGURE = re.compile(r"(?P<prefix>bb|[#♯xb♭n♮+]?)(?P<number>1[0-3]|[2-9])?(?P<suffix>bb|[#♯xb♭n♮+]?)")
_RAISES = frozenset({"sharp", "plus", "slash", "back-slash", "vertical", "sharp-sharp", "double-sharp"})
_LOWERS = frozenset({"flat", "flat-flat"})
_DOUBLE = frozenset({"sharp-sharp", "double-sharp", "flat-flat"})
_FULL: Mapping[tuple[int, ...], tuple[int, ...]] = MappingProxyType(
    {
        **{(): (3, 5), (3,): (3, 5), (5,): (3, 5), (6,): (3, 6), (7,): (3, 5, 7), (9,): (3, 5, 9), (2,): (2, 4, 6)},
        **{(5, 6): (3, 5, 6), (3, 4): (3, 4, 6), (2, 4): (2, 4, 6), (4,): (4, 5), (4, 7): (4, 5, 7), (2, 7): (2, 4, 7)},
        **{(5, 7): (3, 5, 7), (3, 7): (3, 5, 7), (7, 9): (3, 5, 7, 9), (2, 6): (2, 4, 6), (3, 9): (3, 5, 9)},
    }
)
"""By the figures that are written: all that are meant. Any other row is complete as it is."""
_ROOTS: Mapping[tuple[int, ...], int] = MappingProxyType(
    {(3, 6): 6, (4, 6): 4, (3, 5, 6): 6, (3, 4, 6): 4, (2, 4, 6): 2}
)
"""By the intervals over the bass: that of the root, where it is not the bass."""
_SINGLE: Mapping[tuple[int, ...], tuple[int, ...]] = MappingProxyType({(3, 5, 6): (5,), (3, 4, 6): (3,)})
_DISSONANT = frozenset({2, 7, 9})
_SUSPENDED = 4


def read_figures(text: str) -> tuple[Figure, ...] | None:
    """The figures of one place, joined by `/`: `6/5`, `#`, `b7`, `6+`; `_` for none. None for anything else."""
    if text == "_":
        return ()
    found = [_FIGURE.fullmatch(each) for each in text.split("/")]
    if not all(match and match[0] for match in found):
        return None
    return tuple(
        Figure(int(match["number"]) if match["number"] else None, _sign(match["prefix"]), _sign(match["suffix"]))
        for match in found
        if match
    )


def _sign(text: str) -> str:
    return {**_SIGNS, **_MORE_SIGNS}[text]


def figured_tones(bass: Pitch, figures: Sequence[Figure], signature: KeySignature) -> ChordTones:
    """The chord of figures over a bass note; its members begin with the root."""
    signs = {figure.number or 3: figure.prefix or figure.suffix for figure in figures}
    written = tuple(sorted({_folded(number) for number in signs}))
    intervals = _FULL.get(written, written)
    tones = {each: _tone(bass, each, _sign_of(each, signs), signature) for each in intervals}
    root = _ROOTS.get(intervals)
    lowest = bass.fifths
    rest = tuple(dict.fromkeys((lowest, *tones.values())))
    members = (tones[root], *(tone for tone in rest if tone != tones[root])) if root else rest
    named = [tone for each, tone in tones.items() if each != 5 or intervals not in ((3, 5), (3, 5, 7), (3, 5, 9))]
    once = (*_SINGLE.get(intervals, ()), *_DISSONANT, _suspended(intervals))
    raised = [each for each in intervals if _sign_of(each, signs) in _RAISES and each in (3, 6)]
    single = {tones[each] for each in (*once, *raised) if each in tones}
    return ChordTones(members, tuple(named), lowest, tuple(single))


def _folded(number: int) -> int:
    """The interval within a ninth: 10 is 3, 8 says nothing new."""
    return number if number <= 9 else number - 7


def _suspended(intervals: tuple[int, ...]) -> int:
    return _SUSPENDED if 3 not in intervals and 6 not in intervals else 0


def _sign_of(interval: int, signs: Mapping[int, str]) -> str:
    return next((sign for number, sign in signs.items() if _folded(number) == interval), "")


def _tone(bass: Pitch, interval: int, sign: str, signature: KeySignature) -> int:
    """The position of an interval over the bass on the line of fifths."""
    step = STEPS[(STEPS.index(bass.step) + interval - 1) % 7]
    own = bass.alter if interval in (1, 8) else signature.alter(step)
    return Pitch(step, _altered(int(own), sign), 4).fifths


def _altered(own: int, sign: str) -> int:
    """The alteration of a step of the key signature under a sign."""
    if sign in _RAISES | _LOWERS:
        step = 1 if sign in _RAISES else -1
        return 2 * step if sign in _DOUBLE else own + step
    return 0 if sign == "natural" else own
