"""Which of several drafts is best: the likeliest, free of parallels, and at home when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from scoregen.score.keys import KeySignature
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
    classes = {pitch.pitch_class for pitch in final}
    return any(
        final[-1].pitch_class == tonic and classes <= {tonic, (tonic + third) % 12, (tonic + 7) % 12}
        for tonic, third in _tonics(tokens.measures[-1].header.key, final[0] if final else None)
    )


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


def _tonics(key: KeySignature, melody: Pitch | None) -> tuple[tuple[int, int], ...]:
    """Tonic pitch class and semitones of its third. A signature without a mode leaves two keys;
    the one whose tonic the melody ends on is meant, if there is one."""
    major, minor = 7 * key.fifths % 12, (7 * key.fifths + 9) % 12
    both = ((major, 4), (minor, 3), (minor, 4))  # a minor piece may end in major
    if key.mode in ("major", "ionian") or (key.mode is None and melody and melody.pitch_class == major):
        return both[:1]
    if key.mode in ("minor", "aeolian") or (key.mode is None and melody and melody.pitch_class == minor):
        return both[1:]
    return both if key.mode is None else _modal(key, major)


def _modal(key: KeySignature, major: int) -> tuple[tuple[int, int], ...]:
    """The church modes: the tonic lies so many semitones above that of the major key."""
    above = {"dorian": 2, "phrygian": 4, "lydian": 5, "mixolydian": 7, "locrian": 11}.get(key.mode or "", 0)
    return (((major + above) % 12, 3), ((major + above) % 12, 4))
