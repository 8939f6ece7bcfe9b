"""Counts how the melody of pieces comes again: the shares of `[returns]` in `grammars/forms/small.toml`.

    python tools/count_returns.py CORPUS_OR_SCORES... [--measures 32] [--split train]

Each argument is a corpus of `scoregen corpus build`, of which the movements of the split are counted, or a folder of
scores. The melody is the highest line of the first part: the first violin, the singer, a hand. Of each measure with two
notes or more, and of the first two measures of the melody, the closest return to (or of) an earlier one is counted:
*exact* (same notes at the same places), *varied* (at the same pitches: three of four notes of the poorer and half of
those of the richer measure, or the same staff positions), *moved* (the same rhythm and steps on another degree).
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from scoregen.corpora.shards import corpora_in, load_shards
from scoregen.notation.files import read_score
from scoregen.score.pitch import Pitch
from scoregen.tokens.encode import encode, pitched_slots, voice_events
from scoregen.tokens.events import TokenMeasure, TokenScore
from scoregen.tokens.voice_descriptions import describe_voices

Melody = Sequence[tuple[Fraction, Pitch]]
"""The highest notes that begin in a measure, with their onsets."""
WAYS = ("exact", "varied", "moved")
HEADS = ("exact", "varied", "moved", "head exact", "head varied", "head moved")
POORER, RICHER = 0.75, 0.5
"""The shares of the notes of two measures that are the same if one is a variation of the other."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--measures", type=int, default=32)
    parser.add_argument("--split", default="train")
    options = parser.parse_args()
    for source in options.sources:
        pieces = [melody[: options.measures] for melody in melodies(source, options.split)]
        print(report(source.name, [each for each in pieces if len(each) == options.measures]))


def melodies(source: Path, split: str) -> Iterator[list[Melody]]:
    """The melody of every piece of a source, by measures."""
    if corpora_in(source):
        for piece in load_shards(source, split):  # type: ignore[arg-type]
            parts = [each.part for each in piece.descriptions]
            yield melody_of(piece.tokens, [slot for slot, part in enumerate(parts) if part == parts[0]])
    for path in sorted(source.glob("*.musicxml")):
        score = read_score(path)
        slots = pitched_slots(score)
        first = describe_voices(score, slots)[0]
        own = [
            slot
            for slot, each in enumerate(describe_voices(score, slots))
            if (each.part, each.staff) == (first.part, first.staff)
        ]
        yield melody_of(encode(score, slots, snap=True), own)


def melody_of(tokens: TokenScore, slots: Sequence[int]) -> list[Melody]:
    return [_highest(measure, slots) for measure in tokens.measures]


def _highest(measure: TokenMeasure, slots: Sequence[int]) -> Melody:
    found: dict[Fraction, Pitch] = {}
    for slot in slots:
        for onset, event in voice_events(measure, slot).items():
            known = [found[onset]] if onset in found else []
            if event.pitches:
                found[onset] = max([*known, *event.pitches], key=lambda pitch: pitch.midi_pitch)
    return sorted(found.items(), key=lambda row: row[0])


def likeness(first: Melody, second: Melody) -> str | None:
    """How a measure comes again in another one; None if it does not."""
    if min(len(first), len(second)) < 2:
        return None
    own, other = ([(onset, pitch.diatonic, pitch.midi_pitch) for onset, pitch in melody] for melody in (first, second))
    if own == other:
        return "exact"
    if [row[0] for row in own] == [row[0] for row in other]:
        steps = {b[1] - a[1] for a, b in zip(own, other, strict=True)}
        if len(steps) == 1 and len({row[1] for row in own}) > 1:
            return "varied" if steps.pop() % 7 == 0 else "moved"
    same = len({(row[0], row[2] % 12) for row in own} & {(row[0], row[2] % 12) for row in other})
    fewer, more = sorted((len(own), len(other)))
    return "varied" if same > 1 and same >= POORER * fewer and same >= RICHER * more else None


def closest(melody: Sequence[Melody], index: int) -> str | None:
    """The closest return of an earlier measure in this one."""
    found = {likeness(melody[place], melody[index]) for place in range(index)}
    return next((way for way in WAYS if way in found), None)


def opening_return(melody: Sequence[Melody]) -> str | None:
    """The closest return of the first two measures of the melody, or of the first of them."""
    start = next((index for index, each in enumerate(melody) if len(each) > 1), len(melody))
    found = set[str]()
    for index in range(start + 2, len(melody) - 1):
        ways = [likeness(melody[start + number], melody[index + number]) for number in range(2)]
        if ways[0] and ways[1]:
            found.add(max(ways, key=lambda way: WAYS.index(str(way))) or "")
        elif ways[0]:
            found.add(f"head {ways[0]}")
    return next((way for way in HEADS if way in found), None)


def report(name: str, pieces: Sequence[Sequence[Melody]]) -> str:
    measures = [closest(each, index) for each in pieces for index in range(1, len(each)) if len(each[index]) > 1]
    rows = {"measures": (Counter(measures), WAYS), "openings": (Counter(map(opening_return, pieces)), HEADS)}
    lines = [f"{name}: {len(pieces)} pieces, {len(measures)} measures of melody"]
    for title, (counts, ways) in rows.items():
        shares = ", ".join(f"{way} {counts[way] / max(1, counts.total()):.1%}" for way in ways)
        lines.append(f"  {title} that come again: {shares}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
