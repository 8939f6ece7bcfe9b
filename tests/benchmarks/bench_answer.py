"""How soon an answer begins after the last note of a phrase, at a simulated port, in real time.

The port hands over the messages of phrases when their time has come, as a keyboard does. What a real port adds (its
driver and its cable: some milliseconds) is not measured. Run: python tests/benchmarks/bench_answer.py [PHRASES]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scoregen.notation.midi.live.ports import note_off, note_on
from scoregen.tasks.variation.live import LiveOptions, Reply, _warm_up, converse

SCALE = (0, 2, 4, 5, 7, 9, 11, 12)
LIMIT = 0.3
"""The seconds within which 95 of 100 answers should begin."""


@dataclass
class SimulatedKeyboard:
    """Plays phrases in real time: the next one begins when the answer has had its first note for a while."""

    phrases: int
    generator: random.Random
    waiting: list[tuple[float, Any]] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    next_at: float = 0.0

    def iter_pending(self) -> Iterator[Any]:
        now = time.monotonic()
        if not self.waiting and now >= self.next_at and len(self.ends) < self.phrases:
            self._begin(now + 0.05)
        while self.waiting and self.waiting[0][0] <= now:
            yield self.waiting.pop(0)[1]

    def _begin(self, start: float) -> None:
        """Four measures at most, a note now and then longer or shorter, with the unevenness of a player."""
        beat = 60 / self.generator.uniform(180, 260)  # quick, so that the run is short
        at, tonic, degree = start, self.generator.randint(55, 67), 0
        for _ in range(self.generator.randint(6, 20)):
            length = beat * self.generator.choice((0.5, 0.5, 1, 1, 1, 2))
            degree = min(max(degree + self.generator.choice((-2, -1, -1, 0, 1, 1, 2)), 0), 7)
            key = tonic + SCALE[degree]
            sounds = at + length * self.generator.uniform(0.8, 0.95)
            self.waiting += [(at, note_on(key, self.generator.randint(50, 100))), (sounds, note_off(key))]
            at += length + self.generator.gauss(0, 0.008)
        self.waiting.sort(key=lambda item: item[0])
        self.ends.append(self.waiting[-1][0])
        self.next_at = self.ends[-1] + 0.9

    def send(self, message: Any) -> None:
        if message.type == "note_on" and len(self.answers) < len(self.ends):
            self.answers.append(time.monotonic())


def main(phrases: int) -> None:
    keyboard = SimulatedKeyboard(phrases, random.Random(0))
    options = LiveOptions()
    _warm_up(options)
    replies: list[Reply] = []
    converse(
        keyboard,
        keyboard,
        options,
        replies.append,
        lambda: len(keyboard.ends) < phrases or bool(keyboard.waiting) or time.monotonic() < keyboard.next_at,
    )
    delays = sorted(answer - end for answer, end in zip(keyboard.answers, keyboard.ends, strict=False))
    p95 = delays[min(len(delays) - 1, int(0.95 * len(delays)))]
    print(f"simulated port, {len(delays)} answers to {phrases} phrases, pause {options.pause:.3f} s")
    print(
        f"delay: median {delays[len(delays) // 2]:.3f} s, p95 {p95:.3f} s, longest {delays[-1]:.3f} s (limit {LIMIT} s)"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
