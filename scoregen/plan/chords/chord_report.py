"""Which of the given chords sound in a finished piece, and why the others do not.

A given chord *sounds* if in every slice during which it lasts the new voices have only its tones (or rest where all
given voices rest), if a new lowest voice has its bass where it begins and none but its basses later, and if its
essential tones sound where it begins, as many as there are voices for them. A given note that is no tone of the chord
is left as it is: the other voices hold the chord. Of an ornamented chord only the slices on beats count, and the one
where it begins.

Players come and go, and sound chords: there the bass is the lowest new note, unless a given voice has the bass, and two
essential tones are looked for. Hands break chords: these tones may come one after the other, up to the middle.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.plan.chords.chord_symbols import ChordTimeline, GivenChord
from scoregen.plan.chords.steering import chord_span, ordered
from scoregen.score.elements import Score, Slot
from scoregen.score.theory.chord_kinds import note_name
from scoregen.score.timeline import SoundingNote, beats, changes, measure_onsets, pitch_of, pitched_notes
from scoregen.tokens.constraints.plans.given_chords import ChordSpan

_MOST_NAMED = 4
_PLAYED_TONES = 2
"""The essential tones of a chord that players are asked for: the third, and the seventh or the root."""


@dataclass(frozen=True, slots=True)
class ChordOutcome:
    """A given chord in a finished piece: the measure in which it begins, its name, and what is missing, if anything.

    `against` are the given notes that are no tones of it, by voice.
    """

    measure: str
    name: str
    fixed: bool
    fault: str = ""
    against: tuple[str, ...] = ()
    ornamented: bool = False


@dataclass(frozen=True, slots=True)
class ChordReport:
    """The outcomes of all given chords in order."""

    outcomes: tuple[ChordOutcome, ...]

    @property
    def departures(self) -> tuple[ChordOutcome, ...]:
        return tuple(each for each in self.outcomes if each.fault)

    def __str__(self) -> str:
        left, count = self.departures, len(self.outcomes)
        total = f"{count} chord{'' if count == 1 else 's'}"
        where = "on every beat" if all(each.ornamented for each in self.outcomes) else "in every slice"
        parts = [f"{count - len(left)} of the {total} given sound {where}" if left else f"all {total} sound"]
        parts += [f"{each.name} in measure {each.measure} does not: {each.fault}" for each in left[:_MOST_NAMED]]
        parts += [f"and {len(left) - _MOST_NAMED} more"] if len(left) > _MOST_NAMED else []
        against = [each for each in self.outcomes if each.against]
        if against:
            first = against[0]
            parts.append(
                f"given notes stand against {len(against)} of them, the first in measure {first.measure}"
                f" ({', '.join(first.against)} in {first.name}): there the other voices hold the chord"
            )
        return "given chords: " + "; ".join(parts)


@dataclass(frozen=True, slots=True)
class _Music:
    """A finished piece: what sounds from each time on, which voices are new in which measure, and their names.

    `beats` are the times of all beats. `is_played`: the voices may sound chords and rest.
    """

    times: Sequence[Fraction]
    sounding: Sequence[tuple[SoundingNote, ...]]
    slots: Sequence[Slot]
    names: Mapping[Slot, str]
    new: Collection[tuple[int, Slot]]
    beats: Collection[Fraction]
    is_played: bool

    @classmethod
    def of(cls, score: Score, task: Score, slots: Sequence[Slot], *, is_played: bool) -> _Music:
        blank = {(index, voice.slot) for index, m in enumerate(task.measures) for voice in m.voices if voice.is_blank}
        names = {slot: task.part(slot.part).name.lower() or slot.part for slot in slots}
        times = [Fraction(-1)]
        rows: list[tuple[SoundingNote, ...]] = [()]
        sounding: dict[SoundingNote, None] = {}
        for change in changes(note for note in pitched_notes(score) if note.slot in slots):
            sounding = {note: None for note in sounding if note not in change.ends} | dict.fromkeys(change.starts)
            times.append(change.time)
            rows.append(tuple(sounding))
        return cls(times, rows, slots, names, blank, {beat.onset for beat in beats(score)}, is_played)

    def at(self, time: Fraction) -> tuple[SoundingNote, ...]:
        return self.sounding[bisect_right(self.times, time) - 1]

    def slices(self, start: Fraction, end: Fraction) -> list[Fraction]:
        """The start, and every change before the end."""
        return [start, *self.times[bisect_right(self.times, start) : bisect_left(self.times, end)]]

    def is_new(self, note: SoundingNote) -> bool:
        return (note.measure_index, note.slot) in self.new


def chord_report(
    score: Score, task: Score, slots: Sequence[Slot], timeline: ChordTimeline, *, is_played: bool = False
) -> ChordReport | None:
    """The report on a finished piece; `task` is the same piece with blanks, `slots` its voices, the lowest last.

    `is_played`: the voices may sound chords and rest. None if no chord is given.
    """
    rows = list(ordered(timeline))
    if not rows:
        return None
    music = _Music.of(score, task, slots, is_played=is_played)
    starts = measure_onsets(score)
    ends = [*(starts[index] + onset for index, onset, _ in rows[1:]), score.duration]
    last = rows[-1][0]
    stop = starts[last] + score.measures[last].duration
    outcomes: list[ChordOutcome] = []
    for (index, onset, chord), end in zip(rows, ends, strict=True):
        if chord.tones is not None:
            outcome = _outcome(music, score.measures[index].number, chord, starts[index] + onset, min(end, stop))
            outcomes = _joined(outcomes, outcome, begins=chord.begins)
    return ChordReport(tuple(outcomes)) if outcomes else None


def _joined(outcomes: list[ChordOutcome], outcome: ChordOutcome, *, begins: bool) -> list[ChordOutcome]:
    """The outcomes with one more; that of the rest of a chord in a later measure joins the one before."""
    if begins or not outcomes:
        return [*outcomes, outcome]
    before = outcomes[-1]
    joined = replace(before, fault=before.fault or outcome.fault, against=before.against or outcome.against)
    return [*outcomes[:-1], joined]


def _outcome(music: _Music, number: str, chord: GivenChord, start: Fraction, end: Fraction) -> ChordOutcome:
    span = chord_span(chord)
    find = _faults_of_players if music.is_played else _faults
    times = [time for time in music.slices(start, end) if time == start or not chord.ornamented or time in music.beats]
    faults = [fault for time in times for fault in find(music, span, time, begins=time == start)]
    if music.is_played:
        faults += _unheard_of_players(music, span, start, end)
    fault = next(iter(faults), "")
    against = {
        f"{music.names[note.slot]} {pitch_of(note).step}{_sign(pitch_of(note).alter)}"
        for note in music.at(start)
        if not music.is_new(note) and pitch_of(note).pitch_class not in _classes(span.members)
    }
    if fault and not chord.fixed:
        fault += " (suggested: the voices lead better elsewhere)"
    return ChordOutcome(number, chord.name, chord.fixed, fault, tuple(sorted(against)), chord.ornamented)


def _faults(music: _Music, span: ChordSpan, time: Fraction, *, begins: bool) -> Iterator[str]:
    """What is missing in a slice."""
    sounding = music.at(time)
    new = [note for note in sounding if music.is_new(note)]
    yield from _foreign(music, span, new)
    for note in new:
        if note.slot == music.slots[-1]:
            bass = span.bass_tones(begins=begins) or span.members
            if pitch_of(note).pitch_class not in _classes(bass):
                yield f"its bass is {_name(note)}"
    if begins and span.bass is not None and new:
        yield from _missing(music, span, sounding, len(new))


def _faults_of_players(music: _Music, span: ChordSpan, time: Fraction, *, begins: bool) -> Iterator[str]:
    """What is missing in a slice of voices that may sound chords and rest."""
    sounding = music.at(time)
    new = [note for note in sounding if music.is_new(note)]
    yield from _foreign(music, span, new)
    begins = begins and span.bass is not None
    if new and (begins or span.stays) and _has_bass(music, sounding, new):
        low = min(new, key=lambda note: pitch_of(note).chromatic)
        if pitch_of(low).pitch_class not in _classes(span.bass_tones(begins=begins)):
            yield f"its bass is {_name(low)}"


def _unheard_of_players(music: _Music, span: ChordSpan, start: Fraction, end: Fraction) -> Iterator[str]:
    """The essential tones that are not heard by the middle of a chord."""
    new = {note.slot for note in music.at(start) if music.is_new(note)}
    if span.bass is None or not new:
        return
    middle = start + (end - start) / 2
    times = [time for time in music.slices(start, end) if time <= middle]
    present = {pitch_of(note).pitch_class for time in times for note in music.at(time)}
    wanted = [tone for tone in span.essential[:_PLAYED_TONES] if 7 * tone % 12 not in present]
    for tone in wanted[: max(0, len(new) - 1)]:
        yield f"{note_name(tone)} is missing"


def _foreign(music: _Music, span: ChordSpan, new: Sequence[SoundingNote]) -> Iterator[str]:
    """The new notes that are no tones of the chord."""
    for note in new:
        if pitch_of(note).pitch_class not in _classes(span.members):
            yield f"the {music.names[note.slot]} has {_name(note)}"


def _has_bass(music: _Music, sounding: Sequence[SoundingNote], new: Sequence[SoundingNote]) -> bool:
    """Whether new voices have the bass: no given voice sounds at the place of the lowest, nor is a line alone."""
    index = new[0].measure_index
    given = {note.slot for note in sounding if not music.is_new(note)}
    here = [slot for slot in music.slots if slot in given or (index, slot) in music.new]
    return here[-1] not in given and (len(here) > 1 or len(new) > 1)


def _missing(music: _Music, span: ChordSpan, sounding: Sequence[SoundingNote], voices: int) -> Iterator[str]:
    present = {pitch_of(note).pitch_class for note in sounding}
    others = voices - any(note.slot == music.slots[-1] and music.is_new(note) for note in sounding)
    wanted = [tone for tone in span.essential if 7 * tone % 12 not in present]
    room = others - (len(span.essential) - len(wanted))
    for tone in wanted[: max(room, 0)]:
        yield f"{note_name(tone)} is missing"


def _classes(tones: Collection[int]) -> frozenset[int]:
    return frozenset(7 * tone % 12 for tone in tones)


def _name(note: SoundingNote) -> str:
    pitch = pitch_of(note)
    return f"{pitch.step}{_sign(pitch.alter)}"


def _sign(alter: int | Fraction) -> str:
    return "#" * int(alter) if alter > 0 else "b" * -int(alter)
