"""Key signatures (notated) and keys (analysed)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.pitch import Interval, Pitch

MODES = ("major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "aeolian", "ionian", "locrian")
CHURCH_MODES = frozenset(MODES) - {"major", "minor", "ionian"}
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


_MODE_NAMES = {
    **{mode: mode for mode in _TONIC_OFFSET},
    **dict.fromkeys(("maj", "dur", "majeur", "maggiore", "mayor"), "major"),
    **dict.fromkeys(("m", "min", "moll", "mineur", "minore", "menor"), "minor"),
    **dict.fromkeys(("mix", "mixolydisch", "mixolydien"), "mixolydian"),
    **dict.fromkeys(("dor", "dorisch", "dorien"), "dorian"),
    **dict.fromkeys(("phr", "phrygisch", "phrygien"), "phrygian"),
    **dict.fromkeys(("lyd", "lydisch", "lydien"), "lydian"),
    **dict.fromkeys(("aeo", "äolisch", "aeolisch"), "aeolian"),
    **dict.fromkeys(("ion", "ionisch"), "ionian"),
    **dict.fromkeys(("loc", "lokrisch"), "locrian"),
}
_GERMAN_MODES = ("dur", "moll", "mixolydisch", "dorisch", "phrygisch", "lydisch", "äolisch", "aeolisch", "ionisch")
_SIGNS = {
    "": 0,
    "#": 1,
    "b": -1,
    "-": -1,
    "is": 1,
    "es": -1,
    "s": -1,
    " sharp": 1,
    "-sharp": 1,
    " flat": -1,
    "-flat": -1,
}
_SYLLABLES = {"do": "C", "ut": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B"}
"""The French, Italian and Spanish names of notes."""
_SYLLABLE = re.compile(
    rf"({'|'.join(_SYLLABLES)})(?=$|[ #b-])[ -]?(dièse|diese|diesis|sostenido|bemolle|bémol|bemol|#|b)?", re.IGNORECASE
)
_KEY = re.compile(r"(?P<letter>[A-Ha-h])(?P<sign>#|b|is|es|s|[ -]sharp|[ -]flat|-(?= |$))?[ -]?(?P<mode>[^\W\d]*)")
_NATURALS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "H": 5}


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
        """Parse `Eb`, `Eb major`, `g minor`, `f#` or `F#m` (minor), `d dorian`, `G-Dur`, `fis-moll`, `B-Dur` (B flat),
        `sol mineur`, `si bemolle maggiore`; a syllable alone is major.

        A German mode or a German name of a note (`fis`, `es`, `h`) makes `B` a B flat. ValueError for anything else.
        """
        plain = " ".join(text.replace("♯", "#").replace("♭", "b").replace("_", " ").split())
        found = _KEY.fullmatch(_in_letters(plain))
        mode = fifths = None
        if found:
            name = "major" if found["mode"] == "M" else found["mode"].lower()
            mode = _mode_of(found["letter"], name)
            fifths = _tonic_fifths(found["letter"].upper(), (found["sign"] or "").lower(), name)
        if mode is None or fifths is None or not -7 <= fifths - _TONIC_OFFSET[mode] <= 7:
            raise ValueError(
                f"{text!r} is not a key; expected a tonic and a mode, as in 'Eb major', 'f# minor' or 'Gm'"
            )
        return cls(fifths, mode)

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


def _in_letters(text: str) -> str:
    """A key whose tonic is a syllable, with its letter."""
    found = _SYLLABLE.match(text)
    if found is None:
        return text
    sign = (found[2] or "").lower()
    return _SYLLABLES[found[1].lower()] + (sign and "#b"[sign[0] == "b"]) + text[found.end() :]


def _mode_of(letter: str, name: str) -> str | None:
    """The mode of a name; without one, minor for a small letter."""
    return _MODE_NAMES.get(name) if name else "minor" if letter.islower() else "major"


def _tonic_fifths(letter: str, sign: str, mode: str) -> int | None:
    """The tonic on the line of fifths; None if the letter and the sign do not fit."""
    german = mode in _GERMAN_MODES or sign in ("is", "es", "s") or letter == "H"
    if (sign == "s" and letter not in "AE") or (letter == "H" and sign not in ("", "is")):
        return None
    if letter == "B" and german and not sign:
        return _NATURALS["B"] - 7
    return _NATURALS[letter] + 7 * _SIGNS[sign]
