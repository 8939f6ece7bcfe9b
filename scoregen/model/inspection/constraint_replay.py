"""Constraint replay: what each constraint bans at every choice of a finished piece.

The constraints are those of `sampling`: syntax, time and range of `tokens.constraints`, and the novelty limit. The
events of the piece remain in force even if a constraint would have banned them.

T slices, V voices, E events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from scoregen.model.features.alphabet import GRID
from scoregen.model.features.inputs import SILENCE, SPELLED, Bools, Ints, PieceArrays
from scoregen.model.sampling.decoding_context import CHOICE_TOKENS, measure_rules
from scoregen.model.sampling.novelty_limit import NoveltyLimit
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.event_tokens import event_tokens
from scoregen.tokens.events import ABSENT, BLANK, TokenScore
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.window_hashes import NoveltyIndex

Bans = Mapping[str, Bools]
"""By the name of a constraint, the events [E] that it excludes."""


def constraint_bans(tokens: TokenScore, given: Bools, rules: Sequence[VoiceRule]) -> dict[tuple[int, int], Bans]:
    """By slice and voice, for every voice that is not given [M, V]: the bans of each constraint."""
    bans: dict[tuple[int, int], Bans] = {}
    carry: constraints.Carry = (None,) * len(tokens.slots)
    row = 0
    for index, measure in enumerate(tokens.measures):
        task = _blanked(tokens, index, given[index])
        state = constraints.begin(measure_rules(task, index, rules, MeasurePlan()), carry)
        for number, piece in enumerate(measure.slices):
            if number:
                state = constraints.at_tick(state, int(piece.onset * GRID))
            for slot in state.rules.order:
                tokens_of = event_tokens(piece.events[slot])
                if state.rules.given[slot] is None:
                    masks = constraints.masks_by_constraint(_at_first_note(state, tokens_of))
                    bans[row, slot] = {name: ~mask[CHOICE_TOKENS[: SPELLED.events]] for name, mask in masks.items()}
                state = constraints.after_event(state, tokens_of)
            row += 1
        carry = constraints.carry(state)
    return bans


def novelty_bans(piece: PieceArrays, order: Ints, index: NoveltyIndex) -> Iterator[tuple[int, Bools]]:
    """By slice, if there are any, the events [E] of its last voice that would complete a window of the corpus."""
    limit = NoveltyLimit(index, 1, piece.events.shape[1])
    position = piece.position[piece.point]
    before = np.full(piece.events.shape[1], SILENCE)
    for row in range(piece.length):
        last = int(order[row, -1])
        sounding = piece.sounding[row].copy()
        sounding[last] = before[last]
        completions = limit.completions(sounding[None], position[row : row + 1], np.array([last]))
        if completions is not None:
            yield row, completions[0]
        before = piece.sounding[row]
        limit.append(before[None], position[row : row + 1])


def _at_first_note(state: constraints.ConstraintState, event: tuple[int, ...]) -> constraints.ConstraintState:
    """The state in which the first note of an event is chosen: of a chord, after the decision for one."""
    more = vocabulary().id("more")
    return constraints.after_token(state, more) if event[0] == more else state


def _blanked(tokens: TokenScore, index: int, given: Bools) -> TokenScore:
    """The piece in which the voices of a measure that are not given are blank: the input of its rules."""
    measure = tokens.measures[index]
    events = tuple(
        event if is_given or event == ABSENT else BLANK
        for event, is_given in zip(measure.slices[0].events, given, strict=True)
    )
    opening = replace(measure.slices[0], events=events)
    blanked = replace(measure, slices=(opening, *measure.slices[1:]))
    return replace(tokens, measures=(*tokens.measures[:index], blanked, *tokens.measures[index + 1 :]))
