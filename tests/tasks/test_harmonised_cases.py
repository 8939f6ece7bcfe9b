"""Small tunes that were once harmonised wrong, each with its right value: cadences, pulse, modes, chord symbols."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.notation.files import read_score
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import measure_onsets, sounding_notes
from scoregen.tasks.compose import Composition, compose

CASES = Path(__file__).parents[1] / "cases" / "harmony"
Chord = frozenset[str]


@cache
def harmonised(name: str, extend: int = 0) -> Composition:
    score = read_score(CASES / f"{name}.musicxml")
    return compose(score, extend=extend, sampling=SamplingOptions(0, candidates=2))


def chord_at(name: str, time: Fraction) -> tuple[str, Chord]:
    """The lowest note and all notes, by name without octave, that sound at a time."""
    notes = [note for note in sounding_notes(harmonised(name).score) if note.onset <= time < note.end]
    pitches = sorted((note.pitch for note in notes if isinstance(note.pitch, Pitch)), key=lambda each: each.midi_pitch)
    names = [str(pitch).rstrip("0123456789") for pitch in pitches]
    return names[0], frozenset(names)


def closing(name: str) -> list[tuple[str, Chord]]:
    """The last two chords."""
    times = sorted({note.onset for note in sounding_notes(harmonised(name).score)})
    return [chord_at(name, time) for time in times[-2:]]


def counts(name: str) -> list[int]:
    """The notes of every part, the tune first."""
    found = Counter(note.slot.part for note in sounding_notes(harmonised(name).score))
    return [found[part.id] for part in harmonised(name).score.parts]


def test_half_cadences_of_a_major_tune() -> None:
    starts = measure_onsets(harmonised("major_tune").score)
    for measure, root in ((3, "C"), (5, "G"), (7, "G")):
        lowest, names = chord_at("major_tune", starts[measure] + 2)
        assert lowest == root, measure
        assert names <= {"C": {"C", "E", "G"}, "G": {"G", "B", "D"}}[root]


@pytest.mark.parametrize(
    ("name", "leading", "tonic"),
    [
        ("major_tune", "B", "C"),
        ("minor_leading_note", "D#", "E"),
        ("tied_final", "E", "F"),
        ("final_with_fermata", "E", "F"),
        ("long_notes", "F#", "G"),
    ],
)
def test_the_last_cadence_has_its_dominant_and_a_third(name: str, leading: str, tonic: str) -> None:
    (_, dominant), (lowest, last) = closing(name)
    assert leading in dominant
    assert lowest == tonic
    third = {"C": {"E"}, "E": {"G", "G#"}, "F": {"A"}, "G": {"B"}}[tonic]
    assert last & third


def test_a_mixolydian_tune_keeps_its_seventh() -> None:
    every = {str(note.pitch).rstrip("0123456789") for note in sounding_notes(harmonised("mixolydian").score)}
    assert "F" in every
    assert not {"F#", "G#"} & every
    (before, _), (last, _) = closing("mixolydian")
    assert (before, last) == ("F", "G")


@pytest.mark.parametrize(
    ("name", "most"), [("long_notes", 1.5), ("held_breves", 4), ("twelve_eight", 1.1), ("triplets_and_dotted", 1.1)]
)
def test_new_voices_take_the_pulse_of_the_tune(name: str, most: float) -> None:
    tune, *others = counts(name)
    assert max(others) <= most * tune


@pytest.mark.parametrize("name", ["chord_symbols", "contrary_chord_symbols", "lead_sheet"])
def test_chord_symbols_are_followed(name: str) -> None:
    assert any(notice.startswith("given chords: all ") for notice in harmonised(name).notices)


def test_two_parts_stay_two_parts() -> None:
    assert len(harmonised("two_parts").score.parts) == 2
    assert min(counts("two_parts")) > 0


def test_a_continuation_goes_on() -> None:
    """Its measures are no repeats: the soprano has at least five different ones in eight."""
    score = harmonised("to_extend", 8).score
    soprano = score.parts[0].id
    rows = [
        tuple((element.duration, tuple(str(note.pitch) for note in element.notes)) for element in voice.elements)
        for measure in score.measures[-8:]
        for voice in measure.voices
        if voice.slot.part == soprano
    ]
    assert len(rows) == 8
    assert len(set(rows)) >= 5
