"""What reads the files of scoregen itself: ensembles, rules, plans, corpora, weights."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

from tests.fuzzing.commands import command
from tests.fuzzing.seeds import SAMPLE, Seeds


def ensemble(path: Path, number: int) -> None:
    if number % 4:
        from scoregen.score.ensemble import load_ensemble

        load_ensemble(str(path))
    else:
        out = path.parent / "out.musicxml"
        command("arrange", str(SAMPLE), "--ensemble", str(path), "-o", str(out), "--force")


def rules(path: Path, number: int) -> int:
    return command("check", str(SAMPLE), "--rules", str(path))


def style(path: Path, number: int) -> None:
    from scoregen.styles.library import load_own_style

    load_own_style(path.with_suffix(""))


def plan(path: Path, number: int) -> None:
    from scoregen.plan.piece.planned_piece import planned_piece
    from scoregen.plan.piece.reading import read_plan
    from scoregen.plan.piece.writing import plan_text
    from scoregen.score.ensemble import load_ensemble
    from scoregen.styles.style import load_style

    plan = read_plan(path)
    if plan.measures > 64:
        return
    planned_piece(plan, load_ensemble("satb"), load_style(), 0)
    plan_text(plan)
    if number % 10 == 0 and plan.measures <= 12:
        out = path.parent / "out.musicxml"
        command("compose", "--plan", str(path), "--candidates", "1", "-o", str(out), "--force")


def scene(path: Path, number: int) -> None:
    from scoregen.plan.scene.cues import read_scene
    from scoregen.plan.scene.scene_plan import plan_of_scene

    plan_of_scene(read_scene(path))


def manifest(path: Path, number: int) -> None:
    from scoregen.corpora.manifest import load_corpus, verify

    corpus = load_corpus(str(path.parent))
    if number % 2:
        verify(corpus)


def configuration(path: Path, number: int) -> None:
    from scoregen.model.training.config_file import read_config, read_sources

    read_config(path)
    read_sources(path)


def tokens(path: Path, number: int) -> None:
    from scoregen.notation.files import write_score
    from scoregen.score.elements import Score
    from scoregen.score.ensemble import load_ensemble
    from scoregen.tokens.decode import decode
    from scoregen.tokens.text import from_json

    tokens = from_json(path.read_text("utf-8", errors="replace"))
    parts = tuple(role.part(f"P{index}", None) for index, role in enumerate(load_ensemble("satb").roles, 1))
    if {(slot.part, slot.staff) for slot in tokens.slots} <= {(part.id, 1) for part in parts}:
        write_score(decode(tokens, Score(parts, ())), path.parent / "out.musicxml", force=True)


def shard(path: Path, number: int) -> None:
    from scoregen.corpora.shards import Shard

    for _ in Shard(path).records():
        pass


# Weights and what is next to them: one file of a copy of a small checkpoint is faulty.


@cache
def checkpoint() -> Path:
    from scoregen.system.resources import weights

    return weights() / "satb-chorales"


def beside(suffix: str) -> Seeds:
    return lambda: [checkpoint().with_suffix(suffix).read_bytes()]


def weights_file(path: Path, number: int) -> None:
    """Load the checkpoint with the faulty file, whose checksum is put right; compose with it now and then."""
    import hashlib

    from scoregen.model.network.checkpoint import network_of
    from scoregen.model.sampling.pretrained import load_pretrained
    from scoregen.score.ensemble import load_ensemble

    stem = path.with_suffix("")
    for file in checkpoint().parent.glob(f"{checkpoint().name}.*"):
        target = stem.with_suffix(file.suffix)
        if target.suffix != path.suffix:
            shutil.copy(file, target)
    if path.suffix == ".safetensors":
        about = json.loads(stem.with_suffix(".json").read_text())
        about["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        stem.with_suffix(".json").write_text(json.dumps(about))
    pretrained = load_pretrained(stem, load_ensemble("satb"))
    if path.suffix in (".json", ".safetensors"):
        network_of(pretrained.weights)
    if number % 25 == 0:
        options = ("--measures", "2", "--candidates", "1", "--checkpoint", str(stem), "--force")
        command("compose", "-o", str(path.parent / "out.musicxml"), *options)
