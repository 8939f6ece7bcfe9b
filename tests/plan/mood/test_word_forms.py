"""Inflected words, compounds and negating affixes."""

from __future__ import annotations

import pytest

from scoregen.plan.mood.word_list import LANGUAGES, load_words


@pytest.mark.parametrize(
    ("language", "word", "meaning"),
    [
        ("english", "laughed", "joy"),
        ("english", "screams", "fear"),
        ("english", "hugging", "love and tenderness"),
        ("english", "happier", "joy"),
        ("english", "cries", "excitement without sign"),
        ("english", "unkind", "not love and tenderness"),
        ("english", "fearless", "not fear"),
        ("german", "lachte", "joy"),
        ("german", "gejubelt", "jubilation"),
        ("german", "traurigen", "grief"),
        ("german", "kindergelächter", "joy"),
        ("german", "furchtlos", "not fear"),
    ],
)
def test_a_word_is_found_in_other_forms(language: str, word: str, meaning: str) -> None:
    entry = load_words(language).find(word)
    assert entry is not None and entry.meaning == meaning


def test_words_without_mood_are_not_found() -> None:
    for word in ("table", "the", "seventeen", "letterbox"):
        assert load_words("english").find(word) is None, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_list_has_one_mood_in_range(language: str) -> None:
    words = load_words(language)
    assert len(words.entries) > 800
    for entry in words.entries.values():
        assert all(-1 <= each <= 1 for each in (entry.affect.valence, entry.affect.arousal, entry.affect.tension))
        assert entry.word == entry.word.lower()
