"""Comparison of a folder of pieces with a corpus by the usual metrics, each with a 95 % interval.

The *reference* is the set of held-out pieces of the corpus (valid and test) if a manifest names some, else all
pieces; the *training* pieces are the others. The comparison includes the figures of the reference itself, and the
distance between its two halves (valid and test, else every second piece). These are computed once and kept in the
user's cache.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.corpora.manifest import Corpus, CorpusPiece, load_corpus
from scoregen.evaluation.figures import LABELS, closing_figures, figure_text, frame_figures, without_nan
from scoregen.evaluation.metrics import course, form, part_writing
from scoregen.evaluation.metrics.bootstrap import pooled
from scoregen.evaluation.metrics.distributions import FEATURES, histograms
from scoregen.evaluation.metrics.divergence import Distance, distance
from scoregen.evaluation.metrics.frames import Frames
from scoregen.evaluation.metrics.pieces import EvaluatedPiece
from scoregen.evaluation.passages.ngram_index import longest
from scoregen.evaluation.passages.overlap import known_runs
from scoregen.evaluation.reference_corpus.pieces import Progress, fingerprint_of, read_pieces
from scoregen.evaluation.reference_corpus.statistics import (
    FEWEST_PIECES,
    CachedReference,
    Figures,
    ReferenceCorpus,
    frames_of,
)
from scoregen.notation.files import read_score
from scoregen.score.display import html_table
from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.system.errors import InputError, ScoregenError
from scoregen.system.version import __version__

if TYPE_CHECKING:
    from scoregen.model.network.network import Network

DRAWS = 4
"""Random draws of pieces and crops for the classifier."""

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]
"""A header row, and rows of cells."""


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """Figures and distances by name, of the pieces (`asked`) and of the reference.

    `shares`: by feature, the pooled shares of the pieces and of the reference, in the order of the bins.
    `curves`: self-similarity by distance in quarters. `each`: the figures of single pieces.
    """

    folder: str
    corpus: str
    command: str
    seed: int
    draws: int
    weights: str | None
    fingerprint: str
    pieces: int
    reference_pieces: int
    training_pieces: int
    held_out: bool
    asked: Figures
    reference: Figures
    distances: dict[str, Distance]
    within: dict[str, Distance]
    shares: dict[str, tuple[list[float], list[float]]]
    curves: tuple[list[float], list[float]]
    each: tuple[dict[str, Any], ...]
    refused: tuple[str, ...]
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Comparison of {self.folder} ({self.pieces} pieces) with {self.corpus} ({self.reference_pieces})>"

    def _repr_html_(self) -> str:
        return "".join(html_table(head, rows) for head, rows in tables(self))


def evaluate(
    folder: Path | str,
    against: Path | str,
    *,
    checkpoint: Path | str | None = None,
    likelihood: bool = False,
    seed: int = 0,
    draws: int = DRAWS,
    device: str = "auto",
    progress: Progress | None = None,
) -> Comparison:
    """Compare the scores of a folder with a corpus, given as a folder or a name.

    `likelihood` adds the likelihood under a network: that of `checkpoint`, else that of the package. The same
    `seed` and `draws` (of pieces and crops, for the classifier) give the same figures. `progress` receives the
    completed fraction. Raises InputError if there are fewer than two pieces to compare, or if the corpus has no
    piece with the same number of voices.
    """
    folder, against = Path(folder), str(against)
    checkpoint = Path(checkpoint) if checkpoint else None
    if not folder.is_dir():
        raise InputError(f"{folder}: found no folder; expected a folder of scores")
    report_progress = progress or (lambda fraction: None)
    corpus, asked_corpus = load_corpus(against), load_corpus(str(folder))
    fingerprint = fingerprint_of(corpus)
    cache = CachedReference.of(corpus, fingerprint)
    reference = cache.reference(corpus, lambda fraction: report_progress(0.2 * fraction))
    rows, refused = read_pieces(
        asked_corpus, voices=reference.pieces[0].voices, progress=lambda fraction: report_progress(0.2 + 0.2 * fraction)
    )
    if len(rows) < FEWEST_PIECES:
        raise InputError(f"{folder}: found one usable score; expected {FEWEST_PIECES} or more")
    pieces = [piece for _, piece in rows]
    training, real = frames_of(reference.training), frames_of(reference.pieces)
    asked: Figures = frame_figures(frames_of(pieces), training, real, draws=draws, seed=seed)
    asked |= {**closing_figures(pieces, seed=seed), **form.figures(pieces, seed=seed)}
    asked |= course.figures(pieces, seed=seed)
    report_progress(0.7)
    itself, within = cache.figures(reference, seed, draws)
    report_progress(0.85)
    weights, nats = None, None
    if likelihood or checkpoint:
        weights, nats = _likelihoods(checkpoint, [source for source, _ in rows], corpus, reference, cache, device)
        asked["nats_a_choice"], itself["nats_a_choice"] = (pooled(*_columns(costs), seed=seed) for costs in nats)
    distances, shares = {}, {}
    for name, feature in FEATURES.items():
        counts = histograms(feature, pieces), histograms(feature, reference.pieces)
        distances[name] = distance(feature, *counts, seed=seed)
        first, second = ((row.sum(0) / max(row.sum(), 1)).tolist() for row in counts)
        shares[name] = (first, second)
    notices = [*cache.notices]
    if reference.refused:
        notices.append(f"{reference.refused} scores of {corpus.name} cannot be used")
    return Comparison(
        str(folder),
        corpus.name,
        _command(folder, against, checkpoint, likelihood, seed, draws),
        seed,
        draws,
        weights,
        fingerprint,
        len(pieces),
        len(reference.pieces),
        len(reference.training),
        reference.held_out,
        without_nan(asked),
        without_nan(itself),
        distances,
        within,
        shares,
        (form.mean_curve(pieces), form.mean_curve(reference.pieces)),
        tuple(_each(pieces, training, nats[0] if nats else None)),
        refused,
        tuple(notices),
    )


def distinct_figures(comparison: Comparison) -> list[str]:
    """The figures whose interval does not overlap that of the reference, in words."""
    lines = []
    for name, (label, digits) in LABELS.items():
        here, there = comparison.asked.get(name), comparison.reference.get(name)
        if here is None or there is None or not (here.low > there.high or here.high < there.low):
            continue
        direction = "higher" if here.low > there.high else "lower"
        lines.append(f"{label}: {figure_text(here, digits)}, {direction} than {figure_text(there, digits)}")
    return lines


def report_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON values."""
    features = {name: {"bins": list(feature.bins), "unit": feature.unit or None} for name, feature in FEATURES.items()}
    return {
        "version": __version__,
        **asdict(comparison),
        "features": features,
        "standing_out": distinct_figures(comparison),
    }


def _likelihoods(
    checkpoint: Path | None,
    sources: Sequence[CorpusPiece],
    corpus: Corpus,
    reference: ReferenceCorpus,
    cache: CachedReference,
    device: str,
) -> tuple[str, tuple[list[tuple[float, int]], list[tuple[float, int]]]]:
    """The checksum of the weights, and nats and choices of the pieces and of the reference."""
    from scoregen.model.engine.device import choose_device
    from scoregen.model.network.checkpoint import load_checkpoint

    chosen = choose_device(device)
    model = load_checkpoint(checkpoint)
    if model.network.config.alphabet != "spelled":
        raise InputError("found weights for piano rolls (a benchmark); expected weights that were trained on scores")
    ensemble = load_ensemble(str(model.about.get("ensemble", "satb")))
    by_name = {source.name: source for source in corpus.pieces}
    reference_nats = cache.nats(
        model.checksum,
        lambda: _nats(model.network, ensemble, [by_name[piece.name] for piece in reference.pieces], chosen),
    )
    return model.checksum, (_nats(model.network, ensemble, sources, chosen), reference_nats)


def _nats(network: Network, ensemble: Ensemble, sources: Sequence[CorpusPiece], device: str) -> list[tuple[float, int]]:
    """Nats and choices of each piece; 0 choices for a piece that tokens or the network cannot express."""
    from scoregen.corpora.prepare import piece_tokens
    from scoregen.model.inspection.scoring import piece_nats

    costs = []
    for source in sources:
        try:
            costs += piece_nats(network, [piece_tokens(read_score(source.path), ensemble)], device)
        except ScoregenError:
            costs.append((0.0, 0))
    return costs


def _each(
    pieces: Sequence[EvaluatedPiece], training: Sequence[Frames], nats: Sequence[tuple[float, int]] | None
) -> list[dict[str, Any]]:
    """The figures of single pieces."""
    runs = known_runs(frames_of(pieces), training)
    rows = []
    for number, (piece, run) in enumerate(zip(pieces, runs, strict=True)):
        counts = part_writing.count(piece.frames)
        row: dict[str, Any] = {
            "name": piece.name,
            "parallel_fifths": counts.fifths,
            "parallel_octaves": counts.octaves,
            "longest_known_events": longest(run),
        }
        if nats is not None:
            cost, choices = nats[number]
            row["nats_a_choice"] = cost / choices if choices else None
        rows.append(row)
    return rows


def _columns(rows: Sequence[tuple[float, int]]) -> tuple[list[float], list[int]]:
    return [nats for nats, _ in rows], [count for _, count in rows]


def _command(folder: Path, against: str, checkpoint: Path | None, likelihood: bool, seed: int, draws: int) -> str:
    """The command that reproduces the figures."""
    words = ["scoregen", "evaluate", str(folder), "--against", against, "--seed", str(seed), "--draws", str(draws)]
    words += ["--checkpoint", str(checkpoint)] if checkpoint else ["--likelihood"] if likelihood else []
    return shlex.join(words)


def tables(comparison: Comparison) -> list[Table]:
    """The figures and the distances as text: a header row, and one row per figure."""
    head: tuple[str, ...] = (
        "",
        f"{Path(comparison.folder).name} ({comparison.pieces})",
        f"{comparison.corpus} ({comparison.reference_pieces})",
    )
    rows: list[tuple[str, ...]] = [
        (label, figure_text(comparison.asked.get(name), digits), figure_text(comparison.reference.get(name), digits))
        for name, (label, digits) in LABELS.items()
        if name in comparison.asked or name in comparison.reference
    ]
    features = ("", "Jensen-Shannon, bits", "within", "Wasserstein", "within", "overlap area", "within")
    return [(head, rows), (features, [_feature_row(comparison, name) for name in FEATURES])]


def _feature_row(comparison: Comparison, name: str) -> tuple[str, ...]:
    here, within, feature = comparison.distances[name], comparison.within[name], FEATURES[name]
    unit = f" {feature.unit}" if feature.unit else ""
    far = f"{figure_text(here.wasserstein, 3)}{unit}" if here.wasserstein else ""
    return (
        feature.title,
        figure_text(here.jensen_shannon, 4),
        f"{within.jensen_shannon.value:.4f}",
        far,
        f"{within.wasserstein.value:.3f}" if within.wasserstein else "",
        figure_text(here.overlap_area, 2),
        f"{within.overlap_area.value:.2f}",
    )


def report_file(comparison: Comparison, kind: str) -> bytes:
    """The report as a self-contained HTML page, or as a PDF."""
    from scoregen.pictures.comparison_picture import Panel, draw_curves, draw_panels
    from scoregen.pictures.report_page import ReportSection, html_page, pdf_pages

    names = Path(comparison.folder).name, comparison.corpus
    panels = [
        Panel(feature.title, feature.bins, *comparison.shares[name], comparison.distances[name].jensen_shannon.value)
        for name, feature in FEATURES.items()
    ]
    section = ReportSection(
        f"{names[0]} compared with {names[1]}", _facts(comparison), comparison.command, distinct_figures(comparison)
    )
    curves = draw_curves(*comparison.curves, names)
    if kind == "html":
        return html_page(section, tables(comparison), [*(draw_panels([panel], names, 1) for panel in panels), curves])
    return pdf_pages(section, tables(comparison), [draw_panels(panels, names), curves])


def _facts(comparison: Comparison) -> list[str]:
    """The facts that a reader needs to judge the figures."""
    side = "held-out" if comparison.held_out else "all"
    facts = [
        f"{comparison.pieces} pieces of {comparison.folder} compared with {comparison.reference_pieces} {side} pieces "
        f"of {comparison.corpus}; "
        f"{comparison.training_pieces} pieces (training) are searched for windows.",
        "Brackets: 95 % bootstrap intervals over pieces. Within: distance between the two halves of the reference. "
        "Classifier: 0.5 means that it cannot tell the sets apart.",
        f"Made by scoregen {__version__}. Fingerprint of the corpus: {comparison.fingerprint[:16]}.",
    ]
    if comparison.weights:
        facts.append(f"Weights: {comparison.weights}")
    if comparison.refused:
        facts.append(f"{len(comparison.refused)} scores were left out; the first: {comparison.refused[0]}")
    return facts
