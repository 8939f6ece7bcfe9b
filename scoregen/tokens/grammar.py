"""The grammar of a score in tokens.

    score  = measure*
    measure = header slice+ barline
    slice  = place event{one for each voice}
    event  = "hold" | "rest" | "absent" | "blank" | ("+" "~"? pitch)* "~"? pitch

Onsets increase from 0 and stay inside the measure, and each event must be possible after the last one of its voice.
`text.from_json` checks the output of other programs by these rules; `constraints` never breaks them.
"""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import fits
from scoregen.system.errors import ReadError
from scoregen.tokens.events import Event, Header, Slice, TokenMeasure, TokenScore, ascending
from scoregen.tokens.headers import place_of
from scoregen.tokens.vocabulary import vocabulary

VoiceState = tuple[Pitch, ...] | str | None
"""The state of a voice: the pitches it sounds, () during a rest, `absent`, `blank`, None before its first event."""


def check(tokens: TokenScore) -> None:
    """Raise ReadError, with measure and voice, for the first event that breaks a rule."""
    states: list[VoiceState] = [None] * len(tokens.slots)
    for measure in tokens.measures:
        before = None
        for piece in measure.slices or (Slice(measure.header.duration, ()),):
            _check_slice(measure, piece, before, tokens)
            for index, (slot, event) in enumerate(zip(tokens.slots, piece.events, strict=True)):
                try:
                    states[index] = _follow(event, states[index], before is None)
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
    """The fault in the length, the start or the phrase ends of a measure; None if there is none."""
    if not fits((), head.duration, head.time, head.start) or not head.duration:
        return f"a measure of {head.duration} quarters from {head.start} cannot be notated in {head.time}"
    if any(end >= head.duration for end in head.phrase_ends) or list(head.phrase_ends) != sorted(set(head.phrase_ends)):
        return "expected phrase ends in ascending order, before the end of the measure"
    return None


def _is_notatable(measure: TokenMeasure, index: int) -> bool:
    """Whether the rhythm of one voice can be notated."""
    onsets = (piece.onset for piece in measure.slices if piece.events[index].kind in ("rest", "attack"))
    return fits(onsets, measure.header.duration, measure.header.time, measure.header.start)


def _check_slice(measure: TokenMeasure, piece: Slice, before: Slice | None, tokens: TokenScore) -> None:
    problem = _onset_problem(piece, before, measure.header)
    if problem is None and len(piece.events) != len(tokens.slots):
        problem = f"there are {len(piece.events)} events; expected one for each of {len(tokens.slots)} voices"
    if problem is None and before is not None and _changes_nothing(piece.events):
        problem = "the slice changes nothing; expected an attack or a rest in some voice"
    if problem is not None:
        raise ReadError(f"measure {measure.header.number}: onset {piece.onset}: {problem}")


def _onset_problem(piece: Slice, before: Slice | None, header: Header) -> str | None:
    """The fault in the onset of a slice, given the slice before it in the measure; None if there is none."""
    if vocabulary().ticks(piece.onset) is None:
        return f"expected an onset on {vocabulary().ticks_per_quarter}ths of a quarter"
    if before is None:
        return None if piece.onset == 0 else f"found the first slice at {piece.onset}; expected it at 0"
    if before.onset < piece.onset < header.duration:
        return None
    return f"expected an onset after {before.onset} and before the end of the measure at {header.duration}"


def _changes_nothing(events: Sequence[Event]) -> bool:
    """Whether no voice attacks or begins a rest, so that no slice belongs here."""
    return not any(event.kind in ("rest", "attack") for event in events)


def _follow(event: Event, state: VoiceState, opening: bool) -> VoiceState:
    """The state of a voice after an event; `opening` means at the start of a measure.

    Raises ValueError with what was expected if the event is not possible in this state.
    """
    sounding = state if isinstance(state, tuple) else ()
    if event.kind in ("absent", "blank"):
        return _follow_missing(event, state, opening)
    if not opening and isinstance(state, str):
        raise ValueError(f"found {event.kind}; expected {state} until the barline, as at the start of the measure")
    if event.kind == "attack":
        return _follow_attack(event, sounding)
    if event.kind == "rest":
        if not opening and state == ():
            raise ValueError("found rest in a voice that rests already; expected hold or an attack")
        return ()
    if state is None or (opening and not sounding):
        raise ValueError("found hold in a voice that does not sound; expected rest or an attack")
    return state


def _follow_missing(event: Event, state: VoiceState, opening: bool) -> VoiceState:
    if not opening and state != event.kind:
        raise ValueError(f"found {event.kind} in the middle of a measure; expected it from its start, or not at all")
    return event.kind


def _follow_attack(event: Event, sounding: tuple[Pitch, ...]) -> VoiceState:
    missing = [str(pitch) for pitch in event.tied if pitch not in sounding]
    if missing:
        raise ValueError(f"{', '.join(missing)} cannot continue: it does not sound; expected a new attack")
    if not event.pitches and set(event.tied) == set(sounding):
        raise ValueError("found a chord in which all pitches continue; expected hold")
    everything = (*event.pitches, *event.tied)
    if event.pitches != ascending(set(event.pitches)) or event.tied != ascending(set(event.tied)):
        raise ValueError("expected the pitches of a chord once each, lowest first")
    if not everything or len(set(everything)) < len(everything):
        raise ValueError("expected one pitch or more, each either attacked or continued")
    return ascending(everything)
