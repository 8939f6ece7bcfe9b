"""How much of a piece stands, note for note, in the pieces that a model has learned from.

The task is to tell style from copying. A window of n events is what all voices do from one event to
the n-th: its pitches relative to the first sounding voice of its first event, so that a transposed
copy is a copy, and the durations of all its events but the last, which may go on. Short windows are
common property (Bach's own chorales share one in seven of four events); of eight or more they are
quotations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from scoregen.evaluation.bootstrap import Rate, mean
from scoregen.evaluation.frames import SILENCE, Frames, Whole, durations, events

WINDOW_LENGTHS = (4, 8, 12)

Shape = tuple[int | None, ...]
"""The pitches of an event relative to its first sounding voice."""
Step = tuple[int, int, Shape]
"""How long the event before lasted, how far the first sounding voice went, and the event's shape."""
Window = tuple[Shape | Step, ...]


def windows(frames: Frames, length: int) -> Iterator[Window]:
    """Every window of so many events, in order."""
    shapes, steps = _described(frames)
    for first in range(len(shapes) - length + 1):
        yield (shapes[first], *steps[first : first + length - 1])


def known_windows(training: Iterable[Frames], length: int) -> frozenset[Window]:
    """The windows of a set of pieces."""
    return frozenset(window for piece in training for window in windows(piece, length))


def known_share(frames: Frames, known: frozenset[Window], length: int) -> float:
    """Which share of a piece's windows are known; 0 for a piece without any."""
    found = [window in known for window in windows(frames, length)]
    return sum(found) / len(found) if found else 0.0


def longest_known(pieces: Sequence[Frames], training: Sequence[Frames]) -> list[int]:
    """For each piece, the events of the longest window that it shares with a training piece."""
    numbers: dict[Shape | Step, int] = {}
    known = [_numbered(piece, numbers) for piece in training]
    shapes = np.concatenate([piece[0] for piece in known] or [np.zeros(0, np.int64)])
    steps = np.concatenate([piece[1] for piece in known] or [np.zeros(0, np.int64)])
    return [_longest_run(*_numbered(piece, numbers), shapes, steps) for piece in pieces]


def novelty(pieces: Sequence[Frames], training: Sequence[Frames], *, seed: int = 0) -> dict[str, Rate]:
    """Means over pieces: known windows of each length in percent, and the longest one in events."""
    found = {}
    for length in WINDOW_LENGTHS:
        known = known_windows(training, length)
        shares = [known_share(piece, known, length) for piece in pieces]
        found[f"known_{length}_percent"] = mean(shares, 100.0, seed=seed)
    found["longest_known_events"] = mean(longest_known(pieces, training), seed=seed)
    return found


def _described(frames: Frames) -> tuple[list[Shape], list[Step]]:
    """The shape of every event, and the step into every event but the first."""
    indices = events(frames)
    lengths = durations(indices, len(frames))
    tops, shapes = [], []
    top = 0
    for moment in frames[indices].tolist():
        top = next((pitch for pitch in moment if pitch != SILENCE), top)  # silence stays where it was
        tops.append(top)
        shapes.append(tuple(None if pitch == SILENCE else pitch - top for pitch in moment))
    steps = [
        (int(lengths[place]), tops[place + 1] - tops[place], shapes[place + 1]) for place in range(len(shapes) - 1)
    ]
    return shapes, steps


def _numbered(frames: Frames, numbers: dict[Shape | Step, int]) -> tuple[Whole, Whole]:
    """A number for the shape of every event and for the step into it; 0: no step leads into the first."""
    shapes, steps = _described(frames)
    described: list[Shape | Step] = [*shapes, *steps]
    for item in described:
        numbers.setdefault(item, len(numbers) + 1)
    return np.array([numbers[shape] for shape in shapes]), np.array([0, *(numbers[step] for step in steps)])


def _longest_run(shapes: Whole, steps: Whole, known_shapes: Whole, known_steps: Whole) -> int:
    """The longest window of the known events, laid end to end, that ends at each of them in turn."""
    runs = np.zeros(len(known_shapes), np.int64)
    longest = 0
    for shape, step in zip(shapes, steps, strict=True):
        earlier = np.concatenate([[0], runs[:-1]])
        goes_on = (known_steps == step) & (step > 0) & (earlier > 0)
        runs = np.where(goes_on, earlier + 1, known_shapes == shape)
        longest = max(longest, int(runs.max(initial=0)))
    return longest
