"""What a variation keeps of its theme: the structural notes of the tune, and where they are."""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.generation.variation.theme import Theme
from scoregen.generation.variation.variation_set import Variation, share_changed
from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, measure_onsets, pitch_of, pitched_notes


def measured(theme: Theme, technique: str, score: Score, slots: Sequence[Slot] | None = None) -> Variation:
    """A variation with its figures; `slots` are those of the tune by measure, by default that of the theme."""
    own = tuple(slots) if slots else (theme.slot,) * len(score.measures)
    kept = in_place = 0
    notes = _tune(score, own)
    structural = [note for note, is_kept in zip(theme.line, theme.structural, strict=True) if is_kept]
    for note in structural:
        found = [other for other in notes if _is_same(other, note) and other.onset < note.end and other.end > note.onset]
        kept += bool(found)
        in_place += any(other.onset == note.onset for other in found)
    return Variation(technique, score, own, share_changed(theme.score, score), kept, in_place, len(structural))


def _tune(score: Score, slots: Sequence[Slot]) -> list[SoundingNote]:
    """The notes of the voice that has the tune in each measure, and those that are tied into it."""
    onsets = measure_onsets(score)
    found = []
    for note in pitched_notes(score):
        last = note.measure_index
        while last + 1 < len(onsets) and onsets[last + 1] < note.end:
            last += 1
        if note.slot in slots[note.measure_index : last + 1]:
            found.append(note)
    return found


def _is_same(other: SoundingNote, note: SoundingNote) -> bool:
    """Whether two notes are on the same step, in any octave and with any alteration."""
    return isinstance(other.pitch, Pitch) and (pitch_of(other).diatonic - pitch_of(note).diatonic) % 7 == 0
