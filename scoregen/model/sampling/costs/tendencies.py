"""The costs of notes that do not go where they tend: sevenths, leading notes, dissonances, cross relations.

Like the costs of `voice_leading_costs`, with which they are added up, they exclude nothing. They read the sonority
before the slice over its lowest voice, and the voices that are already written.

R rows, K voices of the slice that are already written, V voices, P pitches, E events.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD
from scoregen.model.features.inputs import MIDI, SILENCE, SPELLED, Bools, Ints
from scoregen.model.sampling.costs.decision_context import DecisionContext
from scoregen.styles.style import VoiceLeadingCosts
from scoregen.tokens.successions import sets_over_lowest
from scoregen.tokens.tendencies import DISSONANT, FALLING, LEADING, NO_FIFTHS, STEP, TO_FIFTH, TO_TONIC, tendencies

Costs = NDArray[np.float32]

_FIFTHS: Ints = SPELLED.fifths
_IS_DISSONANT = np.isin(np.arange(12), DISSONANT)
_IS_HOME = np.isin(np.arange(12), TO_TONIC)


def tendency_costs(decision: DecisionContext, costs: VoiceLeadingCosts) -> Costs:
    """[R, E] the cost of each event."""
    total = np.zeros((len(decision.voice), SPELLED.events), dtype=np.float32)
    resolutions = costs.seventh_leaves or costs.seventh_stays or costs.leading_note_leaves
    relations = costs.cross_relation or costs.doubled_leading_note or costs.unprepared_dissonance
    own = decision.previous_pitches[np.arange(len(decision.voice)), decision.voice]
    bass_before = MIDI[decision.previous_pitches[:, -1]]
    sounds = np.flatnonzero((own != SILENCE) & (bass_before >= 0))
    if resolutions and len(sounds):
        _add_resolutions(total, sounds, own, bass_before, decision, costs)
    if relations:
        _add_relations(total, own, decision, costs)
    return total


def _add_resolutions(
    total: Costs,
    rows: NDArray[np.intp],
    own: Ints,
    bass_before: Ints,
    decision: DecisionContext,
    costs: VoiceLeadingCosts,
) -> None:
    """Add the costs of a seventh or leading note of the last sonority that moves elsewhere."""
    table, steps = tendencies(), _steps()
    sonority = sets_over_lowest(MIDI[decision.previous_pitches[rows]])
    degree = (MIDI[own[rows]] - bass_before[rows]) % 12
    lowest = decision.lowest
    bass, is_known = decision.bass
    went = (bass[rows] - bass_before[rows]) % 12
    seventh = table.seventh[sonority] == degree
    if seventh.any():
        found = rows[seventh]
        total[found, FIRST_PITCH:] += costs.seventh_leaves * steps.leaves[own[found]]
        total[rows, HOLD] += costs.seventh_stays * (seventh & is_known[rows] & (went != 0))
    leading = (table.leading[sonority] == degree) & (
        ~table.is_triad[sonority] | _is_sharp(own[rows], decision.key[rows])
    )
    found = rows[leading & is_known[rows] & _IS_HOME[(went - degree) % 12]]
    if not len(found):
        return
    inner = (decision.voice[found] > 0) & (decision.voice[found] < lowest)
    resolved = steps.rises[own[found]] | (inner[:, None] & steps.to_fifth[own[found]])
    total[found, FIRST_PITCH:] += costs.leading_note_leaves * ~resolved


def _add_relations(total: Costs, own: Ints, decision: DecisionContext, costs: VoiceLeadingCosts) -> None:
    """Add the costs of cross relations, doubled leading notes and unprepared dissonances."""
    lowest = decision.lowest
    slots = np.arange(lowest + 1)
    before = np.where(slots == decision.voice[:, None], SILENCE, decision.previous_pitches)
    around = np.concatenate([before, decision.other_pitches], 1)
    around = np.where(_clash_class()[around] == _clash_class()[own][:, None], SILENCE, around)
    total[:, FIRST_PITCH:] += costs.cross_relation * _clashes()[around].any(1)
    if not decision.other_pitches.shape[1]:
        return
    is_sharp = _is_sharp(decision.other_pitches, decision.key[:, None])
    sharp = np.where(is_sharp, _clash_class()[decision.other_pitches], NO_FIFTHS)
    if is_sharp.any():
        total[:, FIRST_PITCH:] += costs.doubled_leading_note * (sharp[:, :, None] == _FIFTHS).any(1)
    bass, is_known = decision.bass
    rows = np.flatnonzero(is_known & decision.on_beat & (decision.voice != lowest))
    over = (SPELLED.midi - bass[rows, None]) % 12
    unprepared = _IS_DISSONANT[over] & (np.abs(SPELLED.midi - MIDI[own[rows]][:, None]) > STEP)
    total[rows, FIRST_PITCH:] += costs.unprepared_dissonance * unprepared


def _is_sharp(pitch: Ints, key: Ints) -> Bools:
    """Whether pitch ids are the leading note of the major key of a signature, or sharper."""
    sharp: Bools = (pitch != SILENCE) & (_clash_class()[pitch] - key >= LEADING)
    return sharp


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """[P + 1, P] by two pitch ids: whether a seventh leaves its resolution by this step, whether the step is a semitone
    up, and whether a leading note falls by it to the fifth."""

    leaves: Bools
    rises: Bools
    to_fifth: Bools


@cache
def _steps() -> _Steps:
    step = SPELLED.midi - MIDI[:, None]
    return _Steps((step != 0) & ~np.isin(step, FALLING), step == 1, np.isin(step, TO_FIFTH))


@cache
def _clash_class() -> Ints:
    """[P + 1] the place of a pitch id on the line of fifths; that of silence is far from all others."""
    return np.append(_FIFTHS, NO_FIFTHS)


@cache
def _clashes() -> Bools:
    """[P + 1, P] whether two pitches have the same letter and another alteration; never with silence."""
    difference = _FIFTHS - _FIFTHS[:, None]
    return np.pad((difference % 7 == 0) & (difference != 0), ((0, 1), (0, 0)))
