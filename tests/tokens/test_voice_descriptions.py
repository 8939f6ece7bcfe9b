"""Descriptions of voices: family, place, range and words, told from the score alone."""

from fractions import Fraction

from scoregen.score.elements import Clef, Instrument, Lyric, Measure, Note, Part, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.tokens.voice_descriptions import VoiceDescription, describe_voices

SONG = (
    Part("P1", "Gesang", instrument=Instrument("Clarinet", "wind.reed.clarinet", 72)),
    Part("P2", "Piano", clefs=(Clef(), Clef("F", 4)), instrument=Instrument("Piano", "keyboard.piano", 1)),
)


def voice(slot: Slot, pitches: str, words: bool = False) -> Voice:
    lyrics = (Lyric("la"),) if words else ()
    notes = [Note(NoteValue("quarter"), Pitch.parse(pitch), lyrics=lyrics) for pitch in pitches.split()]
    return Voice(slot, tuple(notes))


def score(parts: tuple[Part, ...], *voices: Voice) -> Score:
    return Score(parts, (Measure("1", Fraction(4), TimeSignature((4,), 4), KeySignature(0), voices),))


def song() -> Score:
    return score(
        SONG,
        voice(Slot("P1"), "C5 D5 E5 C5", words=True),
        voice(Slot("P2", 1, 1), "E4 F4 G4 E4"),
        voice(Slot("P2", 1, 3), "C4 C4 C4 C4"),
        voice(Slot("P2", 2, 5), "C2 G2 C3 C2"),
    )


def test_a_song_has_a_singer_with_the_range_of_any_voice_and_three_voices_of_the_piano_on_two_staves() -> None:
    assert describe_voices(song(), song().slots) == (
        VoiceDescription("voice", 0, 0, 1, 0, 55, 81, True),
        VoiceDescription("keyboard", 1, 0, 2, 0, 21, 108, False),
        VoiceDescription("keyboard", 1, 0, 2, 1, 21, 108, False),
        VoiceDescription("keyboard", 1, 1, 2, 0, 21, 108, False),
    )


def test_the_rank_counts_the_chosen_voices_only() -> None:
    chosen = describe_voices(song(), [Slot("P2", 1, 3)])
    assert [description.voice for description in chosen] == [0]


def test_words_between_the_staves_of_a_piano_are_not_sung_by_it() -> None:
    piano = (Part("P1", "Piano", clefs=(Clef(), Clef("F", 4)), instrument=Instrument("Piano", "keyboard.piano", 1)),)
    with_words = score(piano, voice(Slot("P1"), "C5 D5 E5 C5", words=True))
    assert not describe_voices(with_words, with_words.slots)[0].sung


def test_rare_outer_notes_do_not_widen_the_range() -> None:
    part = (Part("P1", instrument=Instrument("Violin", None, 41)),)
    high = score(part, voice(Slot("P1"), "C7 " + "C5 E5 " * 20 + "G3"))
    assert describe_voices(high, high.slots)[0] == VoiceDescription("strings", 0, 0, 1, 0, 72, 76, False)


def test_a_named_voice_and_a_named_instrument_have_their_own_ranges() -> None:
    parts = (Part("P1", "Tenor"), Part("P2", "Viola", instrument=Instrument("Viola", None, 42)))
    both = score(parts, voice(Slot("P1"), "C3 D3 E3 C3"), voice(Slot("P2"), "C4 C4 C4 C4"))
    tenor, viola = describe_voices(both, both.slots)
    assert (tenor.family, tenor.sung, viola.family, viola.sung) == ("voice", True, "strings", False)
    assert tenor.lowest <= 48 and tenor.highest >= 67 and viola.lowest == 48 and viola.highest >= 84


def test_a_silent_voice_takes_the_range_of_its_part_then_of_its_clef() -> None:
    bass = (Part("P1", clefs=(Clef("F", 4),)),)
    empty = score(bass)
    assert describe_voices(empty, [Slot("P1")]) == (VoiceDescription("other", 0, 0, 1, 0, 38, 62, False),)
