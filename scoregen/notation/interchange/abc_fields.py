"""The fields of an ABC tune: key, metre, unit length, tempo, voices, and the order of staves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.elements import Clef, Tempo
from scoregen.score.keys import MODES, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.theory.chord_text import is_no_chord, read_chord_symbol

_MODE_FIFTHS = {"maj": 0, "ion": 0, "mix": -1, "dor": -2, "min": -3, "aeo": -3, "phr": -4, "loc": -5, "lyd": 1, "m": -3}
_KEY = re.compile(r"\s*([A-G])([#b]?)\s*([A-Za-z]*)")
_ACCIDENTAL = re.compile(r"(?<!\S)(\^\^|__|\^|_|=)([a-gA-G])(?!\S)")
_ALTERS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_CLEFS = {"treble": ("G", 2), "bass": ("F", 4), "alto": ("C", 3), "tenor": ("C", 4), "perc": ("percussion", 2)}
_CLEF = re.compile(r"(?:clef=)?(treble|bass|alto|tenor|perc)(\d?)([+-]8)?(?![a-z])")
_PROPERTY = re.compile(r'([A-Za-z-]+)=("[^"]*"|\S+)')
_TEMPO = re.compile(r"((?:\d{1,9}/[1-9]\d{0,8}\s*)+)=\s*(\d{1,9}(?:\.\d{1,9})?)(?!\d)")
_PER_MINUTE = re.compile(r"(?:.*=)?\s*(\d{1,9})")
_OPEN, _CLOSE = {"[": "bracket", "{": "brace"}, {"]", "}"}


@dataclass(slots=True)
class VoiceProperties:
    """What `V:` says of a voice. `octave` and `transpose` move its notes, by octaves and by semitones."""

    name: str = ""
    short_name: str = ""
    clef: Clef = field(default_factory=Clef)
    octave: int = 0
    transpose: int = 0


@dataclass(frozen=True, slots=True)
class StaffGroup:
    """Voices by staff: one part. `group` is the symbol around it and its neighbours."""

    staves: tuple[tuple[str, ...], ...]
    group: str | None


def key_of(text: str) -> KeySignature:
    """`Dmin`, `F# mix`, `HP`, `none`, `D exp ^f ^c`; C major for anything else."""
    found = _KEY.match(text)
    if text.strip()[:2] in ("HP", "Hp"):
        return KeySignature(2)
    accidentals = {step.upper(): _ALTERS[sign] for sign, step in _ACCIDENTAL.findall(text)}
    if found is None or found[3] == "exp":
        custom = tuple(sorted((step, alter) for step, alter in accidentals.items() if alter))
        return KeySignature(custom=custom)
    name = found[3].lower() if found[3] != "m" else "m"
    shift = _MODE_FIFTHS.get(name[:3], 0)
    full = next((mode for mode in MODES if mode[:3] == name[:3]), "minor" if name == "m" else "major")
    fifths = Pitch(found[1], {"#": 1, "b": -1, "": 0}[found[2]], 4).fifths + shift
    if not accidentals or not -7 <= fifths <= 7:
        return KeySignature(min(max(fifths, -7), 7), full)
    plain = {step: KeySignature(fifths).alter(step) for step in "CDEFGAB"} | accidentals
    return KeySignature(custom=tuple((step, alter) for step, alter in plain.items() if alter))


def metre_of(text: str) -> TimeSignature | None:
    """None for `none` and for what is no metre."""
    cleaned = text.replace("(", "").replace(")", "").replace(" ", "")
    try:
        return TimeSignature.parse(cleaned)
    except ValueError:
        return None


def tempo_of(text: str, unit: Fraction) -> Tempo | None:
    """`1/4=96`, with words in quotes; a number alone counts unit lengths. None without a number, or one too long."""
    words = " ".join(re.findall(r'"([^"]*)"', text)).strip() or None
    plain = re.sub(r'"[^"]*"', "", text).strip()
    found, alone = _TEMPO.search(plain), _PER_MINUTE.fullmatch(plain)
    if found is not None:
        beat = 4 * sum((Fraction(part) for part in found[1].split()), Fraction(0))
        per_minute = Fraction(found[2])
    elif alone is not None:
        beat, per_minute = unit, Fraction(alone[1])
    else:
        return None
    value = NoteValue.plain(beat)
    if value is None or per_minute <= 0:
        value, per_minute = NoteValue("quarter"), per_minute * beat
    return Tempo(Fraction(0), value, per_minute, words) if per_minute > 0 else None


def read_properties(text: str, into: VoiceProperties) -> None:
    """Read the properties of `V:` or `K:`: name, clef, octave, transposition."""
    given = {name.lower(): value.strip('"') for name, value in _PROPERTY.findall(text)}
    into.name = given.get("name", given.get("nm", into.name))
    into.short_name = given.get("snm", given.get("sname", given.get("subname", into.short_name)))
    for name, attribute in (("octave", "octave"), ("transpose", "transpose"), ("t", "transpose")):
        if re.fullmatch(r"[+-]?\d{1,2}", given.get(name, "")):
            setattr(into, attribute, int(given[name]))
    clef = _CLEF.search(re.sub(r'"[^"]*"', "", text))
    if clef is not None:
        sign, line = _CLEFS[clef[1]]
        into.clef = Clef(sign, int(clef[2]) if clef[2] in ("1", "2", "3", "4", "5") else line, _octave_of(clef[3]))


def _octave_of(text: str | None) -> int:
    return {"+8": 1, "-8": -1}.get(text or "", 0)


def staff_groups(text: str) -> tuple[StaffGroup, ...]:
    """The parts of a %%score or %%staves directive: `[S A T B]`, `(S A) (T B)`, `{RH LH}`."""
    groups: list[StaffGroup] = []
    symbols: list[str] = []
    braced: list[tuple[str, ...]] = []
    for item in _staff_items(text):
        if item in ("[", "{"):
            symbols.append(_OPEN[item[0]])
        elif item in ("]", "}"):
            if item == "}" and braced:
                groups.append(StaffGroup(tuple(braced), _bracket(symbols)))
                braced = []
            symbols = symbols[:-1]
        elif symbols[-1:] == ["brace"]:
            braced.append(tuple(item.split()))
        else:
            groups.append(StaffGroup((tuple(item.split()),), _bracket(symbols)))
    return (*groups, *([StaffGroup(tuple(braced), None)] if braced else []))


def _bracket(symbols: list[str]) -> str | None:
    return "bracket" if "bracket" in symbols else None


def _staff_items(text: str) -> Iterator[str]:
    """Brackets, voices, and the voices of one staff in one text."""
    for match in re.finditer(r"\(([^)]*)\)|([\[\]{}])|([^\s\[\]{}()|*]+)", text):
        yield match[1] or match[2] or match[3]


def chord_symbol(text: str, onset: Fraction, part: str) -> ChordSymbol | None:
    """A chord symbol; None for a text that is none."""
    name = text.strip()
    if is_no_chord(name):
        return ChordSymbol(onset, part, SpelledPitchClass("C"), "none", name)
    found = read_chord_symbol(name)
    if found is None:
        return None
    suffix = name[len(found.root.step) + abs(int(found.root.alter)) :]
    printed = suffix.rpartition("/")[0] if found.bass is not None else suffix
    return replace(found, onset=onset, part=part, text=printed or None)
