"""The odds of the attacks of a performance: from the network that ships with the package, else by rule."""

from __future__ import annotations

from scoregen.transcription.beats.attacks import Attacks
from scoregen.transcription.beats.network import BeatOdds, shipped_network
from scoregen.transcription.beats.salience import odds_by_rule


def odds_of(attacks: Attacks) -> BeatOdds:
    """The odds of beats, downbeats and beat lengths. The weights of the network may be absent."""
    network = shipped_network()
    return odds_by_rule(attacks) if network is None else network.odds(attacks.features)
