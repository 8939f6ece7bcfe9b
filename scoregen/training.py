"""Learning from a corpus: scores in, weights out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scoregen.curriculum import read_course
from scoregen.model.config import NetworkConfig, TrainingOptions
from scoregen.notation.atomic import check_target, write_files
from scoregen.tokens.events import TokenScore

SUFFIXES = (".safetensors", ".json", ".novelty", ".curve.jsonl", ".curve.png")
"""What is written beside the folder of the run."""


@dataclass(frozen=True, slots=True)
class Training:
    """Where the weights are, the figures of the best step, and what could not be learned from.

    `step` is the step reached. `stopped_by` is the signal that ended the run before its time, or 0;
    a run that was stopped has not written its weights yet.
    """

    weights: Path
    figures: dict[str, float]
    refused: tuple[str, ...]
    step: int
    stopped_by: int = 0


def train(
    corpus: str,
    out: Path,
    *,
    ensemble: str = "satb",
    network: NetworkConfig | None = None,
    options: TrainingOptions | None = None,
    progress: Callable[[int, dict[str, float]], None] | None = None,
) -> Training:
    """Train on a folder of scores, a corpus by its name or JSB16's file, and write OUT.safetensors and OUT.json.

    Beside them, OUT.novelty holds the windows that `compose` must not repeat, OUT.curve.jsonl and
    OUT.curve.png show how the losses fell. Everything in the making
    stands in the folder OUT.run; called again, training goes on there. The first SIGINT or SIGTERM
    ends the run after the step under way. `progress` is told each step, and at a validation its
    figures. Of several processes under torchrun, the first one alone writes and tells.
    Raises InputError where the corpus has no usable piece, or OUT.run holds a run of other options.
    """
    from scoregen.model.parallel import is_first
    from scoregen.model.stopping import stop_on_signals
    from scoregen.model.training import train_network

    for suffix in SUFFIXES:
        check_target(out.with_suffix(suffix), force=True)
    options = options or TrainingOptions()
    course = read_course(corpus, ensemble, network or NetworkConfig(), options)
    folder = out.with_name(f"{out.stem}.run")
    first = is_first()
    with stop_on_signals() as stop:
        tell = progress if first else None
        outcome = train_network(course.lessons, folder, course.network, options, course.about, tell, stop)
    if first:
        _write_curve(folder, out, str(course.about["corpus"]))
        if not outcome.stopped_by:
            _write_weights(folder, out, course.taught)
    weights = out.with_suffix(".safetensors")
    return Training(weights, outcome.figures, course.refused, outcome.step, outcome.stopped_by)


def _write_weights(folder: Path, out: Path, taught: Sequence[TokenScore]) -> None:
    """The best weights of a run in 16 bits, their story, and an index of what they must not write again."""
    from scoregen.model.checkpoint import load_checkpoint, save_checkpoint
    from scoregen.model.novelty_limit import save_index
    from scoregen.tokens.novelty import NoveltyIndex

    best = load_checkpoint(folder / "best")
    story = {name: value for name, value in best.about.items() if name not in ("network", "sha256")}
    save_checkpoint(best.network, out, story, half=True)
    if taught:
        save_index(NoveltyIndex.of(taught), out)


def _write_curve(folder: Path, out: Path, corpus: str) -> None:
    """The learning curve as lines and as a picture; nothing before the first validation."""
    from scoregen.pictures.curve_picture import draw_curve

    lines = (folder / "curve.jsonl").read_bytes()
    curve = [json.loads(line) for line in lines.splitlines()]
    if curve:
        picture = draw_curve(curve, f"Learning {corpus}")
        write_files([(out.with_suffix(".curve.jsonl"), lines), (out.with_suffix(".curve.png"), picture)], force=True)
