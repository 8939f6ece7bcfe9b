"""The odds of the attacks of a performance, from the network that ships with the package."""

from __future__ import annotations

from scoregen.transcription.beats.attacks import Attacks
from scoregen.transcription.beats.network import BeatOdds
from scoregen.transcription.beats.salience import odds_by_rule


def odds_of(attacks: Attacks) -> BeatOdds:
    """The odds of beats, downbeats and beat lengths."""
    return odds_by_rule(attacks)
