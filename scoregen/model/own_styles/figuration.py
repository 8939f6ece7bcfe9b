"""How often pieces for instruments do what the prices of figuration of a style are against, and how often they could.

Each kind has the name of its price (`VoiceLeadingCosts`), and is counted as `sampling.costs.figures` applies it:
onsets that differ from those of the measure before, notes that repeat the outer note that sounds, chords of bows. What
is sung does not count, since it is mostly given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from scoregen.corpora.shards import ShardPiece
from scoregen.model.own_styles.incidents import Counts
from scoregen.tokens.events import Event, TokenMeasure, TokenScore
from scoregen.tokens.voice_descriptions import low_voices

KINDS = ("rhythm_change", "repeated_note", "double_stop")
BOW = "strings"
"""The family of the instruments that sound double stops."""


def figuration(pieces: Iterable[ShardPiece]) -> dict[str, Counts]:
    """Cases and occasions by kind, summed over the pieces."""
    cases, occasions = Counter[str](), Counter[str]()
    for piece in pieces:
        low = low_voices(len(piece.descriptions), piece.descriptions)
        for voice, description in enumerate(piece.descriptions):
            if description.sung:
                continue
            for kind, is_case in _incidents(piece.tokens, voice, is_low=low[voice], is_bow=description.family == BOW):
                cases[kind] += is_case
                occasions[kind] += 1
    return {kind: (float(cases[kind]), float(occasions[kind])) for kind in KINDS}


def _incidents(tokens: TokenScore, voice: int, *, is_low: bool, is_bow: bool) -> Iterable[tuple[str, bool]]:
    """The occasions of a voice, and whether each is a case."""
    outer = 0 if is_low else -1
    sounding = Event("rest")
    before: TokenMeasure | None = None
    for measure in tokens.measures:
        yield from _rhythm(before, measure, voice)
        before = measure
        for row in measure.slices:
            event = row.events[voice]
            if event.pitches:
                if sounding.sounding:
                    yield "repeated_note", event.sounding[outer] == sounding.sounding[outer]
                if is_bow:
                    yield "double_stop", len(event.sounding) > 1
            if event.kind != "hold":
                sounding = event


def _rhythm(before: TokenMeasure | None, measure: TokenMeasure, voice: int) -> Iterable[tuple[str, bool]]:
    """The onsets of two measures of one length and metre, and whether one of the two alone has each."""
    if before is None:
        return
    is_like = (before.header.duration, before.header.time) == (measure.header.duration, measure.header.time)
    one, other = (_onsets(each, voice) for each in (before, measure))
    if is_like and one:
        for onset in one | other:
            yield "rhythm_change", onset not in one or onset not in other


def _onsets(measure: TokenMeasure, voice: int) -> set[Fraction]:
    return {row.onset for row in measure.slices if row.events[voice].pitches}
