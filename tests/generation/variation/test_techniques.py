"""Rhythm, mode, texture and voice exchange."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.generation.variation.measuring import measured
from scoregen.generation.variation.mode import in_other_mode
from scoregen.generation.variation.rhythm import in_rhythm
from scoregen.generation.variation.texture import broken_chords
from scoregen.generation.variation.theme import Theme, theme_of, tune_line
from scoregen.generation.variation.voice_exchange import voices_exchanged
from scoregen.score.check import problems
from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.score.timeline import pitch_of, pitched_notes
from scoregen.system.errors import InputError
from tests.generation.arranging.sources import parts_of, song
from tests.generation.variation.themes import MINOR, hymn, star, themes
from tests.plan.tunes import tune


def words(theme: Theme, score: Score) -> str:
    return " ".join(str(note.pitch) for note in tune_line(score, theme.slot))


def sonorities(score: Score) -> list[frozenset[object]]:
    """What sounds together, in order, without its times."""
    notes = pitched_notes(score)
    times = sorted({note.onset for note in notes})
    rows = [frozenset((n.slot, n.pitch) for n in notes if n.onset <= time < n.end) for time in times]
    return [row for index, row in enumerate(rows) if index == 0 or row != rows[index - 1]]


def test_a_rhythm_bends_time_for_all_voices_alike() -> None:
    theme = theme_of(hymn())
    done = in_rhythm(theme, 1.0, "0")
    assert done.changed > 0 and problems(done.score) == ()
    assert sonorities(done.score) == sonorities(theme.score)
    kept = measured(theme, "rhythm", done.score)
    assert kept.kept == kept.structural


@pytest.mark.parametrize("number", range(3))
def test_rhythms_keep_structural_notes_and_grow_with_strength(number: int) -> None:
    theme = themes()[number]
    shares = []
    for step in range(6):
        done = measured(theme, "rhythm", in_rhythm(theme, step / 5, "0").score)
        assert done.kept == done.structural
        shares.append(done.share)
    assert shares == sorted(shares) and shares[0] == 0 < shares[-1]


def test_major_becomes_minor_with_its_leading_note() -> None:
    theme = theme_of(tune("C4:1 E4:1 G4:1 A4:1 | G4:1 F4:1 D4:1 B3:1 | C4:4", key="C major"))
    score = in_other_mode(theme)
    assert words(theme, score) == "C4 Eb4 G4 Ab4 G4 F4 D4 B3 C4"
    assert [measure.key.fifths for measure in score.measures] == [-3, -3, -3]
    assert score.measures[0].key.mode == "minor"


def test_minor_becomes_major() -> None:
    theme = theme_of(tune(MINOR, "3/4", "d minor"))
    score = in_other_mode(theme)
    assert words(theme, score).startswith("D5 C#5 D5 E5 F#5 E5 D5 C#5 D5 B4 A4 G4 F#4")
    assert score.measures[0].key.fifths == 2


def test_a_passage_in_the_relative_major_keeps_the_degrees_of_the_home_key() -> None:
    """A minor, C major with its dominant, and back: all notes are those of A major."""
    text = "A4:1 C5:1 E5:1 A4:1 | G4:1 C5:1 E5:1 G5:1 | F5:1 D5:1 B4:1 G4:1 | C5:2 G4:2 | E5:1 D5:1 C5:1 B4:1 | A4:4"
    theme = theme_of(tune(text, key="a minor"))
    in_c = [replace(each, key=Key.parse("C major")) if 4 <= each.onset < 16 else each for each in theme.chords]
    vars(theme)["chords"] = tuple(in_c)  # as the analysis of a score with more voices finds them
    assert set(words(theme, in_other_mode(theme)).split()) <= {
        *("A4", "B4", "C#5", "D5", "E5", "F#5"),
        *("G#4", "G#5"),
    }


def test_a_descending_seventh_degree_is_natural_in_minor() -> None:
    theme = theme_of(tune("C5:1 B4:1 A4:1 G4:1 | E4:2 F4:1 D4:1 | C4:4"))
    assert words(theme, in_other_mode(theme)).startswith("C5 Bb4 Ab4 G4 Eb4")


def test_chord_symbols_change_mode_with_the_notes() -> None:
    plain = tune("C4:2 A4:2 | G4:2 B4:2 | C5:4")
    chords = [[("C", "major"), ("F", "major")], [("G", "dominant")], [("C", "major")]]
    measures = tuple(
        replace(
            measure,
            chord_symbols=tuple(
                ChordSymbol(Fraction(2 * n), "P1", SpelledPitchClass(root), kind) for n, (root, kind) in enumerate(row)
            ),
        )
        for measure, row in zip(plain.measures, chords, strict=True)
    )
    score = in_other_mode(theme_of(replace(plain, measures=measures)))
    named = [(symbol.root.step, symbol.kind) for measure in score.measures for symbol in measure.chord_symbols]
    assert named == [("C", "minor"), ("F", "minor"), ("G", "dominant"), ("C", "minor")]


def test_a_theme_without_major_or_minor_has_no_other_mode() -> None:
    dorian = tune("D4:1 E4:1 F4:1 G4:1 | A4:1 B4:1 C5:1 A4:1 | B4:1 G4:1 F4:1 E4:1 | D4:4", key="d dorian")
    with pytest.raises(InputError, match="the technique mode needs a theme in major or minor"):
        in_other_mode(theme_of(dorian))


def test_left_hands_become_alberti_basses_and_the_tune_stays() -> None:
    score = song(("h:E5 h:D5", "h:G4+C5 h:G4+B4", "h:C3+E3+G3 h:G2+B2+D3"), ("w:C5", "w:E4+G4", "w:C3"))
    theme = theme_of(score)
    done = broken_chords(theme, 1.0, "0")
    assert parts_of(done.score)["Piano"].split()[2:10] == ["C3", "G3", "E3", "G3", "G2", "D3", "B2", "D3"]
    assert parts_of(done.score)["Voice"] == parts_of(score)["Voice"]
    assert problems(done.score) == ()


def test_choirs_do_not_break_chords() -> None:
    assert broken_chords(theme_of(hymn()), 1.0, "0").possible == 0


def test_an_exchange_keeps_every_chord_and_moves_the_tune() -> None:
    theme = theme_of(hymn())
    done = voices_exchanged(theme, 1.0, "0")
    before = {(note.onset, pitch_of(note).pitch_class) for note in pitched_notes(theme.score)}
    assert {(note.onset, pitch_of(note).pitch_class) for note in pitched_notes(done.score)} == before
    home = done.homes[0][1]
    assert home != theme.slot and done.parallels == 0
    steps = [pitch_of(note).step for note in tune_line(done.score, home)]
    assert steps == [pitch_of(note).step for note in theme.line]
    kept = measured(theme, "voice-exchange", done.score, done.homes)
    assert kept.kept == kept.in_place == kept.structural


def test_an_exchange_of_some_phrases_grows_with_strength() -> None:
    theme = theme_of(hymn())
    shares = [
        measured(theme, "voice-exchange", (done := voices_exchanged(theme, step / 4, "0")).score, done.homes).share
        for step in range(5)
    ]
    assert shares == sorted(shares) and shares[0] == 0 < shares[-1]


def test_a_tune_alone_has_no_voice_to_exchange_with() -> None:
    with pytest.raises(InputError, match="voice-exchange needs two voices"):
        voices_exchanged(star(), 1.0, "0")
