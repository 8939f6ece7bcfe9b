"""Two parts that are the hands of one keyboard: what tells them, and that the score comes back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.score.directions import Direction, Dynamic
from scoregen.score.edit import free_part_id, with_parts
from scoregen.score.elements import Chord, Clef, Instrument, Lyric, Measure, Note, Part, Score, Slot, Voice
from scoregen.score.ensemble import ensemble_to_fill, joined_hands, recognise_ensemble
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.spanners import End, Slur

TREBLE, BASS = Clef(), Clef("F", 4)
WHOLE = NoteValue.of(4)


def whole(*pitches: str, words: str = "") -> Note | Chord:
    lyrics = (Lyric(words),) if words else ()
    notes = tuple(Note(WHOLE, Pitch.parse(pitch), lyrics=lyrics) for pitch in pitches)
    return notes[0] if len(notes) == 1 else Chord(notes)


def score(*parts: Part, music: tuple[tuple[str, ...], ...] = (("C5",), ("C3",)), words: str = "") -> Score:
    voices = tuple(Voice(Slot(part.id), (whole(*own, words=words),)) for part, own in zip(parts, music, strict=False))
    measure = Measure("1", WHOLE.duration, TimeSignature.parse("4/4"), KeySignature(0), voices)
    return Score(parts, (measure,))


def pair(upper: str, lower: str, sound: str | None = None) -> tuple[Part, Part]:
    instrument = Instrument("", sound) if sound else None
    return Part("P1", upper, clefs=(TREBLE,), instrument=instrument), Part(
        "P2", lower, clefs=(BASS,), instrument=instrument
    )


@pytest.mark.parametrize(
    ("upper", "lower", "instrument"),
    [
        ("Piano RH", "Piano LH", "Piano"),
        ("Right Hand", "Left Hand", "Piano"),
        ("rechte Hand", "linke Hand", "Piano"),
        ("R.H.", "L.H.", "Piano"),
        ("r. H.", "l. H.", "Piano"),
        ("Piano (right)", "Piano (left)", "Piano"),
        ("Klavier 1 o.H.", "Klavier 1 u.H.", "Klavier 1"),
        ("Klavier, rechts", "Klavier, links", "Klavier"),
        ("main droite", "main gauche", "Piano"),
        ("Mano destra", "Mano sinistra", "Piano"),
        ("m.d.", "m.s.", "Piano"),
        ("Piano treble", "Piano bass", "Piano"),
        ("Harpsichord upper staff", "Harpsichord lower staff", "Harpsichord"),
        ("Harp RH", "Harp LH", "Harp"),
        ("Piano", "Piano", "Piano"),
        ("RH1", "LH1", "Piano"),
    ],
)
def test_names_tell_the_hands_of_one_instrument(upper: str, lower: str, instrument: str) -> None:
    reading = joined_hands(score(*pair(upper, lower)))
    (part,) = reading.score.parts
    assert (part.name, part.clefs) == (instrument, (TREBLE, BASS))
    assert [slot.staff for slot in reading.score.slots] == [1, 2]
    (notice,) = reading.notices
    assert upper in notice and lower in notice and "two hands of one instrument" in notice


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("Soprano", "Bass"),
        ("Treble", "Bass"),
        ("Treble 1", "Bass 1"),
        ("Flute", "Cello"),
        ("Violin right", "Violin left"),
        ("Piano 1 RH", "Piano 2 LH"),
        ("Piano 1", "Piano 2"),
        ("Left Hand", "Left Hand 2"),
        ("M.S.", "Bass"),
        ("Choir left", "Choir right"),
        ("Women", "Men"),
        ("", ""),
    ],
)
def test_other_names_tell_no_hands(upper: str, lower: str) -> None:
    given = score(*pair(upper, lower))
    assert joined_hands(given).score == given and joined_hands(given).notices == ()


def test_a_left_hand_that_stands_above_is_the_lower_staff() -> None:
    lower, upper = Part("P1", "LH", clefs=(BASS,)), Part("P2", "RH", clefs=(TREBLE,))
    given = score(lower, upper, music=(("C3",), ("C5",)))
    reading = joined_hands(given)
    assert [part.id for part in reading.score.parts] == ["P2"]
    assert reading.score.parts[0].clefs == (TREBLE, BASS)
    assert reading.parted(reading.score) == given


@pytest.mark.parametrize("sound", ["keyboard.piano", "keyboard.organ"])
def test_unnamed_parts_with_the_sound_of_a_keyboard_are_its_hands(sound: str) -> None:
    assert joined_hands(score(*pair("", "", sound))).hands


def test_unnamed_parts_with_chords_that_no_two_singers_have_are_hands() -> None:
    chords = (("C5", "E5", "G5"), ("C3",))
    assert joined_hands(score(*pair("", ""), music=chords)).hands
    assert not joined_hands(score(*pair("", ""), music=(("E4", "C5"), ("C3", "G3")))).hands
    assert not joined_hands(score(*pair("", ""), music=chords, words="la")).hands


@pytest.mark.parametrize("group", [None, "brace 1"])
def test_a_low_bass_under_a_melody_is_a_hand_only_within_a_brace(group: str | None) -> None:
    parts = [replace(part, group=group) for part in pair("", "")]
    assert bool(joined_hands(score(*parts, music=(("C5",), ("C2",)))).hands) == (group is not None)
    assert joined_hands(score(*parts, music=(("C5", "E5"), ("C2",)))).hands


def test_hands_without_a_name_are_called_by_their_sound() -> None:
    (hands,) = joined_hands(score(*pair("", "", "keyboard.organ"))).hands
    assert hands.instrument == "Organ"


def test_a_left_hand_has_its_own_key_again_also_in_new_measures() -> None:
    given = score(*pair("RH", "LH"))
    keyed = replace(given, measures=(replace(given.measures[0], own_keys=(("P2", KeySignature(2)),)),))
    reading = joined_hands(keyed)
    assert reading.parted(reading.score) == keyed
    longer = replace(reading.score, measures=reading.score.measures * 2)
    assert [measure.own_keys for measure in reading.parted(longer).measures] == [(("P2", KeySignature(2)),)] * 2
    only_right = replace(given, measures=(replace(given.measures[0], own_keys=(("P1", KeySignature(2)),)),))
    assert joined_hands(only_right).parted(joined_hands(only_right).score) == only_right


def test_a_score_for_one_keyboard_has_unnamed_hands_and_none_that_are_kept_apart() -> None:
    given = score(*pair("", ""))
    assert joined_hands(given, is_keyboard=True).hands
    assert not joined_hands(given, is_keyboard=True, apart=["P2"]).hands


def test_a_score_for_players_of_one_staff_has_no_hands_without_their_names() -> None:
    chords = (("C5", "E5", "G5"), ("C3",))
    assert not joined_hands(score(*pair("", ""), music=chords), is_keyboard=False).hands
    assert joined_hands(score(*pair("RH", "LH"), music=chords), is_keyboard=False).hands


def test_four_parts_called_piano_by_default_are_no_hands() -> None:
    parts = [Part(f"P{at}", "Piano", clefs=(TREBLE if at < 3 else BASS,)) for at in range(1, 5)]
    given = score(*parts, music=(("C5",), ("G4",), ("E3",), ("C3",)))
    assert not joined_hands(given).hands


def test_two_pianos_have_four_hands() -> None:
    names = ("Piano 1 RH", "Piano 1 LH", "Piano 2 RH", "Piano 2 LH")
    parts = [Part(f"P{at}", name, clefs=(TREBLE if at % 2 else BASS,)) for at, name in enumerate(names, 1)]
    given = score(*parts, music=(("C5",), ("C3",), ("G5",), ("G2",)))
    reading = joined_hands(given)
    assert [part.name for part in reading.score.parts] == ["Piano 1", "Piano 2"]
    assert reading.parted(reading.score) == given


def test_marks_come_back_to_the_hand_that_had_them_and_new_parts_get_ids_of_their_own() -> None:
    given = score(*pair("RH", "LH"))
    slur = Slur(Slot("P2"), WHOLE.duration * 0, End(0, WHOLE.duration * 0))
    marked = replace(
        given.measures[0],
        directions=(Direction(WHOLE.duration * 0, Dynamic("p"), "P2"),),
        spanners=(slur,),
        own_keys=(("P1", KeySignature(1)), ("P2", KeySignature(1))),
    )
    given = replace(given, measures=(marked,))
    reading = joined_hands(given)
    assert {item.part for item in reading.score.measures[0].directions} == {"P1"}
    assert reading.score.measures[0].directions[0].staff == 2
    assert reading.parted(reading.score) == given
    new = Part(free_part_id(reading.score.parts), "Voice")
    assert new.id == "P2"
    parted = reading.parted(with_parts(reading.score, [new, *reading.score.parts]))
    assert [(part.id, part.name) for part in parted.parts] == [("P3", "Voice"), ("P1", "RH"), ("P2", "LH")]
    assert {slot.part for slot in parted.slots} == {"P1", "P2", "P3"}
    assert [voice.slot.part for voice in parted.measures[0].voices if voice.is_blank] == ["P3"]


def test_an_empty_left_hand_beside_a_right_one_is_a_piano_to_fill() -> None:
    given = score(*pair("Piano RH", "Piano LH"), music=(("C5",),))
    found = ensemble_to_fill(given)
    assert found is not None and found.name == "piano"
    assert recognise_ensemble(given) is None
