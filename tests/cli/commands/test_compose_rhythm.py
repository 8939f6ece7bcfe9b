"""`compose --rhythm` and `--difficulty` reach the music and its provenance, and unknown values are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import read_score
from scoregen.score.timeline import pitched_notes


def test_a_plain_and_easy_setting(repository: Path, untrained: Path, tmp_path: Path) -> None:
    melody, out = repository / "corpora/samples/hymn-to-joy.musicxml", tmp_path / "plain.musicxml"
    options = ["--rhythm", "plain", "--difficulty", "easy", "--candidates", "1", "--passes", "0", "--provenance"]
    assert run(["compose", str(melody), "--checkpoint", str(untrained), *options, "-o", str(out)]) == 0
    notes = pitched_notes(read_score(out))
    assert {note.onset.denominator for note in notes if note.slot.part != notes[0].slot.part} == {1}
    record = json.loads((tmp_path / "plain.musicxml.provenance.json").read_text(encoding="utf-8"))
    assert (record["sampling"]["rhythm"], record["sampling"]["difficulty"]) == ("plain", "easy")
    assert record["phrase_ends"][-1]["chord"] == "F"


@pytest.mark.parametrize("option", ["--rhythm", "--difficulty"])
def test_an_unknown_value_is_named(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    melody = repository / "corpora/samples/hymn-to-joy.musicxml"
    assert run(["compose", str(melody), option, "wild", "-o", str(tmp_path / "x.musicxml")]) == 2
    assert "'wild'; expected one of" in capsys.readouterr().err
