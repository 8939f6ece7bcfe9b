"""Costs of notes outside the planned harmony: on beats and where a chord begins, and of another bass at its beginning.

The network reads the plan and mostly follows it; the costs keep a draft from leaving it. They exclude nothing. Held
notes are free, so that suspensions are, and so are notes between the beats. In church modes, of which the network has
seen few, those of choirs are higher.

The network of any ensemble follows the plan less where its chords leave the key: under D F sharp A it writes F. So for
players a note that contradicts the chord, of the letter of a member with another alteration, costs everywhere.

R drafts, C chords, P pitches, E events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, GRID, HOLD
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, Ints
from scoregen.model.features.outline import PieceOutline
from scoregen.score.keys import CHURCH_MODES
from scoregen.styles.style import VoiceLeadingCosts
from scoregen.tokens.events import Harmony, Header

Floats = NDArray[np.float32]
_CLASSES = MIDI[:-1] % 12
_MODAL = 4.0
"""How many times higher the costs of choirs are in church modes."""


class PlannedHarmonyCosts:
    """The costs of events under the plan of a piece."""

    def __init__(self, outline: PieceOutline, costs: VoiceLeadingCosts, voices: int, is_played: bool = False) -> None:
        chords = [chord for _, chord in outline.chords]
        self._onsets: Ints = np.array([round(onset * GRID) for onset, _ in outline.chords])
        self._foreign = costs.foreign_to_plan * _attacks(chords, members=True)
        self._low = costs.other_bass * _attacks(chords, members=False)
        self._bass = voices - 1
        self._contrary = costs.foreign_to_plan * _contradictions(chords) if is_played else None

    def costs(self, position: Ints, voice: Ints, before: Ints, on_beat: NDArray[np.bool_]) -> Floats:
        """[R, E] the costs of a voice [R] with the last pitch ids `before` [R] at positions [R] in grid steps."""
        chord = np.searchsorted(self._onsets, position, side="right") - 1
        known = chord >= 0
        chord = np.maximum(chord, 0)
        begins = known & (self._onsets[chord] == position)
        result: Floats = self._foreign[chord] * (known & (on_beat | begins))[:, None]
        if self._contrary is not None:
            result = np.maximum(result, self._contrary[chord] * known[:, None])
        rows = np.flatnonzero(begins & (voice == self._bass))
        if len(rows):
            low, held = self._low[chord[rows]], before[rows]
            sounds = held != SILENCE
            low[sounds, HOLD] = low[sounds, FIRST_PITCH + held[sounds]]
            result[rows] += low
        return result


def planned_harmony_costs(
    headers: Sequence[Header], costs: VoiceLeadingCosts, voices: int, is_played: bool = False
) -> PlannedHarmonyCosts | None:
    """The costs of a piece, None without a plan, or if its harmony has no price."""
    outline = PieceOutline.of(headers)
    if not is_played and any(header.key.mode in CHURCH_MODES for header in headers):
        costs = replace(costs, foreign_to_plan=_MODAL * costs.foreign_to_plan, other_bass=_MODAL * costs.other_bass)
    has_price = costs.foreign_to_plan or costs.other_bass
    return PlannedHarmonyCosts(outline, costs, voices, is_played) if outline.chords and has_price else None


def _attacks(chords: Sequence[Harmony | None], *, members: bool) -> Floats:
    """[C, E] 1 for the attacks of pitches that are no members of a chord, or not its lowest note; 0 without a chord."""
    tables = np.zeros((len(chords), FIRST_PITCH + len(_CLASSES)), dtype=np.float32)
    for row, chord in ((row, chord) for row, chord in enumerate(chords) if chord is not None):
        foreign = np.ones(12, dtype=np.bool_)
        foreign[[7 * place % 12 for place in (chord.members if members else (chord.bass,))]] = False
        tables[row, FIRST_PITCH:] = foreign[_CLASSES]
    return tables


def _contradictions(chords: Sequence[Harmony | None]) -> Floats:
    """[C, E] 1 for the attacks of pitches with the letter of a member of a chord and another alteration."""
    tables = np.zeros((len(chords), FIRST_PITCH + len(_CLASSES)), dtype=np.float32)
    for row, chord in ((row, chord) for row, chord in enumerate(chords) if chord is not None):
        apart = SPELLED.fifths[:, None] - np.array(chord.members)
        tables[row, FIRST_PITCH:] = (apart % LETTERS == 0).any(1) & (apart != 0).all(1)
    return tables


LETTERS = 7
"""The line of fifths has each letter again after as many steps."""
