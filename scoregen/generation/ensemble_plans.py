"""The plans of measures of music for instruments: the frame of the piece, and the chords that are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scoregen.generation.ensemble_task import voice_descriptions
from scoregen.generation.infill_task import InfillTask
from scoregen.plan.drafts import DraftPlans, GivenTask, Manner, plans_for_given, plans_for_piece
from scoregen.plan.played_frame import with_played_ends
from scoregen.plan.sections import Sections
from scoregen.score.elements import Score, Slot
from scoregen.score.keys import Key
from scoregen.tokens.constraints.measure_plan import GivenChords, MeasurePlan
from scoregen.tokens.voice_descriptions import voices_from_lowest


def slots_to_lowest(task: InfillTask) -> tuple[Slot, ...]:
    """The voices of a task from the highest to the lowest."""
    return tuple(task.slots[voice] for voice in reversed(voices_from_lowest(voice_descriptions(task))))


def plans_for_instruments(
    task: InfillTask, manner: Manner, seed: int, count: int, drafts: int, symbols: GivenChords
) -> DraftPlans:
    """Plans for a score with blanks, as `plans_for_given` makes them for a choir."""
    keys = tuple(Key.of(measure.key) for measure in task.score.measures)
    given = GivenTask(task.score, task.slots, keys, symbols, slots_to_lowest(task)[-1])
    return _played(task, plans_for_given(given, manner, seed, count, drafts))


def plans_for_new_music(
    task: InfillTask,
    piece: Score,
    form: Sections,
    manner: Manner,
    seed: int,
    count: int,
    symbols: GivenChords,
) -> DraftPlans:
    """Plans for a new piece; `piece` is the blank score with its phrase ends, which the task does not have."""
    ends = with_played_ends(piece).measures
    measures = (replace(m, phrase_ends=each.phrase_ends) for m, each in zip(task.score.measures, ends, strict=True))
    planned = replace(task.score, measures=tuple(measures))
    return _played(task, plans_for_piece(planned, form, manner, seed, count, symbols))


def _played(task: InfillTask, plans: DraftPlans) -> DraftPlans:
    """The plans for the voices of a task, whose score keeps its phrase ends: players have no fermatas there."""
    order = voices_from_lowest(voice_descriptions(task))
    rows = tuple(tuple(_with_voices(plan, order) for plan in drafts) for drafts in plans.plans)
    return replace(plans, score=task.score, plans=rows)


def _with_voices(plan: Mapping[int, MeasurePlan], order: Sequence[int]) -> dict[int, MeasurePlan]:
    return {index: replace(each, from_lowest=tuple(order)) for index, each in plan.items()}
