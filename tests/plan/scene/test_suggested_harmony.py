"""The harmony of what a scene leaves open."""

from __future__ import annotations

import random

import pytest

from scoregen.plan.piece.reading import parse_plan
from scoregen.plan.piece.writing import plan_text
from scoregen.plan.scene.cues import parse_scene
from scoregen.plan.scene.scene_plan import plan_of_scene
from scoregen.plan.scene.suggested_harmony import suggested, with_suggested_harmony
from tests.plan.scene.test_cues import DOOR


def rows(chords: str) -> list[list[str]]:
    return [row.split() for row in chords.split(" | ")]


def test_a_scene_opens_on_the_tonic_moves_and_closes() -> None:
    plan = plan_of_scene(parse_scene(DOOR)).plan
    found = with_suggested_harmony(plan, 1)
    first, last = found.sections[0], found.sections[-1]
    assert not first.fixed and rows(first.chords)[0][0] == "i"
    assert len({row[0] for row in rows(first.chords)}) >= 2
    assert not last.chords, "a single measure is left to the network"
    assert [(s.measures, s.tempo, s.key, s.silence) for s in found.sections] == [
        (s.measures, s.tempo, s.key, s.silence) for s in plan.sections
    ]
    assert parse_plan(plan_text(found)).sections == found.sections


def test_the_last_section_closes() -> None:
    plan = plan_of_scene(parse_scene("end = 30\nkey = 'e minor'\n[[cue]]\nat = 12\n")).plan
    _, last = with_suggested_harmony(plan, 4).sections
    assert rows(last.chords)[-1][0] == "i"
    assert [word for word in rows(last.chords)[-2] if word != "/"][-1] in ("V", "V7")


def test_sections_close_by_their_mood_and_lead_into_a_cadence() -> None:
    def ends(lines: str) -> set[str]:
        plan = plan_of_scene(parse_scene(f"end = 40\nkey = 'C major'\n[[cue]]\nat = 20\n{lines}")).plan
        drawn = [with_suggested_harmony(plan, seed).sections[0].chords for seed in range(12)]
        return {rows(each)[-1][0] for each in drawn}

    assert ends("") <= {"I", "V", "V7", "vi"}
    led = plan_of_scene(parse_scene("end = 40\nkey = 'C major'\n[[cue]]\nat = 20\nhit = 'cadence'\n")).plan
    assert rows(with_suggested_harmony(led, 1).sections[0].chords)[-1][-1] == "V"


def test_what_is_fixed_stays_and_what_is_silent_too() -> None:
    plan = plan_of_scene(parse_scene(DOOR)).plan
    found = {section.mark: section for section in with_suggested_harmony(plan, 1).sections if section.mark}
    assert found["D"].fixed and rows(found["D"].chords)[0][0] == "I"
    assert rows(found["C"].chords)[0] == ["N.C.", "/", "/", "/"], "the silence"
    led = next(s for s, after in zip(plan.sections, plan.sections[1:], strict=False) if after.mark == "D")
    kept = next(s for s in with_suggested_harmony(plan, 1).sections if s.name == led.name)
    assert rows(kept.chords)[-1][-1] == "V" and kept.fixed
    inner = [word for row in rows(kept.chords) for word in row if word not in ("V", "/", "N.C.")]
    assert inner and all(word.startswith("(") for word in inner)


def test_another_seed_draws_another_harmony() -> None:
    plan = plan_of_scene(parse_scene(DOOR)).plan
    texts = [" | ".join(s.chords for s in with_suggested_harmony(plan, seed).sections) for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1] and len(set(texts)) == 3


@pytest.mark.parametrize("time", ["3/4", "6/8", "5/4", "2/4", "4/4"])
@pytest.mark.parametrize("given", ["", "cadences = ['open']\n", "mood = 'tense'\n", "density = 'still'\n"])
def test_every_metre_and_manner_can_be_read_again(time: str, given: str) -> None:
    plan = parse_plan(f"[[section]]\nmeasures = 5\nkey = 'e minor'\ntime = '{time}'\n{given}")
    for seed in range(5):
        found = with_suggested_harmony(plan, seed)
        assert parse_plan(plan_text(found)).sections == found.sections


def test_named_cadences_church_modes_and_given_chords_stay() -> None:
    for given in ("cadences = ['half']", "key = 'd dorian'", "chords = 'I | IV | V | I'"):
        (section,) = parse_plan(f"[[section]]\nmeasures = 4\n{given}\n").sections
        assert suggested(section, random.Random(1)) == section
