"""Notes cost more the rarer the corpus moves on to the sonorities that they allow."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, REST, pitch_id
from scoregen.model.features.inputs import SILENCE, SPELLED, Ints
from scoregen.model.sampling.costs.successions import (
    SuccessionCosts,
    load_successions,
    save_successions,
    succession_prices,
)
from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.styles.style import load_style
from scoregen.system.errors import InputError
from scoregen.tokens.events import Event, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.successions import SuccessionTable, headers, places
from tests.model.sampling.costs.test_voice_leading import decision_context

HEADER = Header("1", TimeSignature((4,), 4), KeySignature(0, "major"), Fraction(4))


def ids(names: str) -> Ints:
    return np.array([SILENCE if name == "-" else pitch_id(Pitch.parse(name)) for name in names.split()])


def piece(*chords: str) -> TokenScore:
    slices = tuple(
        Slice(Fraction(index), tuple(Event("attack", (Pitch.parse(name),)) for name in chord.split()))
        for index, chord in enumerate(chords)
    )
    return TokenScore(tuple(Slot(f"P{voice}") for voice in range(4)), (TokenMeasure(HEADER, slices),))


CADENCE = piece("C5 G4 E4 C3", "D5 F4 D4 F3", "B4 G4 D4 G3", "C5 G4 E4 C3")
TABLE = SuccessionTable.of([CADENCE] * 5)


def costs(voice: int, others: dict[int, str], before: str = "C5 G4 E4 C3") -> np.ndarray:
    state = SuccessionCosts(TABLE, places(headers(CADENCE)), 1)
    state.append(ids(before)[None])
    slots, pitches = np.array([list(others)]), ids(" ".join(others.values()))[None]
    decision = decision_context(voice, ids(before)[None], slots, pitches)
    return state.costs(np.array([0]), np.array([48]), np.array([0]), decision)[0]


def of(row: np.ndarray, pitch: str) -> float:
    return float(row[FIRST_PITCH + ids(pitch)[0]])


def test_the_bass_looks_ahead_to_the_chord() -> None:
    row = costs(3, {0: "D5"})
    assert of(row, "F3") < of(row, "E3")
    assert of(row, "F3") == of(row, "F2")


def test_the_last_voice_is_judged_by_what_it_completes() -> None:
    row = costs(1, {0: "D5", 2: "D4", 3: "F3"})
    assert of(row, "F4") < of(row, "Ab4") == of(row, "C#5")


def test_a_hold_costs_as_much_as_its_pitch() -> None:
    """A hold costs as much as its pitch, a rest as much as the cheapest pitch."""
    row = costs(1, {0: "D5", 2: "D4", 3: "F3"}, before="C5 F4 E4 C3")
    assert row[HOLD] == pytest.approx(of(row, "F4"))
    assert row[REST] == pytest.approx(row[FIRST_PITCH:].min())


def test_nothing_costs_before_the_first_sonority_or_over_a_silent_bass() -> None:
    assert not costs(1, {0: "D5", 3: "-"}).any()
    state = SuccessionCosts(TABLE, places(headers(CADENCE)), 1)
    none = np.zeros((1, 0), dtype=np.int64)
    zero = np.array([0])
    assert not state.costs(zero, zero, zero, decision_context(0, ids("- - - -")[None], none, none)).any()


def test_the_file_next_to_the_weights(tmp_path: Path) -> None:
    assert load_successions(tmp_path / "mine") is None
    save_successions(TABLE, tmp_path / "mine")
    found = load_successions(tmp_path / "mine")
    assert found is not None and (found.rows == TABLE.rows).all()
    (tmp_path / "mine.successions").write_bytes(b"nothing")
    with pytest.raises(InputError, match="is damaged"):
        load_successions(tmp_path / "mine")


def test_the_shipped_table_knows_the_cadence() -> None:
    from scoregen.system.resources import weights

    table = load_successions(weights() / "satb-chorales")
    assert table is not None and table.counts.sum() > 10_000


def test_usual_successions_cost_nothing_and_a_note_held_on_a_beat_may_be_a_suspension() -> None:
    costs = replace(load_style().voice_leading, unusual_succession=2.0, usual_succession=3.0, held_succession=0.0)
    nats = np.full((2, SPELLED.events), 5.0, dtype=np.float32)
    nats[:, HOLD], nats[:, FIRST_PITCH] = 8.0, 2.5
    prices = succession_prices(nats, costs, np.array([True, False]))
    assert prices[:, FIRST_PITCH].tolist() == [0.0, 0.0]
    assert (prices[:, FIRST_PITCH + 1 :] == 4.0).all()
    assert prices[:, HOLD].tolist() == [0.0, 10.0]
    half = succession_prices(nats, replace(costs, held_succession=0.5), np.array([True, False]))
    assert half[:, HOLD].tolist() == [5.0, 10.0]
