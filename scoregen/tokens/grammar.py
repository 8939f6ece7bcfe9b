"""What may follow what: the rules that a score in tokens keeps, whoever made it.

    score  = measure*
    measure = header slice+ barline
    slice  = place event{one a voice}
    event  = "hold" | "rest" | "absent" | "blank" | ("+" "~"? pitch)* "~"? pitch

Onsets rise from 0 and stay inside the measure, and each event makes sense after what its voice did before.
`text.from_json` checks by these rules what other programs wrote; `constraints` makes nothing that breaks them.
"""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import fits
from scoregen.system.errors import ReadError
from scoregen.tokens.events import Event, Header, Slice, TokenMeasure, TokenScore, ascending
from scoregen.tokens.headers import place_of
from scoregen.tokens.vocabulary import vocabulary

Doing = tuple[Pitch, ...] | str | None
"""What a voice is doing: the pitches it sounds, () while it rests, `absent`, `blank`, None if nothing yet."""


def check(tokens: TokenScore) -> None:
    """ReadError, with measure and voice, at the first thing that breaks a rule."""
    doing: list[Doing] = [None] * len(tokens.slots)
    for measure in tokens.measures:
        before = None
        for piece in measure.slices or (Slice(measure.header.duration, ()),):
            _check_slice(measure, piece, before, tokens)
            for index, (slot, event) in enumerate(zip(tokens.slots, piece.events, strict=True)):
                try:
                    doing[index] = _follow(event, doing[index], before is None)
                except ValueError as error:
                    raise ReadError(f"onset {piece.onset}: {error}", place_of(measure.header.number, slot)) from None
            before = piece
        _check_shape(measure, tokens)


def _check_shape(measure: TokenMeasure, tokens: TokenScore) -> None:
    problem = _header_problem(measure.header)
    if problem is not None:
        raise ReadError(f"measure {measure.header.number}: {problem}")
    for index, slot in enumerate(tokens.slots):
        if not _is_notatable(measure, index):
            raise ReadError(_UNNOTATABLE, place_of(measure.header.number, slot))


_UNNOTATABLE = "the rhythm cannot be notated; expected 64ths or 32nds of a triplet, beat by beat"


def _header_problem(head: Header) -> str | None:
    """What is wrong with a measure's length, or with where it begins or its phrases end."""
    if not fits((), head.duration, head.time, head.start) or not head.duration:
        return f"a measure of {head.duration} quarters from {head.start} cannot be notated in {head.time}"
    if any(end >= head.duration for end in head.phrase_ends) or list(head.phrase_ends) != sorted(set(head.phrase_ends)):
        return "expected phrase ends in rising order, before the end of the measure"
    return None


def _is_notatable(measure: TokenMeasure, index: int) -> bool:
    """Whether the rhythm of one voice can be notated."""
    begun = (piece.onset for piece in measure.slices if piece.events[index].kind in ("rest", "attack"))
    return fits(begun, measure.header.duration, measure.header.time, measure.header.start)


def _check_slice(measure: TokenMeasure, piece: Slice, before: Slice | None, tokens: TokenScore) -> None:
    problem = _onset_problem(piece, before, measure.header)
    if problem is None and len(piece.events) != len(tokens.slots):
        problem = f"there are {len(piece.events)} events; expected one for each of {len(tokens.slots)} voices"
    if problem is None and before is not None and _changes_nothing(piece.events):
        problem = "the slice changes nothing; expected an attack or a rest in some voice"
    if problem is not None:
        raise ReadError(f"measure {measure.header.number}: onset {piece.onset}: {problem}")


def _onset_problem(piece: Slice, before: Slice | None, header: Header) -> str | None:
    """What is wrong with where a slice stands, after the slice before it in the measure."""
    if vocabulary().ticks(piece.onset) is None:
        return f"expected an onset on {vocabulary().ticks_per_quarter}ths of a quarter"
    if before is None:
        return None if piece.onset == 0 else f"found the first slice at {piece.onset}; expected it at 0"
    if before.onset < piece.onset < header.duration:
        return None
    return f"expected an onset after {before.onset} and before the end of the measure at {header.duration}"


def _changes_nothing(events: Sequence[Event]) -> bool:
    """Whether no voice begins or ends anything, so that there would be no slice here."""
    return not any(event.kind in ("rest", "attack") for event in events)


def _follow(event: Event, doing: Doing, opening: bool) -> Doing:
    """What a voice does after an event; `opening` says that it stands at the start of a measure.

    Raises ValueError, saying what was expected, where the event makes no sense after `doing`.
    """
    sounding = doing if isinstance(doing, tuple) else ()
    if event.kind in ("absent", "blank"):
        return _follow_missing(event, doing, opening)
    if not opening and isinstance(doing, str):
        raise ValueError(f"found {event.kind}; expected {doing} until the barline, as at the start of the measure")
    if event.kind == "attack":
        return _follow_attack(event, sounding)
    if event.kind == "rest":
        if not opening and doing == ():
            raise ValueError("found rest where the voice rests; expected hold or an attack")
        return ()
    if doing is None or (opening and not sounding):
        raise ValueError("found hold where nothing sounds; expected rest or an attack")
    return doing


def _follow_missing(event: Event, doing: Doing, opening: bool) -> Doing:
    if not opening and doing != event.kind:
        raise ValueError(f"found {event.kind} in the middle of a measure; expected it from its start, or not at all")
    return event.kind


def _follow_attack(event: Event, sounding: tuple[Pitch, ...]) -> Doing:
    missing = [str(pitch) for pitch in event.tied if pitch not in sounding]
    if missing:
        raise ValueError(f"{', '.join(missing)} cannot go on: it does not sound; expected a new attack")
    if not event.pitches and set(event.tied) == set(sounding):
        raise ValueError("a chord that only goes on is a hold")
    everything = (*event.pitches, *event.tied)
    if event.pitches != ascending(set(event.pitches)) or event.tied != ascending(set(event.tied)):
        raise ValueError("expected the pitches of a chord once each, lowest first")
    if not everything or len(set(everything)) < len(everything):
        raise ValueError("expected one pitch or more, each either struck or going on")
    return ascending(everything)
