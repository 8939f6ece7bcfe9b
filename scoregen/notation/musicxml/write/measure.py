"""One <measure> of one part: signatures, voices with their attachments, barlines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.write.accidentals import visible_accidentals
from scoregen.notation.musicxml.write.directions import Attachment, attachments, with_attachments
from scoregen.notation.musicxml.write.elements import add
from scoregen.notation.musicxml.write.signatures import change_clefs, first_attributes, insert_changes, signatures
from scoregen.notation.musicxml.write.spanners import paired_ties
from scoregen.notation.musicxml.write.voice import (
    Frame,
    PartContext,
    TimedElement,
    document_voice_numbers,
    ticks,
    write_voice,
)
from scoregen.score.arrangement.clefs import clefs_by_measure
from scoregen.score.directions import FiguredBass
from scoregen.score.elements import Clef, Measure, Part, Score, Slot, Voice
from scoregen.score.timeline import measure_onsets, metrical_starts
from scoregen.system.errors import Place, RefusedError

MAX_OUTPUT_DIVISIONS = 16383
BAR_STYLES = (
    *("regular", "dotted", "dashed", "heavy", "light-light", "light-heavy", "heavy-light", "heavy-heavy", "tick"),
    *("short", "none"),
)


def divisions_for(score: Score, part_ids: Iterable[str]) -> int:
    """The least divisions per quarter that express every length of these parts."""
    chosen = set(part_ids)
    denominators = {1}
    for measure in score.measures:
        denominators.add(measure.duration.denominator)
        denominators.update(tempo.onset.denominator for tempo in measure.tempos)
        denominators.update(change.onset.denominator for change in measure.changes)
        for voice in measure.voices:
            if voice.slot.part in chosen:
                denominators.update(element.duration.denominator for element in voice.elements)
    return math.lcm(*denominators)


def part_divisions(score: Score, *, directions: bool = False) -> Mapping[str, int]:
    """Divisions by part: one number for the score, or one for each part if that is too large.

    With `directions` it also expresses their onsets, unless that is too large.
    """
    ids = [part.id for part in score.parts]
    common = divisions_for(score, ids)
    if directions and (finer := math.lcm(common, *_direction_denominators(score))) <= MAX_OUTPUT_DIVISIONS:
        common = finer
    if common <= MAX_OUTPUT_DIVISIONS:
        return dict.fromkeys(ids, common)
    return {part_id: check_divisions(divisions_for(score, [part_id]), part_id) for part_id in ids}


def _direction_denominators(score: Score) -> set[int]:
    ends = {spanner.end.onset for measure in score.measures for spanner in measure.spanners}
    onsets = {
        item.onset
        for measure in score.measures
        for item in (*measure.directions, *measure.chord_symbols, *measure.spanners)
    }
    figured = {
        direction.value.duration
        for measure in score.measures
        for direction in measure.directions
        if isinstance(direction.value, FiguredBass) and direction.value.duration is not None
    }
    return {onset.denominator for onset in onsets | ends | figured}


def check_divisions(divisions: int, part_id: str) -> int:
    if divisions > MAX_OUTPUT_DIVISIONS:
        raise RefusedError(
            f"its note lengths need {divisions} divisions per quarter;"
            f" MusicXML readers accept {MAX_OUTPUT_DIVISIONS} at most",
            Place(part=part_id),
        )
    return divisions


def part_context(
    score: Score, part: Part, divisions: int, instrument_ids: Mapping[str, str] | None = None
) -> PartContext:
    """The values that writing a part needs."""
    return PartContext(
        part, divisions, visible_accidentals(score, part), paired_ties(score, part.id), instrument_ids or {}
    )


def write_part(score: Score, context: PartContext, part_id: str, *, is_first_part: bool = False) -> etree._Element:
    """A whole <part>; the first part has the tempo marks and all else that holds for all parts."""
    element = etree.Element("part", {"id": part_id})
    attached = attachments(score, context.part, is_first_part=is_first_part)
    clefs = clefs_by_measure(score, context.part)
    for index, places in enumerate(zip(measure_onsets(score), metrical_starts(score), strict=True)):
        own = replace(context, part=replace(context.part, clefs=clefs[index]))
        written = _write_measure(score, index, own, places, attached[index], is_first_part, clefs[max(0, index - 1)])
        element.append(written)
    return element


def frame_for(
    slot: Slot, measure: Measure, index: int, context: PartContext, places: tuple[Fraction, Fraction], voice: str
) -> Frame:
    """The frame of a voice; `places` are the start of the measure in the score and in its metre."""
    part = context.part
    staff = str(slot.staff) if part.staves > 1 else None
    return Frame(context, measure, index, *places, voice, staff, part.clefs[slot.staff - 1])


def write_voices(
    measure: Measure, index: int, context: PartContext, places: tuple[Fraction, Fraction]
) -> list[list[TimedElement]]:
    """The voices of a part, each from the start of the measure; a staff without voices gets a rest."""
    written = []
    voices = voices_of(measure, context.part)
    numbers = document_voice_numbers([voice.slot for voice in voices], measure)
    for voice in voices:
        frame = frame_for(voice.slot, measure, index, context, places, numbers[voice.slot])
        written.append(write_voice(voice, frame))
    return written


def backup(length: Fraction, divisions: int) -> etree._Element:
    element = etree.Element("backup")
    add(element, "duration", ticks(length, divisions))
    return element


def measure_element(measure: Measure, *, is_anacrusis: bool) -> etree._Element:
    """An empty <measure>; an anacrusis with the number 0 is implicit."""
    element = etree.Element("measure", {"number": measure.number})
    if measure.implicit or (is_anacrusis and measure.number == "0"):
        element.set("implicit", "yes")
    return element


def left_barline(measure: Measure, previous: Measure | None, *, is_first_part: bool = True) -> etree._Element | None:
    """The left barline, if it has content; an ending is printed above the first part only."""
    opens = _opens_ending(measure, previous)
    if not (opens or measure.repeat_start):
        return None
    element = etree.Element("barline", {"location": "left"})
    if measure.repeat_start:
        add(element, "bar-style", "heavy-light")
    if opens:
        _ending(element, measure, "start", is_first_part)
    if measure.repeat_start:
        add(element, "repeat", attributes={"direction": "forward"})
    return element


def right_barline(measure: Measure, following: Measure | None, *, is_first_part: bool = True) -> etree._Element | None:
    """The right barline; a regular barline at the end of a piece becomes light-heavy."""
    closes = _opens_ending(measure, following)
    repeats = measure.barline.repeat_times
    style = measure.barline.style if measure.barline.style in BAR_STYLES else "regular"
    if following is None and style == "regular" and not repeats:
        style = "light-heavy"
    if style == "regular" and not (closes or repeats):
        return None
    element = etree.Element("barline", {"location": "right"})
    if style != "regular":
        add(element, "bar-style", style)
    if closes:
        _ending(element, measure, "stop" if repeats or style != "regular" else "discontinue", is_first_part)
    if repeats:
        times = {"times": str(repeats)} if repeats != 2 else {}
        add(element, "repeat", attributes={"direction": "backward", **times})
    return element


def _write_measure(
    score: Score,
    index: int,
    context: PartContext,
    places: tuple[Fraction, Fraction],
    attached: Sequence[Attachment],
    is_first_part: bool,
    clefs_before: Sequence[Clef],
) -> etree._Element:
    measure = score.measures[index]
    previous = score.measures[index - 1] if index else None
    following = score.measures[index + 1] if index + 1 < len(score.measures) else None
    element = measure_element(measure, is_anacrusis=index == 0 and score.has_anacrusis)
    if is_first_part and measure.break_before is not None:
        add(element, "print", attributes={f"new-{measure.break_before}": "yes"})
    _append(element, left_barline(measure, previous, is_first_part=is_first_part))
    attributes = signatures(measure, previous, context.part) if index else first_attributes(measure, context)
    change_clefs(attributes, clefs_before, context.part)
    _append(element, attributes if len(attributes) else None)
    voices = write_voices(measure, index, context, places)
    attach(voices, measure, context, attached)
    append_voices(element, voices, measure, context.divisions)
    insert_changes(element, measure, context)
    _append(element, right_barline(measure, following, is_first_part=is_first_part))
    return element


def attach(
    voices: list[list[TimedElement]], measure: Measure, context: PartContext, attached: Sequence[Attachment]
) -> None:
    """Insert the attachments into the first voice of their staff."""
    staves = [voice.slot.staff for voice in voices_of(measure, context.part)]
    for staff in sorted({item.staff for item in attached}):
        order, own = staves.index(staff), [item for item in attached if item.staff == staff]
        voices[order] = list(with_attachments(voices[order], own, measure.duration, context.divisions))


def append_voices(
    element: etree._Element, voices: Sequence[Iterable[TimedElement]], measure: Measure, divisions: int
) -> None:
    """Append the voices, with a <backup> to the start of the measure between them."""
    for order, voice in enumerate(voices):
        if order:
            element.append(backup(measure.duration, divisions))
        element.extend([timed.element for timed in voice])


def _append(parent: etree._Element, child: etree._Element | None) -> None:
    if child is not None:
        parent.append(child)


def voices_of(measure: Measure, part: Part) -> list[Voice]:
    """The part's voices in order, with a blank one for each staff without voices."""
    own = [voice for voice in measure.voices if voice.slot.part == part.id]
    silent_staves = set(range(1, part.staves + 1)) - {voice.slot.staff for voice in own}
    own += [Voice(Slot(part.id, staff), origin="blank") for staff in silent_staves]
    return sorted(own, key=lambda voice: voice.slot)


def _opens_ending(measure: Measure, neighbour: Measure | None) -> bool:
    """Whether an ending begins or stops at the barline to that neighbour."""
    return bool(measure.endings) and (neighbour is None or neighbour.endings != measure.endings)


def _ending(barline: etree._Element, measure: Measure, kind: str, is_first_part: bool) -> None:
    hidden = {} if is_first_part else {"print-object": "no"}
    number = ", ".join(map(str, measure.endings))
    add(barline, "ending", attributes={"number": number, "type": kind, **hidden})
