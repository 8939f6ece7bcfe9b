"""What a piece is like, without its notes: which chords follow which, how often they change, how densely it is written.

Chords are numerals in the key that holds where they are, so that the vocabulary fits any key. Repetitions of a chord
count once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.analysis.harmony.chords import ChordSpan, chord_spans
from scoregen.analysis.harmony.roman_numerals import span_numeral
from scoregen.analysis.moments import Moment, moments
from scoregen.score.elements import Score, Slot
from scoregen.score.keys import Key
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import chord_tones
from scoregen.score.timeline import pitched_notes
from scoregen.system.errors import InputError

MODES = ("major", "minor")
FEWEST_CHORDS = 4
"""The fewest chords from which a vocabulary is taken."""
DENSITIES = ((0.55, "still"), (1.05, "calm"), (1.7, "moving"), (2.6, "flowing"))
"""The most onsets a beat of each density, all voices together; over the last one it is `driving`."""
FULL, SOLO = 0.75, 1.25
"""The share of the staves that sounds at a time from which a texture is full; the lines under which it is a solo."""

Successions = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Likeness:
    """`successions`: by mode and numeral, how often each numeral follows it; `changes`: how often measures have one
    chord, two and so on, by their beats; `onsets`: the places at which notes begin, for each beat; `lines`: how many
    lines sound at a time; `share`: the share of the staves that sound at a time."""

    successions: Mapping[str, Successions]
    changes: Mapping[int, Mapping[int, int]]
    onsets: float
    lines: float
    share: float

    @property
    def density(self) -> str:
        """The word of plans for how densely it is written."""
        return next((word for most, word in DENSITIES if self.onsets <= most), "driving")

    @property
    def texture(self) -> str:
        """The word of plans for how many parts play."""
        return "solo" if self.lines < SOLO else "full" if self.share >= FULL else "thin"

    def vocabulary(self, mode: str) -> frozenset[str]:
        """The numerals of a mode."""
        own = self.successions.get(mode, {})
        return frozenset({*own, *(after for row in own.values() for after in row)})


def likeness_of(score: Score) -> Likeness:
    """What a score is like. InputError without pitched notes."""
    cuts = moments(score)
    if not cuts:
        raise InputError("found no pitched notes; expected a score that new music can be like")
    spans = chord_spans(score)
    players = {_player(note.slot) for note in pitched_notes(score)}
    sounding = _mean(cuts, lambda moment: len({note.slot for note in moment.notes}))
    playing = _mean(cuts, lambda moment: len({_player(note.slot) for note in moment.notes}))
    return Likeness(_successions(spans), _changes(spans, score), _onsets(score), sounding, playing / len(players))


def _successions(spans: Sequence[ChordSpan]) -> Mapping[str, Successions]:
    found: dict[str, dict[str, Counter[str]]] = {mode: {} for mode in MODES}
    last: tuple[Key, str] | None = None
    for span in spans:
        text = _understood(span)
        if text is not None and last is not None and last[0] == span.key and last[1] != text:
            found[mode_of(span.key)].setdefault(last[1], Counter())[text] += 1
        last = (span.key, text) if text is not None else None
    return {mode: {name: dict(row) for name, row in own.items()} for mode, own in found.items()}


def mode_of(key: Key) -> str:
    """The mode of `MODES` that has the third of a key."""
    return "major" if key.has_major_third else "minor"


def _understood(span: ChordSpan) -> str | None:
    """The numeral of a chord, if plans understand it as the same chord, and it has a third."""
    if span.lacks_third:
        return None
    text = span_numeral(span)
    try:
        symbol = parse_chord_text(text, span.key)
    except ValueError:
        return None
    tones = chord_tones(symbol) if symbol is not None else None
    return text if tones is not None and tones.members[0] == span.chord.root else None


def _changes(spans: Sequence[ChordSpan], score: Score) -> Mapping[int, Mapping[int, int]]:
    """By the number of beats of a measure, how many measures have how many chords."""
    starts = Counter(span.measure_index for span in spans)
    found: dict[int, Counter[int]] = {}
    for index, measure in enumerate(score.measures):
        if measure.duration == measure.time.duration:
            beats = len(measure.time.groups)
            found.setdefault(beats, Counter())[min(max(starts[index], 1), beats)] += 1
    return {beats: dict(row) for beats, row in found.items()}


def _onsets(score: Score) -> float:
    beats = sum(measure.duration / measure.time.groups[0] for measure in score.measures)
    onsets = {note.onset for note in pitched_notes(score)}
    return len(onsets) / float(beats) if beats else 0.0


def _player(slot: Slot) -> tuple[str, int]:
    """The part and the staff of a voice."""
    return slot.part, slot.staff


def _mean(cuts: Sequence[Moment], count: Callable[[Moment], int]) -> float:
    """The mean of a count over the time that sounds."""
    length = sum((moment.duration for moment in cuts), Fraction(0))
    return float(sum(moment.duration * count(moment) for moment in cuts) / length)
