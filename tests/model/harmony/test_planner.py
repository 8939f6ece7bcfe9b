"""The planner without PyTorch: its figures equal those of the network, and its plans keep what is fixed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load, save

from scoregen.model.features.metric_features import CLASSES, QUALITIES
from scoregen.model.harmony.labels import ATTRIBUTES, UNKNOWN
from scoregen.model.harmony.permissions import Permissions
from scoregen.model.harmony.planner import AGES, Planner
from scoregen.model.harmony.planner_file import load_planner
from scoregen.model.harmony.planner_inputs import PLANNER_INPUTS
from scoregen.model.harmony.planner_network import AGES as NETWORK_AGES
from scoregen.model.harmony.planner_network import PlannerConfig, PlannerNetwork
from scoregen.model.harmony.planner_training import ages_before
from scoregen.score.theory.chord_kinds import MEMBERS
from scoregen.system.errors import InputError
from scoregen.system.resources import weights

STEPS = 24


@pytest.fixture(scope="module")
def network() -> PlannerNetwork:
    torch.manual_seed(3)
    return PlannerNetwork(PlannerConfig(context=12, hidden=16, embedding=8, choice=12)).eval()


@pytest.fixture(scope="module")
def planner(network: PlannerNetwork) -> Planner:
    return Planner({name: value.numpy() for name, value in network.state_dict().items()})


def inputs(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((STEPS, PLANNER_INPUTS)).astype(np.float32)


def free(plans: int) -> Permissions:
    return Permissions(
        np.ones((plans, STEPS, 2 * CLASSES), bool),
        np.ones((plans, STEPS, CLASSES), bool),
        np.ones((plans, STEPS, CLASSES, len(QUALITIES)), bool),
        np.ones((plans, STEPS, 4), bool),
        np.ones((plans, STEPS), bool),
        np.zeros((plans, STEPS, 0), int),
    )


def sampled(planner: Planner, allowed: Permissions, plans: int = 4) -> np.ndarray:
    code = np.repeat(planner.code(inputs()[None]), plans, axis=0)
    return planner.sample(code, allowed, np.random.default_rng(1))


def test_the_nats_of_plans_equal_those_of_the_network(network: PlannerNetwork, planner: Planner) -> None:
    labels = sampled(planner, free(3), 3)
    own = planner.nats(planner.code(inputs()[None])[0], labels)
    ages = torch.from_numpy(np.stack([ages_before(each) for each in labels]))
    with torch.no_grad():
        log_p = network(torch.from_numpy(inputs())[None].expand(3, -1, -1), torch.from_numpy(labels), ages)
    change = np.ones(labels.shape[:2], bool)
    change[:, 1:] = (labels[:, 1:] != labels[:, :-1]).any(2)
    expected = -np.take_along_axis(log_p[0].numpy(), change[..., None].astype(int), 2)[..., 0]
    for index, each in enumerate(log_p[1:]):
        expected -= np.take_along_axis(each.numpy(), labels[..., index : index + 1], 2)[..., 0] * change
    assert np.abs(own - expected).max() < 1e-4
    assert AGES == NETWORK_AGES


def test_a_chord_that_is_drawn_again_has_the_age_of_the_whole(network: PlannerNetwork) -> None:
    ages: list[np.ndarray] = []

    class Watched(Planner):
        def _label_code(self, labels: np.ndarray, age: np.ndarray) -> np.ndarray:
            ages.append(age.copy())
            return super()._label_code(labels, age)

    allowed = free(4)
    for mask in (allowed.keys, allowed.roots, allowed.qualities, allowed.inversions):
        mask[..., 1:] = False
    sampled(Watched({name: value.numpy() for name, value in network.state_dict().items()}), allowed)
    assert [row.tolist() for row in ages] == [[min(step, AGES)] * 4 for step in range(STEPS)]


@pytest.mark.parametrize("in_root_position", [False, True])
def test_no_bass_follows_a_given_voice_in_octaves_or_fifths(planner: Planner, in_root_position: bool) -> None:
    lines = np.random.default_rng(5).integers(-1, CLASSES, (64, STEPS, 2))
    allowed = free(64)
    if in_root_position:
        allowed.inversions[:, :, 1:] = False
    without = _parallels(sampled(planner, allowed, 64), lines)
    assert without > 5
    assert _parallels(sampled(planner, replace(allowed, lines=lines), 64), lines) == 0


def test_no_bass_doubles_a_given_leading_note_or_seventh(planner: Planner) -> None:
    """The line has a C: the third of Ab major, the seventh of D dominant."""
    allowed = free(64)
    allowed.roots[:] = False
    allowed.roots[:, :, [2, 8]] = True
    allowed.qualities[:] = False
    allowed.qualities[:, :, 2, QUALITIES.index("dominant")] = True
    allowed.qualities[:, :, 8, QUALITIES.index("major")] = True
    line = np.zeros((64, STEPS, 1), int)
    for lines, expected in ((allowed.lines, True), (line, False)):
        labels = sampled(planner, replace(allowed, lines=lines), 64).reshape(-1, 4)
        found = {(root, inversion) for _, root, _, inversion in labels.tolist()}
        assert ((2, 3) in found, (8, 1) in found) == (expected, expected)
        assert {(2, 0), (2, 1), (8, 0), (8, 2)} <= found


def _parallels(labels: np.ndarray, lines: np.ndarray) -> int:
    """The moves of the bass in octaves or fifths with a line, by semitones."""
    count = 0
    for plan, line in zip(labels, lines, strict=True):
        bass = [7 * (root + (*MEMBERS[QUALITIES[quality]], 0)[inversion]) % 12 for _, root, quality, inversion in plan]
        for step in range(1, STEPS):
            for came, comes in zip(line[step - 1].tolist(), line[step].tolist(), strict=True):
                before, after = (7 * came - bass[step - 1]) % 12, (7 * comes - bass[step]) % 12
                moves = min(came, comes) >= 0 and came != comes and bass[step] != bass[step - 1]
                count += moves and before == after and before in (0, 7)
    return count


def test_a_fixed_chord_sounds_in_every_plan_and_no_other_begins_inside(planner: Planner) -> None:
    allowed = free(8)
    fixed = (0, 1, QUALITIES.index("dominant"), 2)
    for step in range(8, 12):
        for mask, value in ((allowed.keys, fixed[0]), (allowed.roots, fixed[1]), (allowed.inversions, fixed[3])):
            mask[:, step] = False
            mask[:, step, value] = True
        allowed.qualities[:, step] = False
        allowed.qualities[:, step, :, fixed[2]] = True
        allowed.may[:, step] = step == 8
    labels = sampled(planner, allowed, 8)
    assert (labels[:, 8:12] == fixed).all()
    assert len({tuple(each.ravel()) for each in labels}) == 8  # the rest differs


def test_no_triad_has_a_third_inversion(planner: Planner) -> None:
    labels = sampled(planner, free(32), 32)
    triads = np.isin(labels[..., 2], [QUALITIES.index(name) for name in ("major", "minor", "diminished", "augmented")])
    assert triads.any()
    assert (labels[triads][:, 3] < 3).all()


def test_the_same_generator_gives_the_same_plans(planner: Planner) -> None:
    assert (sampled(planner, free(2), 2) == sampled(planner, free(2), 2)).all()


def test_the_attributes_of_a_label_are_classes() -> None:
    assert list(ATTRIBUTES) == ["key", "root", "quality", "inversion"]
    assert UNKNOWN not in range(max(ATTRIBUTES.values()))


def test_shipped_planners_are_read_and_damaged_ones_are_one_error(tmp_path: Path) -> None:
    for name in ("satb-chorales", "ensembles"):
        assert load_planner(weights() / name) is not None
    tensors = load((weights() / "satb-chorales.planner").read_bytes())
    faults = {
        "read.weight": tensors["read.weight"][:, :100],
        "heads.root.bias": tensors["heads.root.bias"][:12],
        "last.quality.weight": tensors["last.quality.weight"][:3],
        "age.weight": tensors["age.weight"][:4],
        "steps.weight_ih_l0": tensors["steps.weight_ih_l0"][:, 1:],
        "start.weight": np.pad(tensors["start.weight"], ((0, 0), (0, 1))),
        "start.bias": np.full_like(tensors["start.bias"], np.nan),
    }
    for name, value in faults.items():
        (tmp_path / "copy.planner").write_bytes(save({**tensors, name: np.ascontiguousarray(value)}))
        with pytest.raises(InputError, match=r"copy\.planner is damaged"):
            load_planner(tmp_path / "copy")
