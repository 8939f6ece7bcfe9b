"""Evidence that two parts are the hands of one keyboard: their names, sounds, clefs, brace, words and chords."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from scoregen.score.elements import Element, Note, Part, Score
from scoregen.score.ensemble.choral_texture import choir_staves, tells_nothing
from scoregen.score.instruments import (
    family_of,
    instrument_named,
    instrument_of,
    number_of,
    plain_name,
)
from scoregen.score.pitch import Pitch

Hand = Literal["right", "left"]

_LETTERS: dict[str, Hand] = {
    **dict.fromkeys(("rh", "md", "mdx", "oh"), "right"),
    **dict.fromkeys(("lh", "ms", "msx", "mg", "uh"), "left"),
}
"""Initials of hands: right hand, rechte Hand, main droite, mano destra, obere Hand; left hand, mano sinistra, ..."""
_HANDS = {"hand", "hands", "hd", "main", "mano", "manos", "mão", "mao", "händ", "käsi", "hånd", "ręka"}
_SIDES: dict[str, Hand] = {
    **dict.fromkeys(
        ("right", "rechts", "rechte", "droite", "destra", "derecha", "direita", "dex", "höger", "r"), "right"
    ),
    **dict.fromkeys(("left", "links", "linke", "gauche", "sinistra", "izquierda", "esquerda", "vänster", "l"), "left"),
    **dict.fromkeys(("upper", "treble", "top", "oben", "oberes", "obere", "diskant", "discant"), "right"),
    **dict.fromkeys(("lower", "bass", "bottom", "unten", "unteres", "untere", "basso"), "left"),
}
"""Words for a side or a staff: they tell a hand beside a word for hands, or beside the name of a keyboard."""
_FILLERS = {"staff", "stave", "system", "clef", "part", "the", "of"}
_KEYBOARD_SOUND = "keyboard"
_CHORD = 3
"""The notes at once from which one staff is no singers' staff of two voices."""
_VOICES_UP, _VOICES_DOWN = 84, 38
"""MIDI pitches beyond which a part is no voice."""


def hands_of(score: Score, upper: Part, lower: Part, *, is_keyboard: bool | None = None) -> tuple[Part, Part] | None:
    """The right and the left hand, if two parts that follow each other are the hands of one player.

    Names that tell a hand are enough. Two parts of one name, or of none, need the sound or the name of a keyboard, or
    chords or a height that nobody sings; `is_keyboard` tells whether the score is for one, if this is known.
    """
    if not _is_pair_of_staves(upper, lower):
        return None
    named = _named_hands(upper, lower)
    return named or ((upper, lower) if _are_staves_of_keyboard(score, upper, lower, is_keyboard) else None)


def _is_pair_of_staves(upper: Part, lower: Part) -> bool:
    """Whether both parts have one staff of pitched music that sounds as written, or both transpose alike."""
    both = (upper, lower)
    signs = {part.clefs[0].sign for part in both}
    percussion = any(part.instrument is not None and part.instrument.percussion for part in both)
    plain = all(part.staves == 1 for part in both) and not signs & {"percussion", "TAB"}
    return plain and not percussion and upper.transposition == lower.transposition


def _named_hands(upper: Part, lower: Part) -> tuple[Part, Part] | None:
    """The right and the left hand, if the names of two parts tell both of one instrument."""
    (first, rest), (second, other) = _hand_and_rest(upper.name), _hand_and_rest(lower.name)
    if first is None or second is None or first == second or not _is_same_player(rest, other):
        return None
    return (upper, lower) if first == "right" else (lower, upper)


def _is_same_player(name: str, other: str) -> bool:
    """Whether the names of two hands without the hands are equal, or one has no more than the hand."""
    if name and other:
        return name == other
    return _is_keyboard_name(name or other) if name or other else True


def _hand_and_rest(name: str) -> tuple[Hand | None, str]:
    """The hand that a name tells, and the name without it: of `Klavier 1 (r.H.)` right and `klavier 1`."""
    words = _words(name)
    is_hand = any(word in _HANDS for word in words) or any(word in _LETTERS for word in words)
    rest = [word for word in words if not (word in _HANDS | _FILLERS or word in _LETTERS or word in _SIDES)]
    told = {hand for word in words if (hand := _LETTERS.get(word) or _SIDES.get(word))}
    player = " ".join(rest)
    is_unnamed = is_hand and (not player or player.isdigit())
    if len(told) != 1 or not (is_unnamed or _is_keyboard_name(player)):
        return None, name.lower()
    return next(iter(told)), player


def _words(name: str) -> list[str]:
    """The words of a name in lower case; initials such as `R. H.` and `m.d.` are one word, and so is `RH1`."""
    text = re.sub(r"\b(\w)\.\s?(\w)\b\.?", r"\1\2 ", name.lower())
    text = re.sub(r"(?<=[a-z])(?=\d)", " ", text)
    return [word for word in re.split(r"[\s()\[\]/,.:;_–-]+", text) if word]


def _is_keyboard_name(name: str) -> bool:
    """Whether a name is that of an instrument with two staves: a piano, an organ, a harp."""
    known = instrument_named(name)
    return known is not None and len(known.clefs) > 1


def _are_staves_of_keyboard(score: Score, upper: Part, lower: Part, is_keyboard: bool | None) -> bool:
    """Whether two parts of one name, or of none, are the treble and the bass staff of one keyboard."""
    names = {upper.name.strip().lower(), lower.name.strip().lower()}
    same = [part for part in score.parts if part.name.strip().lower() in names]
    if len(names) != 1 or len(same) != 2 or not _is_treble_over_bass(upper, lower) or _are_sung(score, same):
        return False
    name = names.pop()
    if _is_keyboard_name(name):
        return True
    if is_keyboard is None and choir_staves(score):
        return False
    if all(_sounds_as_keyboard(part) for part in same):
        return True
    if name and not tells_nothing(name):
        return False
    if is_keyboard is not None:
        return is_keyboard
    braced = upper.group is not None and upper.group == lower.group and upper.group.startswith("brace")
    alone = len(score.parts) == 2 and not all(_is_single_line(score, part) for part in same)
    return (braced or alone) and any(_is_no_voice(score, part) for part in same)


def _is_treble_over_bass(upper: Part, lower: Part) -> bool:
    return upper.clefs[0].sign == "G" and upper.clefs[0].octave_change == 0 and lower.clefs[0].sign == "F"


def _sounds_as_keyboard(part: Part) -> bool:
    """Whether sound or program tell a keyboard; the first program tells nothing, since files have it by default."""
    sound = part.instrument.sound if part.instrument is not None else None
    if sound is not None:
        return sound.startswith(_KEYBOARD_SOUND)
    return part.instrument is not None and part.instrument.midi_program != 1 and family_of(part) == "keyboard"


def _are_sung(score: Score, parts: Sequence[Part]) -> bool:
    """Whether a part has words, or the name or the sound of a voice."""
    ids = {part.id for part in parts}
    words = any(note.lyrics for element in _elements(score, ids) for note in element.notes)
    return words or any(family_of(part) == "voice" for part in parts)


def _is_no_voice(score: Score, part: Part) -> bool:
    """Whether a part has chords of three notes, or notes that no voice sings."""
    rows = _rows(score, part)
    pitches = [note.pitch.midi_pitch for row in rows for note in row if isinstance(note.pitch, Pitch)]
    beyond = bool(pitches) and (max(pitches) > _VOICES_UP or min(pitches) < _VOICES_DOWN)
    return beyond or any(len(row) >= _CHORD for row in rows)


def _is_single_line(score: Score, part: Part) -> bool:
    """Whether a part sounds, in one voice, one note at once: it may be a melody or a bass as well as a hand."""
    rows, slots = _rows(score, part), [slot for slot in score.slots if slot.part == part.id]
    return any(rows) and len(slots) == 1 and all(len(row) <= 1 for row in rows)


def _rows(score: Score, part: Part) -> list[Sequence[Note]]:
    """The notes at once of a part."""
    return [element.notes for element in _elements(score, {part.id})]


def _elements(score: Score, part_ids: Collection[str]) -> Iterator[Element]:
    for measure in score.measures:
        for voice in measure.voices:
            if voice.slot.part in part_ids:
                yield from voice.elements


def instrument_name_of(right: Part, left: Part) -> str:
    """The name of the instrument: what both names have beside the hands, else that of its sound, else piano."""
    named = [rest for name in (right.name, left.name) if (rest := _hand_and_rest(name)[1]) and _is_keyboard_name(rest)]
    if named:
        number = number_of(named[0])
        return f"{plain_name(named[0]).title()}{f' {number}' if number else ''}"
    printed = instrument_named(right.instrument.name) if right.instrument is not None else None
    known = printed or instrument_of(right)
    return known.title if known is not None and len(known.clefs) > 1 else "Piano"
