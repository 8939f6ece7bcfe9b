"""`scoregen calibrate`: features of drafts are matched to a corpus, and later samples move towards it."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scoregen.cli.app import run
from scoregen.evaluation.metrics.discriminator import Discriminator
from scoregen.evaluation.metrics.two_sample import feature_names
from scoregen.model.sampling.feature_matching import WIDEST, Features
from scoregen.model.sampling.feature_matching_file import Calibration, load_calibration, save_calibration
from scoregen.notation.files import read_score
from scoregen.score.elements import Note, Score
from scoregen.score.pitch import Pitch
from scoregen.tasks.compose import PieceOptions, SamplingOptions, compose, provenance_fields

Captured = pytest.CaptureFixture[str]
ROLES = ("soprano", "alto", "tenor", "bass")
FEW = SamplingOptions(3, candidates=2, passes=0)


@pytest.fixture
def mine(untrained: Path, tmp_path: Path) -> Path:
    """Weights of one's own, which nobody has calibrated."""
    for suffix in (".safetensors", ".json"):
        shutil.copy(untrained.with_suffix(suffix), tmp_path / f"mine{suffix}")
    return tmp_path / "mine"


def rising(score: Score, part: str) -> float:
    """The share of a part's moves that go up by a semitone."""
    voices = [voice for measure in score.measures for voice in measure.voices if voice.slot.part == part]
    notes = [element for voice in voices for element in voice.elements if isinstance(element, Note)]
    heights = [note.pitch.midi_pitch for note in notes if isinstance(note.pitch, Pitch) and not note.tied_from_previous]
    steps = [after - before for before, after in pairwise(heights)]
    return steps.count(1) / len(steps)


def test_what_is_favoured_is_written_more_often(mine: Path, repository: Path) -> None:
    melody = read_score(repository / "corpora" / "samples" / "hymn-to-joy.musicxml")
    bare = compose(melody, checkpoint=mine, sampling=FEW)
    tilt = Features.zeros(4)
    tilt.step[2, WIDEST + 1] = 6.0
    save_calibration(Calibration(Features.zeros(4), tilt, {}), mine, ROLES)
    logit_bias = compose(melody, checkpoint=mine, sampling=FEW)
    tenor, alto = (next(p.id for p in logit_bias.score.parts if p.name == name) for name in ("Tenor", "Alto"))
    assert rising(logit_bias.score, tenor) > rising(bare.score, tenor) + 0.1
    assert rising(logit_bias.score, alto) < 0.3
    found = load_calibration(mine, ROLES)
    assert found is not None
    assert logit_bias.alternatives[0].provenance["calibration"] == found.checksum
    assert bare.alternatives[0].provenance["calibration"] is None
    assert found.checksum in provenance_fields(logit_bias.alternatives[0].provenance)["scoregen:options"]


def test_rounds_bring_drafts_nearer_to_the_corpus(mine: Path, corpus: Path, capsys: Captured) -> None:
    command = ["calibrate", str(mine), str(corpus), "--pieces", "4", "--rounds", "3", "--json", "--quiet"]
    assert run(command) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["calibration"] == f"{mine}.calibration"
    first, _, third = report["rounds"]
    assert set(first["free"]) == {"step", "length", "interval", "sonority", "pace"}
    assert sum(third["free"].values()) < sum(first["free"].values())
    found = load_calibration(mine, ROLES)
    assert found is not None
    assert found.about["rounds"] == 3
    assert found.free.step.any() and found.given.interval.any()
    assert found.discriminator is None, "no piece of it has eight measures"


def test_one_kind_alone_can_be_weighed_and_the_rest_stays(mine: Path, corpus: Path, capsys: Captured) -> None:
    discriminator = Discriminator(np.ones(len(feature_names(ROLES))), -1.5)
    before = Calibration(Features.zeros(4), Features.zeros(4), {"corpus": "mine"}, discriminator)
    before.free.step[2, WIDEST + 1] = 0.5
    save_calibration(before, mine, ROLES)
    command = ["calibrate", str(mine), str(corpus), "--pieces", "2", "--rounds", "1", "--quiet"]
    assert run([*command, "--only", "pace"]) == 0
    found = load_calibration(mine, ROLES)
    assert found is not None and found.discriminator is not None
    assert found.free.pace.any() and found.given.pace.any()
    for name in ("step", "length", "interval", "sonority"):
        assert (getattr(found.free, name) == getattr(before.free, name)).all(), name
    assert (found.discriminator.weights == discriminator.weights).all()
    assert found.about["kinds"] == ["pace"] and found.about["before"] == {"corpus": "mine"}
    kept = mine.with_suffix(".calibration").read_bytes()
    assert run([*command, "--only", "tempo"]) == 2
    assert "found 'tempo'; expected a kind of feature, one of step," in capsys.readouterr().err
    assert mine.with_suffix(".calibration").read_bytes() == kept


def test_a_likeness_is_kept_by_name_and_helps_to_choose(mine: Path) -> None:
    """Nothing but leaps of the bass is like this corpus."""
    names = feature_names(ROLES)
    leaping = np.array([float(name in ("bass step 12", "bass step -12", "leaps")) for name in names])
    save_calibration(
        Calibration(Features.zeros(4), Features.zeros(4), {}, Discriminator(50 * leaping, -1.5)), mine, ROLES
    )
    content = json.loads(mine.with_suffix(".calibration").read_text(encoding="utf-8"))
    assert content["discriminator"] == {"bias": -1.5, "bass step -12": 50.0, "bass step 12": 50.0, "leaps": 50.0}
    found = load_calibration(mine, ROLES)
    assert found is not None and found.discriminator is not None
    assert found.discriminator.weights.tolist() == (50 * leaping).tolist()

    def leaps() -> int:
        options = SamplingOptions(1, candidates=6, passes=0)
        made = compose(piece=PieceOptions(measures=8), checkpoint=mine, sampling=options).score
        bass = [v for m in made.measures for v in m.voices if v.slot.part == made.parts[3].id]
        notes = [note for voice in bass for note in voice.elements if isinstance(note, Note)]
        heights = [note.pitch.midi_pitch for note in notes if isinstance(note.pitch, Pitch)]
        return sum(abs(after - before) > 7 for before, after in pairwise(heights))

    with_likeness = leaps()
    mine.with_suffix(".calibration").unlink()
    assert with_likeness > leaps()


def test_a_feature_that_nobody_knows_is_one_line(mine: Path, capsys: Captured) -> None:
    save_calibration(Calibration(Features.zeros(4), Features.zeros(4), {}), mine, ROLES)
    path = mine.with_suffix(".calibration")
    content = json.loads(path.read_text(encoding="utf-8")) | {"discriminator": {"bias": 0, "harp step 1": 1}}
    path.write_text(json.dumps(content), encoding="utf-8")
    assert run(["compose", "--measures", "4", "--checkpoint", str(mine), "-o", str(mine.with_name("x.musicxml"))]) == 2
    assert "'harp step 1' is no feature" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("weights", "corpus", "expected"),
    [
        ("none", "bach-chorales", "no weights can be read from"),
        ("mine", "no-such-corpus", "no-such-corpus"),
    ],
)
def test_what_is_not_there_is_one_line(mine: Path, weights: str, corpus: str, expected: str, capsys: Captured) -> None:
    assert run(["calibrate", str(mine.parent / weights), corpus, "--pieces", "1", "--rounds", "1"]) == 2
    messages = capsys.readouterr().err
    assert expected in messages and len(messages.splitlines()) == 1
    assert not (mine.parent / "mine.calibration").exists()
