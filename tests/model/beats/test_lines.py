"""Lines of scores, what is usual in them, and the weights of what speaks for their barlines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scoregen.model.beats.barlines import example_of, fit_rater, share_right
from scoregen.model.beats.habits import count_habits
from scoregen.model.beats.lines import FEWEST, MOST, NotatedLine, in_compound, in_five, lines_of_score
from scoregen.notation.files import read_score
from scoregen.transcription.metrical.rater import Rater

TUNES = Path(__file__).parents[3] / "corpora" / "tunes"


@pytest.fixture(scope="module")
def lines() -> list[NotatedLine]:
    names = ("aura-lee", "new-britain", "wenceslas", "eventide", "greensleeves", "saints", "pop-major", "first-noel")
    return [line for name in names for line in lines_of_score(read_score(TUNES / f"{name}.musicxml"), "tunes")]


def test_a_line_knows_its_metre_and_its_positions(lines: list[NotatedLine]) -> None:
    hymn = lines[1]
    assert hymn.metre.name == "3/4" and hymn.beat == 1
    assert [str(hymn.metre.positions[index]) for index in hymn.positions[:4]] == ["2", "0", "2", "5/2"]
    assert (np.diff(hymn.onsets) > 0).all()


def test_the_parts_of_a_long_line_are_the_line(lines: list[NotatedLine]) -> None:
    short = max(lines, key=lambda line: len(line.onsets))
    times = 5
    shift = np.repeat(np.arange(times) * (short.measures[-1] + 1), len(short.onsets))
    repeated = [np.tile(values, times) for values in (short.onsets, short.ends)]
    onsets, ends = (values + shift * float(short.metre.measure) for values in repeated)
    pitches, positions = np.tile(short.pitches, times), np.tile(short.positions, times)
    line = replace(short, onsets=onsets, ends=ends, pitches=pitches, positions=positions, measures=shift)
    parts = list(line.parts())
    assert len(parts) > 2 and all(FEWEST <= len(part.onsets) <= MOST for part in parts)
    assert np.concatenate([part.onsets for part in parts]).tolist() == onsets.tolist()
    assert next(short.parts()).pitches.tolist() == short.pitches.tolist()


def test_usual_steps_are_likelier_than_others(lines: list[NotatedLine]) -> None:
    habits = count_habits([*lines, *lines, *lines])
    own = habits["4/4", lines[0].pulse]
    metre = lines[0].metre
    quarter, odd = metre.index(1.0), metre.index(2 / 3)
    assert own.steps[quarter, 0, 0] > own.steps[odd, 0, 0] + 1


def test_the_weights_choose_the_notated_barlines(lines: list[NotatedLine]) -> None:
    habits = count_habits([*lines, *lines, *lines])
    found = [example_of(next(line.parts()), habits, np.random.default_rng(index)) for index, line in enumerate(lines)]
    examples = [example for example in found if example is not None]
    assert len(examples) >= len(lines) - 2
    fitted = fit_rater(examples * 8, examples, {}, units=4)
    nothing = Rater(*(np.zeros_like(value) for value in (fitted.direct, fitted.inner, fitted.bias, fitted.outer)))
    assert share_right(examples, fitted) > 0.8 > share_right(examples, nothing)


def test_a_line_in_three_becomes_one_in_five(lines: list[NotatedLine]) -> None:
    five = in_five(lines[1])
    assert five is not None and five.metre.name == "5/4" and in_five(lines[0]) is None
    places = five.metre.places[five.positions]
    assert np.allclose(five.onsets, 5 * five.measures + places) and (np.diff(five.onsets) > 0).all()
    assert places[0] == 4 and set(np.diff(five.onsets)) <= {0.5, 1.0, 1.5, 2.0, 3.0, 4.0}


def test_a_line_in_three_and_one_in_four_become_lilting_ones(lines: list[NotatedLine]) -> None:
    names = {"3/4": "9/8", "4/4": "12/8"}
    made = [(line, lilting) for line in lines if (lilting := in_compound(line)) is not None]
    assert {line.metre.name for line, _ in made} == set(names)
    for line, lilting in made:
        assert lilting.metre.name == names[line.metre.name] and lilting.beat == 1.5
        places = lilting.metre.places[lilting.positions]
        starts = (lilting.onsets - places - lilting.onsets[0] + places[0]) / float(lilting.metre.measure)
        assert np.allclose(starts, np.rint(starts))
        halves = line.metre.places[line.positions] % 1 == 0.5
        assert set((places[halves] % 1.5).tolist()) <= {1.0}
        assert set((places[~halves] % 1.5).tolist()) == {0.0}
    assert any((line.metre.places[line.positions] % 1 == 0.5).any() for line, _ in made)
    assert all(in_compound(line) is None for line in lines if line.metre.name not in names)
