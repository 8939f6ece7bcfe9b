"""Attaches the texts, decorations and slurs of an ABC voice to the measures of a score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.notation.interchange.abc_fields import chord_symbol
from scoregen.notation.interchange.abc_tune import Event
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.directions import (
    DYNAMIC_MARKS,
    Direction,
    Dynamic,
    RehearsalMark,
    RepeatMark,
    RepeatMarkType,
    Words,
)
from scoregen.score.elements import Slot
from scoregen.score.spanners import End, Slur, Wedge, WedgeType

_ARTICULATIONS = {
    **{"staccato": "staccato", "accent": "accent", ">": "accent", "emphasis": "accent", "tenuto": "tenuto"},
    **{"marcato": "strong-accent", "^": "strong-accent", "wedge": "staccatissimo", "breath": "breath-mark"},
}
FERMATAS = ("fermata", "invertedfermata")
_JUMPS: Mapping[str, RepeatMarkType] = {
    **{"segno": "segno", "coda": "coda", "D.C.": "dacapo", "dacapo": "dacapo", "D.S.": "dalsegno"},
    **{"dalsegno": "dalsegno", "fine": "fine", "dacoda": "tocoda"},
    **{"D.C.alfine": "dacapo", "D.C.alcoda": "dacapo", "D.S.alfine": "dalsegno", "D.S.alcoda": "dalsegno"},
}
_HAIRPINS: Mapping[str, WedgeType] = {
    "crescendo(": "crescendo",
    "<(": "crescendo",
    "diminuendo(": "diminuendo",
    ">(": "diminuendo",
}
_HAIRPIN_ENDS = ("crescendo)", "<)", "diminuendo)", ">)")
_ANNOTATION = ("^", "_", "<", ">", "@")


_UNKNOWN, _NAMED, _MOST_NAMED = "of the chord symbol", 12, 4
"""Letters of a chord symbol that is not understood, and how many of them a notice names."""


@dataclass(slots=True)
class Marks:
    """What is attached to a measure, and what is still open in each line."""

    directions: list[Direction]
    symbols: list[ChordSymbol]
    spanners: dict[int, list[Slur | Wedge]]
    slurs: dict[Slot, list[tuple[int, Fraction]]]
    hairpins: dict[Slot, tuple[int, Fraction, WedgeType]]


def articulations(event: Event) -> tuple[str, ...]:
    """The decorations of an event that are articulations."""
    return tuple(dict.fromkeys(_ARTICULATIONS[sign] for sign in event.signs if sign in _ARTICULATIONS))


def attach(event: Event, slot: Slot, place: tuple[int, Fraction], marks: Marks, unread: Counter[str]) -> None:
    """The texts, decorations and slurs of an event."""
    index, onset = place
    part, staff = slot.part, slot.staff
    for text in event.texts:
        symbol = chord_symbol(text, onset, part) if not text.startswith(_ANNOTATION) else None
        if symbol is not None:
            marks.symbols.append(replace(symbol, staff=staff))
        elif words := text.lstrip("^_<>@").strip():
            if not text.startswith(_ANNOTATION):
                unread[_unknown_chord(words, unread)] += 1
            below = text.startswith("_")
            marks.directions.append(Direction(onset, Words(words), part, staff, "below" if below else "above"))
    for sign in event.signs:
        _attach_sign(sign, slot, place, marks, unread)
    opened = marks.slurs.setdefault(slot, [])
    opened.extend([place] * event.slurs)
    for _ in range(event.slur_ends):
        if opened:
            start, begin = opened.pop()
            slur = Slur(slot, begin, End(index - start, onset))
            marks.spanners.setdefault(start, []).append(slur)


def _unknown_chord(text: str, unread: Counter[str]) -> str:
    """The kind of a chord symbol that is not understood and kept as words; the first ones are named."""
    kind = f"{_UNKNOWN} {text[:_NAMED]!r} (printed as words)"
    named = sum(other.startswith(_UNKNOWN) for other in unread)
    return kind if kind in unread or named < _MOST_NAMED else "other unknown chord symbol"


def _attach_sign(sign: str, slot: Slot, place: tuple[int, Fraction], marks: Marks, unread: Counter[str]) -> None:
    index, onset = place
    part, staff = slot.part, slot.staff
    leads = slot == Slot("P1", 1, 1)
    if sign in DYNAMIC_MARKS:
        marks.directions.append(Direction(onset, Dynamic(sign), part, staff))
    elif sign in _HAIRPINS:
        marks.hairpins[slot] = (index, onset, _HAIRPINS[sign])
    elif sign in _HAIRPIN_ENDS and slot in marks.hairpins:
        start, begin, kind = marks.hairpins.pop(slot)
        wedge = Wedge(part, begin, End(index - start, onset), kind, staff)
        marks.spanners.setdefault(start, []).append(wedge)
    elif sign.startswith("part ") or sign in _JUMPS:
        if leads:
            value = RepeatMark(_JUMPS[sign]) if sign in _JUMPS else RehearsalMark(sign.removeprefix("part "))
            marks.directions.append(Direction(onset, value))
    elif sign not in FERMATAS and sign not in _ARTICULATIONS:
        unread["ornament or other sign"] += 1
