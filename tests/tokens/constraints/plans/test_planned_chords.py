"""A planned chord is in the right voices, whatever the network prefers."""

from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.generation.ranking.ends import ends_on_tonic
from scoregen.plan.form import blank_piece, tonic_chords
from scoregen.score.ensemble import load_ensemble
from scoregen.tasks.compose import PieceOptions, SamplingOptions, compose
from scoregen.tokens.encode import encode


@pytest.mark.parametrize(
    ("key", "root", "members"),
    [("C major", 0, {0, 4, 7}), ("f# minor", 6, {6, 9, 1}), ("d dorian", 2, {2, 5, 9}), ("E phrygian", 4, {4, 7, 11})],
)
def test_a_new_piece_begins_and_ends_on_the_tonic(untrained: Path, key: str, root: int, members: set[int]) -> None:
    options = PieceOptions(measures=4, key=key, anacrusis=Fraction(1), phrases=2)
    score = compose(piece=options, checkpoint=untrained, sampling=SamplingOptions(candidates=2)).score
    opening, closing = score.measures[0], score.measures[-1]
    first = [voice.elements[0].notes[0].pitch.pitch_class for voice in opening.voices]
    last = [voice.elements[-1].notes[0].pitch.pitch_class for voice in closing.voices]
    for classes in (first, last):
        assert set(classes) <= members and classes[-1] == root
    assert ends_on_tonic(encode(score))
    assert all(voice.elements[-1].fermata for voice in closing.voices)


def test_the_tonic_is_planned_for_the_first_slice_and_the_last_phrase_end() -> None:
    piece = blank_piece(PieceOptions(measures=8, time="3/4"), load_ensemble("satb"))
    assert tonic_chords(piece) == {0: {Fraction(0): (0, 4, 7)}, 7: {Fraction(0): (0, 4, 7)}}
