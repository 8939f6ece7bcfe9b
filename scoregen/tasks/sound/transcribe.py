"""Transcription: the score of a recording or of a played MIDI file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scoregen.notation.files import read_score
from scoregen.notation.midi.recording import read_recording
from scoregen.notation.results import ScoreResult
from scoregen.score.elements import Score
from scoregen.score.metre import TimeSignature
from scoregen.score.timeline import sounding_notes
from scoregen.system.errors import InputError, Place
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


def transcribe(file: Path | str, *, kind: str | None = None) -> Transcription:
    """The score of a recording or of a MIDI file. `kind` is `voice` or `piano`; None decides by the sound.

    Raises InputError for another kind of file, ReadError for one without notes, and ToolError for a listener that is
    not installed.
    """
    check_kind(kind)
    path = Path(file)
    if path.suffix.lower() in SUFFIXES:
        score = read_recording(path, kind)
    elif path.suffix.lower() in MIDI_SUFFIXES:
        score = read_score(path)
    else:
        expected = ", ".join((*SUFFIXES, *MIDI_SUFFIXES))
        raise InputError(f"this is neither a recording nor a MIDI file; expected one of {expected}", Place(str(path)))
    return Transcription(score, score.notices)
