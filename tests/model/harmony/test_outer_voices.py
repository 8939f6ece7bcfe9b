"""What the planner reads of any ensemble: the outer notes of what is given, with rests, crossings and chords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from scoregen.corpora.shards import FileRecord, ShardPiece
from scoregen.model.harmony.ensemble_examples import (
    LEAST_STEPS,
    PlannedExcerpt,
    draw_given,
    ensemble_tasks,
    planned_excerpts,
    read_planned,
)
from scoregen.model.harmony.labels import UNKNOWN
from scoregen.model.harmony.outer_voices import (
    ENSEMBLE_INPUTS,
    PLANNER_STYLES,
    ensemble_inputs,
    outer_voices,
    voices_piece,
)
from scoregen.model.harmony.planner_inputs import SILENT
from scoregen.plan.supported_plans import with_piece_plan
from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.tokens.encode import encode
from scoregen.tokens.events import Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.text import event_from_text
from tests.corpora.music import SOURCE, measure, score, voice, write_corpus

VIOLIN, RIGHT, LEFT, LEFT_2 = Slot("P1"), Slot("P2", 1), Slot("P2", 2), Slot("P2", 2, 2)
PLAIN = Header("1", TimeSignature((2,), 4), KeySignature(1, "major"), Fraction(2))


def music(*rows: Sequence[str]) -> TokenScore:
    """A measure in G major with a slice for each row, a quarter apart: violin, right hand, two voices of the left."""
    slices = tuple(Slice(Fraction(place), tuple(map(event_from_text, row))) for place, row in enumerate(rows))
    return TokenScore((VIOLIN, RIGHT, LEFT, LEFT_2), (TokenMeasure(PLAIN, slices),))


CROSSING = music(("G4", "B4+D5", "G2+G3", "B2"), ("rest", "hold", "hold", "E2"))


def outer(tokens: TokenScore, *given: int) -> tuple[list[int], list[int], list[int]]:
    """The classes of the upper note and of the lower one, by fifths from the signature, and those that sound."""
    piece = voices_piece(tokens)
    chosen = np.isin(np.arange(4), given)[None, :] & piece.is_given
    found = outer_voices(piece, chosen)
    sounding = np.flatnonzero(found.inside[0].any(0)).tolist()
    return found.classes[:, 0].tolist(), found.classes[:, 1].tolist(), sounding


def test_the_highest_note_is_read_wherever_it_is_and_all_notes_of_chords_sound() -> None:
    upper, lower, sounding = outer(CROSSING, 0, 1, 2, 3)
    assert upper == [1, 1, 1, 1]  # D5 of the right hand is above the violin
    assert lower == [0, 0, 3, 3]  # the second voice of the left hand goes below the first
    assert sounding == [0, 1, 4]


def test_only_given_voices_are_read_and_the_bass_is_unknown_without_its_staff() -> None:
    assert outer(CROSSING, 0) == ([0, 0, SILENT, SILENT], [SILENT] * 4, [0])
    assert outer(CROSSING, 3) == ([4, 4, 3, 3], [4, 4, 3, 3], [4])
    piece = voices_piece(CROSSING)
    known = outer_voices(piece, np.isin(np.arange(4), (0, 1))[None, :] & piece.is_given)
    assert known.is_given.tolist() == [[True, False]] * 4


def test_blank_voices_are_not_given() -> None:
    blank = music(("G4", "blank", "blank", "absent"), ("A4", "blank", "blank", "absent"))
    assert voices_piece(blank).is_given.tolist() == [[True, False, False, True]] * 4


def test_the_style_is_an_input_and_may_be_unknown() -> None:
    piece = outer_voices(voices_piece(CROSSING), voices_piece(CROSSING).is_given)
    fixed = np.full((4, 4), UNKNOWN)
    for style, numbers in ((None, []), ("polish-choir", [PLANNER_STYLES.index("polish-choir")])):
        inputs = ensemble_inputs(piece, fixed, style)
        assert inputs.shape == (4, ENSEMBLE_INPUTS)
        assert np.flatnonzero(inputs[0, -len(PLANNER_STYLES) :]).tolist() == numbers


def shard_piece(measures: int) -> ShardPiece:
    upper, lower = ("E4 E4", "F4 F4", "D4 D4", "E4 E4"), ("C3 C3", "A2 A2", "G2 B2", "C3 C3")
    rows = [
        measure(str(number + 1), voice(VIOLIN, upper[number % 4]), voice(Slot("P2"), lower[number % 4]))
        for number in range(measures)
    ]
    source = replace(SOURCE, corpus="polish-songs")
    return with_piece_plan(ShardPiece("one", encode(score(*rows)), (), {1: "a septuplet"}, source))


def test_a_long_movement_is_read_in_excerpts_and_gaps_are_not_learnt() -> None:
    found = list(planned_excerpts(shard_piece(100)))
    assert [each.length for each in found] == [133, 133, 134]
    assert found[0].known[:8].tolist() == [True] * 4 + [False] * 4
    assert all(each.known[8:].all() for each in found)
    example = found[0].draw(np.random.default_rng(1))
    assert example.inputs.shape == (133, ENSEMBLE_INPUTS) and (example.fixed[4:8] == UNKNOWN).all()
    assert list(planned_excerpts(shard_piece(LEAST_STEPS // 4))) == []


def test_the_mode_is_known_from_the_plan() -> None:
    plain = shard_piece(8)
    assert {each.header.key.mode for each in plain.tokens.measures} == {None}
    (found,) = planned_excerpts(plain)
    assert {header.key.mode for header in found.piece.highest.headers} == {"major"}


def test_examples_give_nothing_a_part_or_voices() -> None:
    slots = (VIOLIN, RIGHT, LEFT, LEFT_2)
    rows = [draw_given(slots, (2, 4), np.random.default_rng(number))[0].tolist() for number in range(200)]
    assert 50 < sum(not any(row) for row in rows) < 110
    assert [True, False, False, False] in rows and [False, True, True, True] in rows and [True] * 4 in rows
    assert any(row[2] != row[3] for row in rows)


def test_shards_are_read_and_measured_by_corpus(tmp_path: Path) -> None:
    piece = shard_piece(20)
    sources = [replace(piece.source, split="valid", file=f"{number}.mxl") for number in range(3)]
    records = [FileRecord(source, (piece,) if number else ()) for number, source in enumerate(sources)]
    write_corpus(tmp_path / "polish-songs", records)
    found: list[PlannedExcerpt] = list(read_planned(tmp_path, "valid"))
    assert [each.style for each in found] == ["polish-songs"] * 2
    tasks = ensemble_tasks(found)
    assert {name: len(examples) for name, examples in tasks.items()} == {"polish-songs free": 2, "polish-songs part": 2}
    free, part = (tasks[f"polish-songs {name}"][0] for name in ("free", "part"))
    assert (free.labels == part.labels).all() and (free.inputs != part.inputs).any()
