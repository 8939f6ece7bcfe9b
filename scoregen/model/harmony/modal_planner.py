"""Plans of music in church modes, which the trained planner does not know: drawn by rule.

A plan is a path through the consonant triads of the mode, in root position and first inversion, on the steps of a
piece. Its score adds up how well each chord fits what is given, the weight of its degree in the mode, the motion of
root and bass, and the place of a change in the measure. The degrees that tell a mode from major or minor weigh most
after its tonic, so that the tonic stays the centre: bVII and IV in mixolydian and dorian, bII in phrygian, II in
lydian. The weights are set by judgement. Paths are drawn in proportion to the exponential of their scores, by forward
filtering and backward sampling.

R plans, S steps, C chords, V voices. Pitch classes are relative to the key signature, by fifths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.metric_features import CLASSES, QUALITIES, span
from scoregen.model.harmony.labels import INVERSION, QUALITY, ROOT, key_class, members_of
from scoregen.model.harmony.permissions import bass_of
from scoregen.model.harmony.planner_inputs import SILENT, PlannerPiece
from scoregen.score.keys import Key
from scoregen.score.theory.chord_kinds import MEMBERS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

DEGREES = {
    "dorian": {0: 1.4, -2: 0.9, -1: 0.9, 1: 0.6, -3: 0.6, 2: 0.1},
    "phrygian": {0: 1.4, -5: 0.8, -2: 0.7, -1: 0.7, -4: 0.6, -3: 0.5},
    "lydian": {0: 1.4, 2: 0.9, 1: 0.8, 3: 0.4, 4: 0.4, 5: 0.3},
    "mixolydian": {0: 1.4, -2: 1.0, -1: 0.8, 1: 0.4, 2: 0.3, 3: 0.2},
    "aeolian": {0: 1.4, -2: 0.9, -1: 0.7, 1: 0.6, -4: 0.6, -3: 0.5},
}
"""By mode the weights of the roots of its consonant triads, in fifths over the tonic."""
_SCALE = range(-1, 6)
"""The notes of a signature."""
_ROOT_MOTION = {1: 0.5, -1: 0.6, 2: 0.6, -2: 0.6, 3: 0.2, -3: 0.0, 4: 0.0, -4: -0.3, 5: -0.4, -5: 0.2, 0: -1.0}
"""By the motion of the root in fifths; an unchanged root takes another inversion."""
_STEP, _TRITONE, _SAME_BASS = 0.4, -2.0, -0.4
_INVERTED, _DOUBLED_THIRD, _PARALLEL = -0.8, -2.5, -4.0
_CHANGE = (0.4, -0.5, -1.2)
"""A new chord on the first beat, on another strong beat, and on a weak one, beside the chord before going on."""
_OFF_BEAT, _UNDER_HELD = -6.0, -1.5
_ATTACKED, _HELD, _PASSING, _TIED_OVER = -8.0, -2.0, -1.0, -0.4
"""A given note outside the chord: on a beat and between beats, attacked or held."""
_OTHER_BASS = -5.0
_FIRST_TONIC = 6.0
"""For the tonic in root position at the start of the piece."""
_NEVER = -1e9
_BEATS = span("metrical strength", "metrical strength")
_IN_BEAT = span("place in beat", "place in beat")


class Drawn(NamedTuple):
    """Plans [R, S, 4], and the costs [R, S] of their steps: the negative scores."""

    labels: Ints
    costs: Floats


@dataclass(frozen=True, slots=True)
class _Table:
    """The chords of a search: labels [C, 4], members [C, 12], basses [C], and the scores of their successions [C, C].

    `allowed` [S, C]; `changes` [S] is the score of a new chord at a step.
    """

    labels: Ints
    members: Bools
    basses: Ints
    successions: Floats
    allowed: Bools
    changes: Floats


def modal_key(keys: Sequence[Key]) -> Key | None:
    """The first key of a piece, if all its keys are of one church mode with a consonant triad on its tonic."""
    modes = {key.mode for key in keys}
    return keys[0] if len(modes) == 1 and modes <= DEGREES.keys() else None


def modal_plans(
    piece: PlannerPiece,
    key: Key,
    fixed: Ints,
    may: Bools,
    count: int,
    generator: np.random.Generator,
) -> Drawn:
    """Draw `count` plans. `fixed` [S, 4] are labels with a root where a chord is known, `may` [S] whether one may
    begin."""
    table = _table(piece, key, fixed, may)
    fits = _fits(piece, table) + np.where(table.allowed, 0.0, _NEVER)
    fits[0] += _first(key, table)
    paths, scores = _sampled(piece, table, fits, count, generator)
    return Drawn(table.labels[paths], -scores)


def _table(piece: PlannerPiece, key: Key, fixed: Ints, may: Bools) -> _Table:
    own = _triads(key)
    known = fixed[:, ROOT] >= 0
    labels = np.array([*own, *sorted({_known(label, key) for label in fixed[known].tolist()} - {*own})])
    allowed = np.tile(np.arange(len(labels)) < len(own), (len(fixed), 1))
    for row in range(len(fixed)):
        if known[row]:
            allowed[row] = (labels == np.array(_known(fixed[row].tolist(), key))).all(1)
        elif row and not may[row]:  # a known chord that is foreign to the mode goes on, too
            allowed[row] |= allowed[row - 1]
    changes = np.where(may | known, _places(piece), _NEVER)
    return _Table(labels, members_of(labels), bass_of(labels), _successions(labels, key), allowed, changes)


def _triads(key: Key) -> list[tuple[int, ...]]:
    """The labels of the consonant triads of a mode, in root position and in first inversion."""
    tonic = key.tonic_fifths - key.signature.fifths
    rows: list[tuple[int, ...]] = []
    for degree in DEGREES[key.mode]:
        root = tonic + degree
        name = "major" if root + MEMBERS["major"][1] in _SCALE else "minor"
        rows += [(_own_class(key), root % CLASSES, QUALITIES.index(name), inversion) for inversion in (0, 1)]
    return rows


def _own_class(key: Key) -> int:
    return key_class(key, key.signature.fifths)


def _known(label: list[int], key: Key) -> tuple[int, ...]:
    """A known chord in the key of the piece, in root position if its inversion is free."""
    return (_own_class(key), label[ROOT], max(label[QUALITY], 0), max(label[INVERSION], 0))


def _successions(labels: Ints, key: Key) -> Floats:
    """[C, C] the score of a chord (column) after another (row)."""
    tonic = key.tonic_fifths - key.signature.fifths
    degrees = {(tonic + degree) % CLASSES: weight for degree, weight in DEGREES[key.mode].items()}
    weights = np.array([degrees.get(root, 0.0) for root in labels[:, ROOT].tolist()])
    motion = np.array([_ROOT_MOTION.get(step, _TRITONE) for step in range(-5, 7)])
    roots, basses = labels[:, ROOT], bass_of(labels)
    by_root = motion[(roots[None] - roots[:, None] + 5) % CLASSES]
    by_bass = (basses[None] - basses[:, None]) % CLASSES
    smooth = np.select([np.isin(by_bass, (2, 10, 5, 7)), by_bass == 6, by_bass == 0], [_STEP, _TRITONE, _SAME_BASS])
    return np.asarray(by_root + smooth + weights + _INVERTED * (labels[:, INVERSION] > 0), dtype=np.float64)


def _places(piece: PlannerPiece) -> Floats:
    """[S] the score of a new chord by its place in the measure and by what is given there."""
    strength = np.minimum(piece.place[:, _BEATS].argmax(1), len(_CHANGE) - 1)
    is_attacked = (piece.attacks & piece.is_given).any(1) | ~piece.is_given.any(1)
    scores = np.where(_on_beat(piece), np.array(_CHANGE)[strength], _OFF_BEAT)
    return np.asarray(scores + np.where(is_attacked, 0.0, _UNDER_HELD), dtype=np.float64)


def _on_beat(piece: PlannerPiece) -> Bools:
    result: Bools = np.isclose(piece.place[:, _IN_BEAT.stop - 1], 1.0)
    return result


def _fits(piece: PlannerPiece, table: _Table) -> Floats:
    """[S, C] how well the chords fit what is given, and whether they double a third that is given."""
    scores = np.zeros((len(piece.steps), len(table.labels)))
    on_beat = _on_beat(piece)
    last = piece.classes.shape[1] - 1
    thirds = (table.labels[:, INVERSION] > 0) & (table.labels[:, QUALITY] == QUALITIES.index("major"))
    for voice in range(last + 1):
        sounds = piece.is_given[:, voice] & (piece.classes[:, voice] != SILENT)
        classes = np.maximum(piece.classes[:, voice], 0)
        attacked = piece.attacks[:, voice]
        price = np.select([attacked & on_beat, attacked, on_beat], [_ATTACKED, _PASSING, _HELD], _TIED_OVER)
        scores += (sounds * price)[:, None] * ~table.members[:, classes].T
        same = classes[:, None] == table.basses[None]
        if voice == last:
            scores += _OTHER_BASS * (sounds & attacked)[:, None] * ~same
        else:
            scores += _DOUBLED_THIRD * (sounds & on_beat)[:, None] * (same & thirds[None])
    return scores


def _first(key: Key, table: _Table) -> Floats:
    tonic = _own_class(key) % CLASSES
    return np.where((table.labels[:, ROOT] == tonic) & (table.labels[:, INVERSION] == 0), _FIRST_TONIC, 0.0)


def _sampled(
    piece: PlannerPiece, table: _Table, fits: Floats, count: int, generator: np.random.Generator
) -> tuple[Ints, Floats]:
    """Paths [R, S] of chords, drawn in proportion to the exponential of their scores, and the scores [R, S]."""
    steps = [_step(piece, table, row) for row in range(1, len(fits))]
    forward = [fits[0]]
    for row, step in enumerate(steps, start=1):
        forward.append(fits[row] + np.logaddexp.reduce(forward[-1][:, None] + step, axis=0))
    paths = np.zeros((count, len(fits)), dtype=np.int64)
    scores = np.zeros(paths.shape)
    paths[:, -1] = _drawn(np.tile(forward[-1], (count, 1)), generator)
    for row in range(len(fits) - 1, 0, -1):
        after = paths[:, row]
        paths[:, row - 1] = _drawn(forward[row - 1] + steps[row - 1].T[after], generator)
        scores[:, row] = fits[row, after] + steps[row - 1][paths[:, row - 1], after]
    scores[:, 0] = fits[0, paths[:, 0]]
    return paths, scores


def _step(piece: PlannerPiece, table: _Table, row: int) -> Floats:
    """[C, C] the scores of the chords of a step after those of the step before."""
    moves = table.successions + table.changes[row] + _PARALLEL * _parallels(piece, table, row)
    return np.where(np.eye(len(table.labels), dtype=np.bool_), 0.0, moves)


def _parallels(piece: PlannerPiece, table: _Table, row: int) -> Bools:
    """[C, C] whether the bass follows a given voice over it in octaves or fifths."""
    result = np.zeros((len(table.labels),) * 2, dtype=np.bool_)
    for voice in range(piece.classes.shape[1] - 1):
        came, comes = piece.classes[row - 1 : row + 1, voice]
        if not piece.is_given[row - 1 : row + 1, voice].all() or SILENT in (came, comes) or came == comes:
            continue
        before, after = (came - table.basses) % CLASSES, (comes - table.basses) % CLASSES
        result |= (before[:, None] == after[None]) & (before <= 1)[:, None]
    return result


def _drawn(logits: Floats, generator: np.random.Generator) -> Ints:
    """[R] a class of each row [R, C], in proportion to the exponential of its score."""
    result: Ints = (logits + generator.gumbel(size=logits.shape)).argmax(1)
    return result
