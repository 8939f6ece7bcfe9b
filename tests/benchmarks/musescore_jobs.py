"""Many files through MuseScore in one call, and what it said, changed and wrote of each."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from lxml import etree

from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.score.elements import Score
from tests.notation.musescore import COMMAND, DAMAGE, irregular_lengths

_FILE = re.compile(r"^convert <(?P<name>[^>]*)>\.\.\.$")

_ENDS = (".mscx", ".back.musicxml")

Row = tuple[Fraction, Fraction, str]
"""The onset in its measure, duration and pitch of a note."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The messages about damage, the lengths of the measures that MuseScore changed, and its MusicXML."""

    complaints: tuple[str, ...]
    lengths: tuple[Fraction, ...]
    text: bytes | None


def convert_all(files: Sequence[Path], folder: Path) -> dict[Path, Accepted]:
    """Convert MusicXML files, in one call, to MuseScore's format and to MusicXML."""
    jobs = [{"in": str(file), "out": [str(folder / f"{file.stem}{end}") for end in _ENDS]} for file in files]
    (folder / "job.json").write_text(json.dumps(jobs))
    folder.chmod(0o700)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(folder)}
    done = subprocess.run(
        [str(COMMAND), "-j", str(folder / "job.json")],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60 + 20 * len(files),
        check=False,
    )
    said = _said(done.stdout + done.stderr)
    return {file: _accepted(file, folder, said.get(str(file), ())) for file in files}


def differences(text: bytes, score: Score, accepted: Accepted) -> list[str]:
    """How the score that MuseScore wrote differs from the text that it was given."""
    if accepted.text is None:
        return ["MuseScore wrote nothing"]
    found = [f"MuseScore: {line}" for line in accepted.complaints]
    if Counter(accepted.lengths) != Counter(irregular_lengths(text, score)):
        found.append(f"MuseScore changed the lengths of measures to {', '.join(map(str, accepted.lengths))}")
    written, back = voices_of_measures(score), voices_of_measures(read_musicxml(accepted.text, "MuseScore's"))
    if len(written) != len(back):
        return [*found, f"MuseScore wrote {len(back)} measures; expected {len(written)}"]
    for number, (before, after) in enumerate(zip(written, back, strict=True), 1):
        found += [f"measure {number}, {staff}: MuseScore has other notes" for staff in _unlike(before, after)]
    return found


def voices_of_measures(score: Score) -> list[dict[tuple[int, int], Counter[tuple[Row, ...]]]]:
    """For each measure, by part and staff, the rows of its voices, whatever their numbers are."""
    order = {part.id: index for index, part in enumerate(score.parts)}
    measures = []
    for measure in score.measures:
        staves: dict[tuple[int, int], Counter[tuple[Row, ...]]] = {}
        for voice in measure.voices:
            row: list[Row] = []
            onset = Fraction(0)
            for element in voice.elements:
                row += [(onset, element.duration, str(note.pitch)) for note in element.notes]
                onset += element.duration
            if row:
                staves.setdefault((order[voice.slot.part], voice.slot.staff), Counter())[tuple(sorted(row))] += 1
        measures.append(staves)
    return measures


def _unlike(
    before: Mapping[tuple[int, int], Counter[tuple[Row, ...]]],
    after: Mapping[tuple[int, int], Counter[tuple[Row, ...]]],
) -> list[str]:
    places = sorted({*before, *after})
    return [
        f"part {part + 1}, staff {staff}"
        for part, staff in places
        if before.get((part, staff)) != after.get((part, staff))
    ]


def _said(output: str) -> dict[str, tuple[str, ...]]:
    """The lines of MuseScore that tell of damage, by the file that they are about."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in output.splitlines():
        begins = _FILE.match(line)
        name = begins["name"] if begins else name
        if DAMAGE.search(line):
            found.setdefault(name, []).append(line)
    return {name: tuple(lines) for name, lines in found.items()}


def _accepted(file: Path, folder: Path, complaints: tuple[str, ...]) -> Accepted:
    own, back = (folder / f"{file.stem}{end}" for end in _ENDS)
    lengths = ()
    if own.exists():
        measures = etree.parse(str(own)).iter("Measure")
        lengths = tuple(Fraction(str(measure.get("len"))) for measure in measures if measure.get("len"))
    return Accepted(complaints, lengths, back.read_bytes() if back.exists() else None)
