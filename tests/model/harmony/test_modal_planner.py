"""Plans in church modes: chords of the mode that fit what is given, with the tonic as their centre."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from scoregen.model.features.metric_features import CLASSES, QUALITIES
from scoregen.model.harmony.labels import ATTRIBUTES, INVERSION, QUALITY, ROOT, UNKNOWN, begins, members_of
from scoregen.model.harmony.modal_planner import DEGREES, Drawn, modal_key, modal_plans
from scoregen.model.harmony.permissions import bass_of
from scoregen.model.harmony.planner_inputs import PlannerPiece, planner_piece
from scoregen.score.edit import blank_voices, with_parts
from scoregen.score.elements import Part, Slot
from scoregen.score.keys import Key
from scoregen.tokens.encode import encode
from tests.plan.tunes import tune

TUNES = {
    "G mixolydian": "G4:1 A4:1 B4:1 G4:1 | A4:1 F4:1 G4:2 | C5:1 B4:1 A4:1 F4:1 | D4:1 F4:1 G4:2 |",
    "D dorian": "D4:1 F4:1 A4:1 B4:1 | A4:1 G4:1 E4:2 | F4:1 G4:1 A4:1 C5:1 | A4:1 E4:1 D4:2 |",
    "E phrygian": "E4:1 G4:1 A4:1 B4:1 | C5:1 B4:1 A4:2 | G4:1 A4:1 G4:1 F4:1 | G4:1 F4:1 E4:2 |",
    "F lydian": "F4:1 A4:1 B4:1 C5:1 | D5:1 B4:1 C5:2 | A4:1 B4:1 G4:1 A4:1 | G4:1 E4:1 F4:2 |",
}
COUNT = 40


def piece_of(text: str, key: str) -> PlannerPiece:
    score = tune(text, key=key)
    parts = (*score.parts, *(Part(f"P{number}", f"Voice {number}") for number in range(2, 5)))
    slots = [Slot(part.id) for part in parts]
    whole = blank_voices(with_parts(score, parts), slots[1:], range(len(score.measures)))
    return planner_piece(encode(whole, slots))


def drawn(piece: PlannerPiece, key: str, fixed: np.ndarray | None = None, seed: int = 1) -> Drawn:
    steps = len(piece.steps)
    known = np.full((steps, len(ATTRIBUTES)), UNKNOWN) if fixed is None else fixed
    may = np.ones(steps, dtype=np.bool_)
    return modal_plans(piece, Key.parse(key), known, may, COUNT, np.random.default_rng(seed))


@pytest.mark.parametrize("key", TUNES)
def test_the_chords_are_of_the_mode_and_contain_what_is_given_on_beats(key: str) -> None:
    piece = piece_of(TUNES[key], key)
    members = members_of(drawn(piece, key).labels)
    scale = np.isin(np.arange(CLASSES), [place % CLASSES for place in range(-1, 6)])
    assert not members[..., ~scale].any()
    attacked = piece.attacks[:, 0]
    fits = members[:, np.arange(len(attacked)), np.maximum(piece.classes[:, 0], 0)]
    assert fits[:, attacked].mean() > 0.98


@pytest.mark.parametrize("key", TUNES)
def test_the_tonic_begins_and_is_the_most_frequent_chord(key: str) -> None:
    piece, mode = piece_of(TUNES[key], key), Key.parse(key)
    labels = drawn(piece, key).labels
    tonic = (mode.tonic_fifths - mode.signature.fifths) % CLASSES
    assert ((labels[:, 0, ROOT] == tonic) & (labels[:, 0, INVERSION] == 0)).mean() > 0.9
    assert Counter(labels[..., ROOT].ravel().tolist()).most_common(1)[0][0] == tonic


def test_chords_begin_on_beats_and_where_they_may() -> None:
    piece, key = piece_of(TUNES["D dorian"], "D dorian"), Key.parse("D dorian")
    may = np.arange(len(piece.steps)) % 4 == 0
    fixed = np.full((len(may), len(ATTRIBUTES)), UNKNOWN)
    held = modal_plans(piece, key, fixed, may, COUNT, np.random.default_rng(2)).labels
    assert not any(begins(row)[~may].any() for row in held)
    free = drawn(piece, "D dorian").labels
    off_beat = np.arange(len(may)) % 2 == 1
    assert np.mean([begins(row)[off_beat].mean() for row in free]) < 0.05


def test_a_known_chord_stands_where_it_is_known_even_from_outside_the_mode() -> None:
    piece = piece_of(TUNES["D dorian"], "D dorian")
    fixed = np.full((len(piece.steps), len(ATTRIBUTES)), UNKNOWN)
    fixed[10, [ROOT, QUALITY, INVERSION]] = 3, QUALITIES.index("major"), 0  # A major
    labels = drawn(piece, "D dorian", fixed).labels
    raised = (labels[..., ROOT] == 3) & (labels[..., QUALITY] == QUALITIES.index("major"))
    assert raised[:, 10].all()
    assert not raised[:, [9, 12, 13]].any()


def test_a_known_chord_from_outside_the_mode_goes_on_where_none_may_begin() -> None:
    piece, key = piece_of(TUNES["D dorian"], "D dorian"), Key.parse("D dorian")
    fixed = np.full((len(piece.steps), len(ATTRIBUTES)), UNKNOWN)
    fixed[10, [ROOT, QUALITY, INVERSION]] = 3, QUALITIES.index("major"), 0  # A major
    may = np.ones(len(piece.steps), dtype=np.bool_)
    may[11:13] = False
    labels = modal_plans(piece, key, fixed, may, COUNT, np.random.default_rng(2)).labels
    raised = (labels[..., ROOT] == 3) & (labels[..., QUALITY] == QUALITIES.index("major"))
    assert raised[:, 10:13].all() and not raised[:, 13].any()


def test_the_bass_does_not_follow_the_tune() -> None:
    piece = piece_of(TUNES["G mixolydian"], "G mixolydian")
    labels = drawn(piece, "G mixolydian").labels
    basses = bass_of(labels)
    line = piece.classes[:, 0]
    moves = (line[1:] != line[:-1])[None] & (basses[:, 1:] != basses[:, :-1])
    interval = (line[None] - basses) % CLASSES
    follows = moves & (interval[:, 1:] == interval[:, :-1]) & (interval[:, 1:] <= 1)
    assert follows.sum() / moves.sum() < 0.03


def test_paths_differ_and_the_same_seed_draws_the_same() -> None:
    piece = piece_of(TUNES["E phrygian"], "E phrygian")
    first, again, other = (drawn(piece, "E phrygian", seed=seed) for seed in (1, 1, 2))
    assert (first.labels == again.labels).all()
    assert not (first.labels == other.labels).all()
    assert len({row.tobytes() for row in first.labels}) > COUNT // 2
    assert first.costs.shape == first.labels.shape[:2]


def test_modes_that_have_plans() -> None:
    assert modal_key([Key.parse("D dorian")] * 2) == Key.parse("D dorian")
    for keys in (["D dorian", "G mixolydian"], ["C major"], ["B locrian"]):
        assert modal_key([Key.parse(key) for key in keys]) is None
    assert all(0 in degrees and len(degrees) == 6 for degrees in DEGREES.values())
