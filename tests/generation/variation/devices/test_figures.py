"""The tune upside down, backwards and at double length, over its chords."""

from __future__ import annotations

from itertools import pairwise

import pytest

from scoregen.generation.variation.devices.figures import DEVICES, with_device
from scoregen.generation.variation.theme import Theme, theme_of, tune_line
from scoregen.score.check import problems
from scoregen.score.elements import Score
from scoregen.score.timeline import pitch_of
from scoregen.system.errors import InputError
from tests.generation.arranging.sources import song
from tests.generation.variation.themes import hymn, star, themes
from tests.plan.tunes import tune


def words(theme: Theme, score: Score) -> str:
    return " ".join(f"{note.pitch}:{note.duration}" for note in tune_line(score, theme.slot))


def simple() -> Theme:
    return theme_of(tune("C4:1 D4:1 E4:1 F4:1 | G4:2 E4:1 D4:1 | C4:4", key="C major", name="Melody"))


def test_an_inversion_turns_the_steps_of_the_tune() -> None:
    theme = simple()
    line = [pitch_of(note).diatonic for note in tune_line(with_device(theme, "inversion", 1.0, "0"), theme.slot)]
    own = [pitch_of(note).diatonic for note in theme.line]
    turned = [(b - a) * (d - c) <= 0 for (a, b), (c, d) in zip(pairwise(own), pairwise(line), strict=True)]
    assert sum(turned) >= len(turned) - 1 and line != own


def test_a_retrograde_has_the_rhythm_backwards() -> None:
    theme = simple()
    done = tune_line(with_device(theme, "retrograde", 1.0, "0"), theme.slot)
    assert [note.duration for note in done] == [note.duration for note in reversed(theme.line)]


def test_an_augmentation_has_the_first_notes_at_double_length() -> None:
    theme = simple()
    done = tune_line(with_device(theme, "augmentation", 1.0, "0"), theme.slot)
    assert [note.duration for note in done] == [2 * note.duration for note in theme.line][: len(done)]
    assert sum(note.duration for note in done) == 12


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("number", range(3))
def test_every_tune_has_each_device_in_its_scale(device: str, number: int) -> None:
    theme = themes()[number]
    score = with_device(theme, device, 1.0, "0")
    assert problems(score) == () and words(theme, score) != words(theme, theme.score)
    scale = range(theme.keys[0].signature.fifths - 1, theme.keys[0].signature.fifths + 6)
    outside = [note for note in tune_line(score, theme.slot) if pitch_of(note).fifths not in scale]
    assert not outside or theme.keys[0].mode == "minor"
    last = tune_line(score, theme.slot)[-1]
    assert pitch_of(last).fifths == theme.keys[0].tonic_fifths


def accompanied() -> Theme:
    return theme_of(
        song(
            ("q:E5 q:D5 h:C5", "h:G4+C5 h:G4+B4", "h:C3+E3+G3 h:G2+B2+D3"),
            ("q:D5 q:E5 q:F5 q:D5", "w:G4+B4", "w:G2+D3"),
            ("w:C5", "w:E4+G4", "w:C3"),
        )
    )


@pytest.mark.parametrize("device", DEVICES)
def test_a_figure_fits_the_chords_under_it_which_are_kept(device: str) -> None:
    theme = accompanied()
    score = with_device(theme, device, 1.0, "0")
    strong = [note for note in tune_line(score, theme.slot) if note.duration >= 1]
    assert strong and all(pitch_of(note).fifths in theme.members(note.onset) for note in strong)
    for slot in theme.others:
        assert tune_line(score, slot) == tune_line(theme.score, slot)


def test_strength_is_a_share_of_the_phrases() -> None:
    theme = star()
    assert words(theme, with_device(theme, "inversion", 0.0, "0")) == words(theme, theme.score)
    half = words(theme, with_device(theme, "inversion", 0.5, "0")).split()
    own = words(theme, theme.score).split()
    assert 0 < sum(a != b for a, b in zip(half, own, strict=True)) < len(own)


def test_a_choir_is_refused() -> None:
    with pytest.raises(InputError, match="retrograde needs a tune of single notes"):
        with_device(theme_of(hymn()), "retrograde", 1.0, "0")
