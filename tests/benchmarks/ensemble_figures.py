"""What a player notices first in a score for an ensemble: range, hands and bows, ledger lines, key signatures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction

from scoregen.notation.musicxml.write.accidentals import written_key
from scoregen.score.arrangement.clefs import clefs_by_measure
from scoregen.score.elements import Element, Measure, Part, Score, Voice
from scoregen.score.ensemble import Ensemble, Role, match_roles
from scoregen.score.ensemble.playability import can_play
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, changes, pitch_of, pitched_notes

MOST_ACCIDENTALS = 6
MOST_LEDGER_LINES = 4
MOST_UNCOMFORTABLE = 0.05


@dataclass
class Figures:
    """Sums over scores."""

    scores: int = 0
    notes: int = 0
    extreme: int = 0
    uncomfortable: int = 0
    unplayable: int = 0
    crossed: int = 0
    ledger: int = 0
    changed: int = 0
    invalid: int = 0
    damaged: int = 0
    keys: int = 0
    failed: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        for each in fields(self)[:-1]:
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @staticmethod
    def heading() -> str:
        names = ("extreme", "unc %", "unplay", "crossed", "ledger", "changed", "invalid", "damaged", "keys", "failed")
        return f"{'ensemble':18} scores   notes" + "".join(f" {name:>7}" for name in names)

    def row(self, name: str) -> str:
        share = f"{100 * self.uncomfortable / max(self.notes, 1):.2f}"
        values = (self.extreme, share, self.unplayable, self.crossed, self.ledger)
        last = (self.changed, self.invalid, self.damaged, self.keys, self.failed)
        return f"{name:18} {self.scores:6} {self.notes:7}" + "".join(f" {value:>7}" for value in (*values, *last))


def measured(score: Score, ensemble: Ensemble) -> Figures:
    """The figures of one score; `given` voices do not count."""
    own = {part: role for role, part in match_roles(score, ensemble).items()}
    figures = Figures()
    new = _new_voices(score)
    notes = pitched_notes(new)
    figures.notes = len(notes)
    for note in notes:
        role, pitch = ensemble.role(own[note.slot.part]), pitch_of(note).midi_pitch
        low, high = (each.midi_pitch for each in role.range_on(note.slot.staff))
        figures.extreme += not low <= pitch <= high
        figures.faults += [] if low <= pitch <= high else [f"{role.name}: {pitch_of(note)} at {note.onset} is extreme"]
        figures.uncomfortable += not role.comfortable[0].midi_pitch <= pitch <= role.comfortable[1].midi_pitch
    if figures.uncomfortable > MOST_UNCOMFORTABLE * figures.notes:
        figures.faults.append(f"{figures.uncomfortable} of {figures.notes} notes are uncomfortable")
    for part in score.parts:
        role = ensemble.role(own[part.id])
        chords = list(unplayable(new, part, role))
        figures.unplayable += len(chords)
        figures.faults += [f"{part.name} cannot play {chord}" for chord in chords[:3]]
        figures.crossed += crossings(new, part)
        figures.ledger += ledger_notes(new, part)
        wide = max(abs(written_key(measure, part).fifths) for measure in score.measures)
        figures.keys += wide > MOST_ACCIDENTALS
        figures.faults += [f"{part.name} reads {wide} accidentals"] if wide > MOST_ACCIDENTALS else []
    return figures


def unplayable(score: Score, part: Part, role: Role) -> Iterator[str]:
    """The sonorities of a staff that its player cannot sound, or of more notes than the role allows."""
    for staff in range(1, part.staves + 1):
        own = [note for note in pitched_notes(score) if note.slot.part == part.id and note.slot.staff == staff]
        for time, chord in sonorities(own):
            heights = sorted(chord, key=lambda pitch: pitch.chromatic)
            fits = role.type is None or can_play(role.type, heights) or len(heights) == 1
            if len(heights) > role.notes_on(staff) or not fits:
                yield f"{' '.join(map(str, heights))} at {time}"


def sonorities(notes: Sequence[SoundingNote]) -> Iterator[tuple[Fraction, set[Pitch]]]:
    """What sounds at each onset."""
    sounding: list[SoundingNote] = []
    for change in changes(notes):
        sounding = [note for note in sounding if note.end > change.time] + [*change.starts]
        if change.starts:
            yield change.time, {pitch_of(note) for note in sounding}


def crossings(score: Score, part: Part) -> int:
    """The onsets at which the lowest note of the upper hand is below the highest of the lower one."""
    if part.staves < 2:
        return 0
    notes = [note for note in pitched_notes(score) if note.slot.part == part.id and note.slot.staff <= 2]
    sounding: list[SoundingNote] = []
    count = 0
    for change in changes(notes):
        sounding = [note for note in sounding if note.end > change.time] + [*change.starts]
        hands = [[pitch_of(note).midi_pitch for note in sounding if note.slot.staff == staff] for staff in (1, 2)]
        count += bool(change.starts and all(hands) and min(hands[0]) < max(hands[1]))
    return count


def ledger_notes(score: Score, part: Part) -> int:
    """The notes of a part with more than four ledger lines, in the clefs in which they are written."""
    count = 0
    for measure, clefs in zip(score.measures, clefs_by_measure(score, part), strict=True):
        for voice in measure.voices:
            notes = (note for element in voice.elements for note in element.notes if voice.slot.part == part.id)
            places = [note.pitch.diatonic - part.transposition.steps for note in notes if isinstance(note.pitch, Pitch)]
            count += sum(clefs[voice.slot.staff - 1].ledger_lines(place) > MOST_LEDGER_LINES for place in places)
    return count


def given_rows(score: Score, part: str) -> list[list[tuple[int, Element]]]:
    """The elements of the sounding voices of a part, measure by measure."""
    return [
        [(voice.slot.staff, element) for voice in measure.voices if _sounds(voice, part) for element in voice.elements]
        for measure in score.measures
    ]


def _sounds(voice: Voice, part: str) -> bool:
    return voice.slot.part == part and voice.slot.staff == 1 and not voice.is_silent


def _new_voices(score: Score) -> Score:
    return replace(score, measures=tuple(_generated(measure) for measure in score.measures))


def _generated(measure: Measure) -> Measure:
    return replace(measure, voices=tuple(voice for voice in measure.voices if voice.origin == "generated"))
