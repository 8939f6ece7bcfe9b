"""What a pitch tracker hears of a sung line, and what of it are notes."""

from __future__ import annotations

from scoregen.transcription.performed import PerformedNote
from scoregen.transcription.recordings.voice import _without_octave_slips, _without_scoops


def spans(notes: list[PerformedNote]) -> list[tuple[float, float, int]]:
    return [(note.onset, note.end, note.pitch) for note in notes]


def test_a_short_note_an_octave_off_belongs_to_the_note_that_it_touches() -> None:
    before = [PerformedNote(0.0, 0.15, 77), PerformedNote(0.15, 0.8, 65), PerformedNote(0.9, 1.5, 67)]
    assert spans(_without_octave_slips(before)) == [(0.0, 0.8, 65), (0.9, 1.5, 67)]
    after = [PerformedNote(0.0, 0.65, 65), PerformedNote(0.65, 0.8, 53), PerformedNote(0.9, 1.5, 67)]
    assert spans(_without_octave_slips(after)) == [(0.0, 0.8, 65), (0.9, 1.5, 67)]


def test_octaves_that_are_sung_stay() -> None:
    leap = [PerformedNote(0.0, 0.3, 65), PerformedNote(0.3, 1.2, 77)]
    assert _without_octave_slips(leap) == leap
    apart = [PerformedNote(0.0, 0.15, 77), PerformedNote(0.3, 0.8, 65)]
    assert _without_octave_slips(apart) == apart


def test_a_scoop_is_the_beginning_of_its_note() -> None:
    assert spans(_without_scoops([PerformedNote(0.0, 0.06, 64), PerformedNote(0.07, 0.6, 65)])) == [(0.0, 0.6, 65)]
