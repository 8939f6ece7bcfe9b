"""Other choirs than the one that the weights know: their parts, their ranges, nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.score.edit import select_voices
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, load_ensemble, recognise_ensemble
from scoregen.score.ensemble.matching import part_pitches
from scoregen.system.errors import InputError
from scoregen.tasks.compose import PieceOptions, compose

FAST = SamplingOptions(seed=1, candidates=1, passes=0)
OWN = """
title = "Two girls"
[[roles]]
name = "high"
instrument = "soprano"
lowest = "E4"
highest = "E5"
comfortable = ["G4", "D5"]
[[roles]]
name = "low"
instrument = "alto"
"""


def in_range(score: Score, ensemble: Ensemble) -> bool:
    return all(
        role.lowest.midi_pitch <= pitch.midi_pitch <= role.highest.midi_pitch
        for part, role in zip(score.parts, ensemble.roles, strict=True)
        for pitch in part_pitches(score, part)
    )


@pytest.mark.parametrize("name", ["sa", "tb", "ssa", "sab", "ttb", "ssaa", "ttbb"])
def test_a_new_piece_has_the_parts_of_the_choir(name: str, untrained: Path) -> None:
    done = compose(ensemble=name, piece=PieceOptions(measures=2, key="D major"), sampling=FAST, checkpoint=untrained)
    choir = load_ensemble(name)
    assert [part.name for part in done.score.parts] == [role.title for role in choir.roles]
    assert all(part_pitches(done.score, part) for part in done.score.parts)
    assert in_range(done.score, choir)
    assert recognise_ensemble(done.score) == choir
    assert sum("the network knows satb only" in notice for notice in done.notices) == 1


def melody(untrained: Path) -> Score:
    piece = compose(ensemble="ssa", piece=PieceOptions(measures=2), sampling=FAST, checkpoint=untrained).score
    return select_voices(piece, [piece.slots[0]])


def test_a_melody_gets_the_other_voices_of_the_choir(untrained: Path) -> None:
    tune = melody(untrained)
    done = compose(tune, ensemble="SSAA", sampling=FAST, checkpoint=untrained)
    assert [part.name for part in done.score.parts] == ["Soprano 1", "Soprano 2", "Alto 1", "Alto 2"]
    assert part_pitches(done.score, done.score.parts[0]) == part_pitches(tune, tune.parts[0])
    assert done.understanding.added == ("soprano2", "alto1", "alto2")
    assert in_range(done.score, load_ensemble("ssaa"))


def test_easy_parts_stay_in_the_comfortable_ranges(untrained: Path) -> None:
    easy = SamplingOptions(seed=1, candidates=1, passes=0, difficulty="easy")
    done = compose(ensemble="ttbb", piece=PieceOptions(measures=2), sampling=easy, checkpoint=untrained).score
    for part, role in zip(done.parts, load_ensemble("ttbb").roles, strict=True):
        low, high = (pitch.midi_pitch for pitch in role.comfortable)
        assert all(low <= pitch.midi_pitch <= high for pitch in part_pitches(done, part))


def test_a_file_of_ones_own(tmp_path: Path, untrained: Path) -> None:
    path = tmp_path / "girls.toml"
    path.write_text(OWN, encoding="utf-8")
    done = compose(ensemble=str(path), piece=PieceOptions(measures=2), sampling=FAST, checkpoint=untrained)
    assert [part.name for part in done.score.parts] == ["Soprano", "Alto"]
    assert done.score.metadata.title == "Two girls in C major"
    assert in_range(done.score, load_ensemble(str(path)))
    assert done.alternatives[0].provenance["ensemble"] == "girls"


def test_roles_are_those_of_the_choir(untrained: Path) -> None:
    tune = melody(untrained)
    done = compose(tune, ensemble="ssa", roles={"soprano2": "1"}, sampling=FAST, checkpoint=untrained)
    assert dict(done.understanding.roles) == {"Soprano 1": "soprano2"}
    assert [part.name for part in done.score.parts] == ["Soprano 1", "Soprano 1", "Alto"]
    with pytest.raises(InputError, match="ssa has no role 'tenor' to add; expected one of: soprano1, soprano2, alto"):
        compose(tune, ensemble="ssa", add=["tenor"], sampling=FAST, checkpoint=untrained)


@pytest.mark.parametrize("name", ["ssatb", "string-quartet", "voice-piano", "lead-sheet", "saxophone-quartet"])
def test_ensembles_beyond_the_weights_are_refused_in_one_line(name: str, untrained: Path) -> None:
    with pytest.raises(InputError, match=rf"these weights write for soprano, alto, .*; {name} needs ") as caught:
        compose(ensemble=name, piece=PieceOptions(measures=2), checkpoint=untrained)
    assert "\n" not in str(caught.value)


def test_the_reading_interval_is_undone() -> None:
    """The shipped weights close a piece for men on its tonic."""
    composition = compose(
        ensemble="ttb", piece=PieceOptions(measures=4, key="G major"), sampling=SamplingOptions(seed=2)
    )
    done, plan = composition.score, composition.alternatives[0].plan
    lowest = part_pitches(done, done.parts[-1])[-1]
    assert (lowest.step, lowest.alter) == ("G", 0)
    assert done.measures[0].key.fifths == 1
    assert plan[0].key == "G major" and plan[-1].chord == "G"
