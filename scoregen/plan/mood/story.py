"""Reads the mood of a story sentence by sentence, and keeps the words that caused it.

A word brings the mood of its group. A negation before it turns the mood around, in German also one after it. Adverbs
strengthen and weaken. What follows a contrast counts more. Where a sentence opens with a verdict, such as "how lovely",
and goes on with the opposite, the verdict is taken as irony and the rest counts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scoregen.plan.mood.absence import (
    ENDS_OF_CLAUSE,
    EXCITED,
    QUOTATION_MARKS,
    SURROUNDING_SENTENCES,
    absences,
    load_constructions,
)
from scoregen.plan.mood.affect import NEUTRAL, Affect, total
from scoregen.plan.mood.causes import Cause, PlacedCause, with_loss, without_losses
from scoregen.plan.mood.word_list import NEGATED, Entry, WordList, language_of, load_words
from scoregen.system.errors import InputError

MOST_WORDS = 5000
SCOPE = 6
"""The most words between a negation and what it negates."""
SURROUNDINGS = 0.6
"""The weight of neutral mood beside the words of a sentence."""
ABSENT = Affect(0.0, -0.15, 0.0)
"""What a negation adds."""
STRONGER, WEAKER, AFTER_CONTRAST = 1.4, 0.6, 1.6
IRONY = -0.35
"""The share of its mood that an ironic verdict has."""
LONGEST_VERDICT = 8
"""The most words of an ironic verdict."""
CLEAR = 0.1
"""The least valence, without sign, of what follows a verdict that is then taken as irony."""
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[\"'”“»«’)\]]*|\n|$)")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[.,;:!?…()\"“”„»«—–]")
_BOUNDS = ENDS_OF_CLAUSE | QUOTATION_MARKS


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its number of words, its mood, and the words that caused it."""

    text: str
    words: int
    affect: Affect
    causes: tuple[Cause, ...] = ()


def read_story(text: str) -> tuple[Sentence, ...]:
    """The sentences of a story with their moods. InputError if it is empty or too long."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not words:
        raise InputError("found no words; expected a story of one sentence at least")
    if len(words) > MOST_WORDS:
        raise InputError(f"found {len(words)} words; expected at most {MOST_WORDS}; give the story of one scene")
    known = load_words(language_of(words))
    texts = [found[0].strip() for found in _SENTENCE.finditer(text)]
    rows = [_TOKEN.findall(each) for each in texts]
    read = [_causes(row, known) for row in rows]
    ironic = _with_irony(rows, _with_absences(rows, read, known), known)
    return tuple(
        _sentence(each, row, causes) for each, row, causes in zip(texts, rows, ironic, strict=True) if _count(row)
    )


def mood_of(sentences: Sequence[Sentence]) -> Affect:
    """The mood of a story: the mean of its sentences, those with more words of mood counting more."""
    weights = [len(each.causes) ** 0.5 + 0.1 for each in sentences]
    rows = (each.affect.times(weight) for each, weight in zip(sentences, weights, strict=True))
    return total(rows).times(1 / sum(weights))


def _count(tokens: Sequence[str]) -> int:
    return sum(token not in _BOUNDS for token in tokens)


def _sentence(text: str, tokens: Sequence[str], placed: Sequence[PlacedCause]) -> Sentence:
    causes = tuple(each.cause for each in placed)
    mood = _mean(causes) + _punctuation(text, tokens)
    return Sentence(text, _count(tokens), mood.clipped, causes)


def _mean(causes: Sequence[Cause]) -> Affect:
    return total(cause.affect for cause in causes).times(1 / (len(causes) + SURROUNDINGS))


def _punctuation(text: str, tokens: Sequence[str]) -> Affect:
    """What exclamation marks, question marks, dots and capitals add."""
    capitals = sum(token.isupper() and len(token) > 3 for token in tokens)
    shouting = capitals if any(token.islower() for token in tokens) else 0
    arousal = 0.2 * min(text.count("!") + shouting, 2) - 0.1 * ("…" in text or "..." in text)
    return Affect(0.0, arousal, 0.1 * ("?" in text))


def _causes(tokens: Sequence[str], known: WordList) -> list[PlacedCause]:
    lower = _lower(tokens)
    negated = _negated(lower, known)
    found: list[PlacedCause] = []
    factor, place = 1.0, 0
    while place < len(lower):
        factor = AFTER_CONTRAST if lower[place] in known.contrasts and found else factor
        entry, count = known.phrase(lower[place:]) or (_entry(lower[place], known), 1)
        if entry is not None:
            is_negated = negated[place] and count == 1
            affect = _read(entry.affect, negated=is_negated).times(_degree(lower, place, known) * factor)
            words = " ".join(tokens[place : place + count])
            found.append(PlacedCause(place, Cause(words, entry.meaning, affect, "negated" if is_negated else "")))
        place += count
    return found


def _lower(tokens: Sequence[str]) -> list[str]:
    return [token.lower().replace("’", "'") for token in tokens]


def _entry(word: str, known: WordList) -> Entry | None:
    return known.find(word) if _is_content(word, known) else None


def _read(affect: Affect, *, negated: bool) -> Affect:
    """The mood of a word; a negated one has the opposite mood, and what is absent does not move.

    Of a word that tells of motion more than of pleasure the motion alone is negated: "nobody runs" is no displeasure.
    """
    if not negated:
        return affect
    opposite = affect.times(NEGATED) + ABSENT
    return replace(opposite, valence=0.0) if 0 < 2 * affect.valence <= abs(affect.arousal) else opposite


def _is_content(word: str, known: WordList) -> bool:
    return word not in _BOUNDS and word not in known.negations and len(word) > 1


def _degree(words: Sequence[str], place: int, known: WordList) -> float:
    before = words[place - 1] if place else ""
    return STRONGER if before in known.strengthening else WEAKER if before in known.weakening else 1.0


def _negated(words: Sequence[str], known: WordList) -> list[bool]:
    """Whether each word is negated: after a negation in its clause, or before it if nothing of mood follows."""
    result = [False] * len(words)
    for place, word in enumerate(words):
        if word in known.negations:
            if _is_restrained(words, place, known):
                continue
            after = list(_scope(words, place, known))
            if (word in REACHING_BACK or word.endswith("n't")) and not any(known.find(words[each]) for each in after):
                after = list(_clause_before(words, place))
            for each in after:
                result[each] = not result[each]
    return result


REACHING_BACK = frozenset(("not", "never", "nicht", "nie", "niemals"))
"""Negations that negate what stands before them if nothing of mood follows; so do the contracted ones."""


def _is_restrained(words: Sequence[str], place: int, known: WordList) -> bool:
    """Whether a negation denies that something stops: it goes on."""
    following = itertools.takewhile(lambda word: word not in _BOUNDS, words[place + 1 : place + 1 + RESTRAINT])
    return any(word in known.restraints for word in following)


RESTRAINT = 3
"""The words after a negation among which a restraint is looked for."""


def _scope(words: Sequence[str], place: int, known: WordList) -> Iterator[int]:
    """The words that a negation negates: up to the end of the clause, or a preposition after the first words."""
    for each in range(place + 1, min(place + 1 + SCOPE, len(words))):
        ends = words[each] in _BOUNDS or words[each] in known.ends_of_negation
        if ends or (_is_preposition(words, each, known) and each > place + 2):
            return
        yield each


def _is_preposition(words: Sequence[str], place: int, known: WordList) -> bool:
    if words[place] not in known.infinitive:
        return words[place] in known.prepositions
    return place + 1 < len(words) and words[place + 1] in known.determiners


def _clause_before(words: Sequence[str], place: int) -> Iterator[int]:
    for each in range(place - 1, -1, -1):
        if words[each] in _BOUNDS:
            return
        yield each


def _with_absences(
    rows: Sequence[Sequence[str]], read: Sequence[list[PlacedCause]], known: WordList
) -> list[list[PlacedCause]]:
    """The causes with losses that are told by absences; in an excited scene what is absent counts for nothing."""
    constructions = load_constructions(known.language)
    excited = [_is_excited(rows, read, number, known) for number in range(len(rows))]
    result = [
        list(without_losses(own, constructions.absent, is_excited=is_excited))
        for own, is_excited in zip(read, excited, strict=True)
    ]
    for absence in absences([_lower(row) for row in rows], constructions, lambda word: _valence(word, known)):
        if not excited[absence.sentence]:
            own, tokens = result[absence.sentence], rows[absence.sentence]
            result[absence.sentence] = with_loss(own, absence, " ".join(tokens[absence.first : absence.last + 1]))
    return result


def _valence(word: str, known: WordList) -> float:
    entry = _entry(word, known)
    return entry.affect.valence if entry else 0.0


def _is_excited(rows: Sequence[Sequence[str]], read: Sequence[list[PlacedCause]], number: int, known: WordList) -> bool:
    """Whether the words of mood around a sentence are excited; verdicts that may be irony tell nothing of it."""
    near = range(max(number - SURROUNDING_SENTENCES, 0), min(number + SURROUNDING_SENTENCES + 1, len(rows)))
    causes = [each.cause for row in near for each in read[row] if each.place >= _verdict(rows[row], known)]
    moods = [each.affect.arousal for each in causes if each.affect.valence or each.affect.arousal > 0]
    return bool(moods) and sum(moods) / len(moods) > EXCITED


def _with_irony(
    rows: Sequence[Sequence[str]], read: Sequence[list[PlacedCause]], known: WordList
) -> list[list[PlacedCause]]:
    """The causes, with verdicts that what follows contradicts turned around."""
    result = list(read)
    for number, tokens in enumerate(rows):
        stop = _verdict(tokens, known)
        head = [each for each in read[number] if each.place < stop]
        if not head:
            continue
        body = [each.cause for each in read[number] if each.place >= stop]
        if stop >= len(tokens) or not body:
            body = [each.cause for row in read[number + 1 : number + 3] for each in row]
        verdict, fact = _mean([each.cause for each in head]).valence, _mean(body).valence if body else 0.0
        if verdict * fact < 0 and abs(fact) >= CLEAR:
            result[number] = [_ironic(each) if each.place < stop else each for each in read[number]]
    return result


def _verdict(tokens: Sequence[str], known: WordList) -> int:
    """The index after the verdict with which a sentence opens; 0 if it opens with none."""
    lower = [token.lower() for token in tokens]
    first = [word for word in lower if word not in _BOUNDS][:2]
    if not first or not (first[0] in known.ironic_openers or (first[0] in _ARTICLES and len(first) > 1)):
        return 0
    for place, word in enumerate(lower[: 2 * LONGEST_VERDICT]):
        if place and word in _ENDS_OF_VERDICT and any(known.find(each) for each in lower[:place]):
            return place if any(each not in _BOUNDS for each in lower[place:]) else len(tokens)
        if _count(lower[: place + 1]) > LONGEST_VERDICT:
            return 0
    return len(tokens)


_ARTICLES = frozenset(("a", "an", "ein", "eine"))
_ENDS_OF_VERDICT = frozenset(".,:;!?…—–") | {"was", "is", "war", "ist"}


def _ironic(placed: PlacedCause) -> PlacedCause:
    cause = placed.cause
    mood = replace(NEUTRAL, valence=IRONY * cause.affect.valence)
    return PlacedCause(placed.place, replace(cause, affect=mood, reading="irony"))
