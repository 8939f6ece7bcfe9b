"""Harmonise the tunes of corpora/tunes, and measure what a musician looks at first.

Each tune is composed with the defaults of `compose` and three seeds. The tunes are hymns, folk songs, dances and songs
that the training chorales do not contain; the manifest names their keys and the notes that close phrases.

A phrase end is *closed* if, where its last note begins or ends, the lowest voice has the root of a major or minor
triad whose third sounds, and no other pitch class sounds. A *tonic final* is closed on the tonic of the tune. A key is
*found* if `compose` takes the tune in its key and mode; it is *right* if the analysis of the finished piece finds the
tonic of the tune, and a third of its mode, as the main key.
Faults are counted by `check`. Notes of the new voices are counted for one voice, per given note.

    python tests/benchmarks/bench_hymns.py [--seeds N] [--only NAME ...] [--cache DIR] [--key] [--by-tune] [--json]

--cache keeps the pieces as MusicXML, so that other code can measure the same pieces. --key gives `compose` the key.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from statistics import fmean
from typing import Any

from scoregen.analysis.harmony.chords import chord_spans
from scoregen.analysis.harmony.keys import key_regions, main_key
from scoregen.analysis.harmony.tune_keys import tune_key
from scoregen.analysis.rules.findings import at_least
from scoregen.notation.files import read_score, write_score
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble, match_roles
from scoregen.score.keys import Key
from scoregen.score.timeline import SoundingNote, pitch_of, pitched_notes
from scoregen.system.resources import folder
from scoregen.tasks.check import check
from scoregen.tasks.compose import SamplingOptions, compose

TRIADS = ({0, 4, 7}, {0, 3, 7})
THIRDS = {3, 4}
COUNTED = {
    "unresolved-seventh": "unresolved_sevenths",
    "unresolved-leading-note": "unresolved_leading_notes",
    "doubled-leading-note": "doubled_leading_notes",
}
"""The rules of `check` whose findings, of any severity, have a column."""


@dataclass(frozen=True, slots=True)
class Tune:
    """A tune of the manifest; `ends` are the onsets of the notes that close phrases, in quarters."""

    name: str
    kind: str
    key: Key
    ends: tuple[Fraction, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one finished piece; counts unless named otherwise."""

    strict_errors: int
    unresolved_sevenths: int
    unresolved_leading_notes: int
    doubled_leading_notes: int
    phrase_ends: int
    closed: int
    tonic_final: bool
    key_found: bool
    right_key: bool
    notes_per_given_note: float
    out_of_range: int
    bass_octave_leaps: int


def tunes(only: Sequence[str]) -> list[Tune]:
    place = folder("corpora") / "tunes"
    entries = tomllib.loads((place / "manifest.toml").read_text(encoding="utf-8"))["scores"]
    rows = [
        Tune(
            Path(entry["file"]).stem,
            entry["kind"],
            Key.parse(entry["key"].replace(" flat", "b")),
            tuple(Fraction(onset) for onset in entry["phrase_ends"]),
            place / entry["file"],
        )
        for entry in entries
    ]
    return [tune for tune in rows if not only or tune.name in only]


def piece(tune: Tune, seed: int, cache: Path | None, *, with_key: bool) -> Score:
    """The finished piece, from the cache if it is there."""
    file = cache / f"{tune.name}-{seed}.musicxml" if cache else None
    if file is not None and file.exists():
        return read_score(file)
    key = str(tune.key) if with_key else None
    score = compose(read_score(tune.path), key=key, sampling=SamplingOptions(seed)).score
    if file is not None:
        write_score(score, file)
    return score


def measure(score: Score, tune: Tune) -> Measured:
    notes = pitched_notes(score)
    lines = {part.id: [note for note in notes if note.slot.part == part.id] for part in score.parts}
    given, *others = lines.values()
    report = check(score, "strict")
    faults = dict.fromkeys(COUNTED.values(), 0)
    for finding in report.findings:
        if finding.rule in COUNTED:
            faults[COUNTED[finding.rule]] += 1
    final = max(note.end for note in notes)
    return Measured(
        strict_errors=len(at_least(report.findings, "error")),
        **faults,
        phrase_ends=len(tune.ends),
        closed=sum(is_closed(notes, given, end) for end in tune.ends),
        tonic_final=closed_root(sounding(notes, final, before=True)) == tune.key.triad[0],
        key_found=tune_key(read_score(tune.path)) == tune.key,
        right_key=is_right(score, tune.key),
        notes_per_given_note=sum(map(len, others)) / max(len(others), 1) / len(given),
        out_of_range=sum(out_of_range(score, lines)),
        bass_octave_leaps=octave_leaps(list(lines.values())[-1]),
    )


def sounding(notes: Sequence[SoundingNote], time: Fraction, *, before: bool = False) -> list[int]:
    """The MIDI pitches at a time, or just before it."""
    if before:
        return [pitch_of(note).midi_pitch for note in notes if note.onset < time <= note.end]
    return [pitch_of(note).midi_pitch for note in notes if note.onset <= time < note.end]


def closed_root(pitches: Sequence[int]) -> int | None:
    """The root of a major or minor triad in root position with its third, or None."""
    if not pitches:
        return None
    above = {(pitch - min(pitches)) % 12 for pitch in pitches}
    is_triad = bool(above & THIRDS) and any(above <= triad for triad in TRIADS)
    return min(pitches) % 12 if is_triad else None


def is_closed(notes: Sequence[SoundingNote], given: Sequence[SoundingNote], end: Fraction) -> bool:
    last = max((note.end for note in given if note.onset <= end), default=end)
    places = [sounding(notes, end), sounding(notes, last, before=True)]
    return any(closed_root(pitches) is not None for pitches in places)


def is_right(score: Score, key: Key) -> bool:
    found = main_key(key_regions(chord_spans(score)))
    return found is not None and found.triad[:2] == key.triad[:2]


def out_of_range(score: Score, lines: Mapping[str, Sequence[SoundingNote]]) -> list[int]:
    """The notes of each new part outside the comfortable range of its role."""
    roles = {role.name: role for role in load_ensemble("satb").roles}
    counts = []
    for name, part in list(match_roles(score, load_ensemble("satb")).items())[1:]:
        low, high = (pitch.midi_pitch for pitch in roles[name].comfortable)
        counts.append(sum(not low <= pitch_of(note).midi_pitch <= high for note in lines[part]))
    return counts


def octave_leaps(line: Sequence[SoundingNote]) -> int:
    pitches = [pitch_of(note).midi_pitch for note in line]
    return sum(abs(after - before) >= 12 for before, after in itertools.pairwise(pitches))


def table(rows: Sequence[Measured]) -> dict[str, float]:
    """Means over pieces; phrase ends in percent of all phrase ends, finals and keys in percent of pieces."""
    means = {name: fmean(float(asdict(row)[name]) for row in rows) for name in asdict(rows[0])}
    means["closed"] = 100 * sum(row.closed for row in rows) / sum(row.phrase_ends for row in rows)
    for name in ("tonic_final", "key_found", "right_key"):
        means[name] *= 100
    return means


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--key", action="store_true")
    parser.add_argument("--by-tune", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.cache:
        asked.cache.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[Measured]] = {}
    for tune in tunes(asked.only):
        pieces = (piece(tune, seed, asked.cache, with_key=asked.key) for seed in range(asked.seeds))
        rows[tune.name] = [measure(score, tune) for score in pieces]
    report(rows, asked)


def report(rows: Mapping[str, Sequence[Measured]], asked: Any) -> None:
    every = table([row for group in rows.values() for row in group])
    by_tune = {name: table(group) for name, group in rows.items()} if asked.by_tune else {}
    if asked.json:
        print(json.dumps({"all": every, **by_tune}, indent=2))
        return
    for name, figures in {**by_tune, "all": every}.items():
        print(name)
        for column, value in figures.items():
            print(f"  {column.replace('_', ' '):28s} {value:8.2f}")


if __name__ == "__main__":
    main()
