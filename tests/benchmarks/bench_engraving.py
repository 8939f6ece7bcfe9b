"""The time and memory of engraving a 16-measure SATB score as SVG and PDF: medians of five runs.

python tests/benchmarks/bench_engraving.py [--json]
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from scoregen.notation.engraving.fonts import with_fonts
from scoregen.notation.engraving.options import EngravingOptions
from scoregen.notation.engraving.pages import engrave, to_pdf, to_png
from scoregen.notation.files import write_all
from scoregen.notation.midi.write import to_midi
from scoregen.notation.musicxml.document import parse
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.score.elements import Clef, Lyric, Measure, Metadata, Note, Part, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue

MEASURES = 16
RUNS = 5
VOICES = {"Soprano": "C5", "Alto": "G4", "Tenor": "E3", "Bass": "C3"}
CLEFS = {"Soprano": Clef("G", 2), "Alto": Clef("G", 2), "Tenor": Clef("G", 2, -1), "Bass": Clef("F", 4)}
PROGRAM = """
import sys
from scoregen.notation.files import read_score, write_all
write_all(read_score(sys.argv[1]), sys.argv[2:], force=True)
"""


def satb() -> Score:
    """Quarters and eighths in four voices, two verses under the first."""
    parts = tuple(Part(f"P{number}", name, clefs=(CLEFS[name],)) for number, name in enumerate(VOICES, 1))
    measures = tuple(
        Measure(
            str(number),
            TimeSignature((4,), 4).duration,
            TimeSignature((4,), 4),
            KeySignature(0, "major"),
            tuple(_voice(part, Pitch.parse(pitch), number) for part, pitch in zip(parts, VOICES.values(), strict=True)),
        )
        for number in range(1, MEASURES + 1)
    )
    return Score(parts, measures, Metadata("A Hymn", composer="Nobody"))


def _voice(part: Part, pitch: Pitch, number: int) -> Voice:
    lyrics = (Lyric("glo"), Lyric("würd", verse="2")) if part.id == "P1" else ()
    names = ("quarter", "eighth", "eighth", "quarter", "quarter")
    notes = tuple(
        Note(NoteValue(name), replace(pitch, octave=pitch.octave + (number + index) % 2), lyrics=lyrics)
        for index, name in enumerate(names)
    )
    return Voice(Slot(part.id), notes)


def median_seconds(work: Callable[[], object]) -> float:
    work()
    runs = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        runs.append(time.perf_counter() - start)
    return statistics.median(runs)


def measure() -> dict[str, float]:
    score = satb()
    text = write_musicxml(score)
    bare = EngravingOptions(embed_fonts=False)
    pages = engrave(text, bare)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.musicxml").write_bytes(text)
        outputs = [folder / "out.svg", folder / "out.pdf"]
        command = [sys.executable, "-c", PROGRAM, str(folder / "in.musicxml"), *map(str, outputs)]
        result = {
            "parse_ms": 1000 * median_seconds(lambda: parse(text, "")),
            "engrave_ms": 1000 * median_seconds(lambda: engrave(text, bare)),
            "embed_fonts_ms": 1000 * median_seconds(lambda: with_fonts(pages)),
            "pdf_ms": 1000 * median_seconds(lambda: to_pdf(pages)),
            "png_ms": 1000 * median_seconds(lambda: to_png(pages)),
            "midi_ms": 1000 * median_seconds(lambda: to_midi(score)),
            "svg_and_pdf_ms": 1000 * median_seconds(lambda: write_all(score, outputs, force=True)),
            "whole_program_ms": 1000 * median_seconds(lambda: subprocess.run(command, check=True)),
        }
    result["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result["largest_child_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return result


def main() -> None:
    result = measure()
    if "--json" in sys.argv:
        print(json.dumps(result))
        return
    for name, number in result.items():
        print(f"{name:18} {number:8.1f}")


if __name__ == "__main__":
    main()
