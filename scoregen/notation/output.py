"""A score to be written, in every form in which a file may need it: checked MusicXML, pages, sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from scoregen.notation.engraving.options import DEFAULTS, EngravingOptions
from scoregen.score.check import Problem
from scoregen.score.elements import Score
from scoregen.system.errors import ScoregenError

if TYPE_CHECKING:
    from scoregen.notation.sound.audio import Audio

DEFAULT_DPI = 150
DEFAULT_ENGRAVING = DEFAULTS
NO_PROVENANCE: Mapping[str, str] = MappingProxyType({})


class ScoreOutput:
    """A score to be written: its text and its pages are made once for all formats."""

    def __init__(
        self,
        score: Score,
        provenance: Mapping[str, str] = NO_PROVENANCE,
        engraving: EngravingOptions = DEFAULT_ENGRAVING,
        dpi: int = DEFAULT_DPI,
        audio: Audio | None = None,
        *,
        play_chords: bool = False,
    ) -> None:
        self.score = score
        self.play_chords = play_chords
        self.provenance = provenance
        self.engraving = engraving
        self.dpi = dpi
        self.given_audio = audio
        self.warnings: tuple[Problem, ...] = ()
        self.changes: tuple[str, ...] = ()
        self.missing: tuple[Problem, ...] = ()

    @cached_property
    def text(self) -> bytes:
        """The MusicXML text, not yet checked; what happened to given marks becomes `changes`."""
        if self.score.document is None:
            from scoregen.notation.musicxml.write.score import write_musicxml

            return write_musicxml(self.score, self.provenance)
        from scoregen.notation.graft.document import musicxml_document

        document = musicxml_document(self.score, self.provenance)
        self.changes = document.notices
        return document.text

    @cached_property
    def checked_text(self) -> bytes:
        """The validated MusicXML text; problems of the given score become `warnings`."""
        self.warnings += _validate(self.text, self.score)
        return self.text

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The engraved pages without embedded fonts, since PDF and PNG bring their own; what they lack is `missing`."""
        from scoregen.notation.engraving.pages import engrave_and_compare

        engraved = engrave_and_compare(self.text, replace(self.engraving, embed_fonts=False))
        self.missing += engraved.problems
        return engraved.pages

    @cached_property
    def printed_pages(self) -> tuple[str, ...]:
        """The pages for PDF and PNG. Scripts for which there is no font are `missing`."""
        from scoregen.notation.engraving.pdf import problems_of_fonts

        pages = self.pages  # first, since it adds to `missing` as well
        self.missing += problems_of_fonts(pages)
        return pages

    @cached_property
    def heard(self) -> Score:
        """The score as it is played: with its chord symbols if they are asked for."""
        from scoregen.notation.editions.played_chords import with_played_chords

        return with_played_chords(self.score) if self.play_chords else self.score

    @cached_property
    def audio(self) -> Audio:
        """The sound of the score, if it is not given."""
        if self.given_audio is not None:
            return self.given_audio
        from scoregen.notation.sound.performance import score_audio

        return score_audio(self.heard)

    @property
    def title(self) -> str:
        return self.score.metadata.title or self.score.metadata.movement or ""


def _validate(text: bytes, score: Score) -> tuple[Problem, ...]:
    """The problems that the given score already had, which are written as they are.

    Raises ScoregenError for new ones, which are bugs.
    """
    from scoregen.notation.validation.document import check_document, split_by_origin

    given, new = split_by_origin(check_document(text, ""), score)
    if new:
        raise ScoregenError(
            f"the music to be written is not valid ({new[0]}); this is a bug in scoregen, please report it"
        )
    return given
