"""All counts of parallels agree, except for the options in which they differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace
from itertools import combinations, product

import numpy as np
import pytest

from scoregen.analysis.counterpoint.lines import counterpoint_of
from scoregen.analysis.rules.parallels import parallels
from scoregen.corpora.manifest import load_corpus
from scoregen.evaluation.metrics.frames import frame_sonorities
from scoregen.evaluation.metrics.part_writing import protocol_parallels
from scoregen.model.features.alphabet import FIRST_PITCH, pitch_id
from scoregen.model.sampling import drafts
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.model.sampling.costs.voice_leading import voice_leading_costs
from scoregen.notation.files import read_score
from scoregen.score.pitch import Pitch, spell_near
from scoregen.score.theory.parallel_motion import (
    FIFTH,
    PART_WRITING,
    PROTOCOL,
    SAMPLING,
    ParallelMotion,
    parallel_interval,
)
from scoregen.styles.style import load_style
from scoregen.tokens.encode import encode, pitched_slots
from scoregen.tokens.parallel_motion import parallel_motions
from scoregen.tokens.sonorities import SILENT, sonorities

COSTS = load_style().voice_leading
PRICED, FREE = replace(COSTS, parallel=6.0), replace(COSTS, parallel=0.0)
TABLES = replace(PART_WRITING, spelling=False, phrase_ends=True)
"""The options of part-writing for tables of MIDI pitches."""
EVERY = [
    replace(TABLES, contrary=contrary, octave_shifts=octave_shifts, compound_fifths=compound)
    for contrary, octave_shifts, compound in product((False, True), repeat=3)
]


def random_table(seed: int, voices: int = 4, length: int = 200) -> np.ndarray:
    """Voices that often move together, cross, repeat notes and rest."""
    random = np.random.default_rng(seed)
    steps = (
        random.integers(-2, 3, (length, 1))
        * random.integers(0, 2, (length, voices))
        * 12 ** random.integers(0, 2, (length, 1))
    )
    table = np.array([67, 60, 55, 48])[:voices] + np.cumsum(np.where(abs(steps) > 12, 0, steps), 0) % 24
    return np.where(random.random(table.shape) < 0.1, SILENT, table)


def by_pitches(table: np.ndarray, counts: ParallelMotion) -> Counter[str]:
    """The counts from spelled pitches, pair by pair."""
    found: Counter[str] = Counter()
    for before, after in zip(table[:-1].tolist(), table[1:].tolist(), strict=True):
        for upper, lower in combinations(range(table.shape[1]), 2):
            four = (before[upper], after[upper], before[lower], after[lower])
            if SILENT not in four:
                interval = parallel_interval(*(spell_near(pitch, 0) for pitch in four), counts)
                found["fifths" if interval == FIFTH else "octaves"] += interval is not None
    return found


@pytest.mark.parametrize("counts", EVERY)
def test_tables_and_pitches_agree_in_every_option(counts: ParallelMotion) -> None:
    total: Counter[str] = Counter()
    for seed in range(5):
        table = random_table(seed)
        found = parallel_motions(table, counts)
        expected = by_pitches(table, counts)
        assert (int(found.fifths.sum()), int(found.octaves.sum())) == (expected["fifths"], expected["octaves"])
        total += expected
    assert total["fifths"] and total["octaves"]


def test_every_option_makes_a_difference() -> None:
    tables = [*(random_table(seed) for seed in range(5)), np.array([[67, 60], [81, 62]])]

    def count(counts: ParallelMotion) -> int:
        return sum(int(parallel_motions(table, counts).either.sum()) for table in tables)

    assert count(replace(TABLES, contrary=True)) > count(TABLES)
    assert count(replace(TABLES, octave_shifts=True)) > count(TABLES)
    assert count(replace(TABLES, compound_fifths=False)) < count(TABLES)
    names = {field.name for field in fields(ParallelMotion)}
    assert names == {"spelling", "contrary", "octave_shifts", "compound_fifths", "phrase_ends"}


def test_drafts_and_figures_count_by_their_options() -> None:
    for seed in range(5):
        table = random_table(seed)
        found = drafts.parallels(frame_sonorities(table), np.ones((1, 4), dtype=bool))
        assert found.sum() == sum(by_pitches(table, SAMPLING).values()) > 0
        changes = table[np.append(True, (table[1:] != table[:-1]).any(1))]
        expected = by_pitches(changes, PROTOCOL)
        assert protocol_parallels(table.astype(np.int16)) == (expected["fifths"], expected["octaves"])


def test_part_writing_counts_the_same_in_chorales_less_phrase_ends_and_spelling() -> None:
    counted = 0
    for piece in load_corpus("bach-chorales").split("valid")[:12]:
        score = read_score(piece.path)
        slots = pitched_slots(score)
        sounds = sonorities(encode(score, slots, snap=True))
        boundaries = {int(48 * onset) for onset in counterpoint_of(score, slots).boundaries}
        rows = np.flatnonzero(parallel_motions(sounds.pitches, TABLES).either.any(1)) + 1
        onsets = {int(sounds.onset[row]) for row in rows} - boundaries
        found = parallels(score, slots)
        assert {int(48 * fault.onset) for fault in found} == onsets, piece.name
        counted += len(found)
    assert counted > 0


def test_the_costs_of_the_sampler_fall_on_what_drafts_count() -> None:
    """Except where voices cross: costs depend on pitch classes, so that a fifth below counts as one above."""
    random = np.random.default_rng(3)
    expensive = 0
    for _ in range(400):
        low, lower = (int(pitch) for pitch in random.integers(45, 60, 2))
        high, higher = (int(bass + random.choice((0, 4, 5, 6, 7, 12, 19))) for bass in (low, lower))
        counted = parallel_motions(np.array([[high, low], [higher, lower]]), SAMPLING).either.any()
        for voice, was, other, other_was, new in ((0, high, lower, low, higher), (1, low, higher, high, lower)):
            cost = parallel_cost(voice, was, other_was, other, new)
            assert (cost > 0) == bool(counted)
        expensive += bool(counted)
    assert expensive > 10


def parallel_cost(voice: int, was: int, other_was: int, other: int, new: int) -> float:
    """The cost of parallels, in nats, for one of four voices that moves from `was` to `new`."""
    own, before, now, pitch = (pitch_id(spell_near(midi, 0)) for midi in (was, other_was, other, new))
    row = np.full((1, 4), pitch_id(Pitch("C", 0, 4)))
    row[0, 1 + voice], row[0, 2 - voice] = own, before
    prices = [
        voice_leading_costs(
            DecisionContext(
                np.array([1 + voice]),
                np.array([own]),
                np.zeros(1, dtype=np.int64),
                row,
                np.array([[2 - voice]]),
                np.array([[now]]),
                np.zeros(1, dtype=bool),
                np.zeros(1, dtype=bool),
                np.zeros(1, dtype=bool),
                np.zeros(1, dtype=np.int64),
            ),
            costs,
        )[0, FIRST_PITCH + pitch]
        for costs in (PRICED, FREE)
    ]
    return float(prices[0] - prices[1])
