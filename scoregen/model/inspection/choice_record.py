"""What there is to say of the choices of a finished piece, as `weighing` finds it: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from scoregen.score.pitch import Pitch


@dataclass(frozen=True, slots=True)
class Option:
    """One way to go on, in all its spellings: hold, rest, or begin a pitch.

    `chance` is the network's, from 0 to 1; `cost` is what the sampler takes off its score for voice leading
    and `logit_bias` what the calibration adds, in nats; `forbidden_by` names the constraints that rule it out.
    """

    kind: str
    pitch: Pitch | None
    chance: float
    cost: float
    logit_bias: float
    forbidden_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForbiddenChoice:
    """What a constraint takes away: the network's chance of all of it, and the likeliest events."""

    constraint: str
    chance: float
    likeliest: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class AttendedSlice:
    """An earlier slice in which the voice did the same, and the nats that it added to the score of doing so."""

    row: int
    nats: float


@dataclass(frozen=True, slots=True)
class ChoiceRecord:
    """One choice: voice `voice` of slice `row`, in measure `measure` at `onset`.

    `nats` is -log p of what stands there, spelled as it is; `alone_nats` the same before the voice knew those
    that are chosen before it in this slice; `entropy` of all events, in nats. `options` are the likeliest,
    that which stands there among them at `chosen`. `measures` has by measure index, and `notes` by note of
    `PieceRecord.given_notes` the strongest, the nats that the choice loses where it is forgotten.
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
    bans: tuple[ForbiddenChoice, ...]
    sources: tuple[AttendedSlice, ...]
    measures: tuple[float, ...]
    notes: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class GivenNote:
    """A note that was given: its voice, and where it begins."""

    voice: int
    measure: int
    onset: Fraction


@dataclass(frozen=True, slots=True)
class PieceRecord:
    """A whole piece as the network read it. `places` are measure index and onset of every slice."""

    places: tuple[tuple[int, Fraction], ...]
    weighed: tuple[ChoiceRecord, ...]
    given_notes: tuple[GivenNote, ...]
