"""The folders that `bench_styles.py` trains on and measures with, from music21's corpus and from folders of scores.

A style has two folders: pieces to train on, and others to measure with, from other works.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from scoregen.corpora.prepare import piece_tokens
from scoregen.corpora.reading.movements import movement_spans
from scoregen.notation.files import read_score, write_score
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.edit import blank_voices, select_voices
from scoregen.score.elements import Chord, Element, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.ensemble import load_ensemble
from scoregen.score.ensemble.roles import new_parts
from scoregen.score.pitch import Interval, Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import ScoregenError

EXCERPT = 24
"""Measures."""
METRES = ("3/4", "4/4", "2/4")
THIRD, MINOR_THIRD, FIFTH, FLAT_FIFTH, SEVENTH = (Interval(*each) for each in ((2, 4), (2, 3), (4, 7), (4, 6), (6, 10)))
LOWEST_BASS, LOWEST_CHORD = 40, 55
"""MIDI numbers."""


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


def quartets(root: Path, data: Path, count: int = 20) -> StyleCorpus:
    """Whole movements of quartets by Haydn that the shipped weights were not trained on: one work is held out."""
    corpus, folder = _folders("quartets", root), data / "openscore-quartets"
    table = folder / "index.tsv"
    rows = csv.DictReader(table.open(encoding="utf-8"), delimiter="\t") if table.is_file() else ()
    works = [folder / row["file"] for row in rows if row["split"] == "valid" and "Haydn" in row["file"]]
    made = 0
    for number, path in enumerate(works):
        score = read_score(path)
        target = corpus.test if number == len(works) - 1 else corpus.train
        for movement, (start, stop) in enumerate(movement_spans(score)):
            write_score(score.excerpt(start, stop), target / f"{number}-{movement}.musicxml")
            made += 1
    return corpus if made >= count else replace(corpus, reason=f"found {made} movements; expected {count}")


def songs(root: Path, data: Path, count: int = 10, others: int = 14) -> StyleCorpus:
    """Popular tunes with a piano that strikes the bass on the first beat and the chord on the others, by their symbols.

    No piece is known to the shipped weights, and the manner of the piano is the same in all of them.
    """
    corpus, made = _folders("songs", root), 0
    archive = data / "lead-sheets" / "scores.zip"
    if not archive.is_file():
        return replace(corpus, reason=f"found no {archive}")
    with zipfile.ZipFile(archive) as opened, tempfile.TemporaryDirectory() as unpacked:
        opened.extractall(unpacked)
        for path in _shuffled(Path(unpacked).rglob("*.mxl")):
            try:
                song = with_piano(read_score(path))
            except ScoregenError:
                continue
            if song is None:
                continue
            write_score(song, (corpus.train if made < count else corpus.test) / f"{path.stem}.musicxml")
            made += 1
            if made == count + others:
                return corpus
    return replace(corpus, reason=f"found {made} usable tunes; expected {count + others}")


def madrigals(root: Path, _: Path, count: int = 20, others: int = 8) -> StyleCorpus:
    """Madrigals in five parts by Monteverdi: most of one book, and others of the next one."""
    corpus, made = _folders("madrigals", root), 0
    spec = importlib.util.find_spec("music21")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    for folder, book, wanted in ((corpus.train, 3, count), (corpus.test, 4, others)):
        files = _shuffled((package / "corpus" / "monteverdi").glob(f"madrigal.{book}.*.mxl"))
        usable = [path for path in files if "_old" not in path.name and len(read_score(path).parts) == 5]
        for path in usable[:wanted]:
            shutil.copy(path, folder)
        made += len(usable[:wanted])
    return corpus if made == count + others else replace(corpus, reason=f"found {made}; expected {count + others}")


def with_piano(tune: Score) -> Score | None:
    """A tune of one voice with a chord symbol at nearly every barline, and a piano; None for another one."""
    plain = len(tune.parts) == 1 and tune.parts[0].staves == 1 and all(len(m.voices) <= 1 for m in tune.measures)
    metres = {str(measure.time) for measure in tune.measures}
    named = sum(bool(measure.chord_symbols) for measure in tune.measures)
    if not plain or len(metres) > 1 or not metres <= {*METRES} or not 12 <= len(tune.measures) <= 70:
        return None
    if named < 0.6 * len(tune.measures):
        return None
    parts = new_parts(load_ensemble("voice-piano"))
    measures, last = [], None
    for measure in tune.measures:
        voices, last = _accompanied(measure, last, parts)
        measures.append(
            Measure(measure.number, measure.duration, measure.time, measure.key, voices, implicit=measure.implicit)
        )
    return Score(parts, tuple(measures))


def _accompanied(
    measure: Measure, last: ChordSymbol | None, parts: Sequence[Part]
) -> tuple[tuple[Voice, ...], ChordSymbol | None]:
    """The voices of a measure, and the chord that it ends with."""
    beats: dict[int, list[Element]] = {1: [], 2: []}
    onset = Fraction(0)
    while onset < measure.duration:
        here = [symbol for symbol in measure.chord_symbols if symbol.onset <= onset and symbol.kind != "none"]
        last = max(here, key=lambda symbol: symbol.onset, default=last)
        value = NoteValue.of(min(Fraction(1), measure.duration - onset))
        is_bass = onset == 0 or (onset == 2 and measure.duration == 4)
        chord = None if last is None or measure.duration != measure.time.duration else last
        upper, lower = _struck(chord, value, is_bass)
        beats[1].append(upper)
        beats[2].append(lower)
        onset += min(Fraction(1), measure.duration - onset)
    sung = tuple(_sung(element) for voice in measure.voices for element in voice.elements)
    voices = [Voice(Slot(parts[0].id), sung)] if sung else []
    voices += [Voice(Slot(parts[1].id, staff, 4 * staff - 3), tuple(row)) for staff, row in beats.items()]
    return tuple(voices), last


def _sung(element: Element) -> Element:
    return replace(element, lyrics=()) if isinstance(element, Note) else element


def _struck(chord: ChordSymbol | None, value: NoteValue, is_bass: bool) -> tuple[Element, Element]:
    """What the right and the left hand have on a beat."""
    if chord is None:
        return Rest(value), Rest(value)
    root = Pitch(chord.root.step, chord.root.alter, 2)
    if is_bass:
        low = root if chord.bass is None else Pitch(chord.bass.step, chord.bass.alter, 2)
        return Rest(value), Note(value, _from(low, LOWEST_BASS))
    is_minor, is_diminished = chord.kind.startswith(("minor", "dim", "half")), chord.kind.startswith(("dim", "half"))
    members = [
        root,
        root.transposed(MINOR_THIRD if is_minor else THIRD),
        root.transposed(FLAT_FIFTH if is_diminished else FIFTH),
    ]
    members += [root.transposed(SEVENTH)] if chord.kind == "dominant" else []
    notes = sorted((_from(each, LOWEST_CHORD) for each in members), key=lambda pitch: pitch.midi_pitch)
    return Chord(tuple(Note(value, pitch) for pitch in notes)), Rest(value)


def _from(pitch: Pitch, lowest: int) -> Pitch:
    """The pitch in the octave from a MIDI number on."""
    octaves = -int((pitch.midi_pitch - lowest) // 12)
    return replace(pitch, octave=pitch.octave + octaves)


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
