"""Styles: what the file of the chorale says, and what is said of a file that is wrong."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from typing import Any

import pytest

from scoregen.score.keys import MODES, Key
from scoregen.score.theory.cadences import AUTHENTIC, PLAGAL
from scoregen.styles.style import DEFAULT, completed, load_style, over, parse_style
from scoregen.system.errors import InputError
from scoregen.system.resources import folder
from scoregen.tokens.constraints.places import DEFAULT_FINEST

CHORALE = load_style()


def declaration() -> dict[str, Any]:
    return tomllib.loads((folder("grammars") / "styles" / "chorale.toml").read_text(encoding="utf-8"))


def test_the_chorale_style_is_the_one_that_weights_were_calibrated_with() -> None:
    costs, ranking = CHORALE.voice_leading, CHORALE.ranking
    assert (costs.parallel, costs.crossing, costs.direct_motion, costs.unequal_fifths, costs.overlap) == (
        2.5,
        0.8,
        0.35,
        0.35,
        0.15,
    )
    assert (costs.augmented_step, costs.leap_over_octave, costs.leap_of_seventh, costs.open_phrase_end) == (
        0.75,
        1.0,
        0.35,
        2.0,
    )
    assert (ranking.measure_floor, ranking.parallel, ranking.unprepared_cadence, ranking.off_tonic_end) == (
        0.75,
        0.25,
        0.3,
        0.6,
    )
    assert (ranking.novelty_breach, ranking.unusual_succession) == (10.0, 0.3)
    assert (costs.unusual_succession, costs.usual_succession, costs.held_succession) == (0.8, 3.0, 0.0)
    assert (costs.seventh_leaves, costs.seventh_stays, costs.doubled_leading_note) == (1.8, 1.5, 1.2)
    assert (CHORALE.spelling.flats, CHORALE.spelling.sharps) == (6, 10)
    assert CHORALE.finest == DEFAULT_FINEST
    assert CHORALE.cadences.stay == 1
    assert [CHORALE.phrases.measures(beats) for beats in (2, 3, 4, 6)] == [4, 4, 2, 2]
    assert CHORALE.name == DEFAULT


def test_the_chances_keep_the_order_in_which_they_are_drawn() -> None:
    chances = CHORALE.cadences.chances
    assert list(chances["opening"].items()) == [("fifth", 0.55), ("tonic", 0.25), ("relative", 0.2)]
    assert list(chances["closing"].items()) == [("tonic", 0.7), ("relative", 0.2), ("fifth", 0.1)]
    assert CHORALE.cadences.dominants == {"away": 0.4, "home": 0.6}


def test_what_leads_home_makes_an_authentic_or_a_plagal_cadence() -> None:
    plan = CHORALE.cadences
    assert all(AUTHENTIC.leads(*chord) or PLAGAL.leads(*chord) for chord in plan.leading_home)
    assert not any(AUTHENTIC.leads(*chord) or PLAGAL.leads(*chord) for chord in plan.leading_away)
    assert AUTHENTIC.leads(*plan.dominant)
    assert [over(0, chord) for chord in plan.leading_home] == [(7, 11, 2, 5), (11, 2, 5, 8), (5, 9, 0), (5, 8, 0)]
    assert [over(0, chord) for chord in plan.leading_away] == [(10, 2, 5), (7, 10, 2, 5), (2, 5, 9), (9, 0, 4)]


@pytest.mark.parametrize("mode", MODES)
def test_the_goals_of_every_mode(mode: str) -> None:
    key, plan = Key.parse(f"D {mode}"), CHORALE.cadences
    assert plan.goal(key, "tonic") == key.triad
    has_no_dominant = mode in ("phrygian", "locrian", "mixolydian")
    fifth = {"phrygian": (7, 10, 2), "locrian": (7, 10, 2), "mixolydian": (9, 0, 4)}
    assert plan.goal(key, "fifth") == fifth.get(mode, (9, 1, 4))
    assert plan.goal(key, "relative") == ((11, 2, 6) if key.has_major_third else (5, 9, 0))
    assert (mode in plan.without_dominant) == has_no_dominant


def test_costs_give_way_to_what_a_user_asks_for() -> None:
    assert CHORALE.voice_leading.with_options(None, None) == CHORALE.voice_leading
    changed = CHORALE.voice_leading.with_options(2.0, 0.0)
    assert (changed.parallel, changed.crossing) == (2.0, 0.0)
    assert changed.direct_motion == CHORALE.voice_leading.direct_motion


def test_a_style_that_does_not_exist() -> None:
    with pytest.raises(InputError, match=r"there is no style .polka.; expected one of: .*chorale"):
        load_style("polka")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("title", None, "title is missing"),
        ("title", 3, "title: found 3; expected a text"),
        ("ranking", None, "ranking is missing"),
        ("ranking", 3, "ranking: found 3; expected a table"),
        ("tempo", 3, "tempo is not a key of a style; expected one of: title, voice_leading, ranking"),
        ("voice_leading.direct_motion", None, "[voice_leading] direct_motion is missing"),
        (
            "voice_leading.direct_motion",
            "much",
            "[voice_leading] direct_motion: found 'much'; expected a number of 0 or more",
        ),
        ("voice_leading.direct_motion", -1, "[voice_leading] direct_motion: found -1; expected a number of 0 or more"),
        (
            "voice_leading.direct_motion",
            True,
            "[voice_leading] direct_motion: found True; expected a number of 0 or more",
        ),
        (
            "voice_leading.hidden",
            1,
            "[voice_leading] hidden is not a key of a style; expected one of: parallel, crossing",
        ),
        ("spelling.flats", 1.5, "[spelling] flats: found 1.5; expected a whole number of 1 or more"),
        ("rhythm.binary", 0.25, '[rhythm] binary: found 0.25; expected quarters as in "1/4"'),
        ("rhythm.binary", "1/0", "[rhythm] binary: found '1/0'; expected quarters"),
        ("cadences.dominant", "H7", "[cadences] dominant: found a chord that cannot be read: 'H7' is not a chord"),
        ("cadences.leading_home", "G7", "[cadences] leading_home: found 'G7'; expected a list of texts"),
        ("cadences.goals.minor", None, "[cadences.goals] minor is missing"),
        ("cadences.goals.minor.fifth", None, "[cadences.goals.minor] fifth is missing"),
        ("cadences.dominants.home", 1.5, "[cadences.dominants] home: found 1.5; expected a share from 0 to 1"),
        ("cadences.chances.closing.fifth", 0.2, "found shares that add up to 1.1; expected 1"),
    ],
)
def test_a_wrong_file_is_one_line_with_the_key(path: str, value: object, message: str) -> None:
    table = declaration()
    *parents, key = path.split(".")
    inner = table
    for name in parents:
        inner = inner[name]
    inner.pop(key, None)
    if value is not None:
        inner[key] = value
    with pytest.raises(InputError) as caught:
        parse_style("mine", table)
    assert str(caught.value).startswith("grammars/styles/mine.toml: ")
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_a_style_may_be_another() -> None:
    table = declaration()
    table["rhythm"]["binary"] = "1/8"
    assert parse_style("mine", table).finest.binary == Fraction(1, 8)


def test_a_style_with_a_base_states_only_what_differs() -> None:
    style = load_style("instruments")
    assert style.cadences.goals == CHORALE.cadences.goals and style.spelling == CHORALE.spelling
    assert style.ranking != CHORALE.ranking and style.voice_leading.crossing == 0.0
    assert (style.title, style.aliases) == ("music for instruments", ())
    assert completed({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}, "aliases": ["x"]}) == {"a": {"b": 1, "c": 3}}
