"""`scoregen practice` as a user meets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import write_score
from tests.notation.handmade import hymn
from tests.notation.sound.playing import needs_sound


@needs_sound
def test_the_command_writes_every_part_at_every_tempo(tmp_path: Path) -> None:
    write_score(hymn(), source := tmp_path / "hymn.musicxml")
    folder = tmp_path / "tracks"
    options = ["--part", "alto", "--tempo", "50,100", "-o", str(folder), "-q"]
    assert run(["practice", str(source), *options]) == 0
    names = ["hymn-all-100.wav", "hymn-all-50.wav", "hymn-alto-100.wav", "hymn-alto-50.wav"]
    assert sorted(path.name for path in folder.iterdir()) == names
    slow, fast = (folder / f"hymn-alto-{tempo}.wav" for tempo in (50, 100))
    assert slow.stat().st_size > 1.6 * fast.stat().st_size
    assert run(["practice", str(source), *options]) == 2, "nothing is overwritten"


def test_wrong_options_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_score(hymn(), source := tmp_path / "hymn.musicxml")
    for options in (["--format", "aiff"], ["--tempo", "fast"]):
        assert run(["practice", str(source), *options]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1 and f"found {options[1]!r}" in error
