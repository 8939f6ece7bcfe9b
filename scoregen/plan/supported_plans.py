"""Plans of the music of any ensemble, as far as their chords explain what sounds, and shards with these plans.

The analysis names a chord everywhere. Over a pedal, in figuration and in chromatic music it is at times a guess, and a
network that is trained under it would learn to leave its plans. So a chord stays in the plan of a piece only if its
members make up most of what sounds in it, in pitches times quarters; elsewhere the plan has a gap.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate, groupby, pairwise
from pathlib import Path

from scoregen.analysis.harmony.chords import chord_spans
from scoregen.analysis.moments import audible_notes
from scoregen.corpora.shards import Shard, ShardPiece, write_shard
from scoregen.plan.harmonic_plan import Step, chords_of, decoded, harmony_at, plan_steps, with_plan
from scoregen.score.timeline import SoundingNote, pitch_of
from scoregen.tokens.events import Harmony, Header, TokenScore

LEAST_SUPPORT = 0.7
"""The share of what sounds in a chord that its members make up, at least."""
_CLASSES, _NOTHING = 12, Fraction(0)
_PARTS = 96
"""Of a quarter, for counting."""


def with_supported_harmony(tokens: TokenScore, refused: Collection[int] = ()) -> TokenScore:
    """A finished piece with the plan that it follows, without chords that explain little of what sounds.

    Measures `refused`, by index, whose notes are approximate, have no plan.
    """
    steps, score = plan_steps([measure.header for measure in tokens.measures]), decoded(tokens)
    chords = harmony_at(chord_spans(score), steps)
    known = [None if step.measure in refused else chord for step, chord in zip(steps, chords, strict=True)]
    return with_plan(tokens, steps, _supported(known, _sounding(steps, audible_notes(score))))


def _supported(chords: Sequence[Harmony | None], sounding: Sequence[dict[int, Fraction]]) -> list[Harmony | None]:
    """The chords of the steps, None where one explains too little of what sounds while it lasts."""
    result: list[Harmony | None] = []
    for chord, run in _runs(chords):
        if chord is not None and support(chord, [sounding[step] for step in run]) < LEAST_SUPPORT:
            chord = None
        result += [chord if chord is None else chords[step] for step in run]
    return result


def _runs(chords: Sequence[Harmony | None]) -> Iterator[tuple[Harmony | None, list[int]]]:
    """Each chord with the steps that it lasts."""

    def sound(step: int) -> Harmony | None:
        chord = chords[step]
        return chord and replace(chord, onset=Fraction(0))

    return ((chord, list(run)) for chord, run in groupby(range(len(chords)), key=sound))


def support(chord: Harmony, sounding: Sequence[dict[int, Fraction]]) -> float:
    """The share of the members of a chord in what sounds (`_sounding`) in its steps; 1 in silence."""
    members = {place % _CLASSES for place in chord.members}
    every = sum(length for step in sounding for length in step.values())
    own = sum(length for step in sounding for place, length in step.items() if place in members)
    return float(own / every) if every else 1.0


def _sounding(steps: Sequence[Step], notes: Sequence[SoundingNote]) -> list[dict[int, Fraction]]:
    """For each step how long each pitch class sounds, by fifths, in quarters; two notes of a class count twice."""
    positions = [step.position for step in steps]
    result: list[dict[int, Fraction]] = [{} for _ in steps]
    for note in notes:
        name, place, end = pitch_of(note).fifths % _CLASSES, bisect_right(positions, note.onset) - 1, note.end
        while place < len(steps) and positions[place] < end:
            until = min(end, positions[place] + steps[place].duration)
            own = result[place]
            own[name] = own.get(name, _NOTHING) + until - max(note.onset, positions[place])
            place += 1
    return result


def with_modes(tokens: TokenScore) -> TokenScore:
    """A piece with a plan whose key signatures name a mode, which most files leave out.

    It is that of the key of the signature, major or minor, that the plan has longer while the signature holds.
    """
    headers = [measure.header for measure in tokens.measures]
    steps = plan_steps(headers)
    lengths: Counter[tuple[int, str]] = Counter()
    runs = _signature_runs(headers)
    for step, chord in zip(steps, chords_of(headers, steps), strict=True):
        if chord is not None and chord.key.signature.fifths == headers[step.measure].key.fifths:
            lengths[runs[step.measure], chord.key.mode] += int(step.duration * _PARTS)
    named = [_with_mode(header, lengths, run) for header, run in zip(headers, runs, strict=True)]
    measures = zip(tokens.measures, named, strict=True)
    return replace(tokens, measures=tuple(replace(measure, header=header) for measure, header in measures))


def _signature_runs(headers: Sequence[Header]) -> list[int]:
    """For each measure the number of the stretch under one key signature that it is in."""
    changes = [header.key != before.key for before, header in pairwise(headers)]
    return list(accumulate(changes, initial=0))


def _with_mode(header: Header, lengths: Counter[tuple[int, str]], run: int) -> Header:
    mode = max(("major", "minor"), key=lambda each: lengths[run, each])
    if header.key.mode is not None or not lengths[run, mode]:
        return header
    return replace(header, key=replace(header.key, mode=mode))


def with_piece_plan(piece: ShardPiece) -> ShardPiece:
    """A movement of a shard with the plan that it follows."""
    return replace(piece, tokens=with_supported_harmony(piece.tokens, piece.refused))


def plan_shard(path: Path) -> int:
    """Write a shard again with the plan that each movement follows, if it has none; the number of its movements.

    ReadError for a file that is no shard, OutputError if it cannot be written.
    """
    records = list(Shard(path).records())
    pieces = [piece for record in records for piece in record.pieces]
    if not any(map(has_plan, pieces)):
        planned = [replace(record, pieces=tuple(map(with_piece_plan, record.pieces))) for record in records]
        write_shard(path, planned)
    return len(pieces)


def has_plan(piece: ShardPiece) -> bool:
    """Whether a movement has a plan, or places where none is known."""
    return any(measure.header.harmony or measure.header.unplanned for measure in piece.tokens.measures)
