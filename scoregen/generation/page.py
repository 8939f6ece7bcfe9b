"""The lines of a page: the singing voices that it has, or has staves for.

A part sings unless its name, its sound, its staves or its MIDI program say that it is an instrument. A staff of two
roles (closed score, a women's staff) has two lines, in two voices or in the notes of its chords.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Literal

from scoregen.score.elements import Chord, Clef, Element, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.ensemble import Ensemble, Role
from scoregen.score.instruments import instruments, number_of, plain_name, played_words, sung_words
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue

Layer = Literal["all", "upper", "lower"]

_VOICE_SOUND = "voice"
_VOICE_PROGRAMS = range(53, 56)
"""MIDI programs, from 1, of choir and voice sounds."""
_DEFAULT_PROGRAM = 1
"""The program of files in which nobody has chosen one."""
_CHORD_SHARE, _NAMED_CHORD_SHARE = Fraction(1, 2), Fraction(1, 4)
"""The share of two-note chords from which the notes of a staff are those of two roles; less if its name says so."""
_LIST = re.compile(r"[,/&+]|\bund\b|\band\b")
"""What stands between the names of a staff that several roles share."""
_MOST_VOICES = 2
"""The most voices on a staff that two roles share."""


@dataclass(frozen=True, slots=True)
class Line:
    """A singing voice. `layer` tells which notes of its chords are its own; `role` is the role that its name tells.

    `clef` is that of its staff. `is_new`: its staff exists, but not this voice. `shared` is the slot of the voice on
    its staff whose chords also hold its notes in measures without its own voice.
    """

    slot: Slot
    name: str
    clef: Clef
    role: str | None = None
    layer: Layer = "all"
    is_new: bool = False
    shared: Slot | None = None

    @property
    def is_plain(self) -> bool:
        """Whether its notes are exactly those of its voice."""
        return self.layer == "all"


def is_instrument(part: Part, ensemble: Ensemble) -> bool:
    """Whether a part is played rather than sung."""
    if part.clefs[0].sign in ("percussion", "TAB") or (part.instrument and part.instrument.percussion):
        return True
    if any(_is_instrument_name(name) for name in (part.name, part.abbreviation)):
        return True
    if roles_of_name(part.name, ensemble) or is_voice_name(part.name) or part.instrument is None:
        return False
    if part.instrument.sound is not None:
        return not part.instrument.sound.startswith(_VOICE_SOUND)
    keyboard = part.staves > 1 and _is_instrument_name(part.instrument.name)
    return keyboard or part.instrument.midi_program not in (_DEFAULT_PROGRAM, *_VOICE_PROGRAMS)


def is_percussion(part: Part) -> bool:
    return part.clefs[0].sign == "percussion" or (part.instrument is not None and part.instrument.percussion)


def _is_instrument_name(name: str) -> bool:
    words = [word.strip("0123456789.:") for word in re.split(r"[\s().,/-]+", name.lower())]
    named = plain_name(name) in _instrument_names()
    return named or any(word in played_words() or word in _instrument_words() for word in words)


@cache
def _instrument_names() -> frozenset[str]:
    return frozenset(alias for instrument in instruments() for alias in instrument.aliases)


@cache
def _instrument_words() -> frozenset[str]:
    """The names of instruments that are one word of more than two letters."""
    return frozenset(name for name in _instrument_names() if " " not in name and len(name) > 2)


def _words(name: str) -> list[str]:
    return [word.strip("0123456789:;") for word in re.split(r"[\s()&+,]+|\bund\b|\band\b", name.lower()) if word]


def is_voice_name(name: str) -> bool:
    """Whether a name says that a part sings, without its role."""
    return any(word.strip(".") in sung_words() for word in _words(name))


def roles_of_name(name: str, ensemble: Ensemble) -> tuple[str, ...]:
    """The roles that a name tells: of `Tenor 2` the tenor, of `Women` and `S/A` soprano and alto, of `Voice` none."""
    listed = _listed(name)
    if len(listed) > 1 and all(len(roles_of_name(part, ensemble)) == 1 for part in listed):
        return tuple(dict.fromkeys(role for part in listed for role in roles_of_name(part, ensemble)))
    plain = " ".join(word for word in _words(name) if word)
    for names, roles in ensemble.staves:
        if plain in names or any(word in names for word in plain.split()):
            return roles
    if plain == "".join(role.name[0] for role in ensemble.roles):
        return tuple(role.name for role in ensemble.roles)
    words = [word for part in plain.split() for word in part.split("/")]
    found = [role.name for word in words if (role := _role_named(word, number_of(name), ensemble))]
    return tuple(dict.fromkeys(found))


def _listed(name: str) -> list[str]:
    """The names in a list: of `Soprano 1 & 2` the first and the second soprano."""
    listed: list[str] = []
    for item in (part.strip() for part in _LIST.split(name.lower())):
        again = listed[-1].rstrip("0123456789. ") if item.isdigit() and listed else ""
        listed += [f"{again} {item}".strip()] if item else []
    return listed


def _role_named(word: str, number: int, ensemble: Ensemble) -> Role | None:
    """The role that a word names: of several the one with the number, else the first."""
    named = [role for role in ensemble.roles if word in role.aliases]
    return next((role for role in named if number_of(role.title) == number), named[0] if named else None)


def shares_staff(score: Score, part: Part) -> bool:
    """Whether two roles sing on the only staff of a part."""
    return part.staves == 1 and _is_divided(score, _staff_slots(score, part, 1))


def lines_of(score: Score, part: Part, ensemble: Ensemble, *, shared: bool = False) -> tuple[Line, ...]:
    """The lines of a singing part, from the top; none if it has more voices than roles could sing.

    `shared` tells that two roles sing on another staff of the page: an empty staff without a name then has two as well.
    """
    roles = roles_of_name(part.name, ensemble)
    names = tuple(role.name for role in ensemble.roles)
    half = (len(names) + 1) // 2
    if part.staves > 1:
        pairs = (names[:half], names[half:]) if len(roles) != len(names) else (roles[:half], roles[half:])
        return _closed_score(score, part, pairs)
    if len(roles) == 2:
        return _divided(score, part, 1, roles)
    empty_pair = shared and not part.name and not any(_sounds(score, slot) for slot in _staff_slots(score, part, 1))
    if len(roles) == 1 or len(names) < 2 or not (empty_pair or shares_staff(score, part)):
        return (_single(score, part, roles[0] if len(roles) == 1 else None),)
    return _divided(score, part, 1, names[-2:] if part.clefs[0].sign == "F" else names[:2])


def _closed_score(score: Score, part: Part, pairs: tuple[Sequence[str], Sequence[str]]) -> tuple[Line, ...]:
    staves = [_staff_slots(score, part, staff) for staff in (1, 2)]
    if (
        part.staves != len(pairs)
        or any(len(pair) not in (1, 2) for pair in pairs)
        or not all(_is_choral(score, slots) for slots in staves)
    ):
        return ()
    return tuple(line for staff, pair in enumerate(pairs, 1) for line in _on_staff(score, part, staff, pair))


def _on_staff(score: Score, part: Part, staff: int, roles: Sequence[str]) -> tuple[Line, ...]:
    """The lines of one or two roles on a staff of a closed score."""
    return _divided(score, part, staff, roles) if len(roles) == 2 else (_single(score, part, roles[0], staff),)


def _is_choral(score: Score, slots: Sequence[Slot]) -> bool:
    """Whether two roles could sing the voices of a staff: at most two notes at once."""
    return all(_most_notes(measure, slots) <= _MOST_VOICES for measure in score.measures)


def _most_notes(measure: Measure, slots: Sequence[Slot]) -> int:
    """The notes that the voices have at once, counted by the largest chord of each."""
    voices = [voice for voice in measure.voices if voice.slot in slots]
    return sum(max((len(element.notes) for element in voice.elements), default=0) for voice in voices)


def _staff_slots(score: Score, part: Part, staff: int) -> list[Slot]:
    return [slot for slot in score.slots if slot.part == part.id and slot.staff == staff]


def _single(score: Score, part: Part, role: str | None, staff: int = 1) -> Line:
    slots = _staff_slots(score, part, staff)
    sounding = [slot for slot in slots if _sounds(score, slot)]
    slot = (sounding or slots or [Slot(part.id, staff)])[0]
    return Line(slot, score.part_name(part.id), part.clefs[staff - 1], role)


def _divided(score: Score, part: Part, staff: int, roles: Sequence[str]) -> tuple[Line, ...]:
    """The two lines of a staff that two roles share."""
    slots = _staff_slots(score, part, staff)
    sounding = sorted((slot for slot in slots if _sounds(score, slot)), key=lambda slot: -_height(score, slot))
    upper = Line((sounding or slots or [Slot(part.id, staff, free_voice(score, part.id, staff))])[0], "", Clef())
    if len(sounding) > 1:
        shared = upper.slot if _has_chords(score, upper.slot) else None
        pair = (replace(upper, layer="upper" if shared else "all"), replace(upper, slot=sounding[1], shared=shared))
        pair = (pair[0], replace(pair[1], layer="lower" if shared else "all"))
    elif sounding and _is_divided(score, slots, _NAMED_CHORD_SHARE):
        pair = (replace(upper, layer="upper"), replace(upper, layer="lower"))
    else:
        other = next((slot for slot in slots if slot != upper.slot), None)
        free = free_voice(score, part.id, staff)
        new = other or Slot(part.id, staff, free + (free == upper.slot.voice))
        pair = (upper, replace(upper, slot=new, is_new=other is None))
    name, clef = score.part_name(part.id), part.clefs[staff - 1]
    return tuple(replace(line, name=name, clef=clef, role=role) for line, role in zip(pair, roles, strict=True))


def free_voice(score: Score, part_id: str, staff: int) -> int:
    """A voice number that a part does not use: the one after those of the staff, else after all."""
    used = {slot.voice for slot in score.slots if slot.part == part_id}
    own = [slot.voice for slot in score.slots if (slot.part, slot.staff) == (part_id, staff)]
    following = max(own, default=4 * (staff - 1)) + 1
    return following if following not in used else max(used) + 1


def _is_divided(score: Score, slots: Sequence[Slot], share: Fraction = _CHORD_SHARE) -> bool:
    """Whether two roles sing on a staff: in two voices, or in chords of two notes."""
    sounding = [slot for slot in slots if _sounds(score, slot)]
    if len(sounding) == 1:
        elements = [element for element in _elements(score, sounding[0]) if element.notes]
        pairs = sum(isinstance(element, Chord) and len(element.notes) == 2 for element in elements)
        return pairs >= share * len(elements)
    return len(sounding) == _MOST_VOICES


def _elements(score: Score, slot: Slot) -> list[Element]:
    voices = (voice for measure in score.measures for voice in measure.voices if voice.slot == slot)
    return [element for voice in voices for element in voice.elements]


def _sounds(score: Score, slot: Slot) -> bool:
    return any(element.notes for element in _elements(score, slot))


def _has_chords(score: Score, slot: Slot) -> bool:
    return any(isinstance(element, Chord) for element in _elements(score, slot))


def _height(score: Score, slot: Slot) -> Fraction:
    """The mean pitch of a voice that sounds."""
    pitches = line_pitches(score, slot)
    return Fraction(sum(pitches), max(len(pitches), 1))


def is_empty(score: Score, line: Line) -> bool:
    return line.is_new or not line_pitches(score, line.slot)


def line_pitches(score: Score, slot: Slot) -> list[int]:
    """The MIDI pitches of a voice, chords included."""
    notes = (note for element in _elements(score, slot) for note in element.notes)
    return [note.pitch.midi_pitch for note in notes if isinstance(note.pitch, Pitch)]


def line_notes(score: Score, line: Line) -> list[tuple[Pitch, str]]:
    """The pitches of a line, with the numbers of their measures."""
    read = ((measure.number, read_voice(measure, line, line.slot)) for measure in score.measures)
    return [
        (note.pitch, number)
        for number, voice in read
        for element in (voice.elements if voice else ())
        for note in element.notes
        if isinstance(note.pitch, Pitch)
    ]


def read_voice(measure: Measure, line: Line, slot: Slot) -> Voice | None:
    """The music of a line in a measure, as a voice of its own with the address `slot`."""
    voice = measure.voice(line.slot)
    if (voice is None or voice.is_silent) and line.shared is not None:
        voice = measure.voice(line.shared) or voice
    if voice is None:
        return Voice(slot, (Rest(NoteValue.of(measure.duration)),)) if not line.is_plain else None
    return replace(voice, slot=slot, elements=tuple(_own(element, line.layer) for element in voice.elements))


def _own(element: Element, layer: Layer) -> Element:
    """The note of a layer of a chord; every layer has a single note."""
    if not isinstance(element, Chord) or layer == "all":
        return element
    note: Note = element.notes[-1 if layer == "upper" else 0]
    return replace(note, fermata=note.fermata or element.fermata)
