"""`scoregen train` on rolls and `scoregen bench`: from a file of the user's to the figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from scoregen.cli.app import run

Captured = pytest.CaptureFixture[str]
SMALL = """
[network]
embedding = 8
backbone = 16
in_slice = 16
heads = 2
[training]
steps = 2
save_every = 2
batch_size = 2
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three splits of two short pieces."""
    chords = [[67, 62, 59, 43], [69, 62, 54, 50], [71, 62, 55, 43], [72, 64, 55, 48]]
    pieces = [[chord for chord in order for _ in range(4)] for order in (chords, chords[::-1])]
    path = tmp_path_factory.mktemp("data") / "rolls.json"
    path.write_text(json.dumps({"train": pieces, "valid": pieces[:1], "test": pieces[1:]}))
    return path


@pytest.fixture(scope="module")
def rolls_network(data: Path) -> Path:
    (data.parent / "small.toml").write_text(SMALL)
    out = data.parent / "small"
    assert run(["train", str(data), "--config", str(data.parent / "small.toml"), "-o", str(out), "--quiet"]) == 0
    return out


def test_rolls_have_windows_known_by_heart_but_no_drafts(rolls_network: Path) -> None:
    figures = json.loads(rolls_network.with_suffix(".json").read_text())["figures"]
    assert {"fit_extractable_4", "valid_extractable_4"} <= set(figures)
    assert not [name for name in figures if "known" in name]


def test_the_figures_as_json(data: Path, rolls_network: Path, capsys: Captured) -> None:
    capsys.readouterr()
    assert run(["bench", "jsb16", "--data", str(data), "--checkpoint", str(rolls_network), "--json", "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert not found["data_is_the_published_file"]
    assert found["networks"][0]["name"] == "small"
    for split in ("valid", "test"):
        figures = found[split]
        assert figures["frames"] == 16
        assert figures["nats_per_note"] > 0
        parts = sum(figures["by_kind"][kind]["nats_per_note"] for kind in ("time_shift", "attack", "hold", "rest"))
        assert parts == pytest.approx(figures["nats_per_note"])


def test_an_average_over_orders_is_another_figure(data: Path, rolls_network: Path, capsys: Captured) -> None:
    any_order = data.parent / "any.toml"
    any_order.write_text(f'{SMALL}voice_orders = "any"\n')
    out = data.parent / "any"
    assert run(["train", str(data), "--config", str(any_order), "-o", str(out), "--quiet"]) == 0
    capsys.readouterr()
    found = {}
    for weights, flags in product((rolls_network, out), ([], ["--average"])):
        command = ["bench", "jsb16", "--data", str(data), "--checkpoint", str(weights), "--json", "--quiet"]
        assert run([*command, *flags]) == 0
        found[weights.name, bool(flags)] = json.loads(capsys.readouterr().out)
    assert {name: len(each["orders"]) for name, each in found.items()} == {
        ("small", False): 1,
        ("small", True): 1,  # it knows one order only
        ("any", False): 1,
        ("any", True): 24,
    }
    assert found["any", True]["valid"]["nats_per_note"] != found["any", False]["valid"]["nats_per_note"]


def test_the_training_part_speaks_beside_the_network(data: Path, rolls_network: Path, capsys: Captured) -> None:
    command = ["bench", "jsb16", "--data", str(data), "--checkpoint", str(rolls_network), "--json", "--quiet"]
    found = []
    for flags in ([], ["--retrieval"]):
        capsys.readouterr()
        assert run([*command, *flags]) == 0
        found.append(json.loads(capsys.readouterr().out))
    alone, together = found
    assert "retrieval" not in alone
    assert together["retrieval"]["places"] == 6, "of two pieces of four slices all but the first"
    assert 0 < together["retrieval"]["max_share"] < 1
    assert together["test"]["nats_per_note"] < alone["test"]["nats_per_note"]


def test_figures_for_people(data: Path, rolls_network: Path, capsys: Captured) -> None:
    assert run(["bench", "jsb16", "--data", str(data), "--checkpoint", str(rolls_network)]) == 0
    captured = capsys.readouterr()
    assert "valid: " in captured.out
    assert "nats per note" in captured.out
    assert "is not the file that published figures use" in captured.err


def test_what_does_not_fit_is_one_line(data: Path, untrained: Path, capsys: Captured) -> None:
    command = ["bench", "jsb16", "--data"]
    assert run([*command, str(data), "--checkpoint", str(untrained)]) == 2
    assert "these weights read spelled scores; expected weights trained on JSB16" in capsys.readouterr().err
    assert run([*command, str(data.parent / "none.json"), "--checkpoint", str(untrained)]) == 2
    assert "none.json: No such file" in capsys.readouterr().err


def test_weights_of_rolls_compose_nothing(
    rolls_network: Path, repository: Path, tmp_path: Path, capsys: Captured
) -> None:
    melody = repository / "corpora" / "samples" / "hymn-to-joy.musicxml"
    command = ["compose", str(melody), "--checkpoint", str(rolls_network), "-o", str(tmp_path / "out.musicxml")]
    assert run(command) == 2
    assert "these weights read piano rolls" in capsys.readouterr().err
    assert not (tmp_path / "out.musicxml").exists()


@pytest.mark.slow
@pytest.mark.parametrize("flags", [[], ["--retrieval"]])
def test_the_weights_of_the_repository_give_the_figure_of_the_model_card(
    shared_data: Callable[[str], Path], repository: Path, capsys: Captured, flags: list[str]
) -> None:
    path = shared_data("jsb16") / "Jsb16thSeparated.json"
    assert run(["bench", "jsb16", "--data", str(path), "--json", "--quiet", *flags]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["data_is_the_published_file"]
    model_card = (repository / "docs" / "model-card.md").read_text(encoding="utf-8")
    for split in ("valid", "test"):
        assert f"{found[split]['nats_per_note']:.3f}" in model_card
