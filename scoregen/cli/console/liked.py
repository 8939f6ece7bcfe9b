"""`--like`: a plan made like the user's piece, and what the result shares with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.cli.console.inputs import read_input
from scoregen.cli.console.terminal import file_in_errors

if TYPE_CHECKING:
    from scoregen.plan.likeness.likeness import Likeness
    from scoregen.plan.piece.piece_plan import PiecePlan
    from scoregen.score.elements import Score


@dataclass(frozen=True, slots=True)
class Liked:
    """The piece, its file, and what it is like."""

    file: Path
    piece: Score
    likeness: Likeness

    @classmethod
    def read(cls, file: Path) -> Liked:
        """The piece of a file. InputError for one without pitched notes."""
        from scoregen.plan.likeness.likeness import likeness_of

        piece = read_input(file)
        with file_in_errors(file):
            return cls(file, piece, likeness_of(piece))

    def made_like(self, plan: PiecePlan, seed: int) -> PiecePlan:
        from scoregen.plan.likeness.liking import liking

        return liking(plan, self.likeness, seed)

    def notices(self, score: Score) -> tuple[str, str]:
        """What was taken, and the longest passages that a score shares with the piece."""
        from scoregen.tasks.scene.like_piece import shared_line, taken_line

        return taken_line(self.likeness), shared_line(score, self.piece, self.file.name)
