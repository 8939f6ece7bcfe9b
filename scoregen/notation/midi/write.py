"""A score as a standard MIDI file: a conductor's track, then one track a part.

What is played, in this order of rules:

1. Repeats and endings are unfolded (`performed`). A repeat sign goes back to the last start of a
   repeat, or to the beginning, as often as it says (twice unless it says otherwise; as often as
   there are endings); a measure under an ending is played in the rounds that it names. Da capo
   and segno are words in our model and not followed.
2. Ties are merged, cue notes are silent, every note has its notated length and one velocity.
3. Grace notes come just before the note that they lead to, and take no time from it.
4. A measure shorter or longer than its time signature gets a signature of its own, so that the
   barlines of the file and of the score stay in step.
"""

from __future__ import annotations

import io
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import mido

from scoregen.score.elements import Element, Measure, Part, Rest, Score, Tempo
from scoregen.score.keys import KeySignature
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.timeline import SoundingNote, measure_onsets, sounding_notes

VELOCITY = 72
DEFAULT_TICKS_PER_QUARTER = 480
MAX_ROUNDS = 32
"""A repeat sign that asks for more is played so often."""

_DRUM_CHANNEL = 9
_CHANNELS = tuple(channel for channel in range(16) if channel != _DRUM_CHANNEL)
_MOST_TICKS = 32767  # what the header of a MIDI file can hold
_GRACE = Fraction(1, 8)
_MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR = ("Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#")
# General MIDI's drums by the place where drum staves put them.
_DRUMS = {"F4": 36, "A4": 41, "C5": 38, "D5": 47, "E5": 50, "F5": 51, "G5": 42, "A5": 49, "D4": 44, "E4": 35, "B4": 45}
_SNARE = 38


@dataclass(frozen=True, slots=True)
class _Event:
    """A message at a tick; of those at one tick the lower `rank` goes first."""

    tick: int
    rank: int
    message: mido.Message | mido.MetaMessage


def to_midi(score: Score) -> bytes:
    """A standard MIDI file of format 1, the same bytes for the same score."""
    played = performed(score)
    notes = _timed_notes(played)
    ticks = ticks_per_quarter(notes, played)
    file = mido.MidiFile(type=1, ticks_per_beat=ticks, charset="utf-8")
    end = _ticks(played.duration, ticks)
    file.tracks.append(_track(_conductor_events(played, ticks), end))
    for part, (port, channel) in zip(score.parts, _channels(score.parts), strict=True):
        own = [note for note in notes if note.slot.part == part.id]
        file.tracks.append(_track([*_opening(part, port, channel), *_note_events(own, channel, ticks)], end))
    written = io.BytesIO()
    file.save(file=written)
    return written.getvalue()


def performed(score: Score) -> Score:
    """The score as it is played: measures in the order of performance, no repeats left, cue notes silent."""
    measures = tuple(_played(score.measures[index]) for index in performance_order(score.measures))
    return replace(score, measures=measures, document=None)


def performance_order(measures: Sequence[Measure]) -> tuple[int, ...]:
    """The indices of the measures, repeats and endings unfolded."""
    order: list[int] = []
    index, start, round_ = 0, 0, 1
    came_back = False
    while index < len(measures):
        measure = measures[index]
        if not came_back and (measure.repeat_start or _leaves_endings(measures, index)):
            start, round_ = index, 1
        came_back = False
        if not measure.endings or round_ in measure.endings:
            order.append(index)
            if round_ < _rounds(measures, index):
                index, round_, came_back = start, round_ + 1, True
                continue
            if measure.barline.repeat_times and not measure.endings:
                start, round_ = index + 1, 1
        index += 1
    return tuple(order)


def ticks_per_quarter(notes: Iterable[SoundingNote], score: Score) -> int:
    """480 or the smallest multiple that holds every onset and duration exactly; 480 where none can."""
    spans = [span for note in notes for span in (note.onset, note.duration)]
    spans += [start + tempo.onset for start, tempo in _tempos(score)] + list(measure_onsets(score))
    needed = math.lcm(*(span.denominator for span in spans)) if spans else 1
    if (both := math.lcm(needed, DEFAULT_TICKS_PER_QUARTER)) <= _MOST_TICKS:
        return both
    return needed if needed <= _MOST_TICKS else DEFAULT_TICKS_PER_QUARTER


def _leaves_endings(measures: Sequence[Measure], index: int) -> bool:
    """Whether a measure follows a group of endings, which closes its repeat."""
    return index > 0 and bool(measures[index - 1].endings) and not measures[index].endings


def _rounds(measures: Sequence[Measure], index: int) -> int:
    """How often the repeat is played that the sign at the end of a measure closes; 1 without a sign."""
    measure = measures[index]
    if not measure.barline.repeat_times:
        return 1
    named = [measure.barline.repeat_times]
    while index < len(measures) and measure.endings and measures[index].endings:
        named += measures[index].endings
        index += 1
    return min(max(named), MAX_ROUNDS)


def _played(measure: Measure) -> Measure:
    barline = replace(measure.barline, repeat_times=0)
    return replace(_without_cues(measure), barline=barline, repeat_start=False, endings=())


def _without_cues(measure: Measure) -> Measure:
    """The same measure with rests for its cue notes."""
    if not any(note.cue for voice in measure.voices for element in voice.elements for note in element.notes):
        return measure
    voices = tuple(replace(voice, elements=tuple(_uncued(voice.elements))) for voice in measure.voices)
    return replace(measure, voices=voices)


def _uncued(elements: Iterable[Element]) -> Iterator[Element]:
    for element in elements:
        if not any(note.cue for note in element.notes):
            yield element
        elif not element.grace:
            yield Rest(element.value)


def _timed_notes(score: Score) -> list[SoundingNote]:
    """What sounds, grace notes moved before their beat."""
    notes = sounding_notes(score, grace=True)
    groups: dict[tuple[object, Fraction], list[SoundingNote]] = defaultdict(list)
    for note in notes:
        if note.duration == 0:
            groups[note.slot, note.onset].append(note)
    graces = [note for group in groups.values() for note in _before_the_beat(group)]
    return sorted([note for note in notes if note.duration > 0] + graces, key=lambda note: (note.onset, note.slot))


def _before_the_beat(group: list[SoundingNote]) -> list[SoundingNote]:
    """Grace notes one after another up to their onset; from it on where nothing comes before."""
    onset = group[0].onset
    length = min(_GRACE, onset / len(group)) or _GRACE
    start = onset - length * len(group) if onset else onset
    return [replace(note, onset=start + index * length, duration=length) for index, note in enumerate(group)]


def _channels(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Port and channel for each part: its own while they last, else one for each program."""
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
    """MIDI's program, which counts from 0."""
    return min(max(part.instrument.midi_program - 1, 0), 127) if part.instrument else 0


def _opening(part: Part, port: int, channel: int) -> list[_Event]:
    """What a part's track begins with."""
    messages: list[mido.Message | mido.MetaMessage] = [mido.MetaMessage("track_name", name=part.name or part.id)]
    if port:
        messages.append(mido.MetaMessage("midi_port", port=port))
    messages.append(mido.Message("program_change", channel=channel, program=_program(part)))
    return [_Event(0, rank, message) for rank, message in enumerate(messages)]


def _note_events(notes: Sequence[SoundingNote], channel: int, ticks: int) -> Iterator[_Event]:
    """Note off before note on at one tick, so that a repeated note is struck anew."""
    for note in notes:
        drum = isinstance(note.pitch, Unpitched)
        key = {"channel": _DRUM_CHANNEL if drum else channel, "note": _midi_note(note.pitch)}
        start = _ticks(note.onset, ticks)
        stop = max(_ticks(note.onset + note.duration, ticks), start + 1)
        yield _Event(start, 11, mido.Message("note_on", velocity=VELOCITY, **key))
        yield _Event(stop, 10, mido.Message("note_off", velocity=0, **key))


def _midi_note(pitch: Pitch | Unpitched) -> int:
    """0-127; a pitch beyond that is folded back by octaves, a microtone rounded down."""
    if isinstance(pitch, Unpitched):
        return _DRUMS.get(f"{pitch.step}{pitch.octave}", _SNARE)
    number = pitch.midi_pitch
    return number % 12 if number < 0 else number if number < 128 else 116 + (number - 116) % 12


def _conductor_events(score: Score, ticks: int) -> list[_Event]:
    """Title, tempo, time and key signatures, each where it changes."""
    title = score.metadata.title or score.metadata.movement
    events = [_Event(0, 0, mido.MetaMessage("track_name", name=title))] if title else []
    last: dict[str, object] = {}
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for rank, message in enumerate((_time_message(measure), _key_message(measure.key)), start=1):
            if message is not None and (message.type not in last or last[message.type] != message):
                last[message.type] = message
                events.append(_Event(_ticks(start, ticks), rank, message))
    return events + _tempo_events(score, ticks)


def _tempo_events(score: Score, ticks: int) -> list[_Event]:
    """The tempos of the score; 120 quarters a minute, MIDI's own default, until the first."""
    found = {0: 500_000}
    for start, tempo in _tempos(score):
        microseconds = round(60_000_000 / tempo.quarters_per_minute) if tempo.quarters_per_minute > 0 else 500_000
        found[_ticks(start + tempo.onset, ticks)] = min(max(microseconds, 1), 2**24 - 1)
    return [_Event(tick, 3, mido.MetaMessage("set_tempo", tempo=tempo)) for tick, tempo in sorted(found.items())]


def _tempos(score: Score) -> Iterator[tuple[Fraction, Tempo]]:
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for tempo in measure.tempos:
            yield start, tempo


def _time_message(measure: Measure) -> mido.MetaMessage | None:
    """The time signature, or for a measure of another length one of just that length."""
    numerator, denominator = sum(measure.time.beats), measure.time.beat_type
    if measure.duration != measure.time.duration:
        whole = measure.duration / 4
        denominator = max(whole.denominator, denominator)
        numerator = int(whole * denominator)
    sound = 0 < numerator < 256 and denominator & (denominator - 1) == 0
    return mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator) if sound else None


def _key_message(key: KeySignature) -> mido.MetaMessage | None:
    """The key signature; none for a custom one or one that MIDI cannot name."""
    if key.custom or not -7 <= key.fifths <= 7:
        return None
    name = f"{_MINOR[key.fifths + 7]}m" if key.mode == "minor" else _MAJOR[key.fifths + 7]
    return mido.MetaMessage("key_signature", key=name)


def _track(events: Iterable[_Event], end: int) -> mido.MidiTrack:
    """Events in order with MIDI's delta times; the track ends where the score does, or its last note."""
    track, last = mido.MidiTrack(), 0
    for event in sorted(events, key=lambda event: (event.tick, event.rank)):
        track.append(event.message.copy(time=event.tick - last))
        last = event.tick
    track.append(mido.MetaMessage("end_of_track", time=max(end - last, 0)))
    return track


def _ticks(quarters: Fraction, ticks: int) -> int:
    return round(quarters * ticks)
