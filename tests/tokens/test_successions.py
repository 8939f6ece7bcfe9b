"""The successions of a corpus: probabilities, transposition, and the file."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.system.errors import ReadError
from scoregen.tokens.events import Event, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.sonorities import sonorities
from scoregen.tokens.successions import (
    AT_END,
    LAST_BEAT,
    NEAR_END,
    SuccessionTable,
    headers,
    piece_successions,
    places,
)

SLOTS = tuple(Slot(f"P{voice}") for voice in range(3))
C = Header("1", TimeSignature((4,), 4), KeySignature(0, "major"), Fraction(4), phrase_ends=(Fraction(3),))
D = replace(C, key=KeySignature(2, "major"))
CADENCE = ("E4 C4 C3", "F4 C4 F3", "D4 B3 G3", "C4 C4 C3")
IN_D = ("F#4 D4 D3", "G4 D4 G3", "E4 C#4 A3", "D4 D4 D3")


def piece(chords: tuple[str, ...], header: Header = C) -> TokenScore:
    """A measure of quarters."""
    slices = tuple(
        Slice(Fraction(index), tuple(Event("attack", (Pitch.parse(name),)) for name in chord.split()))
        for index, chord in enumerate(chords)
    )
    return TokenScore(SLOTS, (TokenMeasure(header, slices),))


def rows(tokens: TokenScore) -> np.ndarray:
    return piece_successions(sonorities(tokens), places(headers(tokens)))[0]


def test_a_transposed_piece_has_the_same_successions() -> None:
    assert (rows(piece(CADENCE)) == rows(piece(IN_D, D))).all()
    assert (rows(piece(CADENCE)) != rows(piece(IN_D))).any(), "but not in another key"


def test_places_are_beats_and_the_nearness_of_the_end() -> None:
    where = places([C])
    assert where.nearness[[48 * 3, 48 * 2, 48 + 24, 48]].tolist() == [AT_END, LAST_BEAT, NEAR_END, NEAR_END]
    assert where.on_beat[[0, 24, 48]].tolist() == [1, 0, 1]


def test_chances_sum_to_one_and_favour_what_is_known() -> None:
    table = SuccessionTable.of([piece(CADENCE), piece(("C4 E4 C3", "E4 G4 C3", "D4 G4 B2", "E4 G4 C3"))])
    for row in table.rows:
        assert table.chances(row[:-2].tolist()).sum() == pytest.approx(1)
    known, strange = table.nats(rows(piece(CADENCE))), table.nats(rows(piece(("E4 C4 C3", "F#4 C4 F#3", *CADENCE[2:]))))
    assert known.sum() < strange.sum()
    assert np.isfinite(strange).all()


def test_a_rest_of_the_lowest_voice_has_no_succession() -> None:
    tokens = piece(CADENCE)
    silent = replace(tokens.measures[0].slices[1], events=(*tokens.measures[0].slices[1].events[:2], Event("rest")))
    slices = (tokens.measures[0].slices[0], silent, *tokens.measures[0].slices[2:])
    shorter = replace(tokens, measures=(replace(tokens.measures[0], slices=slices),))
    assert len(rows(shorter)) == len(rows(tokens)) - 1


def test_the_file_holds_the_same_table() -> None:
    table = SuccessionTable.of([piece(CADENCE)])
    again = SuccessionTable.from_bytes(table.to_bytes())
    assert (again.rows == table.rows).all() and (again.counts == table.counts).all()
    with pytest.raises(ReadError):
        SuccessionTable.from_bytes(table.to_bytes()[:-2])
    with pytest.raises(ReadError):
        SuccessionTable.from_bytes(b"something else")


def test_a_corpus_without_a_succession_is_an_empty_table() -> None:
    table = SuccessionTable.of([piece(CADENCE[:1])])
    assert len(SuccessionTable.from_bytes(table.to_bytes()).rows) == 0
