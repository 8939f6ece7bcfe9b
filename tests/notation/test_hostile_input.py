"""Broken and malicious files: one line, exit code 2, without delay."""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.notation.musicxml import mxl
from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.system.errors import InputError, ReadError

SECONDS = 5.0
NOTE = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>4</duration></note>"
HEAD = "<score-partwise><part-list><score-part id='P1'/></part-list>"


@contextmanager
def refused(message: str) -> Iterator[None]:
    """Expect a one-line ReadError from the block, within a time limit."""
    started = time.process_time()
    with pytest.raises(ReadError, match=message) as caught:
        yield
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert time.process_time() - started < SECONDS


def read(folder: Path, data: bytes | str, name: str = "song.musicxml") -> None:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    read_musicxml(load_document(path), str(path))


def score(measure: str = NOTE, prolog: str = "") -> str:
    return f"{prolog}{HEAD}<part id='P1'><measure number='1'>{measure}</measure></part></score-partwise>"


def test_a_harmless_file_is_read(tmp_path: Path) -> None:
    read(tmp_path, score())


def test_an_external_entity_is_never_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    prolog = f'<!DOCTYPE score-partwise [<!ENTITY leak SYSTEM "{secret.as_uri()}">]>'
    with refused("declares the XML entity 'leak'"):
        read(
            tmp_path,
            score(f"{NOTE}<direction><direction-type><words>&leak;</words></direction-type></direction>", prolog),
        )


@pytest.mark.parametrize("kind", ["ENTITY x 'y'", "ENTITY % x 'y'", "ENTITY % x SYSTEM 'http://127.0.0.1:9/x.dtd'"])
def test_an_entity_declared_but_unused(tmp_path: Path, kind: str) -> None:
    with refused("declares the XML entity 'x'"):
        read(tmp_path, score(prolog=f"<!DOCTYPE score-partwise [<!{kind}>]>"))


def test_an_entity_bomb(tmp_path: Path) -> None:
    bomb = "<!ENTITY a0 'lol'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    with refused("declares the XML entity|the XML is broken"):
        read(tmp_path, score("<note><rest/><lyric><text>&a11;</text></lyric></note>", f"<!DOCTYPE s [{bomb}]>"))


def test_an_entity_bomb_in_an_attribute(tmp_path: Path) -> None:
    bomb = "<!ENTITY a0 'lol'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    with refused("declares the XML entity|the XML is broken"):
        read(tmp_path, f"<!DOCTYPE s [{bomb}]><score-partwise version='&a11;'/>")


def test_an_undeclared_entity(tmp_path: Path) -> None:
    prolog = '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "partwise.dtd">'
    with refused("uses the undeclared XML entity '&nbsp;'"):
        read(tmp_path, score("<direction><direction-type><words>&nbsp;</words></direction-type></direction>", prolog))


def test_a_plain_doctype_is_accepted_and_its_dtd_left_alone(tmp_path: Path) -> None:
    read(tmp_path, score(prolog='<!DOCTYPE score-partwise PUBLIC "x" "http://127.0.0.1:9/never.dtd">'))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, compresslevel=9) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_bomb_by_ratio(tmp_path: Path) -> None:
    with refused("unpacks to more than 300 times its size"):
        read(tmp_path, zipped({"score.xml": b" " * (200 << 20)}), "bomb.mxl")


def test_a_zip_bomb_by_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mxl, "MAX_BYTES", 1 << 20)
    with refused("unpacks to more than the limit of 1 MiB"):
        read(tmp_path, zipped({"score.xml": random.Random(4).randbytes(2 << 20)}), "bomb.mxl")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_is_not_deflated(method: int, tmp_path: Path) -> None:
    with refused("'score.xml' is not deflated, as a compressed score must be"):
        read(tmp_path, zipped({"score.xml": b" " * (8 << 20)}, method), "bomb.mxl")


def test_a_zip_with_too_many_members(tmp_path: Path) -> None:
    with refused("lists 1002 members; at most 1000"):
        read(tmp_path, zipped({f"{n}.txt": b"" for n in range(1002)}), "many.mxl")
    with refused("lists more than 1000 members"):
        read(tmp_path, zipped({f"{n:060}.txt": b"" for n in range(12_000)}), "many.mxl")


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../up.xml", "a/../../b.xml", "..\\up.xml", "C:/x.xml", "\\\\host\\x.xml"]
)
def test_paths_that_leave_the_archive(tmp_path: Path, name: str) -> None:
    with refused("has the unsafe path"):
        read(tmp_path, zipped({name: b"", "score.xml": score().encode()}), "path.mxl")


def test_a_broken_zip(tmp_path: Path) -> None:
    whole = mxl.write_mxl(score().encode(), "score.xml")
    for data in (
        whole[:60],
        whole[: len(whole) // 2],
        whole.replace(b"\x08\x00", b"\x63\x00"),
        whole[:-1] + b"x" * 70_000,
    ):
        with refused("the compressed file"):
            read(tmp_path, data, "broken.mxl")


def test_an_encrypted_member(tmp_path: Path) -> None:
    data = bytearray(zipped({"score.xml": score().encode()}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with refused("the compressed file is broken .*encrypted"):
        read(tmp_path, bytes(data), "locked.mxl")


def test_damaged_archives_never_end_in_a_traceback(tmp_path: Path) -> None:
    whole = mxl.write_mxl(score(NOTE * 50).encode(), "score.xml")
    random_source = random.Random(1)
    survived = 0
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(random_source.randint(1, 4)):
            data[random_source.randrange(4, len(data))] = random_source.randrange(256)
        try:
            read(tmp_path, bytes(data), "damaged.mxl")
            survived += 1
        except InputError as error:
            assert "\n" not in str(error)
    assert survived < 300


def test_damaged_texts_never_end_in_a_traceback(tmp_path: Path, repository: Path) -> None:
    cases = sorted((repository / "tests" / "cases" / "reading").glob("*.musicxml"))
    random_source = random.Random(2)
    refusals = 0
    for path in cases * 40:
        words = path.read_text("utf-8").split("<")
        for _ in range(3):
            place = random_source.randrange(8, len(words))
            words[place] = random_source.choice(
                ["", words[random_source.randrange(8, len(words))], words[place] + "9" * 30]
            )
        try:
            read(tmp_path, "<".join(words))
        except InputError as error:
            refusals += 1
            assert "\n" not in str(error)
    assert refusals > 0


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_truncated_text(tmp_path: Path, cut: float) -> None:
    text = score(NOTE * 20)
    with refused("the XML is broken"):
        read(tmp_path, text[: int(len(text) * cut)])


@pytest.mark.parametrize("data", [b"", b" \n\t "])
def test_an_empty_file(tmp_path: Path, data: bytes) -> None:
    with refused("the file is empty"):
        read(tmp_path, data)


@pytest.mark.parametrize(
    "data", [b"\x00" * 100, b"MThd\x00\x00\x00\x06", b"%PDF-1.7", b"\xff\xfe\x00", random.Random(3).randbytes(999)]
)
def test_files_of_other_kinds(tmp_path: Path, data: bytes) -> None:
    with refused("the XML is broken"):
        read(tmp_path, data)


def test_missing_folder_and_special_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, message in (
        (".", "this is a folder"),
        ("gone.xml", "there is no such file"),
        ("pipe", "not a regular file"),
    ):
        with refused(message):
            load_document(tmp_path / name)
    with refused("cannot be read"):
        load_document(tmp_path / ("x" * 300))
    with refused("cannot be read"):
        load_document(Path("bad\0name.xml"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "locked.xml"
    path.write_text(score())
    path.chmod(0)
    with refused("cannot be read; check its permissions"):
        load_document(path)


def test_permission_errors_are_one_line_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.xml"
    path.write_text(score())

    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", deny)
    with refused("the file cannot be read; check its permissions"):
        load_document(path)


def test_deep_nesting(tmp_path: Path) -> None:
    with refused("the XML is broken"):
        read(tmp_path, "<score-partwise>" + "<a>" * 100_000)
    with refused("the XML is broken"):
        read(tmp_path, score("<direction>" * 5000 + "</direction>" * 5000))


def test_huge_numbers_are_not_computed(tmp_path: Path) -> None:
    for text in ("9" * 5000, "1e999999999", "-5", "NaN", "0x10", "1/3", ""):
        with refused("the duration is"):
            read(tmp_path, score(NOTE.replace("<duration>4", f"<duration>{text}")))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "<part id='a'/>" * 257 + "</score-partwise>", "the score has 257 parts; at most 256 are read"),
        (f"{HEAD}<part id='P1'>{'<measure/>' * 300_001}</part></score-partwise>", "300001 measures in all its parts"),
        (f"<score-timewise>{'<measure/>' * 20_001}</score-timewise>", "20001 measures; at most 20000"),
        (score("<note/>" * 250_001), "250001 notes; at most 250000"),
        (score("<sound/>" * 400_001), "400001 notes, directions and other items"),
        (score("<print/>" * 4_000_001), "more XML tags than the limit of 4000000"),
        (score(f"{NOTE}<backup><duration>4</duration></backup>" * 1000), "more than 64 voices sound at once"),
        (score() + " " * (64 << 20), "larger than the limit of 64 MiB"),
    ],
    ids=["parts", "measures", "timewise measures", "notes", "items", "tags", "voices", "bytes"],
)
def test_limits_are_named(tmp_path: Path, text: str, message: str) -> None:
    with refused(message):
        read(tmp_path, text)


def test_few_tags_cannot_become_many_measures(tmp_path: Path) -> None:
    shares = "".join(f"<measure><part id='P{n}'/></measure>" for n in range(200))
    with refused("200 parts of 5000 measures; at most"):
        read(tmp_path, f"<score-timewise>{shares}{'<measure/>' * 4800}</score-timewise>")


def test_limits_on_text_divisions_and_staves(tmp_path: Path) -> None:
    words = "<direction><direction-type><words>{}</words></direction-type></direction>"
    with refused("<words> has more characters of text than the limit of 20000"):
        read(tmp_path, score(words.format("x" * 20_001)))
    with refused("<divisions> is 99999999999"):
        read(tmp_path, score("<attributes><divisions>99999999999</divisions></attributes>"))
    with refused("the staff is 99"):
        read(tmp_path, score(NOTE.replace("</note>", "<staff>99</staff></note>")))


def test_the_longest_allowed_score_is_read_in_time(tmp_path: Path) -> None:
    measure = f"<measure number='1'>{NOTE * 20}</measure>"
    text = f"{HEAD}<part id='P1'>{measure * 1000}</part></score-partwise>"
    started = time.process_time()
    read(tmp_path, text)
    assert time.process_time() - started < 2 * SECONDS


@pytest.mark.parametrize("suffix", [".mscz", ".capx"])
def test_archives_of_other_programs_have_the_same_limits(tmp_path: Path, suffix: str) -> None:
    bomb = zipped({"score.mscx": b" " * (80 << 20)})
    nested = zipped({"a.mscz": bomb, "../up.mscx": b""})
    for data, message in ((bomb, "unpacks to more than 300 times its size"), (nested, "has the unsafe path")):
        path = tmp_path / f"song{suffix}"
        path.write_bytes(data)
        with refused(message):
            read_score(path)


def test_a_member_of_an_archive_may_be_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mxl, "MAX_BYTES", 1 << 20)
    path = tmp_path / "song.mscz"
    path.write_bytes(zipped({f"{n}.mscx": random.Random(n).randbytes(300_000) for n in range(5)}))
    with refused("unpacks to more than the limit of 1 MiB"):
        read_score(path)
