"""Easy parts: each voice stays in the comfortable range of its role and leaps no wider than a fourth.

Instruments leap an octave at most, and no hand spans more.
"""

from __future__ import annotations

from collections.abc import Sequence

from scoregen.score.ensemble import Role
from scoregen.score.pitch import UNISON, Interval
from scoregen.tokens.constraints.voice_masks import VoiceRule
from scoregen.tokens.vocabulary import vocabulary

WIDEST_LEAP = 5
"""Semitones."""
WIDEST_PLAYED_LEAP = WIDEST_HAND = 12


def easy_rules(
    rules: Sequence[VoiceRule], roles: Sequence[Role | None], interval: Interval = UNISON
) -> tuple[VoiceRule, ...]:
    """The rules of the voices within the comfortable ranges of their roles, at an interval; None changes nothing."""
    return tuple(_within(rule, role, interval) if role else rule for rule, role in zip(rules, roles, strict=True))


def easy_playing(rules: Sequence[VoiceRule], roles: Sequence[Role | None]) -> tuple[VoiceRule, ...]:
    """The rules of the voices of instruments; None changes nothing."""
    return tuple(_comfortable(rule, role) if role else rule for rule, role in zip(rules, roles, strict=True))


def fewer_notes(rules: Sequence[VoiceRule], roles: Sequence[Role | None]) -> tuple[VoiceRule, ...]:
    """The rules with one note at a time for strings, which could play several, and small chords for hands.

    None changes nothing.
    """
    return tuple(_fewer(rule, role) if role else rule for rule, role in zip(rules, roles, strict=True))


MOST_IN_HAND = 3
"""The most notes of a hand in music of a mood."""


def _fewer(rule: VoiceRule, role: Role) -> VoiceRule:
    most = 1 if role.family == "strings" else min(rule.max_chord, MOST_IN_HAND)
    if most == rule.max_chord:
        return rule
    allowed = (pitch for pitch, may in zip(vocabulary().pitches, rule.pitches, strict=True) if may)
    return VoiceRule.of(allowed, most, descending=rule.descending, span=rule.span, instrument=rule.instrument)


def _comfortable(rule: VoiceRule, role: Role) -> VoiceRule:
    """A rule within the comfortable range, or unchanged where a staff has none of it, as the pedals of an organ."""
    low, high = (pitch.midi_pitch for pitch in role.comfortable)
    allowed = [pitch for pitch, may in zip(vocabulary().pitches, rule.pitches, strict=True) if may]
    chosen = [pitch for pitch in allowed if low <= pitch.midi_pitch <= high] or allowed
    span = min(rule.span, WIDEST_HAND)
    return VoiceRule.of(chosen, rule.max_chord, descending=rule.descending, span=span, instrument=rule.instrument)


def _within(rule: VoiceRule, role: Role, interval: Interval) -> VoiceRule:
    low, high = (pitch.transposed(interval).midi_pitch for pitch in role.comfortable)
    allowed = zip(vocabulary().pitches, rule.pitches, strict=True)
    return VoiceRule.of((pitch for pitch, may in allowed if may and low <= pitch.midi_pitch <= high), rule.max_chord)
