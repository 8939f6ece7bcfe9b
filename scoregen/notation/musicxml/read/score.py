"""score-partwise MusicXML text to a `Score` at sounding pitch.

Steps: the `header`; then each part measure by measure (`measure`, with its state in `attributes` and its notes
in `notes`); strands (`voices`); and the columns of all parts (`columns`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from lxml import etree

from scoregen.notation.musicxml.document import open_document
from scoregen.notation.musicxml.read.attributes import PartState, read_divisions
from scoregen.notation.musicxml.read.columns import Share, join_parts, of_one_metre
from scoregen.notation.musicxml.read.header import PartHeader, read_metadata, read_part_list
from scoregen.notation.musicxml.read.measure import read_measure
from scoregen.notation.musicxml.read.part_measure import PartMeasure
from scoregen.notation.musicxml.read.spanners import StrandKey, paired_spanners
from scoregen.notation.musicxml.read.values import Exact
from scoregen.notation.musicxml.read.voices import voice_numbers
from scoregen.notation.musicxml.tree import parse
from scoregen.score.elements import Clef, Instrument, Measure, Part, Score, Slot
from scoregen.score.pitch import UNISON
from scoregen.system.errors import InputError, Place, ReadError


@dataclass(frozen=True, slots=True)
class _PartReading:
    """A part with all its measures, before the parts are joined."""

    part: Part
    measures: tuple[PartMeasure, ...]
    slots: dict[StrandKey, Slot]


def read_file(path: Path) -> Score:
    """Read a .musicxml, .xml or .mxl file; like `load_document` and `read_musicxml`, but parsed once."""
    document = open_document(path)
    return _read_root(document.root, document.text, str(path))


def read_file_by_measures(path: Path) -> tuple[Score, dict[int, str]]:
    """The same, but where parts have different metres at once only those with the commonest metre are read.

    The reasons are given by the index of the measure.
    """
    document, left_out = open_document(path), dict[int, str]()
    return _read_root(document.root, document.text, str(path), left_out), left_out


def read_musicxml(text: bytes, file: str) -> Score:
    """Read score-partwise MusicXML; `Score.document` keeps the text.

    Raises ReadError for a broken text and RefusedError for music that a `Score` cannot represent, with file,
    part and measure.
    """
    root = parse(text, file)
    if root.tag != "score-partwise":
        raise ReadError(f"the root element is <{root.tag}>; expected <score-partwise>", Place(file))
    return _read_root(root, text, file)


def _read_root(root: etree._Element, text: bytes, file: str, left_out: dict[int, str] | None = None) -> Score:
    """The score of a document; what has different metres at once is refused, or with `left_out` left out."""
    try:
        headers, metadata = read_part_list(root), read_metadata(root)
    except InputError as error:
        raise type(error)(error.message, Place(file)) from None
    readings = _read_parts(root, headers, file)
    measures = tuple(_read_columns(readings, file, left_out))
    if not measures:
        raise ReadError("the score has no measure; expected one at least", Place(file))
    return Score(tuple(reading.part for reading in readings), measures, metadata, document=text)


def _read_parts(root: etree._Element, headers: Sequence[PartHeader], file: str) -> list[_PartReading]:
    """The parts in the order of the part list; parts missing there come last."""
    bodies: dict[str, etree._Element] = {}
    for element in root.iterfind("part"):
        part_id = element.get("id", "")
        if part_id in bodies:
            raise ReadError("the score has this part twice; every id must be unique", Place(file, part_id))
        bodies[part_id] = element
    known = {header.id for header in headers}
    every = [*headers, *(PartHeader(part_id) for part_id in bodies if part_id not in known)]
    if not bodies:
        raise ReadError("the score has no part", Place(file))
    divisions = _first_divisions(root, file)
    return [_read_part(header, bodies.get(header.id), divisions, file) for header in every]


def _first_divisions(root: etree._Element, file: str) -> Exact:
    """The divisions of a part without <divisions>: the first in the document, else 1."""
    first = root.find("part/measure/attributes/divisions")
    try:
        return read_divisions(first) if first is not None else 1
    except InputError as error:
        raise type(error)(error.message, Place(file)) from None


def _read_part(header: PartHeader, body: etree._Element | None, divisions: Exact, file: str) -> _PartReading:
    state = PartState(divisions, instrument_names=dict(header.instrument_names), part=header.id)
    elements = body.findall("measure") if body is not None else []
    measures = [_read_measure(element, state, index, header.id, file) for index, element in enumerate(elements)]
    numbers = voice_numbers(strand.key for measure in measures for strand in measure.strands)
    slots = {key: Slot(header.id, key[0], number) for key, number in numbers.items()}
    spanners = paired_spanners([measure.ends for measure in measures], header.id, slots)
    for index, begun in spanners.items():
        measures[index] = replace(measures[index], spanners=begun)
    return _PartReading(_part(header, state, slots), tuple(measures), slots)


def _read_measure(element: etree._Element, state: PartState, index: int, part: str, file: str) -> PartMeasure:
    try:
        return read_measure(element, state, index)
    except InputError as error:
        place = Place(file, part, (element.get("number") or str(index + 1))[:40])
        raise type(error)(error.message, place) from None


def _part(header: PartHeader, state: PartState, slots: dict[StrandKey, Slot]) -> Part:
    staves = max([state.staves, *state.clefs, *(slot.staff for slot in slots.values())])
    return Part(
        id=header.id,
        name=header.name,
        abbreviation=header.abbreviation,
        clefs=tuple(state.clefs.get(staff, Clef()) for staff in range(1, staves + 1)),
        instrument=_instrument(header.instrument, state) if header.instrument is not None else None,
        transposition=state.first_transposition or UNISON,
        group=header.group,
        other_instruments=tuple(_instrument(other, state) for other in header.other_instruments),
        hidden=frozenset(staff for staff, shown in state.shown.items() if not shown and staff <= staves),
    )


def _instrument(instrument: Instrument, state: PartState) -> Instrument:
    """A percussion clef makes a percussion instrument."""
    if not any(clef.sign == "percussion" for clef in state.clefs.values()):
        return instrument
    return replace(instrument, percussion=True)


def _read_columns(readings: Sequence[_PartReading], file: str, left_out: dict[int, str] | None) -> list[Measure]:
    """One measure per column; a part that ends early has no share in the rest."""
    slots = {reading.part.id: reading.slots for reading in readings}
    names = [reading.part.id for reading in readings]
    columns = [
        [(name, share) for name, share in zip(names, column, strict=True) if share is not None]
        for column in zip_longest(*(reading.measures for reading in readings))
    ]
    if left_out is not None:
        columns = _without_other_metres(columns, left_out)
    return [_join(shares, slots, index == len(columns) - 1, file) for index, shares in enumerate(columns)]


def _without_other_metres(columns: Sequence[Sequence[Share]], left_out: dict[int, str]) -> list[list[Share]]:
    kept = [of_one_metre(shares) for shares in columns]
    left_out.update({index: reason for index, (_, reason) in enumerate(kept) if reason})
    return [shares for shares, _ in kept]


def _join(shares: Sequence[Share], slots: dict[str, dict[StrandKey, Slot]], is_last: bool, file: str) -> Measure:
    try:
        return join_parts(shares, slots, is_last)
    except InputError as error:
        raise type(error)(error.message, Place(file, measure=shares[0][1].number)) from None
