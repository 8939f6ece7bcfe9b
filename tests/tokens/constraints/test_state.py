"""Random choices among the allowed tokens complete the measure, decode, and leave the given voices unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scoregen.score.check import problems
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble.playability import can_play
from scoregen.score.instruments import instrument_type
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.system.errors import ConstraintError, Place
from scoregen.tokens.constraints import state as constraints
from scoregen.tokens.constraints.places import DEFAULT_FINEST
from scoregen.tokens.constraints.state import ConstraintState, Finest, MeasureRules, VoiceRule
from scoregen.tokens.decode import decode
from scoregen.tokens.encode import encode, voice_events
from scoregen.tokens.events import BLANK, Event, Header, TokenScore
from scoregen.tokens.grammar import check
from scoregen.tokens.text import event_text
from scoregen.tokens.vocabulary import vocabulary
from tests.strategies import scores
from tests.tokens.words import token_ids

FINEST = (DEFAULT_FINEST, Finest(Fraction(1, 16), Fraction(1, 12)), Finest(Fraction(1), Fraction(1, 6)))


def rule(low: int = 60, high: int = 72, max_chord: int = 1) -> VoiceRule:
    """The naturals in a range of MIDI pitches."""
    words = vocabulary()
    chosen = [pitch.alter == 0 and low <= pitch.midi_pitch <= high for pitch in words.pitches]
    return VoiceRule(np.array(chosen), max_chord)


def either_way(made: VoiceRule, random: Random) -> VoiceRule:
    """The rule with its chords from the lowest note up or from the highest down, within some span."""
    return replace(made, descending=random.random() < 0.5, span=random.choice((127, 12, 4)))


def spans_hold(filled: TokenScore, tokens: TokenScore, rules: Sequence[VoiceRule]) -> bool:
    """Whether every written chord is within the span of its voice."""
    for before, after in zip(tokens.measures, filled.measures, strict=True):
        for voice, made in enumerate(rules):
            if voice_events(before, voice)[Fraction(0)] == BLANK:
                for event in voice_events(after, voice).values():
                    notes = [pitch.midi_pitch for pitch in (*event.pitches, *event.tied)]
                    if notes and max(notes) - min(notes) > made.span:
                        return False
    return True


def walk(state: ConstraintState, random: Random) -> ConstraintState:
    """Sample tokens until the barline; a barline or a rest is as likely as any one pitch."""
    while not constraints.is_finished(state):
        choices = np.flatnonzero(constraints.allowed_tokens(state))
        heads = [token for token in choices if token < 6 or token == vocabulary().barline]
        token = random.choice(heads) if heads and random.random() < 0.4 else random.choice(choices)
        state = constraints.advance(state, int(token))
    return state


def fill(tokens: TokenScore, rules: Sequence[VoiceRule], finest: Finest, random: Random) -> TokenScore:
    """The tokens with every blank filled at random."""
    carry: constraints.Carry = (None,) * len(tokens.slots)
    before: tuple[bool, ...] = (False,) * len(tokens.slots)
    measures = []
    for index, measure in enumerate(tokens.measures):
        events = [voice_events(measure, voice) for voice in range(len(tokens.slots))]
        given = tuple(None if found[Fraction(0)] == BLANK else found for found in events)
        order = list(range(len(given)))
        random.shuffle(order)
        order.sort(key=lambda voice: given[voice] is None)
        blanks = tuple(found is None for found in given)
        carry = tuple(doing if blank == was else () for doing, blank, was in zip(carry, blanks, before, strict=True))
        measure_rules = MeasureRules(measure.header, tuple(order), given, tuple(rules), index == 0, finest=finest)
        state = walk(constraints.begin(measure_rules, carry), random)
        measures.append(replace(measure, slices=constraints.slices(state)))
        carry, before = constraints.carry(state), blanks
    return replace(tokens, measures=tuple(measures))


def blanked(score: Score, random: Random) -> Score:
    """The score with some voices blank throughout, and some in some measures."""
    whole = {slot: random.random() < 0.4 for slot in score.slots}
    measures = tuple(
        replace(
            measure,
            voices=tuple(
                replace(voice, elements=(), origin="blank") if whole[voice.slot] or random.random() < 0.2 else voice
                for voice in measure.voices
            ),
        )
        for measure in score.measures
    )
    return replace(score, measures=measures)


def check_walk(score: Score, seed: int, finest: Finest, wide: int) -> None:
    """`wide` is the range, in semitones, of the voices but the first: with -1 they may not attack any pitch."""
    random = Random(seed)
    holes = blanked(score, random)
    tokens = encode(holes)
    rules = [rule(60, 60 + (wide if index else 12), random.randint(1, 4)) for index in range(len(tokens.slots))]
    rules = [either_way(made, random) for made in rules]
    filled = fill(tokens, rules, finest, random)
    assert spans_hold(filled, tokens, rules)
    decoded = decode(filled, holes)
    assert problems(decoded) == ()
    assert encode(decoded) == filled
    check(filled)
    for before, after in zip(tokens.measures, filled.measures, strict=True):
        for voice in range(len(tokens.slots)):
            was = voice_events(before, voice)
            assert was[Fraction(0)] == BLANK or voice_events(after, voice) == was


WALKS = given(scores(most_voices=8), st.integers(0, 2**32), st.sampled_from(FINEST), st.sampled_from((-1, 0, 12)))


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@WALKS
def test_random_walks_complete_and_decode(score: Score, seed: int, finest: Finest, wide: int) -> None:
    check_walk(score, seed, finest, wide)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@WALKS
def test_many_random_walks_complete_and_decode(score: Score, seed: int, finest: Finest, wide: int) -> None:
    check_walk(score, seed, finest, wide)


def header(metre: str = "4/4", **changes: Fraction) -> Header:
    time = TimeSignature.parse(metre)
    return replace(Header("5", time, KeySignature(0), time.duration), **changes)


def open_measure(head: Header, voices: int = 1, **settings: object) -> ConstraintState:
    """A measure of blank voices, all at rest before."""
    rules = MeasureRules(head, tuple(range(voices)), (None,) * voices, (rule(),) * voices, **settings)  # type: ignore[arg-type]
    return constraints.begin(rules, ((),) * voices)


def texts(state: ConstraintState) -> set[str]:
    """The allowed tokens as text."""
    return {vocabulary().token_text(int(token)) for token in np.flatnonzero(constraints.allowed_tokens(state))}


def say(state: ConstraintState, text: str) -> ConstraintState:
    for token in token_ids(text):
        state = constraints.advance(state, token)
    return state


def test_onsets_are_on_16ths_and_8th_triplets_by_default() -> None:
    state = say(open_measure(header("2/4")), "C4")
    places = [Fraction(text[1:]) for text in texts(state) - {"barline"}]
    assert sorted(places) == sorted({Fraction(n, 4) for n in range(1, 8)} | {Fraction(n, 3) for n in range(1, 6)})


def test_compound_metres_have_no_triplets_by_default() -> None:
    assert texts(say(open_measure(header("3/8")), "C4")) == {"barline", "@1/4", "@1/2", "@3/4", "@1", "@5/4"}


def test_a_beat_has_one_division() -> None:
    state = say(open_measure(header("1/4")), "C4 @1/3 D4")
    assert texts(state) == {"barline", "@2/3"}
    assert texts(say(open_measure(header("1/4")), "C4 @1/4 D4")) == {"barline", "@1/2", "@3/4"}


def test_a_voice_that_cannot_be_notated_here_holds() -> None:
    state = say(open_measure(header("1/4"), 2), "C4 C4 @1/3 D4 hold")
    assert "@1/4" not in texts(state)
    state = say(open_measure(header("1/4"), 2), "C4 C4 @1/2 D4 hold @3/4 hold")
    assert "hold" not in texts(state)
    state = say(open_measure(header("1/4"), 2), "C4 C4 @1/4 D4 hold")
    assert texts(say(state, "@1/3")) == {"hold"}  # only the second voice may change to triplets
    assert "hold" not in texts(say(state, "@1/3 hold"))


def test_no_onset_of_a_given_voice_is_skipped() -> None:
    melody = {Fraction(0): Event("attack", (Pitch("C", 0, 5),)), Fraction(3, 2): Event("attack", (Pitch("D", 0, 5),))}
    rules = MeasureRules(header("2/4"), (0, 1), (melody, None), (rule(), rule()))
    state = constraints.advance_given(constraints.begin(rules, (None, ())))
    assert constraints.next_step(state) == ("event", 1)
    assert texts(state) == {"rest", "C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5"}
    state = say(state, "C4")
    assert constraints.next_step(state) == ("onset",)
    assert {"@3/2", "@1"} <= texts(state)
    assert not {"barline", "@7/4"} & texts(state)
    assert texts(say(state, "@3/2")) == {"D5"}
    assert texts(say(state, "@3/2 D5 hold")) == {"barline", "@7/4", "@5/3"}


def test_an_upbeat_of_less_than_a_beat_has_no_triplet() -> None:
    upbeat = header("4/4", duration=Fraction(3, 2), start=Fraction(5, 2))
    places = texts(say(open_measure(upbeat), "C4"))
    assert "@1/3" not in places
    assert {"@1/4", "@5/6", "@7/6"} <= places


def test_a_chord_always_has_room_for_its_last_pitch() -> None:
    rules = MeasureRules(header(), (0,), (None,), (rule(60, 64, max_chord=3),))
    state = say(constraints.begin(rules, ((Pitch("C", 0, 4),),)), "+")
    assert texts(state) == {"C4", "D4", "~"}
    assert texts(say(state, "~")) == {"C4"}
    assert texts(say(state, "D4")) == {"E4"}
    assert texts(say(state, "C4 +")) == {"D4"}
    assert texts(say(state, "C4 + D4")) == {"E4"}


def test_a_descending_chord_goes_down_within_its_span() -> None:
    """The notes are written from the highest down, and stand in the tokens from the lowest up."""
    made = replace(rule(60, 72, max_chord=3), descending=True, span=5)
    rules = MeasureRules(header(), (0,), (None,), (made,))
    state = say(constraints.begin(rules, ((Pitch("C", 0, 4),),)), "+")
    assert texts(state) == {"D4", "E4", "F4", "G4", "A4", "B4", "C5"}
    assert texts(say(state, "G4")) == {"+", "D4", "E4", "F4"}
    assert texts(say(state, "F4")) == {"+", "~", "C4", "D4", "E4"}
    assert texts(say(state, "F4 ~")) == {"C4"}
    assert texts(say(state, "F4 + E4")) == {"~", "C4", "D4"}
    done = say(state, "F4 + D4 ~ C4 barline")
    chord = Event("attack", (Pitch("D", 0, 4), Pitch("F", 0, 4)), (Pitch("C", 0, 4),))
    assert [piece.events for piece in constraints.slices(done)] == [(chord,)]


def test_a_chord_in_which_all_pitches_continue_is_a_hold() -> None:
    chord = (Pitch("C", 0, 4), Pitch("E", 0, 4))
    rules = MeasureRules(header(), (0,), (None,), (rule(60, 72, max_chord=3),))
    state = say(constraints.begin(rules, (chord,)), "+ ~ C4")
    assert "~" not in texts(state)
    assert texts(say(constraints.begin(rules, (chord,)), "~")) == {"C4", "E4"}


def test_only_pitches_that_sounded_before_may_be_held() -> None:
    rules = MeasureRules(header(), (0, 1, 2), (None,) * 3, (rule(),) * 3)
    state = constraints.begin(rules, ((Pitch("C", 0, 4),), (), None))
    assert {"hold", "rest"} <= texts(state)
    assert "hold" not in texts(say(state, "hold"))
    assert "hold" not in texts(say(state, "hold rest"))
    assert constraints.carry(say(state, "hold rest E4")) == ((Pitch("C", 0, 4),), (), (Pitch("E", 0, 4),))
    first = replace_first(rules)
    assert "hold" not in texts(constraints.begin(first, ((Pitch("C", 0, 4),), (), None)))


def replace_first(rules: MeasureRules) -> MeasureRules:
    return MeasureRules(rules.header, rules.order, rules.given, rules.voices, first=True)


def test_an_extra_constraint_that_leaves_nothing_names_the_voice() -> None:
    words = vocabulary()

    def only_f(state: ConstraintState) -> np.ndarray:
        return np.array([token.text in ("F4", "barline") for token in words.tokens])

    state = open_measure(header(), 2, extra=only_f, slots=(Slot("P1"), Slot("P2", 1, 2)))
    assert texts(state) == {"F4"}

    def nothing_above_c(state: ConstraintState) -> np.ndarray:
        return np.array([token.text == "C4" for token in words.tokens])

    place = Place(file="hymn.musicxml")
    state = open_measure(header(), 2, extra=nothing_above_c, slots=(Slot("P1"), Slot("P2", 1, 2)), place=place)
    state = say(state, "C4 C4")
    with pytest.raises(ConstraintError, match=r"hymn\.musicxml: measure 5: .*the extra constraints exclude barline"):
        constraints.allowed_tokens(state)
    state = open_measure(header(), 1, extra=lambda state: np.zeros(len(words), dtype=bool), slots=(Slot("P2", 1, 2),))
    with pytest.raises(ConstraintError, match=r"part P2, measure 5, voice 2: no event is possible at onset 0"):
        constraints.allowed_tokens(state)


def test_a_token_that_is_not_allowed_is_an_error() -> None:
    with pytest.raises(ValueError, match="C2 is not allowed at onset 0"):
        say(open_measure(header()), "C2")


def test_the_error_for_a_measure_that_cannot_be_notated_gives_its_number() -> None:
    with pytest.raises(ConstraintError, match="measure 5: a measure of 1/3 quarters in 4/4 cannot be notated"):
        open_measure(header(duration=Fraction(1, 3)))


def test_slices_and_carry_are_those_that_were_written() -> None:
    state = say(open_measure(header("3/4"), 2), "C4 E4 @1 hold F4 @2 rest hold barline")
    assert constraints.is_finished(state)
    rows = [[str(piece.onset), *map(event_text, piece.events)] for piece in constraints.slices(state)]
    assert rows == [["0", "C4", "E4"], ["1", "hold", "F4"], ["2", "rest", "hold"]]


@pytest.mark.parametrize("name", ["violin", "viola", "cello"])
@pytest.mark.parametrize("descending", [False, True])
def test_a_bow_writes_only_chords_that_can_be_stopped(name: str, descending: bool) -> None:
    bow = instrument_type(name)
    pitches = [pitch for pitch in vocabulary().pitches if pitch.alter == 0 and can_play(bow, [pitch])]
    free, bound = (VoiceRule.of(pitches, 4, descending=descending, span=9, instrument=kind) for kind in (None, bow))
    header = Header("1", TimeSignature((4,), 4), KeySignature(0), Fraction(4))
    chords: dict[bool, list[bool]] = {False: [], True: []}
    for is_bound, voice_rule in ((False, free), (True, bound)):
        for seed in range(60):
            begun = constraints.begin(MeasureRules(header, (0,), (None,), (voice_rule,), True), (None,))
            for each in constraints.slices(walk(begun, Random(seed))):
                sounding = (*each.events[0].pitches, *each.events[0].tied)
                if len(sounding) > 1:
                    chords[is_bound].append(can_play(bow, sounding))
    assert len(chords[True]) > 20
    assert all(chords[True])
    assert not all(chords[False])
