"""Which constraint forbids what in a piece that is finished: each choice asked again, as if it were still to come.

The constraints are those under which `sampling` writes: syntax, time and range of `tokens.constraints`, and the
novelty limit. What stands written goes on to stand, even where a constraint would have forbidden it.

T slices, V voices, E events.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from scoregen.model.network.alphabet import GRID
from scoregen.model.network.inputs import SILENCE, Bools, Ints, PieceArrays
from scoregen.model.sampling.decoding_context import EVENT_TOKENS, measure_rules, voice_order
from scoregen.model.sampling.novelty_limit import NoveltyLimit
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.event_tokens import event_tokens
from scoregen.tokens.events import ABSENT, BLANK, TokenScore
from scoregen.tokens.window_hashes import NoveltyIndex

Forbidden = Mapping[str, Bools]
"""By the name of a constraint, the events [E] that it rules out."""


def forbidden_choices(tokens: TokenScore, given: Bools, rules: Sequence[VoiceRule]) -> dict[tuple[int, int], Forbidden]:
    """By slice and voice, of every voice that is not given [M, V]: what each constraint leaves out."""
    found: dict[tuple[int, int], Forbidden] = {}
    carry: constraints.Carry = (None,) * len(tokens.slots)
    row = 0
    for index, measure in enumerate(tokens.measures):
        known = _blanked(tokens, index, given[index])
        state = constraints.begin(measure_rules(known, index, rules, {}), carry)
        for number, piece in enumerate(measure.slices):
            if number:
                state = constraints.at_tick(state, int(piece.onset * GRID))
            for slot in state.rules.order:
                if state.rules.given[slot] is None:
                    masks = constraints.masks_by_constraint(state)
                    found[row, slot] = {name: ~mask[EVENT_TOKENS] for name, mask in masks.items()}
                state = constraints.after_event(state, event_tokens(piece.events[slot]))
            row += 1
        carry = constraints.carry(state)
    return found


def beyond_novelty_limit(piece: PieceArrays, order: Ints, index: NoveltyIndex) -> Iterator[tuple[int, Bools]]:
    """By slice, the events [E] of its last voice that would complete a window of the corpus, where there are any."""
    limit = NoveltyLimit(index, 1, piece.events.shape[1])
    position = piece.position[piece.point]
    before = np.full(piece.events.shape[1], SILENCE)
    for row in range(piece.length):
        last = int(order[row, -1])
        now = piece.sounding[row].copy()
        now[last] = before[last]
        known = limit.completions(now[None], position[row : row + 1], np.array([last]))
        if known is not None:
            yield row, known[0]
        before = piece.sounding[row]
        limit.append(before[None], position[row : row + 1])


def written_order(given: Bools) -> Ints:
    """[M, V] in which order the voices of each measure are chosen, given ones first."""
    return np.array([voice_order(row.tolist()) for row in given])


def _blanked(tokens: TokenScore, index: int, given: Bools) -> TokenScore:
    """The piece with those voices of a measure blank at its start that are not given: what its rules are made from."""
    measure = tokens.measures[index]
    events = tuple(
        event if is_given or event == ABSENT else BLANK
        for event, is_given in zip(measure.slices[0].events, given, strict=True)
    )
    opening = replace(measure.slices[0], events=events)
    blanked = replace(measure, slices=(opening, *measure.slices[1:]))
    return replace(tokens, measures=(*tokens.measures[:index], blanked, *tokens.measures[index + 1 :]))
