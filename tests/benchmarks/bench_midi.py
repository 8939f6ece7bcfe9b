"""Scores written as MIDI and read again, compared with the source note by note.

    python tests/benchmarks/bench_midi.py SCORE... [--measures 40] [--freedom 0.4] [--rules] [--log FILE] [--json]

Three files are made of each score: exact; uneven (16 ms, other lengths) on its own beats; and performed with rubato on
a file at 120 that has no signatures. The shares are of the notes of the source: `found` have a note of the same pitch
in order; of those, `spelling`, `value`, `place` (in the measure), `measure` (by number), `staff`, and `voice` (the
note before it in its voice is before it in a voice of the result too). `ratio` is the share of notes whose value is
that of the source times one factor for the whole piece: 2/2 that is written as 2/4 sounds the same, with a factor of
1/2. With --rules the beats are found without the
network. With --log the shares of each score are appended to a file; an interrupted run with the same log goes on where
it stopped.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import tempfile
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np

from scoregen.model.beats.notated import NotatedPiece
from scoregen.model.beats.performances import perform
from scoregen.notation.files import read_score
from scoregen.notation.midi.playing.performance import unfold_score
from scoregen.notation.midi.read import read_midi
from scoregen.notation.midi.write import to_midi
from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, measure_onsets, metrical_starts, sounding_notes
from scoregen.system.errors import ScoregenError
from scoregen.transcription.beats import odds

TICKS = 480
UNEVEN_SECONDS = 0.016
CLASSES = ("found", "spelling", "value", "place", "measure", "staff", "voice", "ratio")
Row = dict[str, dict[str, float]]
"""The shares by the kind of file."""


def pitched(score: Score) -> list[SoundingNote]:
    notes = [note for note in sounding_notes(score) if isinstance(note.pitch, Pitch)]
    return sorted(notes, key=lambda note: (note.onset, note.pitch.midi_pitch))


def before_in_voice(notes: Sequence[SoundingNote]) -> dict[int, int]:
    """The index of the note before each in its voice, by index."""
    last: dict[object, int] = {}
    found = {}
    for index, note in enumerate(notes):
        if note.slot in last:
            found[index] = last[note.slot]
        last[note.slot] = index
    return found


def matches(source: Sequence[SoundingNote], result: Sequence[SoundingNote]) -> dict[int, int]:
    """Indices of notes of equal pitch in the order of both."""
    keys = [[note.pitch.midi_pitch for note in notes] for notes in (source, result)]
    blocks = SequenceMatcher(None, *keys, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def compare(source: Score, result: Score) -> dict[str, float]:
    mine, theirs = pitched(source), pitched(result)
    found, befores, others = matches(mine, theirs), before_in_voice(mine), before_in_voice(theirs)
    places, other_places = places_of(source, mine), places_of(result, theirs)
    hits = dict.fromkeys(CLASSES, 0)
    factors = Counter(theirs[b].duration / mine[a].duration for a, b in found.items())
    hits["ratio"] = max(factors.values(), default=0)
    linked = 0
    for a, b in found.items():
        one, two = mine[a], theirs[b]
        hits["found"] += 1
        hits["spelling"] += one.pitch == two.pitch
        hits["value"] += one.duration == two.duration
        hits["place"] += places[a][1] == other_places[b][1]
        hits["measure"] += places[a][0] == other_places[b][0]
        hits["staff"] += (one.staff or one.slot.staff) == (two.staff or two.slot.staff)
        if a in befores and befores[a] in found:
            linked += 1
            hits["voice"] += others.get(b) == found[befores[a]]
    shares = {name: hits[name] / max(len(found), 1) for name in CLASSES}
    return shares | {"found": len(found) / max(len(mine), 1), "voice": hits["voice"] / max(linked, 1)}


def places_of(score: Score, notes: Sequence[SoundingNote]) -> list[tuple[int, Fraction]]:
    """Measure (0 for a pickup) and position in the metre of each note."""
    onsets, starts = measure_onsets(score), metrical_starts(score)
    shift = 0 if score.has_anacrusis else 1
    return [
        (note.measure_index + shift, note.onset - onsets[note.measure_index] + starts[note.measure_index])
        for note in notes
    ]


def uneven(data: bytes, generator: np.random.Generator) -> bytes:
    """The file with every note moved a little, and shorter or longer."""
    file = mido.MidiFile(file=io.BytesIO(data), charset="utf-8")
    step = UNEVEN_SECONDS * 2 * file.ticks_per_beat
    for track in file.tracks:
        now, events, moves = 0, [], {}
        for rank, message in enumerate(track):
            now += message.time
            place = now
            if message.type == "note_on" and message.velocity:
                moves[message.note] = place = max(now + int(generator.normal(0, step)), 0)
            elif message.type in ("note_on", "note_off"):
                length = now - moves.get(message.note, now)
                place = max(moves.get(message.note, now) + 5, now - int(length * generator.uniform(0, 0.25)))
            events.append((place, rank, message))
        last = 0
        track.clear()
        for place, _, message in sorted(events, key=lambda event: (event[2].type == "end_of_track", *event[:2])):
            track.append(message.copy(time=max(place - last, 0)))
            last = max(place, last)
    written = io.BytesIO()
    file.save(file=written)
    return written.getvalue()


def performed(score: Score, generator: np.random.Generator, freedom: float) -> bytes:
    """A performance on a file at 120, a track for each part."""
    notes = pitched(score)
    slots = {slot: number for number, slot in enumerate(sorted({note.slot for note in notes}))}
    rows = [(float(n.onset), float(n.end), n.pitch.midi_pitch, slots[n.slot]) for n in notes]
    beats = beats_of(score)
    piece = NotatedPiece(np.array(rows), np.array([float(b) for b, _ in beats]), np.array([d for _, d in beats]))
    played = perform(piece, generator, freedom)
    part_of = [slot.part for slot in sorted(slots)]
    file = mido.MidiFile(ticks_per_beat=TICKS)
    names = [part.id for part in score.parts]
    owner = {(place, pitch): part_of[int(voice)] for place, _, pitch, voice in rows}
    for name in names:
        events = []
        for (onset, end, pitch, velocity), place in zip(played.notes, played.places, strict=True):
            if owner.get((place, int(pitch)), names[-1]) == name:
                events.append((int(onset * 2 * TICKS), 1, int(pitch), int(velocity)))
                events.append((int(end * 2 * TICKS), 0, int(pitch), 0))
        track, last = mido.MidiTrack(), 0
        for tick, _, pitch, velocity in sorted(events):
            track.append(mido.Message("note_on", note=pitch, velocity=velocity, time=tick - last))
            last = tick
        file.tracks.append(track)
    written = io.BytesIO()
    file.save(file=written)
    return written.getvalue()


def beats_of(score: Score) -> list[tuple[Fraction, bool]]:
    found = {}
    for start, inside, measure in zip(measure_onsets(score), metrical_starts(score), score.measures, strict=True):
        place = -inside
        for index, group in enumerate(measure.time.groups * 2):
            if 0 <= place < measure.duration:
                found.setdefault(start + place, index == 0)
            place += group
    found[score.duration] = True
    return sorted(found.items())


def read_back(data: bytes) -> Score:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "piece.mid"
        path.write_bytes(data)
        return read_midi(path)


def measure_one(path: Path, measures: int, freedom: float) -> Row:
    """The shares of each kind of file; the seed is that of the name of the score."""
    whole = unfold_score(read_score(path))
    score = replace(whole, measures=whole.measures[:measures])
    generator = np.random.default_rng(zlib.crc32(path.name.encode()))
    data = to_midi(score)
    made = {"exact": data, "uneven": uneven(data, generator), "performed": performed(score, generator, freedom)}
    return {kind: compare(score, read_back(file)) for kind, file in made.items()}


def measured(arguments: argparse.Namespace) -> Iterator[tuple[str, Row]]:
    """The shares of each score, from the log if it has them. A score that cannot be read is left out."""
    log: Path | None = arguments.log
    known = dict(map(json.loads, log.read_text().splitlines())) if log and log.is_file() else {}
    for path in arguments.scores:
        row = known.get(path.name)
        if row is None:
            try:
                row = measure_one(path, arguments.measures, arguments.freedom)
            except (ScoregenError, ValueError, IndexError) as error:
                row = {"error": f"{type(error).__name__}: {error}"}
            if log:
                with log.open("a") as file:
                    file.write(json.dumps([path.name, row]) + "\n")
        yield path.name, row


def means(rows: Sequence[Row]) -> Row:
    kinds = ("exact", "uneven", "performed")
    return {kind: {name: statistics.mean(row[kind][name] for row in rows) for name in CLASSES} for kind in kinds}


def line_of(kind: str, shares: Mapping[str, float]) -> str:
    return f"{kind}: " + " ".join(f"{name} {shares[name]:.3f}" for name in CLASSES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", nargs="+", type=Path)
    parser.add_argument("--measures", type=int, default=40)
    parser.add_argument("--freedom", type=float, default=0.4)
    parser.add_argument("--rules", action="store_true", help="find beats by rule alone")
    parser.add_argument("--log", type=Path, help="a file with a line for each score")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.rules:
        odds.shipped_network = lambda: None
    warnings.simplefilter("ignore")
    rows = []
    for name, row in measured(arguments):
        if "error" in row:
            print(f"left out: {name}: {row['error']}", file=sys.stderr)
            continue
        rows.append(row)
        print(name[:40], *(line_of(kind, shares) for kind, shares in row.items()), sep="\n  ", file=sys.stderr)
    figures = means(rows)
    print(len(rows), "scores", file=sys.stderr)
    print(json.dumps(figures) if arguments.json else "\n".join(line_of(*pair) for pair in figures.items()))


if __name__ == "__main__":
    main()
