"""The notes of new voices: the range of a role, spelled near the keys of the piece, and the scales of church modes."""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.score.elements import Measure, Score
from scoregen.score.ensemble import Role
from scoregen.score.keys import CHURCH_MODES, Key
from scoregen.score.pitch import STEPS, UNISON, Interval, Pitch
from scoregen.styles.style import Style, load_style
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.vocabulary import vocabulary
from scoregen.tokens.voice_descriptions import VoiceDescription, low_voices

BOW_SPAN = 9
"""The most semitones between the notes of a double stop that most players find easy."""
_THIRD_LEDGER = 10
"""The staff positions from the middle line to the third ledger line."""


def voice_rule(role: Role, score: Score, style: Style | None = None, interval: Interval = UNISON) -> VoiceRule:
    """The rule of a role: the pitches of its range at an interval, spelled within the style's reach of the keys."""
    fifths = [measure.key.fifths for measure in score.measures]
    reach = (style or load_style()).spelling
    low, high = role.lowest.transposed(interval).midi_pitch, role.highest.transposed(interval).midi_pitch
    flattest, sharpest = min(fifths) - reach.flats, max(fifths) + reach.sharps

    def is_allowed(pitch: Pitch) -> bool:
        return low <= pitch.midi_pitch <= high and flattest <= pitch.fifths <= sharpest

    return VoiceRule.of(pitch for pitch in vocabulary().pitches if is_allowed(pitch))


def chord_rule(role: Role, staff: int, score: Score, description: VoiceDescription, style: Style) -> VoiceRule:
    """The rule of a voice on a staff of a role: its range there, and the chords that a hand or a bow can hold."""
    fifths = [measure.key.fifths for measure in score.measures]
    low, high = (pitch.midi_pitch for pitch in role.range_on(staff))
    flattest, sharpest = min(fifths) - style.spelling.flats, max(fifths) + style.spelling.sharps
    pitches = (
        pitch
        for pitch in vocabulary().pitches
        if low <= pitch.midi_pitch <= high and flattest <= pitch.fifths <= sharpest
    )
    kind = role.type
    span = (kind.span or BOW_SPAN) if kind else BOW_SPAN
    is_low = low_voices(1, [description])[0]
    return VoiceRule.of(pitches, role.notes_on(staff), descending=not is_low, span=span, instrument=kind)


def comfortable_range(role: Role | None, staff: int, interval: Interval = UNISON) -> tuple[int, int] | None:
    """The comfortable range of a role on a staff, at an interval, in MIDI numbers.

    Between the staves of a keyboard it ends at the third ledger line: a right hand is not low, nor a left one high.
    """
    if role is None:
        return None
    low, high = (pitch.transposed(interval).midi_pitch for pitch in role.comfortable)
    if role.staves < 2:
        return low, high
    clef = role.clefs[staff - 1]
    inner = _natural(clef.middle + (_THIRD_LEDGER if staff > 1 else -_THIRD_LEDGER)).midi_pitch
    return (low, min(high, inner)) if staff > 1 else (max(low, inner), high)


def _natural(place: int) -> Pitch:
    """The natural note at a staff position, in the steps of `Pitch.diatonic`."""
    return Pitch(STEPS[place % 7], 0, place // 7)


def scales(score: Score, keys: Sequence[Key]) -> tuple[frozenset[int] | None, ...]:
    """For each measure in a church mode the notes of the mode on the line of fifths; None in major and minor, and in
    aeolian, which has the raised degrees of minor.

    Notes that the given voices have in the same mode belong to it: a dorian tune with a raised leading note has one.
    """
    modal = {key for key in keys if key.mode in CHURCH_MODES - {"aeolian"}}
    found = {key: _scale(key, [m for m, own in zip(score.measures, keys, strict=True) if own == key]) for key in modal}
    return tuple(found.get(key) for key in keys)


def _scale(key: Key, measures: Sequence[Measure]) -> frozenset[int]:
    lowest = key.signature.fifths - 1
    notes = (n for m in measures for voice in m.voices for element in voice.elements for n in element.notes)
    return frozenset(range(lowest, lowest + 7)) | {n.pitch.fifths for n in notes if isinstance(n.pitch, Pitch)}
