"""`scoregen styles` and `--style` as a user meets them: from a folder of scores to a composition in its style."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import scoregen
from scoregen.cli.app import run
from scoregen.system import resources
from scoregen.system.errors import InputError
from scoregen.tokens.successions import SuccessionTable
from tests.model.runs import one_thread

Captured = pytest.CaptureFixture[str]
MELODY = Path(__file__).resolve().parents[4] / "corpora" / "samples" / "morning-song.musicxml"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One thread, an own folder for styles, and the temporary folder as the current one."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    with one_thread():
        yield


@pytest.fixture(scope="module")
def trained(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A style that was tuned for two steps."""
    stem = tmp_path_factory.mktemp("style") / "mine"
    with one_thread():
        scoregen.train(corpus, stem, steps=2, save_every=2, batch_size=2, drafts=2)
    return stem


def test_training_makes_a_style(trained: Path, tmp_path: Path, capsys: Captured) -> None:
    assert run(["styles", "--add", str(trained)]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert {"chorale, bach: chorale", "haydn: pieces by Joseph Haydn"} < set(lines) and lines[
        -1
    ] == "mine: your own style"
    assert captured.err.splitlines()[-1] == f"scoregen: your folder for styles: {tmp_path}/data/scoregen/styles"
    assert run(["compose", str(MELODY), "--style", "mine", "-o", "own.musicxml", "--json", "--candidates", "1"]) == 0
    assert run(["compose", str(MELODY), "--style", "bach", "-o", "bach.musicxml", "--candidates", "1"]) == 0
    own, bach = (Path(name).read_text() for name in ("own.musicxml", "bach.musicxml"))
    checksum = json.loads(trained.with_suffix(".json").read_text())["sha256"]
    assert checksum in own and checksum not in bach
    assert run(["styles", "--remove", "mine"]) == 0
    assert run(["compose", str(MELODY), "--style", "mine"]) == 2
    assert "there is no style 'mine'; expected one of: " in capsys.readouterr().err


def test_a_mixture_is_none_of_its_parts(trained: Path, capsys: Captured) -> None:
    found = {
        text: scoregen.compose(MELODY, style=text, candidates=1, passes=0).alternatives[0].provenance
        for text in ("bach", str(trained), f"bach:0.5,{trained}:0.5")
    }
    assert len({record["weights"] for record in found.values()}) == 3
    mixture = f"bach:0.5,{trained}:0.5"
    assert found[mixture]["style"] == mixture
    again = scoregen.compose(MELODY, style=mixture, candidates=1, passes=0).alternatives[0].provenance
    assert again["weights"] == found[mixture]["weights"]
    assert run(["compose", str(MELODY), "--style", f"bach:0.7,{trained}:much"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_successions_are_those_of_the_base_and_of_the_pieces(trained: Path) -> None:
    own, base = (
        SuccessionTable.from_bytes(stem.with_suffix(".successions").read_bytes())
        for stem in (trained, resources.weights() / "satb-chorales")
    )
    ours, theirs = ({tuple(row) for row in table.rows.tolist()} for table in (own, base))
    assert theirs < ours


def test_what_training_wrote_can_be_edited(trained: Path, tmp_path: Path) -> None:
    for suffix in (".safetensors", ".json", ".style"):
        shutil.copy(trained.with_suffix(suffix), tmp_path)
    text = Path("mine.style").read_text()
    assert 'base = "chorale"' in text and "[voice_leading]\nparallel = " in text
    costs = [line for line in text.splitlines() if line.startswith("crossing = ")]
    assert len(costs) == 1
    for crossing in (0.0, 3.5):
        Path("mine.style").write_text(text.replace(costs[0], f"crossing = {crossing}"))
        record = scoregen.compose(MELODY, style="mine", candidates=1, passes=0).alternatives[0].provenance
        assert record["sampling"]["crossing"] == crossing


def test_explain_finds_the_style_again(trained: Path, tmp_path: Path) -> None:
    """The style that is in the provenance; it says so if that is gone."""
    for suffix in (".safetensors", ".json", ".style"):
        shutil.copy(trained.with_suffix(suffix), tmp_path)
    scoregen.compose(MELODY, style="mine", candidates=1, passes=0).save("piece.musicxml")
    checksum = json.loads(Path("mine.json").read_text())["sha256"]
    found = scoregen.explain("piece.musicxml")
    assert (found.weights, [notice for notice in found.notices if "style" in notice]) == (checksum, [])
    Path("mine.safetensors").unlink()
    (notice, other) = [notice for notice in scoregen.explain("piece.musicxml").notices if "style" in notice]
    assert notice == "the score was written in the style mine, which is not found; name it with --style"
    assert "other weights than this explanation uses" in other
    assert scoregen.explain("piece.musicxml", style=str(trained)).weights == checksum


def test_a_style_and_a_checkpoint_exclude_each_other(trained: Path) -> None:
    with pytest.raises(InputError, match="the style mine has its own weights; omit one of them"):
        scoregen.compose(MELODY, style=str(trained), checkpoint=trained)


def test_the_list_is_also_there_for_programs(capsys: Captured) -> None:
    assert run(["styles", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    styles = [(style["name"], style["aliases"], style["own"]) for style in listed["styles"]]
    assert {("chorale", ("bach",), False), ("instruments", (), False)} < {
        (name, tuple(aliases), is_own) for name, aliases, is_own in styles
    }
