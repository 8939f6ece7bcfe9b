"""An accompanied melody, or instrumental music, as homophonic lines for singers.

Singers cannot take the figures of a piano. The melody stays as it is; the other voices sing its rhythm, at most one
note for each of its syllables, with the harmony of the source: the bass has the lowest note, the inner voices the other
pitch classes that sound. All lower voices are found together by dynamic programming over the spans of the melody, with
prices for missing notes, leaps, wide spacing and parallels. Where nobody sings, the voices have the highest line and
the harmony, in its rhythm if it moves in eighths or slower, else in beats.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.generation.arranging.choral.accompaniment import Accompaniment, Span
from scoregen.generation.arranging.choral.lower_voices import in_range, line_of, lower_voices
from scoregen.generation.arranging.lines.players import Player
from scoregen.generation.arranging.lines.writing import whole_rest
from scoregen.score.directions import Direction, Words
from scoregen.score.elements import Measure, Part, Score, Slot, Voice
from scoregen.score.instruments import instrument_type
from scoregen.score.pitch import Pitch
from scoregen.score.spanners import Slur, Spanner

NOTICE = (
    "the voices sing the harmony of the accompaniment in the rhythm of the melody; its figures are left out, and where"
    " nobody sings in the source they hum its highest line"
)
HUMMED = "hum"


def choral_score(score: Score, players: Sequence[Player], sung: Sequence[Slot]) -> tuple[Score, str]:
    """The score as one line for each player, highest first, and a notice. The lines are within the players' ranges."""
    music = Accompaniment(score, sung)
    top = [music.melody(index) for index in range(len(score.measures))]
    leader = in_range(top, players[0])
    spans = [span for index in range(len(score.measures)) for span in music.spans(index, leader[index])]
    chords = lower_voices(spans, players[1:])
    parts = tuple(_part(player, number) for number, player in enumerate(players))
    measures = []
    by_measure: dict[int, list[tuple[Span, tuple[Pitch, ...]]]] = defaultdict(list)
    for span, chord in zip(spans, chords, strict=True):
        by_measure[span.measure].append((span, chord))
    hummed = False
    for index, measure in enumerate(score.measures):
        voices = [Voice(Slot(parts[0].id), leader[index] or tuple(whole_rest(measure)))]
        for at, part in enumerate(parts[1:]):
            voices.append(Voice(Slot(part.id), tuple(line_of(by_measure[index], at, measure))))
        hums = not music.is_sung(index) and any(not voice.is_silent for voice in voices)
        words = _hum(parts) if hums and not hummed and sung else ()
        hummed = hums
        measures.append(_with_voices(measure, voices, words, parts, music.source_slot(index)))
    return replace(score, parts=parts, measures=tuple(measures), document=None), NOTICE


def _part(player: Player, number: int) -> Part:
    kind = instrument_type("voice")
    return Part(f"L{number}", f"Voice {number + 1}", "", player.role.clefs, kind.instrument)


def _hum(parts: Sequence[Part]) -> tuple[Direction, ...]:
    return tuple(Direction(Fraction(0), Words(HUMMED, italic=True), part.id) for part in parts)


def _with_voices(
    measure: Measure, voices: Sequence[Voice], words: Sequence[Direction], parts: Sequence[Part], source: Slot | None
) -> Measure:
    """The measure with new voices, and the marks of the voice that leads for all of them."""
    lead = parts[0].id
    directions = list(words)
    for mark in measure.directions:
        if mark.part is None:
            directions.append(mark)
        elif source is not None and mark.part == source.part:
            directions += [replace(mark, part=part.id, staff=1) for part in parts]
    spanners: list[Spanner] = []
    for spanner in measure.spanners:
        if isinstance(spanner, Slur):
            if spanner.slot == source:
                spanners.append(replace(spanner, slot=Slot(lead), end_slot=None))
        elif source is not None and spanner.part == source.part:
            spanners += [replace(spanner, part=part.id, staff=1) for part in parts]
    symbols = tuple(replace(symbol, part=lead, staff=1) for symbol in measure.chord_symbols)
    return replace(
        measure,
        voices=tuple(voices),
        directions=tuple(dict.fromkeys(directions)),
        spanners=tuple(spanners),
        chord_symbols=symbols,
        own_keys=(),
    )
