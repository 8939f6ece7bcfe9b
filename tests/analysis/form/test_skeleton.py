"""The structural notes of a tune, by metre, chords and phrases."""

from __future__ import annotations

from fractions import Fraction

from scoregen.analysis.form.skeleton import skeleton
from scoregen.score.timeline import pitched_notes
from tests.plan.tunes import tune

C_MAJOR = frozenset({0, 4, 1})


def kept(text: str, time: str = "4/4", chord: frozenset[int] = C_MAJOR, closings: tuple[int, ...] = ()) -> str:
    score = tune(text, time)
    line = pitched_notes(score)
    structural = skeleton(score, line, lambda time: chord, [Fraction(place) for place in closings])
    return " ".join(str(note.pitch) for note, own in zip(line, structural, strict=True) if own)


def test_notes_between_beats_are_ornaments() -> None:
    assert kept("C4:1/2 D4:1/2 E4:1/2 F4:1/2 G4:2") == "C4 E4 G4"


def test_an_appoggiatura_gives_way_to_its_resolution() -> None:
    assert kept("C4:1 F4:1/2 E4:1/2 G4:2") == "C4 E4 G4"
    assert kept("C4:1 F4:1/2 E4:1/2 G4:2", chord=frozenset()) == "C4 F4 G4"


def test_edges_of_phrases_and_the_highest_note_are_structural() -> None:
    text = "C4:1 D4:1/2 A4:1/2 C4:1/2 D4:1/2 E4:1"
    assert kept(text) == "C4 D4 A4 C4 E4"
    assert kept("E4:1/2 D4:1/2 C4:1/2 D4:1/2 E4:2") == "E4 C4 E4"
    assert kept("C5:1 E4:1/2 D4:1/2 C4:1/2 D4:1/2 E4:1", closings=(2,)) == "C5 E4 C4 D4 E4"


def test_beats_of_compound_time_are_dotted_quarters() -> None:
    assert kept("C4:1/2 D4:1/2 E4:1/2 G4:1 E4:1/2", "6/8") == "C4 G4 E4"
