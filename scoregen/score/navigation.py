"""The order of performance: expansion of repeats, endings, da capo, dal segno, fine and coda.

1. A repeat sign returns to the last start of a repeat, or to the beginning, as often as it specifies
   (by default the music is played twice, or as often as there are endings). A measure under an ending
   is played in the rounds of that ending.
2. Each da capo and dal segno is followed once, at the end of its measure and after its repeats. From
   the target to that measure, repeats are ignored and only the last endings are played.
3. After such a jump, `fine` ends the performance at the end of its measure, and `tocoda` leads to the
   coda: before its measure if the mark is at the start of the measure, else after it. If there is no
   `tocoda` but two codas or more, the first coda takes its place.

Other instructions in words (`con ripetizione`, `D.C. senza fine`) are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from scoregen.score.directions import JUMPS, RepeatMark
from scoregen.score.elements import Measure

MAX_ROUNDS = 32
"""The most rounds of a repeat; a higher number in the score is reduced to this."""


class _Mark(NamedTuple):
    measure: int
    onset: Fraction
    value: RepeatMark


@dataclass(slots=True)
class _Performance:
    """The state of the expansion.

    `round` counts the rounds of the repeat that began at `start`; `jump` is the da capo or dal segno
    that was taken, until its measure is reached again.
    """

    measures: Sequence[Measure]
    marks: tuple[_Mark, ...]
    order: list[int] = field(default_factory=list)
    index: int = 0
    start: int = 0
    round: int = 1
    came_back: bool = False
    jump: _Mark | None = None
    jumped: set[_Mark] = field(default_factory=set)

    def step(self) -> None:
        """Go past the measure at `index`."""
        measure = self.measures[self.index]
        if self.jump is not None and self.index > self.jump.measure:
            self.jump = None
        if not self.came_back and (measure.repeat_start or _leaves_endings(self.measures, self.index)):
            self.start, self.round = self.index, 1
        self.came_back = False
        coda = self._coda(before=True)
        if not self._is_played(measure):
            self.index += 1
        elif coda is not None:
            self._go_to(coda, None)
        else:
            self._play(measure)

    def _is_played(self, measure: Measure) -> bool:
        if not measure.endings or self.jump is None:
            return not measure.endings or self.round in measure.endings
        return max(measure.endings) == _last_ending(self.measures, self.index)

    def _play(self, measure: Measure) -> None:
        self.order.append(self.index)
        if self.jump is None and self.round < _rounds(self.measures, self.index):
            self.index, self.round, self.came_back = self.start, self.round + 1, True
            return
        if measure.barline.repeat_times and not measure.endings:
            self.start, self.round = self.index + 1, 1
        self._leave()

    def _leave(self) -> None:
        """Go from a measure to the end, the coda, the target of a jump, or the next measure."""
        here = [mark for mark in self.marks if mark.measure == self.index]
        jump = next((mark for mark in here if mark.value.type in JUMPS and mark not in self.jumped), None)
        coda = self._coda(before=False)
        if self.jumped and any(mark.value.type == "fine" for mark in here):
            self.index = len(self.measures)
        elif coda is not None:
            self._go_to(coda, None)
        elif jump is not None:
            self.jumped.add(jump)
            self._go_to(self._target(jump), jump)
        else:
            self.index += 1

    def _go_to(self, index: int, jump: _Mark | None) -> None:
        self.index = self.start = index
        self.round, self.jump = 1, jump

    def _coda(self, *, before: bool) -> int | None:
        """The measure of the coda, if the performance jumps to it before (else after) the measure at `index`."""
        if self.jump is None:
            return None
        codas = [mark for mark in self.marks if mark.value.type == "coda"]
        exits = [mark for mark in self.marks if mark.value.type == "tocoda"]
        if not exits and len(codas) > 1:
            exits, codas = codas[:1], codas[1:]
        here = [mark for mark in exits if mark.measure == self.index and _is_at_start(mark) == before]
        named = [coda for coda in codas if here and coda.value.label == here[0].value.label]
        later = [coda.measure for coda in named or codas if coda.measure > self.index]
        return later[0] if here and later else None

    def _target(self, jump: _Mark) -> int:
        """The target of a jump: the segno with its label, else the last one before it, else the beginning."""
        segni = [mark for mark in self.marks if mark.value.type == "segno" and mark.measure <= jump.measure]
        named = [mark for mark in segni if mark.value.label == jump.value.label]
        return (named or segni)[-1].measure if segni and jump.value.type == "dalsegno" else 0


def performance_order(measures: Sequence[Measure]) -> tuple[int, ...]:
    """The indices of the measures in the order of performance."""
    performance = _Performance(measures, tuple(dict.fromkeys(_repeat_marks(measures))))
    while performance.index < len(measures):
        performance.step()
    return tuple(performance.order)


def closing_measure(measures: Sequence[Measure]) -> int:
    """The index of the measure in which the music ends: that of `fine` after a da capo or dal segno, else the last."""
    if not any(mark.value.type in JUMPS for mark in _repeat_marks(measures)):
        return len(measures) - 1
    order = performance_order(measures)
    return order[-1] if order else len(measures) - 1


def _repeat_marks(measures: Sequence[Measure]) -> Iterator[_Mark]:
    for index, measure in enumerate(measures):
        for direction in measure.directions:
            if isinstance(direction.value, RepeatMark):
                after = direction.value.type in ("segno", "coda") and direction.onset >= measure.duration > 0
                onset = Fraction(0) if after else direction.onset
                mark = RepeatMark(direction.value.type, None, direction.value.label)
                yield _Mark(index + after, onset, mark)


def _is_at_start(mark: _Mark) -> bool:
    """Whether the mark is at the barline before its measure."""
    return mark.onset == 0 and mark.measure > 0


def _leaves_endings(measures: Sequence[Measure], index: int) -> bool:
    """Whether a measure follows a group of endings, which closes its repeat."""
    return index > 0 and bool(measures[index - 1].endings) and not measures[index].endings


def _last_ending(measures: Sequence[Measure], index: int) -> int:
    """The highest ending of the group of endings that a measure belongs to."""
    first = last = index
    while first > 0 and measures[first - 1].endings:
        first -= 1
    while last + 1 < len(measures) and measures[last + 1].endings:
        last += 1
    return max(number for measure in measures[first : last + 1] for number in measure.endings)


def _rounds(measures: Sequence[Measure], index: int) -> int:
    """How often the music before the repeat sign at the end of a measure is played; 1 without a sign."""
    measure = measures[index]
    if not measure.barline.repeat_times:
        return 1
    named = [measure.barline.repeat_times]
    while index < len(measures) and measure.endings and measures[index].endings:
        named += measures[index].endings
        index += 1
    return min(max(named), MAX_ROUNDS)
