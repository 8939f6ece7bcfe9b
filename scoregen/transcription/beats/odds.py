"""The odds of the attacks of a performance: from the network, or by rule for a single line.

Harmony and bass show the network where the beats are. A line alone has neither, and the rules find its beats better.
"""

from __future__ import annotations

from scoregen.transcription.beats.attacks import Attacks
from scoregen.transcription.beats.network import BeatOdds, shipped_network
from scoregen.transcription.beats.salience import odds_by_rule

_LINE = 1.2
"""Notes an attack, on average, up to which a performance is a single line."""


def odds_of(attacks: Attacks) -> BeatOdds:
    """The odds of beats, downbeats and beat lengths."""
    network = shipped_network()
    if network is None or is_line(attacks):
        return odds_by_rule(attacks)
    return network.odds(attacks.features)


def is_line(attacks: Attacks) -> bool:
    """Whether a performance is a single line."""
    return len(attacks.members) <= _LINE * len(attacks.times)
