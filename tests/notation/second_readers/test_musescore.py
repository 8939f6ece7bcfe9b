"""The second reader of MuseScore's files: places, octave lines, grace notes, cues, percussion, single parts."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.notation.interchange import convert
from scoregen.notation.second_readers.contents import Contents
from scoregen.notation.second_readers.musescore import musescore_contents

MARKS = Path(__file__).resolve().parents[2] / "cases" / "interchange" / "marks.mscz"
METRE = "<TimeSig><sigN>3</sigN><sigD>4</sigD></TimeSig>"


def chord(pitch: int, kind: str = "quarter", more: str = "", inside: str = "") -> str:
    return f"<Chord>{more}<durationType>{kind}</durationType><Note>{inside}<pitch>{pitch}</pitch></Note></Chord>"


def document(*measures: str, part: str = "<Part><Staff/></Part>", version: str = "3.01") -> bytes:
    staff = "".join(f"<Measure>{measure}</Measure>" for measure in measures)
    return f'<museScore version="{version}"><Score>{part}<Staff id="1">{staff}</Staff></Score></museScore>'.encode()


def count(*measures: str, part: str = "<Part><Staff/></Part>", version: str = "3.01") -> Contents:
    found = musescore_contents(document(*measures, part=part, version=version), "")
    assert found is not None
    return found


def places(*measures: str) -> list[tuple[float, int]]:
    return sorted((float(onset), pitch) for onset, pitch in count(*measures).notes.elements())


def test_voices_tuplets_gaps_and_ties() -> None:
    tuplet = "<Tuplet><normalNotes>2</normalNotes><actualNotes>3</actualNotes></Tuplet>"
    tie = '<Spanner type="Tie"><prev/></Spanner>'
    first = f"<voice>{METRE}{tuplet}{chord(60, 'eighth') * 3}<endTuplet/>{chord(64, 'half')}</voice>"
    second = f"<voice><location><fractions>1/4</fractions></location>{chord(55, 'half')}</voice>"
    last = f"<voice>{chord(64, inside=tie)}{chord(62, more='<dots>1</dots>')}{chord(60, 'eighth')}</voice>"
    third = pytest.approx(1 / 3)
    assert places(first + second, last) == [
        *[(0, 60), (third, 60), (pytest.approx(2 / 3), 60), (1, 55), (1, 64), (4, 62), (5.5, 60)]
    ]


def test_octave_lines_sound_and_end() -> None:
    begin = '<Spanner type="Ottava"><Ottava><subtype>8vb</subtype></Ottava><next/></Spanner>'
    end = '<Spanner type="Ottava"><prev/></Spanner>'
    assert places(f"<voice>{begin}{chord(60)}{end}{chord(60)}</voice>") == [(0, 48), (1, 60)]


def test_grace_notes_before_and_after_and_cues() -> None:
    before, after = chord(61, "eighth", "<acciaccatura/>"), chord(63, "eighth", "<grace8after/>")
    cue = chord(70, more="<small>1</small>")
    assert places(f"<voice>{before}{after}{chord(60)}{cue}{chord(62)}</voice>") == [(0, 60), (0, 61), (1, 63), (2, 62)]


def test_percussion_is_left_out_and_old_versions_have_no_places() -> None:
    drums = "<Part><Staff/><Instrument><useDrumset>1</useDrumset></Instrument></Part>"
    assert count(f"<voice>{chord(38)}</voice>", part=drums).notes.total() == 0
    old = count(chord(60) + chord(62), version="2.06")
    assert old.notes.total() == 2 and not old.timed


def test_joined_rests_have_no_time_of_their_own() -> None:
    rest = "<voice><Rest><durationType>measure</durationType></Rest></voice>"
    joined = f"<multiMeasureRest>2</multiMeasureRest>{rest}"
    assert places(f"<voice>{METRE}</voice>" + rest, joined, rest, f"<voice>{chord(60)}</voice>") == [(6, 60)]


def test_single_parts_of_an_archive_are_not_counted() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("Excerpts/flute.mscx", document(f"<voice>{chord(90) * 3}</voice>"))
        target.writestr("song.mscx", document(f"<voice>{chord(60)}</voice>"))
    found = musescore_contents(archive.getvalue(), "")
    assert found is not None and [pitch for _, pitch in found.notes] == [60]


def test_marks_are_counted() -> None:
    found = musescore_contents(MARKS.read_bytes(), "")
    assert found is not None and found.notes.total() == 7
    assert found.numbers == {"syllable": 6, "dynamic": 1, "chord symbol": 3, "slur": 1, "hairpin": 1}


@pytest.mark.skipif(shutil.which("mscore3") is None, reason="MuseScore 3 (mscore3) is not installed")
def test_what_musescore_leaves_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_score(MARKS).notices == ()
    exported = convert.musescore_to_musicxml(MARKS)
    without = re.sub(
        rb"<direction-type>\s*<dynamics.*?</dynamics>",
        b"<direction-type><words>soft</words>",
        exported,
        flags=re.DOTALL,
    )
    assert without != exported
    monkeypatch.setattr(convert, "musescore_to_musicxml", lambda path: without)
    assert read_score(MARKS).notices == ("marks.mscz: 1 dynamic not kept",)
