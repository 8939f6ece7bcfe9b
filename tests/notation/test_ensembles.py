"""Scores for every ensemble: valid, read back equal, recognised, drawn completely, and accepted by MuseScore."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scoregen.notation.engraving.options import EngravingOptions
from scoregen.notation.engraving.pages import engrave_and_compare
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.tree import parse
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.ensemble import ensemble_names, load_ensemble, match_roles, recognise_ensemble
from scoregen.score.timeline import pitch_of, pitched_notes
from tests.notation.musescore import through_musescore
from tests.score.ensemble.playable import plain_groups, playable_score

TALL = EngravingOptions(paper="a3")


def check(name: str, seed: int) -> bytes:
    """Check one score of an ensemble; its text."""
    ensemble = load_ensemble(name)
    score = playable_score(ensemble, seed)
    text = write_musicxml(score)
    assert check_document(text, name) == ()
    again = read_musicxml(text, name)
    assert plain_groups(again) == plain_groups(score)
    assert recognise_ensemble(again) == ensemble
    assert list(match_roles(again, ensemble).values()) == [part.id for part in again.parts]
    return text


@pytest.mark.parametrize("name", ensemble_names())
def test_an_ensemble_is_valid_and_comes_back(name: str) -> None:
    for seed in range(3):
        check(name, seed)


@pytest.mark.slow
@pytest.mark.parametrize("name", ensemble_names())
def test_fifty_scores_of_an_ensemble(name: str) -> None:
    for seed in range(50):
        text = check(name, seed)
        if seed % 5 == 0:
            assert engrave_and_compare(text, TALL).problems == ()


@pytest.mark.parametrize("name", ["small-orchestra", "organ", "saxophone-quartet", "satb-piano"])
def test_an_ensemble_is_drawn_completely(name: str) -> None:
    assert engrave_and_compare(write_musicxml(playable_score(load_ensemble(name), 1)), TALL).problems == ()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("mscore3") is None, reason="MuseScore is missing")
@pytest.mark.parametrize("name", ensemble_names())
def test_musescore_accepts_an_ensemble(name: str, tmp_path: Path) -> None:
    for seed in (1, 2):
        score = playable_score(load_ensemble(name), seed)
        accepted = through_musescore(write_musicxml(score), tmp_path)
        assert (accepted.complaints, accepted.odd_lengths) == ((), ())
        sounding = [
            [(note.onset, pitch_of(note).midi_pitch) for note in pitched_notes(each)]
            for each in (score, accepted.score)
        ]
        assert sorted(sounding[0]) == sorted(sounding[1])


def test_brackets_and_braces() -> None:
    root = parse(write_musicxml(playable_score(load_ensemble("small-orchestra"), 1)), "orchestra")
    runs: list[list[str]] = []
    for element in root.iterfind("part-list/*"):
        if element.tag == "part-group" and element.get("type") == "start":
            assert element.findtext("group-symbol") == "bracket"
            runs.append([])
        elif element.tag == "score-part":
            runs[-1].append(element.findtext("part-name") or "")
    assert [(run[0], len(run)) for run in runs] == [("Flute", 4), ("Horn in F 1", 5), ("Violin I", 5)]


def test_the_brace_of_an_organ_leaves_out_the_pedal() -> None:
    root = parse(write_musicxml(playable_score(load_ensemble("organ"), 1)), "organ")
    symbol = root.find("part/measure/attributes/part-symbol")
    assert symbol is not None
    assert (symbol.get("top-staff"), symbol.get("bottom-staff")) == ("1", "2")
    piano = parse(write_musicxml(playable_score(load_ensemble("piano"), 1)), "piano")
    symbol = piano.find("part/measure/attributes/part-symbol")
    assert symbol is not None
    assert symbol.get("bottom-staff") == "2"
