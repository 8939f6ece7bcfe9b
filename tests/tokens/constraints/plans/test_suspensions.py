"""A suspension into a planned chord is held by one voice, which falls by step before the next chord."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.measure_rules import MeasureRules
from scoregen.tokens.constraints.plans.planned_chord_masks import planned_chord_mask
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import Event, Header
from scoregen.tokens.vocabulary import vocabulary

HEADER = Header("1", TimeSignature((4,), 4), KeySignature(0, "major"), Fraction(4))
BEFORE = ("C5", "A4", "C4", "F3")
DOMINANT = PlannedChord((1, 5, 2), leads=True)
TONIC = PlannedChord((0, 4, 1))
SEEDS = range(60)
Rows = dict[Fraction, list[tuple[Pitch, bool]]]
"""By onset what each voice sounds, and whether it holds it."""


def rule(name: str) -> VoiceRule:
    """A voice that moves by step at most from a note in this measure, so that random pieces have suspensions."""
    own = Pitch.parse(name)
    near = [pitch for pitch in vocabulary().pitches if abs(pitch.midi_pitch - own.midi_pitch) <= 9]
    return VoiceRule.of(pitch for pitch in near if -1 <= pitch.fifths <= 5)


def written(
    chords: Mapping[Fraction, PlannedChord],
    seed: int,
    onsets: frozenset[Fraction] | None = None,
    soprano: Mapping[Fraction, str] | None = None,
) -> Rows:
    """A random measure after an F major chord; hold is as likely as all else together, `soprano` is given."""
    hold, random = vocabulary().id("hold"), Random(seed)
    given = soprano and {place: Event("attack", (Pitch.parse(name),)) for place, name in soprano.items()}
    columns = (given, None, None, None)
    rules = MeasureRules(
        HEADER,
        (0, 3, 1, 2),
        columns,
        tuple(map(rule, BEFORE)),
        onsets=onsets,
        extra=planned_chord_mask(chords),
    )
    state = constraints.begin(rules, [(Pitch.parse(name),) for name in BEFORE])
    while not constraints.is_finished(state):
        allowed = np.flatnonzero(constraints.allowed_tokens(state)).tolist()
        state = constraints.advance(
            state, hold if hold in allowed and random.random() < 0.5 else random.choice(allowed)
        )
    now, rows = [Pitch.parse(name) for name in BEFORE], {}
    for piece in constraints.slices(state):
        for voice, event in enumerate(piece.events):
            now[voice] = event.pitches[0] if event.pitches else now[voice]
        rows[piece.onset] = [(pitch, event.kind == "hold") for pitch, event in zip(now, piece.events, strict=True)]
    return rows


def suspensions(rows: Rows, place: Fraction, chord: PlannedChord) -> Iterator[int]:
    """The voices that sound no member where a chord begins; each holds its note there."""
    for voice, (pitch, is_held) in enumerate(rows[place]):
        if pitch.fifths not in chord.members:
            assert is_held
            yield voice


def test_one_voice_at_most_is_suspended_and_falls_before_the_next_chord() -> None:
    chords = {Fraction(0): DOMINANT, Fraction(2): TONIC}
    found = 0
    for seed in SEEDS:
        rows = written(chords, seed)
        voices = list(suspensions(rows, Fraction(0), DOMINANT))
        assert len(voices) <= 1
        for voice in voices:
            line = [row[voice][0] for place, row in sorted(rows.items()) if place < 2]
            after = next(pitch for pitch in line if pitch != line[0])
            assert after.fifths in DOMINANT.members[:2]
            assert line[0].midi_pitch - after.midi_pitch in (1, 2)
            found += 1
    assert found > len(SEEDS) / 10


def test_no_other_voice_sounds_a_third_that_is_delayed() -> None:
    for seed in SEEDS:
        rows = written({Fraction(0): DOMINANT, Fraction(2): TONIC}, seed)
        for voice in suspensions(rows, Fraction(0), DOMINANT):
            if rows[Fraction(0)][voice][0].fifths == 0:  # C over G, before B
                assert 5 not in {pitch.fifths for pitch, _ in rows[Fraction(0)]}


def test_a_given_third_excludes_a_suspended_one() -> None:
    for seed in SEEDS:
        rows = written({Fraction(0): DOMINANT, Fraction(2): TONIC}, seed, soprano={Fraction(0): "B4"})
        assert 0 not in {pitch.fifths for pitch, _ in rows[Fraction(0)]}


@pytest.mark.parametrize(
    ("chord", "onsets"),
    [
        (DOMINANT, frozenset({Fraction(0), Fraction(2)})),  # nothing may begin before the next chord
        (replace(DOMINANT, leads=False, hold=Fraction(1)), None),  # no voice moves while the chord is held
        (replace(DOMINANT, leads=False, final=True), None),
        (replace(DOMINANT, leads=False, stay=Fraction(1)), None),  # a phrase ends
    ],
)
def test_a_chord_without_room_for_a_resolution_has_all_its_members(
    chord: PlannedChord, onsets: frozenset[Fraction] | None
) -> None:
    chords = {Fraction(0): chord} if chord.final else {Fraction(0): chord, Fraction(2): TONIC}
    for seed in SEEDS:
        rows = written(chords, seed, onsets)
        assert {pitch.fifths for pitch, _ in rows[Fraction(0)]} <= set(chord.members)
        assert 5 in {pitch.fifths for pitch, _ in rows[Fraction(0)]}
