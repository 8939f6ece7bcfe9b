"""Key signatures (notated) and keys (analysed)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.pitch import Interval, Pitch

MODES = ("major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "aeolian", "ionian", "locrian")
_TONIC_OFFSET = {
    "lydian": -1,
    "major": 0,
    "ionian": 0,
    "mixolydian": 1,
    "dorian": 2,
    "minor": 3,
    "aeolian": 3,
    "phrygian": 4,
    "locrian": 5,
}


@dataclass(frozen=True, slots=True)
class KeySignature:
    """The number of sharps (positive) or flats (negative), and the mode if the file gives one.

    `custom` contains the altered steps of a non-traditional signature; `fifths` is then 0.
    """

    fifths: int = 0
    mode: str | None = None
    custom: tuple[tuple[str, int | Fraction], ...] = ()

    def transposed(self, interval: Interval) -> KeySignature:
        """The signature an interval away; more than seven accidentals become the enharmonic key."""
        fifths = self.fifths + interval.fifths
        while fifths > 7:
            fifths -= 12
        while fifths < -7:
            fifths += 12
        return KeySignature(fifths, self.mode, self.custom)

    def alter(self, step: str) -> int | Fraction:
        """The alteration of a step by the signature: with two flats, `B` gives -1."""
        for name, alter in self.custom:
            if name == step:
                return alter
        return (self.fifths - Pitch(step, 0, 4).fifths + 5) // 7


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic, as a position on the line of fifths, and a mode: `Key.parse("g minor")`."""

    tonic_fifths: int
    mode: str

    @classmethod
    def parse(cls, text: str) -> Key:
        """Parse `Eb`, `Eb major`, `g minor`, `f#` (lower case: minor), `d dorian`; ValueError for anything else."""
        name, _, mode = text.replace("-", "b" if text[1:2] == "-" else " ").strip().partition(" ")
        mode = mode.strip().lower() or ("minor" if name[:1].islower() else "major")
        if mode.endswith("m") and mode == "m":
            mode = "minor"
        try:
            tonic = Pitch.parse(name + "4")
        except ValueError:
            tonic = None
        if tonic is None or mode not in MODES or not -7 <= tonic.fifths - _TONIC_OFFSET[mode] <= 7:
            raise ValueError(f"{text!r} is not a key; expected a tonic and a mode, as in 'Eb major' or 'f# minor'")
        return cls(tonic.fifths, mode)

    @classmethod
    def of(cls, signature: KeySignature) -> Key:
        """The key of a signature; major if it gives no mode."""
        mode = signature.mode if signature.mode in _TONIC_OFFSET else "major"
        return cls(signature.fifths + _TONIC_OFFSET[mode], mode)

    @property
    def triad(self) -> tuple[int, ...]:
        """The pitch classes of the tonic triad: root, third, fifth."""
        places = (self.tonic_fifths, self.tonic_fifths + (4 if self.has_major_third else -3), self.tonic_fifths + 1)
        return tuple(7 * place % 12 for place in places)

    @property
    def has_major_third(self) -> bool:
        return self.mode in ("major", "ionian", "lydian", "mixolydian")

    @property
    def signature(self) -> KeySignature:
        return KeySignature(self.tonic_fifths - _TONIC_OFFSET[self.mode], self.mode)

    def __str__(self) -> str:
        alter, step = divmod(self.tonic_fifths + 1, 7)
        sign = "#" * alter if alter > 0 else "b" * -alter
        return f"{'FCGDAEB'[step]}{sign} {self.mode}"
