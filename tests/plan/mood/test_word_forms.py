"""Inflected words, compounds and negating affixes."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from scoregen.plan.mood.word_list import LANGUAGES, load_words
from scoregen.system.resources import folder

MOODS = folder("grammars") / "moods"


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


@pytest.mark.parametrize("file", sorted(MOODS.rglob("*.toml")), ids=lambda path: str(path.relative_to(MOODS)))
def test_no_list_of_words_names_a_word_twice(file: Path) -> None:
    """In the groups of a language a word has one mood: of two, the last would count without a word."""
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    groups = [group for group in _tables(table) if "list" in group]
    texts = [text for part in _tables(table) for key, text in part.items() if key != "list" and _is_list(key, text)]
    rows = [texts_of["patterns"] for texts_of in _tables(table) if "patterns" in texts_of]
    lists = [*([" ".join(group["list"] for group in groups).split()]), *(text.split() for text in texts), *rows]
    assert [word for words in lists for word, count in Counter(words).items() if count > 1] == []


def _tables(table: dict[str, object]) -> Iterator[dict[str, object]]:
    """A table and the tables in it."""
    yield table
    for value in table.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _tables(inner)


def _is_list(key: str, text: object) -> bool:
    return isinstance(text, str) and key not in ("meaning", "claim", "study", "trait", "unit")
