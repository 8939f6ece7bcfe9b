"""Names that files of earlier versions use, and what they are called now."""

from __future__ import annotations

from collections.abc import Iterable

NETWORK_OPTIONS = {
    "lexicon": "alphabet",
    "foresight": "auxiliary_weight",
    "locked": "locked_dropout",
    "use_heard": "use_pitch_history",
}
TRAINING_OPTIONS = {"teaching": "distillation", "agreement": "r_drop"}
PARAMETERS = {"advance": "time_shift", "foresight": "auxiliary", "pointer": "copy_attention"}
"""By the first part of a parameter's name."""
CALIBRATION_KEYS = {"likeness": "discriminator"}


def renamed_parameter(name: str) -> str:
    """The present name of a parameter of a checkpoint."""
    head, dot, rest = name.partition(".")
    return f"{PARAMETERS.get(head, head)}{dot}{rest}"


def renamed(names: Iterable[str]) -> str | None:
    """A remark on the first of the names that has changed; None where all are up to date."""
    tables = NETWORK_OPTIONS | TRAINING_OPTIONS | PARAMETERS | CALIBRATION_KEYS
    for name in names:
        head = name.partition(".")[0]
        if head in tables:
            return f"{head!r} is now called {tables[head]!r}"
    return None
