"""Fills a task from the tokens of a draft: the page that is written, and what the network read."""

from __future__ import annotations

from dataclasses import replace

from scoregen.generation.infill_task import InfillTask
from scoregen.notation.graft.transposition import transposed_voice
from scoregen.score.edit import insert_voices
from scoregen.score.elements import Score, Slot, Voice
from scoregen.tokens.decode import decode
from scoregen.tokens.events import TokenScore


def filled_page(task: InfillTask, tokens: TokenScore) -> Score:
    """The page with its blanks filled, everything else unchanged."""
    blank = _blanks(task.page)
    voices = [
        (index, transposed_voice(voice, -task.interval))
        for index, voice in _decoded(task, tokens)
        if (index, voice.slot) in blank
    ]
    return insert_voices(task.page, voices)


def filled_reading(task: InfillTask, tokens: TokenScore) -> Score:
    """What the network reads, with its blanks filled."""
    blank = _blanks(task.score)
    return insert_voices(task.score, [row for row in _decoded(task, tokens) if (row[0], row[1].slot) in blank])


def _blanks(score: Score) -> set[tuple[int, Slot]]:
    """The blank voices, with their measure indices."""
    return {(index, voice.slot) for index, m in enumerate(score.measures) for voice in m.voices if voice.is_blank}


def _decoded(task: InfillTask, tokens: TokenScore) -> list[tuple[int, Voice]]:
    """The voices of the tokens with their measure indices.

    Phrase ends that were estimated plan cadences, but only those of the score have fermatas.
    """
    measures = decode(_with_ends_of(task.score, tokens), task.score).measures
    return [(index, voice) for index, measure in enumerate(measures) for voice in measure.voices]


def _with_ends_of(score: Score, tokens: TokenScore) -> TokenScore:
    """The tokens with the phrase ends of a score."""
    measures = tuple(
        replace(measure, header=replace(measure.header, phrase_ends=own.phrase_ends))
        for measure, own in zip(tokens.measures, score.measures, strict=True)
    )
    return replace(tokens, measures=measures)
