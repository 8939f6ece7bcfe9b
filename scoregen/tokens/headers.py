"""Headers: from the measures of a score to their metre, key, length, start and phrase ends.

The start of an incomplete measure in its metre depends on the neighbouring measures; it is derived here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.score.elements import Measure, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import fits
from scoregen.system.errors import Place, RefusedError
from scoregen.tokens.events import Header
from scoregen.tokens.vocabulary import Vocabulary, vocabulary


def headers(score: Score, *, snap: bool = False) -> tuple[Header, ...]:
    """One header for each measure.

    Raises RefusedError for a metre, key or length that the language cannot express. With `snap` a
    signature of single altered steps becomes an empty one, and one beyond seven its enharmonic.
    """
    starts = measure_starts(score.measures)
    return tuple(_header(measure, start, snap) for measure, start in zip(score.measures, starts, strict=True))


def nearest_headers(score: Score) -> tuple[tuple[Header, ...], dict[int, str]]:
    """One header for each measure, and for each measure that the language cannot express the reason, by index.

    Such a measure gets whole quarters, as many as it lasts. Key signatures are those of `headers` with `snap`.
    """
    heads, refused = [], {}
    for index, (measure, start) in enumerate(zip(score.measures, measure_starts(score.measures), strict=True)):
        try:
            heads.append(_header(measure, start, True))
        except RefusedError as error:
            heads.append(_whole_quarters(measure))
            refused[index] = error.message
    return tuple(heads), refused


def _whole_quarters(measure: Measure) -> Header:
    words = vocabulary()
    quarters = min(max(round(measure.duration), 1), words.longest_ticks // words.ticks_per_quarter)
    key = _key(measure.key, words, Place(measure=measure.number), True)
    return Header(measure.number, TimeSignature((quarters,), 4), key, Fraction(quarters))


def complete_voice(measure: Measure, slot: Slot) -> Voice | None:
    """The voice of a slot, None if absent; RefusedError if it does not last as long as its measure."""
    voice = measure.voice(slot)
    if voice is None or voice.is_blank or voice.duration == measure.duration:
        return voice
    raise RefusedError(
        f"the voice lasts {voice.duration} quarters; its measure lasts {measure.duration}",
        place_of(measure.number, slot),
    )


def place_of(measure_number: str, slot: Slot) -> Place:
    return Place(part=slot.part, measure=measure_number, voice=str(slot.voice))


def measure_starts(measures: Sequence[Measure]) -> tuple[Fraction, ...]:
    """The position in the metre at which each measure begins: 0 except for an anacrusis or a second half."""
    starts: list[Fraction] = []
    for index, measure in enumerate(measures):
        before = (measures[index - 1], starts[-1]) if starts else None
        after = measures[index + 1] if index + 1 < len(measures) else None
        starts.append(_start(measure, before, after))
    return tuple(starts)


def _start(measure: Measure, before: tuple[Measure, Fraction] | None, after: Measure | None) -> Fraction:
    if not measure.is_short:
        return Fraction(0)
    unfinished = _unfinished_end(*before) if before and before[0].time == measure.time else Fraction(0)
    if unfinished and unfinished + measure.duration <= measure.time.duration:
        return unfinished
    is_opening = before is None or measure.implicit
    if after is None or not is_opening or (_completes(measure, after) and not measure.implicit):
        return Fraction(0)
    return measure.time.duration - measure.duration


def _unfinished_end(measure: Measure, start: Fraction) -> Fraction:
    """The position in the metre at which an incomplete measure ends; 0 for a complete one."""
    end = start + measure.duration
    return end if end < measure.time.duration else Fraction(0)


def _completes(measure: Measure, after: Measure) -> bool:
    """Whether two short measures are the halves of one."""
    same_time = measure.time == after.time and after.is_short
    return same_time and measure.duration + after.duration == measure.time.duration


def _header(measure: Measure, start: Fraction, snap: bool) -> Header:
    words, place = vocabulary(), Place(measure=measure.number)
    time = _time(measure.time, words, place)
    if not words.ticks(measure.duration) or not fits((), measure.duration, time, start):
        raise RefusedError(
            f"the measure lasts {measure.duration} quarters; expected at most "
            f"{words.longest_ticks // words.ticks_per_quarter} quarters and an end on a 64th",
            place,
        )
    ends = tuple(end for end in measure.phrase_ends if end < measure.duration and words.ticks(end) is not None)
    return Header(measure.number, time, _key(measure.key, words, place, snap), measure.duration, start, ends)


def _time(time: TimeSignature, words: Vocabulary, place: Place) -> TimeSignature:
    if not words.has("beat_type", time.beat_type) or not all(words.has("beats", beats) for beats in time.beats):
        raise RefusedError(f"the metre is {time}, which the token language cannot express", place)
    return time if words.has("symbol", time.symbol) else replace(time, symbol=None)


def _key(key: KeySignature, words: Vocabulary, place: Place, snap: bool) -> KeySignature:
    if not snap and (key.custom or not words.has("fifths", key.fifths)):
        steps = ", ".join(step for step, _ in key.custom)
        content = f"single altered steps ({steps})" if steps else f"{key.fifths} fifths"
        raise RefusedError(f"the key signature has {content}; expected at most seven sharps or flats", place)
    fifths = key.fifths - 12 * (key.fifths > 7) + 12 * (key.fifths < -7)
    return KeySignature(fifths, key.mode if words.has("mode", key.mode) else None)
