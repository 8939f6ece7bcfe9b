"""Live call and response: phrases arrive at a MIDI port, answers leave at one.

A phrase is over when nothing has sounded for a pause. The answer is worked out as soon as the last key is up, while the
pause runs, so that it begins when the pause is over. It stops when the player begins again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scoregen.generation.improvising.answer import answer_to
from scoregen.generation.variation.theme import theme_of
from scoregen.notation.midi.live.heard import Listener, beat_of, heard_phrase
from scoregen.notation.midi.live.ports import InputPort, OutputPort, note_off, note_on, open_input, open_output
from scoregen.score.metre import TimeSignature
from scoregen.system.errors import InputError, ScoregenError
from scoregen.transcription.performed import PerformedNote

POLL = 0.002
"""Seconds between two looks at the port."""
FEWEST = 3
"""The fewest notes of a phrase; fewer get no answer."""
SLOWEST, FASTEST = 30, 300
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
_ARTICULATION = 0.92
_ECHO = 0.05
_AHEAD = 0.4
"""The share of the pause after which an answer is worked out: gaps between the notes of a phrase are shorter."""


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """`tempo` in beats per minute, None to hear it; `pause` in seconds is the silence that ends a phrase."""

    tempo: int | None = None
    time: str = "4/4"
    pause: float = 0.18
    seed: int = 0

    def check(self) -> None:
        """InputError for a value out of its range."""
        if self.tempo is not None and not SLOWEST <= self.tempo <= FASTEST:
            raise InputError(f"--tempo: found {self.tempo}; expected {SLOWEST} to {FASTEST} beats per minute")
        if not SHORTEST_PAUSE <= self.pause <= LONGEST_PAUSE:
            raise InputError(f"--pause: found {self.pause:g}; expected {SHORTEST_PAUSE:g} to {LONGEST_PAUSE:g} seconds")
        self.metre()

    def metre(self) -> TimeSignature:
        try:
            return TimeSignature.parse(self.time)
        except ValueError as error:
            raise InputError(f"--time: {error}") from None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was begun: the seconds from the end of the last note to its first, and its number of notes."""

    delay: float
    notes: int


def listen(source: str, target: str, options: LiveOptions, say: Callable[[str], None]) -> None:
    """Answer what arrives at a port, until interrupted. ToolError without a MIDI library, InputError without a port."""
    options.check()
    given, sent = open_input(source), open_output(target)
    say(f"listening at {source}; play a phrase of {FEWEST} notes or more, and stop with Ctrl-C")
    _warm_up(options)
    try:
        converse(
            given, sent, options, lambda reply: say(f"answered with {reply.notes} notes after {reply.delay:.3f} s")
        )
    finally:
        given.close()
        sent.close()


def converse(
    given: InputPort,
    sent: OutputPort,
    options: LiveOptions,
    replied: Callable[[Reply], None],
    goes_on: Callable[[], bool] = lambda: True,
) -> None:
    """Answer phrases while `goes_on`."""
    listener, count = Listener(), 0
    prepared: list[PerformedNote] | None = None
    while goes_on():
        for message in given.iter_pending():
            listener.feed(message, time.monotonic())
            prepared = None
        if listener.is_silent:
            silence = time.monotonic() - listener.ended
            if prepared is None and silence >= _AHEAD * options.pause:
                prepared = reply_to(listener.notes, options, count)
            elif prepared is not None and time.monotonic() - listener.ended >= options.pause:
                ended = listener.ended
                listener.clear()
                if prepared:
                    count += 1
                    replied(Reply(time.monotonic() - ended, len(prepared)))
                    _play(prepared, given, sent, listener, goes_on)
                prepared = None
        time.sleep(POLL)


def reply_to(notes: Sequence[PerformedNote], options: LiveOptions, number: int = 0) -> list[PerformedNote]:
    """The answer to a phrase, in seconds from its start; empty for too few notes and for what cannot be a phrase."""
    if len(notes) < FEWEST:
        return []
    metre = options.metre()
    beat = 60 / options.tempo if options.tempo else beat_of(notes)
    try:
        theme = theme_of(heard_phrase(notes, beat, metre))
        done = answer_to(theme, f"{options.seed} {number}")
    except (ScoregenError, ValueError):
        return []
    quarter = beat / float(metre.groups[0])
    loudness = round(sum(note.velocity for note in notes) / len(notes))
    start = done.events[0].onset
    return [
        PerformedNote(
            float(event.onset - start) * quarter,
            float(event.onset - start) * quarter + float(event.end - event.onset) * quarter * _ARTICULATION,
            event.pitch.midi_pitch,
            loudness,
        )
        for event in done.events
    ]


def _warm_up(options: LiveOptions) -> None:
    """Answer a phrase unheard, so that everything is loaded before the first one comes."""
    beat = 60 / (options.tempo or 100)
    reply_to([PerformedNote(n * beat, (n + 0.9) * beat, 60 + 2 * (n % 4)) for n in range(8)], options)


def _play(
    notes: Sequence[PerformedNote],
    given: InputPort,
    sent: OutputPort,
    listener: Listener,
    goes_on: Callable[[], bool],
) -> None:
    """Play an answer; it stops when a note arrives that is not its own echo."""
    start = time.monotonic()
    events = sorted(
        [(note.onset, 1, note) for note in notes] + [(note.end, 0, note) for note in notes], key=lambda event: event[:2]
    )
    down: dict[int, float] = {}
    for at, begins, note in events:
        while (now := time.monotonic() - start) < at and goes_on():
            if _interrupts(given, listener, down, now):
                break
            time.sleep(min(POLL, max(at - now, 0.0)))
        if listener.down or not goes_on():
            break
        if begins:
            sent.send(note_on(note.pitch, note.velocity))
            down[note.pitch] = time.monotonic() - start
        elif down.pop(note.pitch, None) is not None:
            sent.send(note_off(note.pitch))
    for pitch in down:
        sent.send(note_off(pitch))


def _interrupts(given: InputPort, listener: Listener, down: dict[int, float], now: float) -> bool:
    """Whether the player has begun a note; the echo of a note that was just sent is passed over."""
    for message in given.iter_pending():
        is_echo = message.type == "note_on" and now - down.get(message.note, -1.0) < _ECHO
        if not is_echo:
            listener.feed(message, time.monotonic())
    return bool(listener.down)
