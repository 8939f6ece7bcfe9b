"""`scoregen train` as a user meets it: from a folder of scores to weights that compose can use."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.tasks.train import memorisation_notices
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


@pytest.fixture(autouse=True)
def on_one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture
def command(corpus: Path, tmp_path: Path) -> list[str]:
    """A small run, all but its number of steps."""
    config = tmp_path / "small.toml"
    config.write_text(SMALL)
    return ["train", str(corpus), "-o", str(tmp_path / "new"), "--config", str(config)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_corpus_becomes_weights(command: list[str], tmp_path: Path, capsys: Captured) -> None:
    assert run([*command, "--steps", "4", "--save-every", "2", "--transpose", "2"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{tmp_path}/new.safetensors\n"
    first, last = captured.err.splitlines()
    assert first.startswith("scoregen: step 2: train ")
    assert "; extractable fit 0.0 %, valid 0.0 %; known drafts 0.0 %, valid 0.0 %; " in first
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


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"drafts_known_8": 0.4, "valid_known_8": 0.4, "fit_extractable_8": 1.2, "valid_extractable_8": 0.3}, []),
        (
            {"drafts_known_8": 0.5, "valid_known_8": 0.4},
            ["0.5 % of their windows of 8", "0.4 % for the"],
        ),
        (
            {"fit_extractable_8": 1.3, "valid_extractable_8": 0.3},
            ["continue 1.3 % of", "compared with 0.3 %"],
        ),
        ({"valid": 0.8}, []),
    ],
)
def test_memorisation_gives_a_notice(figures: dict[str, float], expected: list[str]) -> None:
    notices = memorisation_notices(figures)
    assert len(notices) == bool(expected)
    assert all(words in notices[0] for words in expected)


def test_the_last_message_is_on_memorisation(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr("scoregen.tasks.train.MEMORISED", 0.0)
    assert run([*command, "--steps", "2", "--save-every", "2", "--drafts", "0", "--json"]) == 0
    captured = capsys.readouterr()
    assert "known" not in captured.err.splitlines()[0]
    assert captured.err.splitlines()[-1].startswith("scoregen: these weights have memorised training pieces: ")
    assert len(json.loads(captured.out)["notices"]) == 1


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
        (["-o", "nowhere/new"], "there is no folder nowhere"),
    ],
)
def test_a_mistake_is_one_line(more: list[str], expected: str, command: list[str], capsys: Captured) -> None:
    assert run([*command, *more]) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert captured.err.count("\n") == 1


def test_ctrl_c_ends_it_well(command: list[str], tmp_path: Path) -> None:
    program = [sys.executable, "-m", "scoregen", *command, "--steps", "100000", "--save-every", "2"]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(program, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=alone)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("scoregen: step 2: ")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "of 100000; the same command resumes the run" in err.splitlines()[-1]
    assert "new.safetensors" not in names(tmp_path)


def test_sigterm_does_the_same(command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def ask(figures: dict[str, float]) -> str:
        signal.raise_signal(signal.SIGTERM)
        return "asked"

    monkeypatch.setattr("scoregen.cli.commands.train.curve_line", ask)
    arguments = [*command, "--steps", "9", "--save-every", "2"]
    with pytest.raises(SystemExit) as caught:
        run(arguments)
    assert caught.value.code == 143
    said = "scoregen: stopped after step 3 of 9; the same command resumes the run"
    assert capsys.readouterr().err.splitlines() == ["scoregen: asked", said]
