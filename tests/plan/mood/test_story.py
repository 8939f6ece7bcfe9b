"""The mood of stories: single rules of reading, errors, and the quadrants of the scenes."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from scoregen.plan.mood.affect import Affect
from scoregen.plan.mood.story import mood_of, read_story
from scoregen.system.errors import InputError

SCENES = tomllib.loads((Path(__file__).parent / "scenes.toml").read_text(encoding="utf-8"))


def mood(text: str) -> Affect:
    return mood_of(read_story(text))


@pytest.mark.parametrize(
    ("text", "quadrant"),
    [
        ("The children laugh and dance.", "joy"),
        ("The lake is calm and quiet.", "peace"),
        ("She screams. The murderer has a knife!", "fear"),
        ("He weeps alone at the grave.", "sorrow"),
        ("Die Kinder lachen und tanzen.", "joy"),
        ("Der See ist ruhig und still.", "peace"),
        ("Sie schreit. Der Mörder hat ein Messer!", "fear"),
        ("Er weint allein am Grab.", "sorrow"),
    ],
)
def test_plain_sentences(text: str, quadrant: str) -> None:
    assert mood(text).quadrant == quadrant


def test_a_negation_turns_a_word_around_within_its_clause() -> None:
    (plain,), (negated,) = read_story("She is happy."), read_story("She is not happy.")
    assert plain.affect.valence > 0 > negated.affect.valence
    assert [cause.reading for cause in negated.causes] == ["negated"]
    (other,) = read_story("There is no wind, but she is happy.")
    assert other.affect.valence > 0


def test_a_denied_stop_negates_nothing_else() -> None:
    assert mood("They could not stop laughing.").valence > 0
    assert mood("Die Kinder hören nicht auf zu lachen.").valence > 0


def test_a_denied_hurry_is_no_displeasure() -> None:
    (sentence,) = read_story("There is no need to rush.")
    assert sentence.affect.valence == 0 > sentence.affect.arousal


def test_a_negation_reaches_an_infinitive_and_not_a_place() -> None:
    assert mood("Nobody asks him to sing.").valence < 0
    assert mood("Nobody follows her to the sunny garden.").valence > 0


def test_a_verdict_is_held_against_the_next_sentence() -> None:
    (first, _) = read_story("Wonderful, here we are again. The house is on fire and the murderer is at the door.")
    assert first.causes[0].reading == "irony"


def test_a_german_negation_reaches_back() -> None:
    assert mood("Er lächelt nicht mehr.").valence < 0 < mood("Er lächelt.").valence


def test_what_follows_a_contrast_counts_more() -> None:
    assert mood("It was sad, but then she was happy.").valence > 0
    assert mood("It was happy, but then she was sad.").valence < 0


def test_a_verdict_against_the_facts_is_irony() -> None:
    (sentence,) = read_story("How lovely: the house is on fire and the murderer is at the door.")
    assert sentence.causes[0].reading == "irony"
    assert sentence.affect.valence < 0
    (honest,) = read_story("How lovely: the roses bloom and the birds sing.")
    assert not any(cause.reading for cause in honest.causes)


def test_adverbs_strengthen_and_weaken() -> None:
    assert mood("He is slightly sad.").valence > mood("He is sad.").valence > mood("He is very sad.").valence


def test_exclamations_are_aroused() -> None:
    assert mood("The door opens!").arousal > mood("The door opens.").arousal


def test_phrases_stand_for_themselves() -> None:
    (sentence,) = read_story("They sit by the fire.")
    assert "by the fire" in [cause.word for cause in sentence.causes]
    assert sentence.affect.valence > 0


def test_causes_name_the_word_and_its_meaning() -> None:
    (sentence,) = read_story("She is not happy.")
    assert [str(cause) for cause in sentence.causes] == ["happy (negated, joy)"]


@pytest.mark.parametrize(("text", "message"), [("", "found no words"), (" … 12 \n", "found no words")])
def test_an_empty_story_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_story(text)


def test_a_hundred_thousand_words_are_refused() -> None:
    with pytest.raises(InputError, match="found 100000 words; expected at most 5000"):
        read_story("word " * 100_000)


@pytest.mark.parametrize("text", ["!" * 5000, "a" * 100_000, "nicht " * 4000, "(" * 3000 + "word", "\u202eabc\x00 sad"])
def test_odd_texts_are_read_or_refused(text: str) -> None:
    try:
        assert -1 <= mood(text).valence <= 1
    except InputError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(("half", "least"), [("development", 0.9), ("test", 0.75), ("later", 0.65)])
def test_quadrants_of_scenes(half: str, least: float) -> None:
    rows = [(quadrant, text) for quadrant, ways in SCENES[half].items() for texts in ways.values() for text in texts]
    assert len(rows) == (72 if half == "later" else 48)
    right = sum(mood(text).quadrant == quadrant for quadrant, text in rows)
    assert right / len(rows) >= least
