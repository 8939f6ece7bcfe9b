"""The voices of a score that are measured or searched, and the usable files of a corpus."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable

from scoregen.corpora.manifest import Corpus, CorpusPiece, verify_piece
from scoregen.evaluation.metrics.pieces import EvaluatedPiece, score_piece
from scoregen.evaluation.passages.corpus_index import Work, WorkSequences
from scoregen.evaluation.passages.event_sequences import event_sequences
from scoregen.notation.files import read_score
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import load_ensemble, match_roles, role_slots
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError, Place, ScoregenError

FEWEST_VOICES = 2

Progress = Callable[[float], None]


def sounding_slots(score: Score, ensemble: str = "satb") -> tuple[Slot, ...]:
    """The voices to compare: those of the roles if the score has all roles, else all with a pitched note."""
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


def score_work(score: Score, name: str) -> WorkSequences:
    """The event sequences of a score. InputError if it has no pitched note."""
    slots = sounding_slots(score)
    texture, melodies = event_sequences(score, slots) if slots else (None, ())
    if texture is None or not any(map(len, melodies)):
        raise InputError("found no pitched notes; expected a score with notes", Place(file=name))
    voices = tuple(voice_name(score, slot) for slot in slots)
    return WorkSequences(Work(name, voices, tuple(measure.number for measure in score.measures)), texture, melodies)


def voice_name(score: Score, slot: Slot) -> str:
    """The name of a voice: its part, with a number if the part has several voices."""
    others = [other for other in score.slots if other.part == slot.part]
    part = score.part(slot.part).name.strip() or slot.part
    return part if len(others) == 1 else f"{part}, voice {others.index(slot) + 1}"


def read_pieces(
    corpus: Corpus, *, voices: int | None = None, progress: Progress | None = None
) -> tuple[list[tuple[CorpusPiece, EvaluatedPiece]], tuple[str, ...]]:
    """The pieces of a corpus to be measured, and the reasons for leaving out the others.

    All pieces have the same number of voices: `voices`, by default the most common number. InputError if there is
    no usable piece.
    """
    pieces: list[tuple[CorpusPiece, EvaluatedPiece]] = []
    refused: list[str] = []
    for number, source in enumerate(corpus.pieces, 1):
        try:
            verify_piece(source, corpus.name)
            score = read_score(source.path)
            slots = sounding_slots(score)
            if len(slots) < FEWEST_VOICES:
                raise InputError(f"found {len(slots)} voices with notes; expected {FEWEST_VOICES} or more")
            pieces.append((source, score_piece(source.name, score, slots)))
        except ScoregenError as error:
            refused.append(f"{source.name}: {error.message}")
        if progress:
            progress(number / len(corpus.pieces))
    usual = voices or Counter(piece.voices for _, piece in pieces).most_common(1)[0][0] if pieces else 0
    refused += [
        f"{source.name}: found {piece.voices} voices; expected {usual}"
        for source, piece in pieces
        if piece.voices != usual
    ]
    rows = [row for row in pieces if row[1].voices == usual]
    if not rows:
        raise InputError(f"{corpus.source}: found no usable score among {len(corpus.pieces)}; the first: {refused[0]}")
    return rows, tuple(refused)


def fingerprint_of(corpus: Corpus) -> str:
    """A checksum of the names, splits, sizes and modification times of all files."""
    rows = []
    for piece in corpus.pieces:
        try:
            state = piece.path.stat()
            rows.append([piece.name, piece.split, str(piece.path), state.st_size, state.st_mtime_ns])
        except OSError:
            rows.append([piece.name, piece.split, str(piece.path)])
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
