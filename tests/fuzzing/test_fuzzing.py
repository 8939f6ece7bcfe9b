"""Faulty files of every kind are read or refused in one line, within limits of time and memory."""

from __future__ import annotations

import os
import random
import resource
import sys
from pathlib import Path

import pytest

from tests.fuzzing import midi_faults, table_faults, xml_faults
from tests.fuzzing.campaign import run_target, shares, signature
from tests.fuzzing.targets import TARGETS
from tests.fuzzing.worker import SECONDS, faulty, outcome

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
KEPT = Path(__file__).with_name("kept")
SEED = int(os.environ.get("SCOREGEN_FUZZING_SEED", "1"))
COUNT = int(os.environ.get("SCOREGEN_FUZZING_COUNT", "10000"))
AVAILABLE = [name for name, target in TARGETS.items() if target.is_available]


@pytest.mark.parametrize("name", AVAILABLE)
def test_the_seeds_are_valid(name: str, tmp_path: Path) -> None:
    """What is made faulty is read as it is; a manifest names files that are not there."""
    target = TARGETS[name]
    for number, data in enumerate(target.seeds()[:4]):
        found = outcome(target, data, 2 * number, tmp_path)
        assert (found["result"], found["fault"]) == ("read", "")


@pytest.mark.parametrize("name", AVAILABLE)
def test_a_few_faulty_files(name: str, tmp_path: Path) -> None:
    for number in range(100_000, 100_003):
        assert not outcome(TARGETS[name], faulty(name, SEED, number), number, tmp_path)["fault"]


@pytest.mark.parametrize("path", sorted(KEPT.glob("*/*")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_was_once_a_fault(path: Path, tmp_path: Path) -> None:
    """The file is read by the command that failed, whose number is in its name."""
    target = TARGETS[path.parent.name]
    if not target.is_available:
        pytest.skip(f"{', '.join(target.modules)} is not installed")
    number = int(path.stem.rpartition("-")[2])
    assert not outcome(target, path.read_bytes(), number, tmp_path)["fault"]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "count"), shares(COUNT, AVAILABLE).items())
def test_a_campaign_finds_no_fault(name: str, count: int) -> None:
    tally = run_target(name, SEED, count)
    assert sum(tally.results.values()) == count
    assert not tally.faults
    assert tally.slowest <= SECONDS


def test_faults_are_found(tmp_path: Path) -> None:
    """A traceback, a message of two lines, a bug of ours, too much time and too much memory are each a fault."""
    from dataclasses import replace

    from scoregen.system.errors import InputError

    def found(use: object) -> str:
        target = replace(TARGETS["rules"], use=use)  # type: ignore[type-var]
        return str(outcome(target, b"", 0, tmp_path)["fault"])

    def fail(error: Exception) -> object:
        def use(path: Path, number: int) -> None:
            raise error

        return use

    assert found(fail(KeyError("x"))).startswith("KeyError")
    assert found(fail(InputError("this is a bug in scoregen"))).startswith("message")
    assert found(lambda path, number: bytearray(3 << 30)) == "more than 1024 MiB"
    assert not found(fail(InputError("refused")))
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] == resource.RLIM_INFINITY


def test_equal_numbers_give_equal_files() -> None:
    assert faulty("midi", 7, 3) == faulty("midi", 7, 3)
    assert faulty("midi", 7, 3) != faulty("midi", 7, 4)


def test_mutations_change_the_structure() -> None:
    """Most faulty files are still XML, tables or MIDI, so that faults reach beyond the parsers."""
    import tomllib

    from lxml import etree

    source = random.Random(1)
    xml = TARGETS["musicxml"].seeds()
    for number in range(30):
        data = xml_faults.with_faults(xml[number % len(xml)], xml, source)
        assert etree.fromstring(data) is not None
    table = tomllib.loads(TARGETS["plan"].seeds()[0].decode())
    made = [table_faults.to_toml(table_faults.with_faults(table, source)) for _ in range(60)]
    assert sum(_is_toml(data) for data in made) > 45
    midi = TARGETS["midi"].seeds()[0]
    assert sum(midi_faults.with_faults(midi, source).startswith(b"MThd") for _ in range(60)) > 45


def _is_toml(data: bytes) -> bool:
    import tomllib

    try:
        tomllib.loads(data.decode())
    except ValueError:
        return False
    return True


def test_a_signature_leaves_out_what_differs() -> None:
    assert signature("KeyError: 12345 at a.py:123 f") == signature("KeyError: 99999 at a.py:456 f")
