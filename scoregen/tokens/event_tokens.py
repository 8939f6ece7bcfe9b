"""The event of a voice as tokens of the vocabulary, and the inverse."""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.score.pitch import Pitch
from scoregen.system.errors import ReadError
from scoregen.tokens.events import ABSENT, BLANK, HOLD, REST, Event, ascending
from scoregen.tokens.vocabulary import vocabulary

_SIMPLE = {"hold": HOLD, "rest": REST, "absent": ABSENT, "blank": BLANK}


def event_tokens(event: Event) -> tuple[int, ...]:
    """An event as ids: one for hold, rest, absent and blank; for a chord its pitches, lowest first."""
    words = vocabulary()
    if event.kind != "attack":
        return (words.id(event.kind),)
    more, tied = words.id("more"), words.id("tied")
    pitches = ascending((*event.pitches, *event.tied))
    ids: list[int] = []
    for pitch in pitches:
        ids += [more] * (pitch != pitches[-1])
        ids += [tied] * (pitch in event.tied)
        ids.append(words.pitch_id(pitch))
    return tuple(ids)


def event_of(ids: Sequence[int]) -> Event:
    """The inverse of `event_tokens`; ReadError if the ids are not one event."""
    words = vocabulary()
    if len(ids) == 1 and (kind := words.tokens[ids[0]].kind) in _SIMPLE:
        return _SIMPLE[kind]
    more, tied = words.id("more"), words.id("tied")
    event = Event("attack", *_pitches([token for token in ids if token != more], tied))
    if not ids or event_tokens(event) != tuple(ids):
        text = " ".join(words.token_text(token) for token in ids)
        raise ReadError(f"found {text!r}; expected hold, rest, absent, blank, or the pitches of a chord, lowest first")
    return event


def _pitches(ids: Sequence[int], tied: int) -> tuple[tuple[Pitch, ...], tuple[Pitch, ...]]:
    """The pitches that are attacked, and those that continue, which follow the id `tied`."""
    words = vocabulary()
    pitches = [(words.value(token), index > 0 and ids[index - 1] == tied) for index, token in enumerate(ids)]
    return (
        tuple(pitch for pitch, held in pitches if isinstance(pitch, Pitch) and not held),
        tuple(pitch for pitch, held in pitches if isinstance(pitch, Pitch) and held),
    )
