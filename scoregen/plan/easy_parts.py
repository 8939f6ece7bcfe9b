"""Easy parts: each voice stays in the comfortable range of its role and leaps no wider than a fourth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scoregen.score.ensemble import Role
from scoregen.tokens.constraints.voice_masks import VoiceRule
from scoregen.tokens.vocabulary import vocabulary

WIDEST_LEAP = 5
"""Semitones."""


def easy_rules(rules: Sequence[VoiceRule], roles: Sequence[Role]) -> tuple[VoiceRule, ...]:
    """The rules of the voices within the comfortable ranges of their roles."""
    return tuple(_within(rule, role) for rule, role in zip(rules, roles, strict=True))


def _within(rule: VoiceRule, role: Role) -> VoiceRule:
    low, high = (pitch.midi_pitch for pitch in role.comfortable)
    comfortable = np.array([low <= pitch.midi_pitch <= high for pitch in vocabulary().pitches])
    return VoiceRule(rule.pitches & comfortable, rule.max_chord)
