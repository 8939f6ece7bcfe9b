"""What a theme is: its tune, its kind, its chords, its structural notes and its phrases."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.generation.variation.theme import theme_of
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import note_name
from scoregen.score.timeline import pitch_of
from scoregen.system.errors import InputError
from tests.generation.arranging.sources import song
from tests.generation.variation.themes import MINOR, hymn, star
from tests.plan.tunes import tune


def roots(theme_text: str, time: str, key: str) -> list[str]:
    theme = theme_of(tune(theme_text, time, key))
    return [note_name(chord.root) for chord in theme.chords]


def test_a_tune_alone_implies_chords_of_its_key() -> None:
    theme = star()
    named = {time: note_name(chord.root) for time in range(16) if (chord := theme.chord(Fraction(time)))}
    assert [named[time] for time in (0, 2, 4, 6)] == ["C", "C", "F", "C"]
    assert named[12] == "G" and named[14] == "C"


def test_a_tune_in_minor_implies_its_major_dominant() -> None:
    theme = theme_of(tune(MINOR, "3/4", "d minor"))
    assert any(chord.is_dominant and chord.root + 4 in chord.members for chord in theme.chords)
    assert theme.chords[-1].root == theme.keys[-1].tonic_fifths


def test_passing_notes_are_not_structural_and_resolutions_of_appoggiaturas_are() -> None:
    theme = theme_of(tune("C4:1/2 D4:1/2 E4:1 F4:1/2 E4:1/2 G4:1 | C5:4"))
    kept = [str(note.pitch) for note, own in zip(theme.line, theme.structural, strict=True) if own]
    assert "D4" not in kept
    assert kept[:2] == ["C4", "E4"] and kept[-1] == "C5"


def test_kinds_of_themes() -> None:
    assert theme_of(hymn()).kind == "choir"
    assert star().kind == "melody"
    assert theme_of(song(("q:C5 q:D5 h:E5", "w:E4", "w:C3"))).kind == "song"


def test_the_tune_can_be_named_by_number_or_name() -> None:
    assert theme_of(hymn(), "Tenor").slot.part == theme_of(hymn(), "3").slot.part == "P3"
    with pytest.raises(InputError, match=r"--part: there is no part 'oboe'; expected one of: 1 \(Soprano\)"):
        theme_of(hymn(), "oboe")


def test_a_theme_needs_notes() -> None:
    with pytest.raises(InputError, match="no notes"):
        theme_of(tune("R:4"))
    with pytest.raises(InputError, match="found 1 notes"):
        theme_of(tune("C4:4"))


def test_phrases_are_the_whole_theme() -> None:
    theme = star()
    assert theme.phrases[0][0] == 0 and theme.phrases[-1][1] == theme.score.duration
    assert all(a[1] == b[0] for a, b in zip(theme.phrases, theme.phrases[1:], strict=False))
    assert pitch_of(theme.line[0]) == Pitch("C", 0, 4)
