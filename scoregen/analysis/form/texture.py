"""Texture: how many lines sound in a measure, and whether they move together.

`together` is the mean share of the sounding lines that attack when any line does. A measure is monophonic if one
pitch sounds at a time (unison if it is doubled in octaves), homorhythmic if nearly all lines attack together,
melody and accompaniment if the highest line attacks far more often than any other, polyphonic if few lines attack
together, and homophonic otherwise.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.analysis.moments import Moment
from scoregen.score.elements import Score, Slot

HOMORHYTHMIC = 0.85
HOMOPHONIC = 0.55
LEADS_BY = 2.0


@dataclass(frozen=True, slots=True)
class Texture:
    """Measures `first` to `last` (indices, both included). `voices` is the most lines that sound in one of them.

    `together` is 0 to 1, the mean over attacks of the share of sounding lines that attack.
    """

    first: int
    last: int
    kind: str
    voices: int
    together: float


def textures(score: Score, cuts: Sequence[Moment]) -> tuple[Texture, ...]:
    """The texture of all measures, with adjacent measures of one kind merged."""
    by_measure: dict[int, list[Moment]] = {}
    for moment in cuts:
        by_measure.setdefault(moment.measure_index, []).append(moment)
    single = [_measure_texture(index, by_measure.get(index, [])) for index in range(len(score.measures))]
    return tuple(_merge(list(run)) for _, run in itertools.groupby(single, key=lambda texture: texture.kind))


def _merge(run: Sequence[Texture]) -> Texture:
    together = sum(texture.together for texture in run) / len(run)
    voices = max(texture.voices for texture in run)
    return Texture(run[0].first, run[-1].last, run[0].kind, voices, round(together, 2))


def _measure_texture(index: int, own: Sequence[Moment]) -> Texture:
    if not own:
        return Texture(index, index, "silence", 0, 0.0)
    lines = {note.slot for moment in own for note in moment.notes}
    shares, attacks = [], dict.fromkeys(lines, 0)
    for moment in own:
        sounding = {note.slot for note in moment.notes}
        attacking = {note.slot for note in moment.notes if note.onset == moment.onset}
        for slot in attacking:
            attacks[slot] += 1
        if attacking:
            shares.append(len(attacking) / len(sounding))
    together = sum(shares) / len(shares) if shares else 1.0
    return Texture(index, index, _kind(own, together, attacks), len(lines), round(together, 2))


def _kind(own: Sequence[Moment], together: float, attacks: dict[Slot, int]) -> str:
    most = max(len({note.pitch.chromatic for note in moment.notes}) for moment in own)
    classes = max(len({note.pitch.pitch_class for note in moment.notes}) for moment in own)
    if classes == 1:
        return "monophonic" if most == 1 else "unison"
    if together >= HOMORHYTHMIC:
        return "homorhythmic"
    if _leads(own, attacks):
        return "melody and accompaniment"
    return "homophonic" if together >= HOMOPHONIC else "polyphonic"


def _leads(own: Sequence[Moment], attacks: dict[Slot, int]) -> bool:
    """Whether the highest line attacks far more often than every other, and at least once a quarter."""
    top = own[0].notes[-1].slot
    others = [count for slot, count in attacks.items() if slot != top]
    quarters = sum((moment.duration for moment in own), Fraction(0))
    return bool(others) and attacks[top] >= LEADS_BY * max(others) and attacks[top] >= quarters
