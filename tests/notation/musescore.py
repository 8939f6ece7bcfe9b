"""A score through MuseScore and back: the acceptance test for written files.

MuseScore ends with code 0 on damaged files, so its messages and its output are compared.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.validation.walk import walk
from scoregen.score.elements import Score
from scoregen.score.timeline import measure_onsets

COMMAND = shutil.which("mscore3")
DAMAGE = re.compile(r"not a valid|backup beyond|underrun|empty score|^measure", re.IGNORECASE | re.MULTILINE)


class NoteRecord(NamedTuple):
    """The parts of a note that must come back; its lyrics are a set, since MuseScore renumbers verses."""

    onset: Fraction
    duration: Fraction
    pitch: str
    lyrics: frozenset[str]


class Acceptance(NamedTuple):
    """The messages of MuseScore, the lengths of the measures that it changed, and the score that it wrote."""

    complaints: tuple[str, ...]
    odd_lengths: tuple[Fraction, ...]
    score: Score


def through_musescore(text: bytes, folder: Path) -> Acceptance:
    """Convert to .mscx and from that back to MusicXML."""
    (folder / "in.musicxml").write_bytes(text)
    said = _convert(folder / "in.musicxml", folder / "out.mscx", folder)
    said += _convert(folder / "out.mscx", folder / "out.musicxml", folder)
    complaints = tuple(line for line in said.splitlines() if DAMAGE.search(line))
    mscx = etree.parse(str(folder / "out.mscx"))
    lengths = tuple(Fraction(str(measure.get("len"))) for measure in mscx.iter("Measure") if measure.get("len"))
    return Acceptance(complaints, lengths, read_musicxml((folder / "out.musicxml").read_bytes(), "out.musicxml"))


def _convert(source: Path, target: Path, folder: Path) -> str:
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(runtime)}
    done = subprocess.run(
        [str(COMMAND), "-o", str(target), str(source)],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )
    assert target.exists(), done.stderr
    return done.stderr


def irregular_lengths(text: bytes, score: Score) -> tuple[Fraction, ...]:
    """The `Measure len` values that MuseScore must write: for each staff, measures that differ from their signature.

    They last as long as the document's cursor, which a <forward> at the end moves beyond the music.
    """
    parts = [walk(part, "") for part in etree.fromstring(text).iterfind("part")]
    columns = zip(zip(*parts, strict=True), score.measures, strict=True)
    full = [(max(measure.length for measure in column) / 4, row.time.duration / 4) for column, row in columns]
    return tuple(length for length, nominal in full if length != nominal) * sum(part.staves for part in score.parts)


def note_records(score: Score) -> dict[tuple[str, int], list[NoteRecord]]:
    """The notes of every staff, in order; the voices of a staff together, since MuseScore renumbers them."""
    found: dict[tuple[str, int], list[NoteRecord]] = {}
    order = {part.id: str(index) for index, part in enumerate(score.parts)}
    for measure, start in zip(score.measures, measure_onsets(score), strict=True):
        for voice in measure.voices:
            position = start
            for element in voice.elements:
                lyrics = frozenset(lyric.text for note in element.notes for lyric in note.lyrics)
                for note in element.notes:
                    record = NoteRecord(position, note.duration, str(note.pitch), lyrics)
                    found.setdefault((order[voice.slot.part], voice.slot.staff), []).append(record)
                position += element.duration
    return {staff: sorted(notes, key=lambda note: note[:3]) for staff, notes in found.items()}
