"""Reads a recording as a score: its notes are heard, and notated as those of a performance."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from scoregen.notation.midi.content import Channel, MidiContent
from scoregen.notation.midi.measures.timed_notes import TimedNote
from scoregen.notation.midi.performed import Channels, notate_performance
from scoregen.notation.midi.read import score_of
from scoregen.score.elements import Score
from scoregen.system.errors import Place
from scoregen.transcription.counting import UNKNOWN, Counting
from scoregen.transcription.performed import PerformedNote
from scoregen.transcription.recordings.hearing import PIANO, Heard, hear

_NAMES = {PIANO: "Piano", "voice": "Voice"}
_PROGRAMS = {PIANO: 0, "voice": 52}
_TICKS_PER_SECOND = 2000
"""The grid on which seconds become the quarters of a file at 60 quarters a minute."""


def read_recording(path: Path, kind: str | None = None, counting: Counting = UNKNOWN) -> Score:
    """Read a recording of one line or a piano; `kind` is `voice`, `piano` or None, which decides by the sound.
    `counting` is what is known of its metre and tempo.

    Raises ReadError for a recording without notes, InputError for a kind that is not heard, ToolError for a listener
    that is not installed.
    """
    return notated_recording(hear(path, kind), Place(str(path)), counting)


def notated_recording(heard: Heard, place: Place, counting: Counting = UNKNOWN) -> Score:
    """The score of what was heard in a recording."""
    channel = Channel(_NAMES[heard.kind], _PROGRAMS[heard.kind], [_timed(note) for note in heard.notes])
    content = MidiContent(tempos={Fraction(0): 1_000_000})
    channels: Channels = [(0, 0, channel)]
    found = notate_performance(content, channels, counting, is_recording=True)
    return score_of(content, channels, place, (*heard.notices, *found.notices))


def _timed(note: PerformedNote) -> TimedNote:
    """The note with its seconds as quarters; its velocity says how loud the recording is, and is left out."""
    onset, end = (Fraction(round(place * _TICKS_PER_SECOND), _TICKS_PER_SECOND) for place in (note.onset, note.end))
    return TimedNote(onset, max(end, onset + Fraction(1, 50)), note.pitch)
