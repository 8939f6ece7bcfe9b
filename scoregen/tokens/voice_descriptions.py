"""What a voice is, in plain values: its family of instruments, its place in the part and on the staff, its range."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scoregen.score.elements import Note, Part, Score, Slot
from scoregen.score.instruments import InstrumentType, family_of, instrument_of, plain_name, voice_types
from scoregen.score.pitch import Pitch

_LOW_MIDDLE = 62
"""The MIDI number below which the middle of a low voice's range lies: cello, bass."""
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


def low_voices(count: int, descriptions: Sequence[VoiceDescription] | None = None) -> tuple[bool, ...]:
    """Whether the outer note of a voice's chords is the lowest: of low instruments, and of the lowest of several
    staves. Without descriptions only that of the last voice is."""
    if descriptions:
        return tuple(map(_is_low, descriptions))
    return tuple(voice == count - 1 for voice in range(count))


def voices_from_lowest(descriptions: Sequence[VoiceDescription]) -> tuple[int, ...]:
    """The indices of voices from the lowest to the highest, by the lowest note of each; of equals the last is lower."""
    return tuple(sorted(range(len(descriptions)), key=lambda voice: (descriptions[voice].lowest, -voice)))


def _is_low(each: VoiceDescription) -> bool:
    if each.staves > 1:
        return each.staff == each.staves - 1
    return each.lowest + each.highest < 2 * _LOW_MIDDLE


@dataclass(slots=True)
class _Content:
    """The MIDI numbers of a voice or of a part, and how many of its notes have words."""

    pitches: list[int] = field(default_factory=list)
    words: int = 0


def describe_voices(score: Score, slots: Sequence[Slot]) -> tuple[VoiceDescription, ...]:
    """One description for each slot.

    The range is that of the instrument or named voice; a voice without one has that of its notes, 5th to 95th
    percentile.
    """
    contents = _contents(score)
    numbers = {part.id: index for index, part in enumerate(score.parts)}
    return tuple(_description(score, slot, numbers[slot.part], slots, contents) for slot in slots)


def _description(
    score: Score, slot: Slot, number: int, slots: Sequence[Slot], contents: Mapping[Slot | str, _Content]
) -> VoiceDescription:
    part, family = score.parts[number], str(family_of(score.parts[number]))
    sung = family == "voice" or _has_words(part, family, contents[part.id])
    known = _named_voice(part) if sung else instrument_of(part)
    used = _used_range(contents[slot].pitches or contents[part.id].pitches, part.clefs[0].height)
    lowest, highest = (known.lowest.midi_pitch, known.highest.midi_pitch) if known else used
    rank = sum(other.voice < slot.voice for other in slots if other[:2] == slot[:2])
    staves = max(part.staves, slot.staff)
    return VoiceDescription("voice" if sung else family, number, slot.staff - 1, staves, rank, lowest, highest, sung)


def _named_voice(part: Part) -> InstrumentType | None:
    """The voice that the name of a part tells, such as soprano."""
    return next((voice for voice in voice_types() if plain_name(part.name) in voice.aliases), None)


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
