"""Files by their content: compressed or plain, partwise or timewise, in any encoding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scoregen.notation.musicxml.document import load_document, parse, serialize
from scoregen.notation.musicxml.mxl import write_mxl
from scoregen.notation.musicxml.read.score import read_file, read_musicxml
from scoregen.system.errors import ReadError, RefusedError

NOTE = "<note><pitch><step>E</step><octave>4</octave></pitch><duration>4</duration></note>"
SCORE = (
    '<score-partwise version="4.0"><part-list><score-part id="P1"><part-name>Flöte</part-name></score-part>'
    f'</part-list><part id="P1"><measure number="1">{NOTE}</measure></part></score-partwise>'
)
DOCTYPE = '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 3.0 Partwise//EN" "partwise.dtd">'


def load(folder: Path, data: bytes, name: str = "song.musicxml") -> bytes:
    path = folder / name
    path.write_bytes(data)
    return load_document(path)


def part_name(text: bytes) -> str:
    return read_musicxml(text, "song").parts[0].name


def test_plain_text_gets_a_header(tmp_path: Path) -> None:
    text = load(tmp_path, SCORE.encode())
    assert text.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC')
    assert SCORE.encode() in text


def test_the_own_doctype_and_comments_are_kept(tmp_path: Path) -> None:
    text = load(tmp_path, f"<!-- before -->{DOCTYPE}{SCORE}<!-- after -->".encode())
    assert DOCTYPE.encode() in text
    assert b"<!-- before -->" in text and b"<!-- after -->" in text


def test_a_file_in_order_keeps_every_byte(tmp_path: Path) -> None:
    data = f"<?xml version='1.0' encoding='utf-8' standalone='no'?>\r\n{DOCTYPE}\r\n{SCORE}\r\n".encode()
    assert load(tmp_path, data) == data


def test_reading_a_file_is_loading_and_reading(tmp_path: Path) -> None:
    path = tmp_path / "song.mxl"
    path.write_bytes(write_mxl(SCORE.encode(), "song.xml"))
    text = load_document(path)
    assert read_file(path) == read_musicxml(text, "song.mxl")
    assert read_file(path).document == text


def test_loading_what_was_serialized_changes_nothing(tmp_path: Path) -> None:
    text = load(tmp_path, f"{DOCTYPE}{SCORE}".encode())
    assert load(tmp_path, text) == text
    assert serialize(parse(text, "song")) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings_by_their_bytes(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding.endswith("e") else ""
    assert part_name(load(tmp_path, (mark + SCORE).encode(encoding))) == "Flöte"


def test_a_declared_encoding(tmp_path: Path) -> None:
    declared = f'<?xml version="1.0" encoding="ISO-8859-1"?>{SCORE}'
    assert part_name(load(tmp_path, declared.encode("latin-1"))) == "Flöte"


def test_utf_8_text_that_claims_to_be_utf_16(tmp_path: Path) -> None:
    declared = f"<?xml version='1.0' encoding='UTF-16'?>{SCORE}"
    assert part_name(load(tmp_path, declared.encode())) == "Flöte"


def test_white_space_before_the_declaration(tmp_path: Path) -> None:
    assert part_name(load(tmp_path, f'\n <?xml version="1.0"?>{SCORE}'.encode())) == "Flöte"


def test_latin_text_that_claims_to_be_utf_8(tmp_path: Path) -> None:
    text = load(tmp_path, f'<?xml version="1.0" encoding="UTF-8"?>{SCORE}'.encode("latin-1"))
    assert part_name(text) == "Flöte" and text.decode("utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<score-partwise", "<score-partwise xmlns='http://www.musicxml.org/score-partwise'"),
        ("<score-partwise", "<score-partwise xmlns:xlink='http://www.w3.org/1999/xlink' xmlns='urn:any'"),
    ],
)
def test_a_namespace_of_the_elements_is_removed(tmp_path: Path, old: str, new: str) -> None:
    text = load(tmp_path, f"{DOCTYPE}{SCORE}".replace(old, new, 1).encode())
    assert part_name(text) == "Flöte" and b"xmlns=" not in text and load(tmp_path, text) == text


def test_a_prefix_of_the_elements_is_removed(tmp_path: Path) -> None:
    prefixed = re.sub(r"<(/?)(\w)", r"<\1m:\2", SCORE).replace(
        "<m:score-partwise", "<m:score-partwise xmlns:m='urn:m'", 1
    )
    assert part_name(load(tmp_path, prefixed.encode())) == "Flöte"


def test_limits_hold_in_a_namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReadError, match="at most"):
        load(tmp_path, ("<score-partwise xmlns='urn:m'>" + "<part/>" * 300 + "</score-partwise>").encode())


@pytest.mark.parametrize("name", ["song.mxl", "song.musicxml", "song.xml", "song"])
def test_the_content_decides_and_not_the_suffix(tmp_path: Path, name: str) -> None:
    plain = load(tmp_path, SCORE.encode(), name)
    assert load(tmp_path, write_mxl(SCORE.encode(), "score.xml"), name) == plain


def timewise(*measures: str) -> bytes:
    listing = '<part-list><score-part id="A"/><score-part id="B"/></part-list>'
    return f'<score-timewise version="4.0">{listing}{"".join(measures)}</score-timewise>'.encode()


def test_timewise_becomes_partwise(tmp_path: Path) -> None:
    shares = [f'<measure number="{n}"><part id="A">{NOTE}</part><part id="B">{NOTE}</part></measure>' for n in (1, 2)]
    text = load(tmp_path, timewise(*shares))
    root = parse(text, "song")
    assert root.tag == "score-partwise" and root.get("version") == "4.0"
    assert [(part.get("id"), [m.get("number") for m in part]) for part in root.iterfind("part")] == [
        ("A", ["1", "2"]),
        ("B", ["1", "2"]),
    ]
    assert len(root.findall("part/measure/note")) == 4


def test_timewise_parts_that_pause_stay_in_their_columns(tmp_path: Path) -> None:
    text = load(
        tmp_path,
        timewise(
            f'<measure number="1"><part id="A">{NOTE}</part></measure>',
            f'<measure number="2"><part id="B">{NOTE}</part></measure>',
        ),
    )
    score = read_musicxml(text, "song")
    assert [[voice.slot.part for voice in measure.voices] for measure in score.measures] == [["A"], ["B"]]


def test_timewise_part_twice_in_a_measure(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"song\.musicxml: measure 1: the measure has part 'A' twice"):
        load(tmp_path, timewise(f'<measure number="1"><part id="A">{NOTE}</part><part id="A"/></measure>'))


def test_other_roots_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="the root element is <html>; expected <score-partwise>"):
        load(tmp_path, b"<html/>")
    with pytest.raises(RefusedError, match="this is an opus, a list of other files"):
        load(tmp_path, b"<opus/>")
