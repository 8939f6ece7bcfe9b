"""Train the critic of drafts: chorales against our own guided drafts of their melodies.

    python tools/train_critic.py [-o NAME] [--pieces N] [--cache FOLDER]

Half of the drafts follow the rhythm of their melody, half are flowing; the critic that ships is not used for them. The
figures are losses in nats and AUC of windows of held-out chorales and drafts, in folds by piece. The network that is
written learns from all pieces, for the mean of the steps that were best in the folds.
"""

from __future__ import annotations

import argparse
import pickle
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.prepare import prepare
from scoregen.generation.composing.drafting import draw_drafts
from scoregen.generation.composing.page import blank_page, mark_blanks
from scoregen.generation.composing.planning import make_plans
from scoregen.generation.composing.request import ComposeRequest
from scoregen.generation.composing.writer import load_writer
from scoregen.model.critic.critic_file import save_critic
from scoregen.model.critic.critic_network import CriticConfig
from scoregen.model.critic.critic_training import CriticOptions, Pair, auc, held_loss, log_ratios, train_critic
from scoregen.model.network.checkpoint import SHIPPED
from scoregen.model.network.config import SamplingOptions
from scoregen.notation.files import read_score
from scoregen.score.edit import select_voices
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble, match_roles, role_slots
from scoregen.system.resources import weights
from scoregen.tokens.events import TokenScore

FOLDS = 4
FIRST_SEED = 5000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=weights() / SHIPPED)
    parser.add_argument("--pieces", type=int, default=118)
    parser.add_argument("--cache", type=Path, help="keep the drafts in this folder")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pairs = chorales_and_drafts(arguments.pieces, arguments.cache)
    print(f"{len(pairs)} chorales, each with a draft", flush=True)
    config, options = CriticConfig(), CriticOptions()
    fold, steps, figures = np.random.default_rng(options.seed).permutation(len(pairs)) % FOLDS, [], []
    for index in range(FOLDS):
        held = [pair for pair, own in zip(pairs, fold, strict=True) if own == index]
        rest = [pair for pair, own in zip(pairs, fold, strict=True) if own != index]
        network, step = train_critic(rest, held, config, options, lambda step, loss: None)
        steps.append(step)
        figures.append((held_loss(network, held, options), auc(*log_ratios(network, held, options))))
        print(f"fold {index}: step {step}, loss {figures[-1][0]:.3f}, AUC {figures[-1][1]:.3f}", flush=True)
    final = replace(options, steps=round(float(np.mean(steps))))
    network, _ = train_critic(pairs, (), config, final, lambda step, loss: None)
    loss, area = np.mean(figures, axis=0).tolist()
    about = {
        "corpus": "bach-chorales",
        "pieces": len(pairs),
        "network": asdict(config),
        "training": asdict(final),
        "held-out loss": loss,
        "held-out auc": area,
    }
    save_critic({name: value.numpy() for name, value in network.state_dict().items()}, about, arguments.output)


def chorales_and_drafts(count: int, cache: Path | None) -> list[Pair]:
    """The training chorales, from all parts of the manifest, with a draft of the melody of each."""
    satb = load_ensemble("satb")
    pieces = prepare(load_corpus("bach-chorales"), "train", satb).pieces
    chosen = sorted(range(len(pieces)), key=lambda index: index % 4)[:count]
    pairs = []
    for index in chosen:
        piece, chorale = pieces[index]
        flowing = (index // 4 + index) % 2 == 0
        score = read_score(piece.path)
        melody = select_voices(score, role_slots(score, [match_roles(score, satb)["soprano"]]))
        options = SamplingOptions(FIRST_SEED + index, rhythm="flowing" if flowing else "follow")
        draft = kept_draft(melody, options, cache)
        pairs.append(Pair.of(piece.name, chorale, draft, flowing=flowing))
    return [pair for pair in pairs if pair]


def kept_draft(melody: Score, options: SamplingOptions, cache: Path | None) -> TokenScore:
    """The best draft of a melody, from the cache if it is there."""
    path = cache and cache / f"{options.seed}-{options.rhythm}.pickle"
    if path and path.exists():
        stored: TokenScore = pickle.loads(path.read_bytes())
        return stored
    draft = best_draft(melody, options)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pickle.dumps(draft))
    return draft


def best_draft(melody: Score, options: SamplingOptions) -> TokenScore:
    """What `compose` writes under a melody, in tokens."""
    request = ComposeRequest(score=melody, sampling=options)
    writer = load_writer(request)
    writer = replace(writer, pretrained=replace(writer.pretrained, critic=None))
    page = blank_page(request, writer)
    task = mark_blanks(request, writer, page)
    return draw_drafts(writer, task, make_plans(request, writer, page, task), None)[0].tokens


if __name__ == "__main__":
    main()
