"""`scoregen score-scene --game` and `--like` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.cli.console.arguments import parse_seed
from scoregen.notation.files import write_score
from scoregen.plan.piece.reading import read_plan
from tests.notation.sound.playing import needs_sound
from tests.plan.likeness.test_liking import BY_FIFTHS, LIKENESS, choir

Captured = pytest.CaptureFixture[str]
PLAN = "[[section]]\nname = 'calm'\nmeasures = 1\n[[section]]\nname = 'Calm'\nmeasures = 1\nkey = 'F major'\n"
CUES = "end = 8\n[[cue]]\nat = 3\nname = 'go'\n"


@needs_sound
def test_the_folder_of_a_game(tmp_path: Path, capsys: Captured) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN, encoding="utf-8")
    arguments = ["score-scene", str(plan), "--game", str(tmp_path / "game"), "-o", str(tmp_path / "a.mid")]
    assert run([*arguments, "--candidates", "1", "--layers", "2", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    record = json.loads((tmp_path / "game" / "music.json").read_text(encoding="utf-8"))
    assert [section["word"] for section in record["sections"]] == ["calm-1", "calm-2"]
    assert [(row["from"], row["to"]) for row in record["transitions"]] == [("calm", "Calm"), ("Calm", "calm")]
    assert len(record["layers"]) == 2
    named = {Path(file).name for file in printed["files"]}
    assert {path.name for path in (tmp_path / "game").iterdir()} < named
    assert run([*arguments, "--force", "--game-format", "mp3"]) == 2
    assert "--game-format: found 'mp3'; expected one of: wav, flac, ogg" in capsys.readouterr().err


@needs_sound
def test_the_stretches_of_a_scene_are_sections(tmp_path: Path) -> None:
    cues = tmp_path / "cues.toml"
    cues.write_text(CUES, encoding="utf-8")
    arguments = ["score-scene", str(cues), "--game", str(tmp_path / "game"), "-o", str(tmp_path / "a.mid"), "-q"]
    assert run([*arguments, "--candidates", "1", "--bridge", "2"]) == 0
    record = json.loads((tmp_path / "game" / "music.json").read_text(encoding="utf-8"))
    assert [section["name"] for section in record["sections"]] == ["A", "go"]
    assert sum(section["seconds"] for section in record["sections"]) == pytest.approx(8, abs=0.01)
    assert {len(row["measures"]) for row in record["transitions"]} == {2}


@needs_sound
def test_what_does_not_fit_is_one_line_with_exit_code_2(tmp_path: Path, capsys: Captured) -> None:
    plan, cues = tmp_path / "plan.toml", tmp_path / "cues.toml"
    plan.write_text(PLAN, encoding="utf-8")
    cues.write_text(CUES, encoding="utf-8")
    output = ["-o", str(tmp_path / "a.mid")]
    many = tmp_path / "many.toml"
    many.write_text("".join(f"[[cue]]\nat = {6 * number}\n" for number in range(1, 14)), encoding="utf-8")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "music.json").write_text("{}", encoding="utf-8")
    for arguments, message in (
        (["score-scene", str(many), "--game", str(tmp_path / "new")], "found 14 sections, which would need 182"),
        (["score-scene", str(plan), "--game", str(tmp_path / "full")], "the file exists; --force overwrites it"),
        (["score-scene", str(cues), "--layers", "2"], "--layers has no effect without --game; omit it"),
        (["score-scene", str(plan)], "is a plan without cues; use --game"),
        (["score-scene", str(cues), "--seed", " "], "expected a number or a name"),
        (["score-scene", str(cues), "--like", str(tmp_path / "none.musicxml")], "there is no such file"),
        (["compose", "--measures", "2", "--like", str(plan)], "found no plan; give one with --plan"),
    ):
        assert run([*arguments, *output]) == 2, arguments
        error = capsys.readouterr().err
        assert message in error and error.count("\n") == 1


@pytest.mark.parametrize("command", ["compose", "score-scene"])
def test_music_like_a_piece(command: str, tmp_path: Path, capsys: Captured) -> None:
    """The chords of the piece are suggested; what the result shares with the piece is said, and is little."""
    liked, made = tmp_path / "mine.musicxml", tmp_path / "made.toml"
    write_score(choir(BY_FIFTHS), liked)
    file = tmp_path / "given.toml"
    file.write_text(PLAN.replace("= 1", "= 4") if command == "compose" else CUES, encoding="utf-8")
    given = (
        ["compose", "--plan", str(file)] if command == "compose" else ["score-scene", str(file), "--plan", str(made)]
    )
    outputs = ["-o", str(tmp_path / "a.musicxml"), "--candidates", "1", "--seed", "anna"]
    assert run([*given, "--like", str(liked), *outputs]) == 0
    printed = capsys.readouterr().err
    assert "taken from the piece: 4 chords, most often I, IV, V, vi" in printed
    assert "the longest passages shared with mine.musicxml, in any key: " in printed
    if command == "score-scene":
        words = " ".join(section.chords for section in read_plan(made).sections).split()
        chords = {word.strip("()") for word in words if word.startswith("(")}
        assert chords and chords <= LIKENESS.vocabulary("major")


def test_a_name_is_a_seed() -> None:
    assert parse_seed("anna") == parse_seed(" Anna ") != parse_seed("bert")
    assert (parse_seed("7"), parse_seed("-3")) == (7, -3)
    assert 0 <= parse_seed("anna") < 2**32
