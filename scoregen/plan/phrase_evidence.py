"""Evidence of phrase ends in a single line: what its notes, words and signs say about the gap after each note.

A phrase ends before a rest, on a note that is longer than its neighbours (the local boundaries of E. Cambouropoulos,
2001), where a line of verse ends, at a breath mark, a double bar or the end of a phrase slur, and where the next
phrase begins at the same place of the metre as the first one. No phrase ends within a word or a melisma.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.plan.chords.given_line import GivenNote
from scoregen.score.elements import Lyric, Measure, Score
from scoregen.score.pitch import STEPS
from scoregen.score.spanners import Slur
from scoregen.score.timeline import measure_onsets, metrical_starts

FORBIDDEN = -math.inf
STOPS, COMMAS = ".!?;:", ","
BREATHS = frozenset({"breath-mark", "caesura"})
PHRASE_SLUR = 5
"""The fewest notes under a slur that marks a phrase and not a melisma or articulation."""
NEIGHBOURS = 4
"""Notes on each side with which the length of a note is compared."""
FEWEST_REPEATED, MOST_REPEATED, LEAST_AGREEMENT = 4, 16, 0.75
"""The fewest and most notes of a passage that is repeated at once, and the share of its steps that comes back."""
CAPITALS_AT_LINES = 0.35
"""The largest share of words with a capital letter in a text whose capitals mark lines."""


@dataclass(frozen=True, slots=True)
class EvidenceWeights:
    """What each kind of evidence adds to the strength of an end."""

    nothing: float = -2.3
    fermata: float = 5.0
    breath: float = 4.0
    rest: float = 2.5
    long: float = 1.7
    stop: float = 3.0
    comma: float = 1.2
    capital: float = 2.0
    word: float = 0.4
    slur: float = 1.5
    within_slur: float = -2.5
    double_bar: float = 3.0
    same_place: float = 1.8
    two_measures: float = 0.75
    strong_beat: float = 1.0


WEIGHTS = EvidenceWeights()


def strengths(line: Sequence[GivenNote], score: Score, weights: EvidenceWeights = WEIGHTS) -> list[float]:
    """The strength of a phrase end after each note but the last; higher is likelier, and `FORBIDDEN` excludes it."""
    signs = _Signs.of(score)
    words = _word_strengths(line, weights)
    slurs = _slur_strengths(line, score, weights)
    return [
        weights.nothing
        + words[index]
        + slurs[index]
        + _sign_strength(note, line[index + 1], signs, weights)
        + _rhythm_strength(line, index, signs, weights)
        for index, note in enumerate(line[:-1])
    ]


def repeated_ends(line: Sequence[GivenNote], score: Score) -> frozenset[int]:
    """The last notes of passages that are repeated at once, as they are or in sequence, and of their repetitions.

    A passage begins where a measure does, or at the place of the metre at which the line begins. Its rhythm and at
    least three quarters of its steps come back.
    """
    signs = _Signs.of(score)
    opening = signs.place(line[0])[0]
    begins = [index for index, note in enumerate(line) if signs.place(note)[0] in (opening, 0)]
    found: set[int] = set()
    for first, second in itertools.combinations(begins, 2):
        length = second - first
        if FEWEST_REPEATED <= length <= min(MOST_REPEATED, len(line) - second) and _is_copy(line, first, length):
            found |= {second - 1, second + length - 1}
    return frozenset(found)


def _is_copy(line: Sequence[GivenNote], first: int, length: int) -> bool:
    """Whether the notes after a passage have its rhythm, and most of its steps."""
    moves = [
        (after.onset - before.onset, _height(after) - _height(before))
        for before, after in itertools.pairwise(line[first : first + 2 * length])
    ]
    own, copy = moves[: length - 1], moves[length:]
    same = sum(step == other for (_, step), (_, other) in zip(own, copy, strict=True))
    return [length for length, _ in own] == [length for length, _ in copy] and same >= LEAST_AGREEMENT * len(own)


def _height(note: GivenNote) -> int:
    """The staff position of a note, in steps."""
    return 7 * note.pitch.octave + STEPS.index(note.pitch.step)


@dataclass(frozen=True, slots=True)
class _Signs:
    """Positions in quarters from the start: fermatas, double bars; and the metre of each measure."""

    fermatas: frozenset[Fraction]
    bars: frozenset[Fraction]
    onsets: tuple[Fraction, ...]
    starts: tuple[Fraction, ...]
    measures: tuple[Measure, ...]

    @classmethod
    def of(cls, score: Score) -> _Signs:
        onsets = measure_onsets(score)
        rows = list(zip(onsets, score.measures, strict=True))
        bars = {onset + measure.duration for onset, measure in rows if _is_double(measure)}
        bars |= {onset for onset, measure in rows if measure.repeat_start}
        fermatas = frozenset(onset + end for onset, measure in rows for end in measure.phrase_ends)
        return cls(fermatas, frozenset(bars), onsets, metrical_starts(score), score.measures)

    def place(self, note: GivenNote) -> tuple[Fraction, int]:
        """The position of a note in its metre, and its metrical strength."""
        index = note.measure_index
        place = self.starts[index] + note.onset - self.onsets[index]
        return place, self.measures[index].time.strength(place)


def _is_double(measure: Measure) -> bool:
    return measure.barline.style not in ("regular", "none", "dotted", "dashed") or measure.barline.repeat_times > 0


def _sign_strength(note: GivenNote, following: GivenNote, signs: _Signs, weights: EvidenceWeights) -> float:
    strength = 0.0
    if any(note.onset <= fermata < following.onset for fermata in signs.fermatas):
        strength += weights.fermata
    if BREATHS & set(note.articulations):
        strength += weights.breath
    if any(note.onset < bar <= following.onset for bar in signs.bars):
        strength += weights.double_bar
    return strength


def _rhythm_strength(line: Sequence[GivenNote], index: int, signs: _Signs, weights: EvidenceWeights) -> float:
    note, following = line[index], line[index + 1]
    around = sorted(float(other.duration) for other in line[max(0, index - NEIGHBOURS) : index + NEIGHBOURS + 1])
    usual = around[len(around) // 2]
    strength = weights.long * max(-1.0, min(2.0, math.log2(float(following.onset - note.onset) / usual)))
    strength += weights.rest * (following.onset > note.end)
    strength += weights.same_place * (signs.place(following)[0] == signs.place(line[0])[0])
    two_measures = 2 * signs.measures[following.measure_index].time.duration
    strength += weights.two_measures * ((following.onset - line[0].onset) % two_measures == 0)
    return strength + weights.strong_beat * (signs.place(note)[1] <= 1)


def _word_strengths(line: Sequence[GivenNote], weights: EvidenceWeights) -> list[float]:
    """By note, what the first verse says about an end after it."""
    sung = [note.lyric for note in line]
    if sum(lyric is not None for lyric in sung) < len(line) / 3:
        return [0.0] * len(line)
    marks_lines = _capitals_mark_lines([lyric for lyric in sung if lyric])
    result, latest = [], None
    for index, note in enumerate(line):
        latest = note.lyric or latest
        following = sung[index + 1] if index + 1 < len(line) else None
        result.append(_text_strength(latest, following, weights, marks_lines=marks_lines))
    return result


def _text_strength(
    lyric: Lyric | None, following: Lyric | None, weights: EvidenceWeights, *, marks_lines: bool
) -> float:
    if following is None or lyric is None or lyric.syllabic in ("begin", "middle"):
        return FORBIDDEN  # within a melisma or a word
    text = lyric.text.rstrip("\"'»”’)]_ ")
    strength = weights.word
    strength += weights.stop * text.endswith(tuple(STOPS)) + weights.comma * text.endswith(COMMAS)
    return strength + weights.capital * (marks_lines and _is_capital(following))


def _capitals_mark_lines(lyrics: Sequence[Lyric]) -> bool:
    words = [lyric for lyric in lyrics if lyric.syllabic in ("single", "begin")]
    return 0 < sum(map(_is_capital, words)) <= CAPITALS_AT_LINES * len(words)


def _is_capital(lyric: Lyric) -> bool:
    return lyric.text.lstrip("\"'«“„‘([0123456789. ")[:1].isupper() and lyric.text.strip() not in ("I", "O")


def _slur_strengths(line: Sequence[GivenNote], score: Score, weights: EvidenceWeights) -> list[float]:
    """By note: the end of a phrase slur, or a place within a slur."""
    result = [0.0] * len(line)
    for begin, end in _slurs(score, line):
        under = [index for index, note in enumerate(line) if begin <= note.onset <= end]
        for index in under[:-1]:
            result[index] = weights.within_slur
        if len(under) >= PHRASE_SLUR:
            result[under[-1]] = weights.slur
    return result


def _slurs(score: Score, line: Sequence[GivenNote]) -> list[tuple[Fraction, Fraction]]:
    """The slurs of the line: the onsets of their first and last notes."""
    onsets, slots = measure_onsets(score), {note.slot for note in line}
    rows = []
    for index, measure in enumerate(score.measures):
        for slur in measure.spanners:
            if isinstance(slur, Slur) and slur.slot in slots:
                last = min(index + slur.end.measures, len(onsets) - 1)
                rows.append((onsets[index] + slur.onset, onsets[last] + slur.end.onset))
    return rows
