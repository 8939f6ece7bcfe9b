"""Measures that come again have the notes of those that they come from, in every draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.generation.refinement import refine, score_pieces
from scoregen.model.engine.loading import engine_of
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.network import Network
from scoregen.model.sampling.drafts import Draft
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints.recalls import Move, Recall, expected_tops, recalled_events, with_recalls
from scoregen.tokens.encode import interleave, voice_events
from scoregen.tokens.events import HOLD, REST, Event, TokenMeasure, TokenScore
from scoregen.tokens.grammar import check
from scoregen.tokens.text import event_from_text
from tests.model.ensembles import chordal_tokens, describe, rules
from tests.model.tasks import blanked, random_network

MEASURES, VOICES = 6, 3
OPTIONS = SamplingOptions(seed=3, candidates=3, passes=3, span=2)
ALL = frozenset(range(VOICES))
WHOLE = {2: Recall(0, ALL), 3: Recall(1, ALL), 5: Recall(3, frozenset({0}))}


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(roles=(), strand=12)


def request_of(network: Network, recalls: Mapping[int, Recall]) -> SamplingRequest:
    descriptions = describe(VOICES)
    whole = chordal_tokens(3, descriptions, MEASURES)
    header = whole.measures[0].header
    alike = replace(whole, measures=tuple(replace(each, header=header) for each in whole.measures))
    blank = blanked(alike, dict.fromkeys(range(MEASURES), range(VOICES)))
    return SamplingRequest(
        engine_of(network),
        blank,
        rules(descriptions),
        use_voice_leading_costs=False,
        descriptions=descriptions,
        recalls=recalls,
    )


def begun(tokens: TokenScore, measure: int, voice: int) -> dict[Fraction, Event]:
    """What a voice begins after the start of a measure."""
    return {onset: event for onset, event in voice_events(tokens.measures[measure], voice).items() if onset}


def cost(draft: Draft) -> float:
    return draft.nats / max(draft.choices, 1)


def test_every_draft_returns_to_its_own_notes(network: Network) -> None:
    drafts = fill(request_of(network, WHOLE), OPTIONS)
    for draft in drafts:
        check(draft.tokens)
        for target, own in WHOLE.items():
            assert draft.measure_choices[target] > 0 or own.voices == ALL
            for voice in own.voices:
                assert begun(draft.tokens, target, voice) == begun(draft.tokens, own.source, voice)
    assert len({str(draft.tokens.measures[0]) for draft in drafts}) > 1
    others = [begun(each.tokens, 5, voice) != begun(each.tokens, 3, voice) for each in drafts for voice in (1, 2)]
    assert any(others), "the other voices are free"


def test_drafts_go_on_from_the_best_one_with_its_returns(network: Network) -> None:
    drafts = fill(request_of(network, WHOLE), OPTIONS, stops=(2, 4), judge=lambda draft, measures: cost(draft))
    for draft in drafts:
        assert with_recalls(draft.tokens, WHOLE) == draft.tokens
    assert len({str(draft.tokens.measures[:4]) for draft in drafts}) == 1


def test_without_recalls_nothing_changes(network: Network) -> None:
    plain = replace(request_of(network, {}), recalls={})
    assert fill(plain, OPTIONS) == fill(request_of(network, {}), OPTIONS)


def test_refinement_keeps_the_returns(network: Network) -> None:
    request = request_of(network, {2: Recall(0, ALL), 3: Recall(1, ALL), 5: Recall(4, frozenset({0}))})
    draft = fill(request, replace(OPTIONS, candidates=1))[0]
    better = refine(request, draft, OPTIONS, cost)
    assert better.tokens != draft.tokens, "some measure is written again"
    assert with_recalls(better.tokens, request.recalls) == better.tokens
    assert cost(better) <= cost(score_pieces(request, [draft.tokens])[0])


def test_a_varied_return_is_like_its_source_and_free(network: Network) -> None:
    varied = {3: Recall(0, frozenset({0}), is_varied=True), 5: Recall(1, frozenset({0}), is_varied=True)}
    options = replace(OPTIONS, candidates=12)

    def kept(drafts: tuple[Draft, ...]) -> tuple[int, int]:
        pairs = [
            (begun(draft.tokens, target, 0), begun(draft.tokens, own.source, 0))
            for draft in drafts
            for target, own in varied.items()
        ]
        return sum(len(a.items() & b.items()) for a, b in pairs), sum(len(b) for _, b in pairs)

    same, every = kept(fill(request_of(network, varied), options))
    by_chance, _ = kept(fill(request_of(network, {}), options))
    assert 3 * by_chance < same < every


def test_a_varied_return_expects_the_highest_notes_and_gives_none() -> None:
    start, later = Fraction(0), Fraction(1)
    note, chord = event_from_text("F#4"), event_from_text("E4+G4")
    measures = measures_of(({start: note}, {start: REST, later: chord}), ({start: HOLD}, {start: HOLD}))
    recalls = {2: Recall(0, frozenset({0, 1}), is_varied=True), 3: Recall(1, frozenset({0}), is_varied=True)}
    assert recalled_events(recalls, measures) == ()
    (upper, lower) = expected_tops(recalls, measures)
    assert upper == {start: Pitch.parse("F#4")}
    assert lower == {start: None, later: Pitch.parse("G4")}
    assert expected_tops(recalls, (*measures, measures[0])) == ({}, None), "what is tied into the source is free"
    assert expected_tops(WHOLE, measures) == ()


@pytest.mark.parametrize(
    ("home", "goal", "moved"),
    [
        ("C major", "G major", {"C5": "G4", "F5": "C5", "F#5": "C#5", "B4": "F#4"}),
        ("G major", "E minor", {"G4": "E4", "B4": "G4", "F#5": "D5"}),
        ("A minor", "C major", {"A4": "C5", "G#4": "B#4", "E5": "G5"}),
        ("D minor", "D major", {"F4": "F#4", "C#5": "C##5"}),
    ],
)
def test_a_theme_moves_along_the_scale_of_its_new_key(home: str, goal: str, moved: dict[str, str]) -> None:
    move = Move.between(Key.parse(home), Key.parse(goal))
    assert {pitch: str(move.of(Pitch.parse(pitch))) for pitch in moved} == moved


def measures_of(*rows: tuple[dict[Fraction, Event], ...]) -> tuple[TokenMeasure, ...]:
    header = chordal_tokens(3, describe(2), 1).measures[0].header
    return tuple(TokenMeasure(header, interleave(row)) for row in rows)


def test_tied_notes_begin_where_the_return_begins() -> None:
    start, later = Fraction(0), Fraction(1)
    note, chord = event_from_text("C4"), event_from_text("E4+~G4")
    opening = ({start: note}, {start: REST})
    tied = ({start: HOLD, later: REST}, {start: chord})
    measures = measures_of(opening, tied, opening)
    (first, second) = recalled_events({3: Recall(1, frozenset({0, 1}))}, measures)
    assert first == {start: note, later: REST}
    assert second is not None and second[start].pitches == chord.sounding and not second[start].tied
    whole = {3: Recall(0, frozenset({0, 1})), 4: Recall(1, frozenset({0, 1}))}
    again = recalled_events(whole, (*measures, measures[0]))
    assert again[0] == {start: HOLD, later: REST}, "the measure before comes from the measure before"
    assert recalled_events(whole, measures[:2]) == ()
    assert recalled_events({3: Recall(1, frozenset({1}))}, measures)[0] is None
