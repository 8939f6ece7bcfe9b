"""The corpora that the product names: whole, apart from each other, and no twin of a test piece in training."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from scoregen.corpora.manifest import CorpusPiece, load_corpus, load_corpus_in, verify
from scoregen.system.errors import InputError
from scoregen.system.resources import folder


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


@pytest.mark.parametrize("count", range(2, 30))
def test_a_folder_has_pieces_for_training_and_for_validation(count: int, tmp_path: Path) -> None:
    for number in range(count):
        (tmp_path / f"{count}-{number}.mxl").write_text("")
    assert {"train", "valid"} <= {piece.split for piece in load_corpus(str(tmp_path)).pieces}


@pytest.mark.parametrize(
    "name",
    [
        "../outside.musicxml",
        "a/../../outside.musicxml",
        "/etc/passwd",
        "C:/x.mid",
        "C:x.mid",
        "\\\\server\\x",
        "link.mid",
    ],
)
def test_a_manifest_stays_in_its_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (tmp_path / "outside.mid").write_text("")
    (folder / "link.mid").symlink_to(tmp_path / "outside.mid")
    head = 'name = "mine"\nsource = "here"\nlicence = "CC0"\n'
    (folder / "manifest.toml").write_text(f"{head}[train]\n'{name}' = ''\n")
    with pytest.raises(InputError, match=r"manifest\.toml: .* is outside the folder of the corpus"):
        load_corpus(str(folder))


@pytest.mark.parametrize(("package", "folder"), [("music21", ".."), ("music21", "/etc")])
def test_a_manifest_stays_in_its_package(package: str, folder: str, tmp_path: Path) -> None:
    head = f'name = "x"\nsource = "y"\nlicence = "z"\npackage = "{package}"\nfolder = "{folder}"\n'
    (tmp_path / "manifest.toml").write_text(f"{head}[train]\n'a.mxl' = ''\n")
    with pytest.raises(InputError, match="is outside the folder of the corpus"):
        load_corpus(str(tmp_path))


ODD = {
    "name = 1\nsource = 'b'\nlicence = 'c'": "name is 1; expected a text",
    "{}train = 1": r"\[train\] is int; expected a table",
    "{}[train]\n'a.mxl' = 5": "the checksum of 'a.mxl' is 5; expected 64 hexadecimal digits",
    "{}[train]\n'a.mxl' = 'abc'": "the checksum of 'a.mxl' is 'abc'",
    "{}[train]\n'a.mxl' = ''\n[test]\n'a.mxl' = ''": "'a.mxl' is in two splits",
    "{}package = 3\n[train]\n'a.mxl' = ''": "package is 3; expected a text",
    "{}package = 'os.path.x'\nfolder = '.'\n[train]\n'a.mxl' = ''": "found no Python package os.path.x",
    "{}package = 'music21'\n[train]\n'a.mxl' = ''": "folder is None; expected a text",
    "x = " + "[" * 5000: "this is not TOML that can be read",
}


@pytest.mark.parametrize("text", ODD)
def test_an_odd_manifest_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(text.replace("{}", 'name = "a"\nsource = "b"\nlicence = "c"\n'))
    with pytest.raises(InputError, match=ODD[text]) as caught:
        load_corpus(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_changed_file_is_left_out_of_comparisons(tmp_path: Path) -> None:
    from scoregen.evaluation.reference_corpus.pieces import read_pieces
    from scoregen.notation.files import write_score
    from tests.chorales import chorale

    head = 'name = "mine"\nsource = "here"\nlicence = "CC0"\n[train]\n'
    for number in range(2):
        write_score(chorale(number, measures=4), tmp_path / f"{number}.musicxml")
    rows = "".join(f'"{number}.musicxml" = "{"" if number else "0" * 64}"\n' for number in range(2))
    (tmp_path / "manifest.toml").write_text(head + rows)
    pieces, refused = read_pieces(load_corpus(str(tmp_path)))
    assert [piece.name for piece, _ in pieces] == ["1.musicxml"]
    assert refused == ("0.musicxml: found another checksum than the manifest of mine; install the version in it",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no toml", "this is not TOML"),
        ('name = "mine"', "found no source, licence"),
        ('name = "a"\nsource = "b"\nlicence = "c"', "found no piece under train, valid or test"),
    ],
)
def test_a_manifest_that_is_none(text: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(text)
    with pytest.raises(InputError, match=expected):
        load_corpus(str(tmp_path))


def test_a_listed_corpus_has_its_files_in_any_folder(tmp_path: Path) -> None:
    corpus = load_corpus_in("openscore-quartets", tmp_path)
    assert (len(corpus.split("train")), len(corpus.split("valid"))) == (88, 14)
    assert all(piece.path.is_relative_to(tmp_path) and piece.sha256 for piece in corpus.pieces)
    with pytest.raises(InputError, match="found no manifest of 'no-such-corpus'"):
        load_corpus_in("no-such-corpus", tmp_path)


def test_a_listed_corpus_that_is_not_shipped_tells_where_its_files_are() -> None:
    with pytest.raises(InputError, match=r"not part of scoregen; expected a folder with github\.com/OpenScore/Lieder"):
        load_corpus("openscore-lieder")


def test_every_listed_corpus_names_a_licence_that_allows_shipped_weights() -> None:
    for name in ("openscore-lieder", "openscore-quartets", "orchestral-stress"):
        assert load_corpus_in(name, Path()).licence == "CC0-1.0"
    for name in ("polish-chamber", "polish-choir", "polish-piano", "polish-songs"):
        assert load_corpus_in(name, Path()).licence == "CC-BY-4.0"
        manifest = tomllib.loads((folder("corpora") / name / "manifest.toml").read_text(encoding="utf-8"))
        assert "Chopin Institute" in manifest["attribution"]


@pytest.mark.parametrize(
    ("corpus", "file", "style"),
    [
        ("openscore-lieder", "scores/Schubert__Franz--Heidenroslein--lc1.mxl", "Schubert__Franz"),
        ("polish-songs", "pl-kj--bj-muz-2692-iii_zelenski-wladyslaw--z-nocy-letnich.krn", "zelenski-wladyslaw"),
        ("polish-songs", "unnamed.krn", "polish-songs"),
    ],
)
def test_the_style_of_a_piece_is_the_composer_in_its_name(corpus: str, file: str, style: str) -> None:
    assert load_corpus_in(corpus, Path()).style_of(CorpusPiece(file, "train", Path(file))) == style


@pytest.mark.parametrize("style", ['"composer"', '"(composer"', "3"])
def test_a_pattern_of_styles_without_a_group_is_one_error_line(tmp_path: Path, style: str) -> None:
    rows = ['name = "x"', 'source = "x"', 'licence = "x"', f"style = {style}", "[train]", '"a.mxl" = ""']
    (tmp_path / "manifest.toml").write_text("\n".join(rows))
    with pytest.raises(InputError, match="style is"):
        load_corpus(str(tmp_path))
