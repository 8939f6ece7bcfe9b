"""Ensembles: their roles, the files that describe them, and the assignment of parts to roles."""

from scoregen.score.ensemble.additions import with_instruments
from scoregen.score.ensemble.choral_texture import choir_notice, choir_staves
from scoregen.score.ensemble.files import clef_name, ensemble_names, load_ensemble
from scoregen.score.ensemble.hands import HandReading, joined_hands
from scoregen.score.ensemble.matching import assigned_part, empty_staves, is_unseen, match_roles, role_slots
from scoregen.score.ensemble.playability import can_play
from scoregen.score.ensemble.recognition import ensemble_advice, ensemble_to_fill, recognise_ensemble
from scoregen.score.ensemble.roles import Ensemble, Role, named_parts, new_parts, readable

__all__ = [
    "Ensemble",
    "HandReading",
    "Role",
    "assigned_part",
    "can_play",
    "choir_notice",
    "choir_staves",
    "clef_name",
    "empty_staves",
    "ensemble_advice",
    "ensemble_names",
    "ensemble_to_fill",
    "is_unseen",
    "joined_hands",
    "load_ensemble",
    "match_roles",
    "named_parts",
    "new_parts",
    "readable",
    "recognise_ensemble",
    "role_slots",
    "with_instruments",
]
