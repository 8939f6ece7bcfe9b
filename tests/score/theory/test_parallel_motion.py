"""Whether a motion of two voices is parallel, by the options."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.score.pitch import Pitch
from scoregen.score.theory.parallel_motion import (
    DIMINISHED_FIFTH,
    FIFTH,
    OCTAVE,
    PART_WRITING,
    PROTOCOL,
    SAMPLING,
    UNISON,
    parallel_interval,
    perfect_interval,
)


def pitches(text: str) -> list[Pitch]:
    return [Pitch.parse(name) for name in text.split()]


@pytest.mark.parametrize(
    ("motion", "part_writing", "sampling", "protocol"),
    [
        ("G4 A4 C4 D4", FIFTH, FIFTH, FIFTH),
        ("C4 D4 G4 A4", FIFTH, FIFTH, FIFTH),  # either voice may be the upper one
        ("G4 A5 C4 D4", FIFTH, FIFTH, None),  # a twelfth
        ("G4 C5 C4 F3", None, FIFTH, None),  # a twelfth, by contrary motion
        ("C5 C4 C4 C3", None, None, OCTAVE),  # the same notes, an octave lower
        ("C5 D5 C4 D4", OCTAVE, OCTAVE, OCTAVE),
        ("C4 D4 C4 D4", UNISON, UNISON, UNISON),
        ("C5 D4 C4 D4", None, OCTAVE, OCTAVE),  # an octave becomes a unison
        ("C5 D5 C4 D5", OCTAVE, OCTAVE, OCTAVE),
        ("G4 G4 C4 C4", None, None, None),  # no voice moves
        ("C5 C5 C4 C3", None, None, None),  # one stays
        ("G4 A4 C4 E4", None, None, None),  # a fourth
        ("B3 F4 E4 C4", None, None, None),  # a fifth after a fourth
        ("G#4 A4 Db4 D4", None, FIFTH, FIFTH),  # a diminished sixth sounds as a fifth
        ("F4 G4 B3 C4", None, None, None),  # a diminished fifth is not perfect
    ],
)
def test_each_set_of_options_counts_its_motions(
    motion: str, part_writing: str | None, sampling: str | None, protocol: str | None
) -> None:
    found = [parallel_interval(*pitches(motion), counts) for counts in (PART_WRITING, SAMPLING, PROTOCOL)]
    assert found == [part_writing, sampling, protocol]


def test_intervals_by_their_spelling() -> None:
    names = [perfect_interval(*pitches(text)) for text in ("C4 G5", "C4 C6", "C4 C4", "B3 F4", "C4 F4", "C4 B#4")]
    assert names == [FIFTH, OCTAVE, UNISON, DIMINISHED_FIFTH, None, None]
    assert replace(PART_WRITING, spelling=False, contrary=True, phrase_ends=True) == SAMPLING
