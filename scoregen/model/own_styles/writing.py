"""The style file of a run, and what is fitted to its pieces beside the network."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from scoregen.model.network.network import Network
from scoregen.model.own_styles.copies import bare_drafts_like, copying
from scoregen.model.own_styles.figuration import figuration
from scoregen.model.own_styles.folder_set import FolderSet
from scoregen.model.own_styles.own_style import fit_prices, write_style, write_successions
from scoregen.model.own_styles.prices import figuration_prices
from scoregen.model.own_styles.run_plan import RunPlan
from scoregen.styles.library import load_own_style
from scoregen.styles.style import load_style


def write_own_style(out: Path, plan: RunPlan, base: str, network: Network, *, draws: bool) -> dict[str, float]:
    """Write what `compose --style` takes with the weights; the shares of windows that drafts copy, for any ensemble.

    A choir has successions and all prices that can be counted, players have prices of figuration. Without `draws` no
    drafts are sampled for players: their prices are those of the base.
    """
    if plan.folder is None:
        _write_choral(out, plan, base, network)
        return {}
    if not draws:
        write_style(out, base, {}, plan.training_set.about, plan.ensemble)
        return {}
    return _write_played(out, plan, plan.folder, base, network)


def _write_choral(out: Path, plan: RunPlan, base: str, network: Network) -> None:
    training_set, start = plan.training_set, plan.starting.stem or out
    write_successions(out, training_set.pieces, training_set.valid, start)
    costs, forms = load_own_style(start).voice_leading, training_set.examples.forms
    if forms and forms.blanks:
        costs = fit_prices(network, training_set.pieces, forms, costs, plan.options.seed)
    write_style(out, base, asdict(costs), training_set.about)


def _write_played(out: Path, plan: RunPlan, folder: FolderSet, base: str, network: Network) -> dict[str, float]:
    pieces = folder.pieces
    drafts = bare_drafts_like(network, pieces.train, plan.style, plan.options.seed)
    costs = load_style(base).voice_leading
    prices = figuration_prices(costs, figuration(pieces.train), figuration(drafts))
    write_style(out, base, prices, plan.training_set.about, plan.ensemble)
    return copying(pieces.train, pieces.valid, drafts)
