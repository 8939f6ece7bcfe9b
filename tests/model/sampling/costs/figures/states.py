"""States of one voice for the tests of these costs."""

from __future__ import annotations

from fractions import Fraction

from scoregen.model.features.alphabet import FIRST_PITCH, PITCHES
from scoregen.score.instruments import instrument_type
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.state import ConstraintState, MeasureRules, VoiceRule
from scoregen.tokens.events import Event, Header
from scoregen.tokens.vocabulary import vocabulary

TICKS = vocabulary().ticks_per_quarter
CHOICES = FIRST_PITCH + len(PITCHES) + 2
MORE = FIRST_PITCH + len(PITCHES)
C4, E4, G4 = (Pitch(step, 0, 4) for step in "CEG")
VIOLIN = VoiceRule.of(PITCHES, 2, descending=True, span=9, instrument=instrument_type("violin"))
HANDS = {
    "right": VoiceRule.of(PITCHES, 5, descending=True, span=16),
    "left": VoiceRule.of(PITCHES, 5, span=16),
}


def header(metre: str = "4/4") -> Header:
    time = TimeSignature.parse(metre)
    return Header("1", time, KeySignature(0), time.duration)


def state_of(
    rule: VoiceRule, sounding: tuple[Pitch, ...] = (), metre: str = "4/4", given: bool = False
) -> ConstraintState:
    events = {Fraction(0): Event("attack", (C4,))} if given else None
    return constraints.begin(MeasureRules(header(metre), (0,), (events,), (rule,)), (sounding,))
