"""What files of each format say of themselves."""

from __future__ import annotations

import zipfile
from pathlib import Path

from scoregen.corpora.building.statements import Statements, statements
from scoregen.score.elements import Metadata, Score


def said(path: Path, content: bytes | str, score: Score | None = None) -> Statements:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return statements(path, score)


def test_a_score_says_it_in_its_metadata(tmp_path: Path) -> None:
    about = Metadata("A set", "A song", "Somebody", rights="CC BY 4.0", miscellaneous=(("copyright-note", "2020"),))
    assert said(tmp_path / "a.mxl", b"", Score((), (), about)) == Statements("A set", "Somebody", "CC BY 4.0; 2020")
    assert said(tmp_path / "a.mxl", b"", Score((), (), Metadata(movement="A song"))) == Statements("A song")


def test_humdrum_names_collections_and_licences(tmp_path: Path) -> None:
    records = (
        "!!!COM: Marenzio, Luca\n!!!OTL@@IT: Due rose\n!!!OPR: Madrigali\n!!!YEC: Copyright 2022 X\n!!!YEM: CC-BY-4.0\n"
    )
    assert said(tmp_path / "a.krn", f"{records}**kern\n4c\n*-\n") == Statements(
        "Madrigali", "Marenzio, Luca", "CC-BY-4.0; Copyright 2022 X"
    )
    assert said(tmp_path / "b.krn", "!!!OTL: Due rose\n!!!YEC:\n**kern\n") == Statements("Due rose")


def test_abc_tells_rights_in_fields_that_speak_of_them(tmp_path: Path) -> None:
    text = "X:1\nT:A tune\nZ:Transcribed by N. N., CC BY-SA 3.0\nN:Play it fast\n%%abc-copyright (c) 2001\nK:C\nC\n"
    assert said(tmp_path / "a.abc", text).rights == "Transcribed by N. N., CC BY-SA 3.0; (c) 2001"


def test_mei_midi_and_musescore(tmp_path: Path) -> None:
    restriction = '<useRestrict>Free: <ref target="https://x/by/4.0">CC BY</ref></useRestrict>'
    mei = f"<mei><availability>{restriction}</availability></mei>"
    assert said(tmp_path / "a.mei", mei).rights == "Free: CC BY; https://x/by/4.0"
    head = b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk\0\0\0\x1c"
    assert said(tmp_path / "a.mid", head + b"\0\xff\x02\x09(c) 1999 \0\xff\x2f\0").rights == "(c) 1999"
    assert said(tmp_path / "b.mid", head + b"\0\xff\x02\x7f(c)").rights == "", "the text is cut off"
    tags = '<metaTag name="copyright">CC0</metaTag><metaTag name="workTitle">A set</metaTag>'
    with zipfile.ZipFile(tmp_path / "a.mscz", "w") as archive:
        archive.writestr("a.mscx", f"<museScore>{tags}</museScore>")
    assert statements(tmp_path / "a.mscz") == Statements("A set", "", "CC0")
    assert said(tmp_path / "b.mscz", b"PK\3\4") == Statements()


def test_a_large_archive_says_it_too(tmp_path: Path) -> None:
    """The directory of an archive is at its end, here after a picture of 300 kB."""
    with zipfile.ZipFile(tmp_path / "a.mscz", "w") as archive:
        archive.writestr("a.mscx", '<museScore><metaTag name="copyright">CC0</metaTag></museScore>')
        archive.writestr("Thumbnails/thumbnail.png", bytes(300_000))
    assert statements(tmp_path / "a.mscz").rights == "CC0"
