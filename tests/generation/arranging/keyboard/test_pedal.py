"""An arrangement for organ has its bass in the pedal, where feet can play it."""

from __future__ import annotations

from fractions import Fraction

from scoregen.score.elements import Score
from scoregen.score.timeline import pitch_of, pitched_notes
from tests.generation.arranging.sources import choir, instruments, played, sounding

ROWS = ("q:C5 q:D5 e:E5 e:D5 q:C5", "q:G4 q:G4 h:G4", "q:E4 q:D4 q:C4 e:E4 e:D4")


def on_staff(score: Score, staff: int) -> set[tuple[Fraction, int]]:
    found = (note for note in pitched_notes(score) if note.slot.staff == staff)
    return {(note.onset, pitch_of(note).midi_pitch) for note in found}


def test_the_bass_of_a_hymn_goes_to_the_pedal() -> None:
    source = choir((*ROWS, "q:C3 q:B2 h:C3"))
    done = played("organ", source).score
    assert sounding(done) == sounding(source)
    assert on_staff(done, 3) == {(Fraction(0), 48), (Fraction(1), 47), (Fraction(2), 48)}
    assert on_staff(done, 1) and on_staff(done, 2)


def test_a_bass_below_the_pedal_is_an_octave_higher() -> None:
    done = played("organ", choir((*ROWS, "q:C3 q:B1 h:C2"))).score
    assert on_staff(done, 3) == {(Fraction(0), 60), (Fraction(1), 47), (Fraction(2), 48)}


def test_feet_play_no_sixteenths() -> None:
    source = choir((*ROWS, "s:C3 s:D3 s:E3 s:F3 q:G3 h:C3"))
    done = played("organ", source).score
    assert not on_staff(done, 3)
    assert sounding(done) == sounding(source)


def test_a_melody_alone_stays_with_the_hands() -> None:
    done = played("organ", instruments(("Cello", "q:C3 q:D3 h:E3"))).score
    assert not on_staff(done, 3) and on_staff(done, 1) | on_staff(done, 2)


def test_a_tie_between_pedal_and_hand_has_both_ends_or_none() -> None:
    source = choir((*ROWS, "h:C3 h:C3"), ("w:C5", "w:G4", "w:E4", "s:C3 s:D3 s:E3 s:F3 q:G3 h:C3"))
    done = played("organ", source).score
    starts = sum(n.tied_to_next for m in done.measures for v in m.voices for e in v.elements for n in e.notes)
    ends = sum(n.tied_from_previous for m in done.measures for v in m.voices for e in v.elements for n in e.notes)
    assert starts == ends
