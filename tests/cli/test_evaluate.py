"""`scoregen evaluate` as a user meets it: figures beside the corpus's own, reports, and what can be at fault."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.evaluation.metrics.distributions import FEATURES
from scoregen.tasks.evaluate import Comparison, evaluate, report_json, standing_out, tables
from tests.chorales import write_chorales

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True, scope="module")
def _quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of our own, few trees and few resamples: they have tests of their own, here they need not be good."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setattr("scoregen.evaluation.metrics.two_sample.TREES", 5)
        for module in ("two_sample", "divergence"):
            patch.setattr(f"scoregen.evaluation.metrics.{module}.RESAMPLES", 60)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chorales(tmp_path_factory.mktemp("asked"), range(100, 108))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pieces to learn from, twelve held out by a manifest."""
    path = write_chorales(tmp_path_factory.mktemp("corpus"), range(24))
    rows = ['name = "chance"', 'source = "here"', 'licence = "CC0"']
    for split, seeds in (("train", range(12)), ("valid", range(12, 18)), ("test", range(18, 24))):
        rows += [f"[{split}]", *(f'"{seed:03}.musicxml" = ""' for seed in seeds)]
    (path / "manifest.toml").write_text("\n".join(rows))
    return path


@pytest.fixture(scope="module")
def found(folder: Path, corpus: Path) -> Comparison:
    first = evaluate(folder, str(corpus), draws=1)
    assert evaluate(str(folder), corpus, draws=1) == first  # what was kept is what was computed
    return first


def test_pieces_of_the_same_kind_are_near(found: Comparison) -> None:
    assert (found.pieces, found.reference_pieces, found.training_pieces, found.held_out) == (8, 12, 12, True)
    assert set(found.distances) == set(found.within) == set(FEATURES)
    assert all(distance.overlap_area.value > 0.7 for distance in found.distances.values())
    assert found.asked["known_8_percent"] == found.reference["known_8_percent"]
    assert standing_out(found) == []


def test_other_pieces_are_far(corpus: Path, tmp_path: Path, found: Comparison) -> None:
    high = write_chorales(tmp_path / "high", range(200, 208), transposed=4)
    other = evaluate(high, str(corpus), draws=1)
    distance = other.distances["register"].wasserstein
    assert distance is not None
    assert distance.value == pytest.approx(4, abs=0.5)
    assert other.distances["register"].jensen_shannon.low > found.within["register"].jensen_shannon.high


def test_copies_stand_out(corpus: Path, tmp_path: Path) -> None:
    copies = write_chorales(tmp_path / "copies", range(6))
    other = evaluate(copies, str(corpus), draws=1)
    assert any(line.startswith("windows of 12") for line in standing_out(other))
    assert min(row["longest_known_events"] for row in other.each) > 12


def test_a_plain_folder_is_its_own_reference(folder: Path, tmp_path: Path) -> None:
    plain = write_chorales(tmp_path / "plain", range(12))
    other = evaluate(folder, str(plain), draws=1)
    assert not other.held_out
    assert other.reference_pieces == other.training_pieces == 12
    assert "known_8_percent" in other.asked
    assert "known_8_percent" not in other.reference


def test_pieces_in_two_voices_have_no_classifier(tmp_path: Path) -> None:
    pair = write_chorales(tmp_path / "asked", range(100, 104), voices=2)
    other = evaluate(pair, str(write_chorales(tmp_path / "corpus", range(6), voices=2)))
    assert "auc" not in other.asked
    assert "fifths_per_100" in other.asked


def test_likelihood_is_a_mean_over_choices(folder: Path, corpus: Path, untrained: Path) -> None:
    other = evaluate(folder, str(corpus), checkpoint=untrained, draws=1)
    assert other.weights is not None
    assert 1 < other.asked["nats_a_choice"].value < 6  # type: ignore[union-attr]
    assert all(1 < row["nats_a_choice"] < 6 for row in other.each)
    assert str(untrained) in other.command


def test_what_is_printed_is_what_json_has(folder: Path, corpus: Path, capsys: Captured) -> None:
    words = ["evaluate", str(folder), "--against", str(corpus), "--draws", "1"]
    assert run(words) == 0
    shown = capsys.readouterr().out
    assert f"scoregen evaluate {folder} --against {corpus} --seed 0 --draws 1" in shown
    assert run([*words, "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    rate = table["asked"]["leaps_percent"]
    assert f"{rate['value']:.2f} [{rate['low']:.2f}, {rate['high']:.2f}]" in shown
    assert len(table["shares"]["chord"][0]) == len(table["features"]["chord"]["bins"])


def test_reports_hold_the_tables_and_need_no_network(
    folder: Path, corpus: Path, tmp_path: Path, found: Comparison
) -> None:
    outputs = [word for name in ("a.html", "a.pdf") for word in ("-o", str(tmp_path / name))]
    assert run(["evaluate", str(folder), "--against", str(corpus), "--draws", "1", *outputs]) == 0
    page = (tmp_path / "a.html").read_text()
    assert page.count("<svg") == len(FEATURES) + 1
    assert not re.search(r"""(src|href)=["']https?:|@import|url\(http""", page)
    for _, rows in tables(found):
        assert all(cell in page for row in rows for cell in row[1:])
    assert f"<pre>{escape(found.command)}</pre>" in page
    assert '<meta name="viewport"' in page and "prefers-color-scheme: dark" in page
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert set(re.findall(rb"/MediaBox \[[^]]*\]", pdf)) == {b"/MediaBox [ 0 0 841.68 595.44 ]"}  # A4, every page


def test_the_printed_command_gives_the_same_figures_again(
    folder: Path, corpus: Path, found: Comparison, capsys: Captured
) -> None:
    program, *words = shlex.split(found.command)
    assert program == "scoregen"
    assert run([*words, "--json", "-q"]) == 0
    assert json.loads(capsys.readouterr().out)["asked"] == json.loads(json.dumps(report_json(found)))["asked"]


def test_scores_that_cannot_be_used_are_told_of(corpus: Path, tmp_path: Path, capsys: Captured) -> None:
    mixed = write_chorales(tmp_path / "mixed", range(100, 104))
    (mixed / "broken.musicxml").write_text("no score")
    write_chorales(mixed, range(300, 301), voices=3)
    assert run(["evaluate", str(mixed), "--against", str(corpus), "--draws", "1", "--json"]) == 0
    captured = capsys.readouterr()
    assert len(json.loads(captured.out)["refused"]) == 2
    assert "left out: broken.musicxml: " in captured.err
    assert "left out: 300.musicxml: found 3 voices; expected 4" in captured.err


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        ("empty", "the folder holds no scores"),
        ("broken", "none of 2 scores can be used; the first: a.musicxml"),
        ("three", "none of 2 scores can be used; the first: 000.musicxml: found 3 voices; expected 4"),
        ("one", "found 1 voices with notes; expected 2 or more"),
        ("single", "found one score that can be used; expected 2 or more"),
        ("missing", "is no folder; expected a folder of scores"),
    ],
)
def test_a_users_mistake_ends_in_one_line_and_code_2(
    make: str, expected: str, corpus: Path, tmp_path: Path, capsys: Captured
) -> None:
    asked = tmp_path / make
    if make in ("empty", "broken"):
        asked.mkdir()
    if make == "broken":
        for name in ("a", "b"):
            (asked / f"{name}.musicxml").write_text("no score")
    if make in ("three", "one"):
        write_chorales(asked, range(2), voices={"three": 3, "one": 1}[make])
    if make == "single":
        write_chorales(asked, range(1))
    assert run(["evaluate", str(asked), "--against", str(corpus), "--draws", "1"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert expected in captured.err
    assert captured.err.count("\n") == 1
