"""Random scores for hypothesis: any metre, anacruses, triplets, chords, ties, up to eight voices.

They are less regular than what the token language writes: values split and tied, ties without a partner, grace
notes, lyrics, divided rests. Everything in them can be encoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import pairwise

from hypothesis import strategies as st

from scoregen.score.elements import Barline, Chord, Element, Lyric, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue, notate, tuplet_span
from scoregen.tokens.events import ascending

METRES = ("2/4", "3/4", "4/4", "5/4", "6/4", "2/2", "3/2", "4/2", "3/8", "6/8", "7/8", "9/8", "12/8", "3+2/8", "3/16")
QUARTER = Fraction(1)
PITCHES = [Pitch(step, alter, octave) for octave in range(1, 7) for step in "CDEFGAB" for alter in (0, 1, -1, 2, -2)]


def time_signatures() -> st.SearchStrategy[TimeSignature]:
    """The usual metres, simple and compound, and some unusual ones."""
    return st.sampled_from([TimeSignature.parse(text) for text in METRES])


def pitches() -> st.SearchStrategy[Pitch]:
    """Spelled pitches of a piano, with up to double accidentals."""
    return st.sampled_from(PITCHES)


@cache  # a strategy is validated when it is made: once for each is enough
def chords(most: int) -> st.SearchStrategy[tuple[Pitch, ...]]:
    """One to `most` different pitches, the lowest first."""
    return st.lists(pitches(), min_size=1, max_size=most).map(lambda chosen: ascending(set(chosen)))


@cache
def one_in(count: int) -> st.SearchStrategy[bool]:
    """True about once in `count` draws; False is the simpler value."""
    return st.sampled_from([False] * (count - 1) + [True])


@cache
def _places(steps: int) -> st.SearchStrategy[set[int]]:
    return st.sets(st.integers(0, steps - 1), max_size=4)


@cache
def _steps(span: Fraction, whole: bool) -> st.SearchStrategy[int]:
    """The number of parts of a divided stretch: two, or three as well if it is inside the measure."""
    in_two = [steps for steps in (1, 1, 2, 2, 4, 8, 16) if span / steps >= Fraction(1, 16)]
    return st.sampled_from(in_two + [3, 3, 6, 12] * whole)


_KINDS = st.sampled_from(("attack", "attack", "attack", "rest", "hold", "partly"))


@dataclass(frozen=True)
class Frame:
    """A measure without its voices, and its start in its metre."""

    measure: Measure
    start: Fraction


@st.composite
def frames(draw: st.DrawFn, most: int = 4) -> list[Frame]:
    """Consecutive measures: an anacrusis or none, one metre or several."""
    time = draw(time_signatures())
    found = [draw(_anacruses(time))] if draw(st.booleans()) else []
    for number in range(1, draw(st.integers(1, most)) + 1):
        time = draw(time_signatures()) if draw(one_in(6)) else time
        key = KeySignature(draw(st.integers(-7, 7)), draw(st.sampled_from([None, "major", "minor"])))
        ends = draw(st.sets(st.integers(0, int(time.duration * 2) - 1), max_size=2))
        phrase_ends = tuple(Fraction(end, 2) for end in sorted(ends))
        barline = Barline("light-heavy") if draw(st.booleans()) else Barline()
        measure = Measure(str(number), time.duration, time, key, barline=barline, phrase_ends=phrase_ends)
        found.append(Frame(measure, Fraction(0)))
    return found


@st.composite
def _anacruses(draw: st.DrawFn, time: TimeSignature) -> Frame:
    step = min(time.unit, QUARTER) / 2
    duration = step * draw(st.integers(1, int(time.duration / step) - 1))
    return Frame(Measure("0", duration, time, KeySignature(0), (), implicit=True), time.duration - duration)


@st.composite
def boundaries(draw: st.DrawFn, duration: Fraction, time: TimeSignature, start: Fraction) -> list[Fraction]:
    """The onsets and ends of the notes of a voice inside a measure, so that they can be notated."""
    span = tuplet_span(time)
    low = -(start % span)
    found: set[Fraction] = set()
    while low < duration:
        found |= draw(_cuts(low, low + span, duration))
        low += span
    return sorted(place for place in found if 0 < place < duration)


@st.composite
def _cuts(draw: st.DrawFn, low: Fraction, high: Fraction, duration: Fraction) -> set[Fraction]:
    """Cuts of a stretch in one division; or one cut in the middle, and each half in its own division."""
    span, middle = high - low, (low + high) / 2
    if span >= Fraction(1, 2) and 0 <= middle <= duration and draw(one_in(8)):
        return {middle} | draw(_cuts(low, middle, duration)) | draw(_cuts(middle, high, duration))
    steps = draw(_steps(span, low >= 0 and high <= duration))
    return {low + span * Fraction(place, steps) for place in draw(_places(steps))}


@dataclass(frozen=True)
class _Piece:
    """The pitches of a voice from one onset of a measure to another; `held` ones continue from before."""

    onset: Fraction
    end: Fraction
    pitches: tuple[Pitch, ...]
    held: frozenset[Pitch]


@st.composite
def _pieces(draw: st.DrawFn, frame: Frame, sounding: tuple[Pitch, ...], most: int) -> list[_Piece]:
    """The pieces of one voice in a measure, after what it sounded before."""
    measure = frame.measure
    places = [Fraction(0), *draw(boundaries(measure.duration, measure.time, frame.start)), measure.duration]
    found = []
    for onset, end in pairwise(places):
        kind = draw(_KINDS)
        chord = () if kind == "rest" else draw(chords(most))
        held: frozenset[Pitch] = frozenset()
        if kind == "hold" and sounding:
            chord, held = sounding, frozenset(sounding)
        if kind == "partly" and sounding and most > 1:
            held = frozenset(sounding[:1])
            chord = (*chord, *(held - set(chord)))
        sounding = ascending(chord)
        found.append(_Piece(onset, end, sounding, held))
    return found


@st.composite
def lines(draw: st.DrawFn, row: Sequence[Frame], slot: Slot, most_in_chord: int = 3) -> list[Voice | None]:
    """One voice through all measures; None in measures without it."""
    present = [not draw(one_in(10)) for _ in row]
    found: list[list[_Piece]] = []
    sounding: tuple[Pitch, ...] = ()
    for frame, is_there in zip(row, present, strict=True):
        found.append(draw(_pieces(frame, sounding, most_in_chord)) if is_there else [])
        sounding = found[-1][-1].pitches if is_there else ()
    following = [*(piece for pieces in found for piece in pieces or [None]), None][1:]
    voices: list[Voice | None] = []
    for frame, pieces in zip(row, found, strict=True):
        after = following[: len(pieces) or 1]
        following = following[len(after) :]
        elements = draw(_elements(frame, pieces, after)) if pieces else ()
        voices.append(Voice(slot, elements) if pieces else None)
    return voices


@st.composite
def _elements(
    draw: st.DrawFn, frame: Frame, pieces: Sequence[_Piece], after: Sequence[_Piece | None]
) -> tuple[Element, ...]:
    measure = frame.measure
    rows = notate([piece.end for piece in pieces], measure.duration, measure.time, frame.start)
    found: list[Element] = []
    for piece, values, following in zip(pieces, rows, after, strict=True):
        if draw(one_in(12)):
            found.append(Note(NoteValue("eighth"), draw(pitches()), grace=True))
        parts = [part for value in values for part in draw(_split(value))]
        goes_on = following.held if following else frozenset()
        if draw(one_in(15)):
            goes_on = goes_on | frozenset(piece.pitches[:1])  # a tie that may have no partner
        found += [_element(piece, value, index, index == len(parts) - 1, goes_on) for index, value in enumerate(parts)]
    return tuple(found)


@st.composite
def _split(draw: st.DrawFn, value: NoteValue) -> list[NoteValue]:
    """The value, or two tied halves of it."""
    half = NoteValue.plain(NoteValue(value.type, value.dots).duration / 2)
    if half is None or half.duration < Fraction(1, 16) or not draw(one_in(8)):
        return [value]
    return [replace(half, actual=value.actual, normal=value.normal)] * 2


def _element(piece: _Piece, value: NoteValue, index: int, is_last: bool, goes_on: frozenset[Pitch]) -> Element:
    if not piece.pitches:
        return Rest(value, visible=index == 0)
    notes = tuple(
        Note(
            value,
            pitch,
            tied_from_previous=index > 0 or pitch in piece.held,
            tied_to_next=not is_last or pitch in goes_on,
            articulations=("staccato",) if index == 0 else (),
            lyrics=(Lyric("la"),) if number == 0 and index == 0 else (),
        )
        for number, pitch in enumerate(piece.pitches)
    )
    return notes[0] if len(notes) == 1 else Chord(notes)


@st.composite
def scores(draw: st.DrawFn, most_voices: int = 4, most_in_chord: int = 3, most_measures: int = 3) -> Score:
    """A whole score; parts of one voice, or of two on one staff."""
    row = draw(frames(most_measures))
    count = draw(st.integers(1, most_voices))
    shared = count > 1 and draw(st.booleans())
    slots = [Slot(f"P{index + 1}") for index in range(count - shared)] + [Slot("P1", 1, 2)] * shared
    columns = [draw(lines(row, slot, most_in_chord)) for slot in slots]
    measures = tuple(
        replace(frame.measure, voices=tuple(voice for column in columns if (voice := column[index]) is not None))
        for index, frame in enumerate(row)
    )
    ids = dict.fromkeys(slot.part for slot in slots)
    return Score(tuple(Part(part_id) for part_id in ids), measures)
