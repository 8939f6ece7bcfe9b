"""Contrapuntal devices: the tune of a phrase upside down, backwards, or at double length, over the same harmony.

A device makes a figure of the phrase; `fitting` then moves the notes that the chords do not allow. The figure keeps its
rhythm (backwards in the retrograde), so it is the theme that is heard, and not other notes of its chords.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from types import MappingProxyType

from scoregen.generation.variation.devices.fitting import Tone, fitted
from scoregen.generation.variation.ornament import drawn
from scoregen.generation.variation.rows import Row, Stretch, sounding, voice_with
from scoregen.generation.variation.splicing import spliced
from scoregen.generation.variation.theme import Theme
from scoregen.score.edit import insert_voices
from scoregen.score.elements import Chord, Score, Voice
from scoregen.score.timeline import pitch_of
from scoregen.system.errors import InputError


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase from `low` to `high`, in quarters, and its notes and rests, which fill it."""

    low: Fraction
    high: Fraction
    tones: tuple[Tone, ...]

    def with_lengths(self, rows: Sequence[tuple[Fraction, int | None]]) -> list[Tone]:
        """Tones with these lengths and steps, from the start of the phrase to its end."""
        ends = list(accumulate((length for length, _ in rows), initial=self.low))
        spans = zip(pairwise(ends), rows, strict=True)
        return [Tone(start, min(end, self.high), step) for (start, end), (_, step) in spans if start < self.high]


def with_device(theme: Theme, device: str, strength: float, seed: str) -> Score:
    """The theme with a share of its phrases under a device. InputError for a choir, and for a tune with chords."""
    _check(theme, device)
    lines = [DEVICES[device](_phrase(theme, low, high)) for low, high in theme.phrases]
    tones = [tone for line in lines for tone in fitted(theme, line)]
    rows = _rows(theme, tones)
    voices = [(index, voice) for index, row in rows.items() if (voice := _voice(theme, index, row)) is not None]
    if len(voices) < len(rows):
        raise InputError(
            f"{device}: the tune has no notation at other places of its measures; name another --technique"
        )
    whole = insert_voices(theme.score, voices)
    return spliced(theme, whole, drawn(range(len(theme.phrases)), strength, f"{seed} {device}"))


def _check(theme: Theme, device: str) -> None:
    voices = (measure.voice(theme.slot) for measure in theme.score.measures)
    elements = (element for voice in voices if voice is not None for element in voice.elements)
    if theme.kind == "choir" or any(isinstance(element, Chord) for element in elements):
        raise InputError(
            f"{device} needs a tune of single notes that no choir sings; name another --technique, or --part"
        )


def _phrase(theme: Theme, low: Fraction, high: Fraction) -> Phrase:
    tones: list[Tone] = []
    now = low
    for note in theme.line:
        if low <= note.onset < high:
            tones += [Tone(now, note.onset, None)] if note.onset > now else []
            now = min(note.end, high)
            tones.append(Tone(note.onset, now, pitch_of(note).diatonic))
    tones += [Tone(now, high, None)] if now < high else []
    return Phrase(low, high, tuple(tones))


def _inversion(phrase: Phrase) -> list[Tone]:
    """Every step up is one down. The last note stays, in the octave in which the figure is nearest to the tune."""
    steps = [tone.step for tone in phrase.tones if tone.step is not None]
    middle = min(steps, default=0) + max(steps, default=0)
    last = 2 * steps[-1] if steps else 0
    mirror = min((last + OCTAVE * number for number in (-2, -1, 0, 1, 2)), key=lambda each: abs(each - middle))
    return [tone if tone.step is None else replace(tone, step=mirror - tone.step) for tone in phrase.tones]


OCTAVE = 7
"""In steps."""


def _retrograde(phrase: Phrase) -> list[Tone]:
    return phrase.with_lengths([(tone.end - tone.onset, tone.step) for tone in reversed(phrase.tones)])


def _augmentation(phrase: Phrase) -> list[Tone]:
    """The first half of the phrase in double lengths."""
    return phrase.with_lengths([(2 * (tone.end - tone.onset), tone.step) for tone in phrase.tones])


DEVICES: Mapping[str, Callable[[Phrase], list[Tone]]] = MappingProxyType(
    {"inversion": _inversion, "retrograde": _retrograde, "augmentation": _augmentation}
)
"""By name."""


def _rows(theme: Theme, tones: Sequence[Tone]) -> dict[int, Row]:
    """The tune by measure; notes over barlines are tied."""
    rows: dict[int, list[Stretch]] = {}
    edges = [*theme.onsets, theme.score.duration]
    for tone in tones:
        for index in range(theme.measure_at(tone.onset), bisect_left(theme.onsets, tone.end)):
            rows.setdefault(index, []).append(_piece(tone, edges[index], edges[index + 1]))
    return {index: tuple(row) for index, row in rows.items()}


def _piece(tone: Tone, start: Fraction, stop: Fraction) -> Stretch:
    """The piece of a tone in a measure from `start` to `stop`."""
    onset, end = max(tone.onset, start) - start, min(tone.end, stop) - start
    if tone.pitch is None:
        return Stretch(onset, end)
    piece = sounding(tone.pitch, onset, end)
    notes = tuple(
        replace(note, tied_from_previous=start > tone.onset, tied_to_next=stop < tone.end) for note in piece.notes
    )
    return replace(piece, notes=notes, last=notes)


def _voice(theme: Theme, index: int, row: Row) -> Voice | None:
    return voice_with(row, Voice(theme.slot), theme.score.measures[index], theme.starts[index])
