"""What is asked for: the arguments of `compose` that decide about the notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.model.network.config import SamplingOptions
from scoregen.plan.chords.chord_text import chord_measures
from scoregen.plan.form import PieceOptions
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.styles.library import CHOIR
from scoregen.styles.style import DEFAULT
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.plan.piece.piece_plan import PiecePlan


@dataclass(frozen=True, slots=True)
class ComposeRequest:
    """The arguments of `tasks.compose`, which describes them."""

    score: Score | None = None
    ensemble: str = CHOIR
    style: str = DEFAULT
    roles: Mapping[str, str] = field(default_factory=dict)
    blank: Sequence[str] = ()
    extend: int = 0
    key: str | None = None
    add: Sequence[str] = ()
    parts: Sequence[str] = ()
    transpose: str | None = None
    piece: PieceOptions | None = None
    sampling: SamplingOptions = field(default_factory=SamplingOptions)
    count: int = 1
    checkpoint: Path | str | None = None
    device: str = "auto"
    chords: str | None = None
    chord_symbols: str = "follow"
    figured_bass: str | None = None
    plan: PiecePlan | None = None

    @property
    def is_easy(self) -> bool:
        return self.sampling.difficulty == "easy"

    @property
    def piece_options(self) -> PieceOptions:
        """The options of a new piece, by default as long as its chords."""
        if self.piece is not None:
            return self.piece
        return PieceOptions(measures=len(chord_measures(self.chords))) if self.chords else PieceOptions()

    @property
    def asked_key(self) -> Key | None:
        """The key of a given score; InputError if it is none."""
        try:
            return Key.parse(self.key) if self.key is not None else None
        except ValueError as error:
            raise InputError(f"--key: {error}") from None

    def check(self) -> None:
        """InputError for a value that is not one of those expected, or for arguments that exclude each other."""
        if not 1 <= self.count <= 100:
            raise InputError(f"found a count of {self.count}; expected 1 to 100 alternatives")
        others = self.score is not None or self.piece is not None
        if self.plan is not None and (others or self.chords or self.figured_bass or self.transpose):
            raise InputError("a plan describes a whole new piece; leave out the score and the options of a piece")
