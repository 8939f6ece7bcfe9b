"""The statistics of an own style, fitted to its pieces after training: NAME.successions and NAME.style.

A style that is tuned from others has their network, changed; what surrounds the network in `compose` must change with
it, or Palestrina is priced by the successions of Bach. NAME.successions holds the successions of the base with those of
the pieces in addition, and NAME.style the voice-leading costs (`prices`). All else is as in the base.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from scoregen.model.network.network import Network
from scoregen.model.own_styles.incidents import incidents
from scoregen.model.own_styles.prices import fitted_prices
from scoregen.model.sampling.costs.successions import load_successions, save_successions
from scoregen.model.training.memorisation import Forms, bare_drafts
from scoregen.styles.library import GRAMMAR
from scoregen.styles.style import VoiceLeadingCosts
from scoregen.system.files import write_files
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import sonorities
from scoregen.tokens.successions import SuccessionTable, headers, piece_successions, places

TIMES = (1, 4, 16, 64)
"""How often a succession of the pieces counts, compared with one of the base."""
DRAFTS = 32


def write_successions(stem: Path, pieces: Sequence[TokenScore], valid: Sequence[TokenScore], start: Path) -> float:
    """Write STEM.successions from the pieces and the table next to `start`; how often the pieces count.

    The number is the one of TIMES with which held-out music is likeliest. Without a table next to `start`, the pieces
    count alone.
    """
    own, base = SuccessionTable.of(pieces), load_successions(start)
    if base is None:
        save_successions(own, stem)
        return 1.0
    tables = {times: base.merged(own, times) for times in TIMES}
    best = min(TIMES, key=lambda times: mean_nats(tables[times], valid))
    save_successions(tables[best], stem)
    return best


def mean_nats(table: SuccessionTable, pieces: Sequence[TokenScore]) -> float:
    """The mean -log p of the successions of pieces; infinite without any."""
    rows = [piece_successions(sonorities(piece), places(headers(piece)))[0] for piece in pieces]
    nats = [table.nats(each) for each in rows if len(each)]
    return float(np.concatenate(nats).mean()) if nats else float("inf")


def fit_prices(
    network: Network, pieces: Sequence[TokenScore], forms: Forms, costs: VoiceLeadingCosts, seed: int
) -> VoiceLeadingCosts:
    """The voice-leading costs with which drafts of the network are like the pieces."""
    drafts = bare_drafts(network, forms, DRAFTS, seed)
    return fitted_prices(costs, incidents(pieces), incidents(drafts))


def write_style(
    stem: Path, base: str, costs: Mapping[str, float], about: Mapping[str, object], ensemble: str = ""
) -> None:
    """Write STEM.style: the base, the ensemble of the pieces, and `costs` in place of those of the base.

    For costs that the file does not name those of the base hold.
    """
    lines = [
        f"# Own style, from {about['pieces']} pieces of {_text(about['corpus'])}: what differs from the style {base}.",
        "# A value of another section of that style file may be added here under the same name.",
        f"title = {_text(stem.name)}",
        f"base = {_text(base)}",
    ]
    if ensemble:
        lines += ["", "# Written for if no --ensemble is named.", f"ensemble = {_text(ensemble)}"]
    if costs:
        lines += ["", "# Nats, fitted so that drafts do each of these as often as the pieces do.", "[voice_leading]"]
        lines += [f"{name} = {value}" for name, value in costs.items()]
    write_files([(stem.with_name(f"{stem.name}{GRAMMAR}"), ("\n".join(lines) + "\n").encode())], force=True)


def _text(value: object) -> str:
    """A TOML text, in ASCII."""
    return json.dumps(str(value))
