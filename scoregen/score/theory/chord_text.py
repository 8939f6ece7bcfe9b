"""Chords as people type them: lead-sheet symbols (`F#m7b5`, `D/F#`, `Bbmaj7`) and Roman numerals (`ii65`, `V7/V`).

Numerals follow `scoregen analyze`: upper case is major, lower case minor; `o` or `°` is diminished, `ø` half
diminished, `+` augmented; `7` is a minor seventh and `maj7` a major one; figures give the inversion (6, 64, 65, 43,
42). In minor, III, VI and VII are on the degrees of natural minor, with or without a flat, and viio is on the leading
note.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

from scoregen.score.chord_symbols import ChordSymbol, Degree, SpelledPitchClass
from scoregen.score.keys import Key
from scoregen.score.theory.symbol_tones import position

_STEPS = "FCGDAEB"
_ROOT = r"[A-G](?:#{1,2}|b{1,2}|♯|♭)?"
_SYMBOL = re.compile(rf"(?P<root>{_ROOT})(?P<suffix>.*?)(?:/(?P<bass>{_ROOT}))?")
_NO_CHORD = frozenset({"N.C.", "NC", "n.c.", "nc"})
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("", "maj", "M", "major"), "major"),
        **dict.fromkeys(("m", "min", "-", "minor", "mi"), "minor"),
        **dict.fromkeys(("dim", "°", "o"), "diminished"),
        **dict.fromkeys(("+", "aug"), "augmented"),
        **dict.fromkeys(("7", "dom7"), "dominant"),
        **dict.fromkeys(("maj7", "M7", "Δ", "Δ7", "ma7", "j7"), "major-seventh"),
        **dict.fromkeys(("m7", "min7", "-7", "mi7"), "minor-seventh"),
        **dict.fromkeys(("m7b5", "ø", "ø7", "-7b5", "min7b5"), "half-diminished"),
        **dict.fromkeys(("dim7", "°7", "o7"), "diminished-seventh"),
        **dict.fromkeys(("m(maj7)", "mmaj7", "mM7", "-maj7"), "major-minor"),
        **dict.fromkeys(("+7", "7+", "aug7", "7#5"), "augmented-seventh"),
        **dict.fromkeys(("6", "maj6", "M6"), "major-sixth"),
        **dict.fromkeys(("m6", "min6", "-6"), "minor-sixth"),
        **dict.fromkeys(("9",), "dominant-ninth"),
        **dict.fromkeys(("maj9", "M9"), "major-ninth"),
        **dict.fromkeys(("m9", "min9", "-9"), "minor-ninth"),
        "11": "dominant-11th",
        "m11": "minor-11th",
        "13": "dominant-13th",
        "maj13": "major-13th",
        "m13": "minor-13th",
        **dict.fromkeys(("sus", "sus4"), "suspended-fourth"),
        "sus2": "suspended-second",
        "5": "power",
    }
)
_DEGREES: Mapping[str, tuple[str, tuple[Degree, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(("add9", "(add9)", "add2"), ("major", (Degree(9, 0, "add"),))),
        **dict.fromkeys(("madd9", "m(add9)"), ("minor", (Degree(9, 0, "add"),))),
        **dict.fromkeys(("6/9", "69"), ("major-sixth", (Degree(9, 0, "add"),))),
        **dict.fromkeys(("7sus4", "7sus"), ("dominant", (Degree(3, 0, "subtract"), Degree(4, 0, "add")))),
        **dict.fromkeys(("7b5", "7-5"), ("dominant", (Degree(5, -1, "alter"),))),
        **dict.fromkeys(("7b9", "7(b9)", "7-9"), ("dominant", (Degree(9, -1, "add"),))),
        **dict.fromkeys(("7#9", "7(#9)"), ("dominant", (Degree(9, 1, "add"),))),
        **dict.fromkeys(("7#11", "7(#11)"), ("dominant", (Degree(11, 1, "add"),))),
        **dict.fromkeys(("maj7#11",), ("major-seventh", (Degree(11, 1, "add"),))),
    }
)
"""By suffix: the kind and the degrees that are added, altered or left out."""

_NUMERAL = re.compile(
    r"(?P<sign>[b#♭♯]*)(?P<roman>VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?P<quality>[o°ø+]?)(?P<major>maj|M)?"
    r"(?P<figures>7|65|43|42|2|64|6|9)?(?P<sus>sus[24])?(?:/(?P<target>.+))?"
)
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
_MAJOR = (0, 2, 4, -1, 1, 3, 5)
_MINOR = (0, 2, -3, -1, 1, -4, -2)
_FLAT_IN_MINOR = frozenset({"III", "VI", "VII"})
_LEADING = 5
_INVERSIONS = {None: 0, "7": 0, "9": 0, "6": 1, "65": 1, "64": 2, "43": 2, "42": 3, "2": 3}
_TRIADS = {"": ("major", "minor"), "+": ("augmented", "augmented"), "o": ("diminished", "diminished")}
_SEVENTHS = {"": ("dominant", "minor-seventh"), "+": ("augmented-seventh",) * 2, "o": ("diminished-seventh",) * 2}
_NAMED = {"N6": (-5, "major", 1), "bII6": (-5, "major", 1), "It6": (-4, "Italian", 0), "Ger65": (-4, "German", 0)}
_NAMED |= {"Fr43": (-4, "French", 0), "Cad64": (0, "", 2)}


def parse_chord_text(text: str, key: Key) -> ChordSymbol | None:
    """A chord symbol or a numeral of this key as a value at onset 0; None for "no chord" (`N.C.`).

    Raises ValueError for anything else.
    """
    if text in _NO_CHORD:
        return None
    chord = _symbol(text) if text[:1] in "ABCDEFG" and text not in _NAMED and text[:3] not in ("Ger", "Cad") else None
    chord = chord or _numeral(text, key)
    if chord is None:
        raise ValueError(
            f"found the chord {text!r}; expected a chord symbol such as Am7 or D/F#, or a numeral such as V7"
        )
    return chord


def _symbol(text: str) -> ChordSymbol | None:
    for match in (re.fullmatch(_SYMBOL, text), re.fullmatch(rf"(?P<root>{_ROOT})(?P<suffix>.*)(?P<bass>)", text)):
        if match is None:
            continue
        suffix = match["suffix"].replace("♭", "b").replace("♯", "#")
        kind, degrees = _DEGREES.get(suffix, (_KINDS.get(suffix), ()))
        if kind is not None:
            bass = _pitch_class(match["bass"]) if match["bass"] else None
            return ChordSymbol(Fraction(0), "", _pitch_class(match["root"]), kind, text, None, bass, degrees)
    return None


def _pitch_class(name: str) -> SpelledPitchClass:
    signs = name[1:].replace("♭", "b").replace("♯", "#")
    return SpelledPitchClass(name[0], signs.count("#") - signs.count("b"))


def _numeral(text: str, key: Key) -> ChordSymbol | None:
    is_major = key.has_major_third
    if text in _NAMED:
        offset, kind, inversion = _NAMED[text]
        return _on(key.tonic_fifths + offset, kind or ("major" if is_major else "minor"), inversion, text)
    match = _NUMERAL.fullmatch(text)
    if match is None:
        return None
    if match["target"]:
        target = _numeral(match["target"], key)
        if target is None:
            return None
        local = Key(position(target.root), "major" if target.kind in ("major", "dominant") else "minor")
        applied = _numeral(text[: match.start("target") - 1], local)
        return applied and _on(position(applied.root), applied.kind, applied.inversion or 0, text)
    kind = _kind(match)
    root = key.tonic_fifths + _degree(match, kind, is_major=is_major)
    return _on(root, kind, 0 if match["sus"] else _INVERSIONS[match["figures"]], text)


def _kind(match: re.Match[str]) -> str:
    quality = match["quality"].replace("°", "o")
    is_lower = match["roman"].islower()
    if match["sus"]:
        return "suspended-fourth" if match["sus"] == "sus4" else "suspended-second"
    if match["figures"] in (None, "6", "64"):
        if match["major"]:
            return "major-minor" if is_lower else "major-seventh"
        return "half-diminished" if quality == "ø" else _TRIADS[quality][is_lower]
    if quality == "ø":
        return "half-diminished"
    if match["figures"] == "9":
        return "minor-ninth" if is_lower else "major-ninth" if match["major"] else "dominant-ninth"
    if match["major"]:
        return "major-minor" if is_lower else "major-seventh"
    return _SEVENTHS[quality][is_lower]


def _degree(match: re.Match[str], kind: str, *, is_major: bool) -> int:
    """The root on the line of fifths from the tonic."""
    signs = match["sign"].replace("♭", "b").replace("♯", "#")
    roman = match["roman"].upper()
    number = _ROMAN.index(roman)
    if not is_major and roman == "VII" and kind in ("diminished", "diminished-seventh", "half-diminished"):
        return _LEADING + 7 * (signs.count("#") - signs.count("b"))
    if not is_major and signs == "b" and roman in _FLAT_IN_MINOR:
        signs = ""
    return (_MAJOR if is_major else _MINOR)[number] + 7 * (signs.count("#") - signs.count("b"))


def _on(root: int, kind: str, inversion: int, text: str) -> ChordSymbol:
    alter, step = divmod(root + 1, 7)
    return ChordSymbol(Fraction(0), "", SpelledPitchClass(_STEPS[step], alter), kind, text, inversion)
