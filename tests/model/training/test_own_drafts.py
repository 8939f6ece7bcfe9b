"""Training on own drafts: the prices of whole drafts, what follows a choice, and a run that resumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from scoregen.model.engine.loading import engine_of
from scoregen.model.features.inputs import Ints
from scoregen.model.network.checkpoint import load_checkpoint
from scoregen.model.network.config import SamplingOptions
from scoregen.model.sampling.choice_costs import ChoiceCosts
from scoregen.model.sampling.costs.voice_leading import Costs
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.training import own_drafts
from scoregen.model.training.examples import TrainingExamples
from scoregen.model.training.own_drafts import OwnDrafts, draft_loss, judge, judged_drafts
from scoregen.styles.style import load_style
from scoregen.system.errors import InputError
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import Event, Slice, TokenMeasure, TokenScore
from scoregen.tokens.vocabulary import vocabulary
from tests.model.pieces import random_tokens, sensitive_network
from tests.model.runs import CONFIG, OPTIONS, assert_same_run, four_examples, train_here

PIECES = [random_tokens(seed, 3) for seed in range(4)]


@pytest.fixture
def own() -> OwnDrafts:
    return OwnDrafts.of(PIECES, sensitive_network(CONFIG))


def test_the_prices_of_a_draft_are_the_costs_of_sampling_it(own: OwnDrafts, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every nat beyond 0 a price, as in a style in which a nat of a succession costs one."""
    network, paid = sensitive_network(CONFIG), []
    spied = ChoiceCosts.of_events

    def spy(self: ChoiceCosts, *arguments: object) -> Costs:
        paid.append(spied(self, *arguments))  # type: ignore[arg-type]
        return paid[-1]

    monkeypatch.setattr(ChoiceCosts, "of_events", spy)
    style = load_style()
    prices = replace(style.voice_leading, unusual_succession=1.0, usual_succession=0.0, held_succession=1.0)
    style = replace(style, voice_leading=prices)
    task = own_drafts.replace(
        PIECES[0], measures=tuple(own_drafts._blank(each, melody=False, plan=False) for each in PIECES[0].measures)
    )
    rules = (VoiceRule.of(vocabulary().pitches),) * 4
    request = SamplingRequest(engine_of(network), task, rules, successions=own.table, style=style)
    draft = fill(request, SamplingOptions(2, candidates=1, passes=0, span=0))[0].tokens
    monkeypatch.setattr(own_drafts, "MOST_UNUSUAL", 100.0)
    judged = judge(replace(own, limit=0.0), [draft], melody=False)
    judged_prices = torch.stack(judged.prices, 1).flatten(0, 1).numpy()  # [R V, E], slice by slice
    assert len(paid) == len(judged_prices) > 20
    assert np.abs(np.concatenate(paid) - judged_prices).max() < 1e-4
    assert judged_prices.std() > 0.5


def test_the_teacher_itself_has_the_lowest_loss_without_prices(own: OwnDrafts) -> None:
    """Gibbs' inequality; with prices another network is better."""
    judged = judge(own, PIECES[:1] * 2, melody=True)
    free = replace(judged, prices=tuple(torch.zeros_like(each) for each in judged.prices))
    other = sensitive_network(replace(CONFIG, heads=1))
    with torch.no_grad():
        assert draft_loss(own.teacher, free, own.teacher, 0.0) < draft_loss(other, free, own.teacher, 0.0)
        assert draft_loss(own.teacher, judged, own.teacher, 0.0) > draft_loss(own.teacher, free, own.teacher, 0.0)


def test_choices_before_a_fault_are_worse_than_those_of_another_draft(own: OwnDrafts) -> None:
    """The second draft has a parallel octave on the third beat: what it does up to there is the worse, after it not."""
    still, faulty = (_two_chords(low) for low in ("C3", "D3"))
    judged = judge(replace(own, limit=100.0), [still, faulty], melody=False)
    first, second = judged.advantage.view(2, 4).tolist()
    assert first == [-each for each in second]
    assert second[0] > 0 and second[2] > 0 and second[3] == 0


def test_what_comes_is_summed_over_the_next_beats() -> None:
    onset: Ints = np.array([0, 1, 4, 5, 9]) * vocabulary().ticks_per_quarter
    coming = own_drafts._coming(onset, np.array([1.0, 2.0, 4.0, 8.0, 16.0]))
    assert coming.tolist() == [7.0, 14.0, 12.0, 24.0, 16.0]


def test_a_form_has_no_notes_but_those_of_a_given_melody() -> None:
    forms = [own_drafts._form(PIECES, np.random.default_rng(seed)) for seed in range(12)]
    assert {melody for _, melody in forms} == {False, True}
    for form, melody in forms:
        kinds = [{piece.events[voice].kind for m in form.measures for piece in m.slices} for voice in range(4)]
        assert kinds[1:] == [{"blank"}] * 3
        assert (kinds[0] == {"blank"}) == (not melody)


def test_a_run_with_own_drafts_resumes_bit_for_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.model.runs.four_examples", _with_pieces)
    train_here(tmp_path / "start", replace(OPTIONS, steps=2))
    start = load_checkpoint(tmp_path / "start" / "best")
    options = replace(OPTIONS, steps=4, save_every=2, own_drafts=2, schedule="constant", warm_up=1)
    train_here(tmp_path / "whole", options, start=start)
    train_here(tmp_path / "parts", replace(options, steps=2), start=start)
    train_here(tmp_path / "parts", options, start=start)
    assert_same_run(tmp_path / "whole", tmp_path / "parts")
    train_here(tmp_path / "none", replace(options, own_drafts=0), start=start)
    with pytest.raises(AssertionError):
        assert_same_run(tmp_path / "whole", tmp_path / "none")


def test_own_drafts_need_weights_to_start_from_and_pieces_in_tokens(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="own_drafts needs trained weights"):
        train_here(tmp_path, replace(OPTIONS, own_drafts=2))


def test_drafts_depend_on_the_seed_alone(own: OwnDrafts) -> None:
    network = sensitive_network(CONFIG)
    one, again, other = (judged_drafts(own, network, 2, seed) for seed in ((1, 2, 0), (1, 2, 0), (1, 3, 0)))
    assert torch.equal(one.batch.events, again.batch.events)
    assert not torch.equal(one.batch.position, other.batch.position)


def _with_pieces() -> TrainingExamples:
    return replace(four_examples(), pieces=tuple(PIECES))


def _two_chords(last_bass: str) -> TokenScore:
    """Four beats of one measure: a chord, held, then another; the bass moves to a note in octaves with the soprano."""
    from scoregen.score.pitch import Pitch

    def attack(*names: str) -> Sequence[Event]:
        return [Event("attack", (Pitch.parse(name),)) for name in names]

    header = replace(PIECES[0].measures[0].header, phrase_ends=())
    first, second = attack("C5", "G4", "E4", "C3"), attack("D5", "G4", "D4", last_bass)
    chords = [first, first, second, second]
    slices = tuple(Slice(beat * header.duration / 4, tuple(chord)) for beat, chord in enumerate(chords))
    return TokenScore(PIECES[0].slots, (TokenMeasure(header, slices),))
