"""The changes that a solo is played over: the measures of a lead sheet or of a progression, and their chords."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from scoregen.plan.chords.chord_text import chord_measures, text_timeline
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.elements import Barline, Measure, Score, Tempo
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NoteValue
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import chord_tones, position, read_symbol
from scoregen.score.timeline import measure_onsets, metrical_starts
from scoregen.system.errors import InputError

PART = "P1"
_GUIDES = 2
MOST_MEASURES = 400


@dataclass(frozen=True, slots=True)
class Change:
    """A chord from an onset to an end, in quarters; `members`, and `guides` (third, seventh), on the line of fifths."""

    onset: Fraction
    end: Fraction
    root: int
    members: frozenset[int]
    guides: frozenset[int]
    key: Key


@dataclass(frozen=True)
class Changes:
    """Measures without voices, with their chord symbols over the part `PART`, and the chords in order."""

    measures: tuple[Measure, ...]
    chords: tuple[Change, ...]
    title: str | None = None

    @cached_property
    def onsets(self) -> tuple[Fraction, ...]:
        """The onset of each measure, in quarters."""
        return measure_onsets(self.page)

    @cached_property
    def starts(self) -> tuple[Fraction, ...]:
        """For each measure the place in its metre at which it begins."""
        return metrical_starts(self.page)

    @property
    def page(self) -> Score:
        return Score((), self.measures)

    @property
    def end(self) -> Fraction:
        return self.onsets[-1] + self.measures[-1].duration

    def strength(self, time: Fraction) -> int:
        """The metrical strength of a time."""
        index = max(bisect_right(self.onsets, time) - 1, 0)
        return self.measures[index].time.strength(time - self.onsets[index] + self.starts[index])

    @cached_property
    def _chord_onsets(self) -> tuple[Fraction, ...]:
        return tuple(chord.onset for chord in self.chords)

    def at(self, time: Fraction) -> Change | None:
        """The chord at a time."""
        index = bisect_right(self._chord_onsets, time) - 1
        found = self.chords[index] if index >= 0 else None
        return found if found is not None and time < found.end else None


def changes_of_text(text: str, key: str, time: str, tempo: int) -> Changes:
    """The changes of a progression such as `Dm7 G7 | Cmaj7`. InputError for what is not understood."""
    try:
        home, metre = Key.parse(key), TimeSignature.parse(time)
    except ValueError as error:
        raise InputError(f"{'--time' if 'time signature' in str(error) else '--key'}: {error}") from None
    count = len(chord_measures(text))
    _check_length(count)
    blank = [Measure(str(number), metre.duration, metre, home.signature) for number in range(1, count + 1)]
    beat = metre.groups[0]
    blank[0] = replace(blank[0], tempos=(Tempo(Fraction(0), NoteValue.of(beat), Fraction(tempo)),))
    blank[-1] = replace(blank[-1], barline=Barline("light-heavy"))
    page = Score((), tuple(blank))
    timeline = text_timeline(text, page, home)
    measures = []
    for index, measure in enumerate(page.measures):
        symbols = [
            replace(symbol, onset=onset, part=PART, text=None)
            for onset, chord in sorted(timeline.get(index, {}).items())
            if (symbol := parse_chord_text(chord.name, home)) is not None
        ]
        measures.append(replace(measure, chord_symbols=tuple(symbols)))
    return _changes(measures, home, None)


def changes_of_score(score: Score) -> Changes:
    """The changes of a score with chord symbols, in its measures with their repeats. InputError without symbols."""
    _check_length(len(score.measures))
    measures = [
        replace(
            measure,
            voices=(),
            directions=(),
            spanners=(),
            phrase_ends=(),
            own_keys=(),
            break_before=None,
            chord_symbols=tuple(_one_at_each_onset(measure)),
        )
        for measure in score.measures
    ]
    if not any(measure.chord_symbols for measure in measures):
        raise InputError("found no chord symbols; expected a lead sheet, or --chords such as 'Dm7 G7 | Cmaj7'")
    home = Key.of(score.measures[0].key)
    return _changes(measures, home, score.metadata.title or score.metadata.movement)


def _check_length(count: int) -> None:
    if not 1 <= count <= MOST_MEASURES:
        raise InputError(f"found {count} measures; expected 1 to {MOST_MEASURES}")


def _one_at_each_onset(measure: Measure) -> Iterator[ChordSymbol]:
    """The first symbol at each onset, over the part of the solo."""
    seen = set[Fraction]()
    for symbol in sorted(measure.chord_symbols, key=lambda own: own.onset):
        if symbol.onset not in seen and 0 <= symbol.onset < measure.duration:
            seen.add(symbol.onset)
            yield replace(symbol, part=PART, staff=1)


def _changes(measures: list[Measure], home: Key, title: str | None) -> Changes:
    onsets = measure_onsets(Score((), tuple(measures)))
    end = onsets[-1] + measures[-1].duration
    timed = [
        (start + symbol.onset, symbol, measure)
        for start, measure in zip(onsets, measures, strict=True)
        for symbol in measure.chord_symbols
    ]
    ends = [*(onset for onset, _, _ in timed[1:]), end][: len(timed)]
    chords = [
        chord
        for (onset, symbol, measure), stop in zip(timed, ends, strict=True)
        if (chord := _change(onset, stop, symbol, Key(Key.of(measure.key).tonic_fifths, home.mode))) is not None
    ]
    if not chords:
        raise InputError("found no chord that is understood; expected symbols such as Dm7 or G7")
    return Changes(tuple(measures), tuple(chords), title)


def _change(onset: Fraction, end: Fraction, symbol: ChordSymbol, key: Key) -> Change | None:
    tones = chord_tones(symbol)
    if tones is None or end <= onset:
        return None
    root = position(read_symbol(symbol).root)
    guides = frozenset(tone for tone in tones.essential[:_GUIDES] if tone != root)
    return Change(onset, end, root, frozenset(tones.members), guides, key)
