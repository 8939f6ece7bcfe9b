"""`vary` as a task: the theme untouched, the variations under their names, the same notes for the same seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.generation.variation.devices.figures import DEVICES
from scoregen.notation.files import read_score, write_score
from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.directions import RehearsalMark
from scoregen.score.elements import Score
from scoregen.system.errors import InputError
from scoregen.tasks.variation.vary import TECHNIQUES, VaryOptions, vary
from tests.generation.arranging.sources import song
from tests.generation.variation.themes import STAR, hymn
from tests.plan.tunes import tune


@pytest.fixture(scope="module")
def star(tmp_path_factory: pytest.TempPathFactory) -> Score:
    path = tmp_path_factory.mktemp("theme") / "star.musicxml"
    write_score(tune(STAR, name="Melody"), path)
    return read_score(path)


def marks(score: Score) -> list[str]:
    values = (item.value for measure in score.measures for item in measure.directions)
    return [value.text for value in values if isinstance(value, RehearsalMark)]


def test_the_theme_comes_first_and_its_document_is_kept(star: Score) -> None:
    done = vary(star, VaryOptions(("ornament", "mode"), seed=1))
    assert done.score.document == star.document
    count = len(star.measures)
    given = done.score.measures[:count]
    assert [measure.voices for measure in given] == [measure.voices for measure in star.measures]
    assert len(done.score.measures) == 3 * count
    text = musicxml_text(done.score)
    assert check_document(text, "") == ()
    again = read_musicxml(text, "f")
    assert [measure.voices for measure in again.measures[:count]] == [measure.voices for measure in star.measures]


def test_variations_have_marks_double_bars_and_systems_of_their_own(star: Score) -> None:
    done = vary(star, VaryOptions(("ornament", "rhythm", "mode")))
    written = read_musicxml(musicxml_text(done.score), "f")
    assert marks(written) == ["Var. 1: ornament", "Var. 2: rhythm", "Var. 3: mode"]
    count = len(star.measures)
    starts = [index for index, measure in enumerate(written.measures) if measure.break_before == "system"]
    assert starts == [count, 2 * count, 3 * count]
    assert [written.measures[index - 1].barline.style for index in starts] == ["light-light"] * 3
    assert written.measures[-1].barline.style == "light-heavy"
    assert written.measures[3 * count].key.fifths == -3
    numbers = [measure.number for measure in written.measures]
    assert numbers == list(map(str, range(1, 4 * count + 1)))


def test_the_same_seed_gives_the_same_notes(star: Score) -> None:
    options = VaryOptions(("ornament", "diminution"), seed=3)
    assert vary(star, options).score == vary(star, options).score
    assert vary(star, options).score != vary(star, replace(options, seed=4)).score


@pytest.mark.parametrize("technique", sorted(set(TECHNIQUES) - {"harmony", *DEVICES}))
def test_every_technique_keeps_the_skeleton_or_says_that_it_has_no_place(technique: str) -> None:
    seen = 0
    for score in (tune(STAR, name="Melody"), hymn(), song(("q:C5 q:D5 h:E5", "h:G4+C5 h:G4", "h:C3+E3 h:C3+E3+G3"))):
        try:
            done = vary(score, VaryOptions((technique,), strength=1.0, by_network=False)).variations[0]
        except InputError as error:
            assert "--technique" in str(error) or "needs" in str(error)
            continue
        seen += 1
        assert done.kept == done.structural and done.share > 0
    assert seen


@pytest.mark.parametrize("technique", DEVICES)
def test_devices_change_the_tune_and_not_its_length(technique: str) -> None:
    done = vary(tune(STAR, name="Melody"), VaryOptions((technique,), strength=1.0)).variations[0]
    assert done.share > 0.3 and done.score.duration == tune(STAR).duration


def test_harmony_changes_the_other_voices_under_the_same_tune() -> None:
    done = vary(hymn(), VaryOptions(("harmony",), strength=1.0)).variations[0]
    assert done.in_place == done.structural and done.share > 0.2
    soprano = [measure.voices[0].elements for measure in done.score.measures]
    assert [[note.pitch for e in row for note in e.notes] for row in soprano] == [
        [note.pitch for e in measure.voices[0].elements for note in e.notes] for measure in hymn().measures
    ]


def test_harmony_gives_a_melody_chord_symbols(star: Score) -> None:
    assert not any(measure.chord_symbols for measure in star.measures)
    done = vary(star, VaryOptions(("harmony",), strength=1.0))
    (found,) = done.variations
    symbols = [symbol for measure in found.score.measures for symbol in measure.chord_symbols]
    assert len(symbols) >= len(star.measures) / 2 and found.in_place == found.structural
    assert found.share > 0.1 and "of the notes and chord symbols changed" in done.notices[-1]
    assert [m.voices for m in found.score.measures] == [m.voices for m in star.measures], "the tune stays"


def test_techniques_are_joined_by_plus(star: Score) -> None:
    both = vary(star, VaryOptions(("mode+ornament",), strength=1.0)).variations[0]
    alone = vary(star, VaryOptions(("mode",), strength=1.0)).variations[0]
    assert both.share > alone.share and both.score.measures[0].key.fifths == -3


def test_without_names_a_set_suits_the_theme_and_what_has_no_place_is_left_out() -> None:
    done = vary(tune("C4:4 | D4:4 | E4:4 | C4:4", name="Melody"), VaryOptions(by_network=False))
    assert done.variations
    assert all(each.share > 0 for each in done.variations)


def test_anacruses_and_repeats_are_kept_in_every_variation() -> None:
    theme = tune("G4:1 | C5:1 E5:1 D5:1 B4:1 | C5:3", name="Melody")
    done = vary(theme, VaryOptions(("diminution",), by_network=False)).score
    assert [measure.duration for measure in done.measures] == [1, 4, 3, 1, 4, 3]
    assert done.measures[3].implicit and done.measures[3].number == "X1"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (VaryOptions(strength=1.5), "--strength: found 1.5; expected a number from 0 to 1"),
        (VaryOptions(count=0), "--count: found 0; expected 1 to 30"),
        (VaryOptions(("fugue",)), "--technique: found 'fugue'; expected one of: ornament"),
        (VaryOptions(("voice-exchange+ornament",)), "voice-exchange comes last"),
        (VaryOptions(("voice-exchange",), part="9"), "--part: there is no part '9'"),
    ],
)
def test_wrong_values_are_named(options: VaryOptions, message: str) -> None:
    with pytest.raises(InputError, match=message):
        vary(hymn(), options)


def test_variations_of_a_long_theme_are_limited() -> None:
    long = tune(" | ".join(["C4:1 D4:1 E4:1 C4:1"] * 120), name="Melody")
    with pytest.raises(InputError, match="lower --count"):
        vary(long, VaryOptions(("ornament",), count=20))


def test_the_written_score_passes_the_gate_in_all_formats(star: Score, tmp_path: Path) -> None:
    done = vary(star, VaryOptions(("triplets",)))
    paths = [tmp_path / f"set{suffix}" for suffix in (".musicxml", ".mid", ".svg")]
    assert len(list(done.save(*paths))) >= 3


def test_what_a_device_leaves_of_the_notes_of_a_tune_is_said() -> None:
    sung = tune("C4:1,(glo D4:1,-ri E4:1,a) F4:1 | G4:2 E4:1 D4:1 | C4:4^", name="Melody")
    plain = tune("C4:1 D4:1 E4:1 F4:1 | G4:2 E4:1 D4:1 | C4:4", name="Melody")
    lost = "the words, fermatas, articulations and grace notes of the tune are left out in: retrograde"
    assert lost in vary(sung, VaryOptions(("ornament", "retrograde"))).notices
    assert not any("left out" in notice for notice in vary(plain, VaryOptions(("retrograde",))).notices)
    assert not any("left out" in notice for notice in vary(sung, VaryOptions(("rhythm",))).notices)
