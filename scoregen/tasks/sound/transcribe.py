"""Transcription: the score of a recording or of a played MIDI file."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from scoregen.notation.midi.read import read_midi
from scoregen.notation.midi.recording import read_recording
from scoregen.notation.results import ScoreResult
from scoregen.score.elements import Score
from scoregen.score.metre import TimeSignature
from scoregen.score.timeline import sounding_notes
from scoregen.system.errors import InputError, Place
from scoregen.transcription.counting import counting_of
from scoregen.transcription.recordings.hearing import check_kind
from scoregen.transcription.recordings.sound import SUFFIXES

MIDI_SUFFIXES = (".mid", ".midi", ".rmi", ".kar")


@dataclass(frozen=True, slots=True, repr=False)
class Transcription(ScoreResult):
    """The result of `transcribe`: the score, and notices for the user."""

    score: Score
    notices: tuple[str, ...]

    @property
    def notes(self) -> int:
        return len(sounding_notes(self.score))

    @property
    def time(self) -> TimeSignature:
        """The signature of the last measure, after any pickup."""
        return self.score.measures[-1].time

    def __repr__(self) -> str:
        return f"<Transcription of {self.notes} notes: {self.score!r}>"


def transcribe(
    file: Path | str,
    *,
    kind: str | None = None,
    time: str | None = None,
    tempo: float | None = None,
    anacrusis: Fraction | None = None,
) -> Transcription:
    """The score of a recording or of a MIDI file. `kind` is `voice` or `piano`; None decides by the sound.

    `time`, such as `3/4`, `tempo`, its beats a minute, and `anacrusis`, in quarters, are found from the notes if they
    are not given. Raises InputError for another kind of file or for a signature that is none, ReadError for a file
    without notes, and ToolError for a listener that is not installed.
    """
    check_kind(kind)
    counting = counting_of(time, tempo, anacrusis)
    path = Path(file)
    if path.suffix.lower() in SUFFIXES:
        score = read_recording(path, kind, counting)
    elif path.suffix.lower() in MIDI_SUFFIXES:
        score = read_midi(path, counting)
    else:
        expected = ", ".join((*SUFFIXES, *MIDI_SUFFIXES))
        raise InputError(f"this is neither a recording nor a MIDI file; expected one of {expected}", Place(str(path)))
    return Transcription(score, score.notices)
