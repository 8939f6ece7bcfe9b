"""Counts the contents of a MIDI file by its bytes: the second reader of MIDI, without notation.

The syntax is that of the Standard MIDI Files 1.0 (MIDI Manufacturers Association, RP-001).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from scoregen.notation.second_readers.contents import Contents

_DRUMS = 9
_LYRIC, _MARKER = 0x05, 0x06
_LOUDNESS = {7: "change of volume", 11: "change of volume", 1: "change of vibrato"}
"""The controllers of a channel that have no place in a score once its notes have begun."""
_CENTRE = 0x2000
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


@dataclass(slots=True)
class _Count:
    """The contents while they are counted; `programs` are the instruments of the channels so far."""

    ticks: int
    notes: Counter[tuple[Fraction, int]] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    programs: dict[int, int] = field(default_factory=dict)
    playing: set[int] = field(default_factory=set)


def midi_contents(data: bytes) -> Contents:
    """The contents of a file of format 0 or 1 whose notes have a length; a track that is cut off counts so far."""
    start = data.find(b"MThd")
    size = int.from_bytes(data[start + 4 : start + 8], "big")
    count = _Count(int.from_bytes(data[start + 12 : start + 14], "big") or 1)
    position = start + 8 + max(size, 6)
    while position + 8 <= len(data):
        end = position + 8 + int.from_bytes(data[position + 4 : position + 8], "big")
        if data[position : position + 4] == b"MTrk":
            _count_track(data[position + 8 : end], count)
        position = end
    return Contents(count.notes, count.numbers, count.unread)


def _count_track(track: bytes, count: _Count) -> None:
    sounding: dict[tuple[int, int], list[int]] = defaultdict(list)
    now = 0
    for now, status, values in _events(track):
        kind, channel = status & 0xF0, status & 0x0F
        if kind == 0x90 and values[1]:
            sounding[channel, values[0]].append(now)
        elif kind in (0x80, 0x90) and sounding[channel, values[0]]:
            _count_note(count, (channel, values[0]), (sounding[channel, values[0]].pop(0), now))
        elif status == 0xFF:
            _count_meta(count, values)
        else:
            _count_change(count, kind, channel, values)
    for key, onsets in sounding.items():
        for onset in onsets:
            _count_note(count, key, (onset, now))


def _events(track: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Time in ticks, status and data of each event; the type is the first byte of the data of a meta event."""
    position, now, running = 0, 0, 0
    while position < len(track):
        delta, position = _number(track, position)
        now += delta
        if position >= len(track):
            return
        status = track[position]
        if status in (0xF0, 0xF7, 0xFF):
            first = position + (2 if status == 0xFF else 1)
            length, begin = _number(track, first)
            yield now, status, track[position + 1 : first] + track[begin : begin + length]
            position = begin + length
            continue
        if status >= 0x80:
            running, position = status, position + 1
        size = _DATA_BYTES.get(running & 0xF0, 0)
        if not size or position + size > len(track):
            return
        yield now, running, track[position : position + size]
        position += size


def _number(track: bytes, position: int) -> tuple[int, int]:
    """A number of variable length, and the position after it."""
    value = 0
    while position < len(track):
        byte = track[position]
        value, position = value << 7 | byte & 0x7F, position + 1
        if byte < 0x80:
            break
    return value, position


def _count_note(count: _Count, key: tuple[int, int], span: tuple[int, int]) -> None:
    (channel, pitch), (onset, end) = key, span
    if end <= onset:
        return
    count.playing.add(channel)
    if channel == _DRUMS:
        count.numbers["percussion note"] += 1
    else:
        count.notes[Fraction(onset, count.ticks), pitch] += 1


def _count_meta(count: _Count, values: bytes) -> None:
    text = values[1:].strip(b" \r\n\t-/\\")
    if values[:1] == bytes([_LYRIC]) and text:
        count.numbers["syllable"] += 1
    elif values[:1] == bytes([_MARKER]) and text:
        count.unread["marker"] += 1


def _count_change(count: _Count, kind: int, channel: int, values: bytes) -> None:
    """Count what changes a channel while it plays."""
    if kind == 0xE0:
        count.unread["pitch bend"] += values[0] | values[1] << 7 != _CENTRE
    elif kind == 0xC0:
        before = count.programs.setdefault(channel, values[0])
        count.unread["change of instrument"] += before != values[0] and channel in count.playing
        count.programs[channel] = values[0]
    elif kind == 0xB0 and values[0] in _LOUDNESS and channel in count.playing:
        count.unread[_LOUDNESS[values[0]]] += 1
