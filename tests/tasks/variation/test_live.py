"""Live answers at a simulated port: begun after the pause, stopped by the player, nothing for too little."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from scoregen.notation.midi.live.ports import note_off, note_on
from scoregen.system.errors import InputError
from scoregen.tasks.variation.live import LiveOptions, Reply, converse, reply_to
from scoregen.transcription.performed import PerformedNote

PHRASE = [60, 62, 64, 65, 67, 65, 64, 62]
OPTIONS = LiveOptions(tempo=240, pause=0.1)


class Port:
    """Hands over messages when their time has come, and keeps what is sent with its time."""

    def __init__(self, *messages: tuple[float, Any]) -> None:
        start = time.monotonic()
        self.waiting = [(start + at, message) for at, message in messages]
        self.sent: list[tuple[float, Any]] = []

    def iter_pending(self) -> Iterator[Any]:
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            yield self.waiting.pop(0)[1]

    def send(self, message: Any) -> None:
        self.sent.append((time.monotonic(), message))

    @property
    def balance(self) -> int:
        """Notes begun and not ended."""
        return sum(1 if message.type == "note_on" else -1 for _, message in self.sent)


def phrase(at: float = 0.0, beat: float = 0.05) -> list[tuple[float, Any]]:
    messages: list[tuple[float, Any]] = []
    for number, pitch in enumerate(PHRASE):
        messages += [(at + number * beat, note_on(pitch, 80)), (at + (number + 0.9) * beat, note_off(pitch))]
    return messages


def run(port: Port, seconds: float, options: LiveOptions = OPTIONS) -> list[Reply]:
    replies: list[Reply] = []
    end = time.monotonic() + seconds
    converse(port, port, options, replies.append, lambda: time.monotonic() < end)
    return replies


def test_a_phrase_is_answered_after_the_pause() -> None:
    port = Port(*phrase())
    replies = run(port, 3.0)
    assert len(replies) == 1 and replies[0].notes >= 3
    assert replies[0].delay >= OPTIONS.pause
    assert port.sent and port.sent[0][1].type == "note_on"
    assert port.balance == 0


def test_the_player_interrupts_an_answer() -> None:
    beat = 0.25
    end = len(PHRASE) * beat
    port = Port(*phrase(beat=beat), (end + 0.7, note_on(48, 80)), (end + 0.8, note_off(48)))
    run(port, end + 1.5)
    begun = [at for at, message in port.sent if message.type == "note_on"]
    whole = reply_to([PerformedNote(n * beat, (n + 0.9) * beat, pitch) for n, pitch in enumerate(PHRASE)], OPTIONS)
    assert port.balance == 0
    assert 0 < len(begun) < len(whole)


def test_an_answer_ends_on_the_tonic_of_what_was_played() -> None:
    beat = 0.5
    pitches = [60, 64, 67, 64, 65, 62, 62, 67]
    notes = [PerformedNote(n * beat, (n + 0.9) * beat, pitch, 90) for n, pitch in enumerate(pitches)]
    reply = reply_to(notes, LiveOptions(tempo=120))
    assert reply[-1].pitch % 12 == 0
    assert reply[0].onset == 0 and all(note.velocity == 90 for note in reply)
    assert all(a.onset < b.onset for a, b in pairwise(reply))


def test_two_notes_get_no_answer() -> None:
    assert reply_to([PerformedNote(0, 1, 60), PerformedNote(1, 2, 62)], OPTIONS) == []
    port = Port((0.0, note_on(60, 80)), (0.1, note_off(60)))
    assert run(port, 0.6) == [] and port.sent == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (LiveOptions(tempo=1000), "--tempo: found 1000; expected 30 to 300"),
        (LiveOptions(pause=0), "--pause: found 0; expected 0.05 to 5 seconds"),
        (LiveOptions(time="4/5"), "--time: '4/5'"),
    ],
)
def test_values_out_of_range_are_named(options: LiveOptions, message: str) -> None:
    with pytest.raises(InputError, match=message):
        options.check()
