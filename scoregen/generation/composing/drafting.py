"""The drafts of every alternative: written under harmonic plans, ranked, and refined."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scoregen.generation.candidates import draw_candidates
from scoregen.generation.composing.planning import Planning
from scoregen.generation.composing.writer import Writer
from scoregen.generation.infill_task import InfillTask
from scoregen.generation.ranking.reranking import RankingCriteria
from scoregen.generation.voice_rules import comfortable_range
from scoregen.plan.forms.textures import Seats, Texture, draw_textures
from scoregen.tokens.constraints.plans.measure_plan import Plan
from scoregen.tokens.encode import encode
from scoregen.tokens.events import ABSENT, BLANK, TokenMeasure, TokenScore

if TYPE_CHECKING:
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.request import SamplingRequest

_Ranges = tuple[tuple[int, int] | None, ...]


def draw_drafts(
    writer: Writer, task: InfillTask, planning: Planning, progress: Callable[[float], None] | None
) -> tuple[Draft, ...]:
    """The best draft of every alternative, best first."""
    tokens = encode(planning.plans.score, task.slots, snap=True)
    comfortable = _comfortable(task)
    requests = _requests(writer, task, planning, tokens, comfortable)
    leap = None if writer.is_for_instruments else planning.plans.widest_leap
    criteria = RankingCriteria.of(tokens, planning.plans.ends, writer.pretrained.successions, writer.style, leap)
    flowing, ranges = writer.options.rhythm == "flowing", () if writer.is_for_instruments else comfortable
    criteria = replace(criteria, critic=writer.pretrained.critic, flowing=flowing, comfortable=ranges)
    return draw_candidates(requests, criteria, writer.options, progress or (lambda done: None))


def _requests(
    writer: Writer, task: InfillTask, planning: Planning, tokens: TokenScore, comfortable: _Ranges
) -> list[SamplingRequest]:
    from scoregen.model.sampling.request import SamplingRequest

    pretrained, calibration = writer.pretrained, writer.pretrained.calibration
    page = None if len(task.page_slots) == len(task.slots) else tuple(map(task.slots.index, task.page_slots))
    textures = _textures(tokens, planning, writer.options.seed)
    return [
        SamplingRequest(
            writer.engine,
            planned,
            task.rules,
            own,
            pretrained.index,
            calibration.logit_bias if calibration else None,
            pretrained.successions,
            frozenset(planning.sections),
            style=writer.style,
            scales=task.scales,
            page=page,
            descriptions=planning.descriptions,
            network_style=writer.network_style,
            comfortable=comfortable,
            recalls=planning.recalls,
            textures=textures,
        )
        for planned, own in _with_harmony(writer, tokens, planning)
    ]


def _comfortable(task: InfillTask) -> _Ranges:
    """The comfortable range of every voice."""
    voices = zip(task.singers, task.slots, strict=True)
    return tuple(comfortable_range(role, slot.staff, task.interval) for role, slot in voices)


def _textures(tokens: TokenScore, planning: Planning, seed: int) -> tuple[Texture, ...]:
    """The textures of all measures; () for singers alone, who go together as their network likes."""
    if planning.descriptions is None or all(each.sung for each in planning.descriptions):
        return ()
    families = ["voice" if each.sung else each.family for each in planning.descriptions]
    again = {index: own.source for index, own in planning.recalls.items()}
    seats = [_seats(measure) for measure in tokens.measures]
    return draw_textures(seats, families, again, random.Random(f"{seed} textures"))


def _seats(measure: TokenMeasure) -> Seats:
    """Who plays in a measure; given voices may be followed if they begin a note."""
    from scoregen.model.sampling.decoding_context import voice_order

    rows = list(zip(*(piece.events for piece in measure.slices), strict=True))
    new = [row[0] == BLANK for row in rows]
    absent = [row[0] == ABSENT for row in rows]
    begins = [any(event.pitches for event in row) for row in rows]
    slots = range(len(rows))
    leaders = frozenset(slot for slot in slots if new[slot] or begins[slot])
    order = voice_order([not each for each in new], absent)
    return Seats(order, frozenset(slot for slot in slots if new[slot]), leaders)


def _with_harmony(writer: Writer, tokens: TokenScore, planning: Planning) -> list[tuple[TokenScore, Sequence[Plan]]]:
    """The task of each alternative under its best harmonic plan, with the plan of measures that it goes with."""
    from scoregen.generation.harmony_plans import harmonic_plans, has_plans, planner_style
    from scoregen.model.harmony.planner_task import played_task

    planner, seed, plans = writer.pretrained.planner, writer.options.seed, planning.plans.plans
    if planner is None or not has_plans(tokens):
        return [(tokens, own) for own in plans]
    style = planner_style(writer.style, writer.ensemble)
    played = played_task(tokens, style) if writer.is_for_instruments else None
    again = {index: own.source for index, own in planning.recalls.items() if own.move is None}
    best = [
        harmonic_plans(planner, tokens, own, f"{seed} {number}", task=played, again=again, keys=planning.keys)[0]
        for number, own in enumerate(plans)
    ]
    return [(each.tokens, (each.measures,)) for each in best]
