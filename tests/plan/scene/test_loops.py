"""Plans whose sections lead back to their beginnings."""

from __future__ import annotations

from dataclasses import replace

from scoregen.plan.piece.reading import parse_plan
from scoregen.plan.piece.writing import plan_text
from scoregen.plan.scene.cues import parse_scene
from scoregen.plan.scene.loops import looping, loops_of_hits, loops_of_sections
from scoregen.plan.scene.scene_plan import plan_of_scene
from tests.plan.scene.test_cues import DOOR


def test_free_sections_begin_on_the_tonic_and_end_on_the_dominant() -> None:
    plan = parse_plan(
        "[[section]]\nname = 'a'\nmeasures = 2\nkey = 'd minor'\n"
        "[[section]]\nname = 'b'\nmeasures = 1\ntime = '3/4'\n"
        "[[section]]\nname = 'c'\nmeasures = 1\nchords = 'I IV'\n"
        "[[section]]\nname = 'd'\nmeasures = 2\ncadences = ['authentic']\n"
        "[[section]]\nname = 'e'\nmeasures = 2\nsilence = 1\n"
    )
    found = looping(plan, loops_of_sections(plan))
    chords = [section.chords for section in found.sections]
    assert chords == [
        *("i N.C. / / | N.C. / / V", "I N.C. V", "I IV", ""),
        "N.C. / / / | N.C. / / V",
    ]
    assert found.sections[3] == plan.sections[3], "cadences that are asked for decide"
    assert parse_plan(plan_text(found)).sections == found.sections


def test_still_sections_loop_by_plans_that_can_be_read_again() -> None:
    """Their dominant begins where a still section has an onset."""
    text = "[[section]]\nmeasures = 2\nkey = 'd minor'\ndensity = 'still'\n"
    plan = parse_plan(text)
    found = looping(plan, loops_of_sections(plan))
    assert found.sections[0].chords == "i N.C. / / | N.C. / V /"
    assert parse_plan(plan_text(found)).sections == found.sections
    three = parse_plan(f"time = '3/4'\n{text}")
    assert looping(three, loops_of_sections(three)).sections[0].chords == "i N.C. / | V / /"
    short = parse_plan(f"time = '3/4'\n{text.replace('2', '1')}")
    (section,) = looping(short, loops_of_sections(short)).sections
    assert section.chords == "i N.C. /", "the measure has one onset, which the tonic has"


def test_the_stretches_of_a_scene_loop() -> None:
    plan = plan_of_scene(parse_scene(DOOR)).plan
    loops = loops_of_hits(plan)
    assert [loop.name for loop in loops] == ["A", "a step", "C", "the door opens", "E"]
    assert [number for loop in loops for number in loop.sections] == list(range(len(plan.sections)))
    found = looping(plan, loops)
    for loop in loops:
        first, last = (found.sections[loop.sections[place]] for place in (0, -1))
        assert first.silence or first.chords.split()[0] in ("I", "i")
        assert last.chords.split()[-1] == "V"


def test_the_harmony_of_a_long_free_section_moves_and_leads_back() -> None:
    text = "[[section]]\nname = 'a'\nmeasures = 8\nkey = 'd minor'\n"
    plan = parse_plan(text)
    (section,) = looping(plan, loops_of_sections(plan)).sections
    rows = [row.split() for row in section.chords.split(" | ")]
    assert len(rows) == 8 and not section.fixed
    assert rows[0][0] == "i" and rows[-1][-1] == "V"
    assert len({row[0] for row in rows}) >= 3 and "N.C." not in section.chords
    assert looping(plan, loops_of_sections(plan)).sections == (section,), "the same plan has the same harmony"
    assert parse_plan(plan_text(replace(plan, sections=(section,)))).sections == (section,)
    given = parse_plan(text + "chords = 'i | i | i | i | i | i | i | i'")
    assert looping(given, loops_of_sections(given)).sections[0].chords == given.sections[0].chords


LONG = "[[section]]\nname = 'a'\nmeasures = 8\nkey = 'd minor'\n"


def chords(text: str, seed: int = 0) -> str:
    plan = parse_plan(text)
    (section,) = looping(plan, loops_of_sections(plan), seed).sections
    return section.chords


def test_another_seed_draws_another_harmony_with_the_same_ends() -> None:
    drawn = [chords(LONG, seed) for seed in range(6)]
    assert len(set(drawn)) >= 4
    assert all(each.startswith("i ") and each.endswith(" V") for each in drawn)
    two = parse_plan(LONG + LONG.replace("'a'", "'b'"))
    first, second = looping(two, loops_of_sections(two), 1).sections
    assert first.chords != second.chords, "sections of one kind have harmonies of their own"


def test_a_suggested_chord_at_the_start_of_a_section_stays() -> None:
    short = "[[section]]\nname = 'a'\nmeasures = 2\nkey = 'C major'\n"
    assert chords(short + "chords = '(IV) / / / | V / / /'") == "(IV) / / / | V / / /"
    assert chords(LONG + f"chords = '{' | '.join(['(iv) / / /', *['N.C. / / /'] * 7])}'").startswith("(iv) / / / | (")


def test_the_free_measures_of_a_section_with_fixed_chords_move_by_suggestions() -> None:
    free = ["N.C. / / /"] * 3
    found = chords(LONG + f"chords = '{' | '.join([*free, 'iv / / /', *free, 'N.C. / / V'])}'")
    rows = [row.split() for row in found.split(" | ")]
    assert rows[0][:2] == ["i", "(i)"] and rows[3] == ["iv", "/", "/", "/"] and rows[7][3] == "V"
    suggested = [rows[number][0] for number in (1, 2, 4, 5, 6, 7)]
    assert all(word.startswith("(") for word in suggested) and len(set(suggested)) >= 3
    silent = chords(LONG + "silence = 2\nchords = '" + " | ".join(["N.C. / / /"] * 7 + ["N.C. / / V'"]))
    assert silent.startswith("N.C. / / / | N.C. / / / | (")
