"""`scoregen train` on songs with piano: a style of the user's own from a few scores, and `compose` in it."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import scoregen
from scoregen.cli.app import run
from scoregen.model.network.checkpoint import read_weights
from scoregen.model.own_styles.figuration import KINDS
from scoregen.model.sampling.mixture import load_mixture
from scoregen.model.sampling.pretrained import load_pretrained
from scoregen.notation.files import read_score, write_score
from scoregen.score.ensemble import load_ensemble
from scoregen.styles.library import choose_style, ensemble_for, find_style
from scoregen.styles.style import load_style
from scoregen.system.errors import InputError
from scoregen.system.resources import weights
from tests.benchmarks.style_corpora import with_piano
from tests.model.runs import one_thread

TUNES = (
    '"G"GAB|"C"c2B|"D7"A2G|"D"F3|"G"GAB|"Am"c2d|"D7"e2d|"G"G3|"C"c2e|"G"d2B|"D7"A2F|"G"G3|',
    '"G"B2d|"D"A2d|"Em"G2B|"D"A3|"G"B2d|"C"e2c|"D7"A2F|"G"G3|"Em"B2e|"Am"c2A|"D7"d2F|"G"G3|',
    '"G"DGB|"C"EGc|"G"DGB|"D7"A3|"G"DGB|"C"EGc|"D7"AGF|"G"G3|"D7"A2A|"G"B2B|"D7"cBA|"G"G3|',
)
Captured = pytest.CaptureFixture[str]
SHORT = ["--steps", "2", "--save-every", "2", "--batch-size", "1", "--drafts", "1"]


def song(number: int) -> str:
    return f"X:1\nT:Tune\nM:3/4\nL:1/4\nK:G\n{TUNES[number]}\n"


@pytest.fixture(scope="module", autouse=True)
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A current folder with three songs in `songs`, and the style `mine` that was trained on them."""
    path = tmp_path_factory.mktemp("here")
    (path / "songs").mkdir()
    for number in range(len(TUNES)):
        (path / "tune.abc").write_text(song(number))
        written = with_piano(read_score(path / "tune.abc"))
        assert written is not None
        write_score(written, path / "songs" / f"song {number}.musicxml")
    with pytest.MonkeyPatch.context() as patch, one_thread():
        patch.setenv("XDG_DATA_HOME", str(path / "data"))
        patch.chdir(path)
        assert run(["train", "songs", "-o", "mine", *SHORT, "-q"]) == 0
        yield path


def test_before_it_starts_it_says_what_it_found_and_does(here: Path, capsys: Captured) -> None:
    assert run(["train", "songs", "-o", "mine", *SHORT, "--steps", "3"]) == 0
    lines = [line.removeprefix("scoregen: ") for line in capsys.readouterr().err.splitlines()]
    assert lines[0] == "found 3 pieces, 36 measures for voice-piano; 1 of them only to measure the result"
    assert lines[1] == "key signatures: 1 sharp (3); metres: 3/4 (3)"
    assert lines[2].startswith("few pieces: a style vector and adapters are learned, ")
    assert lines[3].startswith("resumes after step 2; 1 step at ")
    learned, copied, use = lines[-3:]
    assert learned.startswith("it learned") and "pieces that it was not trained on cost" in learned
    assert "of the passages of its drafts are in its pieces" in copied
    assert use == "use it: scoregen compose MELODY --style mine"


def test_the_style_begins_with_the_nearest_one_that_ships_and_says_on_what_it_was_trained(here: Path) -> None:
    own, base = find_style("mine"), load_style(str(_table(here)["base"]))
    assert base.weights == "ensembles" and base.network_style
    assert own.style.network_style == base.network_style
    fitted = {kind: getattr(own.style.voice_leading, kind) for kind in KINDS}
    assert own.style.voice_leading == replace(base.voice_leading, **fitted)
    assert set(_table(here)["voice_leading"]) == {*KINDS}
    about = json.loads((here / "mine.json").read_text())
    assert sorted(about["manifest"]) == [f"song {number}.musicxml" for number in range(3)]
    assert about["training"]["tuned"] == "adapters" and about["ensemble"] == "voice-piano"
    assert about["start"]["sha256"] == json.loads((weights() / "ensembles.json").read_text())["sha256"]
    shipped, tuned = read_weights(weights() / "ensembles"), read_weights(here / "mine")
    assert tuned.config == shipped.config  # so that the graphs are the same
    rows = abs(tuned.tensors["style.weight"] - shipped.tensors["style.weight"]).max(1) > 1e-3
    assert rows.nonzero()[0].tolist() in ([], [1 + shipped.config.styles.index(base.network_style)])
    assert (tuned.tensors["pitch.weight"] == shipped.tensors["pitch.weight"]).all()


def _table(here: Path) -> dict[str, Any]:
    return tomllib.loads((here / "mine.style").read_text())


def test_a_tune_gets_a_piano_without_being_asked_to(here: Path) -> None:
    tune = here / "new.abc"
    tune.write_text("X:1\nT:New\nM:3/4\nL:1/4\nK:G\nG2A|B2c|d2B|G3|]\n")
    assert ensemble_for("mine") == ensemble_for("song:0.2,mine:0.8") == "voice-piano"
    assert ensemble_for("chorale") == "satb"
    assert run(["compose", str(tune), "--style", "mine", "--candidates", "1", "--passes", "0", "-q", "--force"]) == 0
    written = read_score(Path("new.voice-piano.musicxml"))
    assert [part.staves for part in written.parts] == [1, 2]
    in_python = scoregen.compose(tune, style="mine", candidates=1, passes=0)
    assert [part.staves for part in in_python.score.parts] == [1, 2]


def test_it_is_planned_and_mixed_like_the_styles_that_ship(here: Path) -> None:
    players = load_ensemble("voice-piano")
    assert load_pretrained(here / "mine", players).planner is not None
    chosen = choose_style("song:0.75,mine:0.25")
    mixed = load_mixture(
        [(entry.weights, share) for entry, share in chosen.parts],
        players,
        network_styles=[entry.style.network_style for entry, _ in chosen.parts],
        target=chosen.style.network_style,
    )
    shipped, own = read_weights(weights() / "ensembles"), read_weights(here / "mine")
    name = "in_slice.bias_hh"
    between = 0.75 * shipped.tensors[name] + 0.25 * own.tensors[name]
    assert abs(mixed.weights.tensors[name] - between).max() < 1e-6
    with pytest.raises(InputError, match=r"satb-chorales and mine cannot be mixed: .* for a choir, .* any ensemble"):
        scoregen.compose(here / "tune.abc", style="bach:0.7,mine:0.3")


def test_a_style_file_without_prices_takes_those_of_its_base(here: Path) -> None:
    shutil.copy(here / "mine.safetensors", here / "older.safetensors")
    (here / "older.style").write_text('base = "song"\n[voice_leading]\nparallel = 1.25\n')
    own, song = find_style("older").style.voice_leading, load_style("song").voice_leading
    assert own.parallel == 1.25
    assert (own.rhythm_change, own.repeated_note) == (song.rhythm_change, song.repeated_note) == (0.2, 0.6)


@pytest.mark.parametrize(
    ("start", "expected"),
    [("song", "starts from the weights ensembles in the style song;"), ("none", "starts from random weights;")],
)
def test_the_start_can_be_named(start: str, expected: str, here: Path, capsys: Captured) -> None:
    assert run(["train", "songs", "-o", f"from-{start}", *SHORT, "--steps", "1", "--drafts", "0", "--from", start]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert any(line.startswith(f"scoregen: {expected}") for line in lines)
    assert find_style(f"from-{start}").style.network_style == "openscore-lieder"


def test_scores_of_another_ensemble_are_left_out_if_one_is_named(here: Path, capsys: Captured) -> None:
    assert run(["train", "songs", "-o", "quartet", "--ensemble", "string-quartet", "--steps", "1"]) == 2
    assert "found no part for" in capsys.readouterr().err
