"""What a shard contains: sizes, refused measures by reason, and what lies outside of the network's table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from scoregen.corpora.shards import ShardPiece, ShardSource, read_shard, shard_files
from scoregen.tokens.events import Event, TokenMeasure
from scoregen.tokens.vocabulary import vocabulary

PIANO = range(21, 109)
"""The MIDI numbers of a piano."""
MOST_VOICES = 16
"""The voices that a network for all ensembles reads at once."""
_MOST_SHIFTS = 40
_REASONS = (
    ("notes or rests begin at", "rhythm: a tuplet or value that the language does not have"),
    ("near-duplicate of", "near-duplicate of a validation or test piece"),
    ("do not add up", "layers whose lengths do not add up"),
    ("the notes differ from those of the file", "notes lost or moved"),
    ("the voice lasts", "a voice shorter or longer than its measure"),
    ("the parts have different metres", "several metres at once"),
    ("the measure lasts", "length of the measure"),
    ("the metre is", "time signature"),
    ("cannot be written in tokens", "pitch: a microtone or percussion"),
)
"""Words of the reasons of refused measures, and their kinds."""


@dataclass(slots=True)
class ShardStatistics:
    """Counts of a shard.

    `large` counts the movements with more than `MOST_VOICES`, `voice_measures` the voices of all measures, and
    `absent` those of them that are absent. `chord_sizes` counts attacks by the number of pitches that sound after
    them, `continued` the chords in which a pitch only continues; `shifts` counts the lengths of slices in quarters;
    `outside` counts pitches beyond a piano.
    """

    files: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    movements: int = 0
    measures: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    slices: int = 0
    notes: int = 0
    voices: int = 0
    large: int = 0
    voice_measures: int = 0
    absent: int = 0
    chord_sizes: Counter[int] = field(default_factory=Counter)
    continued: int = 0
    shifts: Counter[Fraction] = field(default_factory=Counter)
    outside: Counter[int] = field(default_factory=Counter)


def shard_statistics(folder: Path) -> ShardStatistics:
    """The counts of all files of a shard."""
    found = ShardStatistics()
    for path in shard_files(folder):
        source, pieces = read_shard(path)
        found.files += 1
        _count_file(found, source, pieces)
    return found


def _count_file(found: ShardStatistics, source: ShardSource, pieces: Iterable[ShardPiece]) -> None:
    if source.lost:
        found.lost[refusal_kind(source.lost)] += 1
    for piece in pieces:
        found.movements += 1
        found.voices += len(piece.tokens.slots)
        found.large += len(piece.tokens.slots) > MOST_VOICES
        found.refused.update(map(refusal_kind, piece.reasons.values()))
        for measure in piece.tokens.measures:
            _count_measure(found, measure)


def refusal_kind(reason: str) -> str:
    """The kind of the reason why a measure or file was refused; the reason itself if it is of no common kind."""
    return next((kind for words, kind in _REASONS if words in reason), reason)


def _count_measure(found: ShardStatistics, measure: TokenMeasure) -> None:
    found.measures += 1
    found.slices += len(measure.slices)
    opening = [event.kind for event in measure.slices[0].events]
    found.voice_measures += len(opening)
    found.absent += opening.count("absent")
    places = [*(piece.onset for piece in measure.slices), measure.header.duration]
    found.shifts.update(end - onset for onset, end in pairwise(places))
    for piece in measure.slices:
        for event in piece.events:
            if event.kind == "attack":
                _count_attack(found, event)


def _count_attack(found: ShardStatistics, event: Event) -> None:
    found.notes += len(event.pitches)
    size = len(event.pitches) + len(event.tied)
    found.chord_sizes[size] += 1
    found.continued += size > 1 and bool(event.tied)
    found.outside.update(pitch.midi_pitch for pitch in event.pitches if pitch.midi_pitch not in PIANO)


def statistics_lines(found: ShardStatistics) -> Iterator[str]:
    """The counts as lines of text."""
    refused, attacks = found.refused.total(), found.chord_sizes.total()
    chords = attacks - found.chord_sizes[1]
    members = sum(size * count for size, count in found.chord_sizes.items() if size > 1)
    known = set(vocabulary().network.time_shifts)
    other = Counter({shift: count for shift, count in found.shifts.items() if shift not in known})
    yield f"files {found.files}, lost {found.lost.total()}{_listed(found.lost)}"
    yield f"movements {found.movements}, measures {found.measures}, slices {found.slices}, notes {found.notes}"
    yield f"refused measures {refused} ({_share(refused, found.measures)}){_listed(found.refused)}"
    yield (
        f"voices of a movement {found.voices / max(found.movements, 1):.2f}, voices present in a measure "
        f"{(found.voice_measures - found.absent) / max(found.measures, 1):.2f}"
    )
    yield f"movements with more than {MOST_VOICES} voices {found.large}"
    yield f"absent voice-measures {_share(found.absent, found.voice_measures)}"
    yield f"notes in chords {_share(members, sum(size * count for size, count in found.chord_sizes.items()))}"
    yield f"chord sizes{_listed(dict(sorted(found.chord_sizes.items())))}"
    yield f"chords with continued notes {_share(found.continued, chords)} of {chords} chords"
    yield f"time shifts outside of the network's table {_share(other.total(), found.shifts.total())}"
    yield f"commonest time shifts{_listed(dict(found.shifts.most_common(_MOST_SHIFTS)))}"
    yield f"commonest outside{_listed(dict(other.most_common(_MOST_SHIFTS)))}"
    outside = dict(sorted(found.outside.items()))
    yield f"pitches outside of MIDI {PIANO[0]}-{PIANO[-1]} {found.outside.total()}{_listed(outside)}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.2f} %"


def _listed(counts: Mapping[Any, int]) -> str:
    return "".join(f"{', ' if index else ': '}{name} {count}" for index, (name, count) in enumerate(counts.items()))
