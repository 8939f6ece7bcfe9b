"""Plans of forms, moods and stories."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.plan.forms.asked import plan_asked, story_text
from scoregen.plan.forms.grammar import form_names
from scoregen.plan.forms.passages import passages_of_story
from scoregen.plan.forms.section_drawing import divided
from scoregen.plan.mood.story import read_story
from scoregen.plan.piece.piece_plan import DENSITIES
from scoregen.plan.piece.reading import parse_plan
from scoregen.plan.piece.writing import plan_text
from scoregen.system.errors import InputError, ReadError

STORY = """Evening settles softly over the lake, and the two friends sit in the boat and dream.
Everything is calm. Then thunder rolls. A storm breaks loose, the waves crash over them, they scream in terror!
At last the wind rests. They reach the shore, laughing, and embrace each other with joy."""


@pytest.mark.parametrize("form", form_names())
@pytest.mark.parametrize("mood", ["", "furious", "tender, then uneasy", "valence 0.9 -0.9, arousal -1 1, tension 1"])
def test_every_plan_that_is_drawn_is_read_back_equal(form: str, mood: str) -> None:
    for seed in range(3):
        plan = plan_asked(form, mood, seed=seed).plan
        assert parse_plan(plan_text(plan)) == plan
        assert plan == plan_asked(form, mood, seed=seed).plan


def test_one_climax() -> None:
    for seed in range(5):
        plan = plan_asked("rondo", "calm", seed=seed).plan
        swells = [section for section in plan.sections if len(section.dynamics) > 1]
        assert len(swells) == 1
        loudest = max(swells[0].dynamics, key=lambda level: ("pp", "p", "mp", "mf", "f", "ff").index(level.mark))
        assert 0.5 < loudest.measure / swells[0].measures < 0.8


def test_a_theme_that_comes_back_and_keys_that_leave_and_return() -> None:
    for seed in range(10):
        plan = plan_asked("aaba", seed=seed).plan
        theme, contrast = plan.sections
        assert plan.order.count(0) == 3 and theme.motif and not contrast.motif
        assert theme.key != contrast.key


def test_options_are_kept() -> None:
    plan = plan_asked("period", options={"measures": 12, "key": "g minor", "time": "3/4", "tempo": 100}).plan
    (section,) = plan.sections
    assert (section.measures, str(section.key), str(section.time), section.tempo) == (12, "G minor", "3/4", 100)
    assert section.phrases == (6, 6)


@pytest.mark.parametrize("seconds", [4, 9, 12, 17, 30])
@pytest.mark.parametrize("mood", ["", "furious", "calm"])
def test_a_form_that_nobody_named_fits_the_seconds(seconds: int, mood: str) -> None:
    for seed in range(5):
        plan = plan_asked(mood=mood, options={"seconds": seconds}, seed=seed).plan
        assert abs(plan.seconds - seconds) < Fraction(1, 20)
        assert min(section.measures for section in plan.sections) >= 2


def test_seconds_are_exact() -> None:
    for options in ({"form": "aaba"}, {"mood": "calm, then furious"}, {"story": STORY}):
        plan = plan_asked(**options, options={"seconds": 60}).plan
        assert abs(plan.seconds - 60) < Fraction(1, 20)
        assert all(section.tempo.denominator == 1 for section in plan.sections[:-1])


def test_variations_keep_the_harmony_and_a_ground_its_bass() -> None:
    plan = plan_asked("variations", seed=1).plan
    in_home = [section for section in plan.sections if section.key == plan.sections[0].key]
    assert len(in_home) == 4 and len({section.chords for section in in_home}) == 1
    ground = plan_asked("ostinato", seed=1).plan
    assert {section.motif_part for section in ground.sections} == {"lowest"}
    first = ground.sections[0].chords.split(" | ")
    assert first[:4] == first[4:] and ground.sections[0].motif_at == (1, 5)


def test_a_curve_of_moods_is_a_row_of_passages_with_one_motif() -> None:
    plan = plan_asked(mood="tender, uneasy, furious, calm").plan
    assert plan.form == "A B C D"
    assert len({section.motif for section in plan.sections if section.motif}) == 1
    assert [section.key.mode for section in plan.sections] == ["major", "minor", "minor", "major"]
    assert plan.sections[0].key == plan.sections[-1].key
    densities = [DENSITIES.index(section.density) for section in plan.sections]
    assert densities[2] == max(densities) and densities[3] == min(densities)


def test_a_story_is_read_in_passages_with_the_words_that_caused_them() -> None:
    asked = plan_asked(story=STORY)
    moods = [section.mood for section in asked.plan.sections]
    assert moods[0] is not None and moods[0].quadrant == "peace"
    assert any(mood is not None and mood.quadrant == "fear" for mood in moods)
    assert moods[-1] is not None and moods[-1].valence > 0
    text = plan_text(asked.plan, asked.remarks)
    assert "# words: " in text and "thunder (danger)" in text and "# Everything is calm." in text
    assert parse_plan(text) == asked.plan
    assert asked.plan.sections[0].text.startswith("Evening settles softly")


def test_sentences_without_mood_go_on_with_the_one_before() -> None:
    passages = passages_of_story(read_story("He weeps at the grave. The clock shows noon. The clock shows one."))
    assert len(passages) == 1 and passages[0].mood.valence < -0.2


def test_a_story_in_another_language_is_neutral_and_says_so() -> None:
    asked = plan_asked(story="Hola, estoy muy triste hoy.")
    assert len(asked.notices) == 1 and "found no word of mood in the story" in asked.notices[0]
    assert plan_asked(story=STORY).notices == ()


def test_long_stories_have_eight_passages_at_most() -> None:
    story = "They laugh and dance. He weeps at the grave. " * 100
    assert len(plan_asked(story=story).plan.sections) <= 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mood": "calm", "story": STORY}, "--mood: a story has its own moods"),
        ({"form": "aaba", "story": STORY}, "--form: a story has its own moods"),
        ({"mood": "xyzzy"}, "--mood: the mood word 'xyzzy' is unknown"),
        (
            {"form": "rondo", "options": {"measures": 4}},
            "--measures: found 4 measures for the 5 sections of rondo; expected 10",
        ),
        ({"mood": "calm, sad", "options": {"measures": 3}}, "found 3 measures for 2 passages; expected 4"),
        ({"form": "period", "options": {"measures": 8, "seconds": 9}}, "--seconds: --measures gives the length"),
        ({"form": "period", "options": {"key": "d dorian"}}, "--key: found D dorian"),
        ({"form": "period", "options": {"key": "quux"}}, "is not a key"),
        ({"form": "period", "options": {"tempo": 1000}}, "found a tempo of 1000"),
        ({"form": "period", "options": {"seconds": 1}}, "--seconds: found 1; expected 4 to 3600"),
        ({"story": "The dog barks. " * 6000, "options": {}}, "found 18000 words; expected at most 5000"),
    ],
)
def test_what_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as refused:
        plan_asked(**arguments)  # type: ignore[arg-type]
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_that_are_no_stories(tmp_path: Path) -> None:
    path = tmp_path / "story.txt"
    for data, error, message in (
        (b"", InputError, "story.txt: found no words"),
        (b"\xff\xfe\x00a", ReadError, "no text in UTF-8"),
        (b"word " * 100_000, InputError, "found 100000 words"),
        (b"word " * 300_000, InputError, "bytes; expected a story of at most"),
    ):
        path.write_bytes(data)
        with pytest.raises(error, match=message):
            story_text(path)
    with pytest.raises(ReadError, match="cannot be read"):
        story_text(tmp_path / "none.txt")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no endless file")
def test_a_file_without_an_end_is_no_story() -> None:
    with pytest.raises(InputError, match="bytes; expected a story of at most"):
        story_text(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("measures", "shares", "expected"), [(8, (1, 1), (4, 4)), (9, (1, 1, 1, 1), (4, 5)), (3, (1, 1), (3,))]
)
def test_phrases_divide_a_section(measures: int, shares: tuple[int, ...], expected: tuple[int, ...]) -> None:
    found = divided(measures, shares)
    assert sum(found) == measures and len(found) == len(expected)


@pytest.mark.parametrize("measures", range(12, 33))
def test_a_piece_has_its_theme_and_all_its_measures(measures: int) -> None:
    """Sections that come again have an even number of measures, and a motif with room for a close."""
    plan = plan_asked("ternary", "sad", options={"measures": measures}, seed=3).plan
    first, middle = plan.sections
    assert 2 * first.measures + middle.measures == measures and not first.measures % 2
    assert first.motif and min(first.phrases) >= 3
