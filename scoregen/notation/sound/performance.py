"""A score as sound: its MIDI through the synthesiser, trimmed at the end and at the loudness of every file.

Stems are the parts one by one. Their sum is the whole, so that all have the gain with which the whole is normalised.
"""

from __future__ import annotations

from collections.abc import Mapping

from scoregen.notation.midi.tracks import only_tracks
from scoregen.notation.midi.write import to_midi
from scoregen.notation.sound.audio import Audio, fitted, mixed, trimmed
from scoregen.notation.sound.loudness import gain_to_target, normalised
from scoregen.notation.sound.synthesis import synthesise, synthesise_all
from scoregen.score.elements import Score
from scoregen.score.ensemble.tablature import without_tablature


def score_audio(score: Score) -> Audio:
    """The score as it is heard, normalised. ToolError without a synthesiser and a soundfont."""
    return normalised(trimmed(synthesise(to_midi(score, swells=True))))


def part_audio(score: Score) -> tuple[Audio, ...]:
    """Each part of a score by itself, equally long, at the level that it has in the recording of the whole."""
    found = list(stems(to_midi(score, swells=True), len(without_tablature(score).parts)).values())
    whole = mixed(found)
    gain = gain_to_target(whole)
    length = len(trimmed(whole).samples)
    return tuple(fitted(part, length).scaled(gain) for part in found)


def stems(midi: bytes, count: int) -> Mapping[int, Audio]:
    """Each of `count` tracks of a MIDI file as sound, by its number, from 1."""
    numbers = range(1, count + 1)
    return dict(zip(numbers, synthesise_all([only_tracks(midi, (each,)) for each in numbers]), strict=True))
