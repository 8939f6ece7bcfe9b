"""The rules of a measure, as the caller gives them and as `state` uses them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from scoregen.score.elements import Slot
from scoregen.system.errors import ConstraintError, Place
from scoregen.tokens.constraints.places import DEFAULT_FINEST, NEITHER, Finest, OnsetPlaces, places
from scoregen.tokens.constraints.voice_masks import Mask, VoiceRule
from scoregen.tokens.event_tokens import event_tokens
from scoregen.tokens.events import Event, Header
from scoregen.tokens.vocabulary import vocabulary

if TYPE_CHECKING:
    from scoregen.tokens.constraints.state import ConstraintState


@dataclass(frozen=True, slots=True, eq=False)
class MeasureRules:
    """What is fixed in a measure before it is written.

    `order`: the order of the slots within a slice, given voices first. `given`: by slot the events of
    a given voice by onset (as `encode.voice_events` returns them), None for a blank voice. `voices`: by
    slot the rule of a blank voice. `first`: nothing sounds before. `finest`: the shortest values that
    blank voices choose; together with a given voice they may be shorter. `onsets`: the only places, besides the start,
    at which blank voices begin anything (None: every place). `extra`: a further mask of the caller. `place` and `slots`
    name the voices in errors.
    """

    header: Header
    order: tuple[int, ...]
    given: tuple[Mapping[Fraction, Event] | None, ...]
    voices: tuple[VoiceRule, ...]
    first: bool = False
    place: Place = field(default_factory=Place)
    slots: tuple[Slot, ...] = ()
    finest: Finest = DEFAULT_FINEST
    onsets: frozenset[Fraction] | None = None
    extra: Callable[[ConstraintState], Mask] | None = None
    plan: Plan = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plan", _plan(self))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The rules of a measure in ticks and ids."""

    spans: tuple[int, ...]  # by tick
    divisions: tuple[int, ...]  # by tick: the divisions in which a blank voice may begin a note or rest
    stops: tuple[int, ...]  # the ticks at which given voices begin a note or rest
    given: tuple[Mapping[int, tuple[int, ...]] | None, ...]
    between: tuple[tuple[int, ...], ...]  # by slot the event of a given voice between its own events
    onsets: dict[tuple[int, int, bool], Mask] = field(default_factory=dict)  # kept masks of the next slice
    no_later: dict[tuple[int, int], Mask] = field(default_factory=dict)  # and those that end at a place


def _plan(rules: MeasureRules) -> Plan:
    try:
        grid = places(rules.header, rules.finest)
    except ValueError as error:
        raise ConstraintError(str(error), replace(rules.place, measure=rules.header.number)) from None
    ticks = vocabulary().ticks_per_quarter
    given = tuple(
        None if events is None else {int(place * ticks): event_tokens(event) for place, event in events.items()}
        for events in rules.given
    )
    stops = tuple(sorted({0}.union(*(events for events in given if events))))
    between = tuple(_event_between(events) for events in given)
    divisions = _with_stops(grid, stops)
    if rules.onsets is not None:
        divisions = _only_at({0, *(int(place * ticks) for place in rules.onsets)}, divisions)
    return Plan(grid.spans, divisions, stops, given, between)


def _with_stops(grid: OnsetPlaces, stops: Sequence[int]) -> tuple[int, ...]:
    """The divisions by tick; a blank voice may begin a note wherever a given voice does."""
    divisions = list(grid.free)
    for tick in stops:
        divisions[tick] = grid.notatable[tick]
    return tuple(divisions)


def _only_at(open_ticks: Set[int], divisions: Sequence[int]) -> tuple[int, ...]:
    """The divisions of these ticks alone."""
    return tuple(division if tick in open_ticks else NEITHER for tick, division in enumerate(divisions))


def _event_between(events: Mapping[int, tuple[int, ...]] | None) -> tuple[int, ...]:
    words = vocabulary()
    opening = (events or {}).get(0)
    missing = ((words.id("absent"),), (words.id("blank"),))
    return opening if opening in missing else (words.id("hold"),)
