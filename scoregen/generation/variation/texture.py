"""Texture: the chords that accompany a tune are broken into even notes, and the tune stays as it is.

On a keyboard the notes of the left hand become an Alberti bass (low, high, middle, high) of the notes that are
there, filled up from the chord where there are too few. In an ensemble an inner voice goes to and fro between its note
and the next chord tone that lies between its neighbours. The lowest voice of an ensemble and the singers stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.generation.variation.ornament import drawn
from scoregen.generation.variation.rows import Stretch, first_of, row_of, sounding, voice_with
from scoregen.generation.variation.spelling import steps_away
from scoregen.generation.variation.theme import Theme
from scoregen.score.edit import insert_voices
from scoregen.score.elements import Part, Score, Slot, Voice
from scoregen.score.instruments import family_of
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import pitch_of

_SPAN = 12
"""The most semitones from the lowest to the highest note of a broken chord."""
_REACH = 7
"""The most semitones between the two notes of an inner voice."""
_HIGHEST = 127


@dataclass(frozen=True, slots=True)
class Textured:
    """The score with broken chords, and how many places for them the theme has."""

    score: Score
    possible: int


@dataclass(frozen=True, slots=True)
class _Site:
    """A stretch of an accompanying voice, and the pitches that it is broken into."""

    measure: int
    slot: Slot
    number: int
    unit: Fraction
    pitches: tuple[Pitch, ...]


def broken_chords(theme: Theme, strength: float, seed: str) -> Textured:
    """Broken chords in the accompaniment at a share of the places for them, `strength` from 0 to 1."""
    sites = [site for slot in accompanying(theme) for site in _sites(theme, slot)]
    groups: dict[tuple[int, Slot], list[_Site]] = {}
    for site in drawn(sites, strength, f"{seed} texture"):
        groups.setdefault((site.measure, site.slot), []).append(site)
    voices = [found for own in groups.values() if (found := _voice(theme, own)) is not None]
    return Textured(insert_voices(theme.score, voices), len(sites))


def accompanying(theme: Theme) -> list[Slot]:
    """The voices that break chords: of keyboards and plucked instruments those under the tune, inner ones of others."""
    parts = {part.id: part for part in theme.score.parts}
    heights = {
        slot: sum(float(pitch_of(note).chromatic) for note in row) / len(row) for slot, row in theme.others.items()
    }
    lowest = min(heights, key=lambda slot: heights[slot], default=None)
    found = []
    for slot in theme.others:
        if family_of(parts[slot.part]) == "voice":
            continue
        if _is_chordal(parts[slot.part]):
            is_under = slot.staff == parts[slot.part].staves
            found += [slot] if is_under else []
        elif slot != lowest:
            found.append(slot)
    return found


def _is_chordal(part: Part) -> bool:
    return part.staves > 1 or family_of(part) in ("keyboard", "plucked")


def _sites(theme: Theme, slot: Slot) -> list[_Site]:
    found = []
    chordal = _is_chordal(theme.score.part(slot.part))
    for index, measure in enumerate(theme.score.measures):
        voice = measure.voice(slot)
        shares = any(own.slot[:2] == slot[:2] and own.slot != slot and not own.is_silent for own in measure.voices)
        if voice is None or not voice.elements or (chordal and shares):
            continue
        is_compound = measure.time.has_compound_beats
        unit = measure.time.groups[0] / (3 if is_compound else 2)
        for number, stretch in enumerate(row_of(voice)):
            if not _can_break(stretch, unit):
                continue
            count = int(stretch.length / unit)
            pitches = (
                _alberti(theme, index, stretch, count, is_compound)
                if chordal
                else _to_and_fro(theme, index, slot, stretch, count)
            )
            if pitches:
                found.append(_Site(index, slot, number, unit, pitches))
    return found


def _can_break(stretch: Stretch, unit: Fraction) -> bool:
    """Whether a stretch has notes of two units at least and no tie, grace note or fermata."""
    if not stretch.notes or stretch.top is None or stretch.is_tied or stretch.graces:
        return False
    is_even = (stretch.length / unit).denominator == 1 and stretch.length / unit >= 2
    return is_even and not any(note.fermata or not isinstance(note.pitch, Pitch) for note in stretch.notes)


def _alberti(theme: Theme, index: int, stretch: Stretch, count: int, is_compound: bool) -> tuple[Pitch, ...]:
    """Low, high, middle, high; in threes low, middle, high. () if no chord can be made under the tune."""
    tones = sorted(
        {note.pitch for note in stretch.notes if isinstance(note.pitch, Pitch)}, key=lambda own: own.chromatic
    )
    time = theme.onsets[index] + stretch.onset
    if len(tones) < 3:
        tones = _filled(theme, time, tones)
    if len(tones) < 3:
        return (tones[0], tones[-1]) * (count // 2) if len(tones) == 2 and count % 2 == 0 else ()
    low, middle, high = tones[0], tones[1], tones[-1]
    pattern = (low, middle, high) if is_compound or count % 2 else (low, high, middle, high)
    return tuple(pattern[number % len(pattern)] for number in range(count))


def _filled(theme: Theme, time: Fraction, tones: list[Pitch]) -> list[Pitch]:
    """Two or three chord tones from the lowest note up, below the tune."""
    chord = theme.chord(time)
    over = [pitch_of(note).midi_pitch for note in theme.line if note.onset < time + 1 and note.end > time]
    ceiling = min(over, default=_HIGHEST)
    if chord is None or tones[0].fifths not in chord.members:
        return tones
    found = list(tones)
    for steps in range(1, 8):
        pitch = steps_away(tones[0], steps, chord.key, frozenset(chord.members))
        fits = pitch.midi_pitch < ceiling and pitch.chromatic - tones[0].chromatic <= _SPAN
        if pitch.fifths in chord.members and fits and pitch not in found:
            found.append(pitch)
    return sorted(found, key=lambda own: own.chromatic)[:3]


def _to_and_fro(theme: Theme, index: int, slot: Slot, stretch: Stretch, count: int) -> tuple[Pitch, ...]:
    """The note and the nearest chord tone between the neighbouring voices, in turn; () without one."""
    if len(stretch.notes) != 1 or stretch.top is None:
        return ()
    time, own = theme.onsets[index] + stretch.onset, stretch.top
    end = theme.onsets[index] + stretch.end
    chord = theme.chord(time)
    if chord is None or own.fifths not in chord.members or end > chord.end:
        return ()
    rows = [row for other, row in theme.others.items() if other != slot] + [theme.line]
    around = [pitch_of(note) for row in rows for note in row if note.onset < end and note.end > time]
    for steps in (-2, 2, -1, 1, -3, 3, -4, 4):
        pitch = steps_away(own, steps, chord.key, frozenset(chord.members))
        low, high = sorted((pitch.midi_pitch, own.midi_pitch))
        free = not any(low <= other.midi_pitch <= high for other in around)
        if pitch.fifths in chord.members and high - low <= _REACH and free:
            return tuple((own, pitch)[number % 2] for number in range(count))
    return ()


def _voice(theme: Theme, sites: Sequence[_Site]) -> tuple[int, Voice] | None:
    """A voice of a measure with its stretches broken; None if it has no notation."""
    index, slot = sites[0].measure, sites[0].slot
    measure = theme.score.measures[index]
    voice = measure.voice(slot)
    assert voice is not None
    by_number = {site.number: site for site in sites}
    new: list[Stretch] = []
    for number, stretch in enumerate(row_of(voice)):
        new += _broken(stretch, by_number[number]) if number in by_number else [stretch]
    broken = voice_with(tuple(new), voice, measure, theme.starts[index])
    return (index, broken) if broken is not None else None


def _broken(stretch: Stretch, site: _Site) -> list[Stretch]:
    found: list[Stretch] = []
    onset = stretch.onset
    for number, pitch in enumerate(site.pitches):
        note = sounding(pitch, onset, onset + site.unit, stretch.notes[0])
        if number == 0:
            own = next((each for each in stretch.notes if each.pitch == pitch), stretch.notes[0])
            single = replace(stretch, notes=(replace(own, pitch=pitch),), last=(replace(own, pitch=pitch),))
            note = first_of(single, onset + site.unit)
        found.append(note)
        onset += site.unit
    return found
