"""The second reader of Capella: places across systems, voices, ties, tuplets, grace notes, rests of measures."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.notation.interchange import convert
from scoregen.notation.second_readers.capella import capella_contents
from scoregen.score.timeline import pitch_of, pitched_notes
from scoregen.system.errors import ReadError, RefusedError
from tests.notation.second_readers.capella_files import CHOIR, HEAD, chord, file, rest, staff


def places(*systems: str, transpose: int = 0) -> list[tuple[Fraction, int]]:
    found = capella_contents(file(*systems, transpose=transpose), "")
    assert found is not None
    return sorted(found.notes.elements())


def test_middle_c_has_octave_five_and_accidentals_are_absolute() -> None:
    flat = '<alter step="-1"/>'
    assert places(staff("a", HEAD + chord("C5") + chord("B4", tie=flat))) == [(0, 60), (1, 58)]
    assert places(staff("a", HEAD + chord("C5")), transpose=-2) == [(0, 58)]


def test_voices_and_systems_follow_where_they_sound() -> None:
    first = staff("a", HEAD + chord("E5", "1/2") + chord("F5"), HEAD + chord("C5", "1/2") + chord("D5"))
    found = places(first, staff("a", chord("G5", "1/2", dots="1")))
    assert found == [(0, 60), (0, 64), (2, 62), (2, 65), (3, 67)]


def test_a_tied_note_is_one_and_a_grace_note_takes_no_time() -> None:
    tied = chord("C5", "1/2", tie='<tie begin="true"/>') + chord("C5", tie='<tie end="true"/>')
    grace = chord("D5", "1/8", noDuration="true")
    assert places(staff("a", HEAD + tied + grace + chord("E5"))) == [(0, 60), (3, 62), (3, 64)]


@pytest.mark.parametrize(
    ("inside", "length"),
    [
        ('<tuplet count="3"/>', Fraction(1, 3)),
        ('<tuplet count="5"/>', Fraction(2, 5)),
        ('<tuplet count="2" prolong="true" tripartite="true"/>', Fraction(3, 4)),
        ('<tuplet count="4" tripartite="true"/>', Fraction(3, 8)),
    ],
)
def test_tuplets(inside: str, length: Fraction) -> None:
    found = places(staff("a", HEAD + chord("C5", "1/8", inside) + chord("D5")))
    assert found[1][0] == length


def test_rests_may_be_measures() -> None:
    assert places(staff("a", HEAD + rest("2") + rest("1/4") + chord("C5"))) == [(7, 60)]


def test_syllables_slurs_and_hairpins_are_counted() -> None:
    words = '<lyric><verse i="0">la</verse><verse i="1"/></lyric>'
    drawn = "<drawObjects><drawObj><slur/></drawObj><drawObj><wedge/></drawObj></drawObjects>"
    found = capella_contents(file(staff("a", HEAD + chord("C5", more=words + drawn))), "")
    assert found is not None and dict(found.numbers) == {"syllable": 1, "slur": 1, "hairpin": 1}


@pytest.mark.skipif(shutil.which("mscore3") is None, reason="MuseScore 3 (mscore3) is not installed")
def test_both_voices_of_a_staff_and_a_pickup_are_read(tmp_path: Path) -> None:
    path = tmp_path / "choir.capx"
    path.write_bytes(CHOIR)
    score = read_score(path)
    notes = sorted((note.onset, pitch_of(note).midi_pitch) for note in pitched_notes(score))
    assert notes == [(0, 57), (0, 60), (1, 60), (1, 64), (3, 62), (3, 65), (4, 64), (4, 67)]
    assert score.has_anacrusis and score.notices == ()


def test_without_musescore_a_second_voice_is_not_lost_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "has_musescore", lambda: False)
    path = tmp_path / "choir.capx"
    path.write_bytes(CHOIR)
    with pytest.raises((RefusedError, ReadError), match="choir"):
        read_score(path)
    one = staff("a", HEAD + "".join(chord(pitch) for pitch in ("C5", "D5", "E5")))
    two = staff("a", HEAD + "".join(chord(pitch) for pitch in ("C5", "D5", "E5")), HEAD + chord("A4", "1/2", dots="1"))
    path.write_bytes(file(one, one, two))
    (notice,) = read_score(path).notices
    assert notice.startswith("choir.capx: 4 notes not kept")
