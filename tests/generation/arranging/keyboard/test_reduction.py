"""The keyboard reduction: melody in the right hand, bass in the left, and nothing that hands cannot reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.score.directions import Direction, Dynamic
from scoregen.score.elements import Rest, Score
from scoregen.score.timeline import SoundingNote, changes, pitch_of, pitched_notes
from tests.chorales import chorale
from tests.generation.arranging.sources import choir, instruments, played, sounding
from tests.notation.handmade import clarinet_and_piano

SPAN, FINGERS = 16, 5


def hands(score: Score) -> list[set[int]]:
    """All notes under each hand, held ones included, whenever one is struck."""
    found = []
    for staff in (1, 2):
        sounding: list[SoundingNote] = []
        for change in changes(note for note in pitched_notes(score) if note.slot.staff == staff):
            sounding = [note for note in sounding if note.end > change.time] + [*change.starts]
            found.append({pitch_of(note).midi_pitch for note in sounding})
    return [hand for hand in found if hand]


def test_a_hymn_is_complete_and_within_reach() -> None:
    source = choir(
        ("q:C5 q:D5 e:E5 e:D5 q:C5", "q:G4 q:G4 h:G4", "q:E4 q:D4 q:C4 e:E4 e:D4", "q:C3 q:B2 h:C3"),
        ("h:D5 h:C5", "q:G4 q:F4 h:E4", "h:B3 h:C4", "h:G3 h:C3"),
    )
    done = played("piano", source)
    assert sounding(done.score) == sounding(source)
    assert all(max(hand) - min(hand) <= SPAN and len(hand) <= FINGERS for hand in hands(done.score))


@pytest.mark.parametrize("number", [1, 3, 7, 12])
def test_outer_lines_stay_and_hands_reach(number: int) -> None:
    source = chorale(number, measures=6)
    done = played("piano", source).score
    assert all(max(hand) - min(hand) <= SPAN and len(hand) <= FINGERS for hand in hands(done))
    for row in (max, min):
        assert outline(source, row) <= sounding(done)


def outline(score: Score, choose: Callable[[Iterable[int]], int]) -> set[tuple[Fraction, int]]:
    """The onsets and pitches of the highest or lowest notes, where one is struck."""
    found, now = set(), list[SoundingNote]()
    for change in changes(pitched_notes(score)):
        now = [note for note in now if note.end > change.time] + [*change.starts]
        outer = choose(pitch_of(note).midi_pitch for note in now) if now else 0
        found |= {(note.onset, outer) for note in change.starts if pitch_of(note).midi_pitch == outer}
    return found


def test_voices_that_move_together_are_chords() -> None:
    source = choir(("h:E5 h:D5", "h:C5 h:B4", "h:G3 h:G3", "h:C3 h:G2"))
    done = played("piano", source).score
    assert [(v.slot.staff, len(v.elements[0].notes)) for v in done.measures[0].voices] == [(1, 2), (2, 2)]


def test_melody_and_bass_stay_where_an_inner_voice_does_not_reach() -> None:
    source = instruments(("Flute", "w:C7"), ("Horn", "w:E4"), ("Clarinet", "w:G4"), ("Tuba", "w:C2"))
    done = played("piano", source)
    assert {96, 36} <= {pitch for _, pitch in sounding(done.score)}
    assert all(max(hand) - min(hand) <= SPAN for hand in hands(done.score))
    assert done.account.count("kept") + done.account.count("moved") + done.account.count("left out") == 4


def test_doubles_in_the_bass_stay_in_the_left_hand() -> None:
    done = played("piano", instruments(("Cello", "q:C3 q:D3 h:E3"), ("Contrabass", "q:C2 q:D2 h:E2"))).score
    staves = {note.slot.staff for note in pitched_notes(done)}
    assert staves == {2}
    assert all(isinstance(e, Rest) for v in done.measures[0].voices if v.slot.staff == 1 for e in v.elements)


def test_a_given_piano_part_stays_beside_one_singer() -> None:
    source = clarinet_and_piano()
    done = played("voice-piano", source).score
    piano = {(v.slot.staff, v.slot.voice): v.elements for v in source.measures[0].voices if v.slot.part == "P2"}
    new = {(v.slot.staff, v.slot.voice): v.elements for v in done.measures[0].voices if v.slot.part == "P2"}
    assert new == piano


def test_equal_dynamics_are_printed_once() -> None:
    source = instruments(("Violin 1", "w:E5"), ("Violin 2", "w:C5"), ("Viola", "w:G4"), ("Cello", "w:C3"))
    loud = tuple(Direction(Fraction(0), Dynamic("f"), part.id) for part in source.parts)
    row = replace(source.measures[0], directions=loud)
    done = played("piano", replace(source, measures=(row,)))
    assert [mark.value for mark in done.score.measures[0].directions] == [Dynamic("f")]
    assert not any("dynamic" in notice for notice in done.notices)
