"""Whether bare drafts for any ensemble repeat the pieces that the network was tuned on.

Scores for one ensemble have different numbers of voices, and chords in them. So windows of changes are compared by the
highest and the lowest sounding note alone, in any key (`tokens.window_hashes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from scoregen.corpora.shards import ShardPiece
from scoregen.model.engine.loading import engine_of
from scoregen.model.features.alphabet import PITCHES
from scoregen.model.features.inputs import Bools
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.network import Network
from scoregen.model.sampling.loop import fill
from scoregen.model.sampling.request import SamplingRequest
from scoregen.model.training.memorisation import shares, sum_over
from scoregen.model.training.mixture import MOST_VOICES
from scoregen.model.training.run.windows import WINDOWS
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import ABSENT, BLANK, Slice, TokenMeasure, TokenScore
from scoregen.tokens.sonorities import outer_sonorities
from scoregen.tokens.voice_descriptions import VoiceDescription, low_voices
from scoregen.tokens.window_hashes import NoveltyIndex

FORMS, DRAFTS, MEASURES = 3, 4, 12
"""Pieces whose opening measures are the forms of drafts, drafts of each, and measures."""
MOST_NOTES = {"keyboard": 5, "strings": 4, "plucked": 6}
"""The most notes of a chord by the family of the instrument; others play one."""


def copying(train: Sequence[ShardPiece], valid: Sequence[ShardPiece], drafts: Sequence[ShardPiece]) -> dict[str, float]:
    """The shares of known windows of drafts and of held-out pieces in percent, under the names of the curve."""
    known = NoveltyIndex.of_sonorities(outer_sonorities(piece.tokens) for piece in train)
    figures: dict[str, float] = {}
    for name, pieces in (("drafts", drafts), ("valid", valid)):
        found = shares(sum_over(known_outer_windows(known, piece.tokens) for piece in pieces))
        figures |= {f"{name}_known_{length}": share for length, share in found.items()}
    return figures


def known_outer_windows(known: NoveltyIndex, tokens: TokenScore) -> list[Bools]:
    """By length, which windows of a piece are in the index of outer voices."""
    found = known.matches(outer_sonorities(tokens).changes())
    return [found[length] for length in WINDOWS]


def bare_drafts_like(
    network: Network, pieces: Sequence[ShardPiece], style: int, seed: int, forms: int = FORMS, drafts: int = DRAFTS
) -> list[ShardPiece]:
    """Drafts from the network alone in the form of the openings of pieces, spaced evenly, with nothing given."""
    count = min(len(pieces), forms)
    chosen = [pieces[number * len(pieces) // count] for number in range(count)]
    engine = engine_of(network)
    result: list[ShardPiece] = []
    for number, piece in enumerate(chosen):
        tokens, descriptions = opening(piece)
        request = SamplingRequest(
            engine,
            _blank(tokens),
            _rules(descriptions),
            use_voice_leading_costs=False,
            descriptions=descriptions,
            network_style=style,
        )
        options = SamplingOptions(seed=seed + number, candidates=drafts, passes=0, span=0)
        written = replace(piece, descriptions=descriptions, reasons={})
        result += [replace(written, tokens=draft.tokens) for draft in fill(request, options)]
    return result


def opening(piece: ShardPiece, measures: int = MEASURES) -> tuple[TokenScore, tuple[VoiceDescription, ...]]:
    """The first measures of a movement as a piece of its own, with the voices that they have and without a plan."""
    whole = piece.tokens.measures[:measures]
    present = np.array([[event != ABSENT for event in row.events] for measure in whole for row in measure.slices])
    columns = np.flatnonzero(present.any(0))[:MOST_VOICES].tolist()
    cut = tuple(
        TokenMeasure(
            replace(measure.header, harmony=(), unplanned=()),
            tuple(replace(row, events=tuple(row.events[column] for column in columns)) for row in measure.slices),
        )
        for measure in whole
    )
    slots = tuple(piece.tokens.slots[column] for column in columns)
    return TokenScore(slots, cut), tuple(piece.descriptions[column] for column in columns)


def _blank(tokens: TokenScore) -> TokenScore:
    """The piece with every voice blank in the measures that have it."""
    measures = []
    for measure in tokens.measures:
        events = tuple(event if event == ABSENT else BLANK for event in measure.slices[0].events)
        measures.append(replace(measure, slices=(Slice(Fraction(0), events),)))
    return replace(tokens, measures=tuple(measures))


def _rules(descriptions: Iterable[VoiceDescription]) -> tuple[VoiceRule, ...]:
    every = tuple(descriptions)
    low = low_voices(len(every), every)
    return tuple(
        VoiceRule.of(PITCHES, MOST_NOTES.get(each.family, 1), descending=not is_low)
        for each, is_low in zip(every, low, strict=True)
    )
