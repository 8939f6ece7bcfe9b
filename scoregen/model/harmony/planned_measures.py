"""What a plan of measures fixes of a harmonic plan, and what it permits: chords, their places, and phrase ends.

S steps, V voices.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.metric_features import CLASSES
from scoregen.model.harmony.fixed_chords import closing_triads, given_label, planned_label
from scoregen.model.harmony.labels import ATTRIBUTES, INVERSION, KEY, QUALITY, ROOT, UNKNOWN
from scoregen.model.harmony.permissions import Permissions
from scoregen.model.harmony.planner_inputs import SILENT, PlannerPiece
from scoregen.model.harmony.planner_task import PlannerTask
from scoregen.plan.harmonic_plan import Step
from scoregen.score.keys import Key
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan, Plan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LONGEST = Fraction(1000)
"""Quarters: more than a measure has."""


def may_move(own: MeasurePlan, step: Step) -> bool:
    """Whether a chord may begin in a step where the new voices may: not while the chord of a phrase end stays, nor
    between a dominant and its goal."""
    end = step.onset + step.duration
    is_open = own.onsets is None or any(step.onset <= onset < end for onset in own.onsets)
    return (
        is_open and not any(onset < step.onset < _until(own, onset) for onset in own.chords) and _may_begin(own, step)
    )


def _until(own: MeasurePlan, onset: Fraction) -> Fraction:
    """The end of a planned chord: of a dominant its goal, or the end of the measure."""
    chord = own.chords[onset]
    if chord.leads:
        return min((place for place in own.chords if place > onset), default=onset + LONGEST)
    return onset + max(chord.hold + chord.rest, chord.stay)


def fixed_labels(piece: PlannerPiece, plan: Plan, *, every: bool = False) -> Ints:
    """[S, 4] what a plan of measures fixes at each step: the chords of its last cadences, or `every` one."""
    fixed = np.full((len(piece.steps), len(ATTRIBUTES)), UNKNOWN)
    closes = _closes(piece, plan).nonzero()[0].tolist()
    for row, step in enumerate(piece.steps):
        own = plan.get(step.measure, MeasurePlan())
        fifths, end = piece.headers[step.measure].key.fifths, step.onset + step.duration
        given, planned = _last(own.given_chords, end), _planned(own, step)
        after = bisect_left(closes, row)
        goal = closes[after] if after < len(closes) else None
        if given is not None:
            fixed[row] = given_label(given, fifths)
        elif planned is not None and every:
            fixed[row] = planned_label(planned, fifths)
        elif planned is not None and goal is not None and _is_last(piece, plan, goal, closes):
            fixed[row] = planned_label(planned, fifths)
            if row == goal and not piece.is_given[row].any():  # a minor piece may end in major
                fixed[row, QUALITY] = UNKNOWN
    return fixed


def with_tonics(task: PlannerTask, fixed: Ints, plan: Plan) -> Ints:
    """What is fixed, and for players the tonic as the first chord, if one is planned there, and, in root position, as
    the last one, if no other one is and it fits."""
    tonic = home(task.piece)
    if task.is_played and (fixed[0] == UNKNOWN).all() and tonic is not None:
        first = _planned(plan.get(0, MeasurePlan()), task.piece.steps[0])
        if first is not None and not first.leads:
            fixed[0] = planned_label(first, task.piece.headers[0].key.fifths)
    for row in np.flatnonzero(fixed[:, QUALITY] == UNKNOWN) if task.is_played else ():
        step = task.piece.steps[row]
        last = _planned(plan.get(step.measure, MeasurePlan()), step)
        if last is not None and fixed[row, ROOT] != UNKNOWN:  # for players a major end in minor is planned or is not
            fixed[row] = planned_label(last, task.piece.headers[step.measure].key.fifths)
    is_open = task.is_played and (fixed[-1] == UNKNOWN).all()
    if is_open and tonic is not None and closing_triads(task.piece, -1)[tonic].any():
        fixed[-1, [ROOT, INVERSION]] = tonic, 0
    return fixed


def _is_last(piece: PlannerPiece, plan: Plan, row: int, closes: Sequence[int]) -> bool:
    """Whether the phrase end of a step is the last one, or that of a section."""
    step = piece.steps[row]
    chord = _planned(plan.get(step.measure, MeasurePlan()), step)
    return row == closes[-1] or (chord is not None and chord.final)


def _planned(own: MeasurePlan, step: Step) -> PlannedChord | None:
    """The chord that is planned in a step."""
    end = step.onset + step.duration
    found = (chord for onset, chord in own.chords.items() if step.onset <= onset < end and chord.members)
    return next(found, None)


def _closes(piece: PlannerPiece, plan: Plan) -> Bools:
    """[S] whether the last chord of a phrase is planned in a step."""
    chords = (_planned(plan.get(step.measure, MeasurePlan()), step) for step in piece.steps)
    return np.array([chord is not None and not chord.leads for chord in chords], dtype=np.bool_)


def _last(chords: Mapping[Fraction, ChordSpan], end: Fraction) -> ChordSpan | None:
    """The chord in force before an onset."""
    place = max((onset for onset in chords if onset < end), default=None)
    return None if place is None or not chords[place].members else chords[place]


def permitted(piece: PlannerPiece, fixed: Ints, plan: Plan) -> Permissions:
    """What a plan may choose, without the first axis: the fixed attributes, triads that fit what is given at phrase
    ends, and no new chord inside one of a chord symbol."""
    masks = [_only(fixed[:, index], size) for index, size in enumerate(ATTRIBUTES.values())]
    qualities = np.repeat(masks[QUALITY][:, None], CLASSES, axis=1)
    closes = _closes(piece, plan) & (fixed[:, QUALITY] == UNKNOWN)
    closes[-1] |= fixed[-1, ROOT] != UNKNOWN and fixed[-1, QUALITY] == UNKNOWN
    for row in closes.nonzero()[0]:
        fitting = closing_triads(piece, row) & masks[ROOT][row, :, None]
        if fitting.any():
            qualities[row], masks[ROOT][row] = fitting, fitting.any(1)
            masks[INVERSION][row] = np.arange(ATTRIBUTES["inversion"]) == 0
    may = np.array([_may_begin(plan.get(step.measure, MeasurePlan()), step) for step in piece.steps])
    return Permissions(masks[KEY], masks[ROOT], qualities, masks[INVERSION], may, _lines(piece))


def until_the_end(task: PlannerTask, allowed: Permissions, plan: Plan) -> Permissions:
    """The permissions, in which players keep their last chord: none begins after one that is planned in the last
    measure."""
    lasts = np.flatnonzero(_closes(task.piece, plan) & _last_measure(task.piece))
    if not task.is_played or not len(lasts):
        return allowed
    return replace(allowed, may=allowed.may & (np.arange(len(allowed.may)) <= lasts[-1]))


def _lines(piece: PlannerPiece) -> Ints:
    """[S, V] the given lines over the bass: none where the bass is given too, which decides about parallels itself."""
    over = piece.is_given & ~piece.is_given[:, -1:]
    return np.where(over, piece.classes, SILENT)


def _may_begin(own: MeasurePlan, step: Step) -> bool:
    """Whether a chord may begin in a step: inside the chord of a symbol none may."""
    end = step.onset + step.duration
    return _last(own.given_chords, end) is None or any(step.onset <= onset < end for onset in own.given_chords)


def _only(values: Ints, size: int) -> Bools:
    """[S, size] the known class alone; all classes where it is unknown."""
    result: Bools = (values[..., None] == np.arange(size)) | (values[..., None] == UNKNOWN)
    return result


def phrase_ends(task: PlannerTask, plan: Plan) -> NDArray[np.intp]:
    """The steps in which phrases end; music for players ends with a phrase, whatever is planned."""
    if not task.is_played:
        return np.flatnonzero(task.piece.ends)
    closes = _closes(task.piece, plan)
    closes[-1] |= not (closes & _last_measure(task.piece)).any()
    return np.flatnonzero(closes)


def _last_measure(piece: PlannerPiece) -> Bools:
    return np.array([step.measure == len(piece.headers) - 1 for step in piece.steps], dtype=np.bool_)


def home(piece: PlannerPiece) -> int | None:
    """The tonic of the last measure by fifths from its signature, None without a mode."""
    signature = piece.headers[-1].key
    if signature.mode is None:
        return None
    return (Key.of(signature).tonic_fifths - signature.fifths) % CLASSES
