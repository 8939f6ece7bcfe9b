"""Training examples of the planner for any ensemble: excerpts of the movements of shards that have plans.

S steps, V voices.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np

from scoregen.corpora.manifest import Split
from scoregen.corpora.shards import ShardPiece, corpora_in, load_index
from scoregen.model.harmony.labels import UNKNOWN
from scoregen.model.harmony.outer_voices import PLANNER_STYLES, VoicesPiece, ensemble_inputs, outer_voices, voices_piece
from scoregen.model.harmony.planner_inputs import Bools, Ints, PlannerPiece
from scoregen.model.harmony.planner_training import PlannerExample, draw_fixed, drop_place_hints, plan_labels
from scoregen.plan.supported_plans import with_modes
from scoregen.score.elements import Slot

EXCERPT = 192
"""The most steps of an example: half beats."""
LEAST_STEPS = 16
STYLE_DROPOUT = 0.15
"""The share of the examples whose style is unknown."""
MOST_EXCERPTS = 600
"""Excerpts of a corpus that suffice: no file is read when there are so many."""
MOST_MEASURED = 24
"""The most excerpts of a corpus that validation measures."""


@dataclass(frozen=True, slots=True)
class PlannedExcerpt:
    """A stretch of a movement: its labels [S, 4], the steps [S] that have a plan, and the slots of its voices."""

    piece: VoicesPiece
    labels: Ints
    known: Bools
    slots: tuple[Slot, ...]
    style: str

    @property
    def length(self) -> int:
        return len(self.labels)

    def draw(self, generator: np.random.Generator) -> PlannerExample:
        outer = outer_voices(self.piece, draw_given(self.slots, self.piece.is_given.shape, generator))
        outer = replace(outer, place=drop_place_hints(outer.place, generator))
        style = None if generator.random() < STYLE_DROPOUT else self.style
        fixed = np.where(self.known[:, None], draw_fixed(outer, self.labels, generator), UNKNOWN)
        return PlannerExample(ensemble_inputs(outer, fixed, style), self.labels, fixed, self.known)

    def fixed(self, given_part: bool) -> PlannerExample:
        """An example of validation: nothing or the first part is given, no chord is fixed."""
        given = np.zeros(self.piece.is_given.shape, dtype=np.bool_)
        given[:, [given_part and slot.part == self.slots[0].part for slot in self.slots]] = True
        unknown = np.full_like(self.labels, UNKNOWN)
        return PlannerExample(
            ensemble_inputs(outer_voices(self.piece, given), unknown, self.style), self.labels, unknown, self.known
        )


def read_planned(folder: Path, split: Split) -> Iterator[PlannedExcerpt]:
    """The excerpts of movements with plans in a folder of corpora: `MOST_EXCERPTS` of each, or all it has."""
    for style in PLANNER_STYLES:
        count = 0
        for piece in _scattered(folder / style, split):
            if any(measure.header.harmony for measure in piece.tokens.measures):
                found = list(planned_excerpts(piece))
                count += len(found)
                yield from found
            if count >= MOST_EXCERPTS:
                break


def _scattered(folder: Path, split: Split) -> Iterator[ShardPiece]:
    """The movements of a corpus in an order that is random, but always the same; none if there is no such corpus."""
    if corpora_in(folder) != (folder,):
        return
    index = load_index(folder)
    rows = zip(index.columns["shard"].tolist(), index.columns["row"].tolist(), strict=True)
    keys = [crc32(f"{shard} {row}".encode()) for shard, row in rows]
    yield from (index.piece(place) for place in sorted(index.of_split(split).tolist(), key=keys.__getitem__))


def planned_excerpts(piece: ShardPiece) -> Iterator[PlannedExcerpt]:
    """A movement with a plan in stretches of at most `EXCERPT` steps."""
    whole = voices_piece(with_modes(piece.tokens))
    labels, known = plan_labels(whole.highest)
    count = -(-len(labels) // EXCERPT)
    places = [len(labels) * number // count for number in range(count + 1)]
    for start, stop in itertools.pairwise(places):
        if known[start:stop].sum() >= LEAST_STEPS:
            own = excerpt_of(whole, start, stop)
            yield PlannedExcerpt(own, labels[start:stop], known[start:stop], piece.tokens.slots, piece.corpus)


def measured(every: Sequence[PlannedExcerpt]) -> Sequence[PlannedExcerpt]:
    """The excerpts of a corpus that validation measures, spaced evenly."""
    return every[:: max(1, len(every) // MOST_MEASURED)][:MOST_MEASURED]


def ensemble_tasks(valid: Sequence[PlannedExcerpt]) -> dict[str, list[PlannerExample]]:
    """The tasks of validation of each corpus: nothing given, and the first of several parts."""
    by_style: dict[str, list[PlannedExcerpt]] = defaultdict(list)
    for each in valid:
        by_style[each.style].append(each)
    tasks: dict[str, list[PlannerExample]] = {}
    for style, every in by_style.items():
        chosen = measured(every)
        tasks[f"{style} free"] = [each.fixed(given_part=False) for each in chosen]
        several = [each for each in chosen if len({slot.part for slot in each.slots}) > 1]
        tasks |= {f"{style} part": [each.fixed(given_part=True) for each in several]} if several else {}
    return tasks


def excerpt_of(piece: VoicesPiece, start: int, stop: int) -> VoicesPiece:
    """The steps from `start` to `stop`, with the features of their places in the whole piece."""
    return replace(piece, highest=_cut(piece.highest, start, stop), lowest=_cut(piece.lowest, start, stop))


def _cut(piece: PlannerPiece, start: int, stop: int) -> PlannerPiece:
    names = ("steps", "place", "classes", "attacks", "height", "inside", "is_given")
    return replace(piece, **{name: getattr(piece, name)[start:stop] for name in names})


def draw_given(slots: Sequence[Slot], shape: tuple[int, int], generator: np.random.Generator) -> Bools:
    """[S, V] the voices that are given in a training example: none, those of a part, or any."""
    given, kind = np.zeros(shape, dtype=np.bool_), generator.random()
    parts = list(dict.fromkeys(slot.part for slot in slots))
    if kind < 0.4:
        return given
    if kind < 0.75 and len(parts) > 1:
        chosen = parts[0] if generator.random() < 0.6 else parts[int(generator.integers(len(parts)))]
        given[:, [slot.part == chosen for slot in slots]] = True
    else:
        given[:, generator.permutation(len(slots))[: generator.integers(1, len(slots) + 1)]] = True
    return given
