"""Write the missing parts of a piece of music: notation in, notation out.

    import scoregen

    result = scoregen.compose("melody.musicxml", seed=1)
    result.save("hymn.pdf", "hymn.mid")

Each command is a function: `compose`, `render`, `analyze`, `check`, `explain`, `novelty_report` (`novelty` is the
module), `evaluate` and `train`. A score is the name of a file, a `Score`, a music21 stream or a partitura score.

A name is imported from its module when it is first used, so that `import scoregen` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scoregen.score.display import set_engraver
from scoregen.system.version import __version__ as __version__

if TYPE_CHECKING:
    from scoregen.analysis.rules.findings import Finding
    from scoregen.analysis.rules.report import Report
    from scoregen.model.network.config import NetworkConfig, TrainingOptions
    from scoregen.score.elements import Chord, Measure, Note, Part, Rest, Score, Voice
    from scoregen.score.keys import Key, KeySignature
    from scoregen.score.metre import TimeSignature
    from scoregen.score.pitch import Pitch
    from scoregen.system.errors import ScoregenError
    from scoregen.tasks.analyze import Analysis
    from scoregen.tasks.arrange import Arrangement
    from scoregen.tasks.compose import Alternative, Composition, PieceOptions, SamplingOptions
    from scoregen.tasks.evaluate import Comparison
    from scoregen.tasks.explain import Explanation, write_explanation
    from scoregen.tasks.novelty import NoveltyReport
    from scoregen.tasks.public.verbs import (
        analyze,
        arrange,
        check,
        compose,
        evaluate,
        explain,
        novelty_report,
        read_score,
        render,
        train,
        write_score,
    )
    from scoregen.tasks.train import Training

__all__ = [
    "Alternative",
    "Analysis",
    "Arrangement",
    "Chord",
    "Comparison",
    "Composition",
    "Explanation",
    "Finding",
    "Key",
    "KeySignature",
    "Measure",
    "NetworkConfig",
    "Note",
    "NoveltyReport",
    "Part",
    "PieceOptions",
    "Pitch",
    "Report",
    "Rest",
    "SamplingOptions",
    "Score",
    "ScoregenError",
    "TimeSignature",
    "Training",
    "TrainingOptions",
    "Voice",
    "analyze",
    "arrange",
    "check",
    "compose",
    "evaluate",
    "explain",
    "novelty_report",
    "read_score",
    "render",
    "train",
    "write_explanation",
    "write_score",
]

_HOMES = {
    "scoregen.analysis.rules.findings": ("Finding",),
    "scoregen.analysis.rules.report": ("Report",),
    "scoregen.tasks.public.verbs": (
        *("analyze", "arrange", "check", "compose", "evaluate", "explain", "novelty_report"),
        *("read_score", "render", "train", "write_score"),
    ),
    "scoregen.tasks.analyze": ("Analysis",),
    "scoregen.tasks.arrange": ("Arrangement",),
    "scoregen.tasks.evaluate": ("Comparison",),
    "scoregen.tasks.compose": ("Alternative", "Composition", "PieceOptions", "SamplingOptions"),
    "scoregen.system.errors": ("ScoregenError",),
    "scoregen.tasks.explain": ("Explanation", "write_explanation"),
    "scoregen.model.network.config": ("NetworkConfig", "TrainingOptions"),
    "scoregen.tasks.novelty": ("NoveltyReport",),
    "scoregen.score.elements": ("Chord", "Measure", "Note", "Part", "Rest", "Score", "Voice"),
    "scoregen.score.keys": ("Key", "KeySignature"),
    "scoregen.score.metre": ("TimeSignature",),
    "scoregen.score.pitch": ("Pitch",),
    "scoregen.tasks.train": ("Training",),
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
