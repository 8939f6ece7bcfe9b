"""`improvise` and `answer` as tasks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.system.errors import InputError
from scoregen.tasks.variation.answer import answer
from scoregen.tasks.variation.improvise import ImproviseOptions, improvise
from tests.plan.tunes import tune

CHORDS = "Dm7 G7 | Cmaj7 | Fmaj7 | Bm7b5 E7 | Am7 | D7 | G7 | C6"


def test_the_network_chooses_between_drafts_and_a_seed_repeats_its_solo() -> None:
    one = improvise(chords=CHORDS, options=ImproviseOptions(seed=2))
    assert one.drafts == 4 and one.figures.notes > 8
    assert one.score == improvise(chords=CHORDS, options=ImproviseOptions(seed=2)).score
    assert any("strong beats on chord tones" in notice for notice in one.notices)


def test_the_instrument_is_found_by_its_names() -> None:
    done = improvise(chords=CHORDS, options=ImproviseOptions(instrument="Trompete", drafts=1))
    assert done.score.parts[0].name == "Trumpet"
    with pytest.raises(InputError, match="--instrument: found 'kazoo'"):
        improvise(chords=CHORDS, options=ImproviseOptions(instrument="kazoo"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ImproviseOptions(density=2), "--density: found 2; expected a number from 0 to 1"),
        (ImproviseOptions(tempo=5), "--tempo: found 5; expected 10 to 400"),
        (ImproviseOptions(style="polka"), "--style: found 'polka'; expected one of: ballad, classical, folk, swing"),
    ],
)
def test_wrong_values_are_named(options: ImproviseOptions, message: str) -> None:
    with pytest.raises(InputError, match=message):
        improvise(chords=CHORDS, options=options)


def test_there_must_be_one_source_of_chords() -> None:
    with pytest.raises(InputError, match="found no chords"):
        improvise()
    with pytest.raises(InputError, match="omit one of them"):
        improvise(tune("C4:4"), chords=CHORDS)


def test_an_answer_says_what_it_keeps() -> None:
    phrase = tune("C5:1 D5:1 E5:1 C5:1 | D5:1 B4:1 G4:2", name="Melody")
    done = answer(phrase, seed=1)
    assert done.summary["phrase_is_open"] and done.summary["ends_on_tonic"]
    assert done.summary["key"] == "C major" and done.summary["time"] == "4/4"
    assert len(done.notices) == 1


def test_a_whole_piece_is_no_phrase() -> None:
    phrase = tune("C5:1 D5:1 E5:1 C5:1 | D5:1 B4:1 G4:2")
    with pytest.raises(InputError, match="found 40 measures; expected a phrase of at most 32"):
        answer(replace(phrase, measures=phrase.measures * 20))
