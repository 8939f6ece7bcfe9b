"""The second reader of MIDI reads bytes: running status, notes without an end, and what no score has."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from scoregen.notation.files import read_score
from scoregen.notation.second_readers.midi import midi_contents

QUARTER = 96


def chunk(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(4, "big") + data


def file(*tracks: bytes, others: bytes = b"") -> bytes:
    head = chunk(b"MThd", b"\x00\x01" + len(tracks).to_bytes(2, "big") + QUARTER.to_bytes(2, "big"))
    return head + others + b"".join(chunk(b"MTrk", track + b"\x00\xff\x2f\x00") for track in tracks)


# On, the next on by running status, off by velocity 0; a quarter each.
RUNNING = b"\x00\x90\x3c\x50\x60\x3c\x00\x00\x3e\x50\x60\x3e\x00"


def test_running_status_unknown_chunks_and_percussion() -> None:
    drums = b"\x00\x99\x26\x50\x30\x89\x26\x00"
    found = midi_contents(b"junk" + file(RUNNING, drums, others=chunk(b"XFIH", b"1234")))
    assert dict(found.notes) == {(Fraction(0), 60): 1, (Fraction(1), 62): 1}
    assert found.numbers["percussion note"] == 1


def test_notes_without_a_length_do_not_count_and_notes_without_an_end_do() -> None:
    found = midi_contents(file(b"\x00\x90\x3c\x50\x00\x80\x3c\x00\x00\x90\x40\x50\x60\xff\x06\x01A"))
    assert dict(found.notes) == {(Fraction(0), 64): 1} and found.unread["marker"] == 1


def test_a_track_that_is_cut_off_counts_so_far() -> None:
    data = file(RUNNING)
    for length in range(len(data)):
        assert midi_contents(data[:length]).notes.total() <= 2


def test_what_a_score_does_not_have_is_named_in_one_notice(tmp_path: Path) -> None:
    changes = b"\x00\xe0\x00\x50\x00\xb0\x07\x40\x00\xc0\x05\x60\xe0\x00\x40"
    notes = b"\x00\xc0\x00\x00\xb0\x07\x64" + RUNNING + changes + RUNNING
    path = tmp_path / "song.mid"
    path.write_bytes(file(notes))
    score = read_score(path)
    assert score.notices == ("1 change of instrument, 1 pitch bend, 1 change of volume not kept",)
    path.write_bytes(file(b"\x00\xc0\x00\x00\xb0\x07\x64" + RUNNING))
    assert read_score(path).notices == ()


def test_notes_of_one_pitch_that_sound_together_are_counted(tmp_path: Path) -> None:
    twice = b"\x00\x90\x3c\x50\x00\x3c\x50\x60\x3c\x00\x00\x3c\x00"
    path = tmp_path / "unison.mid"
    path.write_bytes(file(twice + RUNNING))
    assert read_score(path).notices == ("1 note not kept",)
