"""A score as sound: its MIDI through the synthesiser, trimmed at the end and at the loudness of every file.

Stems are the parts one by one, without normalisation, so that their sum is the whole.
"""

from __future__ import annotations

from collections.abc import Mapping

from scoregen.notation.midi.tracks import only_tracks
from scoregen.notation.midi.write import to_midi
from scoregen.notation.sound.audio import Audio, trimmed
from scoregen.notation.sound.loudness import normalised
from scoregen.notation.sound.synthesis import synthesise
from scoregen.score.elements import Score


def score_audio(score: Score) -> Audio:
    """The score as it is heard, normalised. ToolError without a synthesiser and a soundfont."""
    return normalised(trimmed(synthesise(to_midi(score))))


def stems(midi: bytes, count: int) -> Mapping[int, Audio]:
    """Each of `count` tracks of a MIDI file as sound, by its number, from 1."""
    return {number: synthesise(only_tracks(midi, (number,))) for number in range(1, count + 1)}
