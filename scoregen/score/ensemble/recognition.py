"""The ensemble that an existing score is for."""

from __future__ import annotations

from itertools import pairwise

from scoregen.score.elements import Part, Score
from scoregen.score.ensemble.choral_texture import choir_staves
from scoregen.score.ensemble.files import ensemble_names, load_ensemble
from scoregen.score.ensemble.hands import joined_hands
from scoregen.score.ensemble.matching import matched_by_name, mean_height, part_pitches
from scoregen.score.ensemble.roles import Ensemble, Role
from scoregen.score.instruments import family_of, names_instrument
from scoregen.score.pitch import Pitch

_LEAD_SHEET = "lead-sheet"
_USUAL = "satb"
_UNTOLD = ("voice", "other", "keyboard")


def recognise_ensemble(score: Score) -> Ensemble | None:
    """The ensemble of `grammars/ensembles` with exactly the parts of a score; None if there is none.

    The names and instruments of the parts decide. Parts of one staff that tell neither are a choir if the notes of
    each lie in the range of its role, and a single one with chord symbols is a lead sheet. Two staves of a choir by
    their texture are no piano.
    """
    if choir_staves(score):
        return None
    every = [load_ensemble(name) for name in ensemble_names()]
    equal = [ensemble for ensemble in every if len(ensemble.roles) == len(score.parts)]
    named = [ensemble for ensemble in equal if _names_all(score, ensemble)]
    if len(score.parts) == 1 and score.parts[0].staves == 1:
        return _lead_sheet(score, named)
    if named:
        return min(named, key=lambda ensemble: _distance(score, ensemble))
    if not all(_is_unnamed(part) for part in score.parts):
        return None
    fitting = [ensemble for ensemble in equal if ensemble.is_choir and _fits(score, ensemble)]
    return min(fitting, key=lambda ensemble: _distance(score, ensemble), default=None)


def ensemble_to_fill(score: Score) -> Ensemble | None:
    """The ensemble of a page with empty staves beside others, if it is not the usual choir or a part of it.

    It is written for by default. The names of its parts must tell another choir. The two hands of a
    keyboard may be two parts.
    """
    shown = {(part.id, staff) for part in score.parts for staff in set(range(1, part.staves + 1)) - part.hidden}
    sounding = _sounding_staves(score)
    staves = shown | sounding
    if not sounding or sounding == staves:
        return None
    read = joined_hands(score).score
    found = recognise_ensemble(read)
    if found is None or (found.is_choir and not (_names_all(read, found) and _has_other_roles(found))):
        return None
    return found


def _has_other_roles(choir: Ensemble) -> bool:
    """Whether a choir has a role that the usual one lacks."""
    return not {role.name for role in choir.roles} <= {role.name for role in load_ensemble(_USUAL).roles}


def _sounding_staves(score: Score) -> set[tuple[str, int]]:
    """The part and the number of each staff with notes."""
    voices = (voice for measure in score.measures for voice in measure.voices)
    return {(voice.slot.part, voice.slot.staff) for voice in voices if any(element.notes for element in voice.elements)}


def ensemble_advice(score: Score, ensemble: Ensemble) -> str:
    """The option that writes for the parts of a score, if they are those of another ensemble than the given one."""
    found = recognise_ensemble(joined_hands(score).score)
    return f"--ensemble {found.name} writes for these parts" if found is not None and found != ensemble else ""


def _lead_sheet(score: Score, named: list[Ensemble]) -> Ensemble | None:
    if not any(measure.chord_symbols for measure in score.measures):
        return next((ensemble for ensemble in named if ensemble.name != _LEAD_SHEET), None)
    return load_ensemble(_LEAD_SHEET) if family_of(score.parts[0]) in _UNTOLD else None


def _names_all(score: Score, ensemble: Ensemble) -> bool:
    """Whether each part names a role, or is as the only part of several staves of the family of the role."""
    found = matched_by_name(score.parts, ensemble.roles)
    parts = [part for part in score.parts if part.id not in found.values()]
    roles = [role for role in ensemble.roles if role.name not in found]
    return all(_is_like(part, role) for part, role in zip(parts, roles, strict=True)) and len(parts) <= 1


def _is_like(part: Part, role: Role) -> bool:
    """Whether a part without a name has the staves and the family of a role."""
    return part.staves == role.staves > 1 and family_of(part) == role.family and not part.name.strip()


def _is_unnamed(part: Part) -> bool:
    """Whether a part of one staff tells no instrument by its name; a piano is what programs play if nothing is said."""
    return part.staves == 1 and not names_instrument(part.name) and family_of(part) in _UNTOLD


def _fits(score: Score, ensemble: Ensemble) -> bool:
    """Whether the parts, in the order of the page, are in the ranges of the roles, the high ones above."""
    heights = [mean_height(score, part) for part in score.parts]
    return all(above >= below for above, below in pairwise(heights)) and all(
        role.lowest.midi_pitch <= pitch.midi_pitch <= role.highest.midi_pitch
        for part, role in zip(score.parts, ensemble.roles, strict=True)
        for pitch in part_pitches(score, part)
    )


def _distance(score: Score, ensemble: Ensemble) -> float:
    """How far the parts lie from the middles of the comfortable ranges of the roles, in semitones."""
    pairs = zip(score.parts, ensemble.roles, strict=True)
    return sum(abs(float(mean_height(score, part)) - _middle(role.comfortable)) for part, role in pairs)


def _middle(span: tuple[Pitch, Pitch]) -> float:
    return (span[0].midi_pitch + span[1].midi_pitch) / 2
