"""Scores of music21 and partitura as values, in both directions, by way of MusicXML."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scoregen.notation.musicxml.document import parse, serialize
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.score.elements import Score
from scoregen.system.errors import ReadError

_INVENTED = {"Music21 Fragment", "Music21", "music21"}
"""What music21 writes where a score has no title or composer."""


def library_of(value: object) -> str | None:
    """The library of a value: music21, partitura or neither. Imports nothing."""
    names = {kind.__module__.partition(".")[0] for kind in type(value).__mro__}
    return next((name for name in ("music21", "partitura") if name in names), None)


def from_music21(stream: Any) -> Score:
    """A music21 stream as a score. ReadError if music21 cannot write it as MusicXML."""
    with _as_read_error("music21"):
        from music21.musicxml.m21ToXml import GeneralObjectExporter

        text = GeneralObjectExporter(stream).parse()
    return read_musicxml(_without_inventions(text), "the music21 stream")


def from_partitura(music: Any) -> Score:
    """A partitura score, part or list of parts as a score. ReadError if partitura cannot write it as MusicXML."""
    with _as_read_error("partitura"):
        import partitura

        text = partitura.save_musicxml(music)
    return read_musicxml(bytes(text), "the partitura score")


def to_music21(text: bytes) -> Any:
    """MusicXML text as a `music21.stream.Score`."""
    with _quiet():
        from music21 import converter

        return converter.parseData(text.decode(), format="musicxml")


def to_partitura(text: bytes) -> Any:
    """MusicXML text as a `partitura.score.Score`."""
    with _quiet(), tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        import partitura

        file = Path(folder) / "score.musicxml"
        file.write_bytes(text)
        return partitura.load_musicxml(str(file))


def _without_inventions(text: bytes) -> bytes:
    """MusicXML of music21 without the title and the composer that it invents."""
    root = parse(text, "the music21 stream")
    for tag in ("movement-title", "identification/creator", "work/work-title"):
        for element in root.findall(tag):
            parent = element.getparent()
            if parent is not None and (element.text or "").strip() in _INVENTED:
                parent.remove(element)
    return serialize(root)


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide the warnings of a library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _as_read_error(library: str) -> Iterator[None]:
    """Report any failure of a library, which may raise anything, as a ReadError."""
    with _quiet():
        try:
            yield
        except ImportError as error:
            raise ReadError(f"{library} cannot be imported ({error}); install it") from error
        except Exception as error:
            raise ReadError(f"{library} cannot write this as MusicXML ({type(error).__name__}: {error})") from error
