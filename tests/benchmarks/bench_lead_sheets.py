"""Write a piano, or another ensemble, under lead sheets, and count where a given chord does not sound.

For every slice during which a chord symbol lasts, the notes of new voices are looked up in the tables of MusicXML's
kinds: *foreign* slices have a new note that is no member. For every chord that begins: *bass*, the lowest new note is
another one than the symbol names; *third*, no voice has sounded the third, or the fourth or second that replaces it,
where a chord under two quarters begins, or by the middle of a longer one, which hands may break; *silent*, no new voice
sounds. All but the last must be 0; the exit code is 1 otherwise.

    python tests/benchmarks/bench_lead_sheets.py FOLDER [--ensemble NAME] [--pieces N] [--first N]
        [--candidates N] [--checkpoint FILE]

FOLDER holds MusicXML files with a melody and chord symbols, or a `scores.zip` of such files. N pieces are taken from
all over it; with `--first`, the later ones of them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from scoregen.notation.files import read_score
from scoregen.plan.chords.chord_symbols import GivenChord, chord_timeline
from scoregen.score.elements import Score
from scoregen.score.theory.symbol_tones import ChordTones
from scoregen.score.timeline import SoundingNote, measure_onsets, pitch_of, pitched_notes
from scoregen.system.errors import ScoregenError
from scoregen.tasks.compose import SamplingOptions, compose

BROKEN = 2
"""Quarters of the shortest chord that hands break."""
_THIRDS = (4, -3, -1, 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ensemble", default="voice-piano")
    parser.add_argument("--pieces", type=int, default=10)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--candidates", type=int, default=2)
    options = parser.parse_args()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        files = sorted(_files(options.folder, Path(folder)))
        step = max(len(files) // options.pieces, 1)
        for path in files[options.first * step :: step][: options.pieces - options.first]:
            total += _measured(path, options)
    print(_row("all", total))
    return 1 if any(total[name] for name in ("foreign", "bass", "third", "refused")) else 0


def _files(folder: Path, unpacked: Path) -> list[Path]:
    archive = folder / "scores.zip"
    if archive.exists():
        zipfile.ZipFile(archive).extractall(unpacked)
        folder = unpacked
    return [path for path in folder.rglob("*") if path.suffix in (".mxl", ".musicxml", ".xml")]


def _measured(path: Path, options: argparse.Namespace) -> Counter[str]:
    started = time.perf_counter()
    sampling = SamplingOptions(candidates=options.candidates, passes=0)
    try:
        given = read_score(path)
        done = compose(given, ensemble=options.ensemble, sampling=sampling, checkpoint=options.checkpoint)
    except ScoregenError as error:
        print(f"{path.stem[:32]:32s} {error}")
        return Counter({"refused": 1})
    figures = _figures(done.score, {part.id for part in given.parts})
    print(_row(path.stem, figures), f"{time.perf_counter() - started:6.1f} s", flush=True)
    return figures


def _figures(score: Score, given: set[str]) -> Counter[str]:
    """The figures of a finished piece; all parts but the given ones are new."""
    notes = pitched_notes(score)
    figures: Counter[str] = Counter({"pieces": 1})
    for start, end, chord in _spans(score):
        if chord.tones is None:
            continue
        inside = [note for note in notes if note.onset < end and note.end > start]
        for moment in sorted({start, *(note.onset for note in inside if note.onset > start)}):
            now = [note for note in inside if note.onset <= moment < note.end]
            new = [note for note in now if note.slot.part not in given]
            figures["slices"] += 1
            figures["foreign"] += not _classes(new) <= {7 * tone % 12 for tone in chord.tones.members}
            if moment == start and chord.begins:
                due = start + (end - start) / 2 if end - start >= BROKEN else start
                figures += _beginning(new, [note for note in inside if note.onset <= due], chord.tones)
    return figures


def _beginning(new: list[SoundingNote], heard: list[SoundingNote], tones: ChordTones) -> Counter[str]:
    """What lacks of a chord that begins with new notes, of which notes are `heard` by the time when it is complete."""
    low = min((pitch_of(note).chromatic for note in new), default=None)
    third = next((tone for tone in tones.members[1:] if tone - tones.members[0] in _THIRDS), None)
    return Counter(
        {
            "chords": 1,
            "silent": int(not new),
            "bass": int(low is not None and low % 12 != 7 * tones.bass % 12),
            "third": int(bool(new) and third is not None and 7 * third % 12 not in _classes(heard)),
        }
    )


def _classes(notes: list[SoundingNote]) -> set[int]:
    return {pitch_of(note).pitch_class for note in notes}


def _spans(score: Score) -> Iterator[tuple[Fraction, Fraction, GivenChord]]:
    """The given chords with their start and end in quarters."""
    starts = measure_onsets(score)
    for index, chords in chord_timeline(score).items():
        places = sorted(chords)
        for place, following in zip(places, [*places[1:], score.measures[index].duration], strict=True):
            yield starts[index] + place, starts[index] + following, chords[place]


def _row(name: str, figures: Counter[str]) -> str:
    shown = ("pieces", "chords", "slices", "foreign", "bass", "third", "silent", "refused")
    return f"{name[:32]:32s} " + "  ".join(f"{each} {figures[each]}" for each in shown)


if __name__ == "__main__":
    sys.exit(main())
