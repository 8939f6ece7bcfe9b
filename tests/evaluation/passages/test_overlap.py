"""Windows: transposed copies are known, other durations are not."""

from __future__ import annotations

from scoregen.evaluation.metrics.frames import Frames, frames_from_lists
from scoregen.evaluation.passages.ngram_index import longest
from scoregen.evaluation.passages.overlap import known_runs, known_share, novelty

TUNE = ((72, 60), (74, 59), (76, 60), (74, 62), (72, 64), (-1, -1), (72, 60))


def piece(moments: tuple[tuple[int, int], ...], frames: int = 2) -> Frames:
    return frames_from_lists([list(moment) for moment in moments for _ in range(frames)])


def transposed(moments: tuple[tuple[int, int], ...], semitones: int) -> tuple[tuple[int, int], ...]:
    return tuple((a + semitones, b + semitones) if a >= 0 else (a, b) for a, b in moments)


def longest_known(asked: Frames, *training: Frames) -> int:
    return longest(known_runs([asked], training)[0])


def share(asked: Frames, length: int, *training: Frames) -> float:
    return known_share(known_runs([asked], training)[0], length)


def test_a_transposed_copy_is_known() -> None:
    copy = piece(transposed(TUNE, 3))
    assert share(copy, 4, piece(TUNE)) == 1
    assert longest_known(copy, piece(TUNE)) == len(TUNE)


def test_other_durations_are_another_window() -> None:
    assert share(piece(TUNE, 4), 2, piece(TUNE)) == 0
    assert longest_known(piece(TUNE, 4), piece(TUNE)) == 0


def test_the_last_duration_does_not_count() -> None:
    held = frames_from_lists([[72, 60]] * 2 + [[74, 59]] * 8)
    assert share(held, 2, piece(TUNE)) == 1


def test_the_longest_window_does_not_cross_from_piece_to_piece() -> None:
    assert longest_known(piece(TUNE), piece(TUNE[:3]), piece(TUNE[3:])) == 4
    assert longest_known(piece(TUNE)) == 0


def test_the_longest_is_the_longest_window_of_all() -> None:
    other = piece((*TUNE[2:5], (71, 50), *TUNE[:2]))
    lengths = [n for n in range(2, 8) if share(other, n, piece(TUNE))]
    assert longest_known(other, piece(TUNE)) == max(lengths) == 3


def test_a_piece_without_windows_has_none_that_are_known() -> None:
    found = novelty([piece(TUNE[:2])], [piece(TUNE)])
    assert found["known_4_percent"].value == 0
    assert found["longest_known_events"].value == 2
