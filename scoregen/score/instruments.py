"""The instruments and voices of `grammars/instruments.toml`, those of a part, and the family of a part."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from scoregen.score.elements import Clef, Instrument, Part
from scoregen.score.pitch import UNISON, Interval, Pitch
from scoregen.system.resources import folder

Family = Literal["voice", "strings", "woodwind", "brass", "keyboard", "plucked", "percussion", "other"]
FAMILIES: tuple[Family, ...] = get_args(Family)

CLEFS = {
    "treble": Clef("G", 2),
    "treble-8vb": Clef("G", 2, -1),
    "treble-8va": Clef("G", 2, 1),
    "soprano": Clef("C", 1),
    "mezzo-soprano": Clef("C", 2),
    "alto": Clef("C", 3),
    "tenor": Clef("C", 4),
    "baritone": Clef("F", 3),
    "bass": Clef("F", 4),
    "bass-8vb": Clef("F", 4, -1),
    "bass-8va": Clef("F", 4, 1),
    "percussion": Clef("percussion", 2),
}
"""The clefs by the names that the files of `grammars` use."""

_NUMERAL = re.compile(r"^(\d+(st|nd|rd|th)?\.?|(\d\.)+\d?|\d+[&+/-]\d+|[ivx]+\.?|[ab&+]|und|and|solo|\(.*\))$")
_PITCH_OF_TUBE = r"([a-h](\s?[b♭#♯]|-?flat| flat|s)?|es|as|do|re|ré|mi|fa|sol|la|si)(\s?[b♭])?"
_NUMBERS = (
    ("i", "first", "erste", "erster", "primo", "prima", "premier"),
    ("ii", "second", "zweite", "zweiter", "secondo", "seconda", "deuxième"),
    ("iii", "third", "dritte", "dritter", "terzo", "terza", "troisième"),
    ("iv", "fourth", "vierte", "vierter", "quarto", "quarta", "quatrième"),
)
"""Words for numbers in the names of parts."""
_IN_PITCH = re.compile(rf"[\s,(]+(in|en)\s+{_PITCH_OF_TUBE}\)?(?=\s|$)")
_PITCH_FIRST = re.compile(r"^([a-g](\s?[b♭]|-?flat| flat)|c|f|d|in\s+\S+)\s+(?=\w{3})")

_SOUND_FAMILIES: tuple[tuple[str, Family], ...] = (
    ("voice", "voice"),
    ("strings", "strings"),
    ("wind", "woodwind"),
    ("brass", "brass"),
    ("keyboard", "keyboard"),
    ("pluck", "plucked"),
    ("pitched-percussion", "percussion"),
    ("drum", "percussion"),
    ("metal", "percussion"),
    ("wood", "percussion"),
    ("rattle", "percussion"),
)
_PROGRAM_FAMILIES: tuple[tuple[int, Family], ...] = (
    (8, "keyboard"),
    (16, "percussion"),
    (24, "keyboard"),
    (40, "plucked"),
    (46, "strings"),
    (47, "plucked"),
    (48, "percussion"),
    (52, "strings"),
    (55, "voice"),
    (56, "other"),
    (64, "brass"),
    (80, "woodwind"),
    (85, "other"),
    (86, "voice"),
    (91, "other"),
    (92, "voice"),
    (104, "other"),
    (108, "plucked"),
    (109, "percussion"),
    (110, "woodwind"),
    (111, "strings"),
    (112, "woodwind"),
    (120, "percussion"),
    (128, "other"),
)
"""The families of the General MIDI programs, by the last program of each run."""
_DEFAULT_PROGRAM = 1
"""The program of files in which nobody has chosen one."""
_SHARED_WORDS = {"soprano": (65,), "alto": (66,), "tenor": (67,), "baritone": (68,), "bass": (*range(33, 41), 44)}
"""Names of voices that are also short for an instrument, with the programs of that instrument."""


@dataclass(frozen=True, slots=True)
class InstrumentType:
    """An instrument or voice: its range at sounding pitch, and the reach of a hand or bow.

    `aliases` are its names in several languages, in lower case. `sounds` are MusicXML's instrument sounds, the usual
    one first; `midi_program` is the MIDI program, from 1. `clefs` and `transposition` (from written to sounding pitch)
    are those of the usual instrument, `other_clefs` those that its staves may change to. `most_notes` are the most
    notes at once, of each hand if it has two staves.
    `span` is the widest interval of a hand in semitones, 0 if hands do not limit simultaneous notes.
    `strings` are the open strings of a bowed instrument, lowest first; `stretch` is the most semitones
    along the strings between the stopped notes of a double stop. `chordal` instruments play chords: keyboards,
    guitars, harps.
    """

    name: str
    aliases: tuple[str, ...]
    sounds: tuple[str, ...]
    family: Family
    lowest: Pitch
    highest: Pitch
    comfortable: tuple[Pitch, Pitch]
    midi_program: int
    abbreviation: str = ""
    clefs: tuple[Clef, ...] = (Clef(),)
    other_clefs: tuple[Clef, ...] = ()
    transposition: Interval = UNISON
    most_notes: int = 1
    span: int = 0
    strings: tuple[Pitch, ...] = ()
    stretch: int = 0
    chordal: bool = False

    @property
    def title(self) -> str:
        """The name as it is printed before a staff."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def instrument(self) -> Instrument:
        """The instrument of a part of this type."""
        return Instrument(self.title, self.sounds[0] if self.sounds else None, self.midi_program)


def instrument_of(part: Part) -> InstrumentType | None:
    """The instrument of a part, by its name, else by its sound; None if neither is in the table, and for voices."""
    sound = part.instrument.sound if part.instrument is not None else None
    return instrument_named(part.name) or next((each for each in instruments() if sound in each.sounds), None)


def instrument_named(name: str) -> InstrumentType | None:
    """The instrument that the name of a part tells; None if the table has none, and for voices."""
    return _by_alias().get(plain_name(name))


def names_instrument(name: str) -> bool:
    """Whether the name of a part is that of an instrument, or has a word that says that it is played."""
    words = _words(name)
    return instrument_named(name) is not None or bool(words & played_words()) or _instrument_among(words) is not None


def instrument_type(name: str) -> InstrumentType:
    """The instrument or voice of the table with exactly this name; KeyError if there is none."""
    for each in (*voice_types(), *instruments()):
        if each.name == name:
            return each
    raise KeyError(name)


def plain_name(name: str) -> str:
    """A part's name in lower case without its number and its pitch.

    `Violin I`, `2nd Violin` and `violin (solo)` are all `violin`; `Clarinet in B♭ 1` and `Bb Clarinet` are `clarinet`.
    """
    text = _IN_PITCH.sub("", name.lower().strip())
    words = (text if text in _by_alias() else _PITCH_FIRST.sub("", text)).split()
    while len(words) > 1 and (_NUMERAL.match(words[-1]) or _number(words[-1].rstrip(","))):
        words.pop()
    while len(words) > 1 and (words[0] == "solo" or _number(words[0].rstrip("."))):
        words.pop(0)
    return " ".join(words).rstrip(".:0123456789 ")


def number_of(name: str) -> int:
    """The number in the name of a part: 2 for `Violin II`, `2nd Violin` and `Horn in F 2`; 0 without one."""
    text = _IN_PITCH.sub("", name.lower().strip())
    words = [word.strip("().,:") for word in re.split(r"[\s]+|(?<=[a-z])(?=\d)", text)]
    chosen = [*words[1:], *words[:1]] if len(words) > 1 else []
    return next((number for word in chosen if (number := _number(word))), 0)


def _number(word: str) -> int:
    """The number that a word is: `2`, `2nd`, `1.2` (the first), `ii`, `second`, `zweite`; 0 for another word."""
    digits = re.match(r"\d+", word)
    if digits:
        return int(digits[0])
    return next((number for number, names in enumerate(_NUMBERS, 1) if word in names), 0)


def family_of(part: Part) -> Family:
    """The family of a part: by an instrument in its name, by a voice in its name, by its sound, by its MIDI program
    unless that is the first, which is the default, and at last by its clefs.

    A name such as Alto or Bass is that of a voice, unless sound or program are those of an instrument of this name.
    """
    if part.clefs[0].sign == "percussion" or (part.instrument is not None and part.instrument.percussion):
        return "percussion"
    words = _words(part.name)
    played = instrument_named(part.name) or instrument_named(part.abbreviation) or _instrument_among(words)
    if played is not None:
        return played.family
    if (words & (_voice_names() | sung_words())) and not any(_is_played(part, word) for word in words):
        return "voice"
    return _family_of_sound(part) or _family_of_program(part) or _family_of_clefs(part)


def _is_played(part: Part, word: str) -> bool:
    """Whether the sound or the program of a part is that of an instrument with this word in its name."""
    if part.instrument is None or word not in _SHARED_WORDS:
        return False
    sound = part.instrument.sound or ""
    own = re.split(r"[.-]", sound.replace("contrabass", "bass"))
    return (word in own and not sound.startswith("voice")) or part.instrument.midi_program in _SHARED_WORDS[word]


def _family_of_sound(part: Part) -> Family | None:
    sound = part.instrument.sound if part.instrument is not None else None
    kind = (sound or "").partition(".")[0]
    return next((family for prefix, family in _SOUND_FAMILIES if prefix == kind), None)


def _instrument_among(words: Iterable[str]) -> InstrumentType | None:
    """The instrument whose name is one of the words: of `Solo-Violine` or `Choir organ`."""
    return next((_by_alias()[word] for word in words if len(word) > 2 and word in _by_alias()), None)


def _family_of_program(part: Part) -> Family | None:
    program = part.instrument.midi_program if part.instrument is not None else _DEFAULT_PROGRAM
    if program == _DEFAULT_PROGRAM:
        return None
    return next((family for last, family in _PROGRAM_FAMILIES if program <= last), None)


def _family_of_clefs(part: Part) -> Family:
    """Two staves are those of a keyboard, a tenor's clef is that of a voice, a C clef that of strings."""
    if part.staves > 1:
        return "keyboard"
    clef = part.clefs[0]
    if clef.sign == "TAB":
        return "plucked"
    return "strings" if clef.sign == "C" else "voice" if clef == CLEFS["treble-8vb"] else "other"


def _words(name: str) -> set[str]:
    return {word.strip("0123456789.:;") for word in re.split(r"[\s()&+,/-]+", name.lower())} - {""}


@cache
def _voice_names() -> frozenset[str]:
    return frozenset(alias for voice in voice_types() for alias in voice.aliases)


@cache
def _by_alias() -> Mapping[str, InstrumentType]:
    return {alias: each for each in reversed(instruments()) for alias in each.aliases}


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((folder("grammars") / "instruments.toml").read_text(encoding="utf-8"))


@cache
def instruments() -> tuple[InstrumentType, ...]:
    """All instruments of the table; voices are not among them."""
    return tuple(_instrument_type(table) for table in _table()["instruments"])


@cache
def voice_types() -> tuple[InstrumentType, ...]:
    """All voices of the table."""
    return tuple(_instrument_type(table) for table in _table()["voices"])


@cache
def sung_words() -> frozenset[str]:
    """Words of the names of parts that sing, without telling which voice."""
    return frozenset(_table()["sung"])


@cache
def played_words() -> frozenset[str]:
    """Words of the names of parts that are played, besides the names of the instruments."""
    return frozenset(_table()["played"])


def _instrument_type(table: Mapping[str, Any]) -> InstrumentType:
    low, high = table["comfortable"]
    return InstrumentType(
        name=table["name"],
        aliases=(table["name"], *table["aliases"]),
        sounds=tuple(table["sounds"]),
        family=table["family"],
        lowest=Pitch.parse(table["lowest"]),
        highest=Pitch.parse(table["highest"]),
        comfortable=(Pitch.parse(low), Pitch.parse(high)),
        midi_program=table["midi_program"],
        abbreviation=table["abbreviation"],
        clefs=tuple(CLEFS[name] for name in table["clefs"]),
        other_clefs=tuple(CLEFS[name] for name in table.get("other_clefs", ())),
        transposition=Interval.parse(table.get("transposition", "P1")),
        most_notes=table.get("most_notes", 1),
        span=table.get("span", 0),
        strings=tuple(Pitch.parse(string) for string in table.get("strings", ())),
        stretch=table.get("stretch", 0),
        chordal=table.get("chordal", "span" in table),
    )
