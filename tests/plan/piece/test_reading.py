"""Plans as files: what they say, that they come back as written, and what is refused, with line and key."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoregen.plan.piece.piece_plan import CADENCES, Level, PiecePlan, SectionPlan
from scoregen.plan.piece.reading import parse_plan, read_plan
from scoregen.plan.piece.writing import plan_text
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.system.errors import InputError, ReadError

EVENING = """
title = "Evening"
form = "ABA"
tempo = 66
mood = "calm"

[[section]]
name = "A"
measures = 4
key = "g minor"
phrases = [2, 2]
cadences = ["half", "authentic"]
dynamics = "p < f > p"

[[section]]
name = "B"
seconds = 20
tempo = 80
time = "3/4"
chords = "I | IV | V7 / I | (vi) | ii65 | V | I | IV | V"
"""


def test_what_a_plan_says() -> None:
    plan = parse_plan(EVENING)
    first, second = plan.sections
    assert (plan.form, plan.order, plan.measures) == ("A B A", (0, 1, 0), 17)
    assert (first.key, first.tempo, first.phrases) == (Key.parse("g minor"), 66, (2, 2))
    assert first.dynamics == (Level(0, "p", "crescendo"), Level(2, "f", "diminuendo"), Level(3, "p"))
    assert (second.measures, second.tempo, second.seconds) == (9, 81, 20), "the nearest tempo that lasts 20 seconds"
    assert first.mood == second.mood and first.mood is not None, "the mood of the piece"
    assert (first.density, first.articulation) == ("still", "legato")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('key = "H quux"\n[[section]]\nmeasures = 4', 1, "key: 'H quux' is not a key"),
        ("[[section]]\nmeasures = 4\nphrases = [2, 1]", 3, "phrases: found 2 + 1 = 3 measures; expected 4"),
        ("[[section]]\nmeasures = 4\ntempo = 100\nseconds = 60", 4, "seconds: found 60 s for 4 measures of 4/4 at 100"),
        ("[[section]]\nmeasures = 1\nseconds = 60", 3, "seconds: found 60 s for 1 measures, a tempo of 4"),
        (
            'form = "A B"\n[[section]]\nname = "A"\nmeasures = 4',
            1,
            "form: found 'B'; expected the names",
        ),
        ('form = "A"\n[[section]]\nmeasures = 4\n[[section]]\nname = "B"\nmeasures = 4', 5, "'B' is not in the form"),
        ('[[section]]\nname = "A"\nmeasures = 1\n[[section]]\nname = "A"\nmeasures = 1', 5, "found 'A' twice"),
        ('[[section]]\nmeasures = 4\nchords = "I | IV | V"', 3, "chords: found chords for 3 measures; expected 4"),
        ('[[section]]\nmeasures = 2\nchords = "I | Q"', 3, "found the chord 'Q'"),
        ('[[section]]\nmeasures = 2\nphrases = [2]\ncadences = ["half"]\nchords = "I | I"', 4, "where chords has I"),
        ('[[section]]\nmeasures = 2\ncadences = ["perfect"]', 3, "found 'perfect'; expected one of: authentic, half"),
        ('[[section]]\nmeasures = 4\ncadences = ["half", "half"]', 3, "but no phrases"),
        ('[[section]]\nmeasures = 4\ndynamics = "p f"', 3, "expected marks and hairpins"),
        ('[[section]]\nmeasures = 4\nharmony = "fixed"', 3, "found no chords"),
        ("[[section]]\nmeasure = 4", 2, "this key is unknown; did you mean measures?"),
        ("[[section]]\nmeasures = true", 2, "found True; expected a whole number"),
        ("[[section]]\nmeasures = 4\nkey = 5", 3, "found 5; expected a text"),
        ("[[section]]\n", 1, "measures: found neither measures nor seconds"),
        ("tempo = 70", 1, "section: found none"),
        ("anacrusis = 4\n[[section]]\nmeasures = 4", 1, "anacrusis: found 4 quarters in 4/4"),
        ("[[section]]\nmeasures = 2000\n[[section]]\nmeasures = 2000", 1, "found 4000 measures in all"),
    ],
)
def test_a_contradiction_is_refused_with_line_and_key(text: str, line: int, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_plan(text, "piece.toml")
    assert str(refused.value).startswith(f"piece.toml:{line}: ")
    assert message in str(refused.value)
    assert refused.value.exit_code == 2


def test_suggestions_and_changes_of_key_exclude_no_cadence() -> None:
    parse_plan('[[section]]\nmeasures = 2\ncadences = ["half"]\nchords = "I | I"\nharmony = "suggested"')
    parse_plan('[[section]]\nmeasures = 2\ncadences = ["authentic"]\nchords = "I | G:V I"')


def test_sections_without_names_are_lettered_past_z() -> None:
    plan = parse_plan("[[section]]\nmeasures = 1\n" * 28)
    assert [section.name for section in plan.sections[-3:]] == ["Z", "AA", "AB"]


def test_names_of_several_words_need_no_form() -> None:
    plan = parse_plan('[[section]]\nname = "Verse 1"\nmeasures = 2\n[[section]]\nname = "Coda"\nmeasures = 1')
    assert (plan.order, plan.measures) == ((0, 1), 3)
    assert parse_plan(plan_text(plan)) == plan


def test_files_that_are_no_plans(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    for data, message in ((b"[[section", "not TOML"), (b"\xff\xfe\x00", "no text in UTF-8")):
        path.write_bytes(data)
        with pytest.raises(ReadError, match=message):
            read_plan(path)
    with pytest.raises(ReadError, match="cannot be read"):
        read_plan(tmp_path / "none.toml")


@st.composite
def sections(draw: st.DrawFn, name: str) -> SectionPlan:
    phrases = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=4)))
    cadences = tuple(draw(st.sampled_from(("", *CADENCES))) for _ in phrases)
    time = TimeSignature.parse(draw(st.sampled_from(("4/4", "3/4", "6/8", "5/8", "2/2"))))
    tempo = draw(st.fractions(40, 200, max_denominator=100).filter(lambda value: 10_000 % value.denominator == 0))
    key = Key.parse(draw(st.sampled_from(("C major", "g minor", "d dorian", "F# major"))))
    marks = draw(st.sampled_from(((), (Level(0, "pp"),))))
    return SectionPlan(name, sum(phrases), key, time, tempo, phrases, cadences, dynamics=marks)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_plans_come_back_as_they_were_written(data: st.DataObject) -> None:
    names = "ABC"[: data.draw(st.integers(1, 3))]
    own = tuple(data.draw(sections(name)) for name in names)
    order = tuple(data.draw(st.permutations((*range(len(own)), 0))))
    plan = PiecePlan(own, order, 'A "title"', Fraction(data.draw(st.sampled_from((0, 1)))))
    if plan.anacrusis < own[0].time.duration:
        assert parse_plan(plan_text(plan)) == plan
