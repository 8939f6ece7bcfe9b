"""The words of new voices from measure to measure: whole words, in stretches that are worth singing.

A measure whose syllables are quicker than the notes of a new voice has no words there. A word of which another measure
lacks the rest is left out, and so are the words of a few measures beside a longer stretch without any.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Literal

from scoregen.score.arrangement.syllables import has_words, relabelled, syllable_onsets
from scoregen.score.elements import Measure, Score, Slot, Voice

Staff = tuple[str, int]

_OPEN, _CLOSING = ("begin", "middle"), ("middle", "end")
"""The kinds of syllables after which, and before which, their word goes on."""


def with_whole_lines(sung: Score, given: Score, shared: Collection[Staff]) -> Score:
    """The score without words of generated voices that break off; `given` is the same score without their words.

    Voices on the staves of `shared` have no words of their own.
    """
    kept = _without_islands(sung, given, shared)
    return replace(sung, measures=tuple(_with_whole_words(kept)))


def wordless_measures(score: Score, shared: Collection[Staff]) -> dict[Slot, list[int]]:
    """By generated voice the indices of the measures in which it sounds without the words of a given one."""
    found: dict[Slot, list[int]] = {}
    for index, measure in enumerate(score.measures):
        if not _given_syllables(measure):
            continue
        for voice in measure.voices:
            is_sung = voice.origin == "generated" and voice.slot[:2] not in shared and not voice.is_silent
            if is_sung and not has_words(voice):
                found.setdefault(voice.slot, []).append(index)
    return found


def _given_syllables(measure: Measure) -> int:
    """The most syllables that a given voice begins in a measure."""
    return max((len(syllable_onsets(voice)) for voice in measure.voices if voice.origin == "given"), default=0)


def _without_islands(sung: Score, given: Score, shared: Collection[Staff]) -> list[Measure]:
    """The measures without the syllables of a generated voice that are fewer than those it lacks beside them."""
    rows, counts = list(sung.measures), [_given_syllables(measure) for measure in sung.measures]
    worded = [index for index, count in enumerate(counts) if count]
    for slot, lacking in wordless_measures(sung, shared).items():
        runs = [(lacks, list(run)) for lacks, run in groupby(worded, key=set(lacking).__contains__)]
        sizes = [sum(counts[index] for index in run) for _, run in runs]
        for place, (lacks, run) in enumerate(runs):
            beside = [*sizes[max(place - 1, 0) : place], *sizes[place + 1 : place + 2]]
            if not lacks and sizes[place] < max(beside):
                for index in run:
                    rows[index] = _as_given(rows[index], given.measures[index], slot)
    return rows


def _as_given(measure: Measure, before: Measure, slot: Slot) -> Measure:
    """The measure with a voice as it was before it got words, without the slurs of its syllables."""
    voice = measure.voice(slot)
    if voice is None:
        return measure
    bare = replace(voice, elements=tuple(relabelled(element, ()) for element in voice.elements))
    kept = (each for each in measure.spanners if each in before.spanners or getattr(each, "slot", None) != slot)
    return replace(_with_voice(measure, bare), spanners=tuple(kept))


def _with_whole_words(measures: Sequence[Measure]) -> list[Measure]:
    """The measures without syllables, in generated voices, of words that go on in a measure without words.

    A word that the given voices themselves do not begin or end stays as they have it.
    """
    rows = list(measures)
    worded = [index for index, each in enumerate(rows) if any(map(has_words, each.voices))]
    slots = {voice.slot for each in rows for voice in each.voices if voice.origin == "generated" and has_words(voice)}
    for slot in slots:
        for index, following in pairwise(worded):
            before, after = rows[index].voice(slot), rows[following].voice(slot)
            if before is not None and before.origin == "generated":
                rows[index] = _with_voice(rows[index], _unbroken(before, after, -1))
            if after is not None and after.origin == "generated":
                rows[following] = _with_voice(rows[following], _unbroken(after, before, 1))
    return rows


def _unbroken(voice: Voice, neighbour: Voice | None, way: Literal[1, -1]) -> Voice:
    """A voice without the syllables of a word at its end (`way` -1) or start (1) of which the neighbour lacks the
    rest."""
    kinds, others = (_OPEN, _CLOSING) if way == -1 else (_CLOSING, _OPEN)
    theirs = _edge(neighbour, -way) if neighbour else {}
    broken = {v for v, kind in _edge(voice, way).items() if kind in kinds and theirs.get(v) not in others}
    elements = list(voice.elements)
    for place in range(len(elements))[::way]:
        lyrics = [lyric for note in elements[place].notes for lyric in note.lyrics]
        gone = [lyric for lyric in lyrics if lyric.verse in broken]
        if gone:
            elements[place] = relabelled(elements[place], tuple(each for each in lyrics if each not in gone))
            broken -= {lyric.verse for lyric in gone if lyric.syllabic == ("begin" if way == -1 else "end")}
    return replace(voice, elements=tuple(elements))


def _edge(voice: Voice, way: int) -> dict[str, str]:
    """By verse the kind of the first syllable of a voice (`way` 1), or of its last one (-1)."""
    lyrics = [lyric for element in voice.elements for note in element.notes for lyric in note.lyrics]
    return {lyric.verse: lyric.syllabic for lyric in lyrics[::-way]}


def _with_voice(measure: Measure, voice: Voice) -> Measure:
    voices = (voice if each.slot == voice.slot else each for each in measure.voices)
    return replace(measure, voices=tuple(voices))
