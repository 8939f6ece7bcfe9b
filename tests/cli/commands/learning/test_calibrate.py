"""`scoregen calibrate`: features of drafts are matched to a corpus, and later samples move towards it."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.model.sampling.costs.successions import load_successions
from scoregen.model.sampling.feature_matching import WIDEST, Features
from scoregen.model.sampling.feature_matching_file import Calibration, load_calibration, save_calibration
from scoregen.notation.files import read_score
from scoregen.score.elements import Note, Score
from scoregen.score.pitch import Pitch
from scoregen.tasks.compose import SamplingOptions, compose
from scoregen.tasks.provenance import provenance_fields

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
    assert set(first["free"]) == {"step", "length", "interval", "sonority", "pace", "reached", "left"}
    rhythm = ("length", "pace")
    assert sum(third["free"][each] for each in rhythm) < sum(first["free"][each] for each in rhythm)
    found = load_calibration(mine, ROLES)
    assert found is not None
    assert found.about["rounds"] == 3
    assert found.free.length.any() and found.given.pace.any()
    assert not found.free.sonority.any() and not found.given.step.any(), "only the rhythm is fitted unasked"
    table = load_successions(mine)
    assert table is not None and table.counts.sum() > 10


def test_one_kind_alone_can_be_weighed_and_the_rest_stays(mine: Path, corpus: Path, capsys: Captured) -> None:
    before = Calibration(Features.zeros(4), Features.zeros(4), {"corpus": "mine"})
    before.free.step[2, WIDEST + 1] = 0.5
    save_calibration(before, mine, ROLES)
    command = ["calibrate", str(mine), str(corpus), "--pieces", "2", "--rounds", "1", "--quiet"]
    assert run([*command, "--only", "pace"]) == 0
    found = load_calibration(mine, ROLES)
    assert found is not None
    assert found.free.pace.any() and found.given.pace.any()
    for name in ("step", "length", "interval", "sonority"):
        assert (getattr(found.free, name) == getattr(before.free, name)).all(), name
    assert found.about["kinds"] == ["pace"] and found.about["before"] == {"corpus": "mine"}
    kept = mine.with_suffix(".calibration").read_bytes()
    assert run([*command, "--only", "tempo"]) == 2
    assert "found 'tempo'; expected a kind of feature, one of step," in capsys.readouterr().err
    assert mine.with_suffix(".calibration").read_bytes() == kept


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
