"""Any kind of score as a `Score`: files, music21 streams, partitura scores, and results of scoregen."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from scoregen.score.elements import Score
from scoregen.system.errors import InputError

ScoreLike = Any
"""A Score, the path of a file, a music21 stream, a partitura score or part, or a result that has a score."""


def as_score(music: ScoreLike) -> Score:
    """The score of a value. InputError for any other value; errors of reading as in `read_score`."""
    if isinstance(music, Score):
        return music
    if isinstance(music, (str, os.PathLike)):
        from scoregen.notation.files import read_score

        return read_score(Path(music))
    inner = getattr(music, "score", None)
    return inner if isinstance(inner, Score) else _from_library(music)


def _from_library(music: object) -> Score:
    from scoregen.notation.interchange.objects import from_music21, from_partitura, library_of

    first = music[0] if isinstance(music, (list, tuple)) and music else music
    library = library_of(first)
    if library == "music21":
        return from_music21(music)
    if library == "partitura":
        return from_partitura(music)
    expected = "a Score, a file name, a music21 stream or a partitura score"
    raise InputError(f"found a value of type {type(music).__name__}; expected {expected}")
