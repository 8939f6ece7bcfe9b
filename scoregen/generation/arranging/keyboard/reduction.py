"""A keyboard reduction: all sounding lines on two staves, for two hands.

The right hand has the highest line, the left hand the lowest. Every other note goes to a hand that reaches it from
there: down from the melody, or up from the bass, in its own octave if possible. Each hand has two voices; notes that
move together are chords of one voice. Notes that no hand can take are left out, doubles and inner notes only. A player
with three staves has the bass in the pedal, and the hands the rest.
"""

from __future__ import annotations

from collections.abc import Iterable

from scoregen.generation.arranging.keyboard.events import units_of
from scoregen.generation.arranging.keyboard.hands import Hands
from scoregen.generation.arranging.keyboard.outline import Frame
from scoregen.generation.arranging.keyboard.pedal import PEDAL, pedalled
from scoregen.generation.arranging.lines.players import Player
from scoregen.generation.arranging.lines.writing import Stretch, Written
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble.tablature import linked_tablature
from scoregen.score.timeline import measure_onsets


def reduce(score: Score, player: Player, slots: Iterable[Slot]) -> Written:
    """The reduction of some voices of a score for a player with two staves or more."""
    chosen = frozenset(slots) - linked_tablature(score)
    feet = pedalled(score, player, chosen) if player.role.staves >= PEDAL else None
    if feet is not None:
        score = feet.rest
    frame = Frame(score, chosen)
    before: dict[Slot, tuple[int, int]] = {}
    rows, stretches = [], list[Stretch]()
    for index, (measure, onset) in enumerate(zip(score.measures, measure_onsets(score), strict=True)):
        hands = Hands(frame, player, onset, before)
        hands.place(units_of(measure, chosen))
        before = hands.chosen
        pedal = feet.voices[index] if feet is not None else None
        rows.append((*hands.voices(measure), *((pedal,) if pedal is not None else ())))
        stretches += hands.stretches(index, measure)
    if feet is not None:
        stretches += feet.stretches
    return Written(tuple(rows), tuple(stretches))
