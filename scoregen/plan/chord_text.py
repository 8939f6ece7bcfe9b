"""A progression as text: measures between `|`, with the chords of a measure on its beats.

    C Am | F G7 | C            chord symbols
    I vi | ii65 V7 | I         numerals of the key
    C / / G7 | % | N.C.        `/` prolongs a chord by a beat, `%` repeats a measure, `N.C.` fixes nothing

Without `/`, the chords of a measure share its beats, the first ones longer: two chords in 3/4 last two beats and one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from scoregen.plan.chord_symbols import ChordTimeline, GivenChord
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import ChordTones, chord_tones
from scoregen.system.errors import InputError

_PROLONGS, _REPEATS = "/", "%"


def chord_measures(text: str) -> tuple[tuple[str, ...], ...]:
    """The chords of each measure of a progression, `%` resolved; InputError for an empty measure inside."""
    rows = [tuple(row.split()) for row in text.replace("||", "|").strip().strip("|").split("|")]
    measures: list[tuple[str, ...]] = []
    for number, row in enumerate(rows, 1):
        if not row or row[0] == _PROLONGS or (row == (_REPEATS,) and not measures):
            found = " ".join(row) or "nothing"
            raise InputError(f"chords of measure {number}: found {found}; expected chords such as 'C Am | F G7'")
        measures.append(measures[-1] if row == (_REPEATS,) else row)
    return tuple(measures)


def text_timeline(text: str, score: Score, key: Key) -> ChordTimeline:
    """The timeline of a progression over a score, from its first full measure; the anacrusis is free.

    InputError names a chord that is not understood, and a progression that is longer than the score.
    """
    measures = chord_measures(text)
    first = 1 if score.has_anacrusis else 0
    if len(measures) > len(score.measures) - first:
        raise InputError(
            f"found chords for {len(measures)} measures; expected at most {len(score.measures) - first}, the measures"
            " of the score"
        )
    timeline = {}
    current: ChordTones | None = None
    for number, row in enumerate(measures):
        measure = score.measures[first + number]
        entries = {}
        for onset, name in _placed(row, measure.time, number + 1):
            current = _tones(name, key, number + 1)
            if onset < measure.duration:
                entries[onset] = GivenChord(current)
        timeline[first + number] = entries
    return timeline


def _placed(row: Sequence[str], time: TimeSignature, number: int) -> list[tuple[Fraction, str]]:
    """The onset of each chord of a measure, in quarters."""
    beats = [sum(time.groups[:index], Fraction(0)) for index in range(len(time.groups))]
    if len(row) > len(beats):
        beats = [time.unit * index for index in range(int(time.duration / time.unit))]
    if len(row) > len(beats):
        raise InputError(f"chords of measure {number}: found {len(row)} in {time}; expected at most {len(beats)}")
    places = range(len(row)) if _PROLONGS in row else [-(-index * len(beats) // len(row)) for index in range(len(row))]
    return [(beats[place], name) for place, name in zip(places, row, strict=True) if name != _PROLONGS]


def _tones(name: str, key: Key, number: int) -> ChordTones | None:
    try:
        symbol = parse_chord_text(name, key)
    except ValueError as error:
        raise InputError(f"chords of measure {number}: {error}") from None
    return chord_tones(symbol) if symbol is not None else None
