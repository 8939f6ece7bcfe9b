"""Ends of phrases and pieces: which chord they follow, and on which note they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate

import numpy as np

from scoregen.score.keys import Key, KeySignature
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import pitch_classes
from scoregen.styles.style import CadencePlan, over
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import SILENT, Sonorities
from scoregen.tokens.vocabulary import vocabulary

Cadences = Mapping[int, Sequence[Fraction]]
"""By measure index, the onsets of phrase ends and other planned chords."""

LEADING_SEVENTH = (5, "diminished-seventh")
"""The diminished seventh chord on the leading note: fifths over the tonic, and kind."""


def follows_dominant(changes: Sonorities, tick: int, plan: CadencePlan) -> bool:
    """Whether the last sonority over another bass before a tick is a dominant of the bass that sounds there."""
    index = int(np.searchsorted(changes.onset, tick, side="right")) - 1
    root = int(changes.pitches[index, -1])
    others = np.flatnonzero(changes.pitches[:index, -1] % 12 != root % 12)
    if root == SILENT or not len(others):
        return False
    classes = {int(pitch) % 12 for pitch in changes.pitches[others[-1]] if pitch != SILENT}
    return any(classes <= set(over(root % 12, chord)) for chord in (plan.dominant, LEADING_SEVENTH))


def unprepared_share(tokens: TokenScore, piece: Sonorities, cadences: Cadences, plan: CadencePlan) -> float:
    """The share of the cadences to which the chord before does not lead; the first chord of a piece does not count.

    `piece` are the sonorities of the tokens.
    """
    if not cadences:
        return 0.0
    changes = piece.changes()
    onsets = list(accumulate((measure.header.duration for measure in tokens.measures), initial=Fraction(0)))
    starts = [onsets[index] for index in cadences]
    tonic = Key.of(tokens.measures[0].header.key).triad[0]
    ticks = [
        int((start + onset) * vocabulary().ticks_per_quarter)
        for start, places in zip(starts, cadences.values(), strict=True)
        for onset in places
        if start + onset > 0
    ]
    flags = [leads(changes, tick, root, tonic, plan) for tick in ticks if (root := _bass(changes, tick)) is not None]
    return flags.count(False) / len(flags) if flags else 0.0


def _bass(changes: Sonorities, tick: int) -> int | None:
    """The pitch class of the last voice at a tick; None if it is silent."""
    until = changes.pitches[changes.onset <= tick]
    return None if not len(until) or until[-1][-1] == SILENT else int(until[-1][-1]) % 12


def leads(changes: Sonorities, tick: int, root: int, tonic: int, plan: CadencePlan) -> bool:
    """Whether the last sonority before a tick leads to a chord on a root."""
    before = changes.pitches[changes.onset < tick]
    if not len(before):
        return True
    classes = {int(pitch) % 12 for pitch in before[-1] if pitch != SILENT}
    chords = plan.leading_home if root == tonic else (*plan.leading_home, *plan.leading_away)
    return any(classes <= set(over(root, chord)) for chord in chords)


def ends_on_tonic(tokens: TokenScore) -> bool:
    """Whether the last sonority is a tonic triad with its root in the last voice."""
    final = final_pitches(tokens)
    if not final:
        return False
    classes = {pitch.pitch_class for pitch in final}
    triads = _tonics(tokens.measures[-1].header.key, final[0])
    return any(final[-1].pitch_class == triad[0] and classes <= set(triad) for triad in triads)


def final_pitches(tokens: TokenScore) -> tuple[Pitch, ...]:
    """The last pitch of every voice that has one, in slot order."""
    lasts = (_last_pitch(tokens, index) for index in range(len(tokens.slots)))
    return tuple(pitch for pitch in lasts if pitch is not None)


def _last_pitch(tokens: TokenScore, index: int) -> Pitch | None:
    for measure in reversed(tokens.measures):
        for piece in reversed(measure.slices):
            if piece.events[index].pitches:
                return piece.events[index].pitches[-1]
    return None


def _tonics(signature: KeySignature, melody: Pitch | None) -> tuple[tuple[int, ...], ...]:
    """The triads to end on. A signature without a mode allows a major and a minor key; if the melody ends
    on one of their tonics, only that key counts. A minor piece may end in major."""
    modes = (signature.mode,) if signature.mode else ("major", "minor")
    keys = [Key.of(replace(signature, mode=mode)) for mode in modes]
    likely = [key for key in keys if melody and key.triad[0] == melody.pitch_class] or keys
    return tuple(triad for key in likely for triad in (key.triad, pitch_classes(key.triad[0], "major")))
