"""Sets and cycles are one work, works with numbers of their own are several; splits do not move."""

from __future__ import annotations

import random

import pytest

from scoregen.corpora.building.works import split_works, work_claims, works_of

Named = tuple[str, str, str]


def together(*files: Named) -> bool:
    """Whether files, given as path, title and composer, are of one work."""
    return len(set(works_of([work_claims(*file) for file in files]))) == 1


@pytest.mark.parametrize(
    "files",
    [
        [("a", "Winterreise, D.911", "Franz Schubert"), ("b", "Winterreise (D.911)", "Schubert, Franz")],
        [("a", "Die schöne Müllerin (D.795)", "F. S."), ("b", "Die schöne Müllerin", "F. S."),
         ("c", "Op. 25", "F. S."), ("d", "Die schöne Müllerin, Op.25", "F. S.")],
        [("a", "String Quartet in G, Op. 76 No. 1", "Haydn"), ("b", "Quartet, op. 76, no. 1: Menuetto", "Haydn")],
        [("a", "Symphony No. 5: I. Allegro", "B."), ("b", "Symphony No. 5, II. Andante", "B.")],
        [("a", "Sonata 3 - II", "B."), ("b", "Sonata 3, Satz 1", "B.")],
        [("mass/01-Kyrie.mid", "", ""), ("mass/02-Gloria.mid", "", "")],
        [("op74/movement1.krn", "", ""), ("op74/movement2.mxl", "", "")],
        [("bach/bwv1.6.mxl", "", ""), ("bach/bwv1.2.mxl", "", "")],
        [("x/suite_1.abc", "", ""), ("x/suite_2.abc", "", "")],
        [("a", "Reverie", "Władysław Żeleński"), ("b", "Rêverie", "Zelenski, Wladyslaw")],
    ],
)  # fmt: skip
def test_one_work(files: list[Named]) -> None:
    assert together(*files)


@pytest.mark.parametrize(
    "files",
    [
        [("a", "Symphony No. 5", "B."), ("b", "Symphony No. 6", "B.")],
        [("a", "Sonata in C major, K. 330", "M."), ("b", "Sonata in C major, K. 545", "M.")],
        [("a", "Psalm 1: Qui au conseil", "G."), ("b", "Psalm 21: Seigneur", "G.")],
        [("a", "A song", "X"), ("b", "A song", "Y")],
        [("bach/bwv1.6.mxl", "", ""), ("bach/bwv10.7.mxl", "", "")],
        [("x/0001.mid", "", ""), ("x/0002.mid", "", "")],
        [("tunes/greensleeves.abc", "", ""), ("tunes/susanna.abc", "", "")],
        [("a", "Untitled score", "Composer"), ("b", "Untitled score", "Composer")],
    ],
)
def test_several_works(files: list[Named]) -> None:
    assert not together(*files)


def test_files_are_split_by_their_works_and_stay_when_others_come() -> None:
    files = [f"folder{number // 3}/{number % 3 + 1:02d}-x.mid" for number in range(300)]
    works = works_of([work_claims(file) for file in files])
    splits = dict(zip(files, split_works(works, files, [None] * 300), strict=True))
    assert set(splits.values()) == {"train", "valid", "test"}
    for first in range(0, 300, 3):
        assert len({splits[file] for file in files[first : first + 3]}) == 1
    some = random.Random(1).sample(files, 200)
    fewer = split_works(works_of([work_claims(file) for file in some]), some, [None] * 200)
    moved = [file for file, split in zip(some, fewer, strict=True) if splits[file] != split]
    assert moved == []


def test_a_file_that_joins_works_moves_none_that_were_split_before() -> None:
    names, works = ["a", "b", "c", "d"], ["one", "one", "one", "two"]
    assert split_works(works, names, ["train", "valid", None, "train"]) == ["train", "valid", "valid", "train"]


@pytest.mark.parametrize("count", range(2, 12))
def test_there_is_training_and_validation_among_few_works(count: int) -> None:
    names = [f"piece {count} {number}" for number in range(count)]
    assert {"train", "valid"} <= set(split_works(names, names, [None] * count))
    assert {"train", "valid"} <= set(split_works(["one"] * count, names, [None] * count))
    assert len(split_works(["one"], ["a"], [None])) == 1
