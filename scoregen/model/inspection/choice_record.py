"""Records of the choices of a finished piece, as plain values (made by `attribution`)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.pitch import Pitch


@dataclass(frozen=True, slots=True)
class Option:
    """One option in all its spellings: hold, rest, or the attack of a pitch.

    `chance` is the network's probability from 0 to 1. `cost` is the voice-leading cost that the sampler subtracts
    from the logit and `logit_bias` what the calibration adds, in nats. `constraints` names those that ban the option.
    """

    kind: str
    pitch: Pitch | None
    chance: float
    cost: float
    logit_bias: float
    constraints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ban:
    """What one constraint excludes: the network's probability of all of it, and the likeliest events."""

    constraint: str
    chance: float
    likeliest: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """An earlier slice in which the voice has the same event, and the nats that it adds to the logit of this event."""

    row: int
    nats: float


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """One choice: voice `voice` of slice `row`, in measure `measure` at `onset`.

    `nats` is -log p of the event in its spelling; `alone_nats` the same before the voices that precede it in this
    slice (`after`); `entropy` that of all events, in nats. `options` are the likeliest ones and include the event of
    the piece, at index `chosen`. `measures` (by measure index) and `notes` (by index in `PieceRecord.given_notes`, the
    strongest) are effects: the nats that the choice loses by occlusion.
    """

    row: int
    voice: int
    measure: int
    onset: Fraction
    after: tuple[int, ...]
    nats: float
    alone_nats: float
    entropy: float
    options: tuple[Option, ...]
    chosen: int
    bans: tuple[Ban, ...]
    sources: tuple[Source, ...]
    measures: tuple[float, ...]
    notes: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class GivenNote:
    """A given note: its voice and its onset."""

    voice: int
    measure: int
    onset: Fraction


@dataclass(frozen=True, slots=True)
class PieceRecord:
    """The record of a piece. `places` are the measure index and onset of every slice."""

    places: tuple[tuple[int, Fraction], ...]
    choices: tuple[ChoiceRecord, ...]
    given_notes: tuple[GivenNote, ...]
