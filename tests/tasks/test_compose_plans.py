"""Music for instruments under harmonic plans, with a network and a planner that have learned nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.plan.forms.asked import plan_asked
from scoregen.tasks.compose import PieceOptions, SamplingOptions, compose

ONE = SamplingOptions(seed=5, candidates=1, passes=0)
SHORT = PieceOptions(measures=2, key="G minor", time="3/4")


def save_untrained(stem: Path, figures: dict[str, float]) -> Path:
    """Write a small network that knows voices by their descriptions, with these figures, and a planner next to it."""
    import torch

    from scoregen.model.harmony.outer_voices import ENSEMBLE_INPUTS
    from scoregen.model.harmony.planner_file import save_planner
    from scoregen.model.harmony.planner_network import PlannerConfig, PlannerNetwork
    from scoregen.model.network.checkpoint import save_checkpoint
    from scoregen.model.network.config import NetworkConfig
    from scoregen.model.network.network import Network

    torch.manual_seed(2)
    shape = NetworkConfig(roles=(), embedding=16, context=16, backbone=32, in_slice=32, strand=8)
    save_checkpoint(Network(shape), stem, {"figures": figures})
    planner = PlannerNetwork(PlannerConfig(inputs=ENSEMBLE_INPUTS, context=8, hidden=12, embedding=8, choice=12))
    save_planner({name: value.numpy(force=True) for name, value in planner.state_dict().items()}, stem)
    return stem


@pytest.fixture(scope="module")
def with_plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights that were measured under plans."""
    return save_untrained(tmp_path_factory.mktemp("planned") / "weights", {"valid_songs_planned": 1.0})


@pytest.mark.parametrize("name", ["string-quartet", "piano"])
def test_new_music_is_written_under_a_plan_that_ends_on_the_tonic(name: str, with_plans: Path) -> None:
    plan = compose(ensemble=name, piece=SHORT, checkpoint=with_plans, sampling=ONE).alternatives[0].plan
    assert plan[-1].chord in ("G", "Gm"), "the tonic of G minor in root position"
    assert (plan[0].measure, plan[0].beat) == ("1", "1")


def test_a_given_melody_gets_a_plan_with_each_alternative(repository: Path, with_plans: Path) -> None:
    given = read_score(repository / "corpora/samples/hymn-to-joy.musicxml")
    done = compose(given, ensemble="voice-piano", checkpoint=with_plans, sampling=ONE, count=2)
    first, second = (each.plan for each in done.alternatives)
    assert first and second and first != second
    assert {row.measure for row in first} <= {measure.number for measure in given.measures}


def test_weights_that_know_no_plans_get_none(tmp_path: Path) -> None:
    stem = save_untrained(tmp_path / "weights", {"valid_free": 1.0})
    assert compose(ensemble="piano", piece=SHORT, checkpoint=stem, sampling=ONE).alternatives[0].plan == ()


@pytest.mark.parametrize("name", ["string-quartet", "voice-piano"])
def test_the_chords_of_a_mood_sound_on_every_beat(name: str, with_plans: Path) -> None:
    plan = plan_asked(mood="tender, then uneasy", options={"measures": 4}, seed=1).plan
    assert not any(section.fixed for section in plan.sections)
    done = compose(ensemble=name, plan=plan, checkpoint=with_plans, sampling=ONE)
    assert done.chords is not None and len(done.chords.outcomes) > 4
    assert not done.chords.departures, str(done.chords)
