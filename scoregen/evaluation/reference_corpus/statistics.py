"""The reference pieces of a corpus and their figures, computed once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scoregen.corpora.manifest import Corpus
from scoregen.evaluation.figures import closing_figures, frame_figures
from scoregen.evaluation.metrics import course, form
from scoregen.evaluation.metrics.bootstrap import Rate
from scoregen.evaluation.metrics.distributions import FEATURES, histograms
from scoregen.evaluation.metrics.divergence import Distance, distance
from scoregen.evaluation.metrics.frames import Frames
from scoregen.evaluation.metrics.pieces import EvaluatedPiece, from_json, to_json
from scoregen.evaluation.metrics.two_sample import VOICES, Separation, separation
from scoregen.evaluation.reference_corpus.pieces import Progress, read_pieces
from scoregen.system.errors import InputError, OutputError
from scoregen.system.files import write_files
from scoregen.system.resources import cache
from scoregen.system.version import __version__

FEWEST_HELD_OUT = 10
FEWEST_PIECES = 2

Figures = dict[str, Rate | Separation]


@dataclass(frozen=True, slots=True)
class ReferenceCorpus:
    """The pieces of a corpus for comparison; `refused`: the number of unusable scores."""

    training: list[EvaluatedPiece]
    pieces: list[EvaluatedPiece]
    halves: tuple[list[EvaluatedPiece], list[EvaluatedPiece]]
    held_out: bool
    refused: int


class CachedReference:
    """The cache of a corpus: its pieces, and its figures by the options that produced them."""

    def __init__(self, path: Path, table: dict[str, Any]) -> None:
        self._path, self._table = path, table
        self.notices: list[str] = []

    @classmethod
    def of(cls, corpus: Corpus, fingerprint: str) -> CachedReference:
        """The cache of a corpus in its present state; empty if there is none."""
        digest = hashlib.sha256(f"{__version__} {fingerprint}".encode()).hexdigest()
        path = cache() / "references" / f"{corpus.name}-{digest[:16]}.json"
        try:
            table = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            table = {}
        return cls(path, table if isinstance(table, dict) else {})

    def reference(self, corpus: Corpus, progress: Progress) -> ReferenceCorpus:
        """The pieces of the corpus as training, reference and halves."""
        if "pieces" not in self._table:
            rows, refused = read_pieces(corpus, progress=progress)
            self._table["pieces"] = [[source.split, to_json(piece)] for source, piece in rows]
            self._table["refused"] = len(refused)
            self._write()
        pieces = [(split, from_json(row)) for split, row in self._table["pieces"]]
        return _reference(corpus, pieces, self._table["refused"])

    def figures(self, reference: ReferenceCorpus, seed: int, draws: int) -> tuple[Figures, dict[str, Distance]]:
        """The figures of the reference, and the distances between its halves."""
        name = f"figures and courses seed {seed} draws {draws}"
        if name not in self._table:
            figures, within = _itself(reference, seed, draws)
            self._table[name] = {
                "figures": {key: asdict(value) for key, value in figures.items()},
                "within": {key: asdict(value) for key, value in within.items()},
            }
            self._write()
        table = self._table[name]
        return (
            {key: Separation(**row) if "auc" in row else Rate(**row) for key, row in table["figures"].items()},
            {key: _distance(row) for key, row in table["within"].items()},
        )

    def nats(self, weights: str, make: Callable[[], list[tuple[float, int]]]) -> list[tuple[float, int]]:
        """Nats and choices of the reference pieces under a network, by the checksum of its weights."""
        name = f"nats {weights}"
        if name not in self._table:
            self._table[name] = make()
            self._write()
        return [(nats, count) for nats, count in self._table[name]]

    def _write(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_files([(self._path, json.dumps(self._table).encode())], force=True)
        except (OSError, OutputError) as error:
            self.notices = [f"the figures of the corpus cannot be kept: {error}"]


def _distance(row: Mapping[str, Any]) -> Distance:
    rates: dict[str, Any] = {key: None if value is None else Rate(**value) for key, value in row.items()}
    return Distance(**rates)


def _reference(corpus: Corpus, rows: Sequence[tuple[str, EvaluatedPiece]], refused: int) -> ReferenceCorpus:
    splits = {name: [piece for split, piece in rows if split == name] for name in ("train", "valid", "test")}
    held_out = splits["valid"] + splits["test"]
    if corpus.is_split and splits["train"] and len(held_out) >= FEWEST_HELD_OUT:
        halves = splits["valid"], splits["test"]
        if min(map(len, halves)) < FEWEST_PIECES:
            halves = held_out[::2], held_out[1::2]
        return ReferenceCorpus(splits["train"], held_out, halves, True, refused)
    every = [piece for _, piece in rows]
    if len(every) < 2 * FEWEST_PIECES:
        raise InputError(f"{corpus.source}: found {len(every)} pieces; expected {2 * FEWEST_PIECES} or more")
    return ReferenceCorpus(every, every, (every[::2], every[1::2]), False, refused)


def _itself(reference: ReferenceCorpus, seed: int, draws: int) -> tuple[Figures, dict[str, Distance]]:
    """The figures of the reference: the classifier compares its halves; novelty needs held-out pieces."""
    frames, halves = frames_of(reference.pieces), reference.halves
    figures: Figures = frame_figures(frames, frames_of(reference.training), [], draws=draws, seed=seed)
    if not reference.held_out:
        figures = {name: figure for name, figure in figures.items() if "known" not in name}
    four = reference.pieces[0].voices == VOICES
    if four and (auc := separation(*map(frames_of, halves), draws=draws, seed=seed)):
        figures["auc"] = auc
    figures |= {**closing_figures(reference.pieces, seed=seed), **form.figures(reference.pieces, seed=seed)}
    figures |= course.figures(reference.pieces, seed=seed)
    within = {
        name: distance(feature, *(histograms(feature, half) for half in halves), seed=seed)
        for name, feature in FEATURES.items()
    }
    return figures, within


def frames_of(pieces: Sequence[EvaluatedPiece]) -> list[Frames]:
    """The frames of the pieces."""
    return [piece.frames for piece in pieces]
