"""The chord symbols of a score as a quiet keyboard part, to be heard and not printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from scoregen.score.elements import Chord, Clef, Element, Instrument, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.pitch import Pitch, spell
from scoregen.score.rhythm import NoteValue
from scoregen.score.theory.symbol_tones import ChordTones, chord_tones

_VELOCITY = 46
_LOWEST_BASS, _LOWEST_TONE = 41, 55
"""The lowest MIDI pitches of the bass and of the tones above it."""
_MOST_TONES = 5


def with_played_chords(score: Score) -> Score:
    """The score with a part that plays its chord symbols; the same score if it has none that is understood.

    A chord lasts until the next symbol and begins again in every measure. A symbol that is not understood is silent.
    """
    names = {part.id for part in score.parts}
    name = next(
        name for name in ("chords", *(f"chords{index}" for index in range(len(names) + 1))) if name not in names
    )
    measures, last = [], None
    for measure in score.measures:
        rows = list(_rows(measure, last))
        last = rows[-1][1]
        voice = Voice(Slot(name), tuple(_element(length, chord) for length, chord in rows))
        measures.append(replace(measure, voices=(*measure.voices, voice)))
    if all(voice.is_silent for measure in measures for voice in measure.voices[-1:]):
        return score
    part = Part(name, "Chords", clefs=(Clef("G", 2),), instrument=Instrument("Chords", "keyboard.piano", 1))
    return replace(score, parts=(*score.parts, part), measures=tuple(measures), document=None)


def _rows(measure: Measure, last: ChordTones | None) -> Iterator[tuple[Fraction, ChordTones | None]]:
    """The chords of a measure with their lengths, from its start; `last` is the chord that sounds before it."""
    found: dict[Fraction, ChordTones | None] = {Fraction(0): last}
    for symbol in measure.chord_symbols:
        if 0 <= symbol.onset < measure.duration:
            found[symbol.onset] = chord_tones(symbol)
    places = [*sorted(found.items()), (measure.duration, None)]
    for (onset, chord), (following, _) in pairwise(places):
        yield following - onset, chord


def _element(length: Fraction, chord: ChordTones | None) -> Element:
    value = NoteValue.of(length)
    if chord is None:
        return Rest(value)
    return Chord(tuple(Note(value, pitch, velocity=_VELOCITY) for pitch in _pitches(chord)))


def _pitches(chord: ChordTones) -> list[Pitch]:
    """The bass, and the other tones close together above it; the fifth is left out of full chords."""
    others = list(dict.fromkeys(tone for tone in chord.members if tone != chord.bass or len(chord.members) < 4))
    weighty = [tone for tone in others if tone in chord.essential] + [
        tone for tone in others if tone not in chord.essential
    ]
    kept = weighty[:_MOST_TONES]
    return sorted(
        (_above(_LOWEST_BASS, chord.bass), *(_above(_LOWEST_TONE, tone) for tone in kept)),
        key=lambda pitch: pitch.midi_pitch,
    )


def _above(lowest: int, tone: int) -> Pitch:
    """The tone, a position on the line of fifths, at a MIDI pitch or above it."""
    return spell(lowest + (7 * tone - lowest) % 12, tone)
