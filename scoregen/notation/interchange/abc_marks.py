"""Attaches the texts, decorations and slurs of an ABC voice to the measures of a score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.notation.interchange.abc_fields import chord_symbol
from scoregen.notation.interchange.abc_tune import AbcTune, Event
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
    **{"slide": "scoop", "trill": "trill-mark", "turn": "turn", "invertedturn": "inverted-turn"},
    **{"mordent": "mordent", "lowermordent": "mordent", "uppermordent": "inverted-mordent"},
    **{"pralltriller": "inverted-mordent", "upbow": "up-bow", "downbow": "down-bow", "open": "open-string"},
    **{"thumb": "thumb-position", "snap": "snap-pizzicato", "plus": "stopped", "+": "stopped"},
}
"""MusicXML's names of articulations, ornaments and playing techniques."""
_SYMBOLS = {"roll": "~"}
"""Decorations that are printed as texts above the staff: MusicXML has no such ornament."""
FERMATAS = ("fermata", "invertedfermata")
_JUMPS: Mapping[str, RepeatMarkType] = {
    **{"segno": "segno", "coda": "coda", "D.C.": "dacapo", "dacapo": "dacapo", "D.S.": "dalsegno"},
    **{"dalsegno": "dalsegno", "fine": "fine", "dacoda": "tocoda"},
    **{"D.C.alfine": "dacapo", "D.C.alcoda": "dacapo", "D.S.alfine": "dalsegno", "D.S.alcoda": "dalsegno"},
}
_PRINTED = {
    **{"D.C.alfine": "D.C. al Fine", "D.C.alcoda": "D.C. al Coda"},
    **{"D.S.alfine": "D.S. al Fine", "D.S.alcoda": "D.S. al Coda"},
}
"""The words of jumps whose usual words say less."""
END_SIGNS = tuple(sign for sign in _JUMPS if sign not in ("segno", "coda"))
"""Decorations that end a measure if a barline follows them."""
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


def is_of_a_note(sign: str) -> bool:
    """Whether a decoration is a mark of a note itself."""
    return sign in _ARTICULATIONS or sign in FERMATAS


def attach(event: Event, slot: Slot, place: tuple[int, Fraction], marks: Marks, tune: AbcTune) -> None:
    """The texts, decorations and slurs of an event."""
    index, onset = place
    attach_texts(event.texts, slot, place, marks, tune)
    for sign in event.signs:
        attach_sign(sign, slot, place, marks, tune)
    opened = marks.slurs.setdefault(slot, [])
    opened.extend([place] * event.slurs)
    for _ in range(event.slur_ends):
        if opened:
            start, begin = opened.pop()
            slur = Slur(slot, begin, End(index - start, onset))
            marks.spanners.setdefault(start, []).append(slur)


def attach_texts(texts: Sequence[str], slot: Slot, place: tuple[int, Fraction], marks: Marks, tune: AbcTune) -> None:
    """Texts at a place: chord symbols, and words above or below the staff."""
    index, onset = place
    part, staff = slot.part, slot.staff
    for text in texts:
        symbol = chord_symbol(text, onset, part) if not text.startswith(_ANNOTATION) else None
        if symbol is not None:
            marks.symbols.append(replace(symbol, staff=staff))
        elif words := text.lstrip("^_<>@").strip():
            if not text.startswith(_ANNOTATION):
                tune.leave_out(_unknown_chord(words, tune.unread), index)
            below = text.startswith("_")
            marks.directions.append(Direction(onset, Words(words), part, staff, "below" if below else "above"))


def _unknown_chord(text: str, unread: Counter[str]) -> str:
    """The kind of a chord symbol that is not understood and kept as words; the first ones are named."""
    kind = f"{_UNKNOWN} {text[:_NAMED]!r} (printed as words)"
    named = sum(other.startswith(_UNKNOWN) for other in unread)
    return kind if kind in unread or named < _MOST_NAMED else "other unknown chord symbol"


def attach_sign(sign: str, slot: Slot, place: tuple[int, Fraction], marks: Marks, tune: AbcTune) -> None:
    """A decoration at a place; those of a note itself are its articulations and fermatas."""
    index, onset = place
    part, staff = slot.part, slot.staff
    if sign in DYNAMIC_MARKS:
        marks.directions.append(Direction(onset, Dynamic(sign), part, staff))
    elif sign in _HAIRPINS:
        marks.hairpins[slot] = (index, onset, _HAIRPINS[sign])
    elif sign in _HAIRPIN_ENDS and slot in marks.hairpins:
        start, begin, kind = marks.hairpins.pop(slot)
        wedge = Wedge(part, begin, End(index - start, onset), kind, staff)
        marks.spanners.setdefault(start, []).append(wedge)
    elif sign.startswith("part ") or sign in _JUMPS:
        mark = (
            RepeatMark(_JUMPS[sign], _PRINTED.get(sign))
            if sign in _JUMPS
            else RehearsalMark(sign.removeprefix("part "))
        )
        if (direction := Direction(onset, mark)) not in marks.directions:  # every voice may have it
            marks.directions.append(direction)
    elif sign in _SYMBOLS:
        marks.directions.append(Direction(onset, Words(_SYMBOLS[sign]), part, staff, "above"))
    elif not is_of_a_note(sign):
        tune.leave_out("ornament or other sign", index)
