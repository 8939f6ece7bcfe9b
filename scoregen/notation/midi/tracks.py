"""MIDI files that were written by `write`, changed for playing: single parts, another speed, a click, a count-in.

It also tells when, in seconds, each note of a file sounds.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import mido

from scoregen.notation.midi.playing.performance import unfold_score
from scoregen.notation.midi.tempo_map import TempoMap
from scoregen.score.elements import Measure, Score
from scoregen.score.timeline import measure_onsets

CLICK_CHANNEL = 9
STRONG_CLICK, WEAK_CLICK = 76, 77
"""The high and the low wood block of General MIDI's percussion."""
CLICK_VELOCITIES = {STRONG_CLICK: 110, WEAK_CLICK: 80}
_CLICK_QUARTERS = Fraction(1, 8)
_MOST_MICROSECONDS = 2**24 - 1
_TICKS_PER_SECOND = 20_000


@dataclass(frozen=True, slots=True)
class NoteTime:
    """A note of a file: its track, from 0, its MIDI pitch and velocity, and when it begins and ends in seconds."""

    track: int
    pitch: int
    velocity: int
    start: float
    stop: float


def only_tracks(midi: bytes, numbers: Collection[int]) -> bytes:
    """The file with the first track, which conducts, and those of the numbers, from 1."""
    file = _parsed(midi)
    file.tracks[:] = [track for number, track in enumerate(file.tracks) if number == 0 or number in numbers]
    return _written(file)


def at_speed(midi: bytes, percent: float) -> bytes:
    """The file with its tempos at a percentage of what they are."""
    file = _parsed(midi)
    for message in file.tracks[0]:
        if message.type == "set_tempo":
            message.tempo = min(max(round(message.tempo * 100 / percent), 1), _MOST_MICROSECONDS)
    return _written(file)


def with_click(midi: bytes, score: Score, *, beats: bool = True, count_in: bool = True) -> bytes:
    """The file of a score with a last track that clicks: in the count-in, on the beats of the music, or both.

    A count-in is a measure before the music; before an anacrusis it is longer by what the anacrusis lacks.
    """
    file, played = _parsed(midi), unfold_score(score)
    shift = _count_in(played.measures[0]) if count_in and played.measures else Fraction(0)
    ticks = round(shift * file.ticks_per_beat)
    file.tracks[:] = [_delayed(track, ticks) for track in file.tracks]
    clicks = [click for click in _clicks(played, shift) if beats or click[0] < shift]
    file.tracks.append(_click_track(clicks, file.ticks_per_beat))
    return _written(file)


def at_constant_tempo(midi: bytes) -> bytes:
    """The file with one tempo, in which every event has its time in seconds to a twentieth of a millisecond.

    A synthesiser that counts ticks from each tempo change on, as FluidSynth does, adds up the rounding of all changes.
    """
    file = _parsed(midi)
    tempos, ticks = _tempo_map(file), file.ticks_per_beat
    file.tracks[:] = [_in_seconds(track, tempos, ticks) for track in file.tracks]
    file.tracks[0].insert(0, mido.MetaMessage("set_tempo", tempo=1_000_000, time=0))
    file.ticks_per_beat = _TICKS_PER_SECOND
    return _written(file)


def _in_seconds(track: mido.MidiTrack, tempos: TempoMap, ticks: int) -> mido.MidiTrack:
    timed, now, last = mido.MidiTrack(), 0, 0
    for message in track:
        now += message.time
        tick = round(tempos.seconds(Fraction(now, ticks)) * _TICKS_PER_SECOND)
        if message.type != "set_tempo":
            timed.append(message.copy(time=tick - last))
            last = tick
    return timed


def note_times(midi: bytes) -> list[NoteTime]:
    """The notes of a file in the order of their onsets."""
    file = _parsed(midi)
    tempos, ticks = _tempo_map(file), file.ticks_per_beat
    found = [note for number, track in enumerate(file.tracks) for note in _notes(number, track, tempos, ticks)]
    return sorted(found, key=lambda note: (note.start, note.track, note.pitch))


def seconds_at(midi: bytes, quarters: Sequence[Fraction]) -> list[float]:
    """When the places of a file, in quarters from its start, are reached."""
    tempos = _tempo_map(_parsed(midi))
    return [tempos.seconds(place) for place in quarters]


def _tempo_map(file: mido.MidiFile) -> TempoMap:
    tempos, now = {}, 0
    for message in file.tracks[0]:
        now += message.time
        if message.type == "set_tempo":
            tempos[Fraction(now, file.ticks_per_beat)] = message.tempo
    return TempoMap(tempos)


def _notes(number: int, track: mido.MidiTrack, tempos: TempoMap, ticks: int) -> Iterator[NoteTime]:
    now = 0
    sounding: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for message in track:
        now += message.time
        if message.type == "note_on" and message.velocity:
            sounding.setdefault((message.channel, message.note), []).append((now, message.velocity))
        elif message.type in ("note_on", "note_off") and sounding.get((message.channel, message.note)):
            start, velocity = sounding[message.channel, message.note].pop(0)
            onset, end = (tempos.seconds(Fraction(tick, ticks)) for tick in (start, now))
            yield NoteTime(number, message.note, velocity, onset, end)


def _count_in(first: Measure) -> Fraction:
    missing = first.time.duration - first.duration
    return first.time.duration + (missing if missing > 0 else 0)


def _clicks(played: Score, shift: Fraction) -> Iterator[tuple[Fraction, bool]]:
    """Onset in quarters of each beat, and whether it begins a measure."""
    first = played.measures[0]
    yield from _beats(first, Fraction(0), shift, Fraction(0))
    for number, (measure, onset) in enumerate(zip(played.measures, measure_onsets(played), strict=True)):
        late = measure.duration - measure.time.duration if number == 0 else Fraction(0)
        yield from _beats(measure, min(late, Fraction(0)), measure.duration, onset + shift)


def _beats(measure: Measure, place: Fraction, end: Fraction, start: Fraction) -> Iterator[tuple[Fraction, bool]]:
    """The beats of measures of one metre from `place`, in quarters from `start`, that are between 0 and `end`."""
    begin = place
    while place < end:
        for group in measure.time.groups:
            if 0 <= place < end:
                yield start + place, place == begin
            place += group
        begin = place


def _click_track(clicks: Iterable[tuple[Fraction, bool]], ticks: int) -> mido.MidiTrack:
    track, now = mido.MidiTrack([mido.MetaMessage("track_name", name="Click")]), 0
    length = round(_CLICK_QUARTERS * ticks)
    for onset, strong in clicks:
        key = STRONG_CLICK if strong else WEAK_CLICK
        start = round(onset * ticks)
        note = {"channel": CLICK_CHANNEL, "note": key}
        track.append(mido.Message("note_on", velocity=CLICK_VELOCITIES[key], time=max(start - now, 0), **note))
        track.append(mido.Message("note_off", velocity=0, time=length, **note))
        now = start + length
    return track


def _delayed(track: mido.MidiTrack, ticks: int) -> mido.MidiTrack:
    """The track with its notes and later events moved; what opens the file stays at its start."""
    events: list[tuple[int, mido.Message | mido.MetaMessage]] = []
    now = 0
    for message in track:
        now += message.time
        opens = now == 0 and (message.is_meta or message.type == "program_change")
        events.append((now if opens and message.type != "end_of_track" else now + ticks, message))
    moved, last = mido.MidiTrack(), 0
    for tick, message in events:
        moved.append(message.copy(time=tick - last))
        last = tick
    return moved


def _parsed(midi: bytes) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(midi), charset="utf-8")


def _written(file: mido.MidiFile) -> bytes:
    written = io.BytesIO()
    file.save(file=written)
    return written.getvalue()
