"""Fixtures for several suites: the optional test data, the root of the repository, a small network."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `gpu` are skipped without a CUDA device."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    from scoregen.model.engine.device import has_cuda

    if not has_cuda():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Restore Ctrl-C here and in the programs that tests start; background jobs of a shell ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the working tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """`shared_data("goudimel")`: that folder of the test corpora, which are not part of the repository.

    They are searched in $SCOREGEN_SHARED, else in `shared/data` in the parent folder of the repository. A test
    that asks for a missing folder is skipped with a message.
    """
    root = Path(os.environ.get("SCOREGEN_SHARED") or REPOSITORY.parent / "shared" / "data")

    def folder(name: str) -> Path:
        found = root / name
        if not found.exists():
            pytest.skip(f"the test corpus {name!r} is not there; set SCOREGEN_SHARED to the folder that holds it")
        return found

    return folder


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small untrained network: what holds with it holds with any."""
    import torch

    from scoregen.model.network.checkpoint import save_checkpoint
    from scoregen.model.network.config import NetworkConfig
    from scoregen.model.network.network import Network

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "untrained"
    save_checkpoint(Network(NetworkConfig(embedding=16, context=16, backbone=32, in_slice=32)), path, {})
    return path


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pieces for choir; by their names, the last is the one for validation."""
    from scoregen.notation.files import write_score
    from scoregen.score.elements import Score
    from scoregen.score.ensemble import load_ensemble
    from scoregen.tokens.decode import decode

    from .model.pieces import random_tokens

    folder = tmp_path_factory.mktemp("corpus")
    parts = tuple(role.part(f"P{number}", None) for number, role in enumerate(load_ensemble("satb").roles, 1))
    for seed in (1, 2, 53):
        write_score(decode(random_tokens(seed, 2), Score(parts, ())), folder / f"piece-{seed}.musicxml")
    return folder
