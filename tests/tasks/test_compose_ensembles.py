"""Composition for any ensemble, with a network that has learned nothing: ranges and hands hold, the given stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.score.check import problems
from scoregen.score.elements import Element, Score
from scoregen.score.ensemble import ensemble_names, load_ensemble
from scoregen.score.ensemble.playability import can_play
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError
from scoregen.tasks.compose import PieceOptions, SamplingOptions, compose

ONE = SamplingOptions(seed=5, candidates=1, passes=0)
SHORT = PieceOptions(measures=2, key="G minor", time="3/4")


@pytest.fixture(scope="session")
def untrained_for_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small untrained network that knows voices by their descriptions."""
    import torch

    from scoregen.model.network.checkpoint import save_checkpoint
    from scoregen.model.network.config import NetworkConfig
    from scoregen.model.network.network import Network

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "untrained-for-all"
    shape = NetworkConfig(roles=(), embedding=16, context=16, backbone=32, in_slice=32, strand=8)
    save_checkpoint(Network(shape), path, {})
    return path


def elements(score: Score, part: str) -> list[Element]:
    voices = [voice for measure in score.measures for voice in measure.voices if voice.slot.part == part]
    return [element for voice in voices for element in voice.elements]


def pitches(element: Element) -> list[Pitch]:
    return [note.pitch for note in element.notes if isinstance(note.pitch, Pitch)]


@pytest.mark.parametrize("name", ensemble_names())
def test_a_new_piece_can_be_played(name: str, untrained_for_all: Path, tmp_path: Path) -> None:
    ensemble = load_ensemble(name)
    score = compose(ensemble=name, piece=SHORT, checkpoint=untrained_for_all, sampling=ONE).score
    assert problems(score) == ()
    assert len(score.parts) == len(ensemble.roles)
    for part, role in zip(score.parts, ensemble.roles, strict=True):
        sounding = [pitches(element) for element in elements(score, part.id)]
        assert all(role.lowest.midi_pitch <= p.midi_pitch <= role.highest.midi_pitch for row in sounding for p in row)
        assert max(map(len, sounding)) <= max(role.notes_on(staff) for staff in range(1, role.staves + 1))
        if role.type is not None and not role.type.strings:
            assert all(can_play(role.type, row) for row in sounding if len(row) > 1)


def test_a_melody_gets_a_piano(repository: Path, untrained_for_all: Path, tmp_path: Path) -> None:
    given = read_score(repository / "corpora/samples/hymn-to-joy.musicxml")
    done = compose(given, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE)
    voice, piano = done.score.parts
    assert (piano.staves, piano.name) == (2, "Piano")
    assert elements(done.score, voice.id) == elements(given, given.parts[0].id)
    new = [note for element in elements(done.score, piano.id) for note in element.notes]
    assert new and not any(note.lyrics for note in new)
    assert "to write: piano (new: piano)" in str(done.understanding)


def test_measures_of_one_part_are_blank(untrained_for_all: Path) -> None:
    whole = compose(
        ensemble="string-quartet", piece=PieceOptions(measures=4), checkpoint=untrained_for_all, sampling=ONE
    )
    again = compose(
        whole.score, ensemble="string-quartet", blank=["viola:2-3"], checkpoint=untrained_for_all, sampling=ONE
    )
    assert "to write: viola 2-3" in str(again.understanding)
    for part in whole.score.parts:
        for index, (before, after) in enumerate(zip(whole.score.measures, again.score.measures, strict=True)):
            if part.name != "Viola" or index in (0, 3):
                own = [[voice.elements for voice in m.voices if voice.slot.part == part.id] for m in (before, after)]
                assert [len(each) for each in own] == [1, 1]
                assert [pitches(e) for e in own[0][0]] == [pitches(e) for e in own[1][0]]


def test_what_is_for_choirs_only_is_one_error(untrained_for_all: Path) -> None:
    with pytest.raises(InputError, match="--chords is for choirs of up to four voices so far"):
        compose(ensemble="piano", piece=SHORT, chords="I V I", checkpoint=untrained_for_all, sampling=ONE)


def test_a_part_that_is_no_role_is_kept_and_named(untrained_for_all: Path, repository: Path) -> None:
    given = read_score(repository / "corpora/samples/hymn-to-joy.musicxml")
    done = compose(given, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE)
    with pytest.raises(InputError, match="no blanks"):
        compose(done.score, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE)
