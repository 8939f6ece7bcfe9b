"""What a corpus in tokens contains: sizes, keys, metres, lengths, ranges, licences, and what is refused in it.

Numbers of files, movements, measures and slices are exact, from the index; the others are counted in at most so many
movements, spaced evenly, since a large corpus takes hours to read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from scoregen.corpora.manifest import SPLITS
from scoregen.corpora.refusals import refusal_kind
from scoregen.corpora.shards import CorpusIndex, ShardPiece, load_index, read_files
from scoregen.tokens.events import Event, Header, TokenMeasure
from scoregen.tokens.vocabulary import vocabulary

PIANO = range(21, 109)
"""The MIDI numbers of a piano."""
MOST_VOICES = 16
"""The voices that a network for all ensembles reads at once."""
_MOST_SHIFTS = 40
_MOST_LISTED = 12
MOST_COUNTED = 2000
"""Movements that are read for what the index does not tell."""


@dataclass(slots=True)
class CorpusStatistics:
    """Counts of a corpus.

    `splits`, `styles` and `licences` count movements, `formats` files; `lengths` has the measures of each movement,
    `sizes` counts movements by their voices. The others are counted in the `counted` movements: `keys` and `metres`
    count measures, `ranges` pitches (MIDI) by family of instruments; `large` the movements with more than
    `MOST_VOICES`, `voice_measures` the voices of all measures, and `absent` those of them that are absent.
    `chord_sizes` counts attacks by the number of pitches that sound after them, `continued` the chords in which a pitch
    only continues; `shifts` counts the lengths of slices in quarters; `outside` counts pitches beyond a piano.
    """

    files: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    movements: int = 0
    measures: int = 0
    slices: int = 0
    splits: Counter[str] = field(default_factory=Counter)
    styles: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    lengths: list[int] = field(default_factory=list)
    sizes: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    counted: int = 0
    counted_measures: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    metres: Counter[str] = field(default_factory=Counter)
    ranges: dict[str, Counter[int]] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    notes: int = 0
    voices: int = 0
    large: int = 0
    voice_measures: int = 0
    absent: int = 0
    chord_sizes: Counter[int] = field(default_factory=Counter)
    continued: int = 0
    shifts: Counter[Fraction] = field(default_factory=Counter)
    outside: Counter[int] = field(default_factory=Counter)


def corpus_statistics(folder: Path, most: int = MOST_COUNTED) -> CorpusStatistics:
    """The counts of a corpus; InputError if the folder is none."""
    index = load_index(folder)
    found = _index_counts(index)
    for source, facts, _ in read_files(folder):
        found.files += 1
        found.seconds += facts.seconds
        found.formats[Path(source.file).suffix.lower()] += 1
        if source.lost:
            found.lost[refusal_kind(source.lost)] += 1
    for piece in counted_pieces(index, most):
        _count_piece(found, piece)
    return found


def counted_pieces(index: CorpusIndex, most: int) -> Iterator[ShardPiece]:
    """At most so many movements, spaced evenly."""
    count = len(index.columns["row"])
    chosen = min(count, most)
    return (index.piece(number * count // chosen) for number in range(chosen))


def _index_counts(index: CorpusIndex) -> CorpusStatistics:
    columns = index.columns
    return CorpusStatistics(
        movements=len(columns["row"]),
        measures=int(columns["measures"].sum()),
        slices=int(columns["slices"].sum()),
        splits=Counter(SPLITS[number] for number in columns["split"].tolist()),
        styles=Counter(index.styles[number] for number in columns["style"].tolist()),
        licences=Counter(index.licences[number] for number in columns["licence"].tolist()),
        lengths=columns["measures"].tolist(),
        sizes=Counter(columns["voices"].tolist()),
    )


def _count_piece(found: CorpusStatistics, piece: ShardPiece) -> None:
    found.counted += 1
    found.voices += len(piece.tokens.slots)
    found.large += len(piece.tokens.slots) > MOST_VOICES
    found.refused.update(map(refusal_kind, piece.reasons.values()))
    families = [description.family for description in piece.descriptions]
    for measure in piece.tokens.measures:
        found.keys[_key_name(measure.header)] += 1
        found.metres[str(measure.header.time)] += 1
        _count_measure(found, measure, families)


def _key_name(header: Header) -> str:
    """A key signature in words: `2 flats`, `1 sharp, minor`."""
    fifths = header.key.fifths
    sign = "sharp" if fifths > 0 else "flat"
    name = f"{abs(fifths)} {sign}{'' if abs(fifths) == 1 else 's'}" if fifths else "none"
    return f"{name}, {header.key.mode}" if header.key.mode else name


def _count_measure(found: CorpusStatistics, measure: TokenMeasure, families: Sequence[str]) -> None:
    found.counted_measures += 1
    opening = [event.kind for event in measure.slices[0].events]
    found.voice_measures += len(opening)
    found.absent += opening.count("absent")
    places = [*(piece.onset for piece in measure.slices), measure.header.duration]
    found.shifts.update(end - onset for onset, end in pairwise(places))
    for piece in measure.slices:
        for event, family in zip(piece.events, families, strict=True):
            if event.kind == "attack":
                _count_attack(found, event)
                pitches = (pitch.midi_pitch for pitch in event.pitches)
                found.ranges.setdefault(family, Counter()).update(pitches)


def _count_attack(found: CorpusStatistics, event: Event) -> None:
    found.notes += len(event.pitches)
    size = len(event.pitches) + len(event.tied)
    found.chord_sizes[size] += 1
    found.continued += size > 1 and bool(event.tied)
    found.outside.update(pitch.midi_pitch for pitch in event.pitches if pitch.midi_pitch not in PIANO)


def statistics_lines(found: CorpusStatistics) -> Iterator[str]:
    """The counts as lines of text."""
    refused, attacks = found.refused.total(), found.chord_sizes.total()
    chords = attacks - found.chord_sizes[1]
    members = sum(size * count for size, count in found.chord_sizes.items() if size > 1)
    known = set(vocabulary().network.time_shifts)
    other = Counter({shift: count for shift, count in found.shifts.items() if shift not in known})
    yield f"files {found.files}, lost {found.lost.total()}{_listed(found.lost)}"
    yield f"movements {found.movements}{_listed(found.splits)}; measures {found.measures}, slices {found.slices}"
    yield f"formats{_listed(dict(found.formats.most_common()))}"
    yield f"licences of movements{_listed(dict(found.licences.most_common(_MOST_LISTED)))}"
    yield f"styles {len(found.styles)}, the largest{_listed(dict(found.styles.most_common(_MOST_LISTED)))}"
    if found.lengths:
        ordered = sorted(found.lengths)
        quartiles = ", ".join(str(ordered[len(ordered) * part // 4]) for part in (1, 2, 3))
        yield f"measures of a movement from {ordered[0]} to {ordered[-1]}, quartiles {quartiles}"
    yield f"voices of movements{_listed(dict(sorted(found.sizes.items())))}"
    if found.counted < found.movements:
        yield f"the rest is counted in {found.counted} of {found.movements} movements"
    yield f"key signatures, by measures{_listed(dict(found.keys.most_common(_MOST_LISTED)))}"
    yield f"metres, by measures{_listed(dict(found.metres.most_common(_MOST_LISTED)))}"
    yield from (range_line(family, pitches) for family, pitches in sorted(found.ranges.items()))
    yield f"notes {found.notes}"
    yield f"refused measures {refused} ({_share(refused, found.counted_measures)}){_listed(found.refused)}"
    yield (
        f"voices of a movement {found.voices / max(found.counted, 1):.2f}, voices present in a measure "
        f"{(found.voice_measures - found.absent) / max(found.counted_measures, 1):.2f}"
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


def range_line(family: str, pitches: Counter[int]) -> str:
    """The range of a family of instruments: its lowest and highest notes, and those that all but a twentieth lie in."""
    every = sorted(pitches.elements())
    inner = f"{every[len(every) // 40]}-{every[len(every) - 1 - len(every) // 40]}"
    return f"range of {family}: MIDI {every[0]}-{every[-1]}, 95 % within {inner} ({len(every)} notes)"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.2f} %"


def _listed(counts: Mapping[Any, int]) -> str:
    return "".join(f"{', ' if index else ': '}{name} {count}" for index, (name, count) in enumerate(counts.items()))
