"""What the child process that reads other notations does: a file and its format in, MusicXML out.

`subprocesses.ask` runs it in `system/child.py`: music21 and partitura are slow to import, keep state in
global variables and answer a damaged file with any error, a hang or a gigabyte of memory.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from typing import Any

MEMORY_BYTES = 8 << 30


os.environ.setdefault("MPLCONFIGDIR", os.devnull)  # keep matplotlib, if it is there, from writing its cache


def by_music21(path: str, kind: str) -> dict[str, Any]:
    from music21 import converter, stream
    from music21.musicxml.m21ToXml import GeneralObjectExporter
    from music21.musicxml.xmlObjects import MusicXMLExportException

    reader: Any = converter.Converter()
    reader.parseFile(path, format=kind, forceSource=True, storePickle=False)
    score = reader.stream
    if isinstance(score, stream.Opus):
        return {"pieces": len(score.scores)}
    exporter = GeneralObjectExporter(score)
    exporter.makeNotation = False  # which would fill up the short measures at repeats with rests
    try:
        return {"text": exporter.parse().decode()}
    except MusicXMLExportException:  # not in measures yet, or with lengths that need ties
        return {"text": GeneralObjectExporter(score).parse().decode()}


def by_partitura(path: str, kind: str) -> dict[str, Any]:
    import partitura

    written = partitura.save_musicxml(partitura.load_score(path))
    return {"text": written.decode() if isinstance(written, bytes) else str(written)}


READERS = {"music21": by_music21, "partitura": by_partitura}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """`text`, `pieces` where the file holds several, or `error`: these libraries raise whatever they like."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr):
        warnings.simplefilter("ignore")
        try:
            return READERS[request["reader"]](request["path"], request["kind"])
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
