"""What a note is in the chords that it sounds in: their root, third, fifth or seventh, or foreign to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import AUGMENTED_SIXTHS
from scoregen.score.timeline import SoundingNote

MEMBER_NAMES = ("root", "third", "fifth", "seventh")


@dataclass(frozen=True, slots=True)
class NoteRole:
    """A chord, and what the note is in it: the name of a member, or the kind of a foreign note."""

    span: ChordSpan
    name: str
    is_member: bool


def note_roles(spans: Sequence[ChordSpan], note: SoundingNote) -> tuple[NoteRole, ...]:
    """What a note is in each chord that it sounds in, in order."""
    if not isinstance(note.pitch, Pitch):
        return ()
    end = note.end
    found = [_role(span, note, note.pitch) for span in spans if span.onset < end and span.end > note.onset]
    return tuple(found)


def _role(span: ChordSpan, note: SoundingNote, pitch: Pitch) -> NoteRole:
    places = span.chord.members
    if pitch.fifths in places:
        index = places.index(pitch.fifths)
        is_sixth = span.chord.quality in AUGMENTED_SIXTHS and index == len(places) - 1
        return NoteRole(span, "augmented sixth" if is_sixth else MEMBER_NAMES[index], is_member=True)
    kinds = (
        foreign.kind
        for foreign in span.foreign
        if (foreign.note.slot, foreign.note.onset, foreign.note.pitch) == (note.slot, note.onset, pitch)
    )
    return NoteRole(span, next(kinds, "free"), is_member=False)
