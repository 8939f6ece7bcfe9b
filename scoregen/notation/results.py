"""What every result with a score can do: be saved, be converted to other libraries, and show itself in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.score.display import picture
from scoregen.score.elements import Score
from scoregen.system.wording import python_errors

if TYPE_CHECKING:
    from scoregen.notation.files import WrittenFiles


class ScoreResult:
    """A value with a score."""

    __slots__ = ()
    score: Any  # a Score, as a field or a property

    def save(self, *paths: Path | str, force: bool = False, **options: Any) -> WrittenFiles:
        """Write the score to files; the suffixes set the formats. Nothing is overwritten without `force`.

        `options` are those of `notation.files.write_all`.
        """
        from scoregen.notation.files import write_all

        with python_errors():
            return write_all(self._score(), paths, force=force, **{"provenance": self._fields(), **options})

    def to_music21(self) -> Any:
        """The score as a `music21.stream.Score`."""
        from scoregen.notation.graft.document import musicxml_text
        from scoregen.notation.interchange.objects import to_music21

        return to_music21(musicxml_text(self._score()))

    def to_partitura(self) -> Any:
        """The score as a `partitura.score.Score`."""
        from scoregen.notation.graft.document import musicxml_text
        from scoregen.notation.interchange.objects import to_partitura

        return to_partitura(musicxml_text(self._score()))

    def _repr_html_(self) -> str:
        return html(self._score(), getattr(self, "notices", ()), repr(self))

    def _score(self) -> Score:
        score: Score = self.score
        return score

    def _fields(self) -> Mapping[str, str]:
        """The provenance to write into the file."""
        return {}


def html(score: Score, notices: Sequence[str], otherwise: str) -> str:
    """The pages of a score for a notebook, with notices; `otherwise` is the text if the score cannot be engraved."""
    lines = "".join(f"<li>{escape(notice)}</li>" for notice in notices)
    return (picture(score) or f"<pre>{escape(otherwise)}</pre>") + (f"<ul>{lines}</ul>" if lines else "")
