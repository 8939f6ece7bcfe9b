"""A score as a standard MIDI file: a conductor track, then one track per part.

The rules of the performance, in order:

1. Repeats, endings, da capo, dal segno, fine and coda are unfolded (`score.navigation`).
2. Ties are merged, and cue notes are silent. A note has its own velocity, else that of the dynamic marks and
   hairpins at its place (`dynamics`), changed by its accents. It has its notated length, which a staccato or
   similar articulation shortens (`expression`). The velocity before the first mark is 72.
3. Grace notes sound just before the note that follows them, and take no time from it.
4. Pedal marks are controller 64. A tempo mark sounds if it has a number.
5. A tablature that repeats another staff is silent.
6. An unpitched note sounds the percussion key of its instrument, else that of its staff position.
7. A measure shorter or longer than its time signature gets a time signature of its own, so that the
   barlines of the file match those of the score.
8. Rehearsal marks are markers.
"""

from __future__ import annotations

import io
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import mido

from scoregen.notation.midi.lyrics import lyric_texts
from scoregen.notation.midi.measures.percussion import percussion_key
from scoregen.notation.midi.pedals import DAMPER, pedal_spans
from scoregen.notation.midi.playing.dynamics import dynamic_curves
from scoregen.notation.midi.playing.expression import MidiNote, midi_notes
from scoregen.notation.midi.playing.performance import performance_notes, unfold_score
from scoregen.notation.midi.playing.swells import EXPRESSION, Swells, swell_curves
from scoregen.notation.midi.tempo_map import DEFAULT_TEMPO
from scoregen.score.directions import RehearsalMark, Words
from scoregen.score.elements import Measure, Part, Score, Tempo
from scoregen.score.ensemble.tablature import without_tablature
from scoregen.score.keys import KeySignature
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.timeline import SoundingNote, measure_onsets

DEFAULT_TICKS_PER_QUARTER = 480

_DRUM_CHANNEL = 9
_CHANNELS = tuple(channel for channel in range(16) if channel != _DRUM_CHANNEL)
_MOST_TICKS = 32767  # what the header of a MIDI file can hold
_MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR = ("Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")


@dataclass(frozen=True, slots=True)
class _Event:
    """A message at a tick; at equal ticks the lower `rank` comes first."""

    tick: int
    rank: int
    message: mido.Message | mido.MetaMessage


def to_midi(score: Score, *, swells: bool = False) -> bytes:
    """A standard MIDI file of format 1; equal scores give equal bytes.

    With `swells`, hairpins change the loudness of held notes too (`swells`), by controller 11 in place of velocities.
    """
    score = without_tablature(score)
    played = unfold_score(score)
    timed = performance_notes(played)
    ticks = ticks_per_quarter((note.played for note in timed), played)
    levels = dynamic_curves(score)
    notes = midi_notes(score, played, timed, levels)
    curves = swell_curves(score, played, notes, levels) if swells else {}
    file = mido.MidiFile(type=1, ticks_per_beat=ticks, charset="utf-8")
    end = _ticks(played.duration, ticks)
    file.tracks.append(_track(_conductor_events(played, ticks), end))
    for part, (port, channel) in zip(score.parts, _channels(score.parts), strict=True):
        own = [note for note in notes if note.note.slot.part == part.id]
        curve = curves.get(part.id)
        own = curve.without_swells(own) if curve else own
        events = [*_opening(part, port, channel), *_note_events(own, part, channel, ticks)]
        events += _swell_events(curve, channel, ticks) if curve else ()
        events += _lyric_events(played, part, ticks)
        file.tracks.append(_track([*events, *_pedal_events(played, part, channel, ticks)], end))
    written = io.BytesIO()
    file.save(file=written)
    return written.getvalue()


def ticks_per_quarter(notes: Iterable[SoundingNote], score: Score) -> int:
    """Ticks that express every onset and duration exactly, if possible a multiple of 480; 480 if none can."""
    spans = [span for note in notes for span in (note.onset, note.duration)]
    spans += [start + tempo.onset for start, tempo in _tempos(score)] + list(measure_onsets(score))
    needed = math.lcm(*(span.denominator for span in spans)) if spans else 1
    if (both := math.lcm(needed, DEFAULT_TICKS_PER_QUARTER)) <= _MOST_TICKS:
        return both
    return needed if needed <= _MOST_TICKS else DEFAULT_TICKS_PER_QUARTER


def _channels(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Port and channel for each part: a channel of its own while they suffice, else one for each program."""
    shared: dict[object, int] = {}
    found = []
    for part in parts:
        drums = part.instrument is not None and part.instrument.percussion
        key = _program(part) if len(parts) > len(_CHANNELS) else part.id
        number = 0 if drums else shared.setdefault(key, len(shared))
        port, index = divmod(number, len(_CHANNELS))
        found.append((port, _DRUM_CHANNEL if drums else _CHANNELS[index]))
    return found


def _program(part: Part) -> int:
    """MIDI's program number, from 0."""
    return min(max(part.instrument.midi_program - 1, 0), 127) if part.instrument else 0


def _opening(part: Part, port: int, channel: int) -> list[_Event]:
    """The first events of a part's track."""
    messages: list[mido.Message | mido.MetaMessage] = [mido.MetaMessage("track_name", name=part.name or part.id)]
    if port:
        messages.append(mido.MetaMessage("midi_port", port=port))
    messages.append(mido.Message("program_change", channel=channel, program=_program(part)))
    return [_Event(0, rank, message) for rank, message in enumerate(messages)]


def _note_events(notes: Sequence[MidiNote], part: Part, channel: int, ticks: int) -> Iterator[_Event]:
    """Note off before note on at one tick, so that a repeated note sounds again."""
    for played in notes:
        note, drum = played.note, isinstance(played.note.pitch, Unpitched)
        key = {"channel": _DRUM_CHANNEL if drum else channel, "note": _midi_note(note.pitch, part)}
        start = _ticks(note.onset, ticks)
        stop = max(_ticks(note.onset + played.length, ticks), start + 1)
        yield _Event(start, 11, mido.Message("note_on", velocity=played.velocity, **key))
        yield _Event(stop, 10, mido.Message("note_off", velocity=0, **key))


def _lyric_events(score: Score, part: Part, ticks: int) -> Iterator[_Event]:
    for place, text in lyric_texts(score, part.id):
        yield _Event(_ticks(place, ticks), 6, mido.MetaMessage("lyrics", text=text))


def _pedal_events(score: Score, part: Part, channel: int, ticks: int) -> Iterator[_Event]:
    """The damper pedal up and down; at one tick up before down, and both before the notes."""
    changes: dict[int, list[int]] = defaultdict(list)
    for start, stop in pedal_spans(score, part.id):
        if start < stop:
            changes[_ticks(start, ticks)].append(1)
            changes[_ticks(stop, ticks)].append(-1)
    depth = 0
    for tick, steps in sorted(changes.items()):
        after = depth + sum(steps)
        if depth and -1 in steps:
            yield _Event(tick, 8, mido.Message("control_change", channel=channel, control=DAMPER, value=0))
        if after and (1 in steps or -1 in steps):
            yield _Event(tick, 9, mido.Message("control_change", channel=channel, control=DAMPER, value=127))
        depth = after


def _swell_events(curve: Swells, channel: int, ticks: int) -> Iterator[_Event]:
    for place, value in curve.changes():
        message = mido.Message("control_change", channel=channel, control=EXPRESSION, value=value)
        yield _Event(_ticks(place, ticks), 7, message)


def _midi_note(pitch: Pitch | Unpitched, part: Part) -> int:
    """0-127; a pitch out of range is moved by octaves, and a microtone is rounded down."""
    if isinstance(pitch, Unpitched):
        return percussion_key(pitch, part)
    number = pitch.midi_pitch
    return number % 12 if number < 0 else number if number < 128 else 116 + (number - 116) % 12


def _conductor_events(score: Score, ticks: int) -> list[_Event]:
    """Title, tempo, time and key signatures, each at its changes."""
    title = score.metadata.title or score.metadata.movement
    events = [_Event(0, 0, mido.MetaMessage("track_name", name=title))] if title else []
    last: dict[str, object] = {}
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for onset, rank, message in _signature_messages(measure):
            if message is not None and (message.type not in last or last[message.type] != message):
                last[message.type] = message
                events.append(_Event(_ticks(start + onset, ticks), rank, message))
    return events + _tempo_events(score, ticks) + list(_markers(score, ticks))


def _markers(score: Score, ticks: int) -> Iterator[_Event]:
    """The rehearsal marks, each with the upright words at its place."""
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for direction in measure.directions:
            if isinstance(direction.value, RehearsalMark):
                words = [
                    other.value.text
                    for other in measure.directions
                    if other.onset == direction.onset and isinstance(other.value, Words) and not other.value.italic
                ]
                text = " ".join([direction.value.text, *dict.fromkeys(words)])
                yield _Event(_ticks(start + direction.onset, ticks), 4, mido.MetaMessage("marker", text=text))


def _signature_messages(measure: Measure) -> Iterator[tuple[Fraction, int, mido.MetaMessage | None]]:
    """The time and key signatures at the start of a measure, and those that change inside it, by onset and rank."""
    yield Fraction(0), 1, _time_message(measure)
    yield Fraction(0), 2, _key_message(measure.key)
    for change in measure.changes:
        if change.time is not None:
            yield change.onset, 1, _time_message(replace(measure, time=change.time, duration=change.time.duration))
        if change.key is not None:
            yield change.onset, 2, _key_message(change.key)


def _tempo_events(score: Score, ticks: int) -> list[_Event]:
    """The tempos of the score; before the first, 120 quarters per minute, MIDI's default."""
    found = {0: DEFAULT_TEMPO}
    for start, tempo in _tempos(score):
        microseconds = round(60_000_000 / tempo.quarters_per_minute) if tempo.quarters_per_minute > 0 else DEFAULT_TEMPO
        found[_ticks(start + tempo.onset, ticks)] = min(max(microseconds, 1), 2**24 - 1)
    return [_Event(tick, 3, mido.MetaMessage("set_tempo", tempo=tempo)) for tick, tempo in sorted(found.items())]


def _tempos(score: Score) -> Iterator[tuple[Fraction, Tempo]]:
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for tempo in measure.tempos:
            yield start, tempo


def _time_message(measure: Measure) -> mido.MetaMessage | None:
    """The time signature, or for a measure of another length one of that length."""
    numerator, denominator = sum(measure.time.beats), measure.time.beat_type
    if measure.duration != measure.time.duration:
        whole = measure.duration / 4
        denominator = max(whole.denominator, denominator)
        numerator = int(whole * denominator)
    sound = 0 < numerator < 256 and denominator & (denominator - 1) == 0
    return mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator) if sound else None


def _key_message(key: KeySignature) -> mido.MetaMessage | None:
    """The key signature; None for a custom one or one that MIDI has no name for."""
    if key.custom or not -7 <= key.fifths <= 7:
        return None
    name = f"{_MINOR[key.fifths + 7]}m" if key.mode == "minor" else _MAJOR[key.fifths + 7]
    return mido.MetaMessage("key_signature", key=name)


def _track(events: Iterable[_Event], end: int) -> mido.MidiTrack:
    """Events in order with delta times; the track ends with the score or its last note."""
    track, last = mido.MidiTrack(), 0
    for event in sorted(events, key=lambda event: (event.tick, event.rank)):
        track.append(event.message.copy(time=event.tick - last))
        last = event.tick
    track.append(mido.MetaMessage("end_of_track", time=max(end - last, 0)))
    return track


def _ticks(quarters: Fraction, ticks: int) -> int:
    return round(quarters * ticks)
