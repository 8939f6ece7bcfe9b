"""Compressed MusicXML (.mxl): a zip file whose container names the score inside it.

Members are read in memory and never extracted. Sizes are limited while reading, whatever the archive declares.
Members are stored or deflated, as the format requires: other methods inflate without a limit.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from scoregen.notation.musicxml.tree import MAX_BYTES, root_files
from scoregen.system.errors import Place, ReadError

MAX_MEMBERS = 1000
MAX_DIRECTORY_BYTES = 1 << 20
MAX_RATIO = 300
CONTAINER = "META-INF/container.xml"
MIMETYPE = "application/vnd.recordare.musicxml"
SCORE_MEDIA_TYPES = (None, "", "text/xml", "application/xml", MIMETYPE + "+xml")

_SCORE_SUFFIXES = (".musicxml", ".xml")
_RATIO_COUNTS_FROM = 1 << 20
_CHUNK = 1 << 18
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a zip file does."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def read_mxl(data: bytes, file: str) -> bytes:
    """The bytes of the score inside a compressed file, unchanged.

    Raises ReadError for a broken, encrypted, oversized or malicious archive.
    """
    place = Place(file)
    _check_directory(data, place)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _checked_names(archive, place)
            return _read_member(archive, _score_name(archive, names, file), place)
    except _BROKEN as error:
        raise ReadError(f"the compressed file is broken ({error}); export it again", place) from None


def check_archive(data: bytes, file: str) -> None:
    """ReadError for a zip file of another format that is broken, malicious, or unpacks to more than is read.

    Data that are no zip file are not looked at.
    """
    if not is_zip(data):
        return
    place, total = Place(file), 0
    _check_directory(data, place)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in _checked_names(archive, place):
                total += len(_read_member(archive, name, place))
                if total > MAX_BYTES:
                    raise ReadError(f"the file unpacks to more than the limit of {MAX_BYTES >> 20} MiB", place)
    except _BROKEN as error:
        raise ReadError(f"the compressed file is broken ({error}); save it again", place) from None


def write_mxl(text: bytes, name: str) -> bytes:
    """A compressed file with one score under `name`; equal input gives equal bytes."""
    container = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<container><rootfiles>'
        f'<rootfile full-path={_quote(name)} media-type="{MIMETYPE}+xml"/>'
        "</rootfiles></container>\n"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add_member(archive, "mimetype", MIMETYPE.encode(), zipfile.ZIP_STORED)
        _add_member(archive, CONTAINER, container.encode(), zipfile.ZIP_DEFLATED)
        _add_member(archive, name, text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _quote(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'"{escaped}"'


def _add_member(archive: zipfile.ZipFile, name: str, data: bytes, method: int) -> None:
    member = zipfile.ZipInfo(name, _TIMESTAMP)
    member.compress_type = method
    member.create_system = 3
    member.external_attr = 0o644 << 16
    archive.writestr(member, data)


def _check_directory(data: bytes, place: Place) -> None:
    """Refuse a huge list of members before the zip library parses it."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    if end >= 0 and size > MAX_DIRECTORY_BYTES:
        raise ReadError(f"the compressed file lists more than {MAX_MEMBERS} members; expected one score", place)


def _checked_names(archive: zipfile.ZipFile, place: Place) -> list[str]:
    names = archive.namelist()
    if len(names) > MAX_MEMBERS:
        raise ReadError(f"the compressed file lists {len(names)} members; at most {MAX_MEMBERS} are read", place)
    for name in names:
        if name.startswith(("/", "\\")) or ":" in name[:3] or ".." in PurePosixPath(name.replace("\\", "/")).parts:
            raise ReadError(f"the compressed file has the unsafe path {name!r}; export it again", place)
    return names


def _score_name(archive: zipfile.ZipFile, names: list[str], file: str) -> str:
    """The member that the container names, or without a readable container the only candidate."""
    if CONTAINER not in names:
        return _only_candidate(names, Place(file))
    container = _read_member(archive, CONTAINER, Place(file))
    try:
        named = root_files(container, f"{file} ({CONTAINER})")
    except ReadError:
        if len(_candidates(names)) != 1:
            raise
        return _only_candidate(names, Place(file))
    for path, media_type in named:
        if media_type in SCORE_MEDIA_TYPES:
            if path not in names:
                raise ReadError(
                    f"the container names {path!r}, which the compressed file does not have; export it again",
                    Place(file),
                )
            return path
    raise ReadError("the container of the compressed file names no MusicXML score; export it again", Place(file))


def _candidates(names: list[str]) -> list[str]:
    return [name for name in names if name.lower().endswith(_SCORE_SUFFIXES) and not name.startswith("META-INF/")]


def _only_candidate(names: list[str], place: Place) -> str:
    found = _candidates(names)
    if len(found) != 1:
        raise ReadError(f"the compressed file has no container and {len(found)} possible scores; expected one", place)
    return found[0]


def _read_member(archive: zipfile.ZipFile, name: str, place: Place) -> bytes:
    """The content of a member; its size is checked while it is inflated."""
    member = archive.getinfo(name)
    if member.compress_type not in _METHODS:
        raise ReadError(f"{name!r} is not deflated, as a compressed score must be; export it again", place)
    chunks: list[bytes] = []
    size = 0
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            _check_size(name, size, member.compress_size, place)
    return b"".join(chunks)


def _check_size(name: str, size: int, compressed: int, place: Place) -> None:
    if size > MAX_BYTES:
        raise ReadError(f"{name!r} unpacks to more than the limit of {MAX_BYTES >> 20} MiB", place)
    if size > _RATIO_COUNTS_FROM and size > MAX_RATIO * max(compressed, 1):
        raise ReadError(f"{name!r} unpacks to more than {MAX_RATIO} times its size, like a zip bomb", place)
