"""What a corpus in tokens contains, in figures and as a plot of ranges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from scoregen.corpora.building.licences import KINDS, recognise
from scoregen.corpora.shards import corpora_in, load_index
from scoregen.corpora.shards.statistics import (
    MOST_COUNTED,
    CorpusStatistics,
    corpus_statistics,
    counted_pieces,
    statistics_lines,
)
from scoregen.evaluation.metrics.bootstrap import Rate
from scoregen.evaluation.metrics.frames import token_frames
from scoregen.evaluation.metrics.part_writing import count, rates
from scoregen.pictures.range_picture import draw_ranges
from scoregen.system.errors import InputError, Place
from scoregen.system.files import write_files

MOST_JUDGED = 200
"""Movements whose part-writing is counted."""
VOICES = range(2, 9)
"""The voices of movements whose part-writing is counted: more are doubled in octaves by custom."""


@dataclass(frozen=True, slots=True)
class CorpusInfo:
    """The figures of a corpus, and the rates of its part-writing in `judged` movements."""

    name: str
    folder: Path
    statistics: CorpusStatistics
    part_writing: dict[str, Rate]
    judged: int

    @property
    def lines(self) -> Iterator[str]:
        """The figures as lines of text."""
        yield from statistics_lines(self.statistics)
        yield from (f"licence of kind {kind}: {number} movements" for kind, number in self.licence_kinds.items())
        if self.part_writing:
            figures = ", ".join(f"{name} {rate.value:.2f}" for name, rate in self.part_writing.items())
            yield f"part-writing of {self.judged} movements of 2 to 8 voices: {figures}"

    @property
    def licence_kinds(self) -> dict[str, int]:
        """How many movements have a licence of each kind, the freest first."""
        kinds = Counter[str]()
        for licence, number in self.statistics.licences.items():
            kinds[recognise(licence).kind] += number
        return {kind: kinds[kind] for kind in KINDS if kinds[kind]}

    @property
    def as_json(self) -> dict[str, Any]:
        """The figures as plain values."""
        plain = {each.name: _plain(getattr(self.statistics, each.name)) for each in fields(self.statistics)}
        writing = {name: asdict(rate) for name, rate in self.part_writing.items()}
        about = {"name": self.name, "folder": str(self.folder), "licence_kinds": self.licence_kinds}
        return about | plain | {"part_writing": writing, "judged": self.judged}


def corpus_info(folder: Path | str, *, most: int = MOST_COUNTED, ranges: Path | None = None) -> list[CorpusInfo]:
    """The figures of a corpus, or of each corpus in a folder; `ranges` is a picture to write, one for all of them.

    `most` movements of each are read for figures that the index does not have. InputError if there is no corpus.
    """
    folders = corpora_in(folder)
    if not folders:
        raise InputError("found no corpus; expected a folder made by `scoregen corpus build`", Place(str(folder)))
    found = [_info(path, most) for path in folders]
    if ranges is not None:
        pitches: dict[str, Counter[int]] = {}
        for info in found:
            for family, counts in info.statistics.ranges.items():
                pitches.setdefault(family, Counter()).update(counts)
        title = ", ".join(info.name for info in found)
        write_files([(ranges, draw_ranges(pitches, title, ranges.suffix[1:].lower()))], force=True)
    return found


def _info(folder: Path, most: int) -> CorpusInfo:
    index = load_index(folder)
    counts = []
    for piece in counted_pieces(index, min(most, MOST_JUDGED)):
        if len(piece.tokens.slots) in VOICES:
            frames = token_frames(piece.tokens)
            counts += [count(frames)] if len(frames) > 1 else []
    return CorpusInfo(index.name, folder, corpus_statistics(folder, most), rates(counts) if counts else {}, len(counts))


def _plain(value: Any) -> Any:
    """A value of the statistics with names as keys."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return value
