"""Hairpins that are heard within held notes: controller 11 (expression) of instruments that can swell.

Velocity fixes the loudness of a note where it begins. While a hairpin of a part lasts, its notes therefore begin with
the velocity of the loudest place, and the controller takes them down to the level of each moment. A note that is held
into a hairpin or out of it belongs to it. Synthesisers by the General MIDI standard attenuate by velocity and by
expression with the same curve, so that the product of both is the level: value = 127 * level / velocity. Parts with
dynamics by staff (keyboards), and instruments whose notes fade, keep their velocities.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.notation.midi.playing.dynamics import DynamicCurve
from scoregen.notation.midi.playing.expression import MidiNote
from scoregen.score.elements import Part, Score
from scoregen.score.navigation import performance_order
from scoregen.score.spanners import Wedge
from scoregen.score.timeline import measure_onsets, spanner_span

EXPRESSION = 11
"""The number of the controller."""
_FULL = 127
_STEP = Fraction(1, 8)
_SUSTAINED = (range(21, 25), range(41, 46), range(49, 55), range(57, 81))
"""General MIDI programs, from 1, that can swell: accordions, bowed strings, voices, brass, reeds, pipes."""


@dataclass(frozen=True, slots=True)
class _Swell:
    """A hairpin in the order of performance: its start and end in quarters, and where its start is notated."""

    start: Fraction
    stop: Fraction
    written: Fraction


@dataclass(frozen=True, slots=True)
class Swells:
    """The hairpins of a part and the levels of its staff."""

    swells: tuple[_Swell, ...]
    curve: DynamicCurve

    def without_swells(self, notes: Sequence[MidiNote]) -> list[MidiNote]:
        """The notes; those that sound in a hairpin have the velocity of its louder end."""
        return [self._steady(note) for note in notes]

    def changes(self) -> Iterator[tuple[Fraction, int]]:
        """Places in quarters and values of the controller; after a hairpin it is full again."""
        for swell in self.swells:
            place = swell.start
            while place < swell.stop:
                level = self._level(swell, place)
                yield place, min(max(round(Fraction(_FULL * level, self._loudest(swell))), 1), _FULL)
                place += _STEP
            yield swell.stop, _FULL

    def _steady(self, note: MidiNote) -> MidiNote:
        swell = next((each for each in self.swells if each.start <= note.note.onset < each.stop), None)
        if swell is None:
            return note
        change = self._loudest(swell) - self._level(swell, note.note.onset)
        return replace(note, velocity=min(note.velocity + change, _FULL))

    def _level(self, swell: _Swell, place: Fraction) -> int:
        return self.curve.velocity(swell.written + place - swell.start)

    def _loudest(self, swell: _Swell) -> int:
        count = max(int((swell.stop - swell.start) / _STEP), 1)
        return max(self._level(swell, swell.start + number * _STEP) for number in range(count))


def swell_curves(
    score: Score, played: Score, notes: Sequence[MidiNote], levels: Mapping[tuple[str, int], DynamicCurve]
) -> Mapping[str, Swells]:
    """The hairpins by part; `played` is the score in the order of performance, and `notes` are its notes."""
    found = {}
    for part in score.parts:
        if _can_swell(part) and (hairpins := list(_hairpins(score, played, part))):
            own = [note for note in notes if note.note.slot.part == part.id]
            swells = _joined(_with_held_notes(each, own) for each in hairpins)
            found[part.id] = Swells(tuple(swells), levels[part.id, 1])
    return found


def _with_held_notes(swell: _Swell, notes: Sequence[MidiNote]) -> _Swell:
    """From the start of the notes that are held into a hairpin to the end of those that are held out of it."""
    spans = [(note.note.onset, note.note.onset + note.length) for note in notes]
    start = min((onset for onset, end in spans if onset < swell.start < end), default=swell.start)
    stop = max((end for onset, end in spans if onset < swell.stop < end), default=swell.stop)
    return _Swell(start, stop, swell.written - (swell.start - start))


def _joined(swells: Iterable[_Swell]) -> Iterator[_Swell]:
    """Swells in order, overlapping ones as one."""
    last: _Swell | None = None
    for swell in swells:
        if last is not None and swell.start < last.stop:
            last = replace(last, stop=max(last.stop, swell.stop))
            continue
        if last is not None:
            yield last
        last = swell
    if last is not None:
        yield last


def _can_swell(part: Part) -> bool:
    program = part.instrument.midi_program if part.instrument else 1
    is_drum = part.instrument is not None and part.instrument.percussion
    return part.staves == 1 and not is_drum and any(program in programs for programs in _SUSTAINED)


def _hairpins(score: Score, played: Score, part: Part) -> Iterator[_Swell]:
    """The hairpins in order, each as often as it is played; of overlapping ones the first."""
    written, starts, last = measure_onsets(score), measure_onsets(played), Fraction(0)
    order = performance_order(score.measures)
    for place, index in enumerate(order):
        wedges = (each for each in score.measures[index].spanners if isinstance(each, Wedge) and each.part == part.id)
        for wedge in sorted(wedges, key=lambda wedge: wedge.onset):
            begin, stop = spanner_span(score, written, index, wedge)
            start = starts[place] + wedge.onset
            if stop > begin and start >= last:
                last = min(start + stop - begin, played.duration)
                yield _Swell(start, last, begin)
