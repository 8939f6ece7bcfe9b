"""Tablature that repeats a staff: the same music written twice, which sounds once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from scoregen.score.elements import Measure, Part, Score, Slot
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import sounding_notes

_Staff = tuple[str, int]
_SHARE = Fraction(9, 10)
"""The least share of the notes of a tablature that the other staff has: programs leave out ties and grace notes."""


def without_tablature(score: Score) -> Score:
    """The score without the notes of each tablature whose notes another staff has too; its parts and staves stay."""
    copies = set(_copies(score))
    if not copies:
        return score
    measures = tuple(_without(measure, copies) for measure in score.measures)
    return replace(score, measures=measures)


def _copies(score: Score) -> Iterator[_Staff]:
    """The tablature staves that repeat another staff of their part, or of a part with the same name."""
    if not any(clef.sign == "TAB" for part in score.parts for clef in part.clefs):
        return
    notes = _notes_by_staff(score)
    for part in score.parts:
        for staff, clef in enumerate(part.clefs, start=1):
            own = notes.get((part.id, staff), Counter())
            if clef.sign == "TAB" and any(_repeats(own, notes.get(other, Counter())) for other in _models(score, part)):
                yield part.id, staff


def _models(score: Score, tablature: Part) -> Iterator[_Staff]:
    for part in score.parts:
        if part.id == tablature.id or (part.name and part.name == tablature.name):
            yield from ((part.id, staff) for staff, clef in enumerate(part.clefs, start=1) if clef.sign != "TAB")


def _notes_by_staff(score: Score) -> dict[_Staff, Counter[tuple[Fraction, int]]]:
    """Onset and MIDI pitch of the notes of each staff, ties merged."""
    found: dict[_Staff, Counter[tuple[Fraction, int]]] = {}
    for note in sounding_notes(score):
        if isinstance(note.pitch, Pitch):
            found.setdefault((note.slot.part, note.slot.staff), Counter())[note.onset, note.pitch.midi_pitch] += 1
    return found


def _repeats(tablature: Counter[tuple[Fraction, int]], staff: Counter[tuple[Fraction, int]]) -> bool:
    """Whether the staff has the notes, at the same pitch or an octave away as guitar music is written."""
    if not tablature:
        return False
    return any(
        (tablature & Counter({(onset, pitch + shift): count for (onset, pitch), count in staff.items()})).total()
        >= _SHARE * tablature.total()
        for shift in (0, -12, 12)
    )


def _without(measure: Measure, staves: set[_Staff]) -> Measure:
    def is_gone(slot: Slot) -> bool:
        return (slot.part, slot.staff) in staves

    return replace(measure, voices=tuple(voice for voice in measure.voices if not is_gone(voice.slot)))
