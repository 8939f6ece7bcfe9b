"""The content of a MIDI file: its notes, words, pedals, signatures and tempos, by onset in quarters.

Signatures and tempos that are a little off the grid of notation are moved onto it.
"""

from __future__ import annotations

import io
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import mido

from scoregen.notation.midi.chunks import plain_midi
from scoregen.notation.midi.lyrics import TextEvent
from scoregen.notation.midi.measures.timed_notes import TimedNote
from scoregen.notation.midi.pedals import DAMPER
from scoregen.notation.midi.playing.dynamics import VELOCITY
from scoregen.notation.musicxml.tree import MAX_NOTES
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import Place, ReadError, RefusedError, one_line

DRUM_CHANNEL = 9
MOST_BYTES = 4 << 20
"""The size of the tracks at most, over a million events; of other chunks nothing is read."""
_MAJOR_FIFTHS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F": -1}
_FAILURES = (OSError, EOFError, ValueError, LookupError, TypeError, mido.KeySignatureError)
_NEAR = Fraction(1, 20)
_GRID = 16


@dataclass(slots=True)
class Channel:
    """One channel of one track while the file is read; it becomes a part."""

    name: str = ""
    program: int = 0
    notes: list[TimedNote] = field(default_factory=list)
    pedal: list[tuple[Fraction, int]] = field(default_factory=list)


@dataclass(slots=True)
class MidiContent:
    """The content of a file. `channels` and `words` are by track; `empty` and `endless` count notes at fault.

    `beat` is what tempo marks count.
    """

    channels: dict[tuple[int, int], Channel] = field(default_factory=lambda: defaultdict(Channel))
    words: dict[int, list[TextEvent]] = field(default_factory=lambda: defaultdict(list))
    times: dict[Fraction, TimeSignature] = field(default_factory=dict)
    keys: dict[Fraction, KeySignature] = field(default_factory=dict)
    tempos: dict[Fraction, int] = field(default_factory=dict)
    title: str | None = None
    beat: NoteValue = field(default_factory=lambda: NoteValue("quarter"))
    empty: int = 0
    endless: int = 0


def read_content(data: bytes, place: Place) -> MidiContent:
    """The content of a file of format 0 or 1. Raises ReadError, or RefusedError for a file that is not one score."""
    file = _parse(data, place)
    content = MidiContent()
    for index, track in enumerate(file.tracks):
        try:
            _read_track(content, index, track, file.ticks_per_beat)
        except ValueError as error:
            raise ReadError(f"track {index + 1} of the MIDI file is damaged ({_fault(error)})", place) from None
    if len(file.tracks) > 1 and file.tracks[0].name and not any(track == 0 for track, _ in content.channels):
        content.title = one_line(file.tracks[0].name)
    if (count := sum(len(channel.notes) for channel in content.channels.values())) > MAX_NOTES:
        raise ReadError(f"the MIDI file has {count} notes; at most {MAX_NOTES} are read", place)
    return content


def _fault(error: Exception) -> str:
    """What an exception says; one without words is that of a file that ends too soon."""
    return str(error) or "it ends too soon"


def _parse(data: bytes, place: Place) -> mido.MidiFile:
    plain = plain_midi(data)
    if plain is None:
        raise ReadError("this is not a MIDI file; it has no header MThd", place)
    if len(plain) > MOST_BYTES:
        raise ReadError(f"the tracks of the MIDI file are larger than the limit of {MOST_BYTES >> 20} MiB", place)
    try:
        file = mido.MidiFile(file=io.BytesIO(plain), clip=True, charset="utf-8")
    except _FAILURES as error:
        try:  # an older file with names in another encoding
            file = mido.MidiFile(file=io.BytesIO(plain), clip=True)
        except _FAILURES:
            raise ReadError(f"the MIDI file is damaged ({_fault(error)})", place) from None
    if file.type == 2:
        raise RefusedError("this MIDI file has independent pieces (format 2); expected format 0 or 1", place)
    if not 0 < file.ticks_per_beat < 0x8000:
        raise RefusedError("this MIDI file counts SMPTE frames; expected ticks per quarter", place)
    return file


def _read_track(content: MidiContent, index: int, track: Iterable[mido.Message], ticks: int) -> None:
    now, name = Fraction(0), ""
    open_notes: dict[tuple[int, int], deque[tuple[Fraction, int]]] = defaultdict(deque)
    for message in track:
        now += Fraction(message.time, ticks)
        if message.type == "track_name":
            name = one_line(message.name)
        elif message.type in ("lyrics", "text"):
            content.words[index].append(TextEvent(now, message.text, message.type == "text"))
        elif message.is_meta:
            _read_meta(content, _on_grid(now), message)
        elif message.type == "program_change":
            content.channels[index, message.channel].program = message.program
        elif message.type == "control_change" and message.control == DAMPER:
            content.channels[index, message.channel].pedal.append((now, message.value))
        elif message.type == "note_on" and message.velocity > 0:
            open_notes[message.channel, message.note].append((now, message.velocity))
        elif message.type in ("note_on", "note_off") and (started := open_notes[message.channel, message.note]):
            _add_note(content, index, (message.channel, message.note), started.popleft(), now)
    for key, left in open_notes.items():
        content.endless += len(left)
        for started_note in left:
            _add_note(content, index, key, started_note, now)
    for (track_index, _), channel in content.channels.items():
        if track_index == index:
            channel.name = name


def _add_note(
    content: MidiContent, index: int, key: tuple[int, int], started: tuple[Fraction, int], end: Fraction
) -> None:
    """A note of a track from its channel and pitch, its onset and velocity, and its end."""
    (number, pitch), (onset, velocity) = key, started
    if end <= onset:
        content.empty += 1
        return
    own = velocity if velocity != VELOCITY else None
    content.channels[index, number].notes.append(TimedNote(onset, end, pitch, number == DRUM_CHANNEL, own))


def _read_meta(content: MidiContent, onset: Fraction, message: mido.MetaMessage) -> None:
    if message.type == "set_tempo" and message.tempo > 0:
        content.tempos[onset] = message.tempo
    elif message.type == "time_signature" and message.numerator and message.denominator in (1, 2, 4, 8, 16, 32, 64):
        content.times[onset] = TimeSignature((message.numerator,), message.denominator)
    elif message.type == "key_signature":
        content.keys[onset] = _key(message.key)


def _on_grid(onset: Fraction) -> Fraction:
    """The onset on the nearest quarter if that is very near, else on the nearest 64th."""
    if abs(onset - round(onset)) <= _NEAR:
        return Fraction(round(onset))
    return Fraction(round(onset * _GRID), _GRID)


def _key(name: str) -> KeySignature:
    """From MIDI's names of keys: `Eb`, `F#m`."""
    minor = name.endswith("m")
    tonic = name.removesuffix("m")
    fifths = _MAJOR_FIFTHS[tonic[0]] + 7 * (tonic.count("#") - tonic.count("b")) - (3 if minor else 0)
    return KeySignature(fifths, "minor" if minor else "major")
