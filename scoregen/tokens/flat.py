"""The flat form: a score as one row of ids, and back.

Reading is a descent through the productions of `grammar`; where a row breaks them the error names
the token's place in the row, what was found and what was expected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NoReturn

from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.system.errors import Place, ReadError, RefusedError
from scoregen.tokens.events import ABSENT, BLANK, HOLD, REST, Event, Header, Slice, TokenMeasure, TokenScore, ascending
from scoregen.tokens.grammar import (
    UNNOTATABLE,
    Doing,
    changes_nothing,
    follow,
    header_problem,
    is_notatable,
    onset_problem,
)
from scoregen.tokens.vocabulary import Vocabulary, vocabulary

_SIMPLE = {"hold": HOLD, "rest": REST, "absent": ABSENT, "blank": BLANK}


def flatten(tokens: TokenScore) -> tuple[int, ...]:
    """Every measure's header, slices and barline as ids of the vocabulary."""
    return tuple(token for measure in tokens.measures for token in _measure_tokens(measure, vocabulary()))


def unflatten(ids: Sequence[int], slots: Sequence[Slot], numbers: Sequence[str] | None = None) -> TokenScore:
    """The inverse of `flatten`, but for the printed measure numbers, which a row does not hold.

    Without `numbers` they count from 1, or from 0 where the first measure is an anacrusis. Raises
    ReadError at the first token that the grammar does not expect.
    """
    reader = _Reader(tuple(ids), vocabulary(), [None] * len(slots))
    measures: list[TokenMeasure] = []
    while reader.position < len(reader.ids):
        measures.append(reader.measure())
    first = 0 if measures and measures[0].header.start else 1
    names = numbers or [str(index + first) for index in range(len(measures))]
    named = (
        replace(measure, header=replace(measure.header, number=name))
        for measure, name in zip(measures, names, strict=True)
    )
    return TokenScore(tuple(slots), tuple(named))


def event_tokens(event: Event) -> tuple[int, ...]:
    """An event as ids: one for hold, rest, absent and blank; for a chord each pitch, lowest first."""
    words = vocabulary()
    if event.kind != "attack":
        return (words.id(event.kind),)
    more, tied = words.id("more"), words.id("tied")
    pitches = ascending((*event.pitches, *event.tied))
    found: list[int] = []
    for pitch in pitches:
        found += [more] * (pitch != pitches[-1])
        found += [tied] * (pitch in event.tied)
        found.append(words.pitch_id(pitch))
    return tuple(found)


def event_of(ids: Sequence[int]) -> Event:
    """The inverse of `event_tokens`; ReadError where the ids are not one event."""
    reader = _Reader(tuple(ids), vocabulary(), [])
    event = reader.event()
    if reader.position < len(ids):
        reader.fail("nothing more: the event is complete")
    return event


def _measure_tokens(measure: TokenMeasure, words: Vocabulary) -> Iterator[int]:
    yield from _header_tokens(measure.header, words)
    for piece in measure.slices:
        yield _place_token(piece.onset, words)
        for event in piece.events:
            yield from event_tokens(event)
    yield words.barline


def _header_tokens(head: Header, words: Vocabulary) -> Iterator[int]:
    if head.key.custom:
        raise RefusedError("a signature of single altered steps has no flat form", Place(measure=head.number))
    yield words.id("measure")
    yield from (words.id("beats", beats) for beats in head.time.beats)
    yield words.id("beat_type", head.time.beat_type)
    if head.time.symbol:
        yield words.id("symbol", head.time.symbol)
    yield words.id("fifths", head.key.fifths)
    if head.key.mode:
        yield words.id("mode", head.key.mode)
    if head.duration != head.time.duration:
        yield from (words.id("length"), _place_token(head.duration, words))
    if head.start:
        yield from (words.id("start"), _place_token(head.start, words))
    for end in head.phrase_ends:
        yield from (words.id("phrase_end"), _place_token(end, words))


def _place_token(place: Fraction, words: Vocabulary) -> int:
    tick = words.ticks(place)
    if tick is None:
        raise RefusedError(f"a place of {place} quarters has no token")
    return words.place_id(tick)


@dataclass(slots=True)
class _Reader:
    """A row and how far it has been read; `doing` is what each voice was last doing."""

    ids: tuple[int, ...]
    words: Vocabulary
    doing: list[Doing]
    position: int = 0

    def measure(self) -> TokenMeasure:
        start = self.position
        head = self.header()
        problem = header_problem(head)
        if problem is not None:
            self.refuse(problem, start)
        slices: list[Slice] = []
        while self.peek() != "barline":
            slices.append(self.slice(slices[-1] if slices else None, head))
        if not slices:
            self.fail("an onset")
        measure = TokenMeasure(head, tuple(slices))
        odd = next((index for index in range(len(self.doing)) if not is_notatable(measure, index)), None)
        if odd is not None:
            self.refuse(f"voice {odd + 1} of {len(self.doing)}: {UNNOTATABLE}", start)
        self.position += 1
        return measure

    def header(self) -> Header:
        self.take("measure")
        beats = [self.take("beats")]
        while self.peek() == "beats":
            beats.append(self.take("beats"))
        time = TimeSignature(tuple(beats), self.take("beat_type"), self.option("symbol"))
        key = KeySignature(self.take("fifths"), self.option("mode"))
        length, start = self.labelled("length"), self.labelled("start")
        ends: list[Fraction] = []
        while (end := self.labelled("phrase_end")) is not None:
            ends.append(end)
        if length == time.duration or start == 0:
            self.refuse("expected no length and no start that the time signature tells", self.position)
        return Header("", time, key, time.duration if length is None else length, start or Fraction(0), tuple(ends))

    def slice(self, before: Slice | None, head: Header) -> Slice:
        start = self.position
        onset: Fraction = self.take("place")
        events = tuple(self.voice_event(index, before is None) for index in range(len(self.doing)))
        piece = Slice(onset, events)
        problem = onset_problem(piece, before, head)
        if problem is None and before is not None and changes_nothing(events):
            problem = "the slice changes nothing; expected an attack or a rest in some voice"
        if problem is not None:
            self.refuse(problem, start)
        return piece

    def voice_event(self, index: int, opening: bool) -> Event:
        start = self.position
        event = self.event(f" of voice {index + 1} of {len(self.doing)}")
        try:
            self.doing[index] = follow(event, self.doing[index], opening)
        except ValueError as error:
            self.refuse(f"voice {index + 1} of {len(self.doing)}: {error}", start)
        return event

    def event(self, whose: str = "") -> Event:
        kind = self.peek()
        if kind in _SIMPLE:
            self.position += 1
            return _SIMPLE[kind]
        if kind not in ("more", "tied", "pitch"):
            self.fail(f"an event{whose} (hold, rest, absent, blank, or a pitch)")
        return self.chord()

    def chord(self) -> Event:
        start = self.position
        begun: list[Pitch] = []
        held: list[Pitch] = []
        is_last = False
        while not is_last:
            is_last = not self.skip("more")
            chosen = held if self.skip("tied") else begun
            chosen.append(self.take("pitch"))
        event = Event("attack", tuple(begun), tuple(held))
        if event_tokens(event) != self.ids[start : self.position]:
            self.refuse("expected the pitches of a chord once each, lowest first", start)
        return event

    def labelled(self, label: str) -> Fraction | None:
        """The place after a label, None where the label does not stand here."""
        if not self.skip(label):
            return None
        place: Fraction = self.take("place")
        return place

    def option(self, kind: str) -> Any:
        return self.take(kind) if self.peek() == kind else None

    def skip(self, kind: str) -> bool:
        here = self.peek() == kind
        self.position += here
        return here

    def take(self, kind: str) -> Any:
        """What the next token stands for, if it is of that kind."""
        if self.peek() != kind:
            self.fail(_DESCRIPTIONS.get(kind, f"{kind!r}"))
        self.position += 1
        return self.words.value(self.ids[self.position - 1])

    def peek(self) -> str:
        if self.position >= len(self.ids):
            return "end"
        token = self.ids[self.position]
        if not 0 <= token < len(self.words):
            self.fail(f"an id from 0 to {len(self.words) - 1}")
        return self.words.kind(token)

    def fail(self, expected: str) -> NoReturn:
        at_end = self.position >= len(self.ids)
        found = "the end" if at_end else self._text(self.ids[self.position])
        self.refuse(f"found {found}; expected {expected}", self.position)

    def refuse(self, message: str, position: int) -> NoReturn:
        before = " ".join(self._text(token) for token in self.ids[max(0, position - 4) : position])
        after = f", after {before!r}" if before else ""
        raise ReadError(f"token {position + 1} of {len(self.ids)}{after}: {message}")

    def _text(self, token: int) -> str:
        return self.words.token_text(token) if 0 <= token < len(self.words) else f"id {token}"


_DESCRIPTIONS = {
    "place": "an onset or length such as @1/2",
    "beats": "the upper number of a time signature",
    "beat_type": "the lower number of a time signature",
    "fifths": "a key signature",
    "pitch": "a pitch",
}
