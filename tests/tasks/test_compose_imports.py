"""Composing on a CPU imports neither torch nor what only training, evaluating and other formats need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("torch", "sklearn", "scipy", "music21", "partitura", "matplotlib", "onnx")
CODE = """
import json, sys
from scoregen.cli.app import run
code = run(sys.argv[1:])
print(json.dumps([code, sorted(name for name in sys.modules if "." not in name)]))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["joy"],
        ["--measures", "4", "--key", "g minor"],
        ["choir", "--blank", "alto,tenor:2"],
        ["joy", "--extend", "2"],
        ["joy", "--candidates", "3", "--passes", "2", "--count", "2"],
    ],
    ids=["harmonise", "new piece", "blank", "extend", "passes"],
)
def test_composing_imports_no_torch(tmp_path: Path, repository: Path, corpus: Path, words: list[str]) -> None:
    scores = {"joy": repository / "corpora" / "samples" / "hymn-to-joy.musicxml", "choir": corpus / "piece-1.musicxml"}
    arguments = [str(scores.get(word, word)) for word in words]
    command = ["compose", *arguments, "-o", str(tmp_path / "piece.musicxml"), "--quiet", "--json"]
    done = subprocess.run([sys.executable, "-c", CODE, *command], capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    assert {"onnxruntime", "numpy"} <= set(modules), "the network has been run"
    assert not set(HEAVY) & set(modules)


def test_cuda_where_there_is_none_is_refused_in_one_line(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from scoregen.cli.app import run
    from scoregen.model.engine import device

    monkeypatch.setattr(device, "has_cuda", lambda: False)
    joy = str(repository / "corpora" / "samples" / "hymn-to-joy.musicxml")
    out = tmp_path / "piece.musicxml"
    for words in (["compose", joy], ["train", str(tmp_path)]):
        assert run([*words, "-o", str(out), "--device", "cuda"]) == 2
        message = capsys.readouterr().err
        assert message.count("\n") == 1 and "no CUDA device" in message and "--device cpu" in message
    assert not out.exists()
