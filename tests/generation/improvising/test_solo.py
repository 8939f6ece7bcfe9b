"""Solos: chord tones on strong beats, resolved foreign notes, range, phrases with breaths, a motif that returns."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.generation.improvising.changes import Changes, changes_of_score, changes_of_text
from scoregen.generation.improvising.solo import Solo, solo_over
from scoregen.generation.improvising.solo_style import load_solo_style, style_names
from scoregen.score.check import problems
from scoregen.score.instruments import instrument_type
from scoregen.score.timeline import pitched_notes
from scoregen.system.errors import InputError
from tests.plan.tunes import tune

BLUES = "F7 | Bb7 | F7 | Cm7 F7 | Bb7 | Bdim7 | F7 | Am7b5 D7b9 | Gm7 | C7 | F7 D7 | Gm7 C7"
TWO_FIVES = "Dm7 | G7 | Cmaj7 | A7 | Dm7 | G7 | Em7 A7 | Dm7 G7 | C6 | C6"


def solo(text: str, style: str, time: str = "4/4", density: float = 0.5, seed: str = "0") -> tuple[Changes, Solo]:
    changes = changes_of_text(text, "C major", time, 120)
    return changes, solo_over(changes, load_solo_style(style), instrument_type("flute"), density, seed)


@pytest.mark.parametrize("style", style_names())
@pytest.mark.parametrize(("text", "time"), [(BLUES, "4/4"), (TWO_FIVES, "3/4"), (TWO_FIVES, "6/8"), (BLUES, "5/4")])
def test_strong_beats_have_chord_tones_and_foreign_notes_go_on_by_step(style: str, text: str, time: str) -> None:
    for seed in "01":
        changes, done = solo(text, style, time, seed=seed)
        assert done.figures.strong_chord_tones >= 0.95
        assert done.figures.resolved >= 0.9
        assert problems(done.score) == ()
        last = done.events[-1]
        assert last.end == changes.end and last.pitch.fifths in changes.chords[-1].members


def test_swing_meets_most_changes_with_a_guide_tone() -> None:
    shares = [solo(TWO_FIVES, "swing", seed=seed)[1].figures.guide_tones for seed in "01234"]
    assert sum(shares) / len(shares) > 0.7


def test_a_solo_stays_in_the_comfortable_range_of_its_instrument() -> None:
    changes = changes_of_text(BLUES, "F major", "4/4", 140)
    for name in ("tenor saxophone", "trumpet", "violin"):
        player = instrument_type(name)
        done = solo_over(changes, load_solo_style("swing"), player, 0.5, "0")
        low, high = (pitch.midi_pitch for pitch in player.comfortable)
        assert all(low <= event.pitch.midi_pitch <= high for event in done.events)
        assert done.score.parts[0].transposition.semitones == player.transposition.semitones


def test_phrases_have_breaths_and_the_motif_returns() -> None:
    _, done = solo(f"{TWO_FIVES} | {TWO_FIVES}", "swing")
    gaps = [b.onset - a.end for a, b in zip(done.events, done.events[1:], strict=False)]
    assert done.figures.phrases >= 3
    assert sum(gap >= 1 for gap in gaps) >= done.figures.phrases - 1
    assert any(solo(f"{TWO_FIVES} | {TWO_FIVES}", "swing", seed=seed)[1].figures.motif_returns for seed in "0123")


def test_density_changes_the_number_of_notes() -> None:
    counts = [len(solo(TWO_FIVES, "swing", density=density)[1].events) for density in (0.0, 0.5, 1.0)]
    assert counts[0] < counts[1] < counts[2]


def test_a_seed_gives_the_same_solo() -> None:
    assert solo(BLUES, "swing")[1].events == solo(BLUES, "swing")[1].events
    assert solo(BLUES, "swing")[1].events != solo(BLUES, "swing", seed="1")[1].events


def test_chord_symbols_stay_over_the_solo() -> None:
    changes, done = solo("Dm7 G7 | Cmaj7", "ballad")
    kinds = [symbol.kind for measure in done.score.measures for symbol in measure.chord_symbols]
    assert kinds == ["minor-seventh", "dominant", "major-seventh"]
    assert [chord.onset for chord in changes.chords] == [0, 2, 4]


def test_chords_that_are_not_understood_are_named() -> None:
    with pytest.raises(InputError, match="chords of measure 2: found the chord 'Zm7'"):
        changes_of_text("Dm7 | Zm7", "C major", "4/4", 120)
    with pytest.raises(InputError, match="--key: 'H flat' is not a key"):
        changes_of_text("Dm7", "H flat", "4/4", 120)
    with pytest.raises(InputError, match="--time: '4/5'"):
        changes_of_text("Dm7", "C", "4/5", 120)
    with pytest.raises(InputError, match="no chord that is understood"):
        changes_of_text("N.C. | N.C.", "C", "4/4", 120)
    with pytest.raises(InputError, match="found no chord symbols; expected a lead sheet, or --chords"):
        changes_of_score(tune("C4:4"))


def test_the_notes_of_the_score_are_those_of_the_line() -> None:
    _, done = solo(TWO_FIVES, "swing")
    written = [(note.onset, note.duration, note.pitch) for note in pitched_notes(done.score)]
    assert written == [(event.onset, event.end - event.onset, event.pitch) for event in done.events]
    assert all(onset >= 0 and length > Fraction(0) for onset, length, _ in written)
