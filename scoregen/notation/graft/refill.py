"""Replaces one voice of a given measure; all other elements keep their onsets."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.insertion import replace_children
from scoregen.notation.musicxml.write.elements import add
from scoregen.notation.musicxml.write.measure import backup, check_divisions
from scoregen.notation.musicxml.write.voice import TimedElement, ticks
from scoregen.system.errors import RefusedError
from scoregen.system.numbers import exact_number

TIMING = ("note", "backup", "forward")
"""Elements that move the cursor."""


@dataclass(frozen=True, slots=True)
class Run:
    """The new notes of a voice, from the start of the measure to `length` quarters, in `divisions` per quarter."""

    notes: tuple[TimedElement, ...]
    length: Fraction
    divisions: int


def run_divisions(given: int, lengths: Sequence[Fraction], part_id: str) -> int:
    """The document's divisions if they express the new lengths, else the least multiple that does."""
    return check_divisions(math.lcm(given, *(length.denominator for length in lengths)), part_id)


def refill(measure: etree._Element, divisions: int, is_own: Callable[[etree._Element], bool], run: Run) -> None:
    """Replace the notes of one voice, selected by `is_own`, by a run; other elements keep their onsets.

    `divisions` are those at the start of the measure.
    """
    steps = steps_of(measure, divisions)
    own = _own_notes(steps, is_own)
    span = _single_pass(steps, own)
    if span is None:
        children = [*_other_voices(steps, set(own)), *_run_at_end(steps, divisions, run)]
        barline = next((child for child in children if _is_right_barline(child)), None)
        if barline is not None:
            children = [child for child in children if child is not barline] + [barline]
    else:
        before, inside, after = steps[: span.start], steps[span.start : span.stop], steps[span.stop :]
        new = _run_in_place(inside, run, is_last=not any(step.is_timing for step in after))
        children = [*(step.element for step in before), *new, *(step.element for step in after)]
    replace_children(measure, children)


def _own_notes(steps: Sequence[Step], is_own: Callable[[etree._Element], bool]) -> list[int]:
    """The notes of the voice; chord members follow the first note, whatever voice and staff they name."""
    own: list[int] = []
    follows = False
    for index, step in enumerate(steps):
        if step.element.tag == "note":
            follows = follows if step.element.find("chord") is not None else is_own(step.element)
            own += [index] if follows else []
    return own


@dataclass(frozen=True, slots=True)
class Step:
    """A child of a measure, the cursor before and after it, and the divisions in force."""

    element: etree._Element
    onset: Fraction
    end: Fraction
    divisions: int

    @property
    def is_timing(self) -> bool:
        return self.element.tag in TIMING

    @property
    def new_divisions(self) -> int:
        """The divisions in force after it."""
        changed = self.element.findtext("divisions") if self.element.tag == "attributes" else None
        return int(exact_number(changed)) if changed is not None else self.divisions


def steps_of(measure: etree._Element, divisions: int) -> list[Step]:
    """The children of a measure with their onsets; `divisions` are those at its start."""
    steps: list[Step] = []
    now = Fraction(0)
    for child in measure:
        step = Step(child, now, max(now + _advance(child, divisions), Fraction(0)), divisions)
        steps.append(step)
        now, divisions = step.end, step.new_divisions
    return steps


def _advance(element: etree._Element, divisions: int) -> Fraction:
    if element.tag not in TIMING or element.find("chord") is not None or element.find("grace") is not None:
        return Fraction(0)
    length = exact_number(element.findtext("duration") or "0") / divisions
    return -length if element.tag == "backup" else length


def _single_pass(steps: Sequence[Step], own: Sequence[int]) -> range | None:
    """The steps from the voice's first note to its last, with the gaps around; None if others sound between."""
    if not own:
        return None
    first, last = own[0], own[-1]
    members = set(own)
    between = [index for index in range(first, last + 1) if steps[index].is_timing and index not in members]
    if any(steps[index].element.tag != "forward" for index in between):
        return None
    while first > 0 and steps[first - 1].element.tag == "forward":
        first -= 1
    while last + 1 < len(steps) and steps[last + 1].element.tag == "forward":
        last += 1
    return range(first, last + 1)


def _run_in_place(inside: Sequence[Step], run: Run, *, is_last: bool) -> list[etree._Element]:
    """The run in place of the old notes; other elements between them keep their onsets.

    With `is_last` no timed element follows, so that the run need not end where the old notes ended.
    """
    begin, end, divisions = inside[0].onset, inside[-1].end, inside[0].divisions
    if any(step.new_divisions != divisions for step in inside):
        raise RefusedError("the divisions change inside a voice that is to be filled; export the file again")
    kept = [step for step in inside if not step.is_timing]
    late = [step for step in kept if step.onset not in {timed.onset for timed in run.notes} | {run.length}]
    body = [*_interleave([step for step in kept if step not in late], run), *_late_elements(late, run)]
    body += cursor_motion(run.length, max(end, run.length) if is_last else end, run.divisions)
    return [*cursor_motion(begin, Fraction(0), divisions), *_in_divisions(body, divisions, run.divisions)]


def _interleave(kept: Sequence[Step], run: Run) -> Iterator[etree._Element]:
    waiting = list(kept)
    for timed in run.notes:
        while waiting and waiting[0].onset <= timed.onset:
            yield waiting.pop(0).element
        yield timed.element
    for step in waiting:
        yield step.element


def _late_elements(steps: Sequence[Step], run: Run) -> Iterator[etree._Element]:
    """Elements with onsets inside a new note: written after the run, reached by <backup>."""
    now = run.length
    for step in steps:
        yield from cursor_motion(now, step.onset, run.divisions)
        yield step.element
        now = step.onset
    yield from cursor_motion(now, run.length, run.divisions)


def _other_voices(steps: Sequence[Step], own: set[int]) -> Iterator[etree._Element]:
    """The elements of the other voices; the gaps of removed notes become <forward>."""
    waiting, divisions = Fraction(0), 1
    for index, step in enumerate(steps):
        if index in own or (waiting and step.element.tag in ("backup", "forward")):
            waiting, divisions = waiting + step.end - step.onset, step.divisions
            continue
        yield from cursor_motion(Fraction(0), waiting, divisions)
        waiting = Fraction(0)
        yield step.element
    yield from cursor_motion(Fraction(0), waiting, divisions)


def _run_at_end(steps: Sequence[Step], divisions: int, run: Run) -> list[etree._Element]:
    """The run after all other elements, from the start of the measure."""
    now, last = (steps[-1].end, steps[-1].new_divisions) if steps else (Fraction(0), divisions)
    body = [timed.element for timed in run.notes]
    return [*cursor_motion(now, Fraction(0), last), *_in_divisions(body, last, run.divisions)]


def cursor_motion(now: Fraction, to: Fraction, divisions: int) -> list[etree._Element]:
    """The element that moves the cursor: none, a <backup> or a <forward>."""
    if now == to:
        return []
    if to < now:
        return [backup(now - to, divisions)]
    forward = etree.Element("forward")
    add(forward, "duration", ticks(to - now, divisions))
    return [forward]


def _in_divisions(body: list[etree._Element], given: int, wanted: int) -> list[etree._Element]:
    """The elements, between a change of divisions and the change back if they need one."""
    return body if given == wanted else [divisions_change(wanted), *body, divisions_change(given)]


def divisions_change(divisions: int) -> etree._Element:
    element = etree.Element("attributes")
    add(element, "divisions", divisions)
    return element


def _is_right_barline(element: etree._Element) -> bool:
    return element.tag == "barline" and element.get("location", "right") == "right"
