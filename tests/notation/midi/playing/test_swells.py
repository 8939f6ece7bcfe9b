"""Hairpins within held notes: the product of velocity and expression is the level of each moment."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction

import mido
import pytest

from scoregen.notation.midi.playing.swells import EXPRESSION
from scoregen.notation.midi.write import to_midi
from scoregen.score.directions import Direction, Dynamic
from scoregen.score.elements import Instrument, Part, Score
from scoregen.score.spanners import End, Wedge, WedgeType
from tests.notation.handmade import melody

SINGER = Part("P1", "Soprano", instrument=Instrument("Soprano", "voice.soprano", 53))
PIANO = Part("P1", "Piano", instrument=Instrument("Piano", midi_program=1))


def swelling(kind: WedgeType, first: str, last: str, *measures: str, part: Part = SINGER, onset: int = 0) -> Score:
    """Measures with a mark, a hairpin from `onset` to the second measure, and a mark there."""
    score = replace(melody(*measures), parts=(part,))
    head, second, *others = score.measures
    wedge = Wedge("P1", Fraction(onset), End(1, Fraction(0)), kind)
    marks = [(Direction(Fraction(0), Dynamic(mark), "P1"),) for mark in (first, last)]
    head = replace(head, directions=marks[0], spanners=(wedge,))
    return replace(score, measures=(head, replace(second, directions=marks[1]), *others))


def levels(score: Score, *quarters: Fraction | int) -> list[int]:
    """The product of velocity and expression of the note that sounds at each place."""
    file = mido.MidiFile(file=io.BytesIO(to_midi(score, swells=True)))
    events, now = [], 0
    for message in file.tracks[1]:
        now += message.time
        events.append((now, message))
    found = []
    for place in quarters:
        before = [message for tick, message in events if tick <= place * file.ticks_per_beat]
        velocity = next(each.velocity for each in reversed(before) if each.type == "note_on")
        values = [each.value for each in before if each.type == "control_change" and each.control == EXPRESSION]
        found.append(round(velocity * (values[-1] if values else 127) / 127))
    return found


def test_a_crescendo_grows_within_a_note() -> None:
    score = swelling("crescendo", "p", "f", "w:C5", "w:C5")
    assert levels(score, 0, 2, 4, 6) == pytest.approx([49, 72, 96, 96], abs=2)


def test_a_diminuendo_stays_soft_in_a_note_that_is_held_over() -> None:
    score = swelling("diminuendo", "f", "p", "w:C5~", "h:~C5 h:C5")
    assert levels(score, 0, 2, 5, 6) == pytest.approx([96, 72, 49, 49], abs=2)


def test_a_note_that_is_held_into_a_hairpin_keeps_its_level_until_then() -> None:
    score = swelling("crescendo", "p", "f", "w:C5", "w:C5", onset=2)
    assert levels(score, 0, 1, 2, 3) == pytest.approx([49, 49, 49, 72], abs=2)


def test_notes_that_fade_and_plain_files_have_no_controller() -> None:
    for midi in (
        to_midi(swelling("crescendo", "p", "f", "w:C5", "w:C5", part=PIANO), swells=True),
        to_midi(swelling("crescendo", "p", "f", "w:C5", "w:C5")),
    ):
        file = mido.MidiFile(file=io.BytesIO(midi))
        assert not [each for track in file.tracks for each in track if each.type == "control_change"]
