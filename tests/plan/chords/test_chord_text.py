"""Progressions as text."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.plan.chords.chord_text import chord_measures, text_timeline
from scoregen.plan.form import PieceOptions, blank_piece
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key
from scoregen.score.theory.chord_kinds import note_name
from scoregen.system.errors import InputError
from scoregen.tasks.compose import SamplingOptions, compose
from tests.tokens.constraints.plans.test_given_chords import sample


def blank(time: str = "4/4", measures: int = 4, anacrusis: Fraction = Fraction(0)) -> Score:
    return blank_piece(PieceOptions(measures=measures, time=time, anacrusis=anacrusis), load_ensemble("satb"))


def onsets(text: str, score: Score) -> list[list[Fraction]]:
    timeline = text_timeline(text, score, Key.parse("C major"))
    return [list(timeline[index]) for index in sorted(timeline)]


def test_the_chords_of_a_measure_share_its_beats() -> None:
    assert onsets("C | C G | C F G | C F G C", blank()) == [[0], [0, 2], [0, 2, 3], [0, 1, 2, 3]]
    assert onsets("C G | C F G", blank("3/4")) == [[0, 2], [0, 1, 2]]
    assert onsets("C G", blank("6/8")) == [[0, Fraction(3, 2)]]


def test_slashes_prolong_and_percent_repeats() -> None:
    assert onsets("C / / G | %", blank()) == [[0, 3], [0, 3]]
    assert chord_measures("| C F | % | G ||") == (("C", "F"), ("C", "F"), ("G",))


def roots(text: str) -> list[list[str]]:
    timeline = text_timeline(text, blank(measures=8), Key.parse("C major"))
    return [
        [note_name(chord.tones.members[0]) if chord.tones else "-" for chord in timeline[index].values()]
        for index in sorted(timeline)
    ]


def test_a_key_in_the_text_holds_for_the_numerals_after_it() -> None:
    assert roots("I V | G: I V | a: iv V7 | d:ii V/V | bVII") == [["C", "G"], ["G", "D"], ["D", "E"], ["E", "E"], ["C"]]


def test_measures_between_repeat_signs_are_written_twice() -> None:
    assert chord_measures("|: C | F :| G") == (("C",), ("F",), ("C",), ("F",), ("G",))
    assert chord_measures("||: C | % :|| G |]") == (*[("C",)] * 4, ("G",))
    assert chord_measures("C | F G:| Am") == (("C",), ("F", "G"), ("C",), ("F", "G"), ("Am",))


def test_chords_in_parentheses_are_suggestions() -> None:
    chords = text_timeline("I (vi) | N.C. V6", blank(), Key.parse("C major"))
    rows = [chord for entries in chords.values() for chord in entries.values()]
    assert [(chord.name, chord.fixed, chord.bass_stays) for chord in rows] == [
        ("I", True, True),
        ("vi", False, True),
        ("N.C.", True, False),
        ("V6", True, True),
    ]
    assert rows[2].tones is None


def test_an_anacrusis_is_free() -> None:
    assert sorted(text_timeline("C | G", blank(anacrusis=Fraction(1)), Key.parse("C major"))) == [1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("C | | G", "measure 2: found nothing"),
        ("% | C", "measure 1: found %"),
        ("C | X", "measure 2: found the chord 'X'"),
        ("G: | I", "measure 1: found G:"),
        ("C | cb: I", "measure 2: .* is not a key"),
        ("C|C|C|C|C", "for 5 measures; expected at most 4"),
        ("C C C C C", "found 5 in 4/4; expected at most 4"),
    ],
)
def test_faults_name_the_measure(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        text_timeline(text, blank(), Key.parse("C major"))


def test_a_new_piece_is_as_long_as_its_progression(untrained: Path) -> None:
    options = SamplingOptions(candidates=1, passes=0)
    score = compose(chords="I | IV V7 | vi | ii V | I", checkpoint=untrained, sampling=options).score
    assert len(score.measures) == 5
    classes = {
        note.pitch.pitch_class
        for voice in score.measures[2].voices
        for element in voice.elements
        for note in element.notes
    }
    assert classes <= {9, 0, 4}


def test_a_progression_has_priority_over_the_symbols_of_the_score(untrained: Path) -> None:
    given = sample("samples/hymn-to-joy.musicxml")
    options = SamplingOptions(candidates=1, passes=0)
    score = compose(given, chords="Bb", checkpoint=untrained, sampling=options).score
    opening = replace(score.measures[0], voices=score.measures[0].voices[1:])
    classes = {n.pitch.pitch_class for voice in opening.voices for element in voice.elements for n in element.notes}
    assert classes <= {10, 2, 5}
