"""Write the missing parts of a piece of music: notation in, notation out.

    import scoregen

    score = scoregen.read_score("melody.musicxml")
    result = scoregen.compose(score, ensemble="satb")
    scoregen.write_score(result.score, "hymn.pdf")

Each command is a function: `compose`, `analyze`, `check`, `explain`, `novelty_report` (`novelty` is the module),
`evaluate` and `train`; `render` is `read_score` and `write_score`.

A name is imported from its module when it is first used, so that `import scoregen` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scoregen.score.display import set_engraver
from scoregen.version import __version__ as __version__

if TYPE_CHECKING:
    from scoregen.model.network.config import NetworkConfig, TrainingOptions
    from scoregen.notation.files import read_score, write_score
    from scoregen.score.elements import Chord, Measure, Note, Part, Rest, Score, Voice
    from scoregen.score.keys import Key, KeySignature
    from scoregen.score.metre import TimeSignature
    from scoregen.score.pitch import Pitch
    from scoregen.system.errors import ScoregenError
    from scoregen.tasks.analyze import Analysis, analyze
    from scoregen.tasks.check import check
    from scoregen.tasks.compose import Alternative, Composition, PieceOptions, SamplingOptions, compose
    from scoregen.tasks.evaluate import Comparison, evaluate
    from scoregen.tasks.explain import Explanation, explain, write_explanation
    from scoregen.tasks.novelty import NoveltyReport, novelty_report
    from scoregen.tasks.train import Training, train

__all__ = [
    "Alternative",
    "Analysis",
    "Chord",
    "Comparison",
    "Composition",
    "Explanation",
    "Key",
    "KeySignature",
    "Measure",
    "NetworkConfig",
    "Note",
    "NoveltyReport",
    "Part",
    "PieceOptions",
    "Pitch",
    "Rest",
    "SamplingOptions",
    "Score",
    "ScoregenError",
    "TimeSignature",
    "Training",
    "TrainingOptions",
    "Voice",
    "analyze",
    "check",
    "compose",
    "evaluate",
    "explain",
    "novelty_report",
    "read_score",
    "train",
    "write_explanation",
    "write_score",
]

_HOMES = {
    "scoregen.tasks.analyze": ("Analysis", "analyze"),
    "scoregen.tasks.check": ("check",),
    "scoregen.tasks.evaluate": ("Comparison", "evaluate"),
    "scoregen.tasks.compose": ("Alternative", "Composition", "PieceOptions", "SamplingOptions", "compose"),
    "scoregen.system.errors": ("ScoregenError",),
    "scoregen.tasks.explain": ("Explanation", "explain", "write_explanation"),
    "scoregen.model.network.config": ("NetworkConfig", "TrainingOptions"),
    "scoregen.notation.files": ("read_score", "write_score"),
    "scoregen.tasks.novelty": ("NoveltyReport", "novelty_report"),
    "scoregen.score.elements": ("Chord", "Measure", "Note", "Part", "Rest", "Score", "Voice"),
    "scoregen.score.keys": ("Key", "KeySignature"),
    "scoregen.score.metre": ("TimeSignature",),
    "scoregen.score.pitch": ("Pitch",),
    "scoregen.tasks.train": ("Training", "train"),
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
    from scoregen.notation.notebook import picture

    return picture(score)


set_engraver(_picture)
