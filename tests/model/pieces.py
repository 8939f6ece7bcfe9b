"""Small pieces in tokens for the tests of the model, random and reproducible."""

from __future__ import annotations

import random
from fractions import Fraction

import torch

from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.network import Network
from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import spell_near
from scoregen.tokens.events import HOLD, Event, Header, Slice, TokenMeasure, TokenScore

CENTRES = (70, 64, 57, 48)


def random_tokens(seed: int, measures: int = 4, voices: int = 4) -> TokenScore:
    """Measures of 4/4 in which every beat changes a random set of voices."""
    rng = random.Random(seed)
    return TokenScore(
        tuple(Slot(f"P{voice + 1}") for voice in range(voices)),
        tuple(_measure(number, measures, voices, rng) for number in range(measures)),
    )


def _measure(number: int, measures: int, voices: int, rng: random.Random) -> TokenMeasure:
    ends = (Fraction(3),) if number == measures - 1 else ()
    header = Header(str(number + 1), TimeSignature((4,), 4), KeySignature(0), Fraction(4), Fraction(0), ends)
    onsets = [Fraction(0)] + [Fraction(k, 2) for k in range(1, 8) if rng.random() < 0.6]
    return TokenMeasure(header, tuple(_slice(onset, voices, rng) for onset in onsets))


def _slice(onset: Fraction, voices: int, rng: random.Random) -> Slice:
    mover = rng.randrange(voices)
    events = [
        Event("attack", (spell_near(CENTRES[voice] + rng.randrange(-5, 6), 0),))
        if onset == 0 or voice == mover or rng.random() < 0.5
        else HOLD
        for voice in range(voices)
    ]
    return Slice(onset, tuple(events))


def sensitive_network(config: NetworkConfig) -> Network:
    """Random weights, large enough that every input of the network makes a difference."""
    torch.manual_seed(0)
    made = Network(config).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(1.5).add_(0.1 * torch.randn_like(weight))
    return made
