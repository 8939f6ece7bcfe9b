"""The chord symbols of a new melody: those of its given chords, else those of its harmonic plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.plan.chords.chord_symbols import ChordTimeline, GivenChord
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.elements import Measure, Score
from scoregen.score.keys import Key
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import chord_tones, pitch_class_at
from scoregen.tokens.events import Harmony, Header


def with_written_symbols(score: Score, headers: Sequence[Header], timeline: ChordTimeline) -> Score:
    """The score with symbols over its first part, where it has none; `headers` hold the plan of its measures."""
    part = score.parts[0].id
    rows = zip(score.measures, headers, strict=True)
    measures = (
        measure if measure.chord_symbols else _written(measure, header, timeline.get(index, {}), part)
        for index, (measure, header) in enumerate(rows)
    )
    return replace(score, measures=tuple(measures))


def _written(measure: Measure, header: Header, given: Mapping[Fraction, GivenChord], part: str) -> Measure:
    """A measure with its symbols. What is given decides where it can be named, also where a chord goes on."""
    own = [chord for chord in given.values() if chord.tones is not None]
    named = [symbol for onset, chord in given.items() if (symbol := _given(chord, onset, measure, part))]
    is_known = len(named) == sum(chord.begins for chord in own)
    symbols = named if own and is_known else list(_planned(header.harmony, part))
    return replace(measure, chord_symbols=tuple(symbols))


def _given(chord: GivenChord, onset: Fraction, measure: Measure, part: str) -> ChordSymbol | None:
    """The symbol of a given chord that begins; None if its name means another one in the key of the measure."""
    if chord.tones is None or not chord.begins or not chord.name:
        return None
    try:
        symbol = parse_chord_text(chord.name, Key.of(measure.key))
    except ValueError:
        return None
    tones = chord_tones(symbol) if symbol is not None else None
    if symbol is None or tones is None or tones.members != chord.tones.members:
        return None
    return replace(symbol, onset=onset, part=part, text=None)


def _planned(chords: Sequence[Harmony], part: str) -> Iterator[ChordSymbol]:
    for chord in chords:
        bass = pitch_class_at(chord.bass) if chord.inversion else None
        yield ChordSymbol(chord.onset, part, pitch_class_at(chord.root), chord.quality, bass=bass)
