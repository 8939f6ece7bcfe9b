"""The words of a language with the moods that they bring, from the files of `grammars/moods`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scoregen.plan.mood.affect import Affect
from scoregen.plan.mood.word_forms import base_forms, parts_of_compound, without_negation
from scoregen.system.resources import folder

LANGUAGES = ("english", "german")
NEGATED = -0.7
"""The share of its mood that a word has when it is negated."""
LONGEST_PHRASE = 4
"""The most words of a phrase of the list, which are joined by `_` there."""
_COMMON = {
    "english": "the a an and of to in is was are it he she they we you his her with on at for not",
    "german": "der die das und ein eine ist war sind er sie es wir ich den dem mit auf im in zu nicht",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of the list: the meaning of its group, and its mood."""

    word: str
    meaning: str
    affect: Affect


@dataclass(frozen=True, slots=True)
class WordList:
    """The words of a language, and the words that change what others mean."""

    language: str
    entries: Mapping[str, Entry]
    negations: frozenset[str]
    ends_of_negation: frozenset[str]
    prepositions: frozenset[str]
    strengthening: frozenset[str]
    weakening: frozenset[str]
    contrasts: frozenset[str]
    ironic_openers: frozenset[str]
    restraints: frozenset[str]
    infinitive: frozenset[str]
    determiners: frozenset[str]

    def phrase(self, words: Sequence[str]) -> tuple[Entry, int] | None:
        """The entry of the longest phrase with which words begin, and its number of words; None if there is none."""
        for count in range(min(LONGEST_PHRASE, len(words)), 1, -1):
            if (entry := self.entries.get("_".join(words[:count]))) is not None:
                return entry, count
        return None

    def find(self, word: str) -> Entry | None:
        """The entry of a word in any form; of a word with a negating affix, one with the opposite mood."""
        found = self._inflected(word)
        if found is None and (rest := without_negation(word, self.language)) and (other := self._inflected(rest)):
            return Entry(word, f"not {other.meaning}", other.affect.times(NEGATED))
        if found is None and self.language == "german":
            return next((self.entries[each] for each in parts_of_compound(word) if each in self.entries), None)
        return found

    def _inflected(self, word: str) -> Entry | None:
        return next((self.entries[form] for form in base_forms(word, self.language) if form in self.entries), None)


@lru_cache(maxsize=len(LANGUAGES))
def load_words(language: str) -> WordList:
    """The words of a language."""
    with (folder("grammars") / "moods" / f"{language}.toml").open("rb") as file:
        table = tomllib.load(file)
    entries: dict[str, Entry] = {}
    for group in table["words"]:
        entries |= {word: Entry(word, group["meaning"], Affect(*group["affect"])) for word in group["list"].split()}
    return WordList(
        language,
        entries,
        *(
            _set(table, key)
            for key in (
                *("negations", "ends_of_negation", "prepositions", "strengthening", "weakening", "contrasts"),
                *("ironic_openers", "restraints", "infinitive", "determiners"),
            )
        ),
    )


def language_of(words: list[str]) -> str:
    """The language of which a text has more of the most common words."""
    counts = {language: sum(word in common.split() for word in words) for language, common in _COMMON.items()}
    return max(LANGUAGES, key=lambda language: counts[language])


def _set(table: Mapping[str, Any], key: str) -> frozenset[str]:
    return frozenset(table[key].split())
