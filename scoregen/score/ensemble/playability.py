"""What one hand, one bow or one player can sound at once."""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.score.instruments import InstrumentType
from scoregen.score.pitch import Pitch


def can_play(instrument: InstrumentType, chord: Sequence[Pitch]) -> bool:
    """Whether one hand of a keyboard, one bow, or a player of another instrument can sound these pitches at once."""
    heights = sorted(pitch.midi_pitch for pitch in chord)
    if any(not instrument.lowest.midi_pitch <= height <= instrument.highest.midi_pitch for height in heights):
        return False
    if len(heights) < 2:
        return True
    is_wide = 0 < instrument.span < heights[-1] - heights[0]
    is_stopped = not instrument.strings or can_stop(instrument, heights, instrument.stretch)
    return len(heights) <= instrument.most_notes and not is_wide and is_stopped


def can_stop(instrument: InstrumentType, heights: Sequence[int], stretch: int) -> bool:
    """Whether notes, by MIDI number, can lie on adjacent strings of a bowed instrument, one on each, under one hand.

    An open string needs no finger; the stopped notes must be within `stretch` semitones along the strings.
    """
    return can_stop_on([string.midi_pitch for string in instrument.strings], heights, stretch)


def can_stop_on(strings: Sequence[int], heights: Sequence[int], stretch: int) -> bool:
    """`can_stop` on open strings by MIDI number, the lowest first."""
    heights = sorted(heights)
    for first in range(len(strings) - len(heights) + 1):
        places = [height - string for height, string in zip(heights, strings[first:], strict=False)]
        stopped = [place for place in places if place]
        if min(places) >= 0 and (not stopped or max(stopped) - min(stopped) <= stretch):
            return True
    return False
