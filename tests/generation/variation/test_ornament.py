"""Ornaments: the structural notes stay, foreign notes resolve, no parallels, more strength changes more."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.analysis.rules.parallels import parallels
from scoregen.generation.variation.figures import Span, realisations
from scoregen.generation.variation.grammar import figures, manners
from scoregen.generation.variation.measuring import measured
from scoregen.generation.variation.ornament import ornamented
from scoregen.generation.variation.theme import Theme, theme_of, tune_line
from scoregen.score.check import problems
from scoregen.score.edit import insert_voices
from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import pitch_of
from tests.generation.variation.themes import hymn, star, themes
from tests.notation.handmade import BASS, TREBLE, measure, voice_part
from tests.plan.tunes import tune

MANNERS = ("ornament", "triplets", "diminution", "texture")


def varied(theme: Theme, technique: str, strength: float, seed: str = "0") -> Score:
    done = ornamented(theme, manners()[technique], strength, seed)
    return insert_voices(replace(theme.score, document=None), done.items())


@pytest.mark.parametrize("technique", MANNERS)
@pytest.mark.parametrize("number", range(4))
def test_structural_notes_stay_at_their_places(technique: str, number: int) -> None:
    theme = themes()[number]
    for strength in (0.3, 1.0):
        score = varied(theme, technique, strength)
        done = measured(theme, technique, score)
        assert (done.kept, done.in_place) == (done.structural, done.structural)
        assert problems(score) == ()
        assert done.share > 0 or technique == "ornament"


@pytest.mark.parametrize("technique", MANNERS)
def test_more_strength_changes_more(technique: str) -> None:
    for theme in themes():
        shares = [measured(theme, technique, varied(theme, technique, step / 8)).share for step in range(9)]
        assert shares == sorted(shares)
        assert shares[0] == 0 < shares[-1]


def test_a_seed_gives_the_same_notes_and_another_seed_others() -> None:
    assert varied(star(), "diminution", 0.8) == varied(star(), "diminution", 0.8)
    assert varied(star(), "diminution", 0.8) != varied(star(), "diminution", 0.8, "1")


def foreign_notes(theme: Theme, score: Score) -> list[tuple[int, int, int]]:
    """For each new note outside its chord its metrical strength, and the steps to it and from it."""
    line = tune_line(score, theme.slot)
    old = {(note.onset, note.pitch) for note in theme.line}
    found = []
    for index in range(1, len(line) - 1):
        note = pitch_of(line[index])
        if (line[index].onset, note) not in old and note.fifths not in theme.members(line[index].onset):
            before, after = pitch_of(line[index - 1]), pitch_of(line[index + 1])
            strength = theme.strength(line[index].onset)
            found.append((strength, note.diatonic - before.diatonic, after.diatonic - note.diatonic))
    return found


@pytest.mark.parametrize("technique", ["ornament", "triplets", "diminution"])
def test_foreign_notes_are_off_the_beat_and_connected_by_step(technique: str) -> None:
    seen = 0
    for theme in themes():
        for seed in "012":
            for strength, before, after in foreign_notes(theme, varied(theme, technique, 1.0, seed)):
                seen += 1
                assert strength > 1
                assert abs(after) <= 1 or abs(before) == 1
                assert abs(before) <= 1 or abs(after) == 1
    assert seen > 20


def test_ornaments_make_no_parallels_and_cross_no_voice() -> None:
    theme = theme_of(hymn())
    slots = theme.score.slots
    before = len(parallels(theme.score, slots))
    for technique in ("ornament", "triplets", "diminution"):
        for seed in "0123":
            score = varied(theme, technique, 1.0, seed)
            assert len(parallels(score, slots)) <= before
            for note in tune_line(score, theme.slot):
                below = [pitch_of(other) for slot in theme.others for other in theme.sounding(slot, note.onset)]
                assert all(pitch_of(note).chromatic > other.chromatic for other in below)


@pytest.mark.parametrize(("upper", "makes_fifths"), [("e:G4 e:A4 h.:B4", True), ("q:G4 h.:B4", False)])
def test_a_tune_in_the_bass_makes_no_parallels_with_the_voices_above(upper: str, makes_fifths: bool) -> None:
    rows = (upper, "q:C3 h.:E3"), ("w:G4", "w:C3")
    parts = (voice_part(1, "Violin", TREBLE), voice_part(2, "Cello", BASS))
    measures = tuple(
        measure(str(n), "4/4", {Slot("P1"): above, Slot("P2"): below}) for n, (above, below) in enumerate(rows, 1)
    )
    theme = theme_of(Score(parts, measures), "2")
    span = Span(Fraction(0), Fraction(1), Pitch("C", 0, 3), Pitch("E", 0, 3), 2)
    lines = {tuple(map(str, own.notes)) for own in realisations(theme, span)}
    assert lines and (("C3", "D3") in lines) is not makes_fifths


def test_notes_that_are_sung_to_a_syllable_keep_it() -> None:
    theme = theme_of(tune("C4:1,(be C4:1,gin) G4:1,these G4:1,words | A4:2,to G4:2,day"))
    score = varied(theme, "diminution", 1.0)
    sung = [
        lyric.text for m in score.measures for v in m.voices for e in v.elements for n in e.notes for lyric in n.lyrics
    ]
    assert [text.strip("()") for text in sung] == ["be", "gin", "these", "words", "to", "day"]


def test_the_leading_note_of_minor_is_raised_where_it_goes_up() -> None:
    theme = theme_of(tune("A4:1 A4:1 E5:1 E5:1 | D5:1 C5:1 B4:1 G#4:1 | A4:4", key="a minor"))
    span = Span(Fraction(0), Fraction(1), Pitch("A", 0, 4), Pitch("A", 0, 4), 2)
    lines = {tuple(map(str, own.notes)) for own in realisations(theme, span)}
    assert ("A4", "G#4") in lines and ("A4", "G4") not in lines


def test_every_figure_of_the_grammar_begins_with_its_note() -> None:
    assert {len(figure.notes) for figure in figures()} == {2, 3, 4, 6}
    assert all(figure.notes[0] == ("first", 0) for figure in figures())
    assert all(figure.weight > 0 for figure in figures())


def test_tied_and_closing_notes_stay() -> None:
    theme = theme_of(tune("C5:2 D5:2~ | D5:2 C5:1 B4:1 | C5:4"))
    score = varied(theme, "diminution", 1.0)
    line = {note.onset: note for note in tune_line(score, theme.slot)}
    assert line[Fraction(2)].duration == 4
    assert line[Fraction(8)].duration == 4
