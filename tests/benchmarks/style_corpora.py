"""The folders that `bench_styles.py` trains on and measures with, from music21's corpus and from folders of scores.

A style has two folders: pieces to train on, and others to measure with, from other works.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scoregen.corpora.prepare import piece_tokens
from scoregen.notation.files import read_score, write_score
from scoregen.score.edit import blank_voices, select_voices
from scoregen.score.elements import Chord, Measure, Score
from scoregen.score.ensemble import load_ensemble
from scoregen.system.errors import ScoregenError

EXCERPT = 24
"""Measures."""


@dataclass(frozen=True, slots=True)
class StyleCorpus:
    """The folders of a style, `reason` if they cannot be made."""

    name: str
    train: Path
    test: Path
    reason: str | None = None


def palestrina(root: Path, count: int = 10, others: int = 14) -> StyleCorpus:
    """Movements in four parts, of 25 to 70 measures, each from another mass."""
    masses: dict[str, Path] = {}
    spec = importlib.util.find_spec("music21")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    for path in _shuffled((package / "corpus" / "palestrina").glob("*.krn")):
        text = path.read_text(encoding="latin-1")
        voices = next((line.count("**kern") for line in text.splitlines() if line.startswith("**")), 0)
        if voices == 4 and 25 <= len(re.findall(r"^=\d", text, re.MULTILINE)) <= 70:
            mass = re.search(r"^!!!OPR:\s*(.*)", text, re.MULTILINE)
            masses.setdefault(mass.group(1) if mass else path.name, path)
    return _copied("palestrina", root, masses.values(), count, others)


def psalms(root: Path, data: Path, count: int = 10, others: int = 14) -> StyleCorpus:
    """Settings of psalm tunes in four parts by Goudimel."""
    return _copied("psalms", root, _shuffled((data / "goudimel" / "scores").glob("*.mxl")), count, others)


def haydn(root: Path, data: Path, count: int = 20, others: int = 10) -> StyleCorpus:
    """Excerpts of string quartets, 24 measures in which every part has one note at a time."""
    works = _shuffled((data / "openscore-quartets" / "scores").glob("Haydn*.mxl"))
    corpus = _folders("haydn", root)
    made = 0
    for number, path in enumerate(works):
        folder = corpus.train if made < count else corpus.test
        found = [excerpt for excerpt, _ in zip(excerpts(read_score(path)), range(2), strict=False)]
        for index, excerpt in enumerate(found):
            write_score(excerpt, folder / f"{number:02d}-{index}.musicxml")
        made += len(found)
        if made >= count + others:
            return corpus
    return replace(corpus, reason=f"found {made} excerpts in {data}; expected {count + others}")


def excerpts(score: Score) -> Iterator[Score]:
    """Runs of measures of one metre and key that the token language of four voices holds, from across a work."""
    usable = [_is_plain(measure) for measure in score.measures]
    start = 0
    while start + EXCERPT <= len(usable):
        run = score.measures[start : start + EXCERPT]
        if all(usable[start : start + EXCERPT]) and len({(m.time, m.key) for m in run}) == 1:
            cut = _cut_out(score, start)
            try:
                piece_tokens(cut, load_ensemble("satb"))
            except ScoregenError:
                start += 1
                continue
            yield cut
            start += max(EXCERPT, len(usable) // 3)
        else:
            start += 1


def _is_plain(measure: Measure) -> bool:
    """One voice in each part, without chords and grace notes, in a whole measure."""
    parts = [voice.slot.part for voice in measure.voices if voice.elements]
    elements = [element for voice in measure.voices for element in voice.elements]
    plain = not any(isinstance(element, Chord) or element.grace for element in elements)
    return plain and len(parts) == len(set(parts)) == 4 and measure.duration == measure.time.duration


def _cut_out(score: Score, start: int) -> Score:
    """An excerpt without marks; ties into and out of it are removed with the measures around it."""
    low, high = max(0, start - 1), min(len(score.measures), start + EXCERPT + 1)
    around = [index for index in (low, high - 1) if not start <= index < start + EXCERPT]
    open_ends = blank_voices(select_voices(score, score.slots), score.slots, around)
    measures = [
        Measure(str(number), measure.duration, measure.time, measure.key, measure.voices)
        for number, measure in enumerate(open_ends.measures[start : start + EXCERPT], 1)
    ]
    return Score(score.parts, tuple(measures))


def _copied(name: str, root: Path, files: Iterable[Path], count: int, others: int) -> StyleCorpus:
    """The first files that can be used, in the two folders."""
    corpus, players, made = _folders(name, root), load_ensemble("satb"), 0
    for path in files:
        try:
            piece_tokens(read_score(path), players)
        except ScoregenError:
            continue
        shutil.copy(path, corpus.train if made < count else corpus.test)
        made += 1
        if made == count + others:
            return corpus
    return replace(corpus, reason=f"found {made} usable scores; expected {count + others}")


def _folders(name: str, root: Path) -> StyleCorpus:
    folders = [root / f"{name}-{kind}" for kind in ("train", "test")]
    for folder in folders:
        folder.mkdir(parents=True)
    return StyleCorpus(name, *folders)


def _shuffled(files: Iterable[Path]) -> list[Path]:
    """The files in an order that is always the same and has no other meaning, not even for the split of a folder."""
    return sorted(files, key=lambda path: hashlib.sha256(f"shuffled {path.name}".encode()).digest())
