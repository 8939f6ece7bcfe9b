"""The faults of an alternative are those that the checker finds in a score with it."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.analysis.counterpoint.lines import counterpoint_of
from scoregen.analysis.rules.alternatives import FAMILIES, Surroundings
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.harmonic import tendencies
from scoregen.analysis.rules.rule_sets import load_rule_set
from scoregen.score.elements import Note, Score
from scoregen.score.pitch import Pitch, spell_near
from scoregen.score.timeline import pitch_of
from tests.analysis.rules.test_rules import score_of
from tests.chorales import chorale

RULES = load_rule_set("strict")
BY_CHORD = ("unresolved-seventh", "unresolved-leading-note", "doubled-leading-note")
LINES = {"Soprano": "E5 F5", "Alto": "G4 A4", "Tenor": "C4 B3", "Bass": "C3 D3"}


def around(score: Score, line: int, place: int) -> Surroundings:
    music = counterpoint_of(score)
    return Surroundings(music, RULES, line, music.slots[music.lines[line].slot][place])


def rules_of(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.rule for finding in findings}


def test_another_pitch_adds_and_removes_faults() -> None:
    tenor = around(score_of(LINES), 2, 1)
    change = tenor.exchange("begin", Pitch.parse("D4"))
    assert "parallel-fifths" in rules_of(change.new)
    assert "alto and tenor move in parallel fifths (C4-G4 to D4-A4)" in {f.message for f in change.new}
    faulty = around(score_of({**LINES, "Tenor": "C4 D4"}), 2, 1)
    assert "parallel-fifths" in rules_of(faulty.findings())
    assert "parallel-fifths" in rules_of(faulty.exchange("begin", Pitch.parse("B3")).gone)


@pytest.mark.parametrize("kind", ["hold", "rest"])
def test_a_voice_that_does_not_move_has_no_parallels(kind: str) -> None:
    faulty = around(score_of({**LINES, "Tenor": "C4 D4"}), 2, 1)
    change = faulty.exchange(kind, None)
    assert {"parallel-fifths", "parallel-octaves"} & rules_of(change.gone)
    assert not {"parallel-fifths", "parallel-octaves"} & rules_of(change.new)


def test_the_same_note_again_changes_nothing() -> None:
    score = chorale(3)
    music = counterpoint_of(score)
    for line, own in enumerate(music.lines):
        for note in music.slots[own.slot][:6]:
            change = Surroundings(music, RULES, line, note).exchange("begin", pitch_of(note))
            assert change.new == change.gone == ()


def test_a_fault_that_only_begins_later_is_no_change() -> None:
    """Two voices are more than an octave apart on two notes; a nearer first note does not change the second."""
    apart = score_of({"Soprano": "C5 C5", "Alto": "A4 A4", "Tenor": "D3 E3", "Bass": "C3 C3"})
    change = around(apart, 2, 0).exchange("begin", Pitch.parse("F4"))
    assert "spacing" not in rules_of(change.new) | rules_of(change.gone)


def _with_pitch(score: Score, measure: int, voice: int, place: int, pitch: Pitch) -> Score:
    own = score.measures[measure].voices[voice]
    elements = list(own.elements)
    old = elements[place]
    assert isinstance(old, Note)
    elements[place] = replace(old, pitch=pitch)
    voices = list(score.measures[measure].voices)
    voices[voice] = replace(own, elements=tuple(elements))
    measures = list(score.measures)
    measures[measure] = replace(measures[measure], voices=tuple(voices))
    return replace(score, measures=tuple(measures))


def _found(score: Score) -> set[tuple[str, Fraction, tuple[str, ...]]]:
    music = counterpoint_of(score)
    families = [family for family in FAMILIES if family is not tendencies]  # which would analyse the chords again
    return {(f.rule, f.onset, f.lines) for family in families for f in family(music, RULES)}


@pytest.mark.parametrize("seed", range(12))
def test_the_changes_agree_with_a_check_of_the_whole_score(seed: int) -> None:
    chance = random.Random(seed)
    score = chorale(seed)
    measure, voice = chance.randrange(2, 8), chance.randrange(4)
    place = chance.randrange(len(score.measures[measure].voices[voice].elements))
    old = score.measures[measure].voices[voice].elements[place]
    assert isinstance(old, Note)
    assert isinstance(old.pitch, Pitch)
    pitch = spell_near(old.pitch.midi_pitch + chance.choice([-7, -3, -1, 2, 4, 12]), 0)
    music = counterpoint_of(score)
    onset = measure * Fraction(4) + sum(
        (element.duration for element in score.measures[measure].voices[voice].elements[:place]), Fraction(0)
    )
    note = next(note for note in music.slots[music.lines[voice].slot] if note.onset == onset)
    change = Surroundings(music, RULES, voice, note).exchange("begin", pitch)
    new, gone = (
        {(f.rule, f.onset, f.lines) for f in findings if f.rule not in BY_CHORD}
        for findings in (change.new, change.gone)
    )
    before, after = _found(score), _found(_with_pitch(score, measure, voice, place, pitch))
    assert new <= after - before
    assert gone <= before - after
    shifts = {(rule, lines) for rule, _, lines in (after - before) - new}
    assert shifts == {(rule, lines) for rule, _, lines in (before - after) - gone}
