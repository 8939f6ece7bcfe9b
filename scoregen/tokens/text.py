"""Tokens as aligned text, one line per slice, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

from scoregen.score.elements import Slot
from scoregen.score.keys import MODES, Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import MEMBERS
from scoregen.system.errors import CONTENT_FAULTS, Place, ReadError
from scoregen.system.numbers import exact_number
from scoregen.tokens.event_tokens import event_tokens
from scoregen.tokens.events import Event, Harmony, Header, Kind, Slice, TokenMeasure, TokenScore
from scoregen.tokens.grammar import check
from scoregen.tokens.vocabulary import vocabulary

FORMAT = "scoregen tokens 1"


def render_text(tokens: TokenScore) -> str:
    """A table with a line for the header of each measure and for each slice, and a column for each voice."""
    rows: list[list[str] | str] = [["voices", *(slot_text(slot) for slot in tokens.slots)]]
    for measure in tokens.measures:
        rows.append(header_text(measure.header))
        rows += ([f"  @{piece.onset}", *map(event_text, piece.events)] for piece in measure.slices)
    columns = zip(*(row for row in rows if isinstance(row, list)), strict=True)
    widths = [max(map(len, column)) for column in columns]
    return "\n".join(row if isinstance(row, str) else _aligned(row, widths) for row in rows) + "\n"


def slot_text(slot: Slot) -> str:
    """The part id, and staff and voice unless both are 1: `P2.2.1`."""
    return slot.part if slot[1:] == (1, 1) else f"{slot.part}.{slot.staff}.{slot.voice}"


def header_text(head: Header) -> str:
    """`measure 12: 3/4, 2 sharps, minor, 1 quarter from 2, phrase ends at 1`."""
    items = [str(head.time), _key_text(head.key)]
    if head.duration != head.time.duration or head.start:
        unit = "quarter" if head.duration <= 1 else "quarters"
        items.append(f"{head.duration} {unit}" + (f" from {head.start}" if head.start else ""))
    if head.phrase_ends:
        items.append("phrase ends at " + ", ".join(map(str, head.phrase_ends)))
    return f"measure {head.number}: " + ", ".join(items)


def event_text(event: Event) -> str:
    """`hold`, `rest`, `absent`, `blank`, or the pitches from below, with `~` before one that continues: `~C4+E4`."""
    words = vocabulary()
    signs = (words.id("more"), words.id("tied"))
    ids = event_tokens(event)
    items = "".join(("" if token == signs[0] else words.token_text(token)) + _joint(token, signs) for token in ids)
    return items.removesuffix("+")


@lru_cache(maxsize=65536)  # a corpus repeats a few thousand events; equal ones share their memory
def event_from_text(text: str) -> Event:
    """The inverse of `event_text`; ReadError for anything else."""
    if text in ("hold", "rest", "absent", "blank"):
        return Event(cast("Kind", text))
    try:
        attacks = tuple(Pitch.parse(item) for item in text.split("+") if item[:1] != "~")
        held = tuple(Pitch.parse(item[1:]) for item in text.split("+") if item[:1] == "~")
    except ValueError as error:
        raise ReadError(f"{text!r} is not an event: {error}") from None
    return Event("attack", attacks, held)


def to_json(tokens: TokenScore) -> str:
    """One object: the name of the format, the slots, and a line for each measure."""
    measures = ",\n  ".join(json.dumps(_measure_object(measure), ensure_ascii=False) for measure in tokens.measures)
    slots = json.dumps([list(slot) for slot in tokens.slots])
    return f'{{"format": {json.dumps(FORMAT)},\n "slots": {slots},\n "measures": [\n  {measures}\n ]}}\n'


def from_json(text: str) -> TokenScore:
    """The inverse of `to_json`. ReadError if the text is not such an object or breaks the grammar."""
    try:
        tokens = from_object(json.loads(text))
    except CONTENT_FAULTS as error:
        raise ReadError(f"the text is not {FORMAT} in JSON: {type(error).__name__} {error}") from None
    check(tokens)
    return tokens


def to_object(tokens: TokenScore) -> dict[str, Any]:
    """The object of `to_json` as a plain value."""
    measures = [_measure_object(measure) for measure in tokens.measures]
    return {"format": FORMAT, "slots": [list(slot) for slot in tokens.slots], "measures": measures}


def from_object(value: Mapping[str, Any]) -> TokenScore:
    """The inverse of `to_object`, without a check of the grammar.

    ReadError for another format; KeyError, TypeError or ValueError for a value that is no such object.
    """
    if value["format"] != FORMAT:
        raise ReadError(f"the format is {value['format']!r}; expected {FORMAT!r}")
    slots = tuple(Slot(str(part), int(staff), int(voice)) for part, staff, voice in value["slots"])
    if any(slot.staff < 1 or slot.voice < 1 for slot in slots) or len(set(slots)) < len(slots):
        raise ValueError("a slot has no staff or no voice, or is named twice")
    return TokenScore(slots, tuple(_measure(item) for item in value["measures"]))


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _joint(token: int, signs: Sequence[int]) -> str:
    return "" if token in signs else "+"


def _key_text(key: KeySignature) -> str:
    count = abs(key.fifths)
    sign = "sharp" if key.fifths > 0 else "flat"
    text = f"{count} {sign}{'s' * (count > 1)}" if count else "no sharps or flats"
    return f"{text} ({key.mode})" if key.mode else text


def _measure_object(measure: TokenMeasure) -> dict[str, Any]:
    return header_object(measure.header) | {
        "slices": [[str(piece.onset), *map(event_text, piece.events)] for piece in measure.slices]
    }


def header_object(head: Header) -> dict[str, Any]:
    """The header of a measure as a plain value, without what follows from its time signature."""
    return dict(_header_items(head))


def _header_items(head: Header) -> Iterator[tuple[str, Any]]:
    yield from (("number", head.number), ("time", str(head.time)), ("fifths", head.key.fifths))
    optional = {
        "symbol": head.time.symbol,
        "mode": head.key.mode,
        "duration": str(head.duration) if head.duration != head.time.duration else None,
        "start": str(head.start) if head.start else None,
        "phrase_ends": [str(end) for end in head.phrase_ends],
        "harmony": [_chord_row(chord) for chord in head.harmony],
        "unplanned": [str(onset) for onset in head.unplanned],
    }
    yield from ((key, value) for key, value in optional.items() if value)


def _measure(item: Mapping[str, Any]) -> TokenMeasure:
    try:
        slices = tuple(Slice(_quarters(row[0]), tuple(map(event_from_text, row[1:]))) for row in item["slices"])
    except ReadError as error:
        raise ReadError(error.message, Place(measure=str(item["number"]))) from None
    return TokenMeasure(header_from_object(item), slices)


@lru_cache(maxsize=4096)
def _quarters(text: str) -> Fraction:
    return exact_number(text)


def header_from_object(item: Mapping[str, Any]) -> Header:
    """The inverse of `header_object`; KeyError, TypeError or ValueError for a value that is no such object."""
    plain = TimeSignature.parse(item["time"])
    time = TimeSignature(plain.beats, plain.beat_type, item.get("symbol"))
    return Header(
        str(item["number"]),
        time,
        KeySignature(int(item["fifths"]), item.get("mode")),
        _quarters(str(item.get("duration", time.duration))),
        _quarters(str(item.get("start", 0))),
        tuple(_quarters(str(end)) for end in item.get("phrase_ends", ())),
        tuple(map(_chord, item.get("harmony", ()))),
        tuple(_quarters(str(onset)) for onset in item.get("unplanned", ())),
    )


def _chord_row(chord: Harmony) -> list[str | int]:
    """A chord of a plan: onset, tonic on the line of fifths, mode, root, quality and inversion."""
    return [str(chord.onset), chord.key.tonic_fifths, chord.key.mode, chord.root, chord.quality, chord.inversion]


def _chord(row: Sequence[Any]) -> Harmony:
    """The inverse of `_chord_row`; ValueError for a chord that does not exist."""
    onset, tonic, mode, root, quality, inversion = row
    if quality not in MEMBERS or mode not in MODES or not 0 <= inversion < len(MEMBERS[quality]):
        raise ValueError(f"{row!r} is not a chord of a plan")
    return Harmony(_quarters(str(onset)), Key(int(tonic), mode), int(root), quality, int(inversion))
