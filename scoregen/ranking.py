"""Which of several drafts is best: the likeliest, free of parallels, and at home when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from scoregen.score.keys import Key, KeySignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.events import TokenScore

if TYPE_CHECKING:
    from scoregen.model.sampling import Draft

PARALLEL_COST = 0.05
"""What a parallel fifth or octave costs a draft, in nats a choice."""
ASTRAY_COST = 0.3
"""What it costs to end elsewhere than on a tonic triad in root position: more than drafts differ by."""


def ranked(drafts: Iterable[Draft], task: TokenScore) -> tuple[Draft, ...]:
    """The drafts, best first; how they end counts only where the end was theirs to write."""
    open_end = any(event.kind == "blank" for event in task.measures[-1].slices[0].events)
    return tuple(sorted(drafts, key=lambda draft: cost(draft, open_end)))


def cost(draft: Draft, open_end: bool) -> float:
    """Nats a choice, and what the faults of a draft add to them."""
    astray = open_end and not ends_at_home(draft.tokens)
    return draft.nats / max(draft.choices, 1) + PARALLEL_COST * draft.parallels + ASTRAY_COST * astray


def ends_at_home(tokens: TokenScore) -> bool:
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
    """The triads to end on. A signature without a mode leaves a major and a minor key; the one whose
    tonic the melody ends on is meant, if there is one. A minor piece may end in major."""
    modes = (signature.mode,) if signature.mode else ("major", "minor")
    keys = [Key.of(replace(signature, mode=mode)) for mode in modes]
    meant = [key for key in keys if melody and key.triad[0] == melody.pitch_class] or keys
    return tuple(triad for key in meant for triad in (key.triad, (key.triad[0], (key.triad[0] + 4) % 12, key.triad[2])))
