"""What a voice is, in plain values: its family of instruments, its place in the part and on the staff, its range."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scoregen.score.elements import Note, Part, Score, Slot
from scoregen.score.pitch import Pitch

_LEAST_SUNG = 0.1
"""The share of the notes of a part that carry a syllable if it is sung; less are words for players."""
_OUTER_SHARE = 20
"""One note of this many lies below the range of a voice without a known range, and one above."""


@dataclass(frozen=True, slots=True)
class VoiceDescription:
    """What distinguishes a voice from the others of its score, without a name.

    family: of its instrument; part, staff, voice: its part in the score, its staff in the part and its rank on
    the staff, each from 0; staves: of its part; lowest, highest: MIDI numbers of its range, both included;
    sung: whether it has words or is a singer's.
    """

    family: str
    part: int
    staff: int
    staves: int
    voice: int
    lowest: int
    highest: int
    sung: bool


@dataclass(slots=True)
class _Content:
    """The MIDI numbers of a voice or of a part, and how many of its notes have words."""

    pitches: list[int] = field(default_factory=list)
    words: int = 0


def describe_voices(score: Score, slots: Sequence[Slot]) -> tuple[VoiceDescription, ...]:
    """One description for each slot. A voice without a known range has that of its notes, 5th to 95th percentile."""
    contents = _contents(score)
    numbers = {part.id: index for index, part in enumerate(score.parts)}
    return tuple(
        _description(slot, score.parts[numbers[slot.part]], numbers[slot.part], slots, contents) for slot in slots
    )


def _description(
    slot: Slot, part: Part, number: int, slots: Sequence[Slot], contents: Mapping[Slot | str, _Content]
) -> VoiceDescription:
    family = family_of(part)
    sung = family == "voice" or _has_words(part, family, contents[part.id])
    family = "voice" if sung else family
    same_staff = sorted(other.voice for other in slots if other[:2] == slot[:2])
    low, high = _used_range(contents[slot].pitches or contents[part.id].pitches, part.clefs[0].height)
    return VoiceDescription(
        family, number, slot.staff - 1, max(part.staves, slot.staff), same_staff.index(slot.voice), low, high, sung
    )


def _has_words(part: Part, family: str, content: _Content) -> bool:
    """Whether a part is sung by its words; those between the staves of a keyboard belong to another part."""
    played = family in ("keyboard", "plucked") and part.staves > 1
    return not played and content.words > _LEAST_SUNG * len(content.pitches)


def _contents(score: Score) -> Mapping[Slot | str, _Content]:
    """The content of every voice, and of every part by its id."""
    contents: dict[Slot | str, _Content] = defaultdict(_Content)
    for slot, note in _notes(score):
        if isinstance(note.pitch, Pitch):
            for content in (contents[slot], contents[slot.part]):
                content.pitches.append(note.pitch.midi_pitch)
                content.words += bool(note.lyrics)
    return contents


def _notes(score: Score) -> Iterator[tuple[Slot, Note]]:
    for measure in score.measures:
        for voice in measure.voices:
            for element in voice.elements:
                yield from ((voice.slot, note) for note in element.notes if not note.grace)


def _used_range(pitches: Sequence[int], height: int) -> tuple[int, int]:
    """The range without the outermost notes; an octave either way of the clef's middle line without any."""
    if not pitches:
        return height - 12, height + 12
    row = sorted(pitches)
    cut = len(row) // _OUTER_SHARE
    return row[cut], row[-1 - cut]


_PROGRAMS = (
    (8, "keyboard"),
    (16, "percussion"),
    (24, "keyboard"),
    (32, "plucked"),
    (45, "strings"),
    (47, "plucked"),
    (48, "percussion"),
    (52, "strings"),
    (56, "voice"),
    (64, "brass"),
    (80, "woodwind"),
)
"""The families of General MIDI, each with its last program."""
_SOUNDS = {
    "voice": "voice",
    "keyboard": "keyboard",
    "pluck": "plucked",
    "strings": "strings",
    "brass": "brass",
    "wind": "woodwind",
}


def family_of(part: Part) -> str:
    """voice, keyboard, plucked, strings, woodwind, brass, percussion or other, by the sound, then the program."""
    instrument = part.instrument
    sound = (instrument.sound if instrument else None) or ""
    if sound.partition(".")[0] in _SOUNDS:
        return _SOUNDS[sound.partition(".")[0]]
    program = instrument.midi_program if instrument else 129
    return next((family for last, family in _PROGRAMS if program <= last), "other")
