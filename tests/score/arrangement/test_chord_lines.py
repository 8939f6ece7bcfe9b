"""Chords of two notes read as two voices, and put back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.score.arrangement.chord_lines import is_two_lines, lower_line, with_given_chords, with_lower_line
from scoregen.score.edit import insert_voices
from scoregen.score.elements import Lyric, Score, Slot, Voice
from tests.notation.handmade import line, melody

SLOT, LOWER, BASS = Slot("P1"), Slot("P1", 1, 2), Slot("P1", 2, 1)


def notes(score: Score, slot: Slot) -> list[str]:
    voice = score.measures[0].voice(slot)
    assert voice is not None
    return ["+".join(str(note.pitch) for note in element.notes) or "r" for element in voice.elements]


def test_a_voice_of_chords_is_two_lines() -> None:
    assert is_two_lines(melody("q:E4+G4 q:F4+A4 h:C5"), SLOT)
    assert not is_two_lines(melody("q:E4+G4 q:F4 h:C5"), SLOT)
    assert not is_two_lines(melody("q:E4+G4 q:F4+A4 h:C4+E4+G4"), SLOT)
    assert not is_two_lines(melody("w:r"), SLOT)


def test_the_upper_and_the_lower_notes_are_two_voices() -> None:
    score = melody("q:E4+G4 q:r q:C5 q:C4+E4")
    assert lower_line(score, SLOT) == LOWER
    done = with_lower_line(score, SLOT, LOWER)
    assert notes(done, SLOT) == ["G4", "r", "C5", "E4"]
    assert notes(done, LOWER) == ["E4", "r", "C5", "C4"]
    assert all(voice.duration == Fraction(4) for voice in done.measures[0].voices)


def test_words_stay_with_the_upper_line() -> None:
    score = melody("w:E4+G4")
    voice = score.measures[0].voices[0]
    chord = voice.elements[0]
    first = replace(chord.notes[0], lyrics=(Lyric("all"),), fermata=True)
    chord = replace(chord, notes=(first, *chord.notes[1:]))
    row = replace(score.measures[0], voices=(replace(voice, elements=(chord,)),))
    done = with_lower_line(replace(score, measures=(row,)), SLOT, LOWER).measures[0]
    upper, lower = (done.voice(slot).elements[0].notes[0] for slot in (SLOT, LOWER))
    assert (upper.lyrics, upper.fermata) == ((Lyric("all"),), True)
    assert (lower.lyrics, lower.fermata) == ((), True)


def test_a_free_voice_is_taken() -> None:
    score = melody("w:E4+G4")
    used = insert_voices(score, [(0, Voice(LOWER, line("w:C4")))])
    assert lower_line(used, SLOT) == Slot("P1", 1, 3)


def test_the_given_chords_come_back() -> None:
    given = melody("h:E4+G4 h:F4+A4")
    divided = with_lower_line(given, SLOT, LOWER)
    finished = insert_voices(divided, [(0, Voice(BASS, line("w:C3"), "generated"))])
    done = with_given_chords(finished, given, [LOWER])
    assert notes(done, SLOT) == ["E4+G4", "F4+A4"] and notes(done, BASS) == ["C3"]
    assert [voice.slot for voice in done.measures[0].voices] == [SLOT, BASS]
