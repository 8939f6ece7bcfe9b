"""Learning curves in TensorBoard's format: `tensorboard --logdir` on the folder shows them during training.

An event file is a sequence of TFRecords (length, checksum, data, checksum), each of which holds a protocol buffer
`Event` with a wall time, a step and named numbers. The four kinds of fields in use are written here, because the
tensorboard package depends on a web server, gRPC and six more libraries.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from scoregen.model.training.run.windows import WINDOWS

NAME = "events.out.tfevents.0.scoregen"
"""TensorBoard recognises event files by the middle of their name."""

MEMORISATION = ("drafts_known", "valid_known", "fit_extractable", "valid_extractable")
TAGS = {
    "train": "loss/train",
    "fit": "loss/fit",
    "valid": "loss/valid",
    "valid_free": "loss/valid_free",
    "valid_melody": "loss/valid_melody",
    "gap": "loss/gap",
    **{f"{name}_{length}": f"memorised/{name}_{length}" for name in MEMORISATION for length in WINDOWS},
    "learning_rate": "progress/learning_rate",
    "examples": "progress/examples",
    "seconds": "progress/seconds",
}
"""The tag of each figure; the part before the slash is the group of the chart."""


def write_events(folder: Path, curve: Iterable[Mapping[str, float]], start_time: float) -> None:
    """Write the event file of a curve; `start_time` is the start of the run in seconds since 1970."""
    (folder / NAME).write_bytes(b"".join([_first(start_time), *(_event(figures, start_time) for figures in curve)]))


def append_events(folder: Path, figures: Mapping[str, float], start_time: float) -> None:
    """Append figures to the file of `write_events`; a TensorBoard that shows it reads on at its end."""
    with (folder / NAME).open("ab") as stream:
        stream.write(_event(figures, start_time))


def _first(start_time: float) -> bytes:
    return _record(_double(1, start_time) + _bytes(3, b"brain.Event:2"))


def _event(figures: Mapping[str, float], start_time: float) -> bytes:
    values = [
        _bytes(1, _bytes(1, tag.encode()) + _float(2, figures[name])) for name, tag in TAGS.items() if name in figures
    ]
    wall_time = start_time + figures["seconds"]
    return _record(_double(1, wall_time) + _whole(2, int(figures["step"])) + _bytes(5, b"".join(values)))


def _record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


# The fields of a protocol buffer: (number << 3 | wire type), then the value.


def _whole(number: int, value: int) -> bytes:
    return bytes([number << 3 | 0]) + _varint(value)


def _double(number: int, value: float) -> bytes:
    return bytes([number << 3 | 1]) + struct.pack("<d", value)


def _bytes(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(value)) + value


def _float(number: int, value: float) -> bytes:
    return bytes([number << 3 | 5]) + struct.pack("<f", value)


def _varint(value: int) -> bytes:
    """Seven bits a byte, lowest first; the eighth means that more follow."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


@cache
def _crc_table() -> tuple[int, ...]:
    """The remainder of each byte, with the polynomial in reflected form."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


def crc(data: bytes) -> int:
    """CRC-32C, the Castagnoli polynomial."""
    value, table = 0xFFFFFFFF, _crc_table()
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> int:
    """The masked checksum of TFRecords, which stays reliable for data that contain checksums."""
    value = crc(data)
    return (value >> 15 | value << 17) + 0xA282EAD8 & 0xFFFFFFFF
