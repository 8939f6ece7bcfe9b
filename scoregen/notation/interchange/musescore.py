"""MuseScore's own files, as the MusicXML that an installed MuseScore writes."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from scoregen.notation.musicxml.document import load_document, read_bytes
from scoregen.notation.musicxml.mxl import check_archive
from scoregen.system.errors import Place, ReadError, ToolError
from scoregen.system.subprocesses import ending, run

TIMEOUT_SECONDS = 120.0
MEMORY_BYTES = 4 << 30
_PROGRAMS = ("mscore4portable", "mscore", "musescore", "mscore4", "musescore4", "mscore3", "musescore3", "MuseScore4")


def has_musescore() -> bool:
    """Whether MuseScore is installed."""
    return _program() is not None


def _program() -> str | None:
    return next((found for name in _PROGRAMS if (found := shutil.which(name))), None)


def musescore_to_musicxml(path: Path) -> bytes:
    """A file that MuseScore opens (.mscz, .mscx, .capx) as MusicXML.

    Raises ToolError without MuseScore, and ReadError for a damaged file.
    """
    check_archive(read_bytes(path), str(path))
    program = _program()
    if program is None:
        raise ToolError(
            "reading a MuseScore file needs MuseScore; install it, or export the score as MusicXML", Place(str(path))
        )
    with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        target = Path(folder) / "score.musicxml"
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": folder}
        command = [program, "-o", str(target), str(path.resolve())]
        done = run(command, TIMEOUT_SECONDS, "MuseScore", environment=environment, memory_bytes=MEMORY_BYTES)
        if done.returncode != 0 or not target.is_file():
            how = ending(done.returncode, b"") if done.returncode else "wrote no score"
            raise ReadError(f"MuseScore {how}; is the file damaged?", Place(str(path)))
        return load_document(target)
