"""The note values of a performance: a note lasts to the next one of its line unless a rest is heard."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil

_LEGATO = 0.6
"""The share of the usual touch of a line that a note must sound, up to the next onset, to last until it."""
_SHORTEST_TOUCH = 0.4
_SHORT_GAP = Fraction(1, 2)
"""Quarters to the next onset within which no rest is written."""
_LONGEST_FILLED = Fraction(4)
_HELD = Fraction(1, 2)
"""Quarters beyond the next onset from which a note is taken for held."""
_MOST_HELD, _FEWEST = 0.15, 12
"""The share of held notes, in a line of so many, above which the ends of its notes say nothing.

Nor do fewer notes show the usual touch of a line.
"""
_TOGETHER = 0.06
"""Quarters between ends that are one end."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A hand or voice: the onsets of its notes, and what its ends say.

    `touch` is the share of the time to the next onset that its notes usually sound. In a blurred line no note is held,
    nor is any that ends at one of the `releases` of the pedal.
    """

    places: Sequence[Fraction]
    touch: float
    blurred: bool
    releases: Sequence[float]

    def following(self, onset: Fraction) -> Fraction | None:
        """The next onset; None after the last."""
        index = bisect_right(self.places, onset)
        return self.places[index] if index < len(self.places) else None

    def is_held(self, onset: Fraction, heard: float) -> bool:
        """Whether a note sounds on, over the next onset, by a finger that holds it."""
        following = self.following(onset)
        if self.blurred or following is None or heard <= following + _HELD:
            return False
        index = bisect_left(self.releases, heard - _TOGETHER)
        return index == len(self.releases) or self.releases[index] > heard + _TOGETHER


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
    blurs the ends, it is cut there. So it is in a line in which most notes would be held, and where several such notes
    end together, as when a pedal comes up. A sustained note lasts to the next onset. The other notes of a line that
    begin together end together.
    """
    notes: dict[int, list[tuple[Fraction, float]]] = defaultdict(list)
    for onset, end, line in zip(onsets, heard, lines, strict=True):
        notes[line].append((onset, end))
    found = {line: _line(own, may_hold=may_hold) for line, own in notes.items()}
    held = [found[line].is_held(onset, end) for onset, end, line in zip(onsets, heard, lines, strict=True)]
    longest: dict[tuple[Fraction, int], float] = {}
    own = sustained or [False] * len(lines)
    for onset, end, line, is_held, is_sustained in zip(onsets, heard, lines, held, own, strict=True):
        if not is_held:
            until = float(onset + _LONGEST_FILLED) if is_sustained else 0.0
            longest[onset, line] = max(longest.get((onset, line), 0.0), end, until)
    return [
        _held_to(end, onset, found[line].places, last)
        if is_held
        else _end(onset, longest[onset, line], found[line], last)
        for onset, end, line, is_held in zip(onsets, heard, lines, held, strict=True)
    ]


def _line(notes: Sequence[tuple[Fraction, float]], *, may_hold: bool) -> _Line:
    places = sorted({onset for onset, _ in notes})
    nexts = dict(pairwise(places))
    spans = [(onset, end, nexts[onset]) for onset, end in notes if onset in nexts]
    shares = sorted(min((end - float(onset)) / float(following - onset), 1.0) for onset, end, following in spans)
    touch = max(shares[len(shares) // 2], _SHORTEST_TOUCH) if len(shares) >= _FEWEST else 1.0
    held = [(end, onset) for onset, end, following in spans if end > following + _HELD]
    blurred = not may_hold or (len(spans) >= _FEWEST and len(held) > _MOST_HELD * len(spans))
    return _Line(places, touch, blurred, _releases(held))


def _releases(held: Sequence[tuple[float, Fraction]]) -> list[float]:
    """Where held notes with several onsets end together."""
    ends = sorted(held)
    together = ((a, b) for a, b in pairwise(ends) if b[0] - a[0] < _TOGETHER and a[1] != b[1])
    return sorted({end for pair in together for end, _ in pair})


def _end(onset: Fraction, heard: float, line: _Line, last: Fraction) -> Fraction:
    """The end of a note that is not held: the next onset, unless a rest is heard before it."""
    following = line.following(onset) or max(last, onset + Fraction(1, 4))
    gap = following - onset
    sounding = (heard - float(onset)) / line.touch
    if gap <= _SHORT_GAP or (sounding >= _LEGATO * float(gap) and gap <= _LONGEST_FILLED):
        return following
    return min(following, _rounded_up(onset, float(onset) + sounding))


def _held_to(heard: float, onset: Fraction, places: Sequence[Fraction], last: Fraction) -> Fraction:
    """The onset of the line, or the beat, that is nearest to where a held note ends."""
    later = places[bisect_right(places, onset) :]
    following = later[0]
    beats = [Fraction(round(heard) + shift) for shift in (-1, 0, 1)]
    near = [place for place in (*later, *beats, last) if following <= place <= max(last, following)]
    return min(near, key=lambda place: (abs(float(place) - heard), place))


def _rounded_up(onset: Fraction, heard: float) -> Fraction:
    """The first beat, half beat or quarter of a beat after the onset at which a note can end."""
    for step in (Fraction(1), Fraction(1, 2), Fraction(1, 4)):
        end = (onset // step + 1) * step
        if end - onset >= step / 2 and (end == onset + step or step == Fraction(1, 4)):
            break
    late = heard - float(end) - 0.3 * float(step)
    return end + max(ceil(late / float(step)), 0) * step
