"""What a variation keeps of its theme, and what it changes: structural notes, their places, the share of new notes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.generation.variation.theme import Theme
from scoregen.score.elements import Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, pitch_of, pitched_notes

Homes = Sequence[tuple[Fraction, Slot]]
"""The slots of a tune, each from a time on, in quarters."""


@dataclass(frozen=True, slots=True)
class Variation:
    """A variation of a theme, as long as it.

    `share` is the share of the notes and chord symbols of the theme that it does not have; of a theme without symbols
    those that it gets count too. `kept` is the number of the structural notes of the tune that it has, of `structural`;
    `in_place` those of them that begin where they did. `detail` names the rhythm or the part that was chosen.
    """

    technique: str
    score: Score
    share: float
    kept: int
    in_place: int
    structural: int
    detail: str = ""


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
    return Variation(technique, score, _share_changed(theme.score, score), kept, in_place, len(structural))


def _is_kept(other: SoundingNote, note: SoundingNote) -> bool:
    """Whether a note sounds while another would, on the same step, in any octave and with any alteration."""
    together = other.onset < note.end and other.end > note.onset
    return together and isinstance(other.pitch, Pitch) and (pitch_of(other).diatonic - pitch_of(note).diatonic) % 7 == 0


def _share_changed(theme: Score, varied: Score) -> float:
    """The share of the notes and chord symbols of the theme that the variation does not have at the same place.

    The chord symbols that a theme without any gets are changes too.
    """
    here, symbols = _notes(theme), _symbols(theme)
    there, new = _notes(varied), _symbols(varied)
    changed = len(here - there) + len(symbols - new if symbols else new)
    return changed / max(len(here) + len(symbols or new), 1)


def _notes(score: Score) -> set[object]:
    return {(note.slot, note.onset, note.duration, note.pitch) for note in pitched_notes(score)}


def _symbols(score: Score) -> set[object]:
    return {
        (index, symbol.onset, symbol.root, symbol.kind)
        for index, measure in enumerate(score.measures)
        for symbol in measure.chord_symbols
    }
