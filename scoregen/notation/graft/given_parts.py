"""Writes into the given parts of a document: generated voices, and measures appended at the end."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from lxml import etree

from scoregen.notation.graft.refill import TIMING, Run, divisions_change, refill, run_divisions
from scoregen.notation.graft.voices import GivenPart, MeasureState
from scoregen.notation.musicxml.insertion import insert, replace_children
from scoregen.notation.musicxml.write.directions import Attachment, attachments
from scoregen.notation.musicxml.write.elements import add
from scoregen.notation.musicxml.write.measure import (
    MAX_OUTPUT_DIVISIONS,
    append_voices,
    attach,
    divisions_for,
    frame_for,
    left_barline,
    measure_element,
    part_context,
    right_barline,
    voices_of,
)
from scoregen.notation.musicxml.write.signatures import change_clefs, insert_changes, signatures
from scoregen.notation.musicxml.write.spanners import MOST_NUMBERS, SlurAddress, SlurMark, slur_marks
from scoregen.notation.musicxml.write.stems import shared_direction
from scoregen.notation.musicxml.write.voice import PartContext, TimedElement, write_voice
from scoregen.score.arrangement.clefs import clefs_by_measure
from scoregen.score.elements import Clef, Measure, Part, Score, Slot, Voice
from scoregen.score.spanners import without_slurs
from scoregen.score.timeline import measure_onsets, metrical_starts
from scoregen.system.errors import Place, RefusedError

_ABOVE_GIVEN = 8
_Places = tuple[tuple[Fraction, Fraction], ...]


def write_generated(score: Score, part: Part, given: GivenPart, instrument_ids: Mapping[str, str]) -> None:
    """Write the generated music of a part that the document has."""
    context = replace(part_context(score, part, 1, instrument_ids), slurs=_slurs(score, part))
    places = tuple(zip(measure_onsets(score), metrical_starts(score), strict=True))
    attributes, timed = set(given.body.iter("attributes")), set(given.body.iter(*TIMING))
    _refill_voices(score, context, given, places)
    if len(score.measures) > len(given.elements):
        _append_measures(score, context, given, places)
    _drop_idle_divisions(given.body, attributes)
    _declare_divisions(given.body, timed)


def _slurs(score: Score, part: Part) -> Mapping[SlurAddress, tuple[SlurMark, ...]]:
    """The slurs inside generated voices of the part; their numbers are above those that documents use for others."""

    def is_given(slot: Slot, index: int) -> bool:
        voice = score.measures[index].voice(slot) if index < len(score.measures) else None
        return voice is None or voice.origin != "generated"

    own = replace(score, measures=without_slurs(score.measures, is_given))
    return {
        address: tuple(mark._replace(number=min(mark.number + _ABOVE_GIVEN, MOST_NUMBERS)) for mark in marks)
        for address, marks in slur_marks(own, part).items()
    }


def _refill_voices(score: Score, context: PartContext, given: GivenPart, places: _Places) -> None:
    for index, element in enumerate(given.elements):
        for voice in score.measures[index].voices if index < len(score.measures) else ():
            if voice.slot.part == given.id and voice.origin == "generated":
                _refill_voice(score, index, voice, element, context, given, places)
        if index < len(score.measures):
            _turn_stems(score.measures[index], index, element, given)


def _turn_stems(measure: Measure, index: int, element: etree._Element, given: GivenPart) -> None:
    """Turn the stems of given notes away from a generated voice on their staff."""
    own = [voice for voice in measure.voices if voice.slot.part == given.id]
    staves = {voice.slot.staff for voice in own if voice.origin == "generated"}
    for voice in own:
        direction = shared_direction(voice, measure) if voice.origin == "given" and voice.slot.staff in staves else None
        if direction is None or not given.is_separate(voice.slot, index):
            continue
        is_own = given.owns(voice.slot, index)
        for stem in (stem for note in element.iterfind("note") if is_own(note) for stem in note.iterfind("stem")):
            stem.text = direction if stem.text in ("up", "down") else stem.text


def _refill_voice(
    score: Score,
    index: int,
    voice: Voice,
    element: etree._Element,
    context: PartContext,
    given: GivenPart,
    places: _Places,
) -> None:
    measure, state = score.measures[index], given.states[index]
    divisions = _divisions_of_run(score, measure, voice, math.lcm(state.divisions, state.end_divisions))
    name = given.voice_name(voice.slot, index)
    frame = frame_for(voice.slot, measure, index, _context_at(context, state, divisions), places[index], name)
    run = Run(tuple(write_voice(voice, frame)), measure.duration, divisions)
    try:
        refill(element, state.divisions, given.owns(voice.slot, index), run)
    except RefusedError as error:
        raise RefusedError(error.message, Place(part=given.id, measure=measure.number, voice=name)) from None


def _divisions_of_run(score: Score, measure: Measure, voice: Voice, given: int) -> int:
    """The document's divisions if they suffice, else a number that suits all generated voices of the part."""
    if run_divisions(given, _lengths(measure, voice), voice.slot.part) == given:
        return given
    lengths = [
        length
        for other in score.measures
        for sibling in other.voices
        if sibling.slot.part == voice.slot.part and sibling.origin == "generated"
        for length in _lengths(other, sibling)
    ]
    common = math.lcm(given, *(length.denominator for length in lengths))
    return common if common <= MAX_OUTPUT_DIVISIONS else run_divisions(given, _lengths(measure, voice), voice.slot.part)


def _lengths(measure: Measure, voice: Voice) -> list[Fraction]:
    return [measure.duration, *(item.duration for item in voice.elements)]


def _context_at(context: PartContext, state: MeasureState, divisions: int) -> PartContext:
    """The context with the clefs and the transposition of a measure."""
    clefs = tuple(state.clefs.get(staff, clef) for staff, clef in enumerate(context.part.clefs, start=1))
    part = replace(context.part, clefs=clefs, transposition=state.transposition)
    return replace(context, part=part, divisions=divisions)


def _append_measures(score: Score, context: PartContext, given: GivenPart, places: _Places) -> None:
    """Append measures after the last given one; a final barline moves to the new end."""
    first = len(given.elements)
    state = given.states[-1] if given.states else MeasureState(1, 1, dict[int, Clef](), context.part.transposition)
    needed = divisions_for(replace(score, measures=score.measures[first:]), [given.id])
    divisions = run_divisions(state.end_divisions, [Fraction(1, needed)], given.id)
    final = _take_final_barline(given.elements[-1]) if given.elements else None
    if first:
        _close_section(given, score.measures[first - 1])
    at_end = _context_at(context, state, divisions)
    attached = _attached_after(score, at_end.part, first)
    clefs = clefs_by_measure(replace(score, measures=score.measures[max(first - 1, 0) :]), at_end.part)
    before = at_end.part.clefs
    for index in range(first, len(score.measures)):
        own = replace(at_end, part=replace(at_end.part, clefs=clefs[index - max(first - 1, 0)]))
        element = _new_measure(score, index, own, given, places, attached.get(index, ()), before)
        before = own.part.clefs
        if index == first and (divisions != state.end_divisions or not _has_divisions(given.body)):
            _set_divisions(element, divisions)
        insert(given.body, len(given.body), element)
    if final is not None:
        _set_final_barline(given.body[-1], final)


def _close_section(given: GivenPart, measure: Measure) -> None:
    """Give the last given measure the double barline that the score has there, if it has no barline of its own."""
    element = given.elements[-1]
    closing = right_barline(replace(measure, endings=()), measure)
    is_open = not any(barline.get("location", "right") == "right" for barline in element.iterfind("barline"))
    if closing is not None and is_open and not measure.barline.repeat_times:
        insert(element, len(element), closing)


def _attached_after(score: Score, part: Part, first: int) -> Mapping[int, Sequence[Attachment]]:
    """The directions, chord symbols and lines that begin in the measures from `first` on."""
    bare = [replace(measure, spanners=(), directions=(), chord_symbols=()) for measure in score.measures[:first]]
    own = replace(score, measures=(*bare, *score.measures[first:]))
    return attachments(own, part, is_first_part=_is_first(score, part))


def _is_first(score: Score, part: Part) -> bool:
    return score.parts[0].id == part.id


def _has_divisions(body: etree._Element) -> bool:
    return body.find("measure/attributes/divisions") is not None


def _new_measure(
    score: Score,
    index: int,
    context: PartContext,
    given: GivenPart,
    places: _Places,
    attached: Sequence[Attachment],
    clefs_before: Sequence[Clef],
) -> etree._Element:
    measure, previous = score.measures[index], score.measures[index - 1] if index else None
    following = score.measures[index + 1] if index + 1 < len(score.measures) else None
    is_first = _is_first(score, context.part)
    element = measure_element(measure, is_anacrusis=False)
    if measure.break_before is not None and is_first:
        add(element, "print", attributes={f"new-{measure.break_before}": "yes"})
    attributes = signatures(measure, previous, context.part)
    change_clefs(attributes, clefs_before, context.part)
    own = voices_of(measure, context.part)
    names = given.voice_names([voice.slot for voice in own])
    voices: list[list[TimedElement]] = []
    for voice in own:
        frame = frame_for(voice.slot, measure, index, context, places[index], names[voice.slot])
        voices.append(write_voice(voice, frame))
    attach(voices, measure, context, attached)
    left = left_barline(measure, previous, is_first_part=is_first)
    right = right_barline(measure, following, is_first_part=is_first)
    element.extend([item for item in (left, attributes if len(attributes) else None) if item is not None])
    append_voices(element, voices, measure, context.divisions)
    insert_changes(element, measure, context)
    element.extend([right] if right is not None else [])
    return element


def _set_divisions(measure: etree._Element, divisions: int) -> None:
    """Insert new divisions at the start of a generated measure."""
    attributes = measure.find("attributes")
    if attributes is None:
        before = [child for child in measure if child.tag == "print" or child.get("location") == "left"]
        measure.insert(len(before), divisions_change(divisions))
    else:
        attributes.insert(0, divisions_change(divisions)[0])


def _take_final_barline(measure: etree._Element) -> etree._Element | None:
    """Remove and return a light-heavy barline without repeat; one with other content only loses its style."""
    for barline in measure.findall("barline"):
        is_final = (barline.findtext("bar-style") or "").strip() == "light-heavy" and barline.find("repeat") is None
        if barline.get("location", "right") == "right" and is_final:
            if len(barline) == 1:
                replace_children(measure, [child for child in measure if child is not barline])
                return barline
            barline.remove(barline[0])
    return None


def _set_final_barline(measure: etree._Element, barline: etree._Element) -> None:
    """Replace the barline of the new last measure by the old final one, unless it has a repeat or ending."""
    kept = [child for child in measure if child.tag != "barline" or child.get("location") == "left"]
    replaced = next((child for child in measure if child not in kept), None)
    if replaced is None or (replaced.find("repeat") is None and replaced.find("ending") is None):
        replace_children(measure, [*kept, barline])


def _declare_divisions(body: etree._Element, given: Collection[etree._Element]) -> None:
    """Declare divisions in a part without any: no element before the generated ones has a duration."""
    first = next(body.iter(*TIMING), None)
    if first is None or first in given or _has_divisions(body):
        return
    measure = first.getparent()
    if measure is not None:
        insert(measure, measure.index(first), divisions_change(1))


def _drop_idle_divisions(body: etree._Element, given: Collection[etree._Element]) -> None:
    """Remove a generated change of divisions that the next one undoes before any duration is counted."""
    idle: etree._Element | None = None
    before = current = None
    for element in list(body.iter("attributes", *TIMING)):
        divisions = element.findtext("divisions") if element.tag == "attributes" else None
        is_ours = divisions is not None and element not in given and len(element) == 1
        if element.tag != "attributes":
            idle = None
        elif idle is not None and is_ours and divisions == before:
            _drop(idle)
            _drop(element)
            idle, current = None, before
        elif divisions is not None:
            idle, before, current = element if is_ours else None, current, divisions


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        replace_children(parent, [child for child in parent if child is not element])
