"""The lower voices of a choral setting, found together by dynamic programming over the spans of the melody."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from scoregen.generation.arranging.choral.accompaniment import Span
from scoregen.generation.arranging.lines.costs import is_parallel
from scoregen.generation.arranging.lines.players import Player
from scoregen.generation.arranging.lines.writing import in_octave, whole_rest, with_joined_rests
from scoregen.score.elements import Element, Measure, Note, Rest
from scoregen.score.pitch import Pitch

STATES, CANDIDATES = 30, 60
_LOST, _THIRD_LOST, _LEAP, _WIDE, _UNISON, _CROSSED, _PARALLEL, _OUTSIDE = 3.0, 3.0, 0.15, 0.6, 0.8, 6.0, 5.0, 0.5
_SPACING, _WIDE_LEAP = 12, 0.6


def in_range(rows: Sequence[tuple[Element, ...]], player: Player) -> list[tuple[Element, ...]]:
    """The melody in the octave of the leading voice: one for the whole piece, single notes folded."""
    pitches = [n.pitch.midi_pitch for row in rows for e in row for n in e.notes if isinstance(n.pitch, Pitch)]
    shift = min(
        (-24, -12, 0, 12, 24),
        key=lambda each: (
            sum(5 * (not player.can_play([p + each])) + player.discomfort(p + each) for p in pitches),
            abs(each),
        ),
    )

    def moved(element: Element) -> Element:
        if not isinstance(element, Note) or not isinstance(element.pitch, Pitch):
            return element
        old = element.pitch.midi_pitch
        new = old + shift if player.can_play([old + shift]) else player.folded(old + shift)
        return replace(element, pitch=in_octave(element.pitch, (new - old) // 12), staff=None)

    return [tuple(moved(element) for element in row) for row in rows]


def lower_voices(spans: Sequence[Span], players: Sequence[Player]) -> list[tuple[Pitch, ...]]:
    """The pitches of the lower voices in every span, highest first; none in rests."""
    rows: list[list[tuple[float, tuple[Pitch, ...], int]]] = []
    for at, span in enumerate(spans):
        states = _states(span, players)
        row = []
        for cost, state in states:
            best, came = 0.0, 0
            if rows:
                ways = [
                    (old + _motion(spans[at - 1], before, span, state), index)
                    for index, (old, before, _) in enumerate(rows[-1])
                ]
                best, came = min(ways)
            row.append((best + cost, state, came))
        rows.append(sorted(row, key=lambda entry: entry[0])[:STATES])
    path, index = [], 0
    for row in reversed(rows):
        _, state, before_index = row[index]
        path.append(state)
        index = before_index
    return path[::-1]


def _states(span: Span, players: Sequence[Player]) -> list[tuple[float, tuple[Pitch, ...]]]:
    if span.melody is None or span.bass is None or not players:
        return [(0.0, ())]
    partial: list[tuple[float, tuple[Pitch, ...]]] = [(0.0, ())]
    for number, player in enumerate(players):
        last = number == len(players) - 1
        names = [span.bass] if last else list(span.classes)
        pitches = [_at(name, octave) for name in names for octave in range(1, 7)]
        own = [pitch for pitch in pitches if player.can_play([pitch.midi_pitch])]
        grown = [
            (cost + _placing(span, state, pitch, player), (*state, pitch)) for cost, state in partial for pitch in own
        ]
        partial = sorted(grown, key=lambda entry: entry[0])[:400]
    scored = [(cost + _lacking(span, state), state) for cost, state in partial]
    return sorted(scored, key=lambda entry: entry[0])[:CANDIDATES]


def _at(pitch: Pitch, octave: int) -> Pitch:
    return replace(pitch, octave=octave)


def _placing(span: Span, above: Sequence[Pitch], pitch: Pitch, player: Player) -> float:
    """The price of a pitch below those of the voices above."""
    assert span.melody is not None
    upper = above[-1] if above else span.melody
    gap = upper.midi_pitch - pitch.midi_pitch
    price = _OUTSIDE * player.discomfort(pitch.midi_pitch)
    price += _CROSSED * (gap < 0) + _UNISON * (gap == 0 and not span.is_unison) + 0.4 * (0 < gap < 3)
    is_bass = span.bass is not None and pitch.pitch_class == span.bass.pitch_class
    return price + _WIDE * max(gap - (_SPACING if not is_bass else 19), 0) / 2


def _lacking(span: Span, state: Sequence[Pitch]) -> float:
    """The price of the pitch classes that no voice has."""
    assert span.melody is not None
    heard = {pitch.pitch_class for pitch in (span.melody, *state)}
    lost = sum(weight for pitch, weight in span.classes.items() if pitch.pitch_class not in heard)
    bass = span.bass or span.melody
    thirds = [p for p in span.classes if (p.pitch_class - bass.pitch_class) % 12 in (3, 4)]
    lacks_third = bool(thirds) and not any(p.pitch_class in heard for p in thirds)
    return _LOST * lost + _THIRD_LOST * lacks_third


def _motion(old: Span, before: Sequence[Pitch], new: Span, after: Sequence[Pitch]) -> float:
    """The price of going from one chord to the next."""
    if not before or not after or old.melody is None or new.melody is None:
        return 0.0
    price = 0.0
    for number, (one, two) in enumerate(zip(before, after, strict=True)):
        step = abs(two.midi_pitch - one.midi_pitch)
        leap = max(step - 2, 0) if number < len(after) - 1 else max(step - 5, 0) / 2
        price += _LEAP * leap + 0.03 * step + _WIDE_LEAP * (step > 9 and number < len(after) - 1)
    if old.is_unison or new.is_unison:
        return price
    ones = [pitch.midi_pitch for pitch in (old.melody, *before)]
    twos = [pitch.midi_pitch for pitch in (new.melody, *after)]
    for upper, lower in itertools.combinations(range(len(ones)), 2):
        price += _PARALLEL * is_parallel(ones[upper], ones[lower], twos[upper], twos[lower])
    return price


def line_of(row: Sequence[tuple[Span, tuple[Pitch, ...]]], at: int, measure: Measure) -> Sequence[Element]:
    """The elements of one lower voice in a measure."""
    elements: list[Element] = []
    for span, chord in row:
        if not chord:
            elements += [Rest(value) for value in span.values]
            continue
        last = len(span.values) - 1
        elements += [
            Note(
                value,
                chord[at],
                tied_from_previous=number > 0,
                tied_to_next=number < last,
                fermata=span.fermata and number == last,
            )
            for number, value in enumerate(span.values)
        ]
    return with_joined_rests(elements, measure) if elements else whole_rest(measure)
