"""Cue files and the plans that come of them."""

from __future__ import annotations

import tomllib
from fractions import Fraction

import pytest

from scoregen.plan.piece.piece_plan import letters
from scoregen.plan.piece.reading import parse_plan
from scoregen.plan.piece.writing import plan_text
from scoregen.plan.scene.cues import parse_scene
from scoregen.plan.scene.scene_plan import plan_of_scene
from scoregen.score.keys import Key
from scoregen.system.errors import InputError

DOOR = """
title = "The door"
tempo = 84
key = "c minor"
dynamics = "p"
end = 40

[[cue]]
at = "00:00:08:10"
name = "a step"

[[cue]]
at = 17.3
hit = "silence"

[[cue]]
at = "650f"
name = "the door opens"
hit = "cadence"
key = "C major"
dynamics = "f"

[[cue]]
at = 33.37
hit = "key change"
key = "G major"
"""


def test_a_scene_becomes_a_plan() -> None:
    scene = parse_scene(DOOR)
    found = plan_of_scene(scene)
    sections = {section.mark: section for section in found.plan.sections if section.mark}
    assert list(sections) == ["A", "B", "C", "D", "E"]
    assert (sections["B"].text, sections["B"].dynamics[0].mark) == ("a step", "sfz")
    assert sections["C"].silence == 1
    assert [section.hit for section in sections.values()] == [False, True, False, True, True]
    assert sections["D"].chords.startswith("I ")
    assert [section.key for section in sections.values()] == [
        *[Key.parse("c minor")] * 3, Key.parse("C major"), Key.parse("G major")
    ]  # fmt: skip
    before = next(
        section for section, following in zip(found.plan.sections, found.plan.sections[1:], strict=False)
        if following.mark == "D"
    )  # fmt: skip
    assert before.chords.endswith(" V"), "a dominant leads to the cadence"
    assert float(found.plan.seconds) == pytest.approx(40, abs=0.005)
    assert parse_plan(plan_text(found.plan)).sections == found.plan.sections


@pytest.mark.parametrize(
    ("hit", "mark"), [("cadence", "p"), ("silence", "p"), ("accent", "sfz"), ("accent'\ndynamics = 'f", "f")]
)
def test_a_scene_begins_with_its_dynamics_unless_its_first_cue_has_others(hit: str, mark: str) -> None:
    scene = parse_scene(f"dynamics = 'p'\nend = 20\n[[cue]]\nat = 0\nhit = '{hit}'\n[[cue]]\nat = 8\nhit = 'cadence'")
    found = [[level.mark for level in section.dynamics] for section in plan_of_scene(scene).plan.sections]
    assert found[0] == [mark]
    assert not any(found[1:]), "only the start has the dynamics of the scene"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[[cue]]\nat = -1", 2, "at: found a time 1 s before the start of the music"),
        ('start = "00:01:00:00"\n[[cue]]\nat = "00:00:59:00"', 3, "at: found a time 1 s before the start"),
        ("[[cue]]\nat = 5\n[[cue]]\nat = 5", 4, "at: found a time that is not after that of the cue before"),
        ("[[cue]]\nname = 'x'", 1, "at: found no time"),
        ("[[cue]]\nat = '00:00:12:25'", 2, "frames below 25"),
        ("[[cue]]\nat = 5\nhit = 'boom'", 3, "found 'boom'; expected one of: accent, cadence"),
        ("[[cue]]\nat = 5\nhit = 'key change'", 3, "found a key change without a key"),
        ("end = 4\n[[cue]]\nat = 5", 1, "end: found 4 s after the start; expected 5 to 3600"),
        ("[[cue]]\nat = 100000", 2, "at: found a time 100000 s after the start of the music; expected 3600 at most"),
        ("[[cue]]\nat = 1e300", 2, "at: found 1e+300; expected a time of less than 100 hours"),
        ("[[cue]]\nat = inf", 2, "at: found inf; expected seconds"),
        ("end = nan\n[[cue]]\nat = 5", 1, "end: found nan; expected seconds"),
        ("end = 0\n[[cue]]\nat = 0", 1, "end: found 0 s after the start"),
        ("key = 'g minor'\n[[cue]]\nat = 5\nhit = 'key change'\nkey = 'g minor'", 5, "change to G minor, in which"),
        ("[[cue]]\nat = 5\nmood = 3", 3, "mood: found 3; expected a text"),
        ("frame_rate = 23\n[[cue]]\nat = 5", 1, "frame_rate: found '23'; expected one of: 23.976, 24, 25"),
        ("time = '5/8'\n[[cue]]\nat = 5", 1, "beats are of different length"),
        ("[[cue]]\nat = 5\nwieght = 1", 3, "did you mean weight?"),
        ("tempo = 90", 1, "cue: found none"),
    ],
)
def test_a_wrong_cue_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_scene(text, "cues.toml")
    assert str(refused.value).startswith(f"cues.toml:{line}: ")
    assert message in str(refused.value)


def test_cues_that_no_tempo_reaches_are_refused_by_name_and_line() -> None:
    scene = parse_scene("end = 20\n[[cue]]\nat = 8\nname = 'one'\n[[cue]]\nat = 8.2\nname = 'two'", "a.toml")
    with pytest.raises(InputError, match=r"leads from 'one' at 8 s to 'two' at 8.2 s, 0.2 s; widen slowest") as refused:
        plan_of_scene(scene)
    assert str(refused.value).startswith("a.toml:5: ")
    scene = parse_scene("end = 8.2\n[[cue]]\nat = 8\nname = 'one'", "a.toml")
    with pytest.raises(InputError, match=r"^a.toml:2: .* from 'one' at 8 s to the end, 0.2 s"):
        plan_of_scene(scene)


def test_a_mood_lasts_until_the_next() -> None:
    cues = "[[cue]]\nat = 8\n[[cue]]\nat = 16\nmood = 'calm'\n[[cue]]\nat = 24"
    plan = plan_of_scene(parse_scene(f"mood = 'tense'\nend = 30\n{cues}")).plan
    moods = [table["mood"] for table in tomllib.loads(plan_text(plan))["section"] if "mark" in table]
    assert len(moods) == 4 and moods[0] == moods[1] != moods[2] == moods[3]


def test_long_segments_stay_exact() -> None:
    scene = parse_scene("end = 600\n[[cue]]\nat = 313.377\n[[cue]]\nat = 351.4")
    plan = plan_of_scene(scene).plan
    now, reached = Fraction(0), []
    for section in plan.sections:
        reached.append(float(now)) if section.mark else None
        now += section.seconds
    assert reached[1:] == pytest.approx([313.377, 351.4], abs=0.005)
    assert float(now) == pytest.approx(600, abs=0.005)


def test_rehearsal_marks_go_on_after_z() -> None:
    assert [letters(number) for number in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]
