"""Round trips of whole corpora through the token language: every score is unchanged, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.score.elements import Score
from scoregen.system.errors import ReadError, RefusedError
from scoregen.tokens.canonical import canonical
from scoregen.tokens.decode import decode
from scoregen.tokens.encode import encode
from scoregen.tokens.grammar import check

EVERY = 20  # the quick tests take every 20th file


def files(folder: Path, every: int = 1) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in (".mxl", ".musicxml", ".xml"))[::every]


def read(paths: list[Path]) -> Iterator[tuple[str, Score]]:
    """The scores that can be read, with their names."""
    for path in paths:
        try:
            yield path.name, read_musicxml(load_document(path), path.name)
        except (ReadError, RefusedError):
            continue


def comes_back(score: Score) -> bool:
    """Whether decoding gives the canonical form; RefusedError from encode."""
    tokens = encode(score)
    canon = canonical(score)
    check(tokens)
    return decode(tokens, score) == canon and encode(canon) == tokens


def chorales() -> list[Path]:
    """music21's Bach."""
    music21 = pytest.importorskip("music21", reason="music21 and its corpus are not installed")
    return files(Path(music21.__file__).parent / "corpus" / "bach")


def failures(paths: list[Path]) -> list[str]:
    return [name for name, score in read(paths) if not comes_back(score)]


def refusals(paths: list[Path]) -> dict[str, str]:
    """The reasons for refused files, by name; refused files must still serve as context."""
    found = {}
    for name, score in read(paths):
        try:
            assert comes_back(score), name
        except RefusedError as error:
            found[name] = str(error)
            tokens = encode(score, snap=True)
            assert encode(decode(tokens, score)) == tokens, name
    return found


def test_some_chorales() -> None:
    assert failures(chorales()[::EVERY]) == []


def test_some_psalms(shared_data: Callable[[str], Path]) -> None:
    assert failures(files(shared_data("goudimel"), EVERY)) == []


def test_some_songs(shared_data: Callable[[str], Path]) -> None:
    for message in refusals(files(shared_data("openscore-lieder"), 200)).values():
        assert "measure" in message


@pytest.mark.slow
def test_every_chorale() -> None:
    paths = chorales()
    assert len(paths) > 400
    assert failures(paths) == []


@pytest.mark.slow
@pytest.mark.parametrize("corpus", ["goudimel", "josquin-jrp"])
def test_every_vocal_piece(shared_data: Callable[[str], Path], corpus: str) -> None:
    assert failures(files(shared_data(corpus))) == []


@pytest.mark.slow
def test_songs_are_written_or_refused_by_name(shared_data: Callable[[str], Path]) -> None:
    paths = files(shared_data("openscore-lieder"), 10)
    found = refusals(paths)
    assert len(found) < len(paths) / 10
    for message in found.values():
        assert message.startswith("part ")
        assert "; expected" in message
