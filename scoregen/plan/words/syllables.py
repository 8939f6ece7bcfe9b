"""Divides the words of a song into syllables, and tells which of them are stressed.

Written hyphens divide a word as they stand. Elsewhere a syllable is a group of vowels with the consonants around it;
in English a final `e` after a consonant is silent. These are rules of spelling: a rare word may be divided wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from scoregen.system.resources import folder
from scoregen.system.toml_files import read_toml

VOWELS = frozenset("aeiouyæœø")
_DIGRAPHS = frozenset(("ch", "sh", "th", "ph", "wh", "gh", "qu", "sch"))
_ONSETS = _DIGRAPHS | {first + second for first in "bcdfgkptvw" for second in "lr"} - {"dl", "tl", "vl", "kl", "wl"}
"""Consonants that begin a syllable together."""
_HIATUS = re.compile(
    r"(?<=[aeouy])(?=ing\b)|(?<=[^ctsgx\W]i)(?=a|o(?!us\b|n\b))|(?<=qui)(?=et)|(?<=sci)(?=e)"
    r"|(?<=[^qg]u)(?=a)|(?<=[ea]u)(?=e)|(?<=ei)(?=e)"
)
"""Between the vowels of two syllables, as in go-ing, Mari-a, qui-et and usu-al."""
_SILENT_BEFORE = r"(?:ly|less|ness|ful|ment|thing|where|body|times?|ward|light|land|s|d)"
_SILENT_E = re.compile(rf"(?<=[aeiouy])(?:[^aeiouy\W]+|y)e(?={_SILENT_BEFORE}?\b)")
_KEPT_E = re.compile(r"(?:[^aeiouyr\W]l|[td])e(?=d\b)|(?:[sxzcg]|ch|sh)e(?=s\b)|[^aeiouyrlw\W]le(?=s?\b)")
"""Final syllables that are heard in spite of their last e: want-ed, hous-es, lit-tle."""
_SUFFIX = re.compile(r"(?:ing|ed|es)$")
"""English endings that begin a syllable of their own, as in wait-ing; not after a doubled consonant (sit-ting)."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The lists of grammars/words/syllables.toml; `divided` holds the parts of words."""

    unstressed: frozenset[str]
    unstressed_starts: frozenset[str]
    english: frozenset[str]
    divided: Mapping[str, tuple[str, ...]]


@cache
def _words() -> _Words:
    table = {key: str(text).split() for key, text in read_toml(folder("grammars") / "words" / "syllables.toml").items()}
    divided = {word.replace("-", ""): tuple(word.split("-")) for word in table["divided"]}
    unstressed, starts, english = (frozenset(table[key]) for key in ("unstressed", "unstressed_starts", "english"))
    return _Words(unstressed, starts, english, divided)


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable as it is printed; `syllabic` is single, begin, middle or end, as in MusicXML."""

    text: str
    syllabic: str = "single"
    stressed: bool = True


def is_english(text: str) -> bool:
    """Whether at least one of eight words is a frequent word of English."""
    words = re.findall(r"[^\W\d_']+", text.lower())
    return bool(words) and 8 * sum(word in _words().english for word in words) >= len(words)


def syllables(text: str, *, english: bool) -> tuple[Syllable, ...]:
    """The syllables of words that are separated by spaces. A sign without a letter goes with the word before it."""
    words: list[str] = []
    for word in text.split():
        if words and not any(letter.isalnum() for letter in word):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return tuple(syllable for word in words for syllable in _of_word(word, english=english))


def joined(rows: Sequence[Sequence[Syllable]]) -> tuple[tuple[Syllable, ...], ...]:
    """The same syllables, where a word that is broken off by a hyphen at the end of a row goes on in the next."""
    found = [list(row) for row in rows]
    filled = [row for row in found if row]
    for row, following in pairwise(filled):
        if row[-1].text.endswith("-") and len(row[-1].text) > 1:
            last, first = row[-1], following[0]
            begins = last.syllabic in ("single", "begin")
            row[-1] = replace(last, text=last.text[:-1], syllabic="begin" if begins else "middle")
            following[0] = replace(first, syllabic="end" if first.syllabic in ("single", "end") else "middle")
    return tuple(tuple(row) for row in found)


def _of_word(word: str, *, english: bool) -> Iterator[Syllable]:
    is_broken = word.endswith("-") and len(word) > 1
    pieces = [piece for piece in word.rstrip("-").split("-") if piece] or [word]
    parts = pieces if len(pieces) > 1 else _divided(pieces[0], english=english)
    parts = [*parts[:-1], parts[-1] + "-"] if is_broken else parts
    plain = "".join(letter for letter in word.lower() if letter.isalpha() or letter == "'")
    stressed = _stressed(parts, plain)
    for index, part in enumerate(parts):
        yield Syllable(part, _syllabic(index, len(parts)), index == stressed)


def _syllabic(index: int, count: int) -> str:
    if count == 1:
        return "single"
    return "begin" if index == 0 else "end" if index == count - 1 else "middle"


def _stressed(parts: Sequence[str], word: str) -> int:
    """The index of the stressed syllable, -1 if none is."""
    if len(parts) == 1:
        return -1 if word in _words().unstressed else 0
    first = "".join(filter(str.isalpha, parts[0].lower()))
    return 1 if first in _words().unstressed_starts else 0


def _divided(word: str, *, english: bool) -> list[str]:
    """The parts of a word without hyphens."""
    plain = _plain(word)
    letters = re.search(r"\w.*\w|\w", plain)
    known = _words().divided.get(letters[0]) if letters and english else None
    if letters and known:
        cuts = [letters.start() + sum(map(len, known[:count])) for count in range(1, len(known))]
    else:
        cuts = _cuts(plain, _nuclei(plain, english=english), english=english)
    return [word[a:b] for a, b in zip([0, *cuts], [*cuts, len(word)], strict=True)]


def _cuts(word: str, nuclei: Sequence[tuple[int, int]], *, english: bool) -> list[int]:
    suffix = _SUFFIX.search(word.rstrip("'\".,;:!?)")) if english else None
    cuts = []
    for (_, end), (start, _) in pairwise(nuclei):
        is_suffix = suffix is not None and start == suffix.start() and word[start - 1] != word[start - 2]
        cuts.append(start if is_suffix or (english and _after_glide(word, start)) else _cut(word, end, start))
        if english and re.match(r"les?\b", word[start - 1 :]) and word[start - 2] != "l":  # lit-tle
            cuts[-1] = start - 2
    return cuts


def _after_glide(word: str, start: int) -> bool:
    """Whether a syllable begins after a glide, as in play-er and flow-er."""
    return word[start - 1] in "yw" and word.startswith("er", start)


def _plain(word: str) -> str:
    """The word in small letters without accents, letter for letter."""
    return "".join((unicodedata.normalize("NFD", letter)[0].lower() or letter)[:1] for letter in word)


def _nuclei(word: str, *, english: bool) -> list[tuple[int, int]]:
    """The groups of vowels that are syllables, from start to end."""
    kept = {found.end() - 1 for found in _KEPT_E.finditer(word)}
    silent = {found.end() - 1 for found in _SILENT_E.finditer(word)} - kept if english else set()
    breaks = {found.start() for found in _HIATUS.finditer(word)}
    spans: list[tuple[int, int]] = []
    for index in range(len(word)):
        if not _is_vowel(word, index) or index in silent:
            continue
        if spans and spans[-1][1] == index and index not in breaks:
            spans[-1] = (spans[-1][0], index + 1)
        else:
            spans.append((index, index + 1))
    return spans


def _is_vowel(word: str, index: int) -> bool:
    """Whether a letter is one; `y` before a vowel is none unless a consonant precedes it, nor `u` after `q`."""
    letter = word[index]
    following = word[index + 1 : index + 2]
    if letter == "y" and following in VOWELS and (index == 0 or word[index - 1] in VOWELS):
        return False
    return letter in VOWELS and not (letter == "u" and word[index - 1 : index] == "q")


def _cut(word: str, end: int, start: int) -> int:
    """Where a syllable ends between two vowels: before the last consonant, or before those that begin one together."""
    between = word[end:start]
    if len(between) < 2:
        return end
    for length in (3, 2):
        if between[-length:] in _ONSETS and len(between) >= length:
            return start - length
    return start - 1
