"""Tasks for any ensemble: what the network is told about the voices."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.generation.ensemble_task import ensemble_task, voice_descriptions
from scoregen.generation.infill_task import InfillTask
from scoregen.notation.files import read_score
from scoregen.score.ensemble import load_ensemble, with_instruments
from scoregen.styles.style import load_style
from scoregen.system.errors import InputError
from scoregen.tokens.voice_descriptions import VoiceDescription
from tests.generation.pages import BASS, REST, TREBLE, PagePart, page, sung
from tests.generation.pages import TUNE as MELODY

TUNE = "X:1\nT:Tune\nM:4/4\nL:1/4\nK:G\n{voice}G A B c|d c B2|\n"


def described(folder: Path, ensemble: str, voice: str = "") -> tuple[VoiceDescription, ...]:
    """The voices of a tune for an ensemble."""
    path = folder / "tune.abc"
    path.write_text(TUNE.format(voice=voice))
    return voice_descriptions(
        ensemble_task(read_score(path), load_ensemble(ensemble), {}, [], 0, load_style("instruments"))
    )


@pytest.mark.parametrize(
    ("ensemble", "family", "is_sung"), [("voice-piano", "voice", True), ("string-quartet", "strings", False)]
)
def test_a_tune_without_an_instrument_is_played_by_its_role(
    tmp_path: Path, ensemble: str, family: str, is_sung: bool
) -> None:
    tune = described(tmp_path, ensemble)[0]
    assert (tune.family, tune.sung) == (family, is_sung)


def test_a_player_has_the_range_of_the_role_and_a_singer_that_of_the_tune(tmp_path: Path) -> None:
    violin, singer = described(tmp_path, "string-quartet")[0], described(tmp_path, "voice-piano")[0]
    assert violin.lowest == 55
    assert (singer.lowest, singer.highest) == (67, 74)


def test_a_known_instrument_stays(tmp_path: Path) -> None:
    flute = described(tmp_path, "voice-piano", 'V:1 name="Flute"\n')[0]
    assert (flute.family, flute.sung) == ("woodwind", False)


def test_both_hands_of_a_new_piano_are_blank(tmp_path: Path) -> None:
    path = tmp_path / "tune.abc"
    path.write_text(TUNE.format(voice=""))
    task = ensemble_task(read_score(path), load_ensemble("voice-piano"), {}, [], 0, load_style("instruments"))
    blank = {voice.slot[:2] for measure in task.page.measures for voice in measure.voices if voice.is_blank}
    assert blank == {(task.page.parts[1].id, 1), (task.page.parts[1].id, 2)}


QUARTET = tuple(sung(name, MELODY) for name in ("Violin I", "Violin II", "Viola", "Cello"))


def quartet_task(*parts: PagePart, blank: tuple[str, ...], extend: int = 0, wanted: tuple[str, ...] = ()) -> InfillTask:
    ensemble, style = load_ensemble("string-quartet"), load_style("instruments")
    return ensemble_task(page(*parts), ensemble, {}, blank, extend, style, wanted=wanted)


def blank_parts(task: InfillTask) -> set[str]:
    """The names of the parts of a page that have blanks."""
    voices = (voice for measure in task.page.measures for voice in measure.voices)
    return {task.page.part(voice.slot.part).name for voice in voices if voice.is_blank}


def test_a_selection_of_measures_empties_only_the_parts_that_are_asked_for() -> None:
    assert blank_parts(quartet_task(*QUARTET, blank=(":2",), wanted=("viola",))) == {"Viola"}
    assert blank_parts(quartet_task(*QUARTET[:3], blank=(), extend=1, wanted=("cello",))) == {"Cello"}


@pytest.mark.parametrize(
    ("blank", "wanted", "message"),
    [
        (("cello:2",), ("viola",), "--blank: there is no part 'cello' to fill; expected one of: viola"),
        (("cello:2",), ("viola", "cello"), "--parts: viola has notes already, which are kept; --blank viola"),
        (
            ("flute:2",),
            (),
            "--blank: there is no part 'flute' to fill; expected one of: violin1, violin2, viola, cello",
        ),
    ],
)
def test_a_selection_of_a_part_that_is_not_written(
    blank: tuple[str, ...], wanted: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        quartet_task(*QUARTET, sung("Flute", MELODY), blank=blank, wanted=wanted)


def test_one_hand_of_a_piano_is_given_and_the_other_written() -> None:
    piano = PagePart("Piano", (TREBLE, BASS), {(1, 1): MELODY, (2, 1): REST})
    task = ensemble_task(page(piano), load_ensemble("piano"), {}, [], 0, load_style("instruments"))
    assert "given: piano (right hand); to write: piano (left hand)" in str(task.understanding)


def test_each_measure_to_write_is_named() -> None:
    task = quartet_task(*QUARTET, blank=("viola:1", "viola:4", "cello:2"))
    assert "to write: viola (measures 1, 4), cello (measure 2)" in str(task.understanding)


def test_a_page_of_chord_symbols_without_notes_gets_all_roles(tmp_path: Path) -> None:
    song = tmp_path / "song.cho"
    song.write_text("[Am]one [F]two [G]three [C]four\n")
    task = ensemble_task(read_score(song), load_ensemble("voice-piano"), {}, (), 0, load_style())
    assert [part.name for part in task.page.parts] == ["Voice", "Piano"]
    assert all(voice.is_blank for measure in task.page.measures for voice in measure.voices)


def test_a_part_to_add_that_the_page_has_leads_to_the_others() -> None:
    quartet = with_instruments(load_ensemble("string-quartet"), ["flute"])
    score, style = page(sung("Flute", MELODY)), load_style("instruments")
    with pytest.raises(InputError, match=r"flute already, with notes.*--add flute,violin1,violin2,viola,cello"):
        ensemble_task(score, quartet, {}, [], 0, style, add=["flute"])
    task = ensemble_task(score, quartet, {}, [], 0, style, add=["flute", "violin1", "cello"])
    assert [part.name for part in task.page.parts] == ["Flute", "Violin I", "Cello"]
