"""What a style says is what is done: at the plan, in sampling, at the ranking."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.generation.ranking.reranking import RankingCriteria, cost
from scoregen.generation.voice_rules import voice_rule
from scoregen.model.engine.loading import engine_of
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.plan.form import PieceOptions, blank_piece, cadence_chords, leading_chords
from scoregen.score.ensemble import load_ensemble
from scoregen.styles.style import Style, load_style
from scoregen.tasks.compose import compose
from scoregen.tokens.constraints.places import Finest
from scoregen.tokens.events import TokenScore
from tests.model.tasks import RULES, random_network, tasks

CHORALE, SATB = load_style(), load_ensemble("satb")
ONE = SamplingOptions(seed=5, candidates=1, passes=0)


def onsets(tokens: TokenScore) -> set[Fraction]:
    return {(measure.header.start + piece.onset) % 1 for measure in tokens.measures for piece in measure.slices}


def test_new_notes_are_as_short_as_the_style_allows() -> None:
    network, task = random_network(), tasks()["nothing"]
    slow = replace(CHORALE, finest=Finest(Fraction(1), Fraction(4)))
    usual, drawn = (
        fill(SamplingRequest(engine_of(network), task, RULES, style=style), ONE)[0] for style in (CHORALE, slow)
    )
    assert onsets(usual.tokens) > onsets(drawn.tokens) == {Fraction(0)}


def test_voice_leading_costs_are_those_of_the_style_unless_the_options_name_others() -> None:
    network, task = random_network(), tasks()["nothing"]
    strict = replace(CHORALE, voice_leading=replace(CHORALE.voice_leading, parallel=50.0, crossing=9.0))

    def drawn(style: Style, **options: float) -> TokenScore:
        return fill(SamplingRequest(engine_of(network), task, RULES, style=style), replace(ONE, **options))[0].tokens

    assert drawn(strict) != drawn(CHORALE)
    assert drawn(strict) == drawn(CHORALE, voice_leading=50.0, crossing=9.0)
    assert drawn(
        strict, voice_leading=CHORALE.voice_leading.parallel, crossing=CHORALE.voice_leading.crossing
    ) == drawn(CHORALE)


def test_cadences_are_planned_by_the_chances_of_the_style() -> None:
    piece = blank_piece(PieceOptions(measures=16, phrases=4), SATB)
    home = {"fifth": 0.0, "tonic": 1.0, "relative": 0.0}
    plan = replace(CHORALE.cadences, chances={"opening": home, "closing": home}, dominants={"home": 1.0, "away": 0.0})
    style = replace(CHORALE, cadences=plan)
    chords = cadence_chords(piece, 3, style=style)
    assert {chord for places in chords.values() for chord in places.values()} == {(0, 4, 7)}
    leading = leading_chords(piece, chords, 3, style)
    assert len(leading) == 4
    assert {chord for places in leading.values() for chord in places.values()} == {(7, 11, 2, 5)}


def test_phrases_are_as_long_as_the_style_says() -> None:
    style = replace(CHORALE, phrases=replace(CHORALE.phrases, long=4))
    counts = [
        sum(len(measure.phrase_ends) for measure in blank_piece(PieceOptions(measures=16), SATB, each).measures)
        for each in (CHORALE, style)
    ]
    assert counts == [8, 4]


def test_pitches_are_spelled_within_the_reach_of_the_style() -> None:
    piece = blank_piece(PieceOptions(), SATB)
    narrow = replace(CHORALE, spelling=replace(CHORALE.spelling, flats=1, sharps=5))
    wide, small = (int(voice_rule(SATB.roles[0], piece, style).pitches.sum()) for style in (CHORALE, narrow))
    assert wide > small > 0


def test_drafts_are_ranked_by_the_weights_of_the_style() -> None:
    task = tasks()["nothing"]
    draft = replace(
        fill(SamplingRequest(engine_of(random_network()), task, RULES), ONE)[0], measure_parallels=(1, 2, 0, 0, 0)
    )
    heavy = replace(CHORALE, ranking=replace(CHORALE.ranking, parallel=1.0))
    costs = [cost(draft, RankingCriteria.of(task, style=style)) for style in (CHORALE, heavy)]
    assert costs[1] - costs[0] == pytest.approx(3 * (1.0 - 0.25))


def test_compose_records_the_costs_it_used(untrained: Path) -> None:
    piece = PieceOptions(measures=2)
    done = compose(piece=piece, style="chorale", checkpoint=untrained, sampling=replace(ONE, crossing=0.25))
    said = done.alternatives[0].provenance["sampling"]
    assert (said["voice_leading"], said["crossing"]) == (CHORALE.voice_leading.parallel, 0.25)
