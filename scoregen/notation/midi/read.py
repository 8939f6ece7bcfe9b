"""Reads a MIDI file as a score; files made from notation are read exactly.

The inverse of `write`: tracks become parts, ticks become exact quarters, velocities and pedals are kept, and
positions off the grids of notation are moved to the nearest (`notation`). Recorded performances come out
legible but rough.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import mido

from scoregen.notation.midi.dynamics import VELOCITY
from scoregen.notation.midi.notation import TimedNote, build_measures, measure_columns, staff_clefs
from scoregen.notation.midi.pedals import DAMPER, with_pedals
from scoregen.notation.midi.percussion import PLACES, percussion_instrument
from scoregen.notation.musicxml.document import read_bytes
from scoregen.score.elements import Instrument, Metadata, Part, Score, Tempo
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import Place, ReadError, RefusedError

_DRUM_CHANNEL = 9
_MAJOR_FIFTHS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F": -1}
_MOST_QUARTERS = 80_000


@dataclass(slots=True)
class _Channel:
    """One channel of one track while the file is read; it becomes a part."""

    name: str = ""
    program: int = 0
    notes: list[TimedNote] = field(default_factory=list)
    pedal: list[tuple[Fraction, int]] = field(default_factory=list)


@dataclass(slots=True)
class _MidiContent:
    """The content of a file, by onset in quarters."""

    channels: dict[tuple[int, int], _Channel] = field(default_factory=lambda: defaultdict(_Channel))
    times: dict[Fraction, TimeSignature] = field(default_factory=dict)
    keys: dict[Fraction, KeySignature] = field(default_factory=dict)
    tempos: dict[Fraction, int] = field(default_factory=dict)
    title: str | None = None


def read_midi(path: Path) -> Score:
    """Read a MIDI file of format 0 or 1. Raises ReadError, or RefusedError for a file that is not one score."""
    place = Place(str(path))
    reading = _read(_parse(read_bytes(path), place), place)
    channels = [(channel, content) for (_, channel), content in sorted(reading.channels.items()) if content.notes]
    if not channels:
        raise ReadError("the MIDI file has no notes", place)
    end = max(note.end for _, content in channels for note in content.notes)
    if end > _MOST_QUARTERS:
        raise ReadError(f"the MIDI file lasts {end} quarters; at most {_MOST_QUARTERS} are read", place)
    parts = tuple(_part(index, channel, content) for index, (channel, content) in enumerate(channels, start=1))
    voiced = [(part, content.notes) for part, (_, content) in zip(parts, channels, strict=True)]
    columns = measure_columns(reading.times, reading.keys, end)
    measures = build_measures(columns, voiced, _tempos(reading.tempos))
    for part, (_, content) in zip(parts, channels, strict=True):
        measures = with_pedals(measures, columns, part.id, content.pedal)
    return Score(parts, tuple(measures), Metadata(title=reading.title))


def _parse(data: bytes, place: Place) -> mido.MidiFile:
    if not data.startswith(b"MThd"):
        raise ReadError("this is not a MIDI file; it does not begin with MThd", place)
    try:
        file = mido.MidiFile(file=io.BytesIO(data), clip=True, charset="utf-8")
    except (OSError, EOFError, ValueError, LookupError, TypeError, mido.KeySignatureError) as error:
        try:  # an older file with names in another encoding
            file = mido.MidiFile(file=io.BytesIO(data), clip=True)
        except (OSError, EOFError, ValueError, LookupError, TypeError, mido.KeySignatureError):
            raise ReadError(f"the MIDI file is damaged ({error})", place) from None
    if file.type == 2:
        raise RefusedError("this MIDI file has independent pieces (format 2); expected format 0 or 1", place)
    if not 0 < file.ticks_per_beat < 0x8000:
        raise RefusedError("this MIDI file counts SMPTE frames; expected ticks per quarter", place)
    return file


def _read(file: mido.MidiFile, place: Place) -> _MidiContent:
    reading = _MidiContent()
    for index, track in enumerate(file.tracks):
        try:
            _read_track(reading, index, track, file.ticks_per_beat)
        except ValueError as error:
            raise ReadError(f"track {index + 1} of the MIDI file is damaged ({error})", place) from None
    if len(file.tracks) > 1 and file.tracks[0].name and not any(track == 0 for track, _ in reading.channels):
        reading.title = file.tracks[0].name
    return reading


def _read_track(reading: _MidiContent, index: int, track: Iterable[mido.Message], ticks: int) -> None:
    now, name = 0, ""
    open_notes: dict[tuple[int, int], list[tuple[Fraction, int]]] = defaultdict(list)
    for message in track:
        now += message.time
        onset = Fraction(now, ticks)
        if message.type == "track_name":
            name = message.name.strip()
        elif message.is_meta:
            _read_meta(reading, onset, message)
        elif message.type == "program_change":
            reading.channels[index, message.channel].program = message.program
        elif message.type == "control_change" and message.control == DAMPER:
            reading.channels[index, message.channel].pedal.append((onset, message.value))
        elif message.type in ("note_on", "note_off"):
            started = open_notes[message.channel, message.note]
            if message.type == "note_on" and message.velocity > 0:
                started.append((onset, message.velocity))
            elif started:
                begin, velocity = started.pop(0)
                own = velocity if velocity != VELOCITY else None
                note = TimedNote(begin, onset, message.note, message.channel == _DRUM_CHANNEL, own)
                reading.channels[index, message.channel].notes.append(note)
    for (track_index, _), content in reading.channels.items():
        if track_index == index:
            content.name = name


def _read_meta(reading: _MidiContent, onset: Fraction, message: mido.MetaMessage) -> None:
    if message.type == "set_tempo" and message.tempo > 0:
        reading.tempos[onset] = message.tempo
    elif message.type == "time_signature" and message.numerator and message.denominator in (1, 2, 4, 8, 16, 32, 64):
        reading.times[onset] = TimeSignature((message.numerator,), message.denominator)
    elif message.type == "key_signature":
        reading.keys[onset] = _key(message.key)


def _key(name: str) -> KeySignature:
    """From MIDI's names of keys: `Eb`, `F#m`."""
    minor = name.endswith("m")
    tonic = name.removesuffix("m")
    fifths = _MAJOR_FIFTHS[tonic[0]] + 7 * (tonic.count("#") - tonic.count("b")) - (3 if minor else 0)
    return KeySignature(fifths, "minor" if minor else "major")


def _part(index: int, channel: int, content: _Channel) -> Part:
    drums = channel == _DRUM_CHANNEL
    name = content.name or ("Drums" if drums else f"Part {index}")
    instrument = Instrument(name, None, content.program + 1, percussion=drums)
    keys = sorted({note.pitch for note in content.notes if note.drum} - set(PLACES))
    others = tuple(percussion_instrument(key) for key in keys)
    return Part(f"P{index}", name, "", staff_clefs(content.notes), instrument, other_instruments=others)


def _tempos(changes: dict[Fraction, int]) -> Iterator[tuple[Fraction, Tempo]]:
    """Tempos with their onset in the score; a repeated value is left out."""
    last = None
    for onset, microseconds in sorted(changes.items()):
        per_minute = Fraction(60_000_000, microseconds)
        whole = Fraction(round(per_minute))
        shown = whole if abs(whole - per_minute) < Fraction(1, 100) else per_minute.limit_denominator(100)
        if shown != last and shown > 0:
            yield onset, Tempo(Fraction(0), NoteValue("quarter"), shown)
        last = shown
