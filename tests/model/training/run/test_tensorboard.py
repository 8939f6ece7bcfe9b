"""Event files: the checksum is the published one, and the files can be read field by field."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoregen.model.training.run.tensorboard import NAME, append_events, crc, masked_crc, write_events

CURVE = [
    {"step": 300, "seconds": 2.5, "train": 1.5, "valid": 1.25, "drafts_known_8": 0.5},
    {"step": 600, "seconds": 5, "train": 1.0},
]


def records(data: bytes) -> Iterator[bytes]:
    """The data of the TFRecords, each checked."""
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        assert data[8:12] == struct.pack("<I", masked_crc(data[:8]))
        record, data = data[12 : 12 + length], data[12 + length :]
        assert data[:4] == struct.pack("<I", masked_crc(record))
        yield record
        data = data[4:]


def fields(message: bytes) -> list[tuple[int, float | bytes]]:
    """Number and value of each field of a protocol buffer."""
    result: list[tuple[int, float | bytes]] = []
    while message:
        number, kind, message = message[0] >> 3, message[0] & 7, message[1:]
        if kind in (1, 5):
            size = {1: 8, 5: 4}[kind]
            result.append((number, *struct.unpack("<d" if kind == 1 else "<f", message[:size])))
            message = message[size:]
            continue
        value, shift = 0, 0
        while True:
            byte, message = message[0], message[1:]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if kind == 2:
            result.append((number, message[:value]))
            message = message[value:]
        else:
            result.append((number, value))
    return result


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"123456789", 0xE3069283), (b"\x00" * 32, 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43)],
)
def test_the_checksum_is_crc_32c(data: bytes, expected: int) -> None:
    """The values of RFC 3720, B.4, and the polynomial's usual check value."""
    assert crc(data) == expected


def test_written_figures_can_be_read(tmp_path: Path) -> None:
    write_events(tmp_path, CURVE[:1], start_time=1000.0)
    append_events(tmp_path, CURVE[1], start_time=1000.0)
    first, *events = (fields(record) for record in records((tmp_path / NAME).read_bytes()))
    assert first == [(1, 1000.0), (3, b"brain.Event:2")]
    assert [event[:2] for event in events] == [[(1, 1002.5), (2, 300)], [(1, 1005.0), (2, 600)]]
    values = [dict(fields(value)) for _, value in fields(events[0][2][1])]  # type: ignore[arg-type]
    assert [(value[1], value[2]) for value in values] == [
        (b"loss/train", 1.5),
        (b"loss/valid", 1.25),
        (b"memorised/drafts_known_8", 0.5),
        (b"progress/seconds", 2.5),
    ]


def test_an_appended_file_equals_one_written_at_once(tmp_path: Path) -> None:
    write_events(tmp_path, CURVE[:1], start_time=0.0)
    append_events(tmp_path, CURVE[1], start_time=0.0)
    grown = (tmp_path / NAME).read_bytes()
    write_events(tmp_path, CURVE, start_time=0.0)
    assert (tmp_path / NAME).read_bytes() == grown
