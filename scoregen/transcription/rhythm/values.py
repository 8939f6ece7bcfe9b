"""The note values of a performance: a note lasts to the next one of its line unless a rest is heard."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

_LEGATO = 0.45
"""The share of the time to the next onset that a note must sound to last until it."""
_SHORT_GAP = Fraction(1, 2)
"""Quarters to the next onset within which no rest is written."""
_LONGEST_FILLED = Fraction(4)
_HELD = Fraction(1, 2)
"""Quarters beyond the next onset from which a note is taken for held."""
_MOST_HELD, _FEWEST = 0.3, 12
"""The share of held notes, in a line of so many, above which the ends of its notes say nothing."""


def note_ends(
    onsets: Sequence[Fraction],
    heard: Sequence[float],
    lines: Sequence[int],
    last: Fraction,
    *,
    may_hold: bool,
    sustained: Sequence[bool] = (),
) -> list[Fraction]:
    """The ends in quarters of notes with onsets in quarters and ends as `heard`; `lines` are hands or voices.

    With `may_hold` a note that sounds clearly beyond the next onset of its line is held; without it, as where a pedal
    blurs the ends, it is cut there. So it is in a line in which most notes would be held. A sustained note lasts to
    the next onset.
    """
    places: dict[int, list[Fraction]] = defaultdict(list)
    for onset, line in sorted(set(zip(onsets, lines, strict=True))):
        places[line].append(onset)
    blurred = _blurred(onsets, heard, lines, places) if may_hold else set(places)
    return [
        _end(onset, end, places[line], last, may_hold=line not in blurred, sustained=own)
        for onset, end, line, own in zip(onsets, heard, lines, sustained or [False] * len(lines), strict=True)
    ]


def _blurred(
    onsets: Sequence[Fraction], heard: Sequence[float], lines: Sequence[int], places: Mapping[int, Sequence[Fraction]]
) -> set[int]:
    """The lines in which so many notes sound beyond the next onset that their ends say nothing."""
    held: dict[int, list[bool]] = defaultdict(list)
    for onset, end, line in zip(onsets, heard, lines, strict=True):
        index = bisect_right(places[line], onset)
        if index < len(places[line]):
            held[line].append(end > places[line][index] + _HELD)
    return {line for line, own in held.items() if len(own) >= _FEWEST and sum(own) > _MOST_HELD * len(own)}


def _end(
    onset: Fraction, heard: float, places: Sequence[Fraction], last: Fraction, *, may_hold: bool, sustained: bool
) -> Fraction:
    index = bisect_right(places, onset)
    following = places[index] if index < len(places) else max(last, onset + Fraction(1, 4))
    gap = following - onset
    if may_hold and heard > following + _HELD:
        return _held_to(heard, following, places[index:], last)
    is_legato = sustained or heard - float(onset) >= _LEGATO * float(gap)
    if gap <= _SHORT_GAP or (is_legato and gap <= _LONGEST_FILLED):
        return following
    return min(following, _rounded_up(onset, heard))


def _held_to(heard: float, following: Fraction, places: Sequence[Fraction], last: Fraction) -> Fraction:
    """The onset of the line, or the beat, that is nearest to where a held note ends."""
    beats = [Fraction(round(heard) + shift) for shift in (-1, 0, 1)]
    near = [place for place in (*places, *beats, last) if following <= place <= max(last, following)]
    return min(near, key=lambda place: (abs(float(place) - heard), place))


def _rounded_up(onset: Fraction, heard: float) -> Fraction:
    """The first beat, half beat or quarter of a beat after the onset at which a note can end."""
    for step in (Fraction(1), Fraction(1, 2), Fraction(1, 4)):
        end = (onset // step + 1) * step
        if end - onset >= step / 2 and (end == onset + step or step == Fraction(1, 4)):
            break
    while float(end) + 0.3 * float(step) < heard:
        end += step
    return end
