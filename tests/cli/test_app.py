"""The command line as a user meets it: what it prints, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from scoregen.cli.app import app, run
from scoregen.system.version import __version__

HEAVY = (
    "torch",
    "music21",
    "partitura",
    "verovio",
    "typst",
    "mido",
    "numpy",
    "lxml",
    "fontTools",
    "rich",
    "matplotlib",
    "sklearn",
)
COMMANDS = (
    "compose",
    "check",
    "render",
    "analyze",
    "explain",
    "tokens",
    "train",
    "calibrate",
    "bench",
    "evaluate",
    "novelty",
    "ensembles",
    "manual",
    "doctor",
)
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained network: whatever it writes must come out well-formed all the same."""
    import torch

    from scoregen.model.network.checkpoint import save_checkpoint
    from scoregen.model.network.config import NetworkConfig
    from scoregen.model.network.network import Network

    torch.manual_seed(1)
    path = tmp_path_factory.mktemp("weights") / "untrained"
    save_checkpoint(Network(NetworkConfig(embedding=8, context=8, backbone=16, in_slice=16)), path, {})
    return path


@pytest.fixture
def melody(repository: Path) -> Path:
    return repository / "corpora" / "samples" / "morning-song.musicxml"


def scoregen(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    command = [sys.executable, "-m", "scoregen", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)  # type: ignore[call-overload, no-any-return]


def lines_of(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir())


# --- start-up ---------------------------------------------------------------------------------


def test_help_names_every_command_and_imports_no_library() -> None:
    code = "import sys; from scoregen.cli.app import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert all(f"\n  {command} " in done.stdout for command in COMMANDS)
    assert not {name.partition(".")[0] for name in done.stderr.split()} & set(HEAVY)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: Captured) -> None:
    assert run([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: scoregen {command}")


def test_without_arguments_it_shows_its_help(capsys: Captured) -> None:
    assert run([]) == 0
    assert capsys.readouterr().out.startswith("Usage: scoregen")


def test_version(capsys: Captured) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"scoregen {__version__}\n"


def test_the_defaults_that_help_names_are_those_of_their_homes() -> None:
    import typer

    from scoregen.generation.candidates import CRITIC_SPAN, SPAN
    from scoregen.notation.engraving.options import STAFF_HEIGHT, EngravingOptions
    from scoregen.tasks.compose import PieceOptions, SamplingOptions

    command = typer.main.get_command(app).commands["compose"]  # type: ignore[attr-defined]
    named = {option.name: option.show_default for option in command.params if isinstance(option.show_default, str)}
    homes = {field.name: str(field.default) for home in (PieceOptions, SamplingOptions) for field in fields(home)}
    homes |= {"key": f"{homes['key']}, or found in the score"}
    homes |= {"time_signature": homes["time"], "phrases": "by length", "form": "drawn for instruments, none for choirs"}
    homes |= {"span": f"{CRITIC_SPAN} for a choir under a melody, else {SPAN}"}
    pages = EngravingOptions()
    homes |= {"paper": pages.paper, "staff_size": f"{STAFF_HEIGHT * pages.scale / 100:.1f}"}
    assert named
    assert named == {name: homes[name] for name in named}


def test_completion_knows_the_ensembles() -> None:
    words = {"_SCOREGEN_COMPLETE": "complete_bash", "COMP_WORDS": "scoregen compose --ensemble sa", "COMP_CWORD": "3"}
    assert "satb" in scoregen(env={**os.environ, **words}).stdout.split()


# --- errors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["sing"], "No such command 'sing'"),
        (["MELODY"], "in place of a command; try `scoregen compose "),
        (["compose"], "found no score; name a melody, or describe a new piece"),
        (["render"], "Missing argument 'SCORE'"),
        (["compose", "--loud"], "No such option: --loud"),
        (["compose", "-o", "new.svg", "--measures", "many"], "Invalid value for '--measures'"),
        (["compose", "-o", "new.svg", "--anacrusis", "-1"], "found '-1'; expected a length in quarters"),
        (["compose", "-o", "new.svg", "--key", "X dur"], "'X dur' is not a key; expected a tonic and a mode"),
        (["compose", "-o", "new.svg", "--time", "4"], "'4' is not a time signature"),
        (["compose", "-o", "new.svg", "--blank", "alto"], "--blank needs a score, but found none"),
        (["compose", "-o", "new.svg", "--extend", "4"], "--extend needs a score, but found none"),
        (
            ["compose", "-o", "new.svg", "--ensemble", "gamelan"],
            "there is no ensemble 'gamelan'; expected a .toml file",
        ),
        (["compose", "MELODY", "-o", "new.svg", "--tempo", "90"], "--tempo is for a new piece, but"),
        (["compose", "MELODY", "-o", "new.svg", "--key", "X dur"], "--key: 'X dur' is not a key"),
        (["compose", "-o", "new.svg", "--transpose", "-M2"], "--transpose needs a score, but found none"),
        (
            ["compose", "MELODY", "-o", "new.svg", "--role", "alto"],
            "--role: found 'alto'; expected ROLE=PART",
        ),
        (["compose", "MELODY", "-o", "new.svg", "--role", "a=1", "--role", "a=2"], "--role: found a twice"),
        (["compose", "MELODY", "-o", "new.svg", "--checkpoint", "none"], "no weights can be read from none"),
        (["render", "missing.musicxml", "-o", "new.svg"], "missing.musicxml: "),
        (["render", "MELODY", "-o", "new.doc"], "new.doc: "),
        (["render", "MELODY", "-o", f"{__file__}/new.svg"], "is a file; expected a folder"),
        (["render", "MELODY", "-o", "pages"], "or a folder with a slash at its end"),
        (["render", "MELODY", "-o", "new.svg", "-o", "new.svg"], "the output file is named twice"),
        (["compose", ".", "-o", "new.svg"], ".: this is a folder; name its files, such as *.musicxml"),
        (["compose", "MELODY", "--json", "-o", "-"], "--json: standard output takes the JSON"),
        (["compose", "MELODY", "--count", "2", "-o", "-"], "--count 2: standard output takes one score"),
        (["tokens", "missing.musicxml"], "missing.musicxml: "),
    ],
)
def test_a_users_mistake_ends_in_one_line_and_code_2(
    arguments: list[str], expected: str, melody: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([str(melody) if word == "MELODY" else word for word in arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("scoregen: error: ")
    assert expected in captured.err
    assert captured.err.count("\n") == 1
    assert lines_of(tmp_path) == []


@pytest.mark.parametrize("name", ["piece.svg", "piece-001.mid", "piece.mid.provenance.json"])
def test_nothing_is_overwritten_without_force(name: str, melody: Path, tmp_path: Path, capsys: Captured) -> None:
    old = tmp_path / name
    old.write_text("old")
    more = {"piece.svg": [], "piece-001.mid": ["--count", "2"], "piece.mid.provenance.json": ["--provenance"]}[name]
    assert run(["compose", str(melody), "-o", f"{tmp_path}/piece.mid", "-o", f"{tmp_path}/piece.svg", *more]) == 2
    assert str(old) in capsys.readouterr().err
    assert lines_of(tmp_path) == [name]
    assert old.read_text() == "old"


def raising(error: BaseException) -> Callable[..., None]:
    def stand_in(*_: object, **__: object) -> None:
        raise error

    return stand_in


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "scoregen: error: interrupted\n"),
        (OSError(28, "No space left on device", "x.svg"), 1, "scoregen: error: x.svg: No space left on device\n"),
    ],
)
def test_what_stops_a_command(
    error: BaseException, code: int, message: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scoregen.notation.files.read_score", raising(error))
    assert run(["tokens", "any.musicxml"]) == code
    assert capfd.readouterr().err == message


def test_a_bug_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoregen.notation.files.read_score", raising(ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError):
        run(["tokens", "any.musicxml"])


def test_a_reader_that_goes_away_is_no_error(melody: Path) -> None:
    command = [sys.executable, "-m", "scoregen", "tokens", str(melody)]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writing)
    assert done.returncode == 1
    assert done.stderr == b""


def test_a_full_disk_under_standard_output_is_one_line(melody: Path) -> None:
    command = [sys.executable, "-m", "scoregen", "tokens", str(melody)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr == b"scoregen: error: standard output: No space left on device\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_leaves_nothing_behind(
    number: signal.Signals, code: int, checkpoint: Path, tmp_path: Path
) -> None:
    command = ["compose", "--measures", "400", "--checkpoint", str(checkpoint), "-o", f"{tmp_path}/new.musicxml"]
    ours, theirs = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "scoregen", *command], stderr=theirs)
    os.close(theirs)
    seen = b""
    while b"composing" not in seen:
        seen += os.read(ours, 1000)
    time.sleep(2)  # torch is loading, or the network is drawing
    process.send_signal(number)
    # Where Ctrl-C falls into an `exec` of some library, Python itself dies of the signal at the very end.
    assert process.wait(timeout=60) in (code, -number)
    shown = rest_of(ours)
    assert b"Traceback" not in shown
    assert (b"scoregen: error: interrupted" in shown) == (number == signal.SIGINT)
    assert lines_of(tmp_path) == []


def rest_of(terminal: int) -> bytes:
    """All that a terminal still shows once its program has ended."""
    shown = b""
    try:
        while chunk := os.read(terminal, 10_000):
            shown += chunk
    except OSError:  # how Linux says that nobody writes any more
        pass
    finally:
        os.close(terminal)
    return shown


def test_libraries_print_nothing_of_their_own() -> None:
    code = """
import logging, warnings
from scoregen.cli.app import run
run(["--version"])
warnings.warn("a warning of a library")
logging.getLogger("matplotlib.font_manager").warning("a message of a library")
"""
    for options, messages in (([], 0), (["-W", "default"], 2)):
        command = [sys.executable, *options, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert done.stderr.count("of a library") >= messages
        assert (done.stderr == "") == (messages == 0)


# --- render, tokens, doctor -------------------------------------------------------------------


def test_render_writes_every_format(melody: Path, tmp_path: Path, capsys: Captured) -> None:
    names = ["song.musicxml", "song.mxl", "song.svg", "song.pdf", "song.png", "song.mid"]
    outputs = [word for name in names for word in ("-o", str(tmp_path / name))]
    assert run(["render", str(melody), *outputs]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [str(tmp_path / name) for name in names]
    assert captured.err == ""
    heads = {name: (tmp_path / name).read_bytes()[:4] for name in names}
    assert heads == {
        "song.musicxml": b"<?xm",
        "song.mxl": b"PK\x03\x04",
        "song.svg": b"<svg",
        "song.pdf": b"%PDF",
        "song.png": b"\x89PNG",
        "song.mid": b"MThd",
    }


def test_render_reports_in_json_and_overwrites_with_force(melody: Path, tmp_path: Path, capsys: Captured) -> None:
    target = tmp_path / "song.mid"
    target.write_text("old")
    assert run(["render", str(melody), "-o", str(target), "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"score": str(melody), "files": [str(target)]}
    assert target.read_bytes().startswith(b"MThd")


def test_tokens_in_words_in_json_and_checked(melody: Path, capsys: Captured) -> None:
    assert run(["tokens", str(melody)]) == 0
    assert "D4" in capsys.readouterr().out
    assert run(["tokens", str(melody), "--json"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["format"] == "scoregen tokens 1"
    assert len(text.splitlines()) < 60  # a measure is a line
    assert run(["tokens", str(melody), str(melody), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [json.loads(text)] * 2
    assert run(["tokens", str(melody), "--check"]) == 0
    assert capsys.readouterr().out == "round trip exact: 9 measures\n"


def test_a_round_trip_that_fails_is_exit_code_1(
    melody: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr("scoregen.tokens.canonical.canonical", lambda score: None)
    assert run(["tokens", str(melody), "--check"]) == 1
    assert "decoding the tokens gives another score" in capsys.readouterr().err


def test_doctor_tells_what_is_there(capsys: Captured) -> None:
    code = run(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    found = {finding["name"]: finding for finding in report["findings"]}
    assert found["torch"]["detail"].startswith("2.13.0")
    assert found["device"]["detail"].startswith(("cpu", "cuda"))
    assert code == (0 if report["usable"] else 1)
    assert run(["doctor"]) == code
    assert "torch" in capsys.readouterr().out


def test_doctor_without_weights_is_exit_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr("scoregen.tasks.doctor.weights", lambda: tmp_path)
    assert run(["doctor"]) == 1
    assert re.search(rf"missing +weights +found none in {re.escape(str(tmp_path))}", capsys.readouterr().out)


def test_doctor_sees_damaged_weights(checkpoint: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr("scoregen.tasks.doctor.weights", lambda: checkpoint.parent)
    run(["doctor"])
    assert "ok       weights untrained" in capsys.readouterr().out
    story = checkpoint.with_suffix(".json")
    whole = story.read_text(encoding="utf-8")
    story.write_text(whole.replace('"sha256": "', '"sha256": "0'), encoding="utf-8")
    assert run(["doctor"]) == 1
    story.write_text(whole, encoding="utf-8")
    assert "is not the one in untrained.json" in capsys.readouterr().out


# --- compose ----------------------------------------------------------------------------------


def test_compose_fills_a_melody_and_tells_its_story(
    melody: Path, checkpoint: Path, tmp_path: Path, capsys: Captured
) -> None:
    target = tmp_path / "piece.musicxml"
    more = ["--checkpoint", str(checkpoint), "--provenance", "--json", "--seed", "7"]
    assert run(["compose", str(melody), "-o", str(target), *more]) == 0
    report = json.loads(capsys.readouterr().out)
    story = json.loads((tmp_path / "piece.musicxml.provenance.json").read_text(encoding="utf-8"))
    assert report["understanding"]["roles"] == [["Soprano", "soprano"]]
    assert report["understanding"]["keys"] == ["G major"]
    assert report["alternatives"][0]["files"] == [str(target), f"{target}.provenance.json"]
    assert report["seconds"]["sample"] <= report["seconds"]["compose"]
    assert story["version"] == __version__
    assert story["sampling"]["seed"] == 7
    origins = [{entry["origin"] for entry in part} for part in story["measures"].values()]
    assert origins == [{"given"}, {"generated"}, {"generated"}, {"generated"}]
    assert "scoregen:seed" in target.read_text(encoding="utf-8")


def test_compose_ranks_alternatives(melody: Path, checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    arguments = ["compose", str(melody), "--checkpoint", str(checkpoint), "--count", "2"]
    assert run([*arguments, "-o", f"{tmp_path}/piece.mid", "-o", f"{tmp_path}/piece.musicxml"]) == 0
    names = ["piece-001.mid", "piece-001.musicxml", "piece-002.mid", "piece-002.musicxml"]
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / name) for name in names]
    assert lines_of(tmp_path) == names


def test_compose_writes_a_new_piece(checkpoint: Path, tmp_path: Path) -> None:
    from scoregen import read_score

    target = tmp_path / "new.musicxml"
    piece = ["--measures", "4", "--key", "g minor", "--time", "3/4", "--anacrusis", "1", "--tempo", "100"]
    assert run(["compose", *piece, "--checkpoint", str(checkpoint), "-o", str(target), "-q"]) == 0
    score = read_score(target)
    assert [str(measure.time) for measure in score.measures] == ["3/4"] * len(score.measures)
    assert score.measures[0].duration == 1
    assert score.measures[0].key.fifths == -2
    assert len(score.parts) == 4


def test_compose_extends(melody: Path, checkpoint: Path, tmp_path: Path) -> None:
    from scoregen import read_score

    target = tmp_path / "longer.musicxml"
    assert run(["compose", str(melody), "--extend", "2", "--checkpoint", str(checkpoint), "-o", str(target)]) == 0
    assert len(read_score(target).measures) == len(read_score(melody).measures) + 2


def test_notices_go_to_standard_error_unless_quiet(
    melody: Path, checkpoint: Path, tmp_path: Path, capsys: Captured
) -> None:
    text = melody.read_text(encoding="utf-8")
    name = '<score-part id="P2"><part-name>Drone</part-name></score-part></part-list>'
    part = text[text.index('<part id="P1">') : text.index("</part>")] + "</part>"
    two = text.replace("</part-list>", name).replace(
        "</score-partwise>", part.replace("P1", "P2") + "</score-partwise>"
    )
    score = tmp_path / "two.musicxml"
    score.write_text(two, encoding="utf-8")
    arguments = ["compose", str(score), "--checkpoint", str(checkpoint), "-o", str(tmp_path / "piece.mid")]
    assert run(arguments) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith(
        "scoregen: understood: soprano; left as it is: Drone; G major, 6/8 (beat: dotted quarter);"
    )
    assert "scoregen: part 'Drone' has no role in satb: it is kept unchanged and ignored" in told
    assert run([*arguments, "--force", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_a_terminal_sees_a_progress_bar(melody: Path, checkpoint: Path, tmp_path: Path) -> None:
    arguments = ["compose", str(melody), "--checkpoint", str(checkpoint), "-o", str(tmp_path / "piece.mid")]
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "scoregen", *arguments]
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    assert b"composing" in rest_of(ours)  # read while it runs: a terminal holds only a few thousand bytes
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_quiet_means_no_bar_either(melody: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "scoregen", "render", str(melody), "-q", "-o", str(tmp_path / "piece.mid")]
    assert subprocess.run(command, stderr=theirs, stdout=subprocess.PIPE, timeout=120, check=False).returncode == 0
    os.close(theirs)
    assert rest_of(ours) == b""


def test_an_option_that_was_renamed_is_named(capsys: Captured) -> None:
    assert run(["bench", "jsb16", "--data", "any.json", "--precedents"]) == 2
    assert "--precedents is now called --retrieval" in capsys.readouterr().err


def test_what_was_understood_of_several_scores_names_each(
    melody: Path, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.musicxml"
    other.write_bytes(melody.read_bytes())
    arguments = ["--checkpoint", str(checkpoint), "--candidates", "1", "--passes", "0", "-o", f"{tmp_path}/out/.mid"]
    assert run(["compose", str(melody), str(other), *arguments]) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if "understood: " in line]
    assert [line.partition(": understood: ")[0] for line in told] == [f"scoregen: {melody}", f"scoregen: {other}"]
