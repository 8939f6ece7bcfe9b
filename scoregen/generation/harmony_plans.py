"""Harmonic plans of drafts: drawn by the planner around what is fixed, ranked, and put into the headers of a task.

What is given fixes some of a plan: chord symbols, and the last cadence that a plan of measures has. At other phrase
ends the planner chooses a triad in root position that fits what is given. For each plan of measures several harmonic
plans are drawn. They are ranked by their likelihood when nothing is fixed, so that the fixed chords count too, and by
their cadences. A plan that is likelier than half of them gains nothing by that: the likeliest plans are bare. Those of
players are ranked by their cadences alone: the likelier half of them keeps to few chords of one key.

Music in church modes, which the planner does not know, has plans that are drawn by rule (`modal_planner`). All chords
of its plan of measures are fixed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.generation.harmony_cadences import with_cadences
from scoregen.model.features.metric_features import CLASSES, QUALITIES
from scoregen.model.harmony.fixed_chords import TRIADS, closing_triads, given_label, planned_label
from scoregen.model.harmony.labels import ATTRIBUTES, INVERSION, KEY, QUALITY, ROOT, UNKNOWN, chord_of, key_class
from scoregen.model.harmony.modal_planner import Drawn, modal_key, modal_plans
from scoregen.model.harmony.outer_voices import PLANNER_STYLES, ensemble_inputs, outer_voices, voices_piece
from scoregen.model.harmony.permissions import Permissions
from scoregen.model.harmony.planner import Planner
from scoregen.model.harmony.planner_inputs import SILENT, PlannerPiece, planner_inputs, planner_piece
from scoregen.plan.harmonic_plan import Step, headers_with
from scoregen.score.ensemble import Ensemble
from scoregen.score.keys import Key
from scoregen.styles.defaults import default_style
from scoregen.styles.style import Style, load_style
from scoregen.system.threads import one_thread
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan, Plan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from scoregen.tokens.events import TokenScore

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

PLANS = 32
"""The harmonic plans that are drawn for an alternative, over all plans of measures."""
TEMPERATURE = 0.7
"""Of the planner, whose distribution is too wide: at 1 half of the phrase ends have one of Bach's sixty usual cadences,
at 0.7 two thirds, as in the chorales."""
PLAYED_TEMPERATURE = 1.1
"""The same for players, whose plans do not leave their key at 0.7: chords with notes outside the key take 26 % of the
time of sixteen openings of training quartets and of the piano of sixteen songs, of plans 1 % at 0.7 (ten of them),
23 and 10 % at 1, 28 and 17 % at 1.1."""
NO_DOMINANT, NO_TONIC, OPEN_END = 12.0, 8.0, 2.0
"""The nats that a last cadence without a dominant, one off the tonic, and a phrase end that is not closed cost."""
LONGEST = Fraction(1000)
"""Quarters: more than a measure has."""
_MODES = (None, "major", "minor", "ionian")
_LEADING = [QUALITIES.index(name) for name in ("diminished", "half-diminished", "diminished-seventh")]
_DOMINANTS = [QUALITIES.index(name) for name in ("major", "dominant")]


@dataclass(frozen=True, slots=True)
class HarmonicPlan:
    """A harmonic plan in the headers of a task, its plan of measures, and its cost in nats a step."""

    tokens: TokenScore
    measures: Plan
    cost: float


def has_plans(tokens: TokenScore) -> bool:
    """Whether plans are drawn for a task: not where church modes change, and not in locrian."""
    keys = [measure.header.key for measure in tokens.measures]
    return all(key.mode in _MODES for key in keys) or _modal_key(tokens) is not None


def _modal_key(tokens: TokenScore) -> Key | None:
    return modal_key([Key.of(measure.header.key) for measure in tokens.measures])


@dataclass(frozen=True, slots=True)
class PlannerTask:
    """What the planner reads of a task, and the inputs [S, I] that it has with known chords [S, 4].

    A choir has its phrase ends in the headers; players have them in the plans of measures alone.
    """

    piece: PlannerPiece
    inputs: Callable[[Ints], Floats]
    is_played: bool = False

    @property
    def temperature(self) -> float:
        """Of the planner."""
        return PLAYED_TEMPERATURE if self.is_played else TEMPERATURE


def choral_task(tokens: TokenScore) -> PlannerTask:
    """The task of a choir."""
    piece = planner_piece(tokens)
    return PlannerTask(piece, lambda known: planner_inputs(piece, piece.is_given, known))


def played_task(tokens: TokenScore, style: str | None) -> PlannerTask:
    """The task of any other ensemble; `style` is the corpus whose style its music has."""
    whole = voices_piece(tokens)
    piece = outer_voices(whole, whole.is_given)
    return PlannerTask(piece, lambda known: ensemble_inputs(piece, known, style), is_played=True)


def planner_style(style: Style, ensemble: Ensemble) -> str:
    """The style that the planner reads, which knows corpora alone: of a composer that of such an ensemble."""
    own = style.network_style
    return own if own in PLANNER_STYLES else load_style(default_style(ensemble)).network_style


def harmonic_plans(
    planner: Planner,
    tokens: TokenScore,
    plans: Sequence[Plan],
    seed: str,
    count: int = 1,
    task: PlannerTask | None = None,
    again: Mapping[int, int] | None = None,
    keys: Mapping[int, Key] | None = None,
) -> list[HarmonicPlan]:
    """The best harmonic plans of a task, of several that are drawn for each of the plans of its measures.

    `task` is what the planner reads, by default that of a choir. `again` are the measures that have the chords of
    earlier ones, by index: those of the best plan that is drawn without them. The phrases of such a piece close as its
    plan of measures says. `keys` are the local keys of measures, where they are fixed.
    """
    task = task or choral_task(tokens)
    key = _modal_key(tokens)
    rows = np.repeat(np.arange(len(plans)), max(1, PLANS // len(plans)))
    if key is not None:
        labels, costs = _by_rule(task, key, plans, seed)
        labels = labels[:, _sources(task.piece, again or {})]
    else:
        labels, costs = _by_planner(planner, task, plans, rows, seed, again or {}, keys or {})
    best = np.argsort(costs, kind="stable")[:count]
    return [
        _harmonic_plan(tokens, task.piece, labels[row], plans[rows[row]], float(costs[row])) for row in best.tolist()
    ]


def _sources(piece: PlannerPiece, again: Mapping[int, int]) -> NDArray[np.intp]:
    """[S] for each step the step whose chord it has: that of the first measure that it comes from, or its own."""
    places = {(step.measure, step.onset): row for row, step in enumerate(piece.steps)}
    first = {index: index for index in range(len(piece.headers))}
    for index in sorted(again):
        first[index] = first[again[index]]
    found = [places.get((first[step.measure], step.onset), row) for row, step in enumerate(piece.steps)]
    return np.array(found, dtype=np.intp)


def _by_planner(
    planner: Planner,
    task: PlannerTask,
    plans: Sequence[Plan],
    rows: NDArray[np.intp],
    seed: str,
    again: Mapping[int, int],
    keys: Mapping[int, Key],
) -> tuple[Ints, Floats]:
    """Plans [R, S, 4] of the trained planner, and the costs [R] of each."""
    fixed = np.stack([_with_tonics(task, _fixed(task.piece, plan, every=bool(again)), plan) for plan in plans])
    for row, step in enumerate(task.piece.steps):
        if step.measure in keys:
            fixed[:, row, KEY] = key_class(keys[step.measure], task.piece.headers[step.measure].key.fifths)
    labels, costs = _drawn(planner, task, plans, fixed, rows, seed)
    if not again:
        return labels, costs
    sources, own = _sources(task.piece, again), np.arange(len(task.piece.steps))
    known = np.isin(own, sources[sources != own]) | (sources != own)
    best = labels[int(np.argmin(costs))][sources]
    return _drawn(planner, task, plans, np.where(known[:, None], best, fixed), rows, f"{seed} again")


def _drawn(
    planner: Planner, task: PlannerTask, plans: Sequence[Plan], fixed: Ints, rows: NDArray[np.intp], seed: str
) -> tuple[Ints, Floats]:
    """Plans [R, S, 4] around what is fixed in each plan of measures, and their costs [R]."""
    piece = task.piece
    unknown = np.full_like(fixed[0], UNKNOWN)
    allowed = [_until_the_end(task, _permissions(piece, *each), each[1]) for each in zip(fixed, plans, strict=True)]
    generator = np.random.default_rng(list(seed.encode()))
    with one_thread():
        code = planner.code(np.stack([task.inputs(known) for known in (*fixed, unknown)]))
        labels = planner.sample(code, _stacked(allowed, rows), generator, task.temperature, rows)
        nats = planner.nats(code[-1], labels).sum(1)
    usual = np.zeros_like(nats) if task.is_played else np.maximum(nats, _median(nats))
    ends = [_phrase_ends(task, plan) for plan in plans]
    faults = [_faults(piece, label, ends[row]) for label, row in zip(labels, rows, strict=True)]
    return labels, (usual + np.array(faults, dtype=np.float32)) / len(piece.steps)


def _by_rule(task: PlannerTask, key: Key, plans: Sequence[Plan], seed: str) -> tuple[Ints, Floats]:
    """Plans [R, S, 4] in a church mode, and the costs [R] of each."""
    piece, generator = task.piece, np.random.default_rng(list(seed.encode()))
    drawn = [_drawn_by_rule(task, key, plan, max(1, PLANS // len(plans)), generator) for plan in plans]
    nats = np.concatenate([each.costs.sum(1) for each in drawn]) / len(piece.steps)
    labels = np.concatenate([each.labels for each in drawn])
    return labels, np.maximum(nats, _median(nats)).astype(np.float32)


def _drawn_by_rule(task: PlannerTask, key: Key, plan: Plan, count: int, generator: np.random.Generator) -> Drawn:
    piece = task.piece
    may = np.array([_may_move(plan.get(step.measure, MeasurePlan()), step) for step in piece.steps])
    return modal_plans(piece, key, _with_tonics(task, _fixed(piece, plan, every=True), plan), may, count, generator)


def _may_move(own: MeasurePlan, step: Step) -> bool:
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


def _median(values: NDArray[np.floating]) -> np.floating:
    """The median; that of numpy imports its masked arrays, which takes longer than the plans of a short piece."""
    ordered = np.sort(values)
    middle: np.floating = ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1].mean()
    return middle


def _harmonic_plan(tokens: TokenScore, piece: PlannerPiece, labels: Ints, plan: Plan, cost: float) -> HarmonicPlan:
    planned = _with(tokens, piece, labels)
    headers = [measure.header for measure in planned.measures]
    return HarmonicPlan(planned, with_cadences(plan, headers), cost)


def _with(tokens: TokenScore, piece: PlannerPiece, labels: Ints) -> TokenScore:
    """The task with a plan in its headers."""
    chords = [
        chord_of(label, piece.headers[step.measure]) for label, step in zip(labels.tolist(), piece.steps, strict=True)
    ]
    headers = headers_with(piece.headers, piece.steps, chords)
    measures = zip(tokens.measures, headers, strict=True)
    return replace(tokens, measures=tuple(replace(measure, header=header) for measure, header in measures))


def _fixed(piece: PlannerPiece, plan: Plan, *, every: bool = False) -> Ints:
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


def _with_tonics(task: PlannerTask, fixed: Ints, plan: Plan) -> Ints:
    """What is fixed, and for players the tonic as the first chord, if one is planned there, and, in root position, as
    the last one, if no other one is and it fits."""
    tonic = _tonic(task.piece)
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


def _permissions(piece: PlannerPiece, fixed: Ints, plan: Plan) -> Permissions:
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


def _until_the_end(task: PlannerTask, allowed: Permissions, plan: Plan) -> Permissions:
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


def _stacked(allowed: Sequence[Permissions], rows: NDArray[np.intp]) -> Permissions:
    """The permissions of the plans with these numbers, with their first axis."""
    columns = ([getattr(each, name) for each in allowed] for name in Permissions.__dataclass_fields__)
    return Permissions(*(np.stack(column)[rows] for column in columns))


def _may_begin(own: MeasurePlan, step: Step) -> bool:
    """Whether a chord may begin in a step: inside the chord of a symbol none may."""
    end = step.onset + step.duration
    return _last(own.given_chords, end) is None or any(step.onset <= onset < end for onset in own.given_chords)


def _only(values: Ints, size: int) -> Bools:
    """[S, size] the known class alone; all classes where it is unknown."""
    result: Bools = (values[..., None] == np.arange(size)) | (values[..., None] == UNKNOWN)
    return result


def _phrase_ends(task: PlannerTask, plan: Plan) -> NDArray[np.intp]:
    """The steps in which phrases end; music for players ends with a phrase, whatever is planned."""
    if not task.is_played:
        return np.flatnonzero(task.piece.ends)
    closes = _closes(task.piece, plan)
    closes[-1] |= not (closes & _last_measure(task.piece)).any()
    return np.flatnonzero(closes)


def _last_measure(piece: PlannerPiece) -> Bools:
    return np.array([step.measure == len(piece.headers) - 1 for step in piece.steps], dtype=np.bool_)


def _faults(piece: PlannerPiece, labels: Ints, ends: NDArray[np.intp]) -> float:
    """The nats of phrase ends that are not closed, and of a last cadence without dominant or off the tonic."""
    open_ends = sum(labels[end, INVERSION] != 0 or labels[end, QUALITY] not in TRIADS for end in ends)
    if not len(ends):
        return 0.0
    last = labels[ends[-1]]
    before = labels[: ends[-1]][labels[: ends[-1], ROOT] != last[ROOT]]
    leads = len(before) > 0 and _is_dominant(before[-1], last)
    tonic = _tonic(piece)
    off_tonic = last[ROOT] != (last[KEY] % CLASSES if tonic is None else tonic)
    return float(OPEN_END * open_ends + NO_DOMINANT * (not leads) + NO_TONIC * off_tonic)


def _tonic(piece: PlannerPiece) -> int | None:
    """The tonic of the last measure by fifths from its signature, None without a mode."""
    signature = piece.headers[-1].key
    if signature.mode is None:
        return None
    return (Key.of(signature).tonic_fifths - signature.fifths) % CLASSES


def _is_dominant(label: Ints, goal: Ints) -> bool:
    """Whether a chord is a dominant of the root of another."""
    above = (label[ROOT] - goal[ROOT]) % CLASSES
    return bool((above == 1 and label[QUALITY] in _DOMINANTS) or (above == 5 and label[QUALITY] in _LEADING))
