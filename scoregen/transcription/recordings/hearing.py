"""The notes of a recording: what kind it is, and the listener for that kind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scoregen.system.errors import InputError, Place, ReadError
from scoregen.transcription.performed import PerformedNote, in_order
from scoregen.transcription.recordings.extras import PIANO_MODULES, VOICE_MODULES, require
from scoregen.transcription.recordings.sound import Sound, read_sound

VOICE, PIANO = "voice", "piano"
KINDS = (VOICE, PIANO)
_CLEAR = 0.55
"""The share of certain pitches from which a recording is taken for one line."""
_UNCLEAR = 0.4
_NOTICEABLE_CENTS = 15
_REFUSED = ("strings", "violin", "quartet", "choir", "band", "orchestra", "organ", "guitar", "drums", "ensemble")


@dataclass(frozen=True, slots=True)
class Heard:
    """The notes in order, the kind of the recording, and what was decided, one line each."""

    notes: tuple[PerformedNote, ...]
    kind: str
    notices: tuple[str, ...]


def check_kind(kind: str | None) -> None:
    """InputError for a kind of recording that is not understood; those that cannot be heard are refused by name."""
    if kind is None or kind in KINDS:
        return
    if kind.lower() in _REFUSED:
        raise InputError(
            f"--from {kind}: recordings of {kind} are not transcribed, since no listener that can be packaged finds"
            " enough of their notes; record each line alone (--from voice), or play the music on a piano (--from piano)"
        )
    raise InputError(f"--from {kind}: expected {' or '.join(KINDS)}")


def hear(path: Path, kind: str | None = None) -> Heard:
    """The notes of a recording. ReadError for one without notes, ToolError if a listener is not installed."""
    check_kind(kind)
    place, sound = Place(str(path)), read_sound(path)
    if sound.is_silent:
        raise ReadError("the recording is silent; expected a sung or played line, or a piano", place)
    heard = _hear(sound, kind, place)
    if not heard.notes:
        raise ReadError(
            "found no notes in the recording; expected a sung or played line (--from voice) or a piano (--from piano)",
            place,
        )
    return heard


def _hear(sound: Sound, kind: str | None, place: Place) -> Heard:
    if kind == PIANO:
        return _hear_piano(sound, place, ())
    require(VOICE_MODULES, place)
    from scoregen.transcription.recordings.voice import hear_line

    line = hear_line(sound)
    if kind is None and line.clarity < _CLEAR and line.notes:
        return _hear_piano(sound, place, ("the recording is taken for a piano; --from voice for a single line",))
    notices = [] if kind else ["the recording is taken for one sung or played line; --from piano for a piano"]
    if abs(line.cents) >= _NOTICEABLE_CENTS:
        notices.append(f"the tuning is {line.cents:+.0f} cents from A = 440 Hz; the notes follow it")
    if kind == VOICE and line.clarity < _UNCLEAR:
        notices.append("the pitch of the recording is unclear; check the notes (one line alone is understood)")
    return Heard(tuple(in_order(line.notes)), VOICE, tuple(notices))


def _hear_piano(sound: Sound, place: Place, notices: tuple[str, ...]) -> Heard:
    require(PIANO_MODULES, place)
    from scoregen.transcription.recordings.piano import hear_piano

    return Heard(tuple(in_order(hear_piano(sound))), PIANO, notices)
