"""The corpora that the product names: whole, apart from each other, and no twin of a test piece in training."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scoregen.corpora.manifest import load_corpus, verify
from scoregen.system.errors import InputError


def test_the_chorales_are_there_as_listed() -> None:
    corpus = load_corpus("bach-chorales")
    verify(corpus)
    assert [len(corpus.split(split)) for split in ("train", "valid", "test")] == [235, 79, 82]


def test_no_file_is_in_two_splits() -> None:
    names = [piece.name for piece in load_corpus("bach-chorales").pieces]
    assert len(names) == len(set(names))


def test_no_twin_of_a_held_out_piece_is_trained_on(shared_data: Callable[[str], Path]) -> None:
    mapping = json.loads((shared_data("jsb16") / "bwv_mapping.json").read_text())
    trained = {piece.name for piece in load_corpus("bach-chorales").split("train")}
    assert trained.isdisjoint(mapping["exclude_for_test"]["music21"])
    assert trained.isdisjoint(mapping["exclude_for_valid"]["music21"])
    assert trained <= set(mapping["train_equivalents"]["music21"])


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    corpus = load_corpus("bach-chorales")
    piece = corpus.pieces[0]
    changed = tmp_path / "changed.mxl"
    changed.write_bytes(piece.path.read_bytes() + b" ")
    damaged = type(corpus)("x", "x", "x", (type(piece)(piece.name, "train", changed, piece.sha256),))
    with pytest.raises(InputError, match=r"changed\.mxl: found another checksum"):
        verify(damaged)


def test_a_folder_is_a_corpus_whose_splits_do_not_move(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"piece{number}.musicxml").write_text("")
    first = {piece.name: piece.split for piece in load_corpus(str(tmp_path)).pieces}
    (tmp_path / "another.musicxml").write_text("")
    second = {piece.name: piece.split for piece in load_corpus(str(tmp_path)).pieces}
    assert len(second) == 41 and first.items() <= second.items()
    assert set(second.values()) == {"train", "valid", "test"}


def test_an_unknown_corpus_and_an_empty_folder_are_one_error_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="bach-chorales"):
        load_corpus("no-such-corpus")
    with pytest.raises(InputError, match="found no scores"):
        load_corpus(str(tmp_path))


def test_a_folder_with_a_manifest_is_split_by_it(tmp_path: Path) -> None:
    (tmp_path / "a.musicxml").write_text("")
    head = 'name = "mine"\nsource = "here"\nlicence = "CC0"\n'
    (tmp_path / "manifest.toml").write_text(f'{head}[test]\n"a.musicxml" = ""\n')
    corpus = load_corpus(str(tmp_path))
    assert (corpus.name, corpus.is_split, [piece.split for piece in corpus.pieces]) == ("mine", True, ["test"])
    assert corpus.pieces[0].path == tmp_path / "a.musicxml"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no toml", "found invalid TOML"),
        ('name = "mine"', "found no source, licence"),
        ('name = "a"\nsource = "b"\nlicence = "c"', "found no piece under train, valid or test"),
    ],
)
def test_a_manifest_that_is_none(text: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(text)
    with pytest.raises(InputError, match=expected):
        load_corpus(str(tmp_path))
