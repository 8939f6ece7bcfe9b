"""Given voices beyond the ranges of their roles, and the transposition at which they fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scoregen.generation.page import line_notes
from scoregen.generation.seating import Seating, seat
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, Role
from scoregen.score.keys import Key
from scoregen.score.pitch import UNISON, Interval, Pitch
from scoregen.system.errors import InputError
from scoregen.system.wording import with_article

AUTO = "auto"
WIDEST = 24
"""The widest transposition that is looked for, in semitones."""


@dataclass(frozen=True, slots=True)
class _Ambitus:
    """The lowest and highest note of a given voice, with the numbers of their measures, and its range."""

    name: str
    lowest: tuple[Pitch, str]
    highest: tuple[Pitch, str]
    role: Role

    def excess(self, semitones: int) -> int:
        """The semitones by which the voice leaves its range if it is transposed."""
        low = self.role.lowest.midi_pitch - self.lowest[0].midi_pitch - semitones
        high = self.highest[0].midi_pitch + semitones - self.role.highest.midi_pitch
        return max(low, 0) + max(high, 0)


def transposition_of(text: str, score: Score, ensemble: Ensemble, assignments: Mapping[str, str]) -> Interval:
    """The interval of `auto`, an interval such as -M2 or P4, or a number of semitones; InputError for anything else."""
    fifths = score.measures[0].key.fifths if score.measures else 0
    if text.strip().lower() == AUTO:
        return fitting_interval(score, ensemble, seat(score, ensemble, assignments))
    try:
        interval = Interval.nearest(int(text), fifths) if text.strip().lstrip("+-").isdigit() else Interval.parse(text)
    except ValueError:
        raise InputError(
            f"--transpose {text!r} is not an interval; expected auto, an interval such as -M2, m3 or P4, or semitones"
        ) from None
    if abs(interval.semitones) > WIDEST:
        raise InputError(f"--transpose {text}: expected at most {WIDEST} semitones")
    return interval


def fitting_interval(score: Score, ensemble: Ensemble, seating: Seating) -> Interval:
    """The smallest transposition at which the given voices lie in their ranges, or leave them least."""
    voices = _given(score, ensemble, seating)
    semitones = min(
        range(-WIDEST, WIDEST + 1), key=lambda each: (sum(voice.excess(each) for voice in voices), abs(each), each)
    )
    return Interval.nearest(semitones, score.measures[0].key.fifths) if semitones else UNISON


def range_notices(score: Score, ensemble: Ensemble, seating: Seating) -> list[str]:
    """One notice for each given voice that leaves its range, with the transposition that fits."""
    voices = [voice for voice in _given(score, ensemble, seating) if voice.excess(0)]
    if not voices:
        return []
    interval = fitting_interval(score, ensemble, seating)
    key = Key.of(score.measures[0].key.transposed(interval))
    advice = (
        f"; --transpose auto ({interval}, to {key}) fits" if interval != UNISON else "; no transposition fits better"
    )
    return [f"{voice.name}: {_excess(voice)}{advice}" for voice in voices]


def _excess(voice: _Ambitus) -> str:
    parts = []
    if voice.highest[0].midi_pitch > voice.role.highest.midi_pitch:
        parts.append(f"{voice.highest[0]} in measure {voice.highest[1]} is above {voice.role.highest}")
    if voice.lowest[0].midi_pitch < voice.role.lowest.midi_pitch:
        parts.append(f"{voice.lowest[0]} in measure {voice.lowest[1]} is below {voice.role.lowest}")
    return f"{' and '.join(parts)}, the limit of {with_article(voice.role.name)}"


def _given(score: Score, ensemble: Ensemble, seating: Seating) -> list[_Ambitus]:
    """The ambitus of every voice of the page that has notes."""
    ranges = seating.ranges(ensemble)
    rows = []
    for name, line in seating.lines.items():
        notes = line_notes(score, line)
        if notes:
            low = min(notes, key=lambda note: note[0].midi_pitch)
            high = max(notes, key=lambda note: note[0].midi_pitch)
            rows.append(_Ambitus(line.name, low, high, ranges[name]))
    return rows
