"""The chords of a figured bass."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.plan.chords.figured_bass import figured_timeline
from scoregen.plan.chords.steering import given_timeline, ordered
from scoregen.score.directions import Direction, Figure, FiguredBass
from scoregen.score.elements import Score
from scoregen.score.theory.chord_kinds import note_name
from scoregen.system.errors import InputError
from scoregen.tasks.compose import SamplingOptions, compose
from tests.plan.tunes import SLOT, tune

BASS = "C3:1 E3:1 F3:1/2 E3:1/2 D3:1 | G3:2 C3:2 |"


def chords(score: Score, text: str | None) -> list[tuple[int, str, str]]:
    """Measure index, onset and members of each chord."""
    return [
        (index, str(onset), " ".join(map(note_name, chord.tones.members)))
        for index, onset, chord in ordered(figured_timeline(score, [SLOT], text))
        if chord.tones
    ]


def test_a_text_has_a_word_for_each_note_and_short_notes_between_beats_pass() -> None:
    assert chords(tune(BASS), "_ 6 6/5 _ # | 4-3") == [
        (0, "0", "C E G"),
        (0, "1", "C E G"),
        (0, "2", "D F A C"),
        (0, "3", "D F# A"),
        (1, "0", "G C D"),
        (1, "1", "G B D"),
        (1, "2", "C E G"),
    ]


def figured(score: Score) -> Score:
    marks = (
        Direction(Fraction(0), FiguredBass((Figure(7),), Fraction(1)), SLOT.part),
        Direction(Fraction(1), FiguredBass((Figure(6), Figure(4)), Fraction(1)), SLOT.part),
    )
    return replace(score, measures=(score.measures[0], replace(score.measures[1], directions=marks)))


def test_the_figures_of_a_score_are_read_and_a_text_replaces_them() -> None:
    score = figured(tune(BASS))
    assert [row for row in chords(score, None) if row[0] == 1] == [
        (1, "0", "G B D F"),
        (1, "1", "C G E"),
        (1, "2", "C E G"),
    ]
    assert (1, "0", "G B D F") not in chords(score, "6")
    assert chords(tune(BASS), None) == []


def test_a_note_tied_over_the_barline_keeps_its_chord() -> None:
    timeline = figured_timeline(tune("C3:2 D3:2~ | D3:2 G3:2 |"), [SLOT], "_ 7")
    assert timeline[1][Fraction(0)].tones == timeline[0][Fraction(2)].tones
    assert not timeline[1][Fraction(0)].begins


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("6 6 6 6 6 6", "found 6 figures for 5 notes"),
        ("q", "found 'q'; expected figures"),
        ("6|6|6", "found 3 measures"),
    ],
)
def test_faults_are_named(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        figured_timeline(tune(BASS), [SLOT], text)


def test_new_voices_sound_the_figures(untrained: Path) -> None:
    options = SamplingOptions(candidates=1, passes=0)
    done = compose(figured(tune(BASS, name="Bass")), checkpoint=untrained, sampling=options)
    assert done.chords is not None and len(done.chords.outcomes) == 7 and not done.chords.departures
    assert any("all 7 chords sound" in notice for notice in done.notices)


def test_figures_beside_a_progression_are_refused() -> None:
    with pytest.raises(InputError, match="--figured-bass: --chords gives the harmony already"):
        given_timeline(tune(BASS), [SLOT], "I | V", "follow", "6 | 5")
