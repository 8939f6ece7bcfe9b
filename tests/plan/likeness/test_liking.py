"""Plans made like a piece: its chords, its rhythm of changes, its density and texture, and nothing against the plan."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import replace

import pytest

from scoregen.plan.chords.chord_rows import beat_rows
from scoregen.plan.likeness.likeness import Likeness, likeness_of
from scoregen.plan.likeness.liking import liking
from scoregen.plan.piece.piece_plan import PiecePlan
from scoregen.plan.piece.reading import parse_plan, with_keys
from scoregen.plan.piece.writing import plan_text
from scoregen.score.elements import Score
from scoregen.system.errors import InputError
from tests.notation.handmade import BASS, TENOR, TREBLE, melody, voice_part

BY_FIFTHS = {
    "Soprano": ("h:E5 h:F5", "h:D5 h:E5", "h:C5 h:C5", "h:B4 h:C5"),
    "Alto": ("h:G4 h:A4", "h:G4 h:G4", "h:E4 h:F4", "h:D4 h:E4"),
    "Tenor": ("h:C4 h:C4", "h:B3 h:C4", "h:A3 h:A3", "h:G3 h:G3"),
    "Bass": ("h:C3 h:F3", "h:G3 h:C3", "h:A2 h:F3", "h:G2 h:C3"),
}
"""I IV | V I | vi IV | V I in C major, two chords a measure."""


def choir(rows: dict[str, tuple[str, ...]]) -> Score:
    clefs = (TREBLE, TREBLE, TENOR, BASS)[: len(rows)]
    parts = tuple(
        voice_part(number, name, clef) for number, (name, clef) in enumerate(zip(rows, clefs, strict=True), 1)
    )
    lines = [melody(*texts).measures for texts in rows.values()]
    measures = tuple(
        replace(column[0], voices=tuple(
            replace(each.voices[0], slot=each.voices[0].slot._replace(part=part.id))
            for each, part in zip(column, parts, strict=True)))
        for column in zip(*lines, strict=True)
    )  # fmt: skip
    return Score(parts, measures)


LIKENESS = likeness_of(choir(BY_FIFTHS))


def keys(plan: PiecePlan) -> list[dict[str, object]]:
    return list(tomllib.loads(plan_text(plan))["section"])


def suggested(text: str) -> list[str]:
    return [word.strip("()") for word in text.split() if word.startswith("(")]


def test_a_piece_has_a_vocabulary_a_density_and_a_texture() -> None:
    assert LIKENESS.vocabulary("major") == {"I", "IV", "V", "vi"}
    assert LIKENESS.successions["major"]["IV"] == {"V": 2}
    assert LIKENESS.changes == {4: {2: 4}}
    assert (LIKENESS.density, LIKENESS.texture) == ("still", "full")
    quick = likeness_of(melody("e:C5 e:D5 e:E5 e:F5 e:G5 e:F5 e:E5 e:D5", "w:C5"))
    assert (quick.density, quick.texture) == ("moving", "solo")


def test_open_sections_get_the_chords_of_the_piece_in_their_key() -> None:
    plan = parse_plan("[[section]]\nname = 'a'\nmeasures = 16\nkey = 'Eb major'\n")
    (section,) = liking(plan, LIKENESS, seed=3).sections
    found = suggested(section.chords)
    assert set(found) <= LIKENESS.vocabulary("major") and len(set(found)) > 2
    rows = beat_rows(section.chords, 16, 4)
    assert rows is not None
    assert all((row[1], row[3]) == ("/", "/") for row in rows), "two chords a measure, as in the piece"
    pairs = list(itertools.pairwise(found))
    known = [after in LIKENESS.successions["major"][before] for before, after in pairs]
    assert sum(known) > 0.7 * len(known)
    (other,) = liking(plan, LIKENESS, seed=4).sections
    assert other.chords != section.chords
    assert liking(plan, LIKENESS, seed=3).sections == (section,), "the same seed gives the same chords"


def test_what_a_plan_says_stays() -> None:
    plan = parse_plan(
        "form = 'a b c a'\n[[section]]\nname = 'a'\nmeasures = 4\nphrases = [2, 2]\ncadences = ['half', 'authentic']\n"
        "density = 'driving'\n"
        "[[section]]\nname = 'b'\nmeasures = 1\nchords = 'ii65 V7 / I'\n"
        "[[section]]\nname = 'c'\nmeasures = 2\nchords = 'N.C. / / / | N.C. / / V'\nsilence = 1\n"
    )
    found = liking(plan, LIKENESS)
    assert found.order == (0, 1, 2, 0)
    first, second, third = found.sections
    rows = beat_rows(first.chords, 4, 4)
    assert rows is not None
    assert rows[1][2] == "V" and rows[3][1:3] == ["V", "I"], "cadences are chords at the ends of phrases"
    assert keys(found)[0]["density"] == "driving"
    assert second.chords == "ii65 V7 / I"
    third_rows = beat_rows(third.chords, 2, 4)
    assert third_rows is not None
    assert third_rows[0] == ["N.C.", "/", "/", "/"], "silence has no chords"
    assert third_rows[1][3] == "V"
    assert [row["texture"] for row in keys(found)] == ["full"] * 3


@pytest.mark.parametrize("time", ["4/4", "3/4", "6/8"])
def test_a_still_section_takes_chords_too(time: str) -> None:
    """Its density has no onset for the chord before the cadence, which is then a suggestion."""
    plan = parse_plan(
        f"time = '{time}'\n[[section]]\nmeasures = 4\ndensity = 'still'\nphrases = [4]\ncadences = ['authentic']\n"
    )
    found = liking(plan, LIKENESS)
    (section,) = found.sections
    assert (section.density, section.fixed) == ("still", False)
    assert suggested(section.chords) and [w for w in section.chords.split() if w in ("V", "I")] == ["V", "I"]
    assert parse_plan(plan_text(found)).sections == found.sections


def test_a_mode_that_the_piece_has_not_stays_open() -> None:
    plan = parse_plan("[[section]]\nname = 'a'\nmeasures = 4\nkey = 'a minor'\n")
    (section,) = liking(plan, LIKENESS).sections
    assert section.chords == ""


def test_chords_that_change_on_every_beat_have_a_density_that_lets_them() -> None:
    plan = parse_plan("[[section]]\nname = 'a'\nmeasures = 1\nchords = 'I IV V I'\n")
    assert keys(liking(plan, LIKENESS))[0]["density"] == "moving"


def test_a_piece_without_notes_is_refused() -> None:
    with pytest.raises(InputError, match="no pitched notes"):
        likeness_of(melody("w:r"))


def test_keys_are_added_only_where_they_are_missing() -> None:
    plan = parse_plan(
        "[[section]]\nname = 'a'\nmeasures = 1\ntexture = 'solo'\n[[section]]\nname = 'b b'\nmeasures = 1\n"
    )
    found = with_keys(plan, [{"texture": "full"}, {"texture": "full"}])
    assert [row["texture"] for row in keys(found)] == ["solo", "full"]
    assert found.order == plan.order


def test_a_likeness_names_its_words() -> None:
    words = [
        Likeness({}, {}, onsets, 3, share).density for onsets, share in ((0.4, 1), (1, 1), (1.5, 1), (2, 1), (4, 1))
    ]
    assert words == ["still", "calm", "moving", "flowing", "driving"]
    assert Likeness({}, {}, 1, 3, 0.5).texture == "thin"
