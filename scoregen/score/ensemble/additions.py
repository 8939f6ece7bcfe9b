"""Instruments beside those of an ensemble: a flute over a song, a second cello under a quartet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from scoregen.score.ensemble.roles import Ensemble, Role
from scoregen.score.instruments import InstrumentType, instrument_named, instruments
from scoregen.score.pitch import Pitch

FAMILY_ORDER = ("woodwind", "brass", "percussion", "plucked", "voice", "strings", "keyboard", "other")
"""From the top of a page to its bottom."""
_NUMBERED = re.compile(r"^(?P<name>.*?)[ -]?(?P<number>[2-9])$")


def with_instruments(ensemble: Ensemble, names: Sequence[str]) -> Ensemble:
    """The ensemble with a role for each name that is none of its roles but an instrument: `flute`, `cello2`.

    A new role follows those of its family, else the families above it. Other names are left to the caller.
    """
    for name in names:
        found = _NUMBERED.match(name)
        kind = _kind(found["name"] if found else name)
        if kind is not None and name not in [role.name for role in ensemble.roles]:
            ensemble = _with_role(ensemble, _role(kind, name, int(found["number"]) if found else 1))
    return ensemble


def _kind(name: str) -> InstrumentType | None:
    plain = name.replace("-", " ")
    exact = (each for each in instruments() if each.name == plain)
    return next(exact, None) or instrument_named(plain)


def _role(kind: InstrumentType, name: str, number: int) -> Role:
    shown = f" {number}" if number > 1 else ""
    title, abbreviation = _title(kind) + shown, kind.abbreviation + shown
    return Role(
        name,
        title,
        abbreviation,
        tuple(f"{alias}{shown}" for alias in kind.aliases),
        kind.clefs,
        kind.lowest,
        kind.highest,
        kind.comfortable,
        replace(kind.instrument, name=title),
        kind.family,
        kind.transposition,
        kind.most_notes,
        type=kind,
    )


def _title(kind: InstrumentType) -> str:
    """The printed name; a clarinet, trumpet or horn, of which there are several, names its pitch."""
    tuning = Pitch("C", 0, 4).transposed(kind.transposition)
    is_told = not kind.transposition.fifths or " " in kind.name
    return kind.title if is_told else f"{kind.title} in {tuning.step}{'♭' if tuning.alter else ''}"


def _with_role(ensemble: Ensemble, role: Role) -> Ensemble:
    """The ensemble with a role at its place by family."""
    rank = FAMILY_ORDER.index(role.family)
    at = max((i + 1 for i, other in enumerate(ensemble.roles) if FAMILY_ORDER.index(other.family) <= rank), default=0)
    return replace(ensemble, roles=(*ensemble.roles[:at], role, *ensemble.roles[at:]))
