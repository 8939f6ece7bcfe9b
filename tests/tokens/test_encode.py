"""Round trips through the token language: random scores, and a case for each property that it keeps or drops."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings

from scoregen.score.check import problems
from scoregen.score.elements import Barline, Chord, Element, Lyric, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import RefusedError
from scoregen.tokens.canonical import canonical
from scoregen.tokens.decode import decode
from scoregen.tokens.encode import encode, interleave, pitched_slots, voice_events
from scoregen.tokens.events import ABSENT, BLANK, HOLD, REST, Event, Slice
from scoregen.tokens.text import event_text, from_json, to_json
from tests.strategies import scores

ONE, TWO = Slot("P1"), Slot("P1", 1, 2)
QUARTER, HALF = NoteValue("quarter"), NoteValue("half")


def note(pitch: str, value: NoteValue = QUARTER, ties: str = "") -> Note:
    """`ties` contains `<` for a tie from the note before, `>` for one to the next."""
    return Note(value, Pitch.parse(pitch), tied_from_previous="<" in ties, tied_to_next=">" in ties)


def chord(*notes: Note) -> Chord:
    return Chord(notes)


def score(*measures: tuple[Element, ...], metre: str = "2/4", slot: Slot = ONE) -> Score:
    """A score of one voice; each measure is as long as its elements."""
    time = TimeSignature.parse(metre)
    voices = [Voice(slot, elements) for elements in measures]
    columns = (
        Measure(str(number), voice.duration, time, KeySignature(), (voice,)) for number, voice in enumerate(voices, 1)
    )
    return Score((Part("P1"),), tuple(columns))


def row(music: Score) -> str:
    """Every slice of a score of one voice, as `onset event`, with a bar between measures."""
    measures = [[f"{s.onset} {event_text(s.events[0])}" for s in m.slices] for m in encode(music).measures]
    return " | ".join(", ".join(pieces) for pieces in measures)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(scores())
def test_decode_inverts_encode(music: Score) -> None:
    tokens = encode(music)
    canon = canonical(music)
    assert decode(tokens, music) == canon
    assert encode(canon) == tokens
    assert canonical(canon) == canon
    assert problems(canon) == ()
    assert from_json(to_json(tokens)) == tokens
    for measure in tokens.measures:
        assert interleave([voice_events(measure, index) for index in range(len(tokens.slots))]) == measure.slices


def test_tied_notes_are_one_and_repeated_notes_separate() -> None:
    music = score((note("C4", ties=">"), note("C4", ties="<")), (note("C4"), note("C4")))
    assert row(music) == "0 C4 | 0 C4, 1 C4"
    assert canonical(music).measures[0].voices[0].elements == (note("C4", HALF),)


def test_a_note_held_over_the_barline_is_held_there() -> None:
    music = score((note("C4", HALF, ">"),), (note("C4", ties="<"), note("D4")))
    assert row(music) == "0 C4 | 0 hold, 1 D4"
    assert decode(encode(music), music) == music


def test_a_tie_needs_both_its_ends() -> None:
    assert row(score((note("C4", ties=">"), note("C4")))) == "0 C4, 1 C4"
    assert row(score((note("C4"), note("C4", ties="<")))) == "0 C4, 1 C4"
    assert row(score((note("C4", ties=">"), note("D4", ties="<")))) == "0 C4, 1 D4"


def test_rests_merge_inside_a_measure_and_are_repeated_in_the_next() -> None:
    music = score((Rest(QUARTER), Rest(QUARTER)), (Rest(HALF),), (note("C4"), Rest(QUARTER)))
    assert row(music) == "0 rest | 0 rest | 0 C4, 1 rest"


def test_some_pitches_of_a_chord_may_continue() -> None:
    both = chord(note("C4", ties=">"), note("E4"))
    assert row(score((both, chord(note("C4", ties="<"), note("F4"))))) == "0 C4+E4, 1 ~C4+F4"
    assert row(score((both, note("C4", ties="<")))) == "0 C4+E4, 1 ~C4"
    held = chord(note("C4", ties="<"), note("E4", ties="<"))
    assert row(score((chord(note("C4", ties=">"), note("E4", ties=">")), held))) == "0 C4+E4"
    for last in (chord(note("C4", ties="<"), note("F4")), note("C4", ties="<"), held):
        music = score((both, last))
        assert decode(encode(music), music) == canonical(music)


def test_grace_notes_lyrics_and_articulations_are_dropped() -> None:
    grace = Note(NoteValue("eighth"), Pitch.parse("D4"), grace=True)
    adorned = replace(note("C4"), lyrics=(Lyric("la"),), articulations=("staccato",))
    assert canonical(score((grace, adorned, note("E4")))) == score((note("C4"), note("E4")))


def test_phrase_ends_become_fermatas() -> None:
    music = score((note("C4", HALF),))
    music = replace(music, measures=(replace(music.measures[0], phrase_ends=(Fraction(1),)),))
    assert canonical(music).measures[0].voices[0].elements[0].fermata
    assert encode(music).measures[0].header.phrase_ends == (1,)


def test_voices_may_be_absent_or_blank() -> None:
    music = score((note("C4"), note("D4")), (note("C4", HALF),))
    blank = replace(music.measures[1], voices=(Voice(ONE, origin="blank"), Voice(TWO, (note("E4", HALF),))))
    music = replace(music, measures=(music.measures[0], blank))
    first, second = encode(music).measures
    assert [piece.events[1] for piece in first.slices] == [ABSENT, ABSENT]
    assert second.slices == (Slice(Fraction(0), (BLANK, Event("attack", (Pitch.parse("E4"),)))),)
    assert decode(encode(music), music) == canonical(music) == music


def test_a_tie_out_of_a_blank_measure_is_a_new_attack() -> None:
    music = score((note("C4", HALF, ">"),), (note("C4", HALF, "<"),))
    blank = replace(music.measures[0], voices=(Voice(ONE, origin="blank"),))
    holes = replace(music, measures=(blank, music.measures[1]))
    assert encode(holes).measures[1].slices[0].events == (Event("attack", (Pitch.parse("C4"),)),)


def test_only_the_given_slots_are_encoded() -> None:
    music = score((note("C4", HALF),))
    both = replace(music.measures[0], voices=(*music.measures[0].voices, Voice(TWO, (note("E3", HALF),))))
    music = replace(music, measures=(both,))
    assert encode(music, [TWO]).measures[0].slices == (Slice(Fraction(0), (Event("attack", (Pitch.parse("E3"),)),)),)
    assert decode(encode(music, [TWO]), music) == canonical(music, [TWO])
    assert canonical(music, [TWO]).measures[0].voices == both.voices[1:]


def test_new_measures_and_filled_voices_are_generated() -> None:
    music = score((note("C4", HALF),))
    longer = decode(encode(score((note("C4", HALF),), (note("D4", HALF),))), music)
    assert [measure.voices[0].origin for measure in longer.measures] == ["given", "generated"]
    holes = score((note("C4", HALF),))
    holes = replace(holes, measures=(replace(holes.measures[0], voices=(Voice(ONE, origin="blank"),)),))
    assert decode(encode(music), holes).measures[0].voices[0].origin == "generated"


def test_properties_of_measures_are_kept() -> None:
    music = score((note("C4", HALF),), (note("D4", HALF),))
    last = replace(music.measures[1], barline=Barline("light-heavy", 2), repeat_start=True, endings=(1, 2))
    music = replace(music, measures=(music.measures[0], last))
    assert decode(encode(music), music).measures == music.measures


def test_a_silent_measure_is_one_rest_whatever_its_length() -> None:
    music = score((Rest(NoteValue("whole")), Rest(NoteValue("eighth"))), metre="9/8")
    (rest,) = decode(encode(music), music).measures[0].voices[0].elements
    assert (type(rest), rest.duration) == (Rest, Fraction(9, 2))


FIFTH = NoteValue("eighth", 0, 5, 4)
VOICE = r"part P1, measure 1, voice 1: "


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ((note("C4", FIFTH),) * 5, VOICE + r"notes or rests begin at 2/5, 4/5, 6/5, 8/5 quarters; expected"),
        ((note("C4", NoteValue("128th")),) * 64, VOICE + r"notes or rests begin at 1/32, .*; expected"),
        (
            (Note(HALF, Pitch("C", Fraction(1, 2), 4)),),
            VOICE
            + r"the microtone C\(1/2\)4 cannot be written in tokens; expected pitches of octaves 0 to 9 with at most 2",
        ),
        ((note("C4"), Note(QUARTER, Unpitched("C", 4))), VOICE + "an unpitched note cannot be written in tokens"),
        ((Note(HALF, Pitch("C", 3, 4)),), VOICE + r"the pitch C\(3\)4 cannot be written in tokens"),
    ],
)
def test_elements_that_cannot_be_encoded(element: tuple[Element, ...], message: str) -> None:
    music = score(element)
    with pytest.raises(RefusedError, match=message):
        encode(music, [ONE])
    tokens = encode(music, [ONE], snap=True)
    assert encode(decode(tokens, music), [ONE]) == tokens


def test_percussion_is_left_out_unless_its_slot_is_given() -> None:
    drum = score((Note(HALF, Unpitched("C", 4)),))
    assert pitched_slots(drum) == ()
    assert encode(drum).slots == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": KeySignature(9)}, "measure 1: the key signature has 9 fifths; expected at most seven sharps or flats"),
        ({"key": KeySignature(0, None, (("B", -1),))}, r"the key signature has single altered steps \(B\)"),
        ({"time": TimeSignature((2,), 4), "duration": Fraction(1, 3)}, "measure 1: the measure lasts 1/3 quarters"),
        ({"time": TimeSignature((40,), 4)}, "measure 1: the metre is 40/4"),
        ({"duration": Fraction(1)}, "part P1, measure 1, voice 1: the voice lasts 2 quarters; its measure lasts 1"),
    ],
)
def test_measures_that_cannot_be_encoded(change: dict[str, object], message: str) -> None:
    music = score((note("C4", HALF),))
    music = replace(music, measures=(replace(music.measures[0], **change),))  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match=message):
        encode(music)
    with pytest.raises(RefusedError, match=message):
        canonical(music)


def test_the_kinds_of_events() -> None:
    assert [event.kind for event in (HOLD, REST, ABSENT, BLANK)] == ["hold", "rest", "absent", "blank"]
