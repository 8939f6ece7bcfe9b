"""The key and mode of tunes, with and without signatures that help."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.analysis.harmony.tune_keys import asked_keys, tune_key, tune_keys
from scoregen.corpora.manifest import load_corpus
from scoregen.notation.files import read_score
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble, match_roles, role_slots
from scoregen.score.keys import Key
from tests.generation.pages import page, sung

CASES = [
    ("q:G4 q:B4 q:D5 q:B4 | q:C5 q:A4 h:F4 | q:G4 q:A4 q:B4 q:A4 | q:F4 q:A4 h:G4", 0, None, "G mixolydian"),
    ("q:D4 q:D4 q:A4 q:A4 | q:E4 q:F4 h:D4 | q:A4 q:B4 q:C5 q:A4 | q:G4 q:E4 h:D4", 0, None, "D dorian"),
    ("q:A4 q:C5 q:B4 q:A4 | q:G#4 q:A4 h:B4 | q:C5 q:D5 q:C5 q:B4 | q:A4 q:G#4 h:A4", 0, None, "A minor"),
    ("q:A4 q:C5 q:B4 q:A4 | q:E4 q:A4 h:B4 | q:C5 q:D5 q:C5 q:B4 | q:A4 q:G4 h:A4", 0, None, "A minor"),
    ("q:G4 q:F#4 q:G4 q:A4 | q:B4 q:C5 h:D5 | q:E5 q:D5 q:C5 q:B4 | q:A4 q:F#4 h:G4", 0, None, "G major"),
    ("q:G4 q:A4 q:B4 q:D5 | q:E5 q:D5 h:B4 | q:A4 q:B4 q:D5 q:B4 | q:A4 q:A4 h:G4", 0, None, "G major"),
    ("q:D4 q:E4 q:F4 q:A4 | q:Bb4 q:A4 h:F4 | q:G4 q:F4 q:Bb4 q:G4 | q:F4 q:E4 h:D4", 0, None, "D minor"),
    ("q:E4 q:F4 q:G4 q:A4 | q:G4 q:F4 h:E4 | q:C5 q:B4 q:A4 q:G4 | q:F4 q:F4 h:E4", 0, "phrygian", "E phrygian"),
    (
        "h:A4 h:B4 | h:A4 q:B4 q:A4 | h:F4 h:E4 | q:E4 q:C4 h:E4 | q:F4 q:E4 h:B4 | q:B4 q:A4 q:F4 q:F4 | w:E4",
        0,
        None,
        "E phrygian",
    ),
    (
        "h:E4 h:G4 | h:A4 q:B4 q:C#5 | h:B4 h:A4 | h:F#4 h:D4 | q:G4 q:F#4 q:E4 q:D#4 | q:C#4 q:D#4 h:E4",
        1,
        None,
        "E minor",
    ),
    ("q:F4 q:G4 h:A4 | w:G4", -1, None, "F major"),
    ("q:F4 q:F4 q:A4 q:G4 | q:F4 q:G4 h:A4 | q:F4 q:A4 q:C5 q:D5 | q:C5 q:A4 h:F4", 0, None, "F major"),
    ("q:C5 q:Bb4 q:A4 q:G4 | q:F4 q:G4 h:A4 | q:B4 q:C5 q:Bb4 q:A4 | q:Bb4 q:G4 h:F4", 0, None, "F major"),
    ("q:F4 q:A4 q:B4 q:A4 | q:C5 q:B4 h:A4 | q:B4 q:C5 q:D5 q:C5 | q:A4 q:G4 h:F4", 0, None, "F lydian"),
]


@pytest.mark.parametrize(("music", "fifths", "mode", "key"), CASES)
def test_the_key_of_a_tune(music: str, fifths: int, mode: str | None, key: str) -> None:
    assert str(tune_key(page(sung("Soprano", music), fifths=fifths, mode=mode))) == key


def test_a_score_without_notes_has_the_key_of_its_signature() -> None:
    assert str(tune_key(page(sung("Soprano"), fifths=-3, mode="minor"))) == "C minor"


def test_each_stretch_of_a_signature_has_its_key() -> None:
    first = page(sung("Soprano", CASES[2][0]), fifths=0)
    second = page(sung("Soprano", CASES[4][0]), fifths=1)
    both = Score(first.parts, (*first.measures, *second.measures))
    assert [str(key) for key in dict.fromkeys(tune_keys(both))] == ["A minor", "G major"]
    assert [str(key) for key in dict.fromkeys(asked_keys(both, Key.parse("C")))] == ["C major", "G major"]


def test_the_tunes_of_the_samples(repository: Path) -> None:
    keys = {"hymn-to-joy": "F major", "nun-danket": "G major", "morning-song": "G major"}
    for name, key in keys.items():
        score = read_score(repository / f"corpora/samples/{name}.musicxml")
        assert str(tune_key(score, score.slots[:1])) == key


@pytest.mark.slow
def test_the_sopranos_of_chorales_end_as_their_basses_do() -> None:
    ensemble, found = load_ensemble("satb"), []
    for piece in load_corpus("bach-chorales").split("test"):
        score = read_score(piece.path)
        matched = match_roles(score, ensemble)
        if len(matched) == len(ensemble.roles):
            slots = role_slots(score, [matched[role.name] for role in ensemble.roles])
            bass = [n.pitch for m in score.measures if (v := m.voice(slots[3])) for e in v.elements for n in e.notes]
            found.append(tune_key(score, slots[:1]).tonic_fifths == bass[-1].fifths)  # type: ignore[union-attr]
    assert sum(found) >= 0.92 * len(found)
