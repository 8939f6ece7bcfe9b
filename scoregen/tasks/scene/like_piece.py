"""Music that is like a piece but no copy of it: what its plan takes, and the longest passages that both share."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from scoregen.evaluation.passages.corpus_index import CorpusIndex
from scoregen.evaluation.reference_corpus.pieces import score_work, sounding_slots, voice_name
from scoregen.plan.likeness.likeness import Likeness
from scoregen.score.elements import Score, Slot
from scoregen.score.timeline import measure_onsets, pitch_of, pitched_notes
from scoregen.tasks.novelty import NoveltyReport, measure_range, report

MOST_NAMED = 6


def taken_line(likeness: Likeness) -> str:
    """One line: what a plan takes from a piece."""
    counts: Counter[str] = Counter()
    for own in likeness.successions.values():
        for after in own.values():
            counts.update(after)
    names = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_NAMED]
    chords = f"{len(counts)} chords, most often {', '.join(names)}" if names else "no chords"
    return f"taken from the piece: {chords}; density {likeness.density}; texture {likeness.texture}"


def shared_with(score: Score, piece: Score, name: str) -> NoveltyReport:
    """What a score shares with a piece."""
    about = {"corpus": name, "held_out": False, "refused": [], "reference": {"texture": [], "melodies": []}}
    index = CorpusIndex.of([score_work(piece, name)], about)
    return report(score_work(score, "the score"), index)


def shared_line(score: Score, piece: Score, name: str) -> str:
    """One line: the longest passages that a score and a piece share, in any key.

    It says how often the voice of the longest melody changes its pitch there, since repeated notes are no melody.
    """
    lines = shared_with(score, piece, name).lines
    melody = max(lines[1:] or lines, key=lambda line: line.longest)
    sonorities = f"{lines[0].longest} changes of sonority and " if len(lines) > 1 else ""
    found = f"the longest passages shared with {name}, in any key: {sonorities}{melody.longest} notes of a voice"
    if not melody.shared:
        return found
    place = melody.shared[0]
    slot = next((each for each in sounding_slots(score) if voice_name(score, each) == melody.voice), None)
    moves = _moves(score, slot, int(place.begins), int(place.ends)) if slot else 0
    return f"{found} ({melody.voice}, {measure_range(place)}, where it changes its pitch {moves} times)"


def _moves(score: Score, slot: Slot, first: int, last: int) -> int:
    """How often a voice changes its pitch in measures by index, both included."""
    starts = [*measure_onsets(score), score.duration]
    begin, end = starts[first], starts[min(last + 1, len(score.measures))]
    pitches = [pitch_of(note) for note in pitched_notes(score) if note.slot == slot and begin <= note.onset < end]
    return sum(one != other for one, other in pairwise(pitches))
