"""Small scores and corpora for tests: voices of quarters in measures of two, as text."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from scoregen.corpora.shards import CorpusIndex, FileRecord, ShardSource, shard_path, write_index, write_shard
from scoregen.score.elements import Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue

TWO_FOUR = TimeSignature((2,), 4)
SOURCE = ShardSource("songs/one.mxl", "ab" * 32, "train", "songs", "Nobody", "CC0-1.0", "songs/one.mxl")


def voice(slot: Slot, pitches: str) -> Voice:
    """Quarters: `C4 -` is a note and a rest."""
    value = NoteValue("quarter")
    return Voice(slot, tuple(Rest(value) if p == "-" else Note(value, Pitch.parse(p)) for p in pitches.split()))


def quintuplet(slot: Slot) -> Voice:
    """Five notes in the time of two quarters, which the token language does not have."""
    return Voice(slot, tuple(Note(NoteValue("quarter", 0, 5, 2), Pitch(step, 0, 4)) for step in "CDEFG"))


def measure(number: str, *voices: Voice, time: TimeSignature = TWO_FOUR, fifths: int = 0) -> Measure:
    return Measure(number, Fraction(2), time, KeySignature(fifths), voices)


def score(*measures: Measure) -> Score:
    parts = dict.fromkeys(voice.slot.part for each in measures for voice in each.voices)
    return Score(tuple(Part(part) for part in parts), measures)


def write_corpus(folder: Path, records: Iterable[FileRecord]) -> CorpusIndex:
    """Write a small corpus at once: a shard, and its index."""
    every = list(records)
    write_shard(shard_path(folder, 0), every)
    return write_index(folder, folder.name, {record.source.file: record.source for record in every})
