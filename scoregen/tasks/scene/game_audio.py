"""The sound of a game's music: every section and transition as loops and stretches, by layers and mixed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.notation.midi.tracks import seconds_at
from scoregen.notation.midi.write import to_midi
from scoregen.notation.sound.audio import Audio, fitted, mixed
from scoregen.notation.sound.loops import Stretch, stretches
from scoregen.notation.sound.loudness import gain_to_target
from scoregen.notation.sound.synthesis import synthesise_all
from scoregen.score.elements import Score
from scoregen.score.timeline import beats, measure_onsets
from scoregen.tasks.scene.game_music import GameMusic
from scoregen.tasks.scene.passages import Sheet, only_slots, sheet_of

GAP = 8.0
"""The seconds of silence after each passage, in which its tail dies away."""


@dataclass(frozen=True, slots=True)
class PassageAudio:
    """The sound of a passage: the frames at which its measures and beats begin, and its layers, equally long.

    `layers` add up to `mix`.
    """

    measures: tuple[int, ...]
    beats: tuple[int, ...]
    layers: tuple[Stretch, ...]
    mix: Stretch


@dataclass(frozen=True, slots=True)
class GameAudio:
    """The sound of the sections and of the bridges, in their order."""

    sections: tuple[PassageAudio, ...]
    bridges: tuple[PassageAudio, ...]


def game_audio(game: GameMusic, progress: Callable[[float], None] = lambda done: None) -> GameAudio:
    """Play the music. All stretches have one gain, so that they keep their levels. ToolError without a synthesiser."""
    passages = [*(each.score for each in game.sections), *(each.score for each in game.bridges)]
    sheet = sheet_of(passages, GAP)
    midis = [to_midi(only_slots(sheet.score, layer.slots), swells=True) for layer in game.layers]
    played = synthesise_all(midis, progress)
    spans = _seconds(sheet, midis[0])
    layers = [stretches(audio, spans, GAP) for audio in played]
    rows = [_equally_long(row) for row in zip(*layers, strict=True)]
    gain = gain_to_target(Audio.joined([_mix(row).loop for row in rows]))
    found = [
        _passage(each, row, sheet, midis[0], span, gain)
        for each, row, span in zip(passages, rows, sheet.spans, strict=True)
    ]
    return GameAudio(tuple(found[: len(game.sections)]), tuple(found[len(game.sections) :]))


def _seconds(sheet: Sheet, midi: bytes) -> list[tuple[float, float]]:
    times = seconds_at(midi, [place for span in sheet.spans for place in span])
    return list(zip(times[::2], times[1::2], strict=True))


def _equally_long(row: Sequence[Stretch]) -> tuple[Stretch, ...]:
    length = max(len(each.audio.samples) for each in row)
    return tuple(Stretch(fitted(each.audio, length), each.length) for each in row)


def _mix(row: Sequence[Stretch]) -> Stretch:
    return Stretch(mixed([each.audio for each in row]), row[0].length)


def _passage(
    score: Score, row: Sequence[Stretch], sheet: Sheet, midi: bytes, span: tuple[Fraction, Fraction], gain: float
) -> PassageAudio:
    layers = tuple(Stretch(each.audio.scaled(gain), each.length) for each in row)
    rate = layers[0].audio.rate
    measures = measure_onsets(score)
    places = [*measures, *(beat.onset for beat in beats(score))]
    (start, *times) = seconds_at(midi, [span[0], *(span[0] + place for place in places)])
    first = round(start * rate)
    frames = [round(time * rate) - first for time in times]
    return PassageAudio(tuple(frames[: len(measures)]), tuple(frames[len(measures) :]), layers, _mix(layers))
