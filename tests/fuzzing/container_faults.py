"""Faults in containers: members of zip files, chunks of WAV files, headers of safetensors files."""

from __future__ import annotations

import io
import json
import random
import struct
import zipfile
from collections.abc import Callable

from tests.fuzzing import extremes, table_faults
from tests.fuzzing.text_faults import with_damage

Changed = Callable[[bytes], bytes]


def zip_with_faults(data: bytes, changed: Changed, source: random.Random) -> bytes:
    """A zip file whose members are changed, renamed, left out, doubled, nested or packed in another way."""
    if source.random() < 0.3:
        return with_damage(data, source)
    members = _members(data)
    buffer = io.BytesIO()
    method = source.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in _changed_members(members, changed, source):
            archive.writestr(zipfile.ZipInfo(name or "x"), content, method)
    return buffer.getvalue()


def _members(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def _changed_members(
    members: list[tuple[str, bytes]], changed: Changed, source: random.Random
) -> list[tuple[str, bytes]]:
    place = source.randrange(len(members))
    name, content = members[place]
    kind = source.random()
    if kind < 0.1:
        return members[:place] + members[place + 1 :]
    if kind < 0.2:
        new = source.choice(("a.xml", "b.musicxml", "../up.xml", "META-INF/container.xml", "x\x1b[1m.xml", "é.xml"))
        return [*members[:place], (new, content), *members[place + 1 :]]
    if kind < 0.3:
        bomb = source.choice((b" " * (4 << 20), b"<" * 3_000_000, b"<a>" * 200_000, b""))
        return [*members[:place], (name, bomb), *members[place + 1 :]]
    if kind < 0.4:
        return [*members[:place], (name, _nested(members)), *members[place + 1 :]]
    return [*members[:place], (name, changed(content)), *members[place + 1 :]]


def _nested(members: list[tuple[str, bytes]]) -> bytes:
    """The same zip file, to be put into itself."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def wav_with_faults(data: bytes, source: random.Random) -> bytes:
    """A WAV file with extreme numbers in its format, and chunks that are missing, doubled or of another length."""
    if source.random() < 0.25:
        return with_damage(data, source)
    chunks = _chunks(data)
    for _ in range(source.choice((1, 2, 3))):
        place = source.randrange(len(chunks))
        kind = source.random()
        if kind < 0.15 and len(chunks) > 1:
            del chunks[place]
        elif kind < 0.3:
            chunks.insert(place, chunks[place])
        else:
            name, body = next((chunk for chunk in chunks if chunk[0] == b"fmt "), chunks[place])
            chunks = [(name, _changed_format(body, source)) if chunk[0] == name else chunk for chunk in chunks]
    body = b"".join(_riff(name, content, source) for name, content in chunks)
    return _riff(b"RIFF", b"WAVE" + body, source)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    position, found = 12, []
    while position + 8 <= len(data):
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        found.append((data[position : position + 4], data[position + 8 : position + 8 + length]))
        position += 8 + length + length % 2
    return found


def _changed_format(body: bytes, source: random.Random) -> bytes:
    place = source.choice((0, 2, 4, 8, 12, 14))
    size = 4 if place in (4, 8) else 2
    value = source.choice((0, 1, 2, 3, 7, 8, 24, 32, 64, 8000, 65534, 65535, 2**31, 2**32 - 1)) % 2 ** (8 * size)
    changed = body[:place] + value.to_bytes(size, "little") + body[place + size :]
    return changed if source.random() < 0.9 else changed[: source.randrange(len(changed) + 1)]


def _riff(name: bytes, body: bytes, source: random.Random) -> bytes:
    length = len(body) if source.random() < 0.95 else source.choice((0, 1, 2**31, 2**32 - 1))
    return name + length.to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def safetensors_with_faults(data: bytes, source: random.Random) -> bytes:
    """Weights with another header, other sizes, or numbers that are none."""
    if source.random() < 0.2:
        return with_damage(data, source)
    length = int.from_bytes(data[:8], "little")
    body = data[8 + length :]
    if source.random() < 0.2:
        bad = source.choice((float("nan"), float("inf"), 1e38, -1e38))
        body = body[:-4] + struct.pack("<f", bad)
    header = json.dumps(table_faults.with_faults(json.loads(data[8 : 8 + length]), source), default=str).encode()
    told = len(header) if source.random() < 0.95 else source.choice((0, 1, 2**31, 2**63, len(data)))
    return told.to_bytes(8, "little") + header + body


def headed_with_faults(data: bytes, source: random.Random) -> bytes:
    """A file of a name, a line of JSON and numbers, such as an index: each may be changed."""
    if source.random() < 0.4:
        return with_damage(data, source)
    name, header, body = data.split(b"\n", 2)
    changed = json.dumps(table_faults.with_faults(json.loads(header), source), default=str).encode()
    magic = name if source.random() < 0.95 else extremes.text(source, controls=True).encode(errors="surrogatepass")
    return b"\n".join((magic, changed, body if source.random() < 0.8 else body[: len(body) // 2]))
