"""The layout of given and finished scores, by role."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.timeline import pitched_notes
from scoregen.system.errors import InputError
from scoregen.tasks.compose import SamplingOptions, compose
from scoregen.tasks.layout import NEW_SCORE, LayoutOptions, lay_out_given
from tests.notation.handmade import hymn, melody

CLOSED = Path(__file__).resolve().parents[1] / "cases" / "reading" / "closed_score.musicxml"


def laid_out(score: Score, layout: str | None = None, *, reduction: bool = False) -> Score:
    return lay_out_given(score, load_ensemble("satb"), LayoutOptions(layout, reduction))


def names(score: Score) -> list[str]:
    return [part.name for part in score.parts]


def test_a_closed_score_is_opened_and_closed_again() -> None:
    given = read_score(CLOSED)
    opened = laid_out(given, "open")
    assert names(opened) == ["Soprano", "Alto", "Tenor", "Bass"] and opened.document is None
    closed = laid_out(opened, "closed")
    assert names(closed) == ["Soprano, Alto", "Tenor, Bass"]
    pitches = [sorted(note.pitch.chromatic for note in pitched_notes(score)) for score in (given, opened, closed)]
    assert pitches[0] == pitches[1] == pitches[2]


def test_a_score_that_has_the_layout_keeps_its_document() -> None:
    given = read_score(CLOSED)
    assert laid_out(given, "closed") == given and laid_out(given, "closed").document == given.document
    assert laid_out(hymn(), "open") == hymn()


def test_a_reduction_alone_keeps_the_document() -> None:
    given = read_score(CLOSED)
    done = laid_out(given, reduction=True)
    assert names(done) == ["Choir", "Rehearsal"] and done.document == given.document


def test_chords_of_two_notes_become_two_parts() -> None:
    score = melody("q:E4+G4 q:F4+A4 h:D4+B4")
    done = laid_out(score, "open")
    assert names(done) == ["Soprano", "Alto"]
    assert [note.pitch.step for note in pitched_notes(done)] == ["G", "E", "A", "F", "B", "D"]
    reduced = laid_out(replace(score, document=b""), reduction=True)
    assert reduced.measures[0].voices[0] == score.measures[0].voices[0] and reduced.parts[-1].staves == 1


def test_errors() -> None:
    with pytest.raises(InputError, match="found 'round' for the layout; expected one of: open, closed"):
        laid_out(hymn(), "round")
    with pytest.raises(InputError, match="found 1 voices of satb"):
        laid_out(melody("w:C5"), "closed")


def test_compose_lays_the_result_out(untrained: Path) -> None:
    score = melody("q:C5 q:D5 h:E5", "w:D5")
    one = SamplingOptions(candidates=1)
    done = compose(score, checkpoint=untrained, sampling=one, layout=LayoutOptions("closed", reduction=True))
    assert names(done.score) == ["Soprano, Alto", "Tenor, Bass", "Rehearsal"]
    plain = compose(score, checkpoint=untrained, sampling=one)
    assert sorted(note.pitch.chromatic for note in pitched_notes(done.score)) == sorted(
        note.pitch.chromatic for note in pitched_notes(plain.score)
    )
    assert NEW_SCORE not in done.notices
