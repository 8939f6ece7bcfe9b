"""Learning from a corpus: scores in, weights out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoregen.corpora.manifest import load_corpus, verify
from scoregen.corpora.prepare import prepare
from scoregen.corpora.variants import variants
from scoregen.errors import InputError
from scoregen.model.config import NetworkConfig, TrainingOptions
from scoregen.score.ensemble import load_ensemble
from scoregen.tokens.events import TokenScore


@dataclass(frozen=True, slots=True)
class Training:
    """Where the weights are, the figures of the best step, and what could not be learned from."""

    weights: Path
    figures: dict[str, float]
    refused: tuple[str, ...]


def train(
    corpus: str,
    out: Path,
    *,
    ensemble: str = "satb",
    options: TrainingOptions | None = None,
    progress: Callable[[int, dict[str, float]], None] | None = None,
) -> Training:
    """Train on a folder of scores, or a corpus by its name, and write OUT.safetensors and OUT.json.

    Everything in the making stands in the folder OUT.run; called again, training goes on there.
    Raises InputError where the corpus has no usable piece.
    """
    from scoregen.model.checkpoint import load_checkpoint, save_checkpoint
    from scoregen.model.features import Piece, PieceOutline, piece_arrays
    from scoregen.model.training import train_network

    def arrays(tokens: TokenScore) -> list[Piece]:
        """Twice each: with its phrase ends known, and without."""
        outline = PieceOutline.of([measure.header for measure in tokens.measures])
        plain = outline.without_phrases()
        return [piece_arrays(tokens, known) for known in ((outline, plain) if outline.knows_phrases else (plain,))]

    source = load_corpus(corpus)
    verify(source)
    players = load_ensemble(ensemble)
    learned, held_out = prepare(source, "train", players), prepare(source, "valid", players)
    if not learned.pieces or not held_out.pieces:
        found = f"{len(learned.pieces)} pieces to train on and {len(held_out.pieces)} to validate with can be used"
        reason = (*learned.refused, *held_out.refused, "none was refused")[0]
        raise InputError(
            f"{corpus}: {found}; expected one of each with parts for {ensemble}; the first refused: {reason}"
        )
    pieces = [made for tokens in _enriched([tokens for _, tokens in learned.pieces]) for made in arrays(tokens)]
    valid = [arrays(tokens)[0] for _, tokens in held_out.pieces]
    config = NetworkConfig(roles=tuple(role.name for role in players.roles))
    about: dict[str, Any] = {
        "corpus": source.name,
        "source": source.source,
        "licence": source.licence,
        "ensemble": ensemble,
    }
    about |= {"pieces": len(learned.pieces), "valid_pieces": len(held_out.pieces)}
    folder = out.with_name(f"{out.stem}.run")
    figures = train_network(pieces, valid, folder, config, options or TrainingOptions(), about, progress)
    best = load_checkpoint(folder / "best")
    save_checkpoint(
        best.network, out, {k: v for k, v in best.about.items() if k not in ("network", "sha256")}, half=True
    )
    shutil.copyfile(folder / "curve.jsonl", out.with_suffix(".curve.jsonl"))
    return Training(out.with_suffix(".safetensors"), figures, (*learned.refused, *held_out.refused))


def _enriched(pieces: Sequence[TokenScore]) -> list[TokenScore]:
    """The pieces, and for every third one each of its variants; a variant in 6/8 for every piece in 3/4."""
    found = list(pieces)
    for index, tokens in enumerate(pieces):
        made = list(variants(tokens))
        found += made if len(made) == 1 else made[index % 3 : index % 3 + 1]
    return found
