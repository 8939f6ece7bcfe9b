"""The subprocess that reads other notations: a file and its format in, MusicXML out.

`subprocesses.ask` runs it: music21, converter21 and partitura are slow to import and keep global state. On a
damaged file they may raise any error, hang, or use a gigabyte of memory.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from pathlib import Path
from typing import Any

MEMORY_BYTES = 8 << 30


os.environ.setdefault("MPLCONFIGDIR", os.devnull)  # keeps matplotlib, if installed, from writing its cache


def by_converter21(path: str, kind: str) -> dict[str, Any]:
    from music21.metadata import Metadata

    names: Any = Metadata
    if not hasattr(names, "_convertValue"):  # the name in music21 9, by which converter21 4.0.1 calls it
        names._convertValue = staticmethod(names.convertValue)
    from converter21.humdrum.humdrumfile import HumdrumFile
    from converter21.mei.meireader import MeiReader

    if kind == "mei":
        return _exported(MeiReader(Path(path).read_text(encoding="utf-8")).run())
    file = HumdrumFile(path)
    return _exported(file.createMusic21Stream()) if file.isValid else {"error": "its spines do not fit together"}


def by_music21(path: str, kind: str) -> dict[str, Any]:
    from music21 import converter, stream

    reader: Any = converter.Converter()
    reader.parseFile(path, format=kind, forceSource=True, storePickle=False)
    score = reader.stream
    return {"pieces": len(score.scores)} if isinstance(score, stream.Opus) else _exported(score)


def _exported(score: Any) -> dict[str, Any]:
    from music21.musicxml.m21ToXml import GeneralObjectExporter
    from music21.musicxml.xmlObjects import MusicXMLExportException

    for dynamic in list(score.recurse().getElementsByClass("Dynamic")):
        if not dynamic.value:  # music21 cannot write it
            score.remove(dynamic, recurse=True)
    exporter = GeneralObjectExporter(score)
    exporter.makeNotation = False  # it would fill the short measures at repeats with rests
    try:
        return {"text": exporter.parse().decode()}
    except MusicXMLExportException:  # not in measures yet, or with lengths that need ties
        return {"text": GeneralObjectExporter(score).parse().decode()}


def by_partitura(path: str, kind: str) -> dict[str, Any]:
    import partitura

    written = partitura.save_musicxml(partitura.load_score(path))
    return {"text": written.decode() if isinstance(written, bytes) else str(written)}


READERS = {"converter21": by_converter21, "music21": by_music21, "partitura": by_partitura}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """`text`, or `pieces` if the file has several, or `error`: these libraries raise exceptions of any type."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        try:
            return READERS[request["reader"]](request["path"], request["kind"])
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
