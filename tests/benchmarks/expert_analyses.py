"""The expert analyses of the chorales in RomanText, aligned with the chorales that music21 distributes.

Twenty analyses ship with music21 itself, to which the weights are fitted (`training_analyses`). The others, from
"When in Rome", are used for evaluation.

A label is moved to its measure of the score by its printed number. A chorale is excluded if numbers
or lengths of measures differ, or if a label shares two notes with the music for less than `SHARED` of the
time: then the analysis is of another version. music21 parses the RomanText; its numerals are converted
to a root, a quality and the target of an applied chord on the line of fifths.
"""

from __future__ import annotations

import json
import pickle
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from scoregen.analysis.harmony.features import Function
from scoregen.corpora.manifest import CorpusPiece, Split, load_corpus
from scoregen.notation.files import read_score
from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import MEMBERS
from scoregen.score.timeline import measure_onsets, sounding_notes
from scoregen.system.errors import ScoregenError

SHARED = Fraction(4, 5)
_DEGREES = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7}
_SCALES = {"major": (0, 2, 4, -1, 1, 3, 5), "minor": (0, 2, -3, -1, 1, -4, -2)}
_FARTHEST = 5  # fifths between the keys of a score and its analysis


class Label(NamedTuple):
    """The expert's label of a span of quarters; `function` is None if no quality in use fits."""

    onset: Fraction
    end: Fraction
    mode: str
    tonic: int
    function: Function | None
    inversion: int


@dataclass(frozen=True, slots=True)
class AnalysedChorale:
    name: str
    split: Split
    source: str
    score: Score
    labels: tuple[Label, ...]


def training_analyses() -> list[AnalysedChorale]:
    """The chorales with a matching analysis that ships with music21, transposed if necessary."""
    import music21

    pieces = {Path(piece.name).stem: piece for piece in _pieces()}
    folder = Path(str(music21.corpus.getWork("bach/choraleAnalyses/riemenschneider001.rntxt"))).parent
    result = []
    for path in sorted(folder.glob("*.rntxt")):
        work = re.search(r"^BWV: *(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        piece = pieces.get(_file_name(work[1])) if work else None
        if piece is not None:
            with suppress(ScoregenError, ValueError):  # of another version
                result.append(_in_its_key(piece, path))
    return result


def _file_name(work: str) -> str:
    """The file of a work: chorale 12 of the second part of BWV 248, written 248(2).12, is bwv248.12-2."""
    part = re.fullmatch(r"(\d+)\((\d+)\)\.(\d+)", work)
    return f"bwv{part[1]}.{part[3]}-{part[2]}" if part else f"bwv{work}"


def _in_its_key(piece: CorpusPiece, path: Path) -> AnalysedChorale:
    """An analysis aligned with a score, transposed to the nearest key in which it fits."""
    for shift in sorted(range(-_FARTHEST, _FARTHEST + 1), key=abs):
        with suppress(ValueError):
            return _aligned(piece, path, shift)
    raise ValueError("the labels fit in no key")


def load_analyses(data: Path, cache: Path | None = None) -> tuple[list[AnalysedChorale], dict[str, str]]:
    """Every chorale of the corpus with a matching analysis, and the reasons why the others are excluded."""
    if cache is not None and cache.exists():
        with cache.open("rb") as stream:
            return pickle.load(stream)  # our own file
    result, excluded = [], {}
    numbers = _numbers(data)
    for piece in _pieces():
        for number in numbers.get(Path(piece.name).name, ()):
            try:
                result.append(_aligned(piece, data / "rntxt" / f"riemenschneider{number}.rntxt"))
                break
            except (ScoregenError, ValueError) as error:
                excluded[piece.name] = f"{number}: {error}"
        else:
            excluded.setdefault(piece.name, "no analysis")
    if cache is not None:
        with cache.open("wb") as stream:
            pickle.dump((result, excluded), stream)
    return result, excluded


def _pieces() -> Iterator[CorpusPiece]:
    for split in ("train", "valid", "test"):
        yield from (piece for piece in load_corpus("bach-chorales").split(split) if piece.path.suffix == ".mxl")


def _numbers(data: Path) -> dict[str, list[str]]:
    index = json.loads((data / "index.json").read_text(encoding="utf-8"))
    numbers: dict[str, list[str]] = {}
    for number, entry in index.items():
        for file in entry.get("music21", ()):
            numbers.setdefault(file, []).append(number)
    return numbers


def _aligned(piece: CorpusPiece, path: Path, shift: int = 0) -> AnalysedChorale:
    score = read_score(piece.path)
    columns = _columns(path)
    labels = []
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for place, label in columns.get(measure.number, ()):
            if place < measure.duration:
                labels.append(label._replace(onset=start + place, tonic=label.tonic + shift))
    last = max((int(number) for number in columns), default=0)
    if abs(last - max(int(m.number) for m in score.measures if m.number.isdigit())) > 1:
        raise ValueError(f"the analysis has {last} measures")
    labels = _until_next(sorted(labels), score.duration)
    if (share := _shared(score, labels)) < SHARED:
        raise ValueError(f"the labels fit {float(share):.0%} of the time")
    return AnalysedChorale(piece.name, piece.split, path.stem, score, tuple(labels))


def _until_next(labels: list[Label], end: Fraction) -> list[Label]:
    ends = [label.onset for label in labels[1:]] + [end]
    return [label._replace(end=stop) for label, stop in zip(labels, ends, strict=True) if stop > label.onset]


def _shared(score: Score, labels: list[Label]) -> Fraction:
    """The share of the labelled time in which two notes of the label sound."""
    notes = [note for note in sounding_notes(score) if isinstance(note.pitch, Pitch)]
    good = total = Fraction(0)
    for label in labels:
        total += label.end - label.onset
        sounding = {n.pitch.fifths for n in notes if n.onset < label.end and n.onset + n.duration > label.onset}
        if label.function is not None:
            chord = {label.tonic + label.function.offset + member for member in MEMBERS[label.function.quality]}
            good += (label.end - label.onset) * (len(sounding & chord) >= 2)
    return good / total if total else Fraction(0)


def _columns(path: Path) -> dict[str, list[tuple[Fraction, Label]]]:
    """The labels of each measure number, with their positions in the measure."""
    import music21

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = music21.converter.parse(str(path), format="romanText", forceSource=True)
    columns: dict[str, list[tuple[Fraction, Label]]] = {}
    for measure in parsed.parts[0].getElementsByClass("Measure"):
        column = columns.setdefault(str(measure.number), [])
        if not column and not measure.numberSuffix:
            for numeral in measure.recurse().getElementsByClass(music21.roman.RomanNumeral):
                column.append((Fraction(numeral.getOffsetInHierarchy(measure)), label_of(numeral)))
    return columns


def label_of(numeral) -> Label:  # type: ignore[no-untyped-def]  # music21 ships no types
    mode = numeral.key.mode if numeral.key.mode in _SCALES else "minor"
    tonic = _fifths(numeral.key.tonic.name)
    function = _function(numeral, mode, tonic)
    return Label(Fraction(0), Fraction(0), mode, tonic, function, min(numeral.inversion(), 3))


def _function(numeral, mode: str, tonic: int) -> Function | None:  # type: ignore[no-untyped-def]
    places = {_fifths(pitch.name) for pitch in numeral.pitches}
    root = _fifths(numeral.root().name)
    target = None
    if numeral.secondaryRomanNumeral is not None:
        target = _fifths(numeral.secondaryRomanNumeral.root().name) - tonic
    if (numeral.romanNumeralAlone or "") in ("It", "Ger", "Fr"):
        quality = {"It": "Italian", "Ger": "German", "Fr": "French"}[numeral.romanNumeralAlone]
        return Function((target or 0) - 4, quality, target)
    sizes = sorted(MEMBERS, key=lambda quality: -len(MEMBERS[quality]))
    for quality in sizes:
        if {root + member for member in MEMBERS[quality]} <= places and quality not in ("Italian", "German", "French"):
            return Function(root - tonic, quality, target)
    return None


def _fifths(name: str) -> int:
    return Pitch.parse(name.replace("-", "b") + "4").fifths
