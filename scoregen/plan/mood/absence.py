"""Finds losses that a story tells without a word of grief: an empty place, an ended habit, a letter that never comes.

The constructions are those of `grammars/moods/absence`, which names the studies. A construction is a row of words,
classes and gaps within a clause; the words that it covers have no other mood. In an excited scene nothing absent is
grief.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scoregen.plan.mood.word_forms import base_forms
from scoregen.system.resources import folder

EXCITED = 0.25
"""The mean arousal of the words around an absence from which it is no loss."""
SURROUNDING_SENTENCES = 2
"""The sentences before and after an absence that are its surroundings."""
GAP = "..."
ENDS_OF_CLAUSE = frozenset(".,;:!?…()—–")
QUOTATION_MARKS = frozenset('"“”„»«')
Valence = Callable[[str], float]


@dataclass(frozen=True, slots=True)
class Absence:
    """What is absent, and its words: the index of their sentence, and the places of the first and the last there."""

    sentence: int
    first: int
    last: int
    meaning: str


@dataclass(frozen=True, slots=True)
class _Item:
    """What a pattern asks for at a place: one of some rows of words, in base form or `exact`; none for a gap."""

    words: tuple[tuple[str, ...], ...]
    exact: frozenset[str] = frozenset()

    @property
    def heads(self) -> frozenset[str]:
        """The words with which it can begin."""
        return self.exact.union(words[0] for words in self.words)

    @property
    def is_gap(self) -> bool:
        return not self.words and not self.exact


@dataclass(frozen=True, slots=True)
class _Construction:
    """Patterns, each with the words with which it can begin."""

    meaning: str
    patterns: tuple[tuple[frozenset[str], tuple[_Item, ...]], ...]
    gap: int
    is_unless_bad: bool


@dataclass(frozen=True, slots=True)
class Constructions:
    """The constructions of a language, and the words that tell of absence."""

    language: str
    rows: tuple[_Construction, ...]
    absent: frozenset[str]


@lru_cache(maxsize=2)
def load_constructions(language: str) -> Constructions:
    """The constructions of a language."""
    with (folder("grammars") / "moods" / "absence" / f"{language}.toml").open("rb") as file:
        table = tomllib.load(file)
    classes = {name: tuple(text.split()) for name, text in table["classes"].items()}
    rows = tuple(_construction(row, classes) for row in table["construction"])
    return Constructions(language, rows, frozenset(table["words"]["absent"].split()))


def _construction(row: Mapping[str, Any], classes: Mapping[str, Sequence[str]]) -> _Construction:
    rows = (tuple(_item(each, classes) for each in pattern.split()) for pattern in row["patterns"])
    patterns = tuple((pattern[0].heads, pattern) for pattern in rows)
    return _Construction(row["meaning"], patterns, row["gap"], row.get("unless") == "bad")


def _item(text: str, classes: Mapping[str, Sequence[str]]) -> _Item:
    if text == GAP:
        return _Item(())
    names = [each for word in text.split("|") for each in (classes[word[1:]] if word.startswith("@") else [word])]
    exact = frozenset(each.strip("'") for each in names if each.startswith("'") and each != "'s")
    return _Item(tuple(tuple(each.split("_")) for each in names if each.strip("'") not in exact), exact)


def absences(rows: Sequence[Sequence[str]], known: Constructions, valence: Valence) -> list[Absence]:
    """The absences in the sentences of a text, in words and punctuation marks; `valence` is that of a word of mood."""
    words = [(number, place, word) for number, row in enumerate(rows) for place, word in enumerate(row)]
    words = [each for each in words if each[2] not in QUOTATION_MARKS]
    texts = [word for _, _, word in words]
    forms = [_forms(word, known.language) for word in texts]
    found, covered = list[Absence](), set[int]()
    for construction in known.rows:
        for start in range(len(texts)):
            places = _match(construction, texts, forms, start)
            if not places or not covered.isdisjoint(places):
                continue
            clause = _clause(texts, start, places[-1] + 1)
            if construction.is_unless_bad and any(valence(texts[each]) < 0 for each in clause):
                continue
            covered.update(places)
            sentence = words[start][0]
            last = max(words[each][1] for each in places if words[each][0] == sentence)
            found.append(Absence(sentence, words[start][1], last, construction.meaning))
    return found


@lru_cache(maxsize=4096)
def _forms(word: str, language: str) -> frozenset[str]:
    return frozenset(base_forms(word, language))


def _match(
    construction: _Construction, texts: Sequence[str], forms: Sequence[frozenset[str]], start: int
) -> tuple[int, ...]:
    """The indices of the words of the first pattern that begins at a word; () without one."""
    for heads, pattern in construction.patterns:
        if not heads.isdisjoint(forms[start]) and (found := _matched(pattern, texts, forms, start, construction.gap)):
            return found
    return ()


def _matched(
    pattern: Sequence[_Item], texts: Sequence[str], forms: Sequence[frozenset[str]], start: int, gap: int
) -> tuple[int, ...]:
    if not pattern:
        return ()
    head, *rest = pattern
    if head.is_gap:
        for place in _within(texts, start, gap):
            if found := _matched(rest, texts, forms, place, gap):
                return found
        return ()
    length = _length(head, texts, forms, start)
    if not length:
        return ()
    own = tuple(range(start, start + length))
    if not rest:
        return own
    after = _matched(rest, texts, forms, start + length, gap)
    return (*own, *after) if after else ()


def _within(texts: Sequence[str], start: int, gap: int) -> Iterator[int]:
    """The places at most a gap further on in the clause, and the mark that ends it."""
    for place in range(start, min(start + gap + 1, len(texts))):
        yield place
        if texts[place] in ENDS_OF_CLAUSE:
            return


def _length(item: _Item, texts: Sequence[str], forms: Sequence[frozenset[str]], start: int) -> int:
    """How many words an item takes from a place on; 0 if it does not fit."""
    if start < len(texts) and texts[start] in item.exact:
        return 1
    for words in item.words:
        own = range(start, start + len(words))
        if own.stop <= len(texts) and all(word in forms[each] for each, word in zip(own, words, strict=True)):
            return len(words)
    return 0


def _clause(texts: Sequence[str], start: int, stop: int) -> Iterator[int]:
    """The places of the clauses that some words are in."""
    while start and texts[start - 1] not in ENDS_OF_CLAUSE:
        start -= 1
    while stop < len(texts) and texts[stop] not in ENDS_OF_CLAUSE:
        stop += 1
    yield from range(start, stop)
