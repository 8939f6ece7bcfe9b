"""The alphabet of piano rolls: MIDI pitches, keys estimated from the pitch history, no repeated notes.

It has no barlines. Every length occurs twice: the second one leads to the end of the piece.
Importing this module registers the alphabet as `chromatic`.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from scoregen.model.features.alphabet import Alphabet, alphabet, pad_degrees, register

LOWEST_MIDI, HIGHEST_MIDI = 29, 88
LONGEST_IN_16THS = 64


def _chromatic() -> Alphabet:
    midi = np.arange(LOWEST_MIDI, HIGHEST_MIDI + 1)
    fifths = 7 * midi % 12
    degrees = (fifths - np.arange(12)[:, None]) % 12
    steps = (fifths[None] - fifths[:, None]) % 12
    time_shifts = 2 * tuple(Fraction(k, 4) for k in range(1, LONGEST_IN_16THS + 1))
    return Alphabet(
        "chromatic",
        midi,
        fifths,
        pad_degrees(degrees, 12),
        12,
        np.pad(steps, ((0, 1), (0, 0))),
        12,
        time_shifts,
        repeats=False,
    )


register("chromatic", _chromatic)
CHROMATIC = alphabet("chromatic")
