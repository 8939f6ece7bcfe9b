"""Compressed files: written the same every time, read by their container."""

from __future__ import annotations

import io
import zipfile

import pytest

from scoregen.notation.musicxml.mxl import is_zip, read_mxl, write_mxl
from scoregen.system.errors import ReadError

SCORE = b"<score-partwise/>"
CONTAINER = "<container><rootfiles>{}</rootfiles></container>"


def archive(members: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return buffer.getvalue()


def container(*paths: str, media_type: str | None = None) -> str:
    media = f' media-type="{media_type}"' if media_type else ""
    return CONTAINER.format("".join(f'<rootfile full-path="{path}"{media}/>' for path in paths))


def test_written_and_read_back() -> None:
    data = write_mxl(SCORE, "my score & co.xml")
    assert is_zip(data)
    assert read_mxl(data, "a.mxl") == SCORE


def test_equal_input_gives_equal_bytes() -> None:
    assert write_mxl(SCORE, "score.xml") == write_mxl(SCORE, "score.xml")
    with zipfile.ZipFile(io.BytesIO(write_mxl(SCORE, "score.xml"))) as written:
        assert [member.date_time for member in written.infolist()] == [(1980, 1, 1, 0, 0, 0)] * 3
        assert written.namelist()[0] == "mimetype"


def test_the_container_decides() -> None:
    data = archive({"META-INF/container.xml": container("b.xml"), "a.xml": b"<no/>", "b.xml": SCORE})
    assert read_mxl(data, "a.mxl") == SCORE


def test_the_first_score_of_the_container_counts() -> None:
    listed = container("cover.pdf", media_type="application/pdf")[: -len("</rootfiles></container>")]
    listed += (
        '<rootfile full-path="b.xml" media-type="application/vnd.recordare.musicxml+xml"/></rootfiles></container>'
    )
    assert read_mxl(archive({"META-INF/container.xml": listed, "cover.pdf": b"", "b.xml": SCORE}), "a.mxl") == SCORE


def test_a_broken_container_does_not_matter_if_there_is_one_score() -> None:
    broken = container("Rock & 'n' Roll.xml")
    assert read_mxl(archive({"META-INF/container.xml": broken, "Rock & 'n' Roll.xml": SCORE}), "a.mxl") == SCORE


def test_without_a_container_the_only_candidate_counts() -> None:
    assert read_mxl(archive({"score.xml": SCORE, "notes.txt": b""}), "a.mxl") == SCORE


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.xml": SCORE, "b.xml": SCORE}, "no container and 2 possible scores"),
        ({"readme.txt": b""}, "no container and 0 possible scores"),
        ({"META-INF/container.xml": container("gone.xml")}, "names 'gone.xml', which the compressed file does not"),
        ({"META-INF/container.xml": container(), "a.xml": SCORE}, "names no MusicXML score"),
        ({"META-INF/container.xml": "<container", "a.xml": SCORE, "b.xml": SCORE}, "the XML is broken"),
    ],
)
def test_what_is_missing_is_named(members: dict[str, bytes | str], message: str) -> None:
    with pytest.raises(ReadError, match=message) as caught:
        read_mxl(archive(members), "a.mxl")
    assert str(caught.value).startswith("a.mxl")
