"""Checks that voices fill their measures, and that the measures of all parts match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from scoregen.notation.musicxml.read.voices import VOICES_A_STAFF
from scoregen.notation.validation.walk import DocumentMeasure, DocumentNote, optional_fraction
from scoregen.score.check import Problem
from scoregen.score.rhythm import NOTE_TYPES, NoteValue
from scoregen.system.errors import Place

ROUNDING = Fraction(1, 32)
"""A tolerance in quarters for lengths that should be equal: files round tuplets to whole divisions."""
_REST_TYPES = ("whole", "breve")


def measure_problems(measure: DocumentMeasure) -> Iterator[Problem]:
    """The problems inside one measure of one part."""
    yield from measure.problems
    for voice, notes in measure.voices.items():
        yield from _overlaps(notes)
        yield from _early_end(voice, notes, measure)
    yield from _crowded_staves(measure)
    for note in measure.notes:
        if not _is_measure_rest(note, measure):
            yield from _value_problems(note)


def column_problems(parts: Sequence[tuple[DocumentMeasure, ...]]) -> Iterator[Problem]:
    """Parts with fewer measures than another, or with shorter ones."""
    longest = max((len(part) for part in parts), default=0)
    for part in parts:
        if part and len(part) < longest:
            yield Problem(part[-1].place, f"the part ends after {len(part)} measures; the score has {longest}")
    for index in range(longest):
        yield from _uneven([part[index] for part in parts if index < len(part)])


def _uneven(column: Sequence[DocumentMeasure]) -> Iterator[Problem]:
    """Measures shorter than the longest of their column, by more than the rounding of a tuplet."""
    expected = max(measure.length for measure in column)
    for measure in column:
        if measure.length == 0 or expected - measure.length >= ROUNDING:
            yield Problem(measure.place, f"the measure lasts {measure.length} quarters; expected {expected or 'music'}")


def _overlaps(notes: Sequence[DocumentNote]) -> Iterator[Problem]:
    for earlier, later in pairwise(notes):
        if later.onset < earlier.end:
            yield Problem(later.place, f"two notes of the voice overlap at {later.onset} quarters")


def _early_end(voice: str, notes: Sequence[DocumentNote], measure: DocumentMeasure) -> Iterator[Problem]:
    end = max(note.end for note in notes)
    for start, stop in sorted(measure.skipped):
        if start <= end < stop:
            end = stop
    if end < measure.length:
        place = Place(measure.place.file, measure.place.part, measure.place.measure, voice)
        yield Problem(place, f"the voice ends after {end} of {measure.length} quarters")


def _crowded_staves(measure: DocumentMeasure) -> Iterator[Problem]:
    staves: dict[str, set[str]] = {}
    for note in measure.notes:
        staves.setdefault(note.staff, set()).add(note.voice)
    for staff, voices in staves.items():
        if len(voices) > VOICES_A_STAFF:
            yield Problem(measure.place, f"staff {staff} has {len(voices)} voices; expected {VOICES_A_STAFF} at most")


def _is_measure_rest(note: DocumentNote, measure: DocumentMeasure) -> bool:
    """Whether the note is a whole-measure rest, which needs no note type of that length."""
    if note.rest is None:
        return False
    kind = (note.element.findtext("type") or "").strip()
    fills = note.onset == 0 and note.duration == measure.length
    return note.rest.get("measure") == "yes" or (fills and kind in ("", *_REST_TYPES))


def _value_problems(note: DocumentNote) -> Iterator[Problem]:
    """A note needs a type, and the type the length of the duration."""
    kind = (note.element.findtext("type") or "").strip()
    if kind not in NOTE_TYPES:
        yield Problem(note.place, "a note has no <type>; expected one with its <duration>")
    elif not note.is_grace:
        written = _notated_length(note, kind)
        if written != note.duration:
            yield Problem(note.place, f"a note is notated as {written} quarters and lasts {note.duration}")


def _notated_length(note: DocumentNote, kind: str) -> Fraction:
    ratio = note.element.find("time-modification")
    actual = optional_fraction(ratio.findtext("actual-notes")) if ratio is not None else 1
    normal = optional_fraction(ratio.findtext("normal-notes")) if ratio is not None else 1
    return NoteValue(kind, len(note.element.findall("dot"))).duration * (normal or 1) / (actual or 1)
