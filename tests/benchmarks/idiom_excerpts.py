"""Held-out excerpts of the shards in an ensemble, as requests for `compose` and as the music to compare drafts with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scoregen.corpora.shards import ShardPiece, load_shards
from scoregen.score.elements import Measure, Score, Slot
from scoregen.score.ensemble import Ensemble, Role, load_ensemble
from scoregen.score.ensemble.roles import new_parts
from scoregen.tokens.decode import decode
from scoregen.tokens.events import ABSENT, TokenMeasure, TokenScore
from scoregen.tokens.voice_descriptions import VoiceDescription

MEASURES = 16


@dataclass(frozen=True, slots=True)
class IdiomStyle:
    """A style: its ensemble, its corpus, the families of the parts of its scores, and which of these are its own.

    `melody` is the number of the part that can be given, from 0 among its own; None if there is none.
    """

    ensemble: str
    corpus: str
    families: tuple[str, ...]
    own: tuple[int, ...]
    melody: int | None


STYLES = {
    "string-quartet": IdiomStyle("string-quartet", "openscore-quartets", ("strings",) * 4, (0, 1, 2, 3), 0),
    "voice-piano": IdiomStyle("voice-piano", "openscore-lieder", ("voice", "keyboard"), (0, 1), 0),
    "piano": IdiomStyle("piano", "openscore-lieder", ("voice", "keyboard"), (1,), None),
}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The first measures of a movement: its own voices, what they are, and their roles."""

    name: str
    tokens: TokenScore
    descriptions: tuple[VoiceDescription, ...]
    roles: tuple[Role, ...]
    left_out: frozenset[int]


def excerpts(style: IdiomStyle, shards: Path, count: int) -> list[Excerpt]:
    """The openings of up to `count` held-out movements, evenly spread over those that fit the ensemble."""
    ensemble = load_ensemble(style.ensemble)
    fitting = [piece for piece in load_shards(shards / style.corpus, "valid") if _fits(piece, style)]
    count = min(count, len(fitting))
    return [_excerpt(fitting[index * len(fitting) // count], style, ensemble) for index in range(count)]


def _fits(piece: ShardPiece, style: IdiomStyle) -> bool:
    families = {each.part: each.family for each in piece.descriptions}
    hands = {each.staff for each in piece.descriptions if each.family == "keyboard"}
    is_whole = "keyboard" not in style.families or hands == {0, 1}
    return tuple(families.values()) == style.families and is_whole and len(piece.tokens.measures) >= MEASURES


def _excerpt(piece: ShardPiece, style: IdiomStyle, ensemble: Ensemble) -> Excerpt:
    parts = sorted({each.part for each in piece.descriptions})
    place = {parts[number]: index for index, number in enumerate(style.own)}
    columns = [column for column, each in enumerate(piece.descriptions) if each.part in place]
    own = [replace(piece.descriptions[column], part=place[piece.descriptions[column].part]) for column in columns]
    ids = [part.id for part in new_parts(ensemble)]
    slots = tuple(Slot(ids[each.part], each.staff + 1, each.voice + 1) for each in own)
    tokens = _columns(piece.tokens, columns, slots)
    roles = tuple(ensemble.roles[each.part] for each in own)
    return Excerpt(piece.name, tokens, tuple(own), roles, piece.refused)


def _columns(tokens: TokenScore, columns: Sequence[int], slots: tuple[Slot, ...]) -> TokenScore:
    measures = tuple(
        TokenMeasure(
            replace(measure.header, phrase_ends=()),
            tuple(replace(piece, events=tuple(piece.events[column] for column in columns)) for piece in measure.slices),
        )
        for measure in tokens.measures[:MEASURES]
    )
    return TokenScore(slots, measures)


def request(excerpt: Excerpt, style: IdiomStyle, *, with_melody: bool) -> Score:
    """The blank score of an excerpt: parts, metres, keys and length; the melody if it is given."""
    ensemble = load_ensemble(style.ensemble)
    heads = [measure.header for measure in excerpt.tokens.measures]
    parts = new_parts(ensemble, heads[0].key.fifths)
    frame = [
        Measure(head.number, head.duration, head.time, head.key, implicit=head.duration < head.time.duration)
        for head in heads
    ]
    score = Score(parts, tuple(frame))
    if not with_melody:
        return score
    columns = [column for column, each in enumerate(excerpt.descriptions) if each.part == style.melody]
    columns = [column for column in columns if _is_used(excerpt.tokens, column)]
    melody = _columns(excerpt.tokens, columns, tuple(excerpt.tokens.slots[column] for column in columns))
    done = decode(melody, score)
    given = [
        replace(measure, voices=tuple(replace(voice, origin="given") for voice in measure.voices))
        for measure in done.measures
    ]
    return replace(done, measures=tuple(given))


def _is_used(tokens: TokenScore, column: int) -> bool:
    return any(piece.events[column] != ABSENT for measure in tokens.measures for piece in measure.slices)
