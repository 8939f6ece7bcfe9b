"""The style for an ensemble if the user names none."""

from __future__ import annotations

from scoregen.score.ensemble import Ensemble
from scoregen.styles.style import DEFAULT

INSTRUMENTS = "instruments"
"""The style of music that is no corpus's own."""
_LARGEST_SMALL_CHOIR = 4
"""Singers that the voices of the chorale weights can stand in for."""
_MOST_SOLO_STRINGS = 5
_LEAST_ORCHESTRA = 6


def default_style(ensemble: Ensemble) -> str:
    """The name of the style: that of the chorales for choirs of two to four voices, else that of the corpus whose
    music has such an ensemble."""
    roles, families = ensemble.roles, {role.family for role in ensemble.roles}
    if ensemble.is_choir:
        return DEFAULT if 2 <= len(roles) <= _LARGEST_SMALL_CHOIR else "part-song"
    if "keyboard" in families:
        return "solo-piano" if len(roles) == 1 else "song" if "voice" in families else "chamber"
    if families == {"strings"} and len(roles) <= _MOST_SOLO_STRINGS:
        return "string-quartet"
    return "orchestra" if len(roles) >= _LEAST_ORCHESTRA else INSTRUMENTS
