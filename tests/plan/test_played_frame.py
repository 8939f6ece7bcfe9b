"""The frame of music for instruments: first chord, cadences without holds, last chord, and open onsets."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

from scoregen.plan.cadence_setting import Setting
from scoregen.plan.chords.given_line import GivenMusic
from scoregen.plan.drafts import GivenTask, Manner, plans_for_given
from scoregen.plan.form import PieceOptions, blank_piece
from scoregen.plan.melody_cadences import melody_cadences
from scoregen.plan.phrase_ends import phrase_ends
from scoregen.plan.played_frame import played_chords, with_played_ends
from scoregen.plan.pulse import played_onsets, pulse_of
from scoregen.score.elements import Chord, Note, Score, Slot, Voice
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.styles.style import load_style
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord
from tests.plan.tunes import PLAIN, SLOT, tune

STYLE = load_style("instruments")
EPILOGUE = f"{PLAIN} R:4 | R:4 |"


def frame(score: Score, key: str = "C major") -> dict[Fraction, PlannedChord]:
    music = GivenMusic.of(score, [SLOT], chords=True)
    setting = Setting(music, Slot("P2", 2), pulse_of(score, music.line), (Key.parse(key),) * len(score.measures), STYLE)
    rows = melody_cadences(setting, phrase_ends(score, music), random.Random(1))
    return dict(played_chords(rows, setting, score, random.Random(1)))


def test_only_the_last_chord_of_a_tune_is_held() -> None:
    chords = frame(tune(PLAIN))
    assert chords[Fraction(0)].members == (0, 4, 1)
    held = {onset: chord for onset, chord in chords.items() if chord.hold or chord.rest}
    assert list(held) == [max(chords)]
    assert held[max(chords)].members == (0, 4, 1)
    before = max(onset for onset in chords if onset < max(chords))
    assert chords[before].members == (1, 5, 2, -1) and chords[before].leads


def test_an_epilogue_has_a_cadence_of_its_own() -> None:
    score = tune(EPILOGUE)
    chords, start = frame(score), score.duration - 4
    assert [onset for onset, chord in chords.items() if chord.hold] == [start]
    assert chords[start] == PlannedChord((0, 4, 1), hold=Fraction(4))
    assert chords[start - 1].members == (1, 5, 2, -1)


def test_a_tune_that_begins_off_the_tonic_is_not_contradicted() -> None:
    assert frame(tune("B4:1 C5:1 D5:1 E5:1 | D5:1 B4:1 C5:2 |")).get(Fraction(0)) is None


def test_all_notes_of_given_chords_count() -> None:
    value = NoteValue("whole")
    given = Chord(tuple(Note(value, Pitch.parse(name)) for name in ("F3", "C5")))
    score = tune("C5:4 |")
    both = replace(score, measures=(replace(score.measures[0], voices=(Voice(SLOT, (given,)),)),))
    note = GivenMusic.of(both, [SLOT], chords=True).line[0]
    assert (str(note.pitch), [str(each) for each in note.lower], str(note.lowest)) == ("C5", ["F3"], "F3")
    assert GivenMusic.of(both, [SLOT]).line[0].lower == ()
    setting = Setting(
        GivenMusic.of(both, [SLOT], chords=True), SLOT, pulse_of(both, ()), (Key.parse("C major"),), STYLE
    )
    assert not setting.allows((0, 4, 1), Fraction(0))
    assert setting.allows((-1, 3, 0), Fraction(0))


def test_phrases_of_a_new_piece_end_with_their_measures_first_beat() -> None:
    piece = blank_piece(PieceOptions(measures=16), load_ensemble("piano"), STYLE, 3)
    ends = [(index, measure.phrase_ends) for index, measure in enumerate(with_played_ends(piece).measures)]
    assert [each for each in ends if each[1]] == [(index, (Fraction(0),)) for index in (3, 7, 11, 15)]
    upbeat = blank_piece(PieceOptions(measures=8, anacrusis=Fraction(1)), load_ensemble("piano"), STYLE, 3)
    moved = with_played_ends(upbeat).measures
    assert moved[:-1] == upbeat.measures[:-1]
    assert moved[-1].phrase_ends == (Fraction(0),) != upbeat.measures[-1].phrase_ends


def test_beats_divide_in_two_and_compound_ones_in_three() -> None:
    plain, compound = tune("C5:4 |"), tune("C5:3 |", time="6/8")
    assert sorted(played_onsets(plain, (), frozenset(), easy=True)) == [Fraction(n, 2) for n in range(8)]
    assert sorted(played_onsets(compound, (), frozenset(), easy=True)) == [Fraction(n, 2) for n in range(6)]
    quick = tune("C5:1/4 D5:1/4 E5:7/2 |")
    line = GivenMusic.of(quick, [SLOT]).line
    assert Fraction(1, 4) in played_onsets(quick, line, frozenset(), easy=True)


def test_parts_of_beats_divide_in_two_unless_they_are_easy() -> None:
    plain, compound = tune("C5:4 |"), tune("C5:3 |", time="6/8")
    assert sorted(played_onsets(plain, (), frozenset())) == [Fraction(n, 4) for n in range(16)]
    assert sorted(played_onsets(compound, (), frozenset())) == [Fraction(n, 4) for n in range(12)]


def test_plans_for_players_open_what_their_rhythm_says() -> None:
    score = tune(PLAIN)
    task = GivenTask(score, (SLOT,), (Key.parse("C major"),) * len(score.measures), bass=Slot("P2", 2))
    for rhythm, least in (("plain", Fraction(1)), ("follow", Fraction(1, 2))):
        plan = plans_for_given(task, Manner(STYLE, rhythm, easy=True, is_played=True), 1, 1, 1).plans[0][0]
        assert plan[1].onsets is not None and max(each.denominator for each in plan[1].onsets) == least.denominator
        assert plan[1].widest_leap == 12
    flowing = plans_for_given(task, Manner(STYLE, "flowing", is_played=True), 1, 1, 1).plans[0][0]
    assert flowing[1].onsets is None and flowing[1].widest_leap is None
