"""The notes of a scale around a tune, spelled by chord and key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scoregen.score.keys import Key
from scoregen.score.pitch import STEPS, Pitch
from scoregen.score.theory.symbol_tones import pitch_class_at

_SIXTH, _SEVENTH = 5, 6


def steps_away(pitch: Pitch, steps: int, key: Key, members: frozenset[int]) -> Pitch:
    """The note some steps of the scale away; a member of the chord keeps its spelling, else the key has it."""
    octave, index = divmod(pitch.diatonic + steps, 7)
    return Pitch(STEPS[index], alter_of(STEPS[index], key, members), octave)


def alter_of(step: str, key: Key, members: frozenset[int]) -> int:
    """The alteration of a step: that of the chord member on it, else that of the signature of the key."""
    for place in sorted(members):
        name = pitch_class_at(place)
        if name.step == step:
            return int(name.alter)
    return int(key.signature.alter(step))


def degree(pitch: Pitch, key: Key) -> int:
    """The degree of a note in a key, 0 for the tonic, whatever its alteration."""
    tonic = STEPS.index(pitch_class_at(key.tonic_fifths).step)
    return (STEPS.index(pitch.step) - tonic) % 7


def melodic(
    line: Sequence[Pitch], key: Key, chords: Sequence[frozenset[int]], *, dominant: Sequence[bool]
) -> list[Pitch]:
    """A line in minor with its sixth and seventh degrees as a melody has them; in another mode as it is.

    The seventh is raised where it goes to the tonic and over the dominant, the sixth where it goes to a raised
    seventh or comes from one. The first and the last note, and chord members, stay.
    """
    if key.mode != "minor":
        return list(line)
    found = list(line)
    for index in range(len(found) - 2, 0, -1):
        note = found[index]
        after, before, place = found[index + 1], found[index - 1], degree(note, key)
        natural = int(key.signature.alter(note.step))
        if note.fifths in chords[index]:
            continue
        if place == _SEVENTH:
            goes_up = degree(after, key) == 0 and after.diatonic > note.diatonic
            found[index] = replace(note, alter=natural + (goes_up or dominant[index]))
        elif place == _SIXTH:
            raised = int(key.signature.alter(STEPS[(STEPS.index(note.step) + 1) % 7])) + 1
            near = [
                other
                for other in (after, before)
                if degree(other, key) == _SEVENTH and abs(other.diatonic - note.diatonic) == 1
            ]
            up = after in near and after.alter == raised
            down = before in near and before.alter == raised and degree(after, key) in (_SEVENTH, 4)
            found[index] = replace(note, alter=natural + (up or (down and dominant[index])))
    return found
