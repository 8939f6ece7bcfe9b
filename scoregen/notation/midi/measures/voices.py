"""The voices of a staff: notes that begin and end together are a chord, and overlapping ones go into other voices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from scoregen.notation.midi.measures.timed_notes import TimedNote
from scoregen.score.elements import Lyric
from scoregen.score.pitch import Pitch

MAX_VOICES = 4
_MOST_COMPARED = 40


@dataclass(frozen=True, slots=True)
class Sound:
    """Notes that begin and end together, by pitch with their velocities and, later, their spellings."""

    onset: Fraction
    end: Fraction
    velocities: Mapping[int, int | None]
    drum: bool
    lyric: Lyric | None = None
    spelled: Mapping[int, Pitch] = field(default_factory=dict)

    @property
    def pitches(self) -> tuple[int, ...]:
        return tuple(sorted(self.velocities))


def voice_lines(notes: Sequence[TimedNote]) -> list[list[Sound]]:
    """Voices without overlaps: each sound goes into the first that is free.

    One that lies below sounds that begin while it lasts leaves the first voice to them. If none is free, the voice
    that ends first is cut short.
    """
    lines: list[list[Sound]] = [[]]
    sounds = _sounds(notes)
    for index, sound in enumerate(sounds):
        lies_below = _lies_below(index, sounds)
        if lies_below and len(lines) == 1:
            lines.append([])
        order = [*lines[1:], lines[0]] if lies_below else lines
        line = next((line for line in order if not line or line[-1].end <= sound.onset), None)
        if line is None and len(lines) < MAX_VOICES:
            line = []
            lines.append(line)
        if line is None:
            line = _room_for(sound, lines)
        if line[-1:] and line[-1].onset == sound.onset:
            joined = {**sound.velocities, **line[-1].velocities}
            line[-1] = replace(line[-1], velocities=joined, lyric=line[-1].lyric or sound.lyric)
        else:
            line.append(sound)
    return lines


def _lies_below(index: int, sounds: Sequence[Sound]) -> bool:
    """Whether a higher sound begins while a sound lasts, and most such sounds are higher."""
    sound, higher = sounds[index], 0
    for other in sounds[index + 1 : index + _MOST_COMPARED]:
        if other.onset >= sound.end:
            break
        if other.onset > sound.onset:
            higher += 1 if other.pitches[0] > sound.pitches[-1] else -1
    return higher > 0


def _room_for(sound: Sound, lines: list[list[Sound]]) -> list[Sound]:
    """The voice that ends first, cut off at the sound's onset unless it begins there too."""
    line = min(lines, key=lambda line: (line[-1].onset == sound.onset, line[-1].end))
    if line[-1].onset < sound.onset:
        line[-1] = replace(line[-1], end=sound.onset)
    return line


def _sounds(notes: Sequence[TimedNote]) -> list[Sound]:
    """Notes joined to chords, by onset, the highest first."""
    joined: dict[tuple[Fraction, Fraction, bool], dict[int, int | None]] = {}
    lyrics: dict[tuple[Fraction, Fraction, bool], Lyric] = {}
    for note in notes:
        span = (note.onset, note.end, note.drum)
        joined.setdefault(span, {}).setdefault(note.pitch, note.velocity)
        if note.lyric is not None:
            lyrics[span] = note.lyric
    sounds = [
        Sound(onset, end, velocities, drum, lyrics.get((onset, end, drum)))
        for (onset, end, drum), velocities in joined.items()
    ]
    return sorted(sounds, key=lambda sound: (sound.onset, -sound.pitches[-1]))
