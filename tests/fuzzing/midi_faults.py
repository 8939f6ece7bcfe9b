"""Faults in MIDI files by their events: dropped, doubled, exchanged, with extreme times and contents."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.fuzzing import extremes
from tests.fuzzing.text_faults import with_damage

_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
_DELTAS = (0, 0, 1, 7, 241, 480, 10_000, 1_000_000, 0x0FFFFFFF)
_METAS = (0x00, 0x01, 0x03, 0x05, 0x06, 0x20, 0x21, 0x2F, 0x51, 0x54, 0x58, 0x59, 0x7F)


@dataclass(frozen=True, slots=True)
class _Event:
    """The ticks since the event before, and the bytes with their status."""

    delta: int
    data: bytes


def with_faults(data: bytes, source: random.Random) -> bytes:
    """The file with one to five faults; one in eight has damaged bytes instead."""
    if source.random() < 0.125:
        return with_damage(data, source)
    head, tracks = data[8:14], _tracks(data)
    for _ in range(source.choice((1, 1, 2, 3, 5))):
        kind = source.random()
        if kind < 0.1:
            head = _changed_head(head, source)
        elif kind < 0.2:
            tracks = _changed_tracks(tracks, source)
        else:
            number = source.randrange(len(tracks))
            tracks[number] = _changed_events(tracks[number], source)
    chunks = [_chunk(b"MThd", head, source), *(_chunk(b"MTrk", _track(events), source) for events in tracks)]
    return b"".join(chunks)


def _tracks(data: bytes) -> list[list[_Event]]:
    position, found = 14, []
    while position + 8 <= len(data):
        end = position + 8 + int.from_bytes(data[position + 4 : position + 8], "big")
        found.append(_events(data[position + 8 : end]))
        position = end
    return found


def _events(track: bytes) -> list[_Event]:
    events, position, status = [], 0, 0
    while position < len(track):
        delta, position = _number(track, position)
        if track[position] >= 0x80:
            status, position = track[position], position + 1
        start = position
        if status == 0xFF:
            length, position = _number(track, position + 1)
            position += length
        elif status in (0xF0, 0xF7):
            length, position = _number(track, position)
            position += length
        else:
            position += _DATA_BYTES[status & 0xF0]
        events.append(_Event(delta, bytes([status]) + track[start:position]))
    return events


def _number(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    while True:
        value = value << 7 | data[position] & 0x7F
        position += 1
        if data[position - 1] < 0x80:
            return value, position


def _variable(value: int) -> bytes:
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))


def _track(events: list[_Event]) -> bytes:
    return b"".join(_variable(event.delta) + event.data for event in events)


def _chunk(kind: bytes, body: bytes, source: random.Random) -> bytes:
    """A chunk; at times its length is wrong or its name unknown."""
    length = len(body) if source.random() < 0.98 else source.choice((0, 1, len(body) + 5, 2**31, 2**32 - 1))
    return (kind if source.random() < 0.99 else b"XFIH") + length.to_bytes(4, "big") + body


def _changed_head(head: bytes, source: random.Random) -> bytes:
    place = source.randrange(3)
    value = source.choice((0, 1, 2, 3, 24, 480, 32767, 32768, 0xE728, 0xE250, 65535))
    return head[: 2 * place] + value.to_bytes(2, "big") + head[2 * place + 2 :]


def _changed_tracks(tracks: list[list[_Event]], source: random.Random) -> list[list[_Event]]:
    number = source.randrange(len(tracks))
    kind = source.random()
    if kind < 0.3 and len(tracks) > 1:
        return tracks[:number] + tracks[number + 1 :]
    if kind < 0.6:
        return tracks + [list(tracks[number])] * source.choice((1, 2, 20, 300))
    if kind < 0.8:
        return [*tracks[:number], [], *tracks[number:]]
    return [[event for track in tracks for event in track]]


def _changed_events(events: list[_Event], source: random.Random) -> list[_Event]:
    if not events:
        return [_Event(0, _meta(source))]
    place, other = source.randrange(len(events)), source.randrange(len(events))
    chosen, kind = events[place], source.random()
    if kind < 0.15:
        return events[:place] + events[place + 1 :]
    if kind < 0.25:
        return events[:place] + [chosen] * source.choice((2, 3, 50)) + events[place + 1 :]
    if kind < 0.35:
        events[place], events[other] = events[other], chosen
        return events
    if kind < 0.6:
        delta = source.choice((*_DELTAS, chosen.delta + 1, chosen.delta * 3, max(chosen.delta - 1, 0)))
        return [*events[:place], replace(chosen, delta=delta), *events[place + 1 :]]
    if kind < 0.8:
        return [*events[:place], _Event(source.choice(_DELTAS[:6]), _meta(source)), *events[place:]]
    return [*events[:place], replace(chosen, data=_changed_data(chosen.data, source)), *events[place + 1 :]]


def _changed_data(data: bytes, source: random.Random) -> bytes:
    """Another status, other data, or data of another length."""
    kind = source.random()
    if kind < 0.3:
        return bytes([source.choice((0x80, 0x90, 0x99, 0xB0, 0xC0, 0xE5, 0xF0, 0xF1, 0xF8, 0xFE, 0xFF))]) + data[1:]
    if kind < 0.9 and len(data) > 1:
        place = source.randrange(1, len(data))
        return data[:place] + bytes([source.choice((0, 1, 63, 64, 127, 128, 255))]) + data[place + 1 :]
    return data + source.randbytes(source.choice((1, 3)))


def _meta(source: random.Random) -> bytes:
    kind = source.choice(_METAS)
    if kind in (0x01, 0x03, 0x05, 0x06):
        content = extremes.text(source, controls=True).encode(errors="surrogatepass")[:300]
    else:
        length = source.choice((0, 1, 2, 3, 4, 5, 6))
        content = bytes(source.choice((0, 1, 3, 4, 6, 7, 8, 24, 64, 127, 128, 249, 255)) for _ in range(length))
    return bytes([0xFF, kind]) + _variable(len(content)) + content
