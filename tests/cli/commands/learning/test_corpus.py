"""`scoregen corpus`: from a folder to a corpus, its description, and a network that learns from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import write_score
from scoregen.score.elements import Slot
from tests.corpora.music import measure, score, voice


@pytest.fixture
def corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    data = tmp_path / "songs"
    data.mkdir()
    for number in range(4):
        bars = [
            measure(
                str(bar + 1), voice(Slot("P1"), f"{'CDEFG'[(bar * bar + number) % 5]}5 G4"), voice(Slot("P2"), "C3 E3")
            )
            for bar in range(8)
        ]
        write_score(score(*bars), data / f"{'abcd'[number]}.musicxml")
    (data / "cut.mid").write_bytes(b"MThd")
    assert run(["corpus", "build", str(data), "-o", str(tmp_path / "out"), "--workers", "0", "--licence", "CC0"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'out' / 'songs'}\n"
    assert "songs: 4 of 5 files kept: 4 movements" in err and "left out 1: " in err
    return tmp_path / "out"


def test_a_build_as_json_names_what_is_left_out(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--workers", "0", "--json", "--quiet", "--licence", "CC0"]
    assert run(["corpus", "build", str(corpus.parent / "songs"), "-o", str(corpus), *arguments]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["files"], found["movements"], list(found["refused"])) == (4, 4, ["cut.mid"])


def test_a_description_in_text_json_and_as_a_plot(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = corpus.parent / "ranges.svg"
    assert run(["corpus", "info", str(corpus), "--ranges", str(picture)]) == 0
    out = capsys.readouterr().out
    for words in (
        "files 5, lost 1",
        "metres, by measures: 2/4 32",
        "licences of movements: CC0-1.0 4",
        "part-writing of 4",
    ):
        assert words in out
    assert picture.read_text().startswith("<?xml")
    assert run(["corpus", "info", str(corpus / "songs"), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["movements"], found["licence_kinds"]) == (4, {"public-domain": 4})
    assert found["part_writing"]["fifths_per_100"]["value"] >= 0 and found["metres"] == {"2/4": 32}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "{data}", "-o", "{out}", "--only", "free"], "--only names free; expected some of public-domain"),
        (["build", "{out}/none", "-o", "{out}"], "found no corpus"),
        (["info", "{data}"], "found no corpus; expected a folder made by `scoregen corpus build`"),
        (["info", "{out}", "--ranges", "x.txt"], "expected one of .svg, .png, .pdf"),
    ],
)
def test_mistakes_are_one_line(
    corpus: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    names = {"data": corpus.parent / "songs", "out": corpus}
    assert run(["corpus", *(each.format(**names) for each in arguments)]) == 2
    assert message in capsys.readouterr().err


def test_a_network_learns_from_all_corpora_of_a_folder(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = corpus.parent / "small.toml"
    config.write_text(
        "[network]\nembedding = 16\ncontext = 16\nbackbone = 32\nin_slice = 32\nstrand = 8\nheads = 2\n"
        "[training]\nsteps = 2\nbatch_size = 2\ndrafts = 0\nsave_every = 1\n"
    )
    out = corpus.parent / "net"
    assert run(["train", str(corpus), "-o", str(out), "--from", "none", "-c", str(config), "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["step"] == 2
    about = json.loads(out.with_suffix(".json").read_text())
    assert "CC0-1.0" in json.dumps(about) and "songs" in json.dumps(about)
