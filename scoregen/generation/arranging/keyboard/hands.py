"""The two hands of a keyboard player in one measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import replace
from fractions import Fraction

from scoregen.generation.arranging.keyboard.events import (
    Event,
    Host,
    chord_of,
    height_of,
    midi_of,
    plain_grace,
    with_hidden_rests,
)
from scoregen.generation.arranging.keyboard.outline import LEFT, LOW, REACH, RIGHT, SPLIT, Frame
from scoregen.generation.arranging.lines.players import Player
from scoregen.generation.arranging.lines.writing import Stretch, in_octave, whole_rest, with_joined_rests
from scoregen.score.elements import Element, Measure, Note, Rest, Slot, Voice
from scoregen.score.pitch import Pitch

WIDEST = 16
"""The semitones of the widest chord of a hand, if the instrument does not say."""
FINGERS = 5
VOICES, MOST_VOICES, ALL_VOICES = 2, 3, 4
"""The voices of a hand, those with one for notes that would be lost, and with one for melody or bass."""
FEW_LINES = 4
"""With more lines than this, notes that double others in another octave are left out."""
_HAND_AS_BEFORE, _WRONG_SIDE, _OCTAVE, _UNREACHED = 0.6, 0.05, 1.5, 2.0


class Hands:
    """The two hands in one measure."""

    def __init__(self, frame: Frame, player: Player, onset: Fraction, before: dict[Slot, tuple[int, int]]) -> None:
        self._frame, self._player, self._onset, self._before = frame, player, onset, before
        kind = player.role.type
        self._span = (kind.span if kind is not None else 0) or WIDEST
        self.hosts: dict[int, list[Host]] = {RIGHT: [], LEFT: []}
        self.chosen: dict[Slot, tuple[int, int]] = dict(before)
        self._placed: dict[Slot, set[tuple[int, int]]] = defaultdict(set)

    def place(self, units: Sequence[list[Event]]) -> None:
        """Place the notes of all units: the outer lines first, then the others by their share of the measure."""
        worth = {id(unit): self._worth(unit) for unit in units}
        order = sorted(units, key=lambda unit: -max(worth[id(unit)]))
        top = max(units, key=lambda unit: worth[id(unit)][0], default=None)
        low = max(reversed(units), key=lambda unit: worth[id(unit)][1], default=None) if units else None
        outer = [unit for unit in (top, low) if unit is not None]
        rest = [unit for unit in order if all(unit is not each for each in outer)]
        ordered = outer[:1] + [unit for unit in outer[1:] if unit is not outer[0]] + rest
        crowded = len(units) > FEW_LINES
        struck: dict[Fraction, set[int]] = defaultdict(set)
        for number, unit in enumerate(ordered):
            forced = None
            if len(outer) == 2 and outer[0] is not outer[1] and number < 2:
                forced = RIGHT if number == 0 and not self._is_low(unit) else LEFT
            hand, shift = self._hand_of(unit, forced)
            self.chosen[unit[0].slot] = (hand, shift)
            self._place_unit(unit, hand, shift, struck, crowded=crowded)
        for hand in (RIGHT, LEFT):
            self._relieve(hand)

    def _is_low(self, unit: Sequence[Event]) -> bool:
        """Whether a unit lies in the lower half of the left hand's staff, within its reach."""
        for event in unit:
            low, high = self._frame.windows(self._onset + event.onset, self._onset + event.end)[LEFT]
            if any(not low <= midi_of(note) <= min(high, LOW) for note in event.notes):
                return False
        return True

    def _worth(self, unit: Sequence[Event]) -> tuple[Fraction, Fraction, Fraction]:
        """The time in which a unit is highest, is lowest, and a small share of that in which it sounds."""
        high = low = time = Fraction(0)
        for event in unit:
            for note in event.notes:
                start, end = self._onset + event.onset, self._onset + event.end
                is_high, is_low = self._frame.is_outer(midi_of(note), start, end)
                high += (end - start) * is_high
                low += (end - start) * is_low
                time += (end - start) / 100
        return high, low, time

    def _hand_of(self, unit: Sequence[Event], forced: int | None) -> tuple[int, int]:
        """The hand and the octave in which most notes of a unit can be reached."""
        shifts = (0,) if forced is not None else (0, -12, 12, -24, 24)
        ways = [(hand, shift) for hand in (RIGHT, LEFT) if forced in (None, hand) for shift in shifts]
        return min(ways, key=lambda way: self._price(unit, *way))

    def _price(self, unit: Sequence[Event], hand: int, shift: int) -> float:
        change = _OCTAVE * abs(shift) / 12 - _HAND_AS_BEFORE * (self._before.get(unit[0].slot) == (hand, shift))
        price, count = 0.0, 0
        for event in unit:
            low, high = self._frame.windows(self._onset + event.onset, self._onset + event.end)[hand]
            for note in event.notes:
                count += 1
                pitch = midi_of(note) + shift
                price += _UNREACHED * (not low <= pitch <= high)
                side = SPLIT - pitch if hand == RIGHT else pitch - SPLIT
                price += _WRONG_SIDE * max(side, 0) / 4
        return change + price / max(count, 1)

    def _place_unit(
        self, unit: Sequence[Event], hand: int, shift: int, struck: dict[Fraction, set[int]], *, crowded: bool
    ) -> None:
        """Place the notes of a unit, those that its hand does not reach in the other hand or another octave."""
        wanted: dict[int, list[tuple[Event, Note, int]]] = {RIGHT: [], LEFT: []}
        for event in unit:
            start, end = self._onset + event.onset, self._onset + event.end
            for note in event.notes:
                pitch = midi_of(note)
                outer = self._frame.is_outer(pitch, start, end)
                heard = {each % 12 for each in struck[event.onset]}
                if pitch in struck[event.onset] or (crowded and not any(outer) and pitch % 12 in heard):
                    continue
                way = self._way(pitch, start, end, hand, shift, outer)
                if way is not None and pitch + way[1] not in struck[event.onset]:
                    wanted[way[0]].append((event, note, way[1]))
                    struck[event.onset].add(pitch + way[1])
        for side, notes in wanted.items():
            if notes:
                self._into_hand(side, unit, notes)

    def _way(
        self, pitch: int, start: Fraction, end: Fraction, hand: int, shift: int, outer: tuple[bool, bool]
    ) -> tuple[int, int] | None:
        """The hand and the transposition for a note; None if no hand reaches it."""
        if any(outer):
            return self._outer_hand(pitch, start, end, hand, outer), 0
        windows = self._frame.windows(start, end)
        other = RIGHT + LEFT - hand
        for way in ((hand, shift), (other, shift), (hand, 0), (other, 0), (hand, -12), (hand, 12), (other, 12)):
            low, high = windows[way[0]]
            if low <= pitch + way[1] <= high and self._player.can_play([pitch + way[1]]):
                return way
        return None

    def _outer_hand(self, pitch: int, start: Fraction, end: Fraction, hand: int, outer: tuple[bool, bool]) -> int:
        """The hand for a note of the melody or the bass: that of its line if it reaches the note."""
        rows = self._frame.between(start, end)
        reached = {
            RIGHT: max(high for high, _ in rows) - pitch <= REACH,
            LEFT: pitch - min(low for _, low in rows) <= REACH,
        }
        own = RIGHT if (outer[0] and pitch > LOW) or not outer[1] else LEFT
        wanted = (hand, own, RIGHT + LEFT - own)
        return next((each for each in wanted if reached[each]), own)

    def _into_hand(self, hand: int, unit: Sequence[Event], notes: Sequence[tuple[Event, Note, int]]) -> None:
        """Put notes into voices of a hand that strike at the same time, or into a new voice."""
        hosts = self.hosts[hand]
        exact = [self._matching(hosts, event, length=True) for event, _, _ in notes]
        slot = unit[0].slot
        if not all(exact):
            lost = any(self._matching(hosts, event, length=False) is None for event, _, _ in notes)
            vital = lost and any(self._is_outer(event, note) for event, note, _ in notes)
            if len(hosts) < (ALL_VOICES if vital else MOST_VOICES if lost else VOICES):
                host = Host(slot, list(unit))
                hosts.append(host)
                exact = [host for _ in notes]
        for (event, note, shift), found in zip(notes, exact, strict=True):
            host_found = found or self._matching(hosts, event, length=False)
            if host_found is not None:
                self._add(hand, host_found, event, note, shift)

    def _is_outer(self, event: Event, note: Note) -> bool:
        return any(self._frame.is_outer(midi_of(note), self._onset + event.onset, self._onset + event.end))

    def _matching(self, hosts: Sequence[Host], event: Event, *, length: bool) -> Host | None:
        """A voice that strikes at the onset of an event, for the same time if `length`."""
        for host in hosts:
            own = host.event_at(event.onset)
            if own is not None and host.notes.get(event.onset) and (not length or own.end == event.end):
                return host
        return None

    def _add(self, hand: int, host: Host, event: Event, note: Note, shift: int) -> None:
        own = host.event_at(event.onset)
        assert own is not None and isinstance(note.pitch, Pitch)
        pitch = in_octave(note.pitch, shift // 12)
        if any(other.pitch == pitch for other in host.notes[event.onset]):
            return
        cut = own.end != event.end
        tied = {"tied_to_next": note.tied_to_next and not cut}
        articulations = note.articulations if own.slot == event.slot else own.notes[0].articulations
        new = replace(
            note, value=own.element.value, pitch=pitch, lyrics=(), staff=None, articulations=articulations, **tied
        )
        host.notes[event.onset].append(new)
        self._placed[event.slot].add((hand, self.hosts[hand].index(host) + 1))

    def _relieve(self, hand: int) -> None:
        """Take inner notes out of chords, held notes included, that are too wide or have too many notes."""
        held = [
            (event, note, host)
            for host in self.hosts[hand]
            for event in host.events
            for note in host.notes.get(event.onset, ())
        ]
        times = sorted({event.onset for event, _, _ in held})
        for time in times:
            sounding = [each for each in held if each[0].onset <= time < each[0].end and _is_in(each)]
            while sounding and self._is_too_much(sounding):
                victim = self._victim(sounding, time, self._heights(RIGHT + LEFT - hand, time))
                if victim is None:
                    break
                event, note, host = victim
                host.notes[event.onset].remove(note)
                sounding.remove(victim)

    def _is_too_much(self, sounding: Sequence[tuple[Event, Note, Host]]) -> bool:
        heights = {midi_of(note) for _, note, _ in sounding}
        return max(heights) - min(heights) > self._span or len(heights) > FINGERS

    def _heights(self, hand: int, time: Fraction) -> set[int]:
        """What a hand sounds at a time of the measure."""
        events = ((event, host) for host in self.hosts[hand] for event in host.events)
        sounding = (host.notes.get(event.onset, ()) for event, host in events if event.onset <= time < event.end)
        return {midi_of(note) for notes in sounding for note in notes}

    def _victim(
        self, sounding: Sequence[tuple[Event, Note, Host]], time: Fraction, others: Set[int]
    ) -> tuple[Event, Note, Host] | None:
        """The note to give up: neither the highest nor the lowest of the score, unless the other hand sounds it too."""
        now = self._frame.between(self._onset + time, self._onset + time + Fraction(1, 64))
        outer = {height for row in now for height in row} - others
        inner = [each for each in sounding if midi_of(each[1]) not in outer]
        if not inner:
            return None
        middle = sorted(midi_of(each[1]) for each in sounding)
        wide = middle[-1] - middle[0] > self._span
        far = [each for each in inner if midi_of(each[1]) in (middle[0], middle[-1])]
        return (far or inner)[0] if wide else inner[len(inner) // 2]

    def voices(self, measure: Measure) -> list[Voice]:
        """The voices of the measure, the highest of each staff first; a staff without notes rests."""
        found = []
        for hand in (RIGHT, LEFT):
            hosts = [host for host in self.hosts[hand] if any(host.notes.values())]
            self.hosts[hand] = hosts = sorted(hosts, key=height_of, reverse=True)
            rows = [self._elements(host, measure) for host in hosts]
            if not rows:
                found.append(Voice(Slot(self._player.part, hand), tuple(whole_rest(measure))))
            for number, row in enumerate(rows, start=1):
                hidden = with_hidden_rests(row, [other for at, other in enumerate(rows, start=1) if at < number])
                found.append(Voice(Slot(self._player.part, hand, number), hidden))
        return found

    def _elements(self, host: Host, measure: Measure) -> tuple[Element, ...]:
        elements: list[Element] = []
        for event in host.events:
            notes = sorted(host.notes.get(event.onset, ()), key=midi_of)
            if not notes:
                fermata = isinstance(event.element, Rest) and event.element.fermata
                value = event.element.value
                elements.append(Rest(value, fermata=fermata) if value.duration else Rest(value))
                continue
            elements += [plain_grace(grace) for grace in event.graces]
            elements.append(chord_of(notes, fermata=event.element.fermata))
        return with_joined_rests(elements, measure)

    def stretches(self, index: int, measure: Measure) -> list[Stretch]:
        """The source voices of the measure and the new voices that have their rhythm."""
        found = []
        for hand, hosts in self.hosts.items():
            for number, host in enumerate(hosts, start=1):
                target = Slot(self._player.part, hand, number)
                found.append(Stretch(index, Fraction(0), measure.duration, host.slot, target))
        return found


def _is_in(each: tuple[Event, Note, Host]) -> bool:
    event, note, host = each
    return note in host.notes.get(event.onset, ())
