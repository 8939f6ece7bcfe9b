"""Tasks for the tests of the sampler: pieces with blanks, what may be written, and a network to write it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch

from scoregen.model.features.metric_features import METRIC_FEATURES
from scoregen.model.network.config import NetworkConfig
from scoregen.model.network.network import Network
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.encode import interleave, voice_events
from scoregen.tokens.events import BLANK, Event, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.vocabulary import vocabulary
from tests.model.pieces import random_tokens

RANGES = ((60, 81), (53, 74), (48, 69), (38, 64))
RULES = tuple(
    VoiceRule.of(p for p in vocabulary().pitches if low <= p.midi_pitch <= high and abs(p.alter) < 2)
    for low, high in RANGES
)
EVERYTHING, LOWER = frozenset({0, 1, 2, 3}), frozenset({1, 2, 3})


def random_network(**changes: Any) -> Network:
    """Random weights, large enough that every input of the network makes a difference."""
    torch.manual_seed(0)
    small = NetworkConfig(metric_features=METRIC_FEATURES, embedding=16, context=16, backbone=32, in_slice=32, heads=2)
    made = Network(replace(small, **changes)).eval()
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(1.5).add_(0.1 * torch.randn_like(weight))
    return made


def blanked(tokens: TokenScore, holes: Mapping[int, Collection[int]]) -> TokenScore:
    """The piece with some voices of some measures blank."""
    measures = []
    for index, measure in enumerate(tokens.measures):
        voices = [
            {Fraction(0): BLANK} if voice in holes.get(index, ()) else voice_events(measure, voice)
            for voice in range(len(tokens.slots))
        ]
        measures.append(replace(measure, slices=interleave(voices)))
    return replace(tokens, measures=tuple(measures))


def triplets_in_six_eight() -> TokenScore:
    """An anacrusis, then 6/8 with a soprano of eighths, sixteenths and triplets over held chords."""

    def attack(*names: str) -> tuple[Event, ...]:
        return tuple(Event("attack", (Pitch.parse(name),)) for name in names)

    held = (Event("hold"),) * 3
    six, flats = TimeSignature((6,), 8), KeySignature(-2, "minor")
    chord = attack("D5", "Bb4", "G3", "G2")
    places = (Fraction(1, 2), Fraction(3, 4), Fraction(1), Fraction(3, 2), Fraction(2), Fraction(9, 4), Fraction(5, 2))
    names = ("Eb5", "D5", "C5", "D5", "G4", "A4", "Bb4")
    slices = tuple(Slice(place, (*attack(name), *held)) for place, name in zip(places, names, strict=True))
    thirds = tuple(Slice(Fraction(k, 4), (*attack(name), *held)) for k, name in zip((1, 2, 3, 6), names, strict=False))
    return TokenScore(
        random_tokens(0).slots,
        (
            TokenMeasure(Header("0", six, flats, Fraction(1, 2), Fraction(5, 2)), (Slice(Fraction(0), chord),)),
            TokenMeasure(Header("1", six, flats, Fraction(3)), (Slice(Fraction(0), chord), *slices)),
            TokenMeasure(
                Header("2", six, flats, Fraction(3), phrase_ends=(Fraction(3, 2),)),
                (Slice(Fraction(0), chord), *thirds),
            ),
        ),
    )


def triplets_in_four_four() -> TokenScore:
    """Triplets of eighths and of quarters in the soprano, a tie over the barline in the alto."""
    whole = random_tokens(8, 3)
    places = (Fraction(1, 3), Fraction(2, 3), Fraction(1), Fraction(2), Fraction(8, 3), Fraction(10, 3))
    lines = ("C5", "D5", "E5", "F5", "G5", "A5")
    soprano = [
        Slice(place, (Event("attack", (Pitch.parse(name),)), *(Event("hold"),) * 3))
        for place, name in zip(places, lines, strict=True)
    ]
    first = whole.measures[0].slices[0].events
    opening = Slice(Fraction(0), (first[0], Event("hold"), first[2], first[3]))
    middle = replace(whole.measures[1], slices=(opening, *soprano))
    return replace(whole, measures=(whole.measures[0], middle, whole.measures[2]))


def in_two_keys() -> TokenScore:
    """The last two measures in three flats."""
    whole = random_tokens(5, 4)
    flats = KeySignature(-3)
    later = [replace(measure, header=replace(measure.header, key=flats)) for measure in whole.measures[2:]]
    return replace(whole, measures=(*whole.measures[:2], *later))


def refrain() -> TokenScore:
    """Two measures, three times."""
    tokens = random_tokens(11, 6)
    measures = [replace(tokens.measures[index], slices=tokens.measures[index % 2].slices) for index in range(6)]
    return replace(tokens, measures=tuple(measures))


def tasks() -> dict[str, TokenScore]:
    """Pieces with various blanks, by name."""
    whole, six, four = random_tokens(3, 5), triplets_in_six_eight(), triplets_in_four_four()
    return {
        "nothing": blanked(whole, dict.fromkeys(range(5), EVERYTHING)),
        "soprano": blanked(whole, dict.fromkeys(range(5), LOWER)),
        "bass": blanked(whole, dict.fromkeys(range(5), (0, 1, 2))),
        "hole": blanked(whole, {2: {1, 2}}),
        "two holes": blanked(whole, {1: {0, 3}, 3: EVERYTHING}),
        "going on": blanked(whole, {3: EVERYTHING, 4: EVERYTHING}),
        "refrain": blanked(refrain(), {2: {1}, 5: LOWER}),
        "two keys": blanked(in_two_keys(), dict.fromkeys(range(4), LOWER)),
        "6/8 soprano": blanked(six, dict.fromkeys(range(3), LOWER)),
        "6/8 nothing": blanked(six, dict.fromkeys(range(3), EVERYTHING)),
        "6/8 last": blanked(six, {2: {0, 2}}),
        "triplets": blanked(four, dict.fromkeys(range(3), (1, 2))),
        "triplets given": blanked(four, {2: LOWER}),
    }
