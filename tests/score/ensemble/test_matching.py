"""Which part takes which role of an ensemble, and for which ensemble a score is."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.elements import Instrument, Measure, Note, Part, Score, Slot, Voice
from scoregen.score.ensemble import load_ensemble, match_roles, recognise_ensemble
from scoregen.score.instruments import CLEFS
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue

WHOLE = NoteValue("whole")


def score(*rows: tuple[str, str] | tuple[str, str, str], symbols: bool = False) -> Score:
    """Parts by name, clefs (`treble bass` is a part of two staves) and the pitch of their only note."""
    parts = tuple(
        Part(f"P{n}", name, clefs=tuple(CLEFS[clef] for clef in clefs.split()), instrument=Instrument(name))
        for n, (name, clefs, *_) in enumerate(rows, 1)
    )
    voices = tuple(
        Voice(Slot(f"P{n}"), (Note(WHOLE, Pitch.parse(row[2] if len(row) > 2 else "C4")),))
        for n, row in enumerate(rows, 1)
    )
    chords = (ChordSymbol(Fraction(0), "P1", SpelledPitchClass("C"), "major"),) if symbols else ()
    measure = Measure("1", Fraction(4), TimeSignature.parse("4/4"), KeySignature(0), voices, chord_symbols=chords)
    return Score(parts, (measure,))


@pytest.mark.parametrize(
    ("ensemble", "names", "matched"),
    [
        ("string-quartet", ["Violin II", "Violin I", "Viola", "Cello"], ["P2", "P1", "P3", "P4"]),
        ("string-quartet", ["Violine", "Violine", "Bratsche", "Violoncello"], ["P1", "P2", "P3", "P4"]),
        ("string-quartet", ["Cello", "Viola", "2nd Violin", "1st Violin"], ["P4", "P3", "P2", "P1"]),
        (
            "brass-quintet",
            ["Bb Trumpet 1", "Trumpet 2", "F Horn", "Posaune", "Tuba"],
            ["P1", "P2", "P3", "P4", "P5"],
        ),
        ("saxophone-quartet", ["Soprano Sax", "Alto Sax", "Tenor Sax", "Bari Sax"], ["P1", "P2", "P3", "P4"]),
        ("ttbb", ["Tenor", "Lead", "Baritone", "Bass"], ["P1", "P2", "P3", "P4"]),
        ("ttbb", ["Tenor 2", "Tenor 1", "Bass 1", "Bass 2"], ["P2", "P1", "P3", "P4"]),
        ("ssa", ["Soprano", "Soprano", "Alto"], ["P1", "P2", "P3"]),
        ("satb", ["Bass", "Tenor", "Alto", "Soprano"], ["P4", "P3", "P2", "P1"]),
    ],
)
def test_parts_are_matched_by_name_and_number(ensemble: str, names: list[str], matched: list[str]) -> None:
    found = match_roles(score(*((name, "treble") for name in names)), load_ensemble(ensemble))
    assert list(found.values()) == matched


def test_both_staves_of_a_piano_are_one_role() -> None:
    song = score(("Soprano", "treble"), ("", "treble bass"))
    assert match_roles(song, load_ensemble("voice-piano")) == {"voice": "P1", "piano": "P2"}


def test_an_instrument_takes_no_sung_role_by_its_name() -> None:
    band = score(("Alto Saxophone", "treble"), ("Alto", "treble"), ("Bass Clarinet", "bass"), ("Bass", "bass"))
    assert match_roles(band, load_ensemble("satb")) == {"alto": "P2", "bass": "P4"}


def test_parts_without_names_are_matched_by_height() -> None:
    choir = score(("", "bass", "C3"), ("", "treble", "C5"), ("", "treble", "F4"))
    assert match_roles(choir, load_ensemble("sab")) == {"soprano": "P2", "alto": "P3", "baritone": "P1"}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (score(("Violin 1", "treble"), ("Violin 2", "treble"), ("Viola", "alto"), ("Cello", "bass")), "string-quartet"),
        (score(("Soprano", "treble"), ("Piano", "treble bass")), "voice-piano"),
        (score(("Gesang", "treble"), ("Klavier", "treble bass")), "voice-piano"),
        (score(("Piano", "treble bass")), "piano"),
        (score(("", "treble bass")), "piano"),
        (score(("Orgel", "treble bass bass")), "organ"),
        (score(("Soprano 1", "treble"), ("Soprano 2", "treble"), ("Alto", "treble")), "ssa"),
        (score(("Soprano", "treble"), ("Alto", "treble"), ("Baritone", "bass")), "sab"),
        (score(("Sopran", "treble"), ("Alt", "treble"), ("Tenor", "treble-8vb"), ("Bass", "bass")), "satb"),
        (score(*zip(["", "", "", ""], ["treble"] * 2 + ["bass"] * 2, ["C5", "G4", "E4", "C3"], strict=True)), "satb"),
        (score(*zip(["", "", ""], ["treble"] * 2 + ["bass"], ["C5", "G4", "C3"], strict=True)), "sab"),
        (score(("Melody", "treble"), symbols=True), "lead-sheet"),
        (score(("", "treble"), symbols=True), "lead-sheet"),
        (score(("Melody", "treble")), None),
        (score(("Flute", "treble"), ("Piano", "treble bass")), None),
        (score(("Violin", "treble"), ("Violin", "treble")), None),
        (score(("Drums", "percussion"), ("Voice", "treble")), None),
        (score(*zip(["", "", "", ""], ["treble"] * 4, ["C3", "G4", "E4", "C7"], strict=True)), None),
    ],
)
def test_the_ensemble_of_a_score_is_recognised(given: Score, name: str | None) -> None:
    found = recognise_ensemble(given)
    assert (found.name if found else None) == name
