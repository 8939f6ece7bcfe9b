"""The turns of hand-written slices: chords, ties, absent voices, orders, and the voices that are compared."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from scoregen.model.features.alphabet import FIRST_PITCH, HOLD, PITCH_IDS, REST
from scoregen.model.features.conditioning import Example, usual_order
from scoregen.model.features.inputs import ABSENT, SILENCE, SPELLED, PieceArrays, choice_ids, piece_arrays
from scoregen.model.features.turns import compared_voices, turns
from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.events import ABSENT as ABSENT_EVENT
from scoregen.tokens.events import HOLD as HOLD_EVENT
from scoregen.tokens.events import REST as REST_EVENT
from scoregen.tokens.events import Event, Header, Slice, TokenMeasure, TokenScore

MORE, TIED = SPELLED.more, SPELLED.tied


def attack(*names: str, tied: tuple[str, ...] = ()) -> Event:
    return Event("attack", tuple(map(Pitch.parse, names)), tuple(map(Pitch.parse, tied)))


def pitch(name: str) -> int:
    return PITCH_IDS[Pitch.parse(name)]


def note(name: str) -> int:
    return FIRST_PITCH + pitch(name)


def piece_of(*rows: tuple[Event, ...]) -> PieceArrays:
    """A measure with a slice on every quarter."""
    header = Header("1", TimeSignature((4,), 4), KeySignature(0), Fraction(4))
    slices = tuple(Slice(Fraction(place), row) for place, row in enumerate(rows))
    slots = tuple(Slot(f"P{voice}") for voice in range(len(rows[0])))
    return piece_arrays(TokenScore(slots, (TokenMeasure(header, slices),)))


def example_of(piece: PieceArrays, *order: int) -> Example:
    given = np.zeros(piece.events.shape, dtype=bool)
    rows = usual_order(given, piece.events == ABSENT) if not order else np.tile(order, (piece.length, 1))
    return Example(piece, given, rows)


def test_a_chord_is_written_from_its_outer_note_inwards() -> None:
    chord = attack("C4", "E4", tied=("G4",))
    assert choice_ids(chord) == (MORE, TIED, note("G4"), MORE, note("E4"), note("C4"))
    assert choice_ids(chord, lowest=True) == (MORE, note("C4"), MORE, note("E4"), TIED, note("G4"))
    assert choice_ids(attack("C4")) == (note("C4"),)
    assert [choice_ids(each) for each in (HOLD_EVENT, REST_EVENT)] == [(HOLD,), (REST,)]


def test_of_a_very_large_chord_the_notes_nearest_to_the_outer_one_are_read() -> None:
    wide = attack(*(f"{step}{octave}" for octave in (3, 4) for step in "CDEFGAB"))
    ids = choice_ids(wide)
    assert [id for id in ids if id != MORE] == [note(name) for name in ("B4", "A4", "G4", "F4", "E4", "D4", "C4", "B3")]


def test_the_turns_of_a_slice_are_the_choices_of_its_voices_in_order() -> None:
    piece = piece_of(
        (attack("C4", "E4"), attack("C3")),
        (attack("G4"), HOLD_EVENT),
        (attack("F4", tied=("G4",)), REST_EVENT),
    )
    found = turns(example_of(piece, 1, 0), SPELLED)
    assert found.count.tolist() == [4, 2, 5]
    assert found.voice[0].tolist()[:4] == [1, 0, 0, 0]
    assert found.index[0].tolist()[:4] == [0, 0, 1, 2]
    assert found.choice[0].tolist()[:4] == [note("C3"), MORE, note("E4"), note("C4")]
    assert found.choice[1].tolist()[:2] == [HOLD, note("G4")]
    assert found.choice[2].tolist() == [REST, MORE, TIED, note("G4"), note("F4")]


def test_steps_count_from_the_last_note_of_the_voice_or_of_the_chord() -> None:
    piece = piece_of((attack("C4", "E4"), attack("C3")), (attack("A3", "F4"), HOLD_EVENT), (REST_EVENT, HOLD_EVENT))
    found = turns(example_of(piece, 0, 1), SPELLED)
    assert found.pitch[1].tolist()[:4] == [SILENCE, pitch("F4"), pitch("A3"), pitch("C3")]
    assert found.reference[1].tolist()[:4] == [pitch("E4"), pitch("E4"), pitch("F4"), pitch("C3")]
    assert found.chord[1].tolist()[:4] == [SILENCE, SILENCE, pitch("F4"), SILENCE]
    assert found.reference[2].tolist()[:2] == [pitch("F4"), pitch("C3")]
    assert found.pitch[2].tolist()[:2] == [SILENCE, pitch("C3")]


def test_absent_voices_take_no_turn() -> None:
    piece = piece_of((ABSENT_EVENT, attack("C4", "E4"), attack("C3")), (ABSENT_EVENT, HOLD_EVENT, attack("D3")))
    found = turns(example_of(piece), SPELLED)
    assert found.count.tolist() == [4, 2]
    assert 0 not in found.voice[0].tolist() and set(found.voice[1].tolist()[:2]) == {1, 2}


def test_inner_notes_sound_until_the_chord_ends() -> None:
    piece = piece_of((attack("C4", "E4", "G4"),), (HOLD_EVENT,), (attack("D4"),))
    assert piece.sounding[:, 0].tolist() == [pitch("C4"), pitch("C4"), pitch("D4")], "the only voice is the last one"
    assert piece.inner[:, 0].tolist() == [[pitch("E4"), pitch("G4")]] * 2 + [[SILENCE, SILENCE]]


def test_up_to_five_voices_are_compared_with_all_others() -> None:
    present = np.array([[True, True, True], [True, False, True]])
    assert compared_voices(present).tolist() == [[[1, 2], [0, 2], [0, 1]], [[3, 2], [0, 2], [0, 3]]]
    assert compared_voices(np.ones((2, 1), dtype=bool)).shape == (2, 1, 0)


def test_in_larger_ensembles_voices_are_compared_with_neighbours_and_outer_voices() -> None:
    table = compared_voices(np.ones((1, 8), dtype=bool))[0]
    assert [sorted(set(row) - {8}) for row in table.tolist()] == [
        [1, 7], [0, 2, 7], [0, 1, 3, 7], [0, 2, 4, 7], [0, 3, 5, 7], [0, 4, 6, 7], [0, 5, 7], [0, 6]
    ]  # fmt: skip


def test_no_voice_is_compared_with_itself_with_absent_ones_or_twice() -> None:
    generator = np.random.default_rng(0)
    for count in (6, 9, 16):
        present = generator.random((50, count)) < 0.6
        for row, table in zip(present, compared_voices(present), strict=True):
            for voice, others in enumerate(table.tolist()):
                chosen = [other for other in others if other < count]
                if not row[voice]:
                    continue  # an absent voice takes no turn
                assert voice not in chosen and len(set(chosen)) == len(chosen) and all(row[other] for other in chosen)
                expected = [other for other in np.flatnonzero(row).tolist() if other != voice]
                near = {
                    max((o for o in expected if o < voice), default=-1),
                    min((o for o in expected if o > voice), default=-1),
                }
                assert near - {-1} <= set(chosen)
