"""The drafts of every alternative: written under harmonic plans, ranked, and refined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from scoregen.generation.candidates import draw_candidates
from scoregen.generation.composing.planning import Planning
from scoregen.generation.composing.writer import Writer
from scoregen.generation.infill_task import InfillTask
from scoregen.generation.reranking import RankingCriteria
from scoregen.generation.voice_rules import comfortable_range
from scoregen.tokens.constraints.plans.measure_plan import Plan
from scoregen.tokens.encode import encode
from scoregen.tokens.events import TokenScore

if TYPE_CHECKING:
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.request import SamplingRequest


def draw_drafts(
    writer: Writer, task: InfillTask, planning: Planning, progress: Callable[[float], None] | None
) -> tuple[Draft, ...]:
    """The best draft of every alternative, best first."""
    tokens = encode(planning.plans.score, task.slots, snap=True)
    requests = _requests(writer, task, planning, tokens)
    leap = None if writer.is_for_instruments else planning.plans.widest_leap
    criteria = RankingCriteria.of(tokens, planning.plans.ends, writer.pretrained.successions, writer.style, leap)
    flowing, ranges = writer.options.rhythm == "flowing", () if writer.is_for_instruments else _comfortable(task)
    criteria = replace(criteria, critic=writer.pretrained.critic, flowing=flowing, comfortable=ranges)
    return draw_candidates(requests, criteria, writer.options, progress or (lambda done: None))


def _requests(writer: Writer, task: InfillTask, planning: Planning, tokens: TokenScore) -> list[SamplingRequest]:
    from scoregen.model.sampling.request import SamplingRequest

    pretrained, calibration = writer.pretrained, writer.pretrained.calibration
    page = None if len(task.page_slots) == len(task.slots) else tuple(map(task.slots.index, task.page_slots))
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
            comfortable=_comfortable(task),
            recalls=planning.recalls,
        )
        for planned, own in _with_harmony(writer, tokens, planning)
    ]


def _comfortable(task: InfillTask) -> tuple[tuple[int, int] | None, ...]:
    """The comfortable range of every voice."""
    voices = zip(task.singers, task.slots, strict=True)
    return tuple(comfortable_range(role, slot.staff, task.interval) for role, slot in voices)


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
