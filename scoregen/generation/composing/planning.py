"""What is fixed before notes are drawn: the chords that are given, and the plans of the drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoregen.generation.composing.page import Page
from scoregen.generation.composing.request import ComposeRequest
from scoregen.generation.composing.writer import Writer
from scoregen.generation.ensemble_task import voice_descriptions
from scoregen.generation.infill_task import InfillTask
from scoregen.plan.chords.chord_symbols import ChordTimeline
from scoregen.plan.chords.steering import given_chords, given_timeline
from scoregen.plan.drafts import DraftPlans, GivenTask, Manner, plans_for_given, plans_for_piece
from scoregen.plan.piece.planned_piece import given_by_plan, plans_for_plan
from scoregen.plan.played_plans import PlayedVoices, plans_for_instruments, plans_for_new_music
from scoregen.plan.sections import section_starts
from scoregen.score.elements import Slot
from scoregen.score.keys import Key
from scoregen.tokens.constraints.measure_plan import GivenChords


@dataclass(frozen=True, slots=True)
class Planning:
    """`timeline`: the given chords; `followed`: those that new voices follow; `plans`: those of the drafts of every
    alternative; `sections`: the first measures of sections; `voices`: from the highest to the lowest."""

    timeline: ChordTimeline
    followed: GivenChords
    plans: DraftPlans
    sections: Sequence[int]
    voices: tuple[Slot, ...]


def make_plans(request: ComposeRequest, writer: Writer, page: Page, task: InfillTask) -> Planning:
    """The plans of the drafts around the given chords."""
    voices = _voices(task).lowest_last if writer.is_for_instruments else task.slots
    if request.plan and page.planned:
        timeline = given_by_plan(request.plan, page.planned)
    else:
        timeline = given_timeline(task.score, voices, request.chords, request.chord_symbols, request.figured_bass)
    followed = given_chords(timeline)
    sections = section_starts(page.given, page.form, page.lengths) if page.new else ()
    manner = Manner(writer.style, writer.options.rhythm, request.is_easy, is_played=writer.is_for_instruments)
    return Planning(timeline, followed, _plans(request, page, task, manner, timeline), sections, voices)


def _plans(
    request: ComposeRequest, page: Page, task: InfillTask, manner: Manner, timeline: ChordTimeline
) -> DraftPlans:
    seed, count, drafts = request.sampling.seed, request.count, request.sampling.candidates
    followed = given_chords(timeline)
    if page.new is None and manner.is_played:
        return plans_for_instruments(_voices(task), manner, seed, count, drafts, followed)
    if page.new is None:
        keys = tuple(Key.of(measure.key) for measure in task.score.measures)
        return plans_for_given(GivenTask(task.score, task.slots, keys, followed), manner, seed, count, drafts)
    if manner.is_played:
        return plans_for_new_music(_voices(task), page.new, page.form, manner, seed, count, followed)
    if request.plan and page.planned:
        return plans_for_plan(request.plan, page.planned, timeline, manner, seed, count, followed)
    return plans_for_piece(task.score, page.form, manner, seed, count, followed)


def _voices(task: InfillTask) -> PlayedVoices:
    return PlayedVoices.of(task.score, task.slots, voice_descriptions(task))
