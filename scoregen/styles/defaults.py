"""The style for an ensemble if the user names none."""

from __future__ import annotations

from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.styles.style import DEFAULT

INSTRUMENTS = "instruments"
"""The style of music that is no corpus's own."""
_CHOIR = "satb"
_MOST_SOLO_STRINGS = 5
_LEAST_ORCHESTRA = 6


def default_style(ensemble: Ensemble) -> str:
    """The name of the style: that of the chorales for choirs of two to four voices, else that of the corpus whose
    music has such an ensemble."""
    roles, families = ensemble.roles, {role.family for role in ensemble.roles}
    choir = load_ensemble(_CHOIR)
    if [role.name for role in roles] == [role.name for role in choir.roles]:
        return DEFAULT
    if ensemble.is_choir:
        return DEFAULT if 2 <= len(roles) <= len(choir.roles) else "part-song"
    if "keyboard" in families:
        return "solo-piano" if len(roles) == 1 else "song" if "voice" in families else "chamber"
    if families == {"strings"} and len(roles) <= _MOST_SOLO_STRINGS:
        return "string-quartet"
    return "orchestra" if len(roles) >= _LEAST_ORCHESTRA else INSTRUMENTS
