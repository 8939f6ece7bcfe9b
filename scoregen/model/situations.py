"""Where a slice stands, told by its past alone and in any key: what two places can have in common.

A place is told by its *sonority*, what the voices sounded last, seen from the lowest of them, and by its
*codes*: a number for each thing that two places can have in common, such as the last two slices, or the
beat. Everything is relative: a piece in another key has the same sonorities and codes.

T slices, V voices, F codes, P pitches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features import Piece
from scoregen.model.lexicon import FIRST_PITCH, GRID, HOLD, Lexicon

Ints = NDArray[np.int64]

SLICES = 6
"""So many slices back two pasts are compared, all voices at once."""
NOTES = 2
"""So many notes back, voice by voice."""
_PERIODS = (GRID // 2, GRID, 3 * GRID, 4 * GRID)
"""After so many grid steps a place comes again: half a quarter, a quarter, three, four."""
UNKNOWN = -1
"""A code, sonority or doing that is like no other."""
_ATTACK = 1 << 16
"""A doing that begins a note is this and the way there from the voice's last note."""
_POSITIVE = (1 << 62) - 1
_MIX = np.array([0x4F1BBCDCBFA53E0B, 0x2545F4914F6CDD1D])


@dataclass(frozen=True, slots=True, eq=False)
class Situations:
    """T places. sonority: [T]; codes: [T, F]; both UNKNOWN where there is none. doing: [T, V] what the voices do
    there, as it would be in any key.
    """

    sonority: Ints
    codes: Ints
    doing: Ints


def code_names(roles: Sequence[str]) -> tuple[str, ...]:
    """What the codes of places of these voices are, in order."""
    return (
        *(f"slices {count}" for count in range(1, SLICES + 1)),
        *(f"place modulo {Fraction(steps, GRID)}" for steps in _PERIODS),
        "degree",
        *(f"age {role}" for role in roles),
        *(f"notes {count} {role}" for count in range(1, NOTES + 1) for role in roles),
    )


def situations(piece: Piece, lexicon: Lexicon) -> Situations:
    """Every slice of a piece."""
    doing = doings(piece.events, piece.sounding, piece.before, lexicon)
    slices = _histories(_mixed(np.column_stack([doing, piece.advance])), SLICES)
    key = piece.key[piece.point]
    degree = lexicon.degrees[key, piece.before[:, -1]]
    degree = np.where(piece.before[:, -1] == lexicon.silence, UNKNOWN, degree)
    position = piece.position[piece.point]
    notes = [_notes(doing[:, voice], position) for voice in range(doing.shape[1])]
    codes = [slices, _places(position), degree[:, None], piece.age]
    codes += [np.column_stack([note[:, count] for note in notes]) for count in range(NOTES)]
    return Situations(sonorities(piece.before, lexicon), np.concatenate(codes, axis=1), doing)


def sonorities(before: Ints, lexicon: Lexicon) -> Ints:
    """[T] what the voices [T, V] sounded last, seen from the lowest that sounds; UNKNOWN where none has."""
    places = np.append(line(lexicon), 0)[before]
    silent = before == lexicon.silence
    lowest = np.where(silent, np.iinfo(np.int64).max, places).min(1, keepdims=True)
    seen = np.where(silent, UNKNOWN, places - np.where(silent.all(1, keepdims=True), 0, lowest))
    found: Ints = np.where(silent.all(1), UNKNOWN, _mixed(seen))
    return found


def line(lexicon: Lexicon) -> Ints:
    """[P] a number for each pitch, such that an interval is a difference of two of them."""
    found: Ints = lexicon.midi * 64
    return found + lexicon.fifths if lexicon.name == "spelled" else found


def doings(events: Ints, sounding: Ints, before: Ints, lexicon: Lexicon) -> Ints:
    """[T, V] what each voice does, in any key: hold, rest, or the way from its last note; UNKNOWN for its first."""
    places = np.append(line(lexicon), 0)
    way = _ATTACK + places[sounding] - places[before]
    way = np.where(before == lexicon.silence, UNKNOWN, way)
    found: Ints = np.where(events >= FIRST_PITCH, way, events)
    return found


def events_of(doing: Ints, before: Ints, lexicon: Lexicon) -> Ints:
    """The event ids of doings of voices whose last pitch is `before`; UNKNOWN where the lexicon has none."""
    places = line(lexicon)
    table = np.full(2 * _ATTACK, UNKNOWN)
    table[places] = FIRST_PITCH + np.arange(len(places))
    start = np.append(places, -_ATTACK)[before]
    there = np.where(doing < _ATTACK // 2, 0, doing - _ATTACK + start)
    inside = (there >= 0) & (before != lexicon.silence)
    attack = np.where(inside, table[np.where(inside, there, 0)], UNKNOWN)
    found: Ints = np.where(doing < _ATTACK // 2, doing, attack)
    return found


def _places(position: Ints) -> Ints:
    """[T, periods] where in the beat and the measure, as far as the place in the piece tells: rolls have no metre."""
    return np.column_stack([position % steps for steps in _PERIODS])


def _histories(slices: Ints, most: int) -> Ints:
    """[T, most] the last 1, 2, ... slices before each in one number."""
    length = len(slices)
    found = np.full((length, most), UNKNOWN)
    told = np.zeros(length, dtype=np.int64)
    for count in range(1, min(most, length - 1) + 1):
        earlier = np.append(np.zeros(count, dtype=np.int64), slices[:-count])
        told = told * _MIX[0] + earlier * _MIX[1] + 1
        found[count:, count - 1] = told[count:] & _POSITIVE
    return found


def _notes(doing: Ints, position: Ints) -> Ints:
    """[T, NOTES] by which ways and after how long a voice came to its note, over the last 1, 2, ... notes."""
    begins = np.flatnonzero(doing != HOLD)
    came = np.append(-1, np.diff(position[begins])) if len(begins) else np.zeros(0, dtype=np.int64)
    known = _histories(np.append(_mixed(np.column_stack([doing[begins], came])), 0), NOTES)
    count = np.append(0, np.cumsum(doing != HOLD)[:-1])  # notes begun before each slice
    result: Ints = known[count]
    return result


def _mixed(rows: Ints) -> Ints:
    """[T] each row in one number that is not negative."""
    found = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        found = found * _MIX[0] + column * _MIX[1] + 1
    return found & _POSITIVE
