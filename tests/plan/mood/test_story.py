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


@pytest.mark.parametrize(
    ("half", "count", "least"),
    [("development", 48, 0.95), ("test", 48, 0.85), ("later", 72, 0.72), ("absence", 60, 0.7), ("unseen", 24, 0.3)],
)
def test_quadrants_of_scenes(half: str, count: int, least: float) -> None:
    rows = [(quadrant, text) for quadrant, ways in SCENES[half].items() for texts in ways.values() for text in texts]
    assert len(rows) == count
    right = sum(mood(text).quadrant == quadrant for quadrant, text in rows)
    assert right / len(rows) >= least


def absent(text: str) -> list[str]:
    return [cause.meaning for each in read_story(text) for cause in each.causes if cause.reading == "absence"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("The armchair is empty.", "an empty place"),
        ("Empty cots stood along the wall.", "an empty place"),
        ("Her scarf is still on the rail.", "what is left of somebody"),
        ("The widower folds her jackets.", "what is left of somebody"),
        ("This is the yard where the two of them used to sit.", "what was there"),
        ("No one came to the station.", "nobody"),
        ("Not a single guest arrived.", "nobody"),
        ("There was no reply.", "nobody"),
        ("She no longer asks.", "an ended habit"),
        ("He will never sail again.", "an ended habit"),
        ("Only one cup is on the tray.", "one where there were two"),
        ("The phone rings and rings.", "silence after a sound"),
        ('"Is Daddy coming back?" "No."', "a loss in talk"),
        ("Der Sessel war leer.", "an empty place"),
        ("Ihre Tasse steht noch auf dem Tisch.", "what is left of somebody"),
        ("Der Witwer faltet ihre Kleider.", "what is left of somebody"),
        ("Einst saß sie hier.", "what was there"),
        ("Niemand kam zu der Feier.", "nobody"),
        ("Es kam kein Brief.", "nobody"),
        ("Er singt nicht mehr.", "an ended habit"),
        ("Auf dem Tisch steht nur ein Teller.", "one where there were two"),
    ],
)
def test_losses_that_are_told_by_absence(text: str, meaning: str) -> None:
    assert meaning in absent(text)
    assert mood(text).quadrant == "sorrow"


@pytest.mark.parametrize(
    "text",
    [
        "She is no longer ill.",
        "They are not afraid any more.",
        "Er ist nicht mehr krank.",
        "The bottle is empty.",
        "Der Eimer ist leer.",
        "He hangs up his coat.",
        "The chairs stand in the sun.",
        "Nobody hurries.",
    ],
)
def test_what_is_absent_without_a_loss(text: str) -> None:
    assert not absent(text)
    assert mood(text).valence > mood("The armchair is empty.").valence / 2


def test_in_an_excited_scene_nothing_absent_is_a_loss() -> None:
    assert not absent("The bed is empty. She screams, and the murderer leaps at her with a knife!")
    assert not absent("Not a chair stayed occupied, no guest sat down: all danced and laughed and cheered.")
    assert mood("The bed is empty. She screams, and the murderer leaps at her with a knife!").quadrant == "fear"


def test_a_loss_is_told_by_the_words_of_its_construction() -> None:
    (sentence,) = read_story("Her chair was still empty in the evening.")
    assert "chair was still empty (absence, an empty place)" in [str(cause) for cause in sentence.causes]
    assert "still" not in [cause.word for cause in sentence.causes], "it is part of the construction"


@pytest.mark.parametrize("language", ["english", "german"])
def test_constructions_have_classes_that_are_used(language: str) -> None:
    path = Path(__file__).parents[3] / "grammars" / "moods" / "absence" / f"{language}.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    patterns = " ".join(pattern for row in table["construction"] for pattern in row["patterns"])
    used = {word.strip("@") for word in patterns.replace("|", " ").split() if word.startswith("@")}
    assert used == set(table["classes"])
