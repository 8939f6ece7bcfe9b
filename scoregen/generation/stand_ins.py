"""Which voice of the network sings each role of another choir, and the interval at which the choir is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, Role
from scoregen.score.pitch import UNISON, Interval

READING_INTERVALS = tuple(map(Interval.parse, ("P1", "M2", "-M2", "P4", "-P4", "P5", "-P5", "M6", "-M6", "P8", "-P8")))
"""The intervals at which a choir is read; the nearest ones first."""
MOST_ACCIDENTALS = 6


def stand_ins(ensemble: Ensemble, players: Ensemble) -> dict[str, Role]:
    """By role of an ensemble the role of the players, those that the network writes, that sings it, from the top.

    Of three voices the last is the bass, so that chords have their roots; two voices are the upper ones. A choir with
    the outer roles of the players has its own roles. Players beyond the ensemble are written for their harmony and left
    out of the page.
    """
    every = players.roles
    names, own = {role.name: role for role in every}, [role.name for role in ensemble.roles]
    if own[0] == every[0].name and own[-1] == every[-1].name and set(own) <= set(names):
        return {name: names[name] for name in own}
    chosen = (*every[:2], every[-1]) if len(ensemble.roles) == 3 and len(every) > 3 else every
    return {role.name: player for role, player in zip(ensemble.roles, chosen, strict=False)}


def reading_interval(score: Score, pairs: Iterable[tuple[Role, Role]]) -> Interval:
    """The interval at which voices lie nearest to the middles of the roles that sing them.

    `pairs` are a role whose range a voice has and the role that sings it.
    """
    gaps = [middle(player) - middle(role) for role, player in pairs]
    keys = {measure.key.fifths for measure in score.measures}
    fitting = [
        each for each in READING_INTERVALS if all(abs(key + each.fifths) <= MOST_ACCIDENTALS for key in keys)
    ] or [UNISON]
    return min(fitting, key=lambda each: sum((abs(gap - each.semitones) for gap in gaps), Fraction(0)))


def comfortable(role: Role) -> Role:
    """The role with its comfortable range only.

    A voice of the network that sings another role tends to the limit of its range that is nearer to its own.
    """
    low, high = role.comfortable
    return replace(role, lowest=low, highest=high)


def middle(role: Role) -> Fraction:
    """The middle of the comfortable range, as a MIDI pitch."""
    return Fraction(role.comfortable[0].midi_pitch + role.comfortable[1].midi_pitch, 2)
