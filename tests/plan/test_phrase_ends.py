"""Phrase ends of a tune are found where a singer breathes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.analysis.harmony.tune_keys import tune_keys
from scoregen.corpora.manifest import load_corpus
from scoregen.notation.files import read_score
from scoregen.plan.chords.given_line import GivenMusic
from scoregen.plan.phrase_ends import arrivals, phrase_ends, with_phrase_ends
from scoregen.score.directions import Direction, RepeatMark
from scoregen.score.edit import append_measures, blank_voices
from scoregen.score.elements import Score
from scoregen.score.spanners import End, Slur
from scoregen.score.timeline import measure_onsets
from tests.plan.tunes import PLAIN, SLOT, tune

BARE = PLAIN.replace("^", "")
QUARTERS = "C4:1 D4:1 E4:1 F4:1 |"
"""One measure in which nothing but words and signs can mark an end."""


def ends(score: Score) -> list[Fraction]:
    return [end.onset for end in phrase_ends(score, GivenMusic.of(score, score.slots))]


def resting(score: Score) -> list[Fraction]:
    given = GivenMusic.of(score, score.slots)
    return [end.onset for end in arrivals(score, given, phrase_ends(score, given))]


def test_a_line_rests_on_long_notes_inside_a_phrase() -> None:
    text = "C4:1 D4:1 E4:2 | F4:1 G4:1 A4:1 G4:1 | F4:1 E4:1 D4:1 E4:1 | C4:4 |"
    assert 2 in resting(tune(text)) and not {0, 1, 4, 5} & {*resting(tune(text))}


def test_a_line_rests_at_the_end_of_a_passage_that_is_repeated_in_sequence() -> None:
    passage = "{}:1 {}:1/2 {}:1/2 {}:1/2 {}:1/2 {}:1/2 {}:1/2 |"
    text = " ".join(
        passage.format(*names)
        for names in (["A4"] * 4 + ["D4", "F4", "A4"], ["G4"] * 4 + ["C4", "E4", "G4"], ["A4"] * 4 + ["B4", "C5", "D5"])
    )
    score = tune(text + " C5:1 A4:1 D4:2 |")
    assert {Fraction(7, 2), Fraction(15, 2)} <= {*resting(score), *ends(score)}


def test_fermatas_leave_no_other_rests() -> None:
    assert resting(tune(PLAIN)) == []


def test_fermatas_decide() -> None:
    assert ends(tune(PLAIN)) == [6, 14, 22, 30]


def test_long_notes_at_even_distances_are_ends() -> None:
    assert ends(tune(BARE)) == [6, 14, 22, 30]


def test_a_single_fermata_leaves_the_other_ends() -> None:
    assert ends(tune(BARE.rstrip(" |") + "^ |")) == [6, 14, 22, 30]


def test_a_final_note_that_is_tied_over_the_barline_closes_where_it_begins() -> None:
    text = "C4:1 | F4:1 A4:1 F4:1 | G4:2 E4:1 | F4:2 D4:1 | E4:2 C4:1 | F4:1 A4:1 F4:1 | G4:2 E4:1 | F4:3~ | F4:2^ |"
    score = tune(text, "3/4", "F major")
    last = phrase_ends(score, GivenMusic.of(score, score.slots))[-1]
    assert (last.measure_index, last.place, last.onset, last.end) == (7, 0, 19, 24)


LA = "C4:1,la D4:1,la E4:1,la F4:1{} |"
"""One measure of syllables."""


@pytest.mark.parametrize("sign", ["',la", ",la."])
def test_a_breath_or_a_full_stop_ends_a_phrase_that_nothing_else_marks(sign: str) -> None:
    measures = [LA.format(sign if number == 2 else ",la") for number in range(4)]
    assert ends(tune(" ".join(measures))) == [11, 15]


def test_no_phrase_ends_within_a_word_or_a_melisma() -> None:
    words = "C4:1,a D4:1,b E4:1,c C4:1,d | F4:1,e E4:1,f D4:2,{} | {} F4:1,i G4:1,j E4:1,k | F4:1,l D4:1,m C4:2,n |"
    assert 6 in ends(tune(words.format("g", "E4:1,h")))
    assert 6 not in ends(tune(words.format("(glo", "E4:1,ri-a)")))
    assert 6 not in ends(tune(words.format("Ah", "E4:1")))


def test_lines_of_verse_begin_with_capitals() -> None:
    line = "C4:1,{} D4:1,all E4:1,the F4:1,world"
    text = " | ".join([line.format("Sing"), line.format("and"), line.format("With"), line.format("and")]) + " |"
    assert 7 in ends(tune(text))


def test_a_rest_or_a_double_bar_ends_a_phrase() -> None:
    five = "C4:1 D4:1 E4:1 F4:1 | G4:1 A4:1 G4:1 "
    rest = tune(five + "R:1 | G4:1 A4:1 G4:1 F4:1 | E4:1 D4:1 E4:1 C4:1 |")
    assert 6 in ends(rest)
    bar = tune(five + "F4:1 || G4:1 A4:1 G4:1 F4:1 | E4:1 D4:1 E4:1 C4:1 |")
    assert 7 in ends(bar)


def test_a_phrase_slur_ends_where_a_phrase_does() -> None:
    score = tune(f"{QUARTERS} {QUARTERS} {QUARTERS} {QUARTERS}")
    slot = score.measures[0].voices[0].slot
    slurred = [
        replace(measure, spanners=(Slur(slot, Fraction(0), End(1, Fraction(3))),)) if index % 2 == 0 else measure
        for index, measure in enumerate(score.measures)
    ]
    assert ends(replace(score, measures=tuple(slurred))) == [7, 15]


def test_nothing_given_has_no_phrase_end_and_the_score_keeps_its_measures() -> None:
    score = tune(BARE)
    empty = replace(score, measures=tuple(replace(measure, voices=()) for measure in score.measures))
    assert phrase_ends(empty, GivenMusic.of(empty, score.slots)) == ()
    music = GivenMusic.of(score, score.slots)
    marked = with_phrase_ends(score, music, phrase_ends(score, music))
    assert [measure.phrase_ends for measure in marked.measures] == [(), (2,)] * 4


def test_a_hole_keeps_its_own_phrase_ends_and_is_no_end_itself() -> None:
    score = tune(PLAIN)
    holey = blank_voices(score, [SLOT], [4, 5])
    music = GivenMusic.of(holey, [SLOT])
    found = phrase_ends(holey, music)
    assert [end.onset for end in found] == [6, 14, 30]
    marked = with_phrase_ends(holey, music, found)
    assert [measure.phrase_ends for measure in marked.measures] == [(), (2,)] * 4
    inside = blank_voices(score, [SLOT], [3])
    assert [end.onset for end in phrase_ends(inside, GivenMusic.of(inside, [SLOT]))] == [6, 22, 30]


def test_a_blank_last_measure_is_the_end() -> None:
    score = append_measures(tune(PLAIN), 2, [SLOT])
    assert ends(score) == [6, 14, 22, 30, 38]


def hidden_fermatas() -> Iterator[tuple[Score, set[Fraction]]]:
    """Sopranos of the validation chorales without signs and words, and the onsets that had a fermata."""
    for piece in load_corpus("bach-chorales").split("valid")[:30]:
        score = read_score(piece.path)
        if len(score.parts) != 4:
            continue
        onsets = measure_onsets(score)
        places = [
            onset + end for onset, measure in zip(onsets, score.measures, strict=True) for end in measure.phrase_ends
        ]
        line = GivenMusic.of(score, [slot for slot in score.slots if slot.part == score.parts[0].id][:1]).line
        marked = {note.onset for note in line if any(note.onset <= place < note.end for place in places)}
        bare = [
            replace(
                measure,
                voices=tuple(
                    replace(
                        voice,
                        elements=tuple(replace(each, lyrics=()) if each.notes else each for each in voice.elements),
                    )
                    for voice in measure.voices
                    if voice.slot.part == score.parts[0].id
                ),
                phrase_ends=(),
                barline=type(measure.barline)(),
                repeat_start=False,
            )
            for measure in score.measures
        ]
        yield replace(score, measures=tuple(bare)), marked


def test_most_fermatas_of_chorales_are_found_from_the_tune_alone() -> None:
    right = found = hidden = 0
    for score, marked in hidden_fermatas():
        chosen = set(ends(score)[:-1])
        right, found, hidden = right + len(chosen & marked), found + len(chosen), hidden + len(marked)
    assert hidden > 100
    assert 2 * right / (found + hidden) > 0.65


DA_CAPO = "C5:1 D5:1 E5:1 C5:1 | F5:2 E5:2 | D5:1 B4:1 C5:2 | A5:2 D5:2 | A5:1 F5:1 E5:1 D5:1"


def with_fine(score: Score, fine: int) -> Score:
    """The score with `Fine` over a measure and `D.C.` at its end."""
    marks = {fine: RepeatMark("fine"), len(score.measures) - 1: RepeatMark("dacapo")}
    measures = tuple(
        replace(measure, directions=(Direction(measure.duration, marks[index]),)) if index in marks else measure
        for index, measure in enumerate(score.measures)
    )
    return replace(score, measures=measures)


def test_the_music_ends_at_fine() -> None:
    score = with_fine(tune(DA_CAPO), 2)
    found = phrase_ends(score, GivenMusic.of(score, [SLOT]))
    assert [(end.onset, end.closes) for end in found if end.closes or end is found[-1]] == [(10, True), (19, False)]
    assert not any(end.closes for end in phrase_ends(tune(DA_CAPO), GivenMusic.of(tune(DA_CAPO), [SLOT])))
    assert [str(key) for key in tune_keys(score)] == ["C major"] * 5
    assert [str(key) for key in tune_keys(tune(DA_CAPO))] != ["C major"] * 5
