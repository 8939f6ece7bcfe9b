"""Random walks through measures in which the rhythm of some voices is fixed before their pitches."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan
from scoregen.tokens.constraints.plans.struck_notes import StruckNotes
from scoregen.tokens.constraints.state import ConstraintState, MeasureRules, VoiceRule
from scoregen.tokens.events import Header
from scoregen.tokens.vocabulary import vocabulary

HEADER = Header("1", TimeSignature((4,), 4), KeySignature(0, "major"), Fraction(4))
NOTES, RESTS = frozenset((Fraction(0), Fraction(1, 2), Fraction(2))), frozenset((Fraction(3),))


def walk(struck: Mapping[int, StruckNotes], voices: int, seed: int) -> list[dict[Fraction, str]]:
    """By voice the kind of its event at each onset where it is no hold."""
    state = finished(MeasurePlan(struck=struck, pulses=NOTES | RESTS), voices, seed)
    return [
        {
            piece.onset: piece.events[voice].kind
            for piece in constraints.slices(state)
            if piece.events[voice].kind != "hold"
        }
        for voice in range(voices)
    ]


def sounding(struck: StruckNotes, seed: int) -> dict[Fraction, tuple[Pitch, ...]]:
    """By onset what a single voice begins, () for a rest."""
    state = finished(MeasurePlan(struck={0: struck}, pulses=struck.notes | struck.repeated), 1, seed)
    events = {piece.onset: piece.events[0] for piece in constraints.slices(state)}
    return {onset: event.pitches for onset, event in events.items() if event.kind != "hold"}


def finished(plan: MeasurePlan, voices: int, seed: int) -> ConstraintState:
    """The state after a random walk through a measure."""
    rule = VoiceRule.of(pitch for pitch in vocabulary().pitches if 60 <= pitch.midi_pitch <= 72)
    rules = MeasureRules(
        HEADER, tuple(range(voices)), (None,) * voices, (rule,) * voices, first=True, extra=plan.mask()
    )
    state, random = constraints.begin(rules, (None,) * voices), Random(seed)
    while not constraints.is_finished(state):
        state = constraints.advance(state, int(random.choice(np.flatnonzero(constraints.allowed_tokens(state)))))
    return state


@pytest.mark.parametrize("seed", range(40))
def test_a_single_voice_has_its_rhythm_and_no_other(seed: int) -> None:
    (own,) = walk({0: StruckNotes(NOTES, RESTS)}, 1, seed)
    assert own == {**dict.fromkeys(sorted(NOTES), "attack"), Fraction(3): "rest"}


@pytest.mark.parametrize("seed", range(40))
def test_another_voice_is_free(seed: int) -> None:
    own, _ = walk({0: StruckNotes(NOTES, RESTS)}, 2, seed)
    assert own == {**dict.fromkeys(sorted(NOTES), "attack"), Fraction(3): "rest"}


def test_a_rhythm_that_is_not_complete_has_further_notes_in_some_walks() -> None:
    rows = [walk({0: StruckNotes(NOTES, RESTS, complete=False)}, 2, seed)[0] for seed in range(40)]
    for own in rows:
        assert all(own[place] == "attack" for place in NOTES)
        assert own.get(Fraction(3)) in ("rest", None)
    assert any(len(own) > 4 for own in rows)


@pytest.mark.parametrize("seed", range(40))
def test_a_note_that_is_repeated_is_the_one_that_sounds(seed: int) -> None:
    again = frozenset((Fraction(1), Fraction(3)))
    voice = StruckNotes(frozenset((Fraction(0),)), complete=False, repeated=again)
    pitches = sounding(voice, seed)
    for place in again:
        before = max(onset for onset in pitches if onset < place)
        assert pitches[place] == (pitches[before] or pitches[place])
        assert pitches[place]
