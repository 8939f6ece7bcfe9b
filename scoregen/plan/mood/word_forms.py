"""The base forms that a word may have: inflection in English and German, compounds in German, and negating affixes."""

from __future__ import annotations

from collections.abc import Iterator

_ENGLISH = (
    *(("'s", ""), ("’s", ""), ("ies", "y"), ("ied", "y"), ("ier", "y"), ("iest", "y"), ("ily", "y"), ("iness", "y")),
    *(("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""), ("ly", "e"), ("er", "")),
    *(("er", "e"), ("est", ""), ("est", "e"), ("ness", ""), ("fully", "ful"), ("ful", ""), ("y", ""), ("y", "e")),
)
"""Endings and what takes their place."""
_GERMAN = (
    *("ensten", "eren", "enden", "ende", "ender", "ten", "test", "tet", "end", "ern", "est", "sten", "ste", "ster"),
    *("te", "et", "en", "em", "er", "es", "st", "t", "e", "n", "s"),
)
SHORTEST_STEM = 3
SHORTEST_OF_COMPOUND = 5
"""The shortest word that is looked for within a German compound."""
_NEGATING = {"english": (("un",), ("less",)), "german": (("un",), ("los",))}


def base_forms(word: str, language: str) -> Iterator[str]:
    """The word itself, then what it may be an inflected form of, the likeliest first."""
    yield word
    yield from _english(word) if language == "english" else _german(word)


def parts_of_compound(word: str) -> Iterator[str]:
    """The ends of a word, the longest first, then its beginnings: a German compound is named by its last part."""
    yield from (word[start:] for start in range(1, len(word) - SHORTEST_OF_COMPOUND + 1))
    yield from (word[:stop] for stop in range(len(word) - 1, SHORTEST_OF_COMPOUND, -1))


def without_negation(word: str, language: str) -> str | None:
    """What is left without a prefix or ending that negates it, as in `unkind` and `fearless`; None without one."""
    prefixes, endings = _NEGATING[language]
    for prefix in prefixes:
        if word.startswith(prefix) and len(word) > len(prefix) + SHORTEST_STEM:
            return word.removeprefix(prefix)
    for ending in endings:
        if word.endswith(ending) and len(word) > len(ending) + SHORTEST_STEM - 1:
            return word.removesuffix(ending)
    return None


def _english(word: str) -> Iterator[str]:
    for ending, instead in _ENGLISH:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < SHORTEST_STEM:
            continue
        yield stem + instead
        if not instead and stem[-1] == stem[-2]:
            yield stem[:-1]


def _german(word: str) -> Iterator[str]:
    forms = [word, word.removeprefix("ge")] if word.startswith("ge") and len(word) > 6 else [word]
    for form in forms:
        for ending in ("", *_GERMAN):
            stem = form.removesuffix(ending) if ending else form
            if len(stem) >= SHORTEST_STEM and (stem != form or not ending):
                yield from (stem, f"{stem}en", f"{stem}n", f"{stem}e")
