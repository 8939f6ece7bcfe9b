"""Two versions of a score joined phrase by phrase, in the middle of measures too."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from scoregen.generation.variation.rows import Row, Stretch, elements_of, first_of, row_of
from scoregen.generation.variation.theme import Theme
from scoregen.score.edit import without_outer_ties
from scoregen.score.elements import Measure, Score, Voice


def spliced(theme: Theme, other: Score, taken: Collection[int]) -> Score:
    """The theme with the phrases of some numbers from another version of it, and no tie from one to the other.

    Chord symbols belong to the phrase in which they begin, lines (slurs, hairpins) to the version that begins the
    measure.
    """
    measures = []
    for index, pair in enumerate(zip(theme.score.measures, other.measures, strict=True)):
        start = theme.onsets[index]
        cuts = [
            (max(low - start, Fraction(0)), min(high - start, pair[0].duration), number in taken)
            for number, (low, high) in enumerate(theme.phrases)
            if low < start + pair[0].duration and high > start
        ]
        measures.append(_joined(theme, index, pair, cuts))
    done = replace(theme.score, measures=tuple(measures))
    return _with_fitting_ties(done, theme, taken)


_Cut = tuple[Fraction, Fraction, bool]
"""A stretch of a measure, and whether it is of the other version."""


def _joined(theme: Theme, index: int, pair: tuple[Measure, Measure], cuts: list[_Cut]) -> Measure:
    """A measure of both versions; of one of them if all its phrases are, or if a voice has no notation otherwise."""
    versions = {is_other for _, _, is_other in cuts}
    if len(versions) < 2:
        return pair[1] if versions == {True} else pair[0]
    first = pair[1] if cuts[0][2] else pair[0]
    voices = []
    for slot in dict.fromkeys(voice.slot for measure in pair for voice in measure.voices):
        own, new = pair[0].voice(slot), pair[1].voice(slot)
        if own is None or new is None or not own.elements or not new.elements:
            voices += [voice for voice in (own, new) if voice is not None][:1]
            continue
        row = tuple(
            stretch for low, high, is_other in cuts for stretch in _between(row_of(new if is_other else own), low, high)
        )
        try:
            elements = elements_of(row, pair[0], theme.starts[index])
        except ValueError:
            return first
        voices.append(Voice(slot, elements, "generated"))
    symbols = tuple(
        symbol for low, high, is_other in cuts for symbol in pair[is_other].chord_symbols if low <= symbol.onset < high
    )
    return replace(first, voices=tuple(voices), chord_symbols=symbols)


def _between(row: Row, low: Fraction, high: Fraction) -> list[Stretch]:
    """The stretches of a row between two places; one that crosses an edge is cut there."""
    found = []
    for stretch in row:
        if stretch.onset < high and stretch.end > low:
            own = first_of(stretch, high) if stretch.end > high else stretch
            if own.onset < low:
                notes = tuple(
                    replace(note, tied_from_previous=False, lyrics=(), articulations=()) for note in own.notes
                )
                own = replace(own, onset=low, notes=notes, graces=())
            found.append(own)
    return found


def _with_fitting_ties(score: Score, theme: Theme, taken: Collection[int]) -> Score:
    """The score without ties over a barline at which one version follows the other."""
    edges = {start for number, (start, _) in enumerate(theme.phrases) if (number in taken) != (number - 1 in taken)}
    measures = []
    for index, measure in enumerate(score.measures):
        start = theme.onsets[index]
        if start in edges or start + measure.duration in edges:
            begins, ends = start in edges, start + measure.duration in edges
            voices = tuple(
                replace(voice, elements=without_outer_ties(voice.elements, start=begins, end=ends))
                for voice in measure.voices
            )
            measure = replace(measure, voices=voices)
        measures.append(measure)
    return replace(score, measures=tuple(measures))
