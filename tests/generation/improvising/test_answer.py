"""Answers: key, metre and motif are kept, and what the phrase leaves open is closed."""

from __future__ import annotations

import pytest

from scoregen.generation.improvising.answer import answer_to, motif_kept
from scoregen.generation.variation.theme import theme_of
from scoregen.score.check import problems
from scoregen.score.timeline import pitch_of
from tests.plan.tunes import tune

PHRASES = [
    ("A4:1 A4:1 Bb4:1 C5:1 | C5:1 Bb4:1 A4:1 G4:1 | F4:1 F4:1 G4:1 A4:1 | A4:3/2 G4:1/2 G4:2", "4/4", "F major"),
    ("D5:2 C#5:1 | D5:2 E5:1 | F5:2 E5:1 | E5:3", "3/4", "d minor"),
    ("G4:1 A4:1/2 B4:1 G4:1/2 | A4:1 B4:1/2 C5:3/2 | B4:1 A4:1/2 G4:1 B4:1/2 | A4:3", "6/8", "G major"),
    ("G4:1 | C5:1 D5:1 E5:1 C5:1 | B4:1 A4:1 G4:2", "4/4", "C major"),
    ("C5:1/2 E5:1/2 G5:1 F5:1 D5:1", "4/4", "C major"),
]


@pytest.mark.parametrize(("text", "time", "key"), PHRASES)
@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_an_answer_keeps_metre_and_motif_and_ends_on_the_tonic(text: str, time: str, key: str, seed: str) -> None:
    theme = theme_of(tune(text, time, key, name="Melody"))
    done = answer_to(theme, seed)
    assert done.is_open
    assert done.events[-1].pitch.fifths == done.key.tonic_fifths
    assert str(done.key).lower() == key.lower()
    assert [m.duration for m in done.score.measures] == [m.duration for m in theme.score.measures]
    assert str(done.score.measures[-1].time) == time
    assert problems(done.score) == ()
    head = done.motif
    assert head >= 2
    assert [(event.onset, event.end) for event in done.events[:head]] == [
        (note.onset, note.end) for note in theme.line[:head]
    ]
    assert motif_kept([pitch_of(n) for n in theme.line[:head]], [e.pitch for e in done.events[:head]]) >= 0.7


@pytest.mark.parametrize(("text", "time", "key"), PHRASES[:4])
def test_the_second_half_is_new_and_the_cadence_goes_by_the_dominant(text: str, time: str, key: str) -> None:
    theme = theme_of(tune(text, time, key, name="Melody"))
    done = answer_to(theme, "0")
    assert [e.pitch for e in done.events[done.motif :]] != [pitch_of(n) for n in theme.line[done.motif :]]
    before = done.events[-2].pitch.pitch_class
    tonic = 7 * done.key.tonic_fifths % 12
    assert (before - tonic) % 12 in (2, 11)


def test_answers_differ_by_seed_and_a_seed_repeats_its_answer() -> None:
    theme = theme_of(tune(*PHRASES[0], name="Melody"))
    answers = {answer_to(theme, str(seed)).events for seed in range(6)}
    assert len(answers) >= 3
    assert answer_to(theme, "4").events == answer_to(theme, "4").events


def test_answers_stay_near_the_range_of_the_phrase() -> None:
    for text, time, key in PHRASES:
        theme = theme_of(tune(text, time, key, name="Melody"))
        heights = [pitch_of(note).midi_pitch for note in theme.line]
        for event in answer_to(theme, "0").events:
            assert min(heights) - 3 <= event.pitch.midi_pitch <= max(heights) + 3
