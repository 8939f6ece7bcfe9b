"""Mixtures of styles: the weights, calibrations and successions of several checkpoints in given shares, as one.

The weights are interpolated parameter by parameter, which needs no second network while sampling. Networks that were
tuned from the same weights lie in one basin of the loss, so that the networks between them are good ones (Wortsman et
al. 2022, "Model soups", arXiv:2203.05482; Ilharco et al. 2023, arXiv:2212.04089). Others cannot be mixed.

A network that was taught several styles has a vector for each. The mixture has one vector in the place of that of the
first style, the mean of those of all parts in their shares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from scoregen.model.network.checkpoint import Weights, read_weights
from scoregen.model.sampling.feature_matching import Features
from scoregen.model.sampling.feature_matching_file import Calibration
from scoregen.model.sampling.pretrained import Pretrained, load_pretrained, pretrained_of
from scoregen.score.ensemble import Ensemble
from scoregen.styles.library import StyleChoice
from scoregen.system.errors import InputError, Place
from scoregen.tokens.successions import SuccessionTable
from scoregen.tokens.window_hashes import NoveltyIndex

STYLES = "style.weight"
"""The parameter with the vectors of the styles; the first is that of an unknown style."""
Part = tuple[Pretrained, float]
"""A checkpoint and its share."""


def load_chosen(
    chosen: StyleChoice, ensemble: Ensemble, checkpoint: Path | str | None = None, *, may_stand_in: bool = False
) -> Pretrained:
    """The weights of a style or of a mixture of styles, as one; `checkpoint` takes the place of those of each part."""
    return load_mixture(
        [(entry.weights if checkpoint is None else Path(checkpoint), share) for entry, share in chosen.parts],
        ensemble,
        may_stand_in=may_stand_in,
        network_styles=[entry.style.network_style for entry, _ in chosen.parts],
        target=chosen.style.network_style,
    )


def load_mixture(
    parts: Sequence[tuple[Path, float]],
    ensemble: Ensemble,
    *,
    may_stand_in: bool = False,
    network_styles: Sequence[str] = (),
    target: str = "",
) -> Pretrained:
    """Checkpoints in shares that sum to 1, as one. InputError if they are for other ensembles or of other origins.

    With `may_stand_in`, voices of the weights may sing the roles of another choir. `network_styles` are the styles of
    the parts in their networks, "" for none; their mixture takes the place of the style `target`.
    """
    if len(parts) == 1:
        return load_pretrained(parts[0][0], ensemble, may_stand_in=may_stand_in)
    read = [read_weights(path) for path, _ in parts]
    _check_kinds({path.name: each for (path, _), each in zip(parts, read, strict=True)})
    loaded = [
        (_named(each, path, ensemble, may_stand_in=may_stand_in), share)
        for each, (path, share) in zip(read, parts, strict=True)
    ]
    names = network_styles or [""] * len(parts)
    placed = [with_style_as(each.weights, name, target) for (each, _), name in zip(loaded, names, strict=True)]
    weights = mixed_weights([(each, share) for each, (_, share) in zip(placed, loaded, strict=True)])
    indexes = [each.index for each, _ in loaded if each.index]
    return Pretrained(
        loaded[0][0].players,
        weights,
        reduce(NoveltyIndex.merged, indexes) if indexes else None,
        _mixed_calibration(loaded, len(weights.config.roles)),
        _mixed_successions(loaded),
        next((each.planner for each, _ in loaded if each.planner), None),
    )


def _check_kinds(named: Mapping[str, Weights]) -> None:
    """InputError if some of the weights are for the voices of a choir and others for any ensemble."""
    for_any = {name: not weights.config.roles for name, weights in named.items()}
    choir, other = (next((name for name, is_any in for_any.items() if is_any is kind), None) for kind in (False, True))
    if choir and other:
        raise InputError(
            f"{choir} and {other} cannot be mixed: the weights of the first are for a choir, those of the second for "
            f"any ensemble; mix {other} with a style for instruments, such as song (scoregen styles lists them)"
        )


def _named(weights: Weights, path: Path, ensemble: Ensemble, *, may_stand_in: bool) -> Pretrained:
    """A checkpoint of several; InputError says which one is at fault."""
    try:
        return pretrained_of(weights, path, ensemble, may_stand_in=may_stand_in)
    except InputError as error:
        raise InputError(error.message, error.place if str(error.place) else Place(path.name)) from None


def with_style_as(weights: Weights, name: str, target: str) -> Weights:
    """The weights with the vector of a style in the place of another one; zeros for a style that they do not know."""
    styles = weights.config.styles
    if target not in styles or name == target:
        return weights
    vectors = weights.tensors[STYLES].copy()
    vectors[1 + styles.index(target)] = vectors[1 + styles.index(name)] if name in styles else 0
    about = {**weights.about, "start": {"sha256": weights.checksum, **weights.about}}
    checksum = hashlib.sha256(repr((weights.checksum, name, target)).encode()).hexdigest()
    return replace(weights, tensors={**weights.tensors, STYLES: vectors}, checksum=checksum, about=about)


def mixed_weights(parts: Sequence[tuple[Weights, float]]) -> Weights:
    """The interpolated weights. InputError if they do not all come from the same starting weights."""
    first = parts[0][0]
    for other, _ in parts[1:]:
        shapes = [{name: tensor.shape for name, tensor in each.tensors.items()} for each in (first, other)]
        if origin(first) != origin(other) or shapes[0] != shapes[1]:
            raise InputError(
                f"{first.stem.name} and {other.stem.name} cannot be mixed: they were not tuned from the same weights; "
                "name one of them, or train both from the same"
            )
    tensors = {name: _mean([(weights.tensors[name], share) for weights, share in parts]) for name in first.tensors}
    about = {"mixture": [[weights.checksum, share] for weights, share in parts]}
    checksum = hashlib.sha256(repr(about).encode()).hexdigest()
    return Weights(
        Path(" and ".join(weights.stem.name for weights, _ in parts)), first.config, tensors, checksum, about
    )


def origin(weights: Weights) -> str:
    """The checksum of the weights that a checkpoint was first tuned from; its own if it began at random."""
    record: Mapping[str, Any] = {"sha256": weights.checksum, **weights.about}
    while isinstance(record.get("start"), Mapping):
        record = record["start"]
    return str(record["sha256"])


def _mean(parts: Sequence[tuple[np.typing.NDArray[np.float32], float]]) -> np.typing.NDArray[np.float32]:
    mean: np.typing.NDArray[np.float32] = sum(
        (values.astype(np.float64) * share for values, share in parts), np.zeros(())
    ).astype(np.float32)
    return mean


def _mixed_calibration(parts: Sequence[Part], voices: int) -> Calibration | None:
    """The logit biases in the shares of their checkpoints; a checkpoint without a calibration has biases of 0."""
    found = [(each.calibration, share) for each, share in parts if each.calibration]
    if not found:
        return None
    tasks = []
    for task in ("free", "given"):
        total = Features.zeros(voices)
        for calibration, share in found:
            for kind in fields(Features):
                getattr(total, kind.name)[:] += share * getattr(getattr(calibration, task), kind.name)
        tasks.append(total)
    about = {"mixture": [[calibration.checksum, share] for calibration, share in found]}
    return Calibration(tasks[0], tasks[1], about, hashlib.sha256(repr(about).encode()).hexdigest())


def _mixed_successions(parts: Sequence[Part]) -> SuccessionTable | None:
    """The successions of all tables, each with as many counts in total as its share of the largest table."""
    found = [(each.successions, share) for each, share in parts if each.successions and len(each.successions.counts)]
    if not found:
        return None
    largest = max(table.counts.sum() for table, _ in found)
    empty = SuccessionTable.of([])
    scaled = [(table, share * largest / table.counts.sum()) for table, share in found]
    return reduce(lambda total, part: total.merged(*part), scaled, empty)
