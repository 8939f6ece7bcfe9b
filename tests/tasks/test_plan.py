"""Plans from options and from scores, and pieces composed on them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.plan.form import PieceOptions
from scoregen.plan.piece.reading import parse_plan
from scoregen.plan.piece.writing import plan_text
from scoregen.score.elements import Barline, Slot, Voice
from scoregen.system.errors import InputError
from scoregen.tasks.analyze import analyze
from scoregen.tasks.compose import SamplingOptions, compose
from scoregen.tasks.plan import plan_of_options, plan_of_score
from tests.notation.handmade import hymn, melody
from tests.plan.piece.test_reading import EVENING

FAST = SamplingOptions(candidates=2, passes=0)


def test_options_become_a_plan_that_can_be_edited() -> None:
    plan = plan_of_options(PieceOptions(measures=32, key="d minor", form="AABA", anacrusis=Fraction(1)))
    assert (plan.form, plan.measures, plan.anacrusis) == ("A A B A", 32, 1)
    assert all(sum(section.phrases) == section.measures == 8 for section in plan.sections)
    assert all(section.cadences[-1] == "authentic" for section in plan.sections)
    assert parse_plan(plan_text(plan)) == plan


def test_a_score_becomes_a_plan(repository: Path) -> None:
    tune = read_score(repository / "corpora" / "samples" / "nun-danket.musicxml")
    plan = plan_of_score(tune)
    (section,) = plan.sections
    assert plan.instrumentation == ""
    assert (section.measures, plan.anacrusis, section.phrases) == (16, 1, (2,) * 8)
    assert (str(section.key), section.tempo, section.chords) == ("G major", 84, "")
    assert parse_plan(plan_text(plan)) == plan


def test_repeats_and_double_bars_divide_a_score() -> None:
    score = melody("w:C4", "w:D4", "w:E4", "w:C4")
    first, second, third, last = score.measures
    from dataclasses import replace

    second = replace(second, barline=Barline("light-heavy", repeat_times=2))
    plan = plan_of_score(replace(score, measures=(first, second, third, last)))
    assert (plan.form, [section.measures for section in plan.sections]) == ("A A B", [2, 2])


def test_chords_of_an_analysis_are_suggestions() -> None:
    plan = plan_of_score(hymn())
    assert plan.instrumentation == "satb"
    assert plan.sections[0].chords
    assert not plan.sections[0].fixed
    assert parse_plan(plan_text(plan)) == plan


def test_a_piece_follows_its_plan() -> None:
    """Its fixed chords, keys, cadences, lengths and tempos; the section that comes back is the same."""
    plan = parse_plan(EVENING.replace('mood = "calm"', ""))
    done = compose(plan=plan, sampling=FAST)
    score = done.score
    assert len(score.measures) == 17
    assert [measure.voices for measure in score.measures[:4]] == [measure.voices for measure in score.measures[13:]]
    assert done.chords is not None
    assert [outcome.name for outcome in done.chords.departures if outcome.fixed] == []
    numerals = [row.numeral for row in done.alternatives[0].plan if row.measure in ("2", "4")]
    assert "V" in numerals and numerals[-1] == "i"
    assert not any("except for" in notice for notice in done.notices)
    kinds = [cadence.kind for cadence in analyze(score).cadences]
    assert "half" in kinds[0] and "authentic" in kinds[1]
    again = compose(plan=plan, sampling=FAST).score
    assert again.measures == score.measures, "the same seed gives the same notes"


def test_a_piece_follows_the_manner_of_its_mood() -> None:
    plan = parse_plan('[[section]]\nmeasures = 2\nmood = "calm"\n[[section]]\nmeasures = 2\nmood = "furious"')
    score = compose(plan=plan, sampling=FAST).score
    voices = [voice for measure in score.measures for voice in measure.voices]
    notes = [note for voice in voices for element in voice.elements for note in element.notes]
    assert not any(note.fermata for note in notes)
    tenor = [measure.voice(Slot("P3")) for measure in score.measures]
    assert [voice is not None and voice.is_silent for voice in tenor] == [True, True, False, False]
    onsets = [sum(len(voice.elements) for voice in measure.voices) for measure in score.measures]
    assert onsets[0] < onsets[2], "calm music has fewer notes than furious music"
    accents = [note.articulations for element in (tenor[2] or Voice(Slot("P3"))).elements for note in element.notes]
    assert ("accent",) in accents
    assert [float(measure.tempos[0].per_minute) for measure in score.measures[::2]] == [64, 110]


def test_a_plan_excludes_what_it_decides() -> None:
    with pytest.raises(InputError, match="leave out the score"):
        compose(hymn(), plan=parse_plan(EVENING))
    with pytest.raises(InputError, match="leave out the score"):
        compose(plan=parse_plan(EVENING), piece=PieceOptions())


def test_the_key_in_which_a_section_begins_counts_twice(tmp_path: Path) -> None:
    """Three measures of C major, then five of A minor under the same signature."""
    major = "[C,2E2G2c2] [F,2F2A2c2] | [G,2F2G2B2] [G,2D2G2B2] | [C,4E4G4c4] |"
    minor = "[A,2E2A2c2] [D,2F2A2d2] | [E,2E2^G2B2] [E,2D2^G2B2] |" * 2 + "[A,4E4A4c4] |]"
    keys = []
    for name, body in (("both", major + minor), ("minor", minor)):
        path = tmp_path / f"{name}.abc"
        path.write_text(f"X:1\nM:4/4\nL:1/4\nK:C\n{body.replace('2', '').replace('4', '2')}\n", encoding="utf-8")
        keys.append([str(section.key) for section in plan_of_score(read_score(path)).sections])
    assert keys == [["C major"], ["A minor"]]
