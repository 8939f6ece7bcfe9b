"""The function of a note in each of its chords: root, third, fifth, seventh, or a kind of non-chord tone."""

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
    """A chord and the function of a note in it: the name of a member, or the kind of a non-chord tone."""

    span: ChordSpan
    name: str
    is_member: bool


def note_roles(spans: Sequence[ChordSpan], note: SoundingNote) -> tuple[NoteRole, ...]:
    """The function of a note in each chord with which it sounds, in order."""
    pitch = note.pitch
    if not isinstance(pitch, Pitch):
        return ()
    return tuple(_role(span, note, pitch) for span in spans if span.onset < note.end and span.end > note.onset)


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
