"""What a variation keeps of its theme: the structural notes of the tune, and where they are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction

from scoregen.generation.variation.theme import Theme
from scoregen.generation.variation.variation_set import Variation, share_changed
from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, pitch_of, pitched_notes

Homes = Sequence[tuple[Fraction, Slot]]
"""The slots of a tune, each from a time on, in quarters."""


def measured(theme: Theme, technique: str, score: Score, homes: Homes = ()) -> Variation:
    """A variation with its figures; `homes` are where its tune is, by default where the theme has it."""
    own = tuple(homes) or ((Fraction(0), theme.slot),)
    kept = in_place = 0
    notes = [note for note in pitched_notes(score) if note.duration > 0]
    structural = [note for note, is_kept in zip(theme.line, theme.structural, strict=True) if is_kept]
    for note in structural:
        slot = own[bisect_right([start for start, _ in own], note.onset) - 1][1]
        found = [other for other in notes if other.slot == slot and _is_kept(other, note)]
        kept += bool(found)
        in_place += any(other.onset == note.onset for other in found)
    return Variation(technique, score, share_changed(theme.score, score), kept, in_place, len(structural))


def _is_kept(other: SoundingNote, note: SoundingNote) -> bool:
    """Whether a note sounds while another would, on the same step, in any octave and with any alteration."""
    together = other.onset < note.end and other.end > note.onset
    return together and isinstance(other.pitch, Pitch) and (pitch_of(other).diatonic - pitch_of(note).diatonic) % 7 == 0
