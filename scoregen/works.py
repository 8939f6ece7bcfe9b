"""Works to compare with: from the files of a corpus to a repertoire, which is made once and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scoregen.corpora.manifest import Corpus, load_corpus
from scoregen.errors import InputError, OutputError, Place, ReadError, ScoregenError
from scoregen.evaluation.repertoire import Reference, Repertoire, Strands, Work, open_repertoire, reference, to_bytes
from scoregen.evaluation.strands import score_strands
from scoregen.notation.atomic import write_files
from scoregen.notation.files import read_score
from scoregen.resources import cache
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import load_ensemble, match_roles, role_slots
from scoregen.score.pitch import Pitch

SUFFIX = ".passages"
MOST_REFERRED = 200
"""Works of a plain folder that are compared with all the others: enough for a distribution."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """A repertoire, where it is kept (None: nowhere), whether it was made now, and what to tell the user."""

    repertoire: Repertoire
    path: Path | None
    is_new: bool
    notices: tuple[str, ...] = ()


def sounding_slots(score: Score, ensemble: str = "satb") -> tuple[Slot, ...]:
    """The voices to compare: those of the ensemble's roles if all are there, else all that have a pitched note."""
    roles = load_ensemble(ensemble).roles
    matched = match_roles(score, load_ensemble(ensemble))
    if len(matched) == len(roles):
        return role_slots(score, [matched[role.name] for role in roles])
    sounding = {
        voice.slot
        for measure in score.measures
        for voice in measure.voices
        if any(isinstance(note.pitch, Pitch) for element in voice.elements for note in element.notes)
    }
    return tuple(slot for slot in score.slots if slot in sounding)


def score_work(score: Score, name: str) -> Strands:
    """A score as something to compare. InputError where no note sounds in it."""
    slots = sounding_slots(score)
    texture, melodies = score_strands(score, slots) if slots else (None, ())
    if texture is None or not any(map(len, melodies)):
        raise InputError("no pitched note sounds in it; expected a score with notes", Place(file=name))
    voices = tuple(voice_name(score, slot) for slot in slots)
    return Strands(Work(name, voices, tuple(measure.number for measure in score.measures)), texture, melodies)


def voice_name(score: Score, slot: Slot) -> str:
    """What a voice is called: its part, and its number where the part has several."""
    others = [other for other in score.slots if other.part == slot.part]
    part = score.part(slot.part).name.strip() or slot.part
    return part if len(others) == 1 else f"{part}, voice {others.index(slot) + 1}"


def open_works(which: str | None, index: Path | None = None, progress: Progress | None = None) -> Opened:
    """The repertoire of a corpus, from the file `index`, else from the user's cache; made where it is not there.

    Without a corpus the file alone is asked. InputError where there is no corpus, or no score of it can
    be read; ReadError where `index` is something else than an index.
    """
    if which is None:
        if index is None or not index.is_file():
            raise InputError("there is nothing to compare with; name a corpus or an index that is there")
        return Opened(open_repertoire(index), index, False)
    corpus = load_corpus(which)
    fingerprint = _fingerprint(corpus)
    path = index or cache() / "passages" / f"{corpus.name}-{fingerprint[:16]}{SUFFIX}"
    kept = _kept(path, named=index is not None)
    if kept is not None and kept.about["fingerprint"] == fingerprint:
        return Opened(kept, path, False)
    repertoire = read_works(corpus, fingerprint, progress)
    notices = (f"{path} was of another state of {corpus.name} and is made anew",) if kept is not None else ()
    try:
        if index is None:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_files([(path, to_bytes(repertoire))], force=True)
    except (OSError, OutputError) as error:
        if index is not None:
            raise
        return Opened(repertoire, None, True, (f"the index is not kept: {error}",))
    return Opened(repertoire, path, True, notices)


def read_works(corpus: Corpus, fingerprint: str = "", progress: Progress | None = None) -> Repertoire:
    """Every score of a corpus that can be read, and how much its works share with each other."""
    found: list[tuple[str, Strands]] = []
    refused: list[str] = []
    for number, piece in enumerate(corpus.pieces):
        try:
            found.append((piece.split, score_work(read_score(piece.path), piece.name)))
        except ScoregenError as error:
            refused.append(f"{piece.name}: {error.message}")
        if progress:
            progress(number / len(corpus.pieces))
    if not found:
        raise InputError(f"{corpus.source}: none of {len(corpus.pieces)} scores can be read; the first: {refused[0]}")
    if corpus.is_split:
        found.sort(key=lambda row: row[0] != "train")  # the others as they came
    taught = sum(split == "train" for split, _ in found) if corpus.is_split else len(found)
    works = [strands for _, strands in found]
    about = {"corpus": corpus.name, "fingerprint": fingerprint, "works": len(works), "refused": refused}
    repertoire = Repertoire.of(works, {})
    shared, held_out = _reference(works, taught, repertoire)
    about |= {"taught": taught, "held_out": held_out, "reference": asdict(shared)}
    return Repertoire(about, repertoire.texture, repertoire.melodies, repertoire.lines, repertoire.line_starts)


def _reference(works: Sequence[Strands], taught: int, repertoire: Repertoire) -> tuple[Reference, bool]:
    """What held-out works share with those that teach, or, where none is held out, works with all others."""
    if 0 < taught < len(works):
        chosen, hidden = range(taught, len(works)), [(taught, len(works))] * len(works)
    else:
        step = -(-len(works) // MOST_REFERRED)
        chosen, hidden = range(0, len(works), step), [(number, number + 1) for number in range(len(works))]
    rows = [
        (works[number], [repertoire.texture.span(*hidden[number])], [repertoire.melodies.span(*hidden[number])])
        for number in (chosen if len(works) > 1 else ())
    ]
    return reference(rows, repertoire), 0 < taught < len(works)


def _kept(path: Path, *, named: bool) -> Repertoire | None:
    """The repertoire that a file holds; a file of the cache that is none counts for nothing."""
    if not path.is_file():
        return None
    try:
        return open_repertoire(path)
    except ReadError:
        if named:
            raise
        return None


def _fingerprint(corpus: Corpus) -> str:
    """A checksum of the names, splits, sizes and times of all files: another one where any has changed."""
    rows = []
    for piece in corpus.pieces:
        try:
            state = piece.path.stat()
            rows.append([piece.name, piece.split, str(piece.path), state.st_size, state.st_mtime_ns])
        except OSError:
            rows.append([piece.name, piece.split, str(piece.path)])
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
