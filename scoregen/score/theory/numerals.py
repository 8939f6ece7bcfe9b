"""Roman numerals as people type them: `ii65`, `viio7/V`, `bVI`, `N6`, `Ger65`, `V4/2`.

They follow `scoregen analyze`: upper case is major, lower case minor; `o` or `°` is diminished, `ø` half diminished,
`+` augmented; `7` is a minor seventh and `maj7` a major one; figures give the inversion (6, 64, 65, 43, 42, also
written 6/4 and so on). In minor, III, VI and VII are on the degrees of natural minor, with or without a flat, and viio
is on the leading note, with or without a sharp.
"""

from __future__ import annotations

import re
from fractions import Fraction

from scoregen.score.chord_symbols import ChordSymbol, Degree
from scoregen.score.keys import Key
from scoregen.score.theory.symbol_tones import pitch_class_at, position

_FIGURES = r"7|6/?5|4/?3|4/?2|2|6/?4|6|9|5/?3"
_NUMERAL = re.compile(
    r"(?P<sign>[b#]*)(?P<roman>VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?P<quality>[oø+]?)(?P<major>maj|M)?"
    rf"(?P<figures>{_FIGURES})?(?P<ninth>b9)?(?P<sus>sus[24])?(?P<open>\(no3\))?(?:/(?P<target>[b#]*[iIvV].*))?"
)
_NAMED = re.compile(
    r"(?P<name>N|bII|It|Ger|Gr|Fr|Cad|K|I)(?:\+)?(?P<figures>6/?5|4/?3|6/?4|6/?3|6|7|53)?(?:/(?P<target>[b#]*[iIvV].*))?"
)
_SIXTHS = {"It": "Italian", "Ger": "German", "Gr": "German", "Fr": "French"}
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
_MAJOR = (0, 2, 4, -1, 1, 3, 5)
_MINOR = (0, 2, -3, -1, 1, -4, -2)
_FLAT_IN_MINOR = frozenset({"III", "VI", "VII"})
_FLAT_SECOND, _FLAT_SIXTH, _LEADING = -5, -4, 5
_INVERSIONS = {"": 0, "7": 0, "9": 0, "53": 0, "6": 1, "63": 1, "65": 1, "64": 2, "43": 2, "42": 3, "2": 3}
_TRIAD_FIGURES = frozenset({"", "53", "6", "64"})
_TRIADS = {"": ("major", "minor"), "+": ("augmented", "augmented"), "o": ("diminished", "diminished")}
_SEVENTHS = {"": ("dominant", "minor-seventh"), "+": ("augmented-seventh",) * 2, "o": ("diminished-seventh",) * 2}
_PLAIN = str.maketrans("♭♯°º⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "b#oo01234567890123456789")


def read_numeral(text: str, key: Key) -> ChordSymbol | None:
    """The chord of a numeral of this key at onset 0; None for anything else."""
    plain = text.translate(_PLAIN)
    found = _named(plain, key) or _numeral(plain, key)
    return None if found is None else _with_text(found, text)


def _with_text(symbol: ChordSymbol, text: str) -> ChordSymbol:
    return ChordSymbol(
        symbol.onset, symbol.part, symbol.root, symbol.kind, text, symbol.inversion, None, symbol.degrees
    )


def _named(text: str, key: Key) -> ChordSymbol | None:
    """The Neapolitan, the augmented sixths over the flat sixth degree, and the cadential six-four."""
    match = _NAMED.fullmatch(text)
    if match is None or (match["name"] in ("I", "bII") and match["name"] + (match["figures"] or "") != "bII6"):
        return None
    local = _target_key(match["target"], key)
    if local is None:
        return None
    if match["name"] in ("Cad", "K"):
        return _on(local.tonic_fifths, "major" if local.has_major_third else "minor", 2)
    if match["name"] in ("N", "bII"):
        inversion = _INVERSIONS.get((match["figures"] or "6").replace("/", ""), 1)
        return _on(local.tonic_fifths + _FLAT_SECOND, "major", inversion)
    return _on(local.tonic_fifths + _FLAT_SIXTH, _SIXTHS[match["name"]], 0)


def _target_key(target: str | None, key: Key) -> Key | None:
    """The key on the chord that an applied chord leads to; the key itself without one."""
    if not target:
        return key
    goal = read_numeral(target, key)
    if goal is None:
        return None
    is_major = goal.kind in ("major", "dominant", "major-seventh", "augmented")
    return Key(position(goal.root), "major" if is_major else "minor")


def _numeral(text: str, key: Key) -> ChordSymbol | None:
    match = _NUMERAL.fullmatch(text)
    local = _target_key(match["target"], key) if match else None
    if match is None or local is None:
        return None
    figures = (match["figures"] or "").replace("/", "")
    kind = _kind(match, figures)
    root = local.tonic_fifths + _degree(match, kind, is_major=local.has_major_third)
    degrees = [Degree(9, -1, "alter" if figures == "9" else "add")] if match["ninth"] else []
    degrees += [Degree(3, 0, "subtract")] if match["open"] else []
    if match["sus"] and figures:
        degrees += [Degree(3, 0, "subtract"), Degree(int(match["sus"][3:]), 0, "add")]
    return _on(root, kind, _INVERSIONS[figures], tuple(degrees))


def _kind(match: re.Match[str], figures: str) -> str:
    quality, is_lower = match["quality"], match["roman"].islower()
    if match["sus"] and not figures:
        return "suspended-fourth" if match["sus"] == "sus4" else "suspended-second"
    if quality == "ø":
        return "half-diminished"
    if match["major"] and figures != "9":
        return "major-minor" if is_lower else "major-seventh"
    if figures in _TRIAD_FIGURES and not match["ninth"]:
        return _TRIADS[quality][is_lower]
    if figures == "9":
        return "minor-ninth" if is_lower else "major-ninth" if match["major"] else "dominant-ninth"
    return _SEVENTHS[quality][is_lower]


def _degree(match: re.Match[str], kind: str, *, is_major: bool) -> int:
    """The root on the line of fifths from the tonic."""
    signs, roman = match["sign"], match["roman"].upper()
    if not is_major and roman == "VII" and kind in ("diminished", "diminished-seventh", "half-diminished"):
        return _LEADING + 7 * (signs.count("#") - signs.count("b") - (signs == "#"))
    if not is_major and signs == "b" and roman in _FLAT_IN_MINOR:
        signs = ""
    degrees = _MAJOR if is_major else _MINOR
    return degrees[_ROMAN.index(roman)] + 7 * (signs.count("#") - signs.count("b"))


def _on(root: int, kind: str, inversion: int, degrees: tuple[Degree, ...] = ()) -> ChordSymbol:
    return ChordSymbol(Fraction(0), "", pitch_class_at(root), kind, None, inversion, None, degrees)
