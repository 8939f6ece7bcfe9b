"""A user's folder for any ensemble: whose scores it has, and what is held out of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.reading.folders import ANY, ensemble_of, is_sung_by, read_movements
from scoregen.notation.files import read_score
from scoregen.score.ensemble import load_ensemble

SATB = load_ensemble("satb")
HEAD = "X:1\nT:Tune\nM:3/4\nL:1/4\nK:G\n"
NOTES = "GAB|c2B|A2G|F3|GAB|c2d|e2d|G3|\n"
LOW = "G,2z|C,2z|D,2z|D,2z|G,2z|C,2z|D,2z|G,3|\n"


def abc(*names: str) -> str:
    """A tune in ABC with these parts."""
    voices = "".join(f"V:{number} name={name}\n{NOTES if number == 1 else LOW}" for number, name in enumerate(names, 1))
    return f"{HEAD}{voices}"


def folder(path: Path, files: dict[str, str]) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / name).write_text(text)
    return path


def duets(path: Path, count: int) -> Path:
    return folder(path, {f"duet {number} of {count}.abc": abc("Violin", "Cello") for number in range(count)})


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Soprano", "Alto", "Tenor", "Bass"), "satb"),
        (("Violin1", "Violin2", "Viola", "Cello"), "string-quartet"),
        (("Violin", "Cello"), ANY),
        (("Canto", "Quinto", "Alto", "Tenor", "Basso"), ANY),
        (("Soprano", "Alto", "Tenor", "Bass", "Cello"), "satb"),
    ],
)
def test_the_ensemble_of_a_folder_is_that_of_most_of_its_scores(
    parts: tuple[str, ...], expected: str, tmp_path: Path
) -> None:
    files = {f"{number}.abc": abc(*parts) for number in range(3)} | {"other.abc": abc("Flute"), "bad.mid": "nothing"}
    assert ensemble_of(load_corpus(str(folder(tmp_path / "scores", files))), SATB) == expected


def test_a_quartet_of_strings_is_no_choir_although_its_parts_have_the_ranges(tmp_path: Path) -> None:
    sung, played = (
        folder(tmp_path / name, {"a.abc": abc(*parts)}) / "a.abc"
        for name, parts in (("sung", ("S", "A", "T", "B")), ("played", ("Violin1", "Violin2", "Viola", "Cello")))
    )
    assert is_sung_by(read_score(sung), SATB)
    assert not is_sung_by(read_score(played), SATB)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 10, 11])
def test_some_music_is_always_for_validation(count: int, tmp_path: Path) -> None:
    found = read_movements(load_corpus(str(duets(tmp_path / "duets", count))))
    assert found.train and found.valid and not found.refused
    assert found.is_cut == (count < 3)
    names = {piece.name for piece in found.train}
    if not found.is_cut:
        assert len(found.train) + len(found.valid) == count
        assert not names & {piece.name for piece in found.valid}
        assert len(found.valid) <= max(1, count // 5)
    else:
        parts = [sum(len(piece.tokens.measures) for piece in side) for side in (found.train, found.valid)]
        assert parts == [6 * count, 2 * count]


def test_more_files_do_not_move_the_others(tmp_path: Path) -> None:
    path = duets(tmp_path / "duets", 30)
    before = {piece.name for piece in read_movements(load_corpus(str(path))).valid}
    shutil.copy(path / "duet 0 of 30.abc", path / "one more.abc")
    after = {piece.name for piece in read_movements(load_corpus(str(path))).valid}
    assert before <= after | {"one more.abc"} and before


def test_files_that_lack_a_part_of_the_ensemble_are_left_out_with_the_reason(tmp_path: Path) -> None:
    files = {f"{number}.abc": abc("Violin1", "Violin2", "Viola", "Cello") for number in range(3)}
    path = folder(tmp_path / "mixed", files | {"solo.abc": abc("Violin1", "Cello")})
    found = read_movements(load_corpus(str(path)), load_ensemble("string-quartet"))
    (refused,) = found.refused
    assert refused.startswith("solo.abc: found no part for ") and "viola" in refused
    assert len(found.train) + len(found.valid) == 3


def test_kern_is_told_by_the_reader_that_training_uses(tmp_path: Path) -> None:
    rows = ["**kern **kern", "*part2 *part1", "*staff2 *staff1", "*Ipiano *Ipiano", "*clefF4 *clefG2", "*M2/4 *M2/4"]
    rows += [f"={number} ={number}\n4C 4cc\n4G 4ee" for number in range(1, 9)] + ["== ==", "*- *-"]
    text = "\n".join(rows).replace(" ", "\t") + "\n"
    files = {f"{number}.krn": text for number in range(2)}
    assert ensemble_of(load_corpus(str(folder(tmp_path / "piano", files))), SATB) == "piano"
