"""Reads a MIDI file as a score; files made from notation are read exactly.

The inverse of `write`: tracks become parts, ticks become exact quarters, velocities, pedals and words (`lyrics`)
are kept. What was played rather than notated gets its beats from the notes (`performed`). Notes without a length are
left out, and notes without an end last as long as their track; `Score.notices` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from scoregen.notation.midi.anacrusis import find_anacrusis
from scoregen.notation.midi.content import DRUM_CHANNEL, Channel, MidiContent, read_content
from scoregen.notation.midi.lyrics import place_syllables, sung_words, syllables
from scoregen.notation.midi.measures.building import build_measures
from scoregen.notation.midi.measures.columns import Column, measure_columns, with_spelling
from scoregen.notation.midi.measures.percussion import PLACES, percussion_instrument
from scoregen.notation.midi.measures.spelling import pitch_class_weights, spelling_key
from scoregen.notation.midi.measures.timed_notes import TimedNote, staff_clefs
from scoregen.notation.midi.pedals import with_pedals
from scoregen.notation.midi.performed import Channels, notate_performance
from scoregen.notation.musicxml.document import read_bytes
from scoregen.notation.musicxml.tree import MAX_PART_MEASURES, MAX_PARTS
from scoregen.notation.second_readers.contents import losses, score_contents, with_losses
from scoregen.notation.second_readers.midi import midi_contents
from scoregen.score.elements import Instrument, Lyric, Metadata, Part, Score, Tempo
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import Place, ReadError
from scoregen.system.wording import counted
from scoregen.transcription.counting import UNKNOWN, Counting

_MOST_QUARTERS = 80_000
_FEWEST_FOR_KEY = 16
_COMMON_TIME = TimeSignature((4,), 4)
_NEAR = Fraction(1, 16)
"""In quarters: how far a note may move onto the grid of notation without a word."""


def read_midi(path: Path, counting: Counting = UNKNOWN) -> Score:
    """Read a MIDI file of format 0 or 1; `counting` is what is known of its metre and tempo.

    Raises ReadError, or RefusedError for a file that is not one score.
    """
    place = Place(str(path))
    data = read_bytes(path)
    content = read_content(data, place)
    channels = [(track, number, channel) for (track, number), channel in sorted(content.channels.items())]
    channels = [found for found in channels if found[2].notes]
    if not channels:
        raise ReadError("the MIDI file has no notes", place)
    heard = notate_performance(content, channels, counting)
    lost = _add_words(content, channels)
    pickup = Fraction(0) if heard.has_metre else _add_anacrusis(content, channels)
    notices = (*heard.notices, *_notices(content, lost, pickup))
    return _guarded(score_of(content, channels, place, notices), data, lost, timed=not heard.notices)


def _guarded(score: Score, data: bytes, lost: int, *, timed: bool) -> Score:
    """The score with a notice of what it lacks of the file, beside the syllables that are named already."""
    file = midi_contents(data)
    named = {"syllable": file.numbers.get("syllable", 0) - lost}
    found = losses(replace(file, numbers={**file.numbers, **named}, timed=timed), score_contents(score), _NEAR)
    return with_losses(score, found)


def score_of(content: MidiContent, channels: Channels, place: Place, notices: Iterable[str]) -> Score:
    """The score of channels that have notes, each a part; a key is found if the content has none."""
    key = _add_key(content, [note for *_, channel in channels for note in channel.notes])
    columns = _columns(content, channels, place)
    parts = tuple(_part(index, number, channel) for index, (_, number, channel) in enumerate(channels, start=1))
    voiced = [(part, channel.notes) for part, (*_, channel) in zip(parts, channels, strict=True)]
    measures = build_measures(columns, voiced, _tempos(content.tempos, content.beat))
    for part, (*_, channel) in zip(parts, channels, strict=True):
        measures = with_pedals(measures, columns, part, channel.pedal)
    return Score(parts, tuple(measures), Metadata(title=content.title), notices=(*notices, *key))


def _columns(content: MidiContent, channels: Channels, place: Place) -> tuple[Column, ...]:
    """The measures with the keys that spell their notes. ReadError for music longer than is read."""
    notes = [note for *_, channel in channels for note in channel.notes]
    end = max(note.end for note in notes)
    if end > _MOST_QUARTERS:
        raise ReadError(f"the MIDI file lasts {int(end)} quarters; at most {_MOST_QUARTERS} are read", place)
    try:
        columns = measure_columns(content.times, content.keys, end)
    except ValueError as error:
        raise ReadError(str(error), place) from None
    if len(channels) > MAX_PARTS or len(channels) * len(columns) > MAX_PART_MEASURES:
        raise ReadError(
            f"the MIDI file has {len(channels)} parts of {len(columns)} measures; at most {MAX_PARTS} parts and"
            f" {MAX_PART_MEASURES} measures in all parts are read",
            place,
        )
    return with_spelling(columns, content.keys, notes)


def _add_key(content: MidiContent, notes: Sequence[TimedNote]) -> tuple[str, ...]:
    """Add the key signature that the notes show if the content has none; one line that names it."""
    pitched = [note for note in notes if not note.drum]
    if content.keys or len(pitched) < _FEWEST_FOR_KEY:
        return ()
    key = spelling_key(None, pitch_class_weights((note.pitch, note.end - note.onset) for note in pitched))
    content.keys[Fraction(0)] = key.signature
    return (f"no key signature was given; the notes show {key}",)


def _add_anacrusis(content: MidiContent, channels: Channels) -> Fraction:
    """Put the barlines after the pickup that the rhythm shows, if the file has one metre throughout."""
    if any(onset > 0 for onset in content.times):
        return Fraction(0)
    time = content.times.get(Fraction(0), _COMMON_TIME)
    spans = sorted((note.onset, note.end) for _, _, channel in channels for note in channel.notes if not note.drum)
    pickup = find_anacrusis(spans, time)
    if pickup:
        content.times |= {Fraction(0): time, pickup: time}
    return pickup


def _add_words(content: MidiContent, channels: Channels) -> int:
    """Put the words of each track under the notes of its part; the number of syllables that have no note.

    The words of a track without notes go to the part that has most notes at their onsets.
    """
    lost = 0
    for track, events in content.words.items():
        words = syllables(sung_words(events))
        own = [channel for index, _, channel in channels if index == track]
        placed = [(place_syllables(words, _onsets(channel)), channel) for channel in own or [c for *_, c in channels]]
        (syllable_at, missing), channel = min(placed, key=lambda found: found[0][1])
        channel.notes = _with_lyrics(channel.notes, syllable_at)
        lost += missing
    return lost


def _onsets(channel: Channel) -> list[Fraction]:
    return sorted({note.onset for note in channel.notes})


def _with_lyrics(notes: Sequence[TimedNote], syllable_at: Mapping[Fraction, Lyric]) -> list[TimedNote]:
    """The notes with each syllable on the highest note of its onset."""
    highest = {note.onset: note.pitch for note in sorted(notes, key=lambda note: note.pitch)}
    return [
        replace(note, lyric=syllable_at[note.onset])
        if note.onset in syllable_at and note.pitch == highest[note.onset]
        else note
        for note in notes
    ]


def _notices(content: MidiContent, lost: int, pickup: Fraction) -> Iterator[str]:
    """What was changed while reading, one line each."""
    if pickup:
        yield f"the rhythm shows an anacrusis of {counted(pickup, 'quarter')}, which the MIDI file does not mark"
    if content.empty:
        yield f"{counted(content.empty, 'note')} without a length left out"
    if content.endless:
        yield f"{counted(content.endless, 'note')} without an end in the MIDI file; held to the end of the track"
    if lost:
        yield f"{counted(lost, 'syllable')} of the MIDI file left out; found no note at that place"


def _part(index: int, channel: int, content: Channel) -> Part:
    drums = channel == DRUM_CHANNEL
    name = content.name or ("Drums" if drums else f"Part {index}")
    instrument = Instrument(name, None, content.program + 1, percussion=drums)
    keys = sorted({note.pitch for note in content.notes if note.drum} - set(PLACES))
    others = tuple(percussion_instrument(key) for key in keys)
    return Part(f"P{index}", name, "", staff_clefs(content.notes), instrument, other_instruments=others)


def _tempos(changes: Mapping[Fraction, int], beat: NoteValue) -> Iterator[tuple[Fraction, Tempo]]:
    """Tempos in beats, with their onset in the score; a repeated value is left out."""
    last = None
    for onset, microseconds in sorted(changes.items()):
        per_minute = Fraction(60_000_000, microseconds) / beat.duration
        whole = Fraction(round(per_minute))
        shown = whole if abs(whole - per_minute) < Fraction(1, 100) else per_minute.limit_denominator(100)
        if shown != last and shown > 0:
            yield onset, Tempo(Fraction(0), beat, shown)
        last = shown
