"""The chunks of a MIDI file: the header and the tracks, without what surrounds them.

A file may be wrapped in RIFF (`.rmi`), may begin with chunks of other programs or with a MacBinary header, and
may have chunks of unknown types between its tracks. All of these are legal to skip.
"""

from __future__ import annotations

from collections.abc import Iterator

_HEADER = b"MThd"
_TRACK = b"MTrk"
_HEADER_BYTES = 14
_SEARCHED_BYTES = 1 << 16


def plain_midi(data: bytes) -> bytes | None:
    """The header and the track chunks of a file; None if it has no MIDI header near its beginning."""
    start = data.find(_HEADER, 0, _SEARCHED_BYTES)
    if start < 0:
        return None
    chunks = b"".join(chunk for kind, chunk in _chunks(data, start + _after_header(data, start)) if kind == _TRACK)
    return _HEADER + (6).to_bytes(4, "big") + data[start + 8 : start + _HEADER_BYTES] + chunks


def _after_header(data: bytes, start: int) -> int:
    """The length of the header chunk, at least that of its three numbers."""
    return max(8 + int.from_bytes(data[start + 4 : start + 8], "big"), _HEADER_BYTES)


def _chunks(data: bytes, position: int) -> Iterator[tuple[bytes, bytes]]:
    """Type and whole bytes of each chunk; a last one that is cut off keeps what there is."""
    while position + 8 <= len(data):
        end = position + 8 + int.from_bytes(data[position + 4 : position + 8], "big")
        yield data[position : position + 4], data[position:end]
        position = end
