"""Write the missing parts of a piece of music: notation in, notation out.

    import scoregen

    score = scoregen.read_score("melody.musicxml")
    result = scoregen.compose(score, ensemble="satb")
    scoregen.write_score(result.score, "hymn.pdf")

A name is imported from its home when it is first asked for, so that `import scoregen` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scoregen.score.display import lend_engraver
from scoregen.version import __version__ as __version__

if TYPE_CHECKING:
    from scoregen.composition import Alternative, Composition, PieceOptions, SamplingOptions, compose
    from scoregen.errors import ScoregenError
    from scoregen.explaining import Explanation, explain, write_explanation
    from scoregen.notation.files import read_score, write_score
    from scoregen.score.elements import Chord, Measure, Note, Part, Rest, Score, Voice
    from scoregen.score.keys import Key, KeySignature
    from scoregen.score.metre import TimeSignature
    from scoregen.score.pitch import Pitch
    from scoregen.training import train

__all__ = [
    "Alternative",
    "Chord",
    "Composition",
    "Explanation",
    "Key",
    "KeySignature",
    "Measure",
    "Note",
    "Part",
    "PieceOptions",
    "Pitch",
    "Rest",
    "SamplingOptions",
    "Score",
    "ScoregenError",
    "TimeSignature",
    "Voice",
    "compose",
    "explain",
    "read_score",
    "train",
    "write_explanation",
    "write_score",
]

_HOMES = {
    "scoregen.composition": ("Alternative", "Composition", "PieceOptions", "SamplingOptions", "compose"),
    "scoregen.errors": ("ScoregenError",),
    "scoregen.explaining": ("Explanation", "explain", "write_explanation"),
    "scoregen.training": ("train",),
    "scoregen.notation.files": ("read_score", "write_score"),
    "scoregen.score.elements": ("Chord", "Measure", "Note", "Part", "Rest", "Score", "Voice"),
    "scoregen.score.keys": ("Key", "KeySignature"),
    "scoregen.score.metre": ("TimeSignature",),
    "scoregen.score.pitch": ("Pitch",),
}


def __getattr__(name: str) -> Any:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'scoregen' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _picture(score: Score) -> str | None:
    from scoregen.notebook import picture

    return picture(score)


lend_engraver(_picture)
