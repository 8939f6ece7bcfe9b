"""Random choices among the allowed tokens keep fixed chords, whatever the voices are: hands, bows, lines, rests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from scoregen.plan.chords.chord_symbols import GivenChord
from scoregen.plan.chords.steering import chord_span
from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.instruments import instrument_type
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import SYMBOL_MEMBERS, ChordTones, chord_tones
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.plans.broken_chords import SHORTEST
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from scoregen.tokens.constraints.state import ConstraintState, MeasureRules, VoiceRule
from scoregen.tokens.events import ABSENT, Event, Header, Slice
from scoregen.tokens.vocabulary import vocabulary

LENGTH = Fraction(4)
HEADER = Header("1", TimeSignature.parse("4/4"), KeySignature(0), LENGTH)
KINDS = [kind for kind in SYMBOL_MEMBERS if kind not in ("Italian", "German", "French")]
Sounding = dict[int, set[Pitch]]


def hand(low: int, high: int, *, descending: bool) -> VoiceRule:
    return VoiceRule.of(notes(low, high), 5, descending=descending, span=16)


def bow(name: str) -> VoiceRule:
    kind = instrument_type(name)
    low = kind.lowest.midi_pitch
    return VoiceRule.of(notes(low, low + 30), 3, descending=low > 50, span=9, instrument=kind)


def line(low: int, high: int) -> VoiceRule:
    return VoiceRule.of(notes(low, high))


def notes(low: int, high: int) -> list[Pitch]:
    return [p for p in vocabulary().pitches if low <= p.midi_pitch <= high and abs(p.alter) <= 1]


ENSEMBLES = {
    "piano": ([hand(50, 90, descending=True), hand(28, 62, descending=False)], (1, 0)),
    "quartet": ([bow(name) for name in ("violin", "violin", "viola", "cello")], (3, 2, 1, 0)),
    "low part above": ([line(36, 60), line(60, 84), hand(48, 84, descending=True)], (0, 2, 1)),
}


def symbol_span(kind: str, step: str, inversion: int = 0) -> tuple[ChordTones, GivenChord]:
    symbol = ChordSymbol(Fraction(0), "P1", SpelledPitchClass(step, 0), kind, inversion=inversion)
    tones = chord_tones(symbol)
    assert tones is not None
    return tones, GivenChord(tones, bass_stays=bool(inversion))


def state_of(
    voices: Sequence[VoiceRule], plan: MeasurePlan, given: Sequence[dict[Fraction, Event] | None] | None = None
) -> ConstraintState:
    own = tuple(given or (None,) * len(voices))
    order = tuple(sorted(range(len(voices)), key=lambda slot: own[slot] is None))
    rules = MeasureRules(HEADER, order, own, tuple(voices), first=True, extra=plan.mask())
    return constraints.begin(rules, ((),) * len(voices))


def walk(state: ConstraintState, random: Random) -> tuple[Slice, ...]:
    """Slices at random; words and the barline are as likely as all pitches, so that voices rest and sound chords."""
    while not constraints.is_finished(state):
        step = constraints.next_step(state)
        if step != ("onset",) and state.rules.given[step[1]] is not None:
            state = constraints.advance_given(state)
            continue
        choices = np.flatnonzero(constraints.allowed_tokens(state))
        heads = [token for token in choices if token < 6 or token == vocabulary().barline]
        state = constraints.advance(state, int(random.choice(heads if heads and random.random() < 0.5 else choices)))
    return constraints.slices(state)


def sounding(slices: Sequence[Slice], voices: int) -> Iterator[tuple[Fraction, Sounding]]:
    """What every voice sounds from each slice on."""
    now: Sounding = {voice: set() for voice in range(voices)}
    for each in slices:
        for voice, event in enumerate(each.events):
            if event.kind != "hold":
                now[voice] = {*event.pitches, *event.tied}
        yield each.onset, {voice: set(pitches) for voice, pitches in now.items()}


def classes(pitches: set[Pitch]) -> set[int]:
    return {pitch.pitch_class for pitch in pitches}


@pytest.mark.parametrize("name", ENSEMBLES)
@pytest.mark.parametrize("seed", range(40))
def test_fixed_chords_sound_in_every_slice(name: str, seed: int) -> None:
    random, (voices, from_lowest) = Random(f"{name} {seed}"), ENSEMBLES[name]
    places = sorted({Fraction(0), *(Fraction(random.randrange(8), 2) for _ in range(2))})
    drawn = {
        place: symbol_span(random.choice(KINDS), random.choice("CDEFGAB"), random.randrange(3)) for place in places
    }
    given = {place: chord_span(chord) for place, (_, chord) in drawn.items()}
    slices = walk(state_of(voices, MeasurePlan(given_chords=given, from_lowest=from_lowest)), random)
    assert {each.onset for each in slices} >= set(places)
    heard: dict[Fraction, set[int]] = {place: set() for place in places}
    for moment, now in sounding(slices, len(voices)):
        place = max(each for each in places if each <= moment)
        tones, chord = drawn[place]
        every = set().union(*now.values())
        assert classes(every) <= {7 * tone % 12 for tone in tones.members}
        if moment == place or chord.bass_stays:
            assert min(every, key=lambda pitch: pitch.chromatic).pitch_class == 7 * tones.bass % 12
        end = min((each for each in places if each > place), default=LENGTH)
        is_broken = any(voice.is_hand for voice in voices) and end - place >= SHORTEST
        if moment <= place + (end - place) / 2 * is_broken:
            heard[place] |= classes(every)
    for place, (tones, _) in drawn.items():
        if tones.essential:
            assert 7 * tones.essential[0] % 12 in heard[place]


@pytest.mark.parametrize("name", ENSEMBLES)
def test_ornamented_chords_bind_where_they_begin_and_on_beats(name: str) -> None:
    voices, from_lowest = ENSEMBLES[name]
    spans = {place: symbol_span(kind, "C") for place, kind in ((Fraction(0), "major"), (Fraction(5, 2), "minor"))}
    given = {place: replace(chord_span(chord), fixed=False, ornamented=True) for place, (_, chord) in spans.items()}
    passing = False
    for seed in range(30):
        plan = MeasurePlan(given_chords=given, from_lowest=from_lowest)
        rows = list(sounding(walk(state_of(voices, plan), Random(seed)), len(voices)))
        assert {moment for moment, _ in rows} >= set(given)
        for moment, now in rows:
            place = max(each for each in given if each <= moment)
            own = {7 * tone % 12 for tone in spans[place][0].members}
            every = set().union(*now.values())
            if moment in given or moment.denominator == 1:
                assert classes(every) <= own
            if moment in given:
                assert min(every, key=lambda pitch: pitch.chromatic).pitch_class == 0
            passing |= not classes(every) <= own
    assert passing


def test_hands_that_break_chords_begin_none_between_beats() -> None:
    voices, from_lowest = ENSEMBLES["piano"]
    pulses = frozenset(Fraction(place, 2) for place in range(8))
    plan = MeasurePlan(pulses=pulses, broken=True, from_lowest=from_lowest)
    chords = 0
    for seed in range(20):
        for each in walk(state_of(voices, plan), Random(seed)):
            assert not any(event.tied for event in each.events)
            begun = [event for event in each.events if event.kind == "attack" and len(event.pitches) > 1]
            assert not begun or each.onset.denominator == 1
            assert each.onset.denominator == 1 or not any(event.kind == "rest" for event in each.events)
            chords += len(begun)
    assert chords


def test_a_voice_that_rests_does_not_stop_the_chords() -> None:
    """The tune rests in the second half and is no member before; hands play on under the symbol."""
    tune = {Fraction(0): Event("attack", (Pitch("F", 0, 5),)), Fraction(2): Event("rest")}
    voices = [line(60, 84), *ENSEMBLES["piano"][0]]
    span = chord_span(symbol_span("major", "C")[1])
    plan = MeasurePlan(given_chords={Fraction(0): span}, from_lowest=(2, 1, 0))
    for seed in range(20):
        slices = walk(state_of(voices, plan, [tune, None, None]), Random(seed))
        for moment, now in sounding(slices, 3):
            assert classes(now[1] | now[2]) <= {0, 4, 7}
            assert now[1] or now[2] or moment >= 2  # somebody plays while the tune sounds


def test_no_chord_and_absent_voices_fix_nothing() -> None:
    voices = ENSEMBLES["quartet"][0]
    plan = MeasurePlan(given_chords={Fraction(0): chord_span(GivenChord(None))}, from_lowest=(3, 2, 1, 0))
    foreign = set()
    for seed in range(10):
        slices = walk(state_of(voices, plan, [None, {Fraction(0): ABSENT}, None, None]), Random(seed))
        foreign |= {c for _, now in sounding(slices, 4) for c in classes(set().union(*now.values()))}
    assert len(foreign) > 9


def test_a_melody_alone_is_no_bass() -> None:
    plan = MeasurePlan(given_chords={Fraction(0): chord_span(symbol_span("major", "C")[1])}, from_lowest=(0,))
    lowest = set()
    for seed in range(30):
        first = walk(state_of([line(60, 84)], plan), Random(seed))[0].events[0]
        lowest |= {pitch.pitch_class for pitch in first.pitches}
    assert lowest == {0, 4, 7}


@pytest.mark.parametrize("name", ["piano", "quartet"])
@pytest.mark.parametrize("seed", range(10))
def test_the_last_chord_follows_its_dominant_and_is_held_by_all(name: str, seed: int) -> None:
    voices, from_lowest = ENSEMBLES[name]
    dominant, tonic = (_members(text) for text in ("G7", "C"))
    chords = {Fraction(1): PlannedChord(dominant, leads=True), Fraction(2): PlannedChord(tonic, final=True)}
    slices = walk(state_of(voices, MeasurePlan(chords, from_lowest=from_lowest)), Random(seed))
    rows = dict(sounding(slices, len(voices)))
    assert max(rows) == 2
    low = {place: min(set().union(*rows[place].values()), key=lambda pitch: pitch.chromatic) for place in (1, 2)}
    assert [low[place].pitch_class for place in (1, 2)] == [7, 0]
    assert all(rows[Fraction(2)].values())
    assert classes(set().union(*rows[Fraction(2)].values())) == {0, 4, 7}
    assert 11 in classes(set().union(*rows[Fraction(1)].values()))
    if name == "quartet":
        for voice in (0, 1, 2):
            before = rows[max(place for place in rows if place < 2)][voice]
            if classes(before) == {11} and len(before) == 1:
                assert classes(rows[Fraction(2)][voice]) == {0}


def test_a_given_chord_takes_the_place_of_the_planned_one_and_keeps_its_hold() -> None:
    voices, from_lowest = ENSEMBLES["piano"]
    given = {Fraction(0): chord_span(symbol_span("minor", "A")[1])}
    chords = {Fraction(2): PlannedChord(_members("C"), final=True)}
    for seed in range(10):
        rows = dict(
            sounding(walk(state_of(voices, MeasurePlan(chords, given, from_lowest=from_lowest)), Random(seed)), 2)
        )
        assert max(rows) == 2
        assert classes(set().union(*rows[Fraction(2)].values())) <= {9, 0, 4}
        assert all(rows[Fraction(2)].values())


def _members(text: str) -> tuple[int, ...]:
    symbol = parse_chord_text(text, Key.parse("C major"))
    assert symbol is not None
    tones = chord_tones(symbol)
    assert tones is not None
    return tones.members
