"""Score files: formats by suffix, all or nothing on disk, and one-line errors."""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import replace
from pathlib import Path

import mido
import pytest

import scoregen.notation.engraving.pages as pages_module
import scoregen.notation.engraving.pdf as pdf_module
from scoregen.notation.engraving.options import EngravingOptions
from scoregen.notation.files import READERS, WRITERS, can_write, read_score, write_all, write_score
from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.sound.audio_files import SUFFIXES as RECORDINGS
from scoregen.notation.validation.document import check_document
from scoregen.score.edit import append_measures, insert_voices, select_voices, with_parts
from scoregen.score.elements import Clef, Score, Slot, Voice
from scoregen.score.timeline import pitched_notes
from scoregen.system import files
from scoregen.system.errors import OutputError, ReadError, ScoregenError, ToolError
from tests.notation.handmade import hymn, line, melody, voice_part

CASES = Path(__file__).resolve().parents[1] / "cases"
LYRICS = CASES / "reading" / "lyrics.musicxml"
LEAD_SHEET = CASES / "grafting" / "lead_sheet.musicxml"


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# Formats.


@pytest.mark.parametrize("suffix", sorted(set(WRITERS) - set(RECORDINGS)))
def test_every_format_is_written_as_itself(suffix: str, tmp_path: Path) -> None:
    heads = {
        ".musicxml": b"<?xml", ".xml": b"<?xml", ".mxl": b"PK", ".mid": b"MThd", ".midi": b"MThd",
        ".svg": b"<svg", ".pdf": b"%PDF", ".png": b"\x89PNG",
    }  # fmt: skip
    written = write_score(hymn(), tmp_path / f"hymn{suffix}")
    assert written.paths == (tmp_path / f"hymn{suffix}",) == tuple(written)
    assert written.paths[0].read_bytes().startswith(heads[suffix])
    assert left_behind(tmp_path) == [f"hymn{suffix}"]


@pytest.mark.parametrize("suffix", [".musicxml", ".mxl", ".xml", ".mid"])
def test_what_is_written_is_read_again(suffix: str, tmp_path: Path) -> None:
    path = str(tmp_path / f"hymn{suffix.upper()}")
    write_score(hymn(), path)
    read = read_score(path)
    assert [part.name for part in read.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert read.duration == hymn().duration


@pytest.mark.parametrize("name", ["piece.docx", "piece", ".musicxml"])
def test_the_error_of_an_unknown_suffix_names_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        write_score(hymn(), tmp_path / name)
    assert ".musicxml, .mxl" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(ReadError) as refused:
        read_score(tmp_path / name)
    assert ".krn" in str(refused.value)
    assert can_write(".PDF") and not can_write(".docx") and set(READERS) - set(WRITERS)


def test_several_formats_are_engraved_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    engrave = pages_module.engrave_and_compare
    monkeypatch.setattr(pages_module, "engrave_and_compare", lambda *args: calls.append(args) or engrave(*args))
    names = ("hymn.svg", "hymn.pdf", "hymn.png", "hymn.mxl", "hymn.musicxml", "hymn.mid")
    write_all(hymn(), [tmp_path / name for name in names])
    assert len(calls) == 1 and left_behind(tmp_path) == sorted(names)


def long_score() -> Score:
    return melody(*["q:C5 q:D5 q:E5 q:F5"] * 60)


def test_several_pages_are_numbered_files(tmp_path: Path) -> None:
    options = EngravingOptions(paper="a5", scale=150)
    written = write_all(
        long_score(), [tmp_path / "long.svg", tmp_path / "long.png", tmp_path / "long.pdf"], engraving=options
    )
    names = [path.name for path in written]
    count = (len(names) - 1) // 2
    assert count > 1
    assert names == [f"long-{n}.{kind}" for kind in ("svg", "png") for n in range(1, count + 1)] + ["long.pdf"]
    with pytest.raises(OutputError, match=r"long-1\.svg.*exists"):
        write_score(long_score(), tmp_path / "long.svg", engraving=options)


# Given music is unchanged.


def test_an_unchanged_score_is_its_own_document(tmp_path: Path) -> None:
    score = read_score(LYRICS)
    assert musicxml_text(score) == load_document(LYRICS)
    written = write_score(score, tmp_path / "same.musicxml")
    assert (tmp_path / "same.musicxml").read_bytes() == load_document(LYRICS)
    assert written.warnings == tuple(check_document(load_document(LYRICS), ""))


def test_an_unchanged_score_is_engraved_from_its_own_document(tmp_path: Path) -> None:
    text = LEAD_SHEET.read_bytes()
    assert b"<harmony" in text  # which no `Score` has
    write_score(read_score(LEAD_SHEET), tmp_path / "sheet.svg")
    assert 'class="harm"' in (tmp_path / "sheet.svg").read_text()


def with_origin(score: Score, origin: str) -> Score:
    measures = tuple(
        replace(row, voices=tuple(replace(voice, origin=origin) for voice in row.voices)) for row in score.measures
    )
    return replace(score, measures=measures)


def test_problems_of_the_given_music_are_warnings(tmp_path: Path) -> None:
    text = load_document(LYRICS)
    gap = text.replace(b"<duration>", b"<duration>1", 1)  # a first note longer than its measure
    (tmp_path / "odd.musicxml").write_bytes(gap)
    expected = check_document(gap, "")
    assert expected
    written = write_score(read_score(tmp_path / "odd.musicxml"), tmp_path / "copy.musicxml")
    assert written.warnings == expected


def test_problems_of_generated_music_are_a_bug_and_nothing_is_written(tmp_path: Path) -> None:
    score = with_origin(hymn(), "generated")
    short = replace(score.measures[1].voices[0], elements=line("q:C4"))
    measure = replace(score.measures[1], voices=(short, *score.measures[1].voices[1:]))
    broken = replace(score, measures=(score.measures[0], measure, score.measures[2]))
    with pytest.raises(ScoregenError, match="bug in scoregen"):
        write_all(broken, [tmp_path / "hymn.mid", tmp_path / "hymn.musicxml"])
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (b"<part-list>", b"<invented/><part-list>", "invented"),
        (b"<note>", b'<note data-id="1">', "data-id"),
        (b"<key>", b"<clef><sign>G</sign></clef><key>", "key"),
    ],
)
def test_a_schema_fault_of_the_given_music_is_passed_on(old: bytes, new: bytes, name: str, tmp_path: Path) -> None:
    text = load_document(LYRICS).replace(old, new, 1)
    (tmp_path / "old.musicxml").write_bytes(text)
    score = read_score(tmp_path / "old.musicxml")
    assert any(name in problem.message for problem in check_document(text, ""))
    written = write_score(score, tmp_path / "new.musicxml", provenance={"seed": "7"})
    assert new in (tmp_path / "new.musicxml").read_bytes()
    (notice,) = written.notices
    assert notice.startswith("the given score has ") and "written as found" in notice and name in notice


@pytest.mark.parametrize("path", sorted((CASES / "faults").glob("*.musicxml")), ids=lambda path: path.stem)
def test_files_with_small_faults_are_written_with_new_music(path: Path, tmp_path: Path) -> None:
    """The given faults stay, no new one is added, and the score can also be written as a new document."""
    given = read_score(path)
    part = replace(voice_part(2, "Alto", Clef()), id="P9")
    rows = [(index, Voice(Slot("P9"), line("w:A4"), "generated")) for index in range(len(given.measures))]
    score = insert_voices(with_parts(given, (*given.parts, part)), rows)
    before = check_document(given.document or b"", "")
    written = write_score(score, tmp_path / "new.musicxml", provenance={"seed": "1"})
    assert {str(problem) for problem in written.warnings} == {str(problem) for problem in before}
    assert len(written.notices) == bool(before) and (before or path.stem == "namespace")
    write_score(replace(score, document=None), tmp_path / "fresh.musicxml")
    fresh, grafted = (read_score(tmp_path / f"{name}.musicxml") for name in ("fresh", "new"))
    assert pitched_notes(fresh) == pitched_notes(grafted)


FAULTS = [
    ("<part-list>", "<other/><part-list>"),
    ("<step>", "<alter></alter><step>"),
    ("heavy</bar-style>", "heavy</bar-style><ending number='1' type='stop'/>"),
    ("<sign>G</sign>", "<sign>X</sign>"),
    ("<line>2</line>", "<line>x</line>"),
    ("<time>", '<time symbol="odd">'),
    ("<measure number", '<measure implicit="maybe" number'),
    ("<bar-style>light-heavy</bar-style>", "<bar-style>thick</bar-style><ending type='stop'/>"),
    (
        "<bar-style>light-heavy</bar-style>",
        "<bar-style>light-heavy</bar-style><repeat direction='backward' times='x'/>",
    ),
    ("<midi-program>53<", "<midi-program>0<"),
    ("<note>", "<sound tempo='fast'/><note>"),
    ("<note>", "<direction><direction-type><words>a</words></direction-type><offset>x</offset></direction><note>"),
    ("<type>half</type>", "<type>halve</type>"),
    ("<duration>2</duration>", "<duration>0</duration>"),
    ("<divisions>1</divisions>", ""),
    ("<stem>", "<time-modification><actual-notes>x</actual-notes></time-modification><stem>"),
]
"""Small faults: text of a valid document, and what stands in its place."""


@pytest.mark.parametrize(("old", "new"), FAULTS)
def test_small_faults_are_read_and_new_music_beside_them_is_valid(old: str, new: str, tmp_path: Path) -> None:
    choir = hymn()
    soprano = select_voices(choir, [Slot("P1")])
    text = write_musicxml(replace(soprano, measures=melody("h:D5 h:E5", "w:D5").measures)).decode()
    assert old in text
    score = read_musicxml(text.replace(old, new, 1).encode(), "f")
    alto, bars = choir.parts[1], len(score.measures)
    longer = append_measures(score, 1, [Slot("P1")])
    rows = [(index, Voice(Slot("P2"), line("w:A4"), "generated")) for index in range(bars + 1)]
    rows += [
        (bars, Voice(Slot("P1"), line("w:C5"), "generated")),
        (1, Voice(Slot("P1", 1, 2), line("w:F4"), "generated")),
    ]
    done = insert_voices(with_parts(longer, (*longer.parts, alto)), rows)
    written = write_score(done, tmp_path / "new.musicxml", provenance={"seed": "1"})
    assert written.notices and "bug" not in written.notices[0]
    assert len(read_score(tmp_path / "new.musicxml").parts) == 2
    write_score(replace(done, document=None), tmp_path / "fresh.musicxml")


def test_a_document_without_part_list_gets_one(tmp_path: Path) -> None:
    text = re.sub(r"<part-list>.*</part-list>", "", write_musicxml(melody("w:C5")).decode(), flags=re.DOTALL)
    score = read_musicxml(text.encode(), "f")
    new = with_parts(score, (*score.parts, replace(hymn().parts[1], id="P5")))
    write_score(insert_voices(new, [(0, Voice(Slot("P5"), line("w:A4"), "generated"))]), tmp_path / "new.musicxml")
    assert [part.id for part in read_score(tmp_path / "new.musicxml").parts] == ["P1", "P5"]
    assert check_document((tmp_path / "new.musicxml").read_bytes(), "") == ()


def test_a_note_without_type_has_the_value_of_its_duration() -> None:
    score = read_score(CASES / "faults" / "note_without_type.musicxml")
    values = [element.value for measure in score.measures for voice in measure.voices for element in voice.elements]
    assert [value.type for value in values] == ["quarter"] * 4 + ["whole"]


def test_a_new_fault_beside_a_given_one_is_a_bug(tmp_path: Path) -> None:
    text = write_musicxml(hymn()).replace(b"<part-list>", b"<invented/><part-list>", 1)
    score = read_musicxml(text, "f")
    first, *others = score.measures[1].voices
    short = replace(first, origin="generated", elements=line("q:C4"))
    measure = replace(score.measures[1], voices=(short, *others))
    broken = replace(score, measures=(score.measures[0], measure, score.measures[2]))
    with pytest.raises(ScoregenError, match="bug in scoregen"):
        write_score(broken, tmp_path / "new.musicxml")
    assert left_behind(tmp_path) == []


def test_provenance_is_written_into_the_document(tmp_path: Path) -> None:
    write_score(read_score(LYRICS), tmp_path / "a.musicxml", provenance={"scoregen-seed": "7"})
    assert b"scoregen-seed" in (tmp_path / "a.musicxml").read_bytes()


# The disk.


def test_nothing_is_overwritten_unless_asked_for(tmp_path: Path) -> None:
    target = tmp_path / "hymn.mid"
    target.write_text("mine")
    with pytest.raises(OutputError, match=r"hymn.mid: the file exists; --force overwrites it"):
        write_score(hymn(), target)
    with pytest.raises(OutputError, match="exists"):
        write_all(hymn(), [tmp_path / "new.musicxml", target])
    assert target.read_text() == "mine" and left_behind(tmp_path) == ["hymn.mid"]
    write_score(hymn(), target, force=True)
    assert mido.MidiFile(target).type == 1


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "late.mid"
    temporary = tmp_path / "x.part"
    temporary.write_text("ours")
    target.write_text("theirs")
    with pytest.raises(OutputError, match="exists"):
        files._put_in_place(temporary, target, force=False)
    assert target.read_text() == "theirs"


def test_permissions_are_the_usual_ones_and_those_of_a_replaced_file_stay(tmp_path: Path) -> None:
    target = tmp_path / "hymn.mid"
    before = os.umask(0o027)
    try:
        write_score(hymn(), target)
        assert stat.S_IMODE(target.stat().st_mode) == 0o640
        target.chmod(0o604)
        write_score(hymn(), target, force=True)
        assert stat.S_IMODE(target.stat().st_mode) & 0o604 == stat.S_IMODE(target.stat().st_mode)
    finally:
        os.umask(before)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    real = tmp_path / "deep" / "real.mid"
    real.write_text("old")
    link = tmp_path / "link.mid"
    link.symlink_to(real)
    with pytest.raises(OutputError, match="exists"):
        write_score(hymn(), link)
    write_score(hymn(), link, force=True)
    assert link.is_symlink() and real.read_bytes().startswith(b"MThd")


def test_links_into_nowhere_and_in_circles_are_named(tmp_path: Path) -> None:
    nowhere, circle = tmp_path / "nowhere.mid", tmp_path / "circle.mid"
    (tmp_path / "file").write_text("")
    nowhere.symlink_to(tmp_path / "file" / "folder.mid")
    circle.symlink_to(circle)
    with pytest.raises(OutputError, match=r"nowhere.mid: .*file is a file; expected a folder"):
        write_score(hymn(), nowhere, force=True)
    with pytest.raises(OutputError, match=r"circle.mid: .*link"):
        write_score(hymn(), circle, force=True)


def test_bad_targets_are_named_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> tuple[str, ...]:
        raise AssertionError("engraved for nothing")

    monkeypatch.setattr(pages_module, "engrave_and_compare", never)
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe.pdf")
    for name, message in {
        "folder.pdf": "this is a folder",
        "file/piece.pdf": "expected a folder",
        "pipe.pdf": "no regular file",
        f"{'x' * 300}.pdf": "too long",
    }.items():
        with pytest.raises(OutputError, match=message) as caught:
            write_score(hymn(), tmp_path / name, force=True)
        assert name[:200] in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(OutputError, match="named twice"):
        write_all(hymn(), [tmp_path / "a.pdf", tmp_path / "a.pdf"])


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "may not write here"),
        (errno.EROFS, "can only be read"),
        (errno.EIO, "cannot be written"),
    ],
)
def test_a_failing_disk_leaves_nothing_behind(
    code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "second.mid"
    kept.write_text("mine")
    calls = []

    def failing(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files.os, "fsync", failing)
    with pytest.raises(OutputError, match=f"second.mid: .*{message}") as caught:
        write_all(hymn(), [tmp_path / "first.musicxml", kept], force=True)
    assert "\n" not in str(caught.value)
    assert left_behind(tmp_path) == ["second.mid"] and kept.read_text() == "mine"


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the system's own full device."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    opened = os.open
    monkeypatch.setattr(files.os, "open", lambda path, *rest: opened("/dev/full", os.O_WRONLY))
    with pytest.raises(OutputError, match="the disk is full"):
        write_score(hymn(), tmp_path / "hymn.musicxml")
    assert left_behind(tmp_path) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="may not write here"):
        write_score(hymn(), tmp_path / "hymn.mid")


def test_an_interrupted_run_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_score(hymn(), tmp_path / "hymn.mid")
    assert left_behind(tmp_path) == []


def test_a_failure_in_one_format_writes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise ToolError("typst could not typeset the pages")

    monkeypatch.setattr(pdf_module, "to_pdf", broken)
    with pytest.raises(ToolError):
        write_all(hymn(), [tmp_path / "hymn.musicxml", tmp_path / "hymn.pdf"])
    assert left_behind(tmp_path) == []


def test_blank_voices_do_not_stop_the_engraving(tmp_path: Path) -> None:
    score = hymn()
    blank = tuple(
        replace(
            row,
            voices=tuple(Voice(voice.slot, (), "blank") if voice.slot.part == "P4" else voice for voice in row.voices),
        )
        for row in score.measures
    )
    write_all(replace(score, measures=blank), [tmp_path / "part.svg", tmp_path / "part.mid"])
    assert left_behind(tmp_path) == ["part.mid", "part.svg"]
