"""Which hand plays what."""

from __future__ import annotations

from scoregen.transcription.hands import first_of_right_hand


def test_a_wide_leap_of_the_left_hand_does_not_go_to_the_right() -> None:
    groups = [[36, 72], [55, 60], [55, 60, 74], [36, 76], [55, 60], [55, 60, 74]]
    splits = first_of_right_hand(groups)
    assert all(60 < split <= 72 for split in splits)


def test_a_right_hand_below_middle_c_stays_one_hand() -> None:
    groups = [[40, 64], [43, 62], [40, 60], [36, 57], [40, 55], [43, 57], [36, 60]]
    splits = first_of_right_hand(groups)
    assert all(lower < split <= upper for (lower, upper), split in zip(groups, splits, strict=True))


def test_no_attacks() -> None:
    assert first_of_right_hand([]) == []
