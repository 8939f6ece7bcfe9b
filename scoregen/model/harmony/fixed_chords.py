"""What is fixed of a harmonic plan: labels of planned chords and of chord symbols, and the triads that close phrases.

Pitch classes are relative to the key signature, by fifths.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.metric_features import CLASSES, QUALITIES
from scoregen.model.harmony.labels import ATTRIBUTES, UNKNOWN
from scoregen.model.harmony.planner_inputs import SILENT, PlannerPiece
from scoregen.score.theory.chord_kinds import MEMBERS
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord

Bools = NDArray[np.bool_]

TRIADS = tuple(QUALITIES.index(name) for name in ("major", "minor"))
"""The qualities of consonant triads."""
_NEAR = np.zeros((CLASSES, len(QUALITIES)), dtype=np.bool_)
"""[12, 9] the triads that close phrases near a signature, by root and quality: minor ones with at most one note outside
its scale, major ones on its scale or on bVII, whose thirds may be raised."""
_NEAR[[root % CLASSES for root in range(-2, 5)], QUALITIES.index("major")] = True
_NEAR[[root % CLASSES for root in range(1, 6)], QUALITIES.index("minor")] = True


def planned_label(chord: PlannedChord, fifths: int) -> list[int]:
    """The label of a planned chord under a key signature, in root position and any key."""
    root = chord.members[0]
    above = tuple(member - root for member in chord.members)
    quality = next((name for name in QUALITIES if MEMBERS[name] == above), None)
    return [UNKNOWN, (root - fifths) % CLASSES, QUALITIES.index(quality) if quality else UNKNOWN, 0]


def given_label(chord: ChordSpan, fifths: int) -> list[int]:
    """The label of a chord symbol; a chord with other tones is read as the largest usual chord in it."""
    lowest = next(iter(chord.members)) if chord.bass is None else chord.bass
    found = [
        (len(MEMBERS[name]), root == lowest, -index, root, name)
        for index, name in enumerate(QUALITIES)
        for root in chord.members
        if {root + member for member in MEMBERS[name]} <= chord.members
    ]
    if not found:
        return [UNKNOWN] * len(ATTRIBUTES)
    *_, root, name = max(found)
    members = [root + member for member in MEMBERS[name]]
    inversion = members.index(chord.bass) if chord.bass in members else UNKNOWN
    return [UNKNOWN, (root - fifths) % CLASSES, QUALITIES.index(name), inversion]


def closing_triads(piece: PlannerPiece, row: int) -> Bools:
    """[12, 9] the triads in root position that contain what is given in a step, by root and quality: the near ones if
    there is one."""
    every = _fitting_triads(piece, row)
    return every & _NEAR if (every & _NEAR).any() else every


def _fitting_triads(piece: PlannerPiece, row: int) -> Bools:
    given = piece.classes[row][piece.is_given[row] & (piece.classes[row] != SILENT)]
    result = np.zeros((CLASSES, len(QUALITIES)), dtype=np.bool_)
    bass = piece.classes[row, -1] if piece.is_given[row, -1] else SILENT
    for root in range(CLASSES):
        for quality in TRIADS:
            members = {(root + member) % CLASSES for member in MEMBERS[QUALITIES[quality]]}
            result[root, quality] = set(given.tolist()) <= members and bass in (SILENT, root)
    return result
