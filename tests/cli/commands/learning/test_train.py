"""`scoregen train` as a user meets it: from a folder of scores to weights that compose can use."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import scoregen
from scoregen.cli.app import run
from scoregen.cli.commands.learning.train import duration, refusal_lines
from scoregen.corpora.manifest import load_corpus
from scoregen.model.network.config import NetworkConfig, TrainingOptions
from scoregen.model.own_styles.run_plan import FINE_TUNING
from scoregen.model.sampling.novelty_limit import load_index
from scoregen.model.training.training_set import read_training_set
from scoregen.system.resources import weights
from tests.model.runs import one_thread

SMALL = """
[network]
embedding = 8
context = 8
backbone = 16
in_slice = 16
heads = 2
[training]
batch_size = 2
drafts = 2
"""
Captured = pytest.CaptureFixture[str]
MELODY = Path(__file__).resolve().parents[4] / "corpora" / "samples" / "morning-song.musicxml"


@pytest.fixture(autouse=True)
def on_one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture
def command(corpus: Path, tmp_path: Path) -> list[str]:
    """A small run, all but its number of steps."""
    config = tmp_path / "small.toml"
    config.write_text(SMALL)
    return ["train", str(corpus), "-o", str(tmp_path / "new"), "--config", str(config), "--from", "none"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_corpus_becomes_weights(command: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert run([*command, "--steps", "4", "--save-every", "2", "--transpose", "2"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{tmp_path}/new.safetensors\n"
    found, kinds, cost, first, last, learned, copied = captured.err.splitlines()
    assert re.fullmatch(r"scoregen: key signatures: .* \(\d\).*; metres: \d/\d \(\d\).*", kinds)
    assert found == (
        "scoregen: found 3 pieces, 6 measures in 4 parts (soprano, alto, tenor, bass);"
        " 1 of them only to measure the result"
    )
    assert cost.startswith("scoregen: starts from random weights; 4 steps at ")
    assert cost.endswith(" GiB of memory; Ctrl-C stops and keeps the weights")
    assert re.fullmatch(r"scoregen: it learned: .* cost \d\.\d+ nats per choice before and \d\.\d+ after .*", learned)
    assert copied.startswith("scoregen: it does not copy: ")
    assert first.startswith("scoregen: step 2: train ")
    assert "; extractable fit 0.0 %, valid 0.0 %; " in first
    assert last.startswith("scoregen: step 4: train ")
    written = [
        "new.curve.jsonl",
        "new.curve.png",
        "new.json",
        "new.novelty",
        "new.run",
        "new.safetensors",
        "small.toml",
    ]
    assert names(tmp_path) == written
    story = json.loads((tmp_path / "new.json").read_text())
    assert story["network"]["backbone"] == 16
    assert (story["training"]["batch_size"], story["training"]["transpose"]) == (2, 2)
    assert (story["pieces"], story["valid_pieces"]) == (2, 1)
    assert (tmp_path / "new.curve.png").read_bytes().startswith(b"\x89PNG")
    assert [json.loads(line)["step"] for line in (tmp_path / "new.curve.jsonl").read_text().splitlines()] == [2, 4]


def test_the_result_is_also_there_for_programs(command: list[str], capsys: Captured) -> None:
    assert run([*command, "--steps", "2", "--save-every", "2", "--drafts", "0", "--json"]) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert result["before"] > 0
    assert result["figures"]["step"] == result["step"] == 2
    assert [sentence.partition(":")[0] for sentence in result["verdict"]] == ["it learned", "it does not copy"]
    assert "drafts" not in captured.err


@pytest.mark.parametrize("count", range(2, 11))
def test_a_few_files_are_enough(count: int, corpus: Path, tmp_path: Path, capsys: Captured) -> None:
    """Whatever their names, one is for validation."""
    source = next(corpus.glob("*.musicxml"))
    folder = tmp_path / "few"
    folder.mkdir()
    for number in range(count):
        shutil.copy(source, folder / f"song {number} of {count}.musicxml")
    training_set = read_training_set(str(folder), "satb", NetworkConfig(), TrainingOptions(drafts=0))
    numbers = training_set.about["pieces"], training_set.about["valid_pieces"]
    assert min(numbers) >= 1
    assert sum(numbers) >= count - 1  # at most one is kept for testing


def test_unusable_files_do_not_leave_a_side_empty(corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(corpus, folder)
    split = {piece.split: piece.path for piece in load_corpus(str(folder)).pieces}
    split["valid"].write_text("broken")
    training_set = read_training_set(str(folder), "satb", NetworkConfig(), TrainingOptions(drafts=0))
    assert (training_set.about["pieces"], training_set.about["valid_pieces"]) == (1, 1)
    (refused,) = training_set.refused
    assert refused.startswith(f"{split['valid'].name}: ")
    assert str(folder) not in refused


def test_one_piece_of_two_measures_is_not_enough(corpus: Path, tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    shutil.copy(next(corpus.glob("*.musicxml")), folder)
    assert run(["train", str(folder), "-o", str(tmp_path / "new")]) == 2
    expected = "expected one piece of four measures or more, or several, with parts for satb; first refusal: none was"
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize("count", [1, 2])
def test_of_one_or_two_pieces_the_last_measures_are_held_out(count: int, tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "hymns"
    folder.mkdir()
    for name in ("nun-danket", "hymn-to-joy")[:count]:
        shutil.copy(MELODY.parent / f"{name}.musicxml", folder)
    config = tmp_path / "small.toml"
    config.write_text(SMALL)
    out = tmp_path / "new"
    short = ["--steps", "1", "--save-every", "1", "--config", str(config), "--from", "none"]
    written = scoregen.compose(folder / "nun-danket.musicxml", candidates=1, passes=0)
    for file in folder.iterdir():
        scoregen.compose(file, candidates=1, passes=0).save(file, force=True)
    assert len(written.score.parts) == 4
    assert run(["train", str(folder), "-o", str(out), *short]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert "their last measures only to measure the result" in lines[0]
    assert lines[0].startswith(f"scoregen: found {count} piece{'' if count == 1 else 's'}, ")
    assert sum("measures that it was not trained on cost" in line for line in lines) == 1
    assert sum("the measures come from the pieces that it was trained on" in line for line in lines) == 1
    story = json.loads(out.with_suffix(".json").read_text())
    assert (story["pieces"], story["held_out"]) == (count, "measures")


def test_files_left_out_are_grouped_by_reason() -> None:
    refused = [f"{number}.mid: found no part for bass; expected one" for number in range(7)]
    assert list(refusal_lines([*refused, "x.xml, measure 3: too long"])) == [
        "left out 7 files: 0.mid, 1.mid, 2.mid, 3.mid, 4.mid and 2 more: found no part for bass; expected one",
        "left out: x.xml, measure 3: too long",
    ]


def test_it_starts_from_the_weights_of_the_package(corpus: Path, tmp_path: Path, capsys: Captured) -> None:
    """And what it writes composes with the graphs that ship, without torch."""
    assert run(["train", str(corpus), "-o", str(tmp_path / "new"), "--steps", "1", "--drafts", "0"]) == 0
    assert "starts from the weights satb-chorales; 1 step at" in capsys.readouterr().err
    story = json.loads((tmp_path / "new.json").read_text())
    assert story["start"]["corpus"] == "bach-chorales"
    assert story["training"]["learning_rate"] == FINE_TUNING.learning_rate
    shipped = load_index(weights() / "satb-chorales")
    own = load_index(tmp_path / "new")
    assert shipped is not None and own is not None
    assert all(set(shipped.tables[length]) < set(own.tables[length]) for length in (4, 8))
    code = f"""
import sys, scoregen
result = scoregen.compose(scoregen.read_score({str(MELODY)!r}), checkpoint={str(tmp_path / "new")!r}, count=1)
print(len(result.score.parts), "torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.split() == ["4", "False"], done.stderr


def test_weights_that_do_not_fit_are_named(command: list[str], tmp_path: Path, capsys: Captured) -> None:
    other = [*command, "--steps", "1", "--drafts", "0"]
    assert run([*other, "--from", "shipped"]) == 0
    reason = "random weights, because the configuration asks for a network of another shape"
    assert reason in capsys.readouterr().err
    assert run([*command, "--from", str(weights() / "satb-chorales")]) == 2
    assert "--from" in capsys.readouterr().err
    assert run([*command, "--from", str(tmp_path / "nobody")]) == 2
    assert "no weights can be read from" in capsys.readouterr().err
    again = [*other, "--from", str(tmp_path / "new"), "-o", str(tmp_path / "second")]
    assert run(again) == 0
    assert "starts from the weights new" in capsys.readouterr().err


def test_a_name_with_a_dot_would_overwrite_another(command: list[str], capsys: Captured) -> None:
    assert run([*command, "-o", "hymns.v2"]) == 2
    assert "hymns.v2: found the suffix .v2; expected a name without a dot" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.2, "0 s"), (89, "89 s"), (91, "2 min"), (5399, "90 min"), (12000, "3 h 20 min")]
)
def test_durations_are_short(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected.replace("90 min", "1 h 30 min")


def test_the_bar_shows_step_loss_and_time_left(command: list[str]) -> None:
    ours, theirs = pty.openpty()
    program = [sys.executable, "-m", "scoregen", *command, "--steps", "6", "--save-every", "3"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "120", "TERM": "xterm"}
    process = subprocess.Popen(program, stderr=theirs, stdout=subprocess.PIPE, env=environment)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):
        while chunk := os.read(ours, 10_000):
            shown += chunk
    os.close(ours)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert re.search(rb"step 6/6, loss \d\.\d{3}, 0 s left", shown)


def test_the_weights_name_their_teachers(command: list[str], tmp_path: Path, capsys: Captured) -> None:
    """And where they learned: the student has learned from there too."""
    short = [*command, "--steps", "2", "--save-every", "2", "-q"]
    assert run(short) == 0
    student = [*short, "-o", str(tmp_path / "student"), "--teacher", str(tmp_path / "new")]
    assert run(student) == 0
    teacher, student = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("new", "student"))
    assert "teachers" not in teacher
    assert student["teachers"] == [{name: teacher[name] for name in ("sha256", "corpus", "source", "licence")}]
    assert student["sha256"] != teacher["sha256"]
    capsys.readouterr()
    assert run([*short, "--teacher", str(tmp_path / "nobody")]) == 2
    assert "no weights can be read" in capsys.readouterr().err


def test_a_run_goes_on_only_as_it_was_begun(command: list[str], capsys: Captured) -> None:
    assert run([*command, "--steps", "1", "-q"]) == 0
    capsys.readouterr()
    assert run([*command, "--steps", "1", "--batch-size", "3"]) == 2
    captured = capsys.readouterr()
    assert "new.run/state.pt: the run was started with batch_size 2, not 3; use the same to resume" in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (["--config", "missing.toml"], "missing.toml: the file cannot be read"),
        (["--learning-rate", "0"], "learning_rate is 0.0; expected more than 0"),
        (["--transpose", "7"], "Invalid value for '--transpose'"),
        (["-o", f"{__file__}/new"], "is a file; expected a folder"),
    ],
)
def test_a_mistake_is_one_line(more: list[str], expected: str, command: list[str], capsys: Captured) -> None:
    assert run([*command, *more]) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("save_every", [2, 100_000])
def test_ctrl_c_keeps_weights_that_compose_takes(save_every: int, command: list[str], tmp_path: Path) -> None:
    """After a validation, and before the first."""
    program = [sys.executable, "-m", "scoregen", *command, "--steps", "100000", "--save-every", str(save_every)]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(program, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=alone)
    assert process.stderr is not None
    wanted = "scoregen: step 2: " if save_every == 2 else "scoregen: starts from "
    while not (line := process.stderr.readline()).startswith(wanted):
        assert line
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == f"{tmp_path}/new.safetensors\n"
    assert "of 100000; the same command resumes the run" in err
    composed = scoregen.compose(scoregen.read_score(MELODY), checkpoint=tmp_path / "new")
    assert len(composed.score.parts) == 4


def test_sigterm_does_the_same(command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def ask(figures: dict[str, float]) -> str:
        signal.raise_signal(signal.SIGTERM)
        return "asked"

    monkeypatch.setattr("scoregen.cli.commands.learning.train.curve_line", ask)
    arguments = [*command, "--steps", "9", "--save-every", "2"]
    with pytest.raises(SystemExit) as caught:
        run(arguments)
    assert caught.value.code == 143
    said = "scoregen: stopped after step 3 of 9; the same command resumes the run"
    assert capsys.readouterr().err.splitlines()[3:5] == ["scoregen: asked", said]
    monkeypatch.undo()
    assert run(arguments) == 0
    assert "scoregen: resumes after step 3; 6 steps at " in capsys.readouterr().err
