"""Any ensemble: chords, absent voices, voices by description. Sampling agrees with the likelihood of what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from scoregen.generation.refinement import score_pieces
from scoregen.model.engine.loading import engine_of
from scoregen.model.engine.scoring import piece_nats
from scoregen.model.features.alphabet import FIRST_PITCH
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import ABSENT, piece_arrays
from scoregen.model.network.batches import collate
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.likelihood import likelihood
from scoregen.model.network.network import Network
from scoregen.model.sampling.drafts import Draft, blanks
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.tokens.encode import voice_events
from scoregen.tokens.events import ABSENT as ABSENT_EVENT
from scoregen.tokens.events import TokenScore
from scoregen.tokens.grammar import check
from tests.model.ensembles import SPAN, chordal_tokens, describe, rules
from tests.model.tasks import blanked, random_network

PLAIN = SamplingOptions(seed=5, temperature=1.0, candidates=2, voice_leading=0, crossing=0)
MEASURES = 4


def every(*voices: int) -> dict[int, Sequence[int]]:
    return dict.fromkeys(range(MEASURES), voices)


TASKS: dict[str, tuple[int, float, dict[int, Sequence[int]]]] = {
    "one voice, nothing given": (1, 0, every(0)),
    "two voices, nothing given": (2, 0, every(0, 1)),
    "five voices, nothing given": (5, 0, every(*range(5))),
    "eight voices, nothing given": (8, 0, every(*range(8))),
    "chords given": (3, 0, every(0, 2)),
    "a singer given": (5, 0, every(1, 2, 3, 4)),
    "a hole": (5, 0, {1: (1, 2), 2: (2,)}),
    "the last measure": (5, 0, {3: range(5)}),
    "absent voices": (5, 0.4, {1: (0, 1), 2: (1, 3)}),
    "absent voices among eight": (8, 0.4, every(3, 5)),
    "the beginning": (2, 0, {0: (0, 1)}),
}
"""By name: the number of voices, the share of absent measures, and the blank voices by measure."""


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(roles=(), strand=12, styles=("lieder", "quartets"))


def request_of(network: Network, name: str, *, style: int = 1) -> SamplingRequest:
    count, absent, holes = TASKS[name]
    descriptions = describe(count)
    whole = chordal_tokens(3, descriptions, MEASURES, absent=absent)
    holes = {measure: [v for v in voices if _is_present(whole, measure, v)] for measure, voices in holes.items()}
    return SamplingRequest(
        engine_of(network),
        blanked(whole, holes),
        rules(descriptions),
        use_voice_leading_costs=False,
        descriptions=descriptions,
        network_style=style,
    )


def _is_present(tokens: TokenScore, measure: int, voice: int) -> bool:
    return tokens.measures[measure].slices[0].events[voice] != ABSENT_EVENT


def example_of(request: SamplingRequest, draft: Draft) -> Example:
    piece = piece_arrays(draft.tokens, None, request.descriptions)
    given = ~blanks(request.tokens)[piece.measure]
    return Example(piece, given, usual_order(given, piece.events == ABSENT), request.network_style)


def by_measure(example: Example, nats: np.ndarray) -> list[float]:
    return np.bincount(example.piece.measure, nats, MEASURES).tolist()


@pytest.mark.parametrize("name", TASKS)
def test_the_nats_of_a_draft_are_those_of_the_finished_piece(network: Network, name: str) -> None:
    """Turn by turn in sampling, piece by piece in the engine, and in the parallel form."""
    request = request_of(network, name)
    drafts = fill(request, PLAIN)
    for draft, whole in zip(drafts, score_pieces(request, [draft.tokens for draft in drafts]), strict=True):
        check(draft.tokens)
        example = example_of(request, draft)
        with torch.no_grad():
            result = likelihood(network, collate([example]))
        wanted = by_measure(example, (result.events.sum(1) + result.time_shifts).numpy())
        assert sum(wanted) > 1
        assert by_measure(example, piece_nats(request.engine, example)) == pytest.approx(wanted, abs=1e-3, rel=1e-5)
        assert draft.measure_nats == pytest.approx(wanted, abs=1e-3, rel=1e-5)
        assert whole.measure_nats == pytest.approx(wanted, abs=1e-3, rel=1e-5)
        assert draft.choices == whole.choices == int(result.event_count + result.time_shift_count)
        assert draft.measure_entropy == pytest.approx(whole.measure_entropy, abs=1e-3, rel=1e-5)


def test_of_equal_drafts_the_first_goes_on_whenever_it_arrives(network: Network) -> None:
    """A draft with few slices is written first, and is no better for that."""
    request = request_of(network, "two voices, nothing given")
    alone = fill(request, PLAIN)[0]
    drafts = fill(request, PLAIN, stops=[1], judge=lambda draft, measures: 0.0)
    assert drafts[1].tokens.measures[0] == alone.tokens.measures[0]


@pytest.mark.parametrize("name", TASKS)
def test_given_and_absent_voices_do_not_change(network: Network, name: str) -> None:
    request = request_of(network, name)
    blank = blanks(request.tokens)
    for draft in fill(request, PLAIN):
        for index, (before, after) in enumerate(zip(request.tokens.measures, draft.tokens.measures, strict=True)):
            for voice in np.flatnonzero(~blank[index]):
                assert voice_events(after, voice) == voice_events(before, voice)


def fond_of_chords(network: Network) -> Network:
    """The network with likelier chords and ties."""
    result = deepcopy(network)
    with torch.no_grad():
        result.heads.alone.bias[FIRST_PITCH] += 6
        result.heads.alone.bias[FIRST_PITCH + 1] += 6
    return result


def test_chords_are_written_and_keep_to_their_rules(network: Network) -> None:
    request = request_of(fond_of_chords(network), "five voices, nothing given")
    sizes, ties = set(), 0
    for draft in fill(request, replace(PLAIN, candidates=4)):
        for measure in draft.tokens.measures:
            for voice, each in enumerate(request.descriptions or ()):
                for event in voice_events(measure, voice).values():
                    notes = [pitch.midi_pitch for pitch in (*event.pitches, *event.tied)]
                    sizes.add((each.sung, len(notes)))
                    ties += bool(event.tied)
                    assert not notes or max(notes) - min(notes) <= (0 if each.sung else SPAN)
    assert sizes >= {(True, 1), (False, 2), (False, 3), (False, 4)} and (True, 2) not in sizes
    assert ties > 0


def test_the_style_and_the_descriptions_have_an_influence(network: Network) -> None:
    request = request_of(network, "two voices, nothing given")
    tokens = fill(request, PLAIN)[0].tokens
    other = replace(request, network_style=2)
    assert fill(other, PLAIN)[0].tokens != tokens
    assert request.descriptions is not None
    brass = tuple(replace(each, family="brass") for each in request.descriptions)
    assert fill(replace(request, descriptions=brass), PLAIN)[0].tokens != tokens


def test_all_drafts_go_on_from_the_best_one(network: Network) -> None:
    request = request_of(network, "five voices, nothing given")
    drafts = fill(request, PLAIN, stops=[1, 3], judge=lambda draft, measures: draft.nats)
    assert drafts[0].tokens.measures[:3] == drafts[1].tokens.measures[:3]
    assert drafts[0].tokens.measures[0].slices[0].onset == Fraction(0)
    for draft in drafts:
        wanted = by_measure(example_of(request, draft), piece_nats(request.engine, example_of(request, draft)))
        assert draft.measure_nats == pytest.approx(wanted, abs=1e-3, rel=1e-5)
