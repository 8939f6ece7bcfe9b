"""The same music in another metre, so that a network can learn 6/8, 2/4 and 2/2 from a corpus in 4/4 and 3/4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.score.metre import TimeSignature
from scoregen.tokens.encode import interleave, voice_events
from scoregen.tokens.events import ABSENT, BLANK, HOLD, REST, Event, Header, TokenMeasure, TokenScore

TWO_TWO = TimeSignature((2,), 2)
TWO_FOUR = TimeSignature((2,), 4)
SIX_EIGHT = TimeSignature((6,), 8)


def variants(tokens: TokenScore) -> Iterator[TokenScore]:
    """Variants of a piece in one metre: 4/4 as 2/2 and 2/4, 3/4 as 6/8."""
    times = {measure.header.time for measure in tokens.measures}
    if times == {TimeSignature((4,), 4)}:
        yield _relabelled(tokens, TWO_TWO)
        yield halved(tokens)
    if times == {TimeSignature((3,), 4)} and len(tokens.measures) > 2:
        yield paired(faster(tokens, Fraction(1, 2)))


def faster(tokens: TokenScore, factor: Fraction) -> TokenScore:
    """Every length multiplied by `factor`, with the unit of the metre: 3/4 by 1/2 becomes 3/8."""
    return replace(tokens, measures=tuple(_scaled(measure, factor) for measure in tokens.measures))


def paired(tokens: TokenScore) -> TokenScore:
    """3/8 as 6/8: pairs of measures after an anacrusis; an odd last measure stays short."""
    first = 1 if tokens.measures[0].header.duration < tokens.measures[0].header.time.duration else 0
    opening = [_opening(measure.header, SIX_EIGHT, measure) for measure in tokens.measures[:first]]
    pairs = [
        _joined(tokens.measures[index : index + 2], len(tokens.slots))
        for index in range(first, len(tokens.measures), 2)
    ]
    return replace(tokens, measures=tuple(opening + pairs))


def halved(tokens: TokenScore) -> TokenScore:
    """4/4 as 2/4: every full measure becomes two."""
    measures: list[TokenMeasure] = []
    for measure in tokens.measures:
        half = TWO_FOUR.duration
        if measure.header.duration <= half:
            measures.append(_opening(measure.header, TWO_FOUR, measure))
        elif measure.header.start:
            cut = measure.header.duration - half
            measures += _split(measure, cut, len(tokens.slots))
        else:
            measures += _split(measure, half, len(tokens.slots))
    return replace(tokens, measures=tuple(measures))


def _relabelled(tokens: TokenScore, time: TimeSignature) -> TokenScore:
    measures = (replace(m, header=replace(m.header, time=time)) for m in tokens.measures)
    return replace(tokens, measures=tuple(measures))


def _opening(header: Header, time: TimeSignature, measure: TokenMeasure) -> TokenMeasure:
    """A short measure in another metre: an opening measure ends like a full one, a last measure begins like one."""
    start = time.duration - header.duration if header.start else Fraction(0)
    return replace(measure, header=replace(header, time=time, start=start))


def _scaled(measure: TokenMeasure, factor: Fraction) -> TokenMeasure:
    head = measure.header
    time = TimeSignature(head.time.beats, int(head.time.beat_type / factor))
    header = replace(
        head,
        time=time,
        duration=head.duration * factor,
        start=head.start * factor,
        phrase_ends=tuple(end * factor for end in head.phrase_ends),
        harmony=tuple(replace(chord, onset=chord.onset * factor) for chord in head.harmony),
        unplanned=tuple(onset * factor for onset in head.unplanned),
    )
    return TokenMeasure(header, tuple(replace(piece, onset=piece.onset * factor) for piece in measure.slices))


def _joined(measures: Sequence[TokenMeasure], voices: int) -> TokenMeasure:
    first = measures[0].header
    offsets = (Fraction(0), first.duration)[: len(measures)]
    pairs = list(zip(measures, offsets, strict=True))
    header = replace(
        first,
        time=SIX_EIGHT,
        duration=sum((measure.header.duration for measure in measures), Fraction(0)),
        phrase_ends=tuple(offset + end for measure, offset in pairs for end in measure.header.phrase_ends),
        harmony=tuple(
            replace(chord, onset=offset + chord.onset) for measure, offset in pairs for chord in measure.header.harmony
        ),
        unplanned=tuple(offset + onset for measure, offset in pairs for onset in measure.header.unplanned),
    )
    columns = [
        _merged([(offset, voice_events(measure, voice)) for measure, offset in pairs]) for voice in range(voices)
    ]
    return TokenMeasure(header, interleave(columns))


def _merged(parts: Sequence[tuple[Fraction, Mapping[Fraction, Event]]]) -> dict[Fraction, Event]:
    """One voice over two measures. A hold or a repeated rest at the old barline is dropped."""
    merged: dict[Fraction, Event] = {}
    resting = False
    for offset, events in parts:
        for onset, event in events.items():
            place = offset + onset
            if place == 0 or not (event in (HOLD, ABSENT, BLANK) or (event == REST and resting)):
                merged[place] = event
            resting = event == REST if event != HOLD else resting
    return merged


def _split(measure: TokenMeasure, cut: Fraction, voices: int) -> list[TokenMeasure]:
    head = measure.header
    spans = ((Fraction(0), cut), (cut, head.duration))
    return [
        TokenMeasure(
            replace(
                head,
                time=TWO_FOUR,
                duration=high - low,
                start=TWO_FOUR.duration - (high - low) if head.start and low == 0 else Fraction(0),
                phrase_ends=tuple(end - low for end in head.phrase_ends if low <= end < high),
                harmony=tuple(
                    replace(chord, onset=chord.onset - low) for chord in head.harmony if low <= chord.onset < high
                ),
                unplanned=tuple(onset - low for onset in head.unplanned if low <= onset < high),
            ),
            interleave([_cut_out(voice_events(measure, voice), low, high) for voice in range(voices)]),
        )
        for low, high in spans
    ]


def _cut_out(events: Mapping[Fraction, Event], low: Fraction, high: Fraction) -> dict[Fraction, Event]:
    """One voice between two places. A note that sounds across the cut becomes a hold; a rest is repeated."""
    before = [event for onset, event in events.items() if onset <= low]
    opening = events.get(low) or (REST if before[-1] == REST else HOLD)
    return {Fraction(0): opening, **{onset - low: event for onset, event in events.items() if low < onset < high}}
