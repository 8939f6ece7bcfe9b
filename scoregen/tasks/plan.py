"""Plans of pieces: from options, and from the analysis of a score, so that another piece can be written on its plan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.analysis.form.cadences import DECEPTIVE, HALF, IMPERFECT, PERFECT, PHRYGIAN, PLAGAL
from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.analysis.harmony.roman_numerals import span_numeral, span_symbol
from scoregen.plan.form import FASTEST, MOST_MEASURES, SLOWEST, PieceOptions, blank_piece
from scoregen.plan.piece.piece_plan import DEFAULT_TEMPO, OPEN, Level, PiecePlan, SectionPlan, letters
from scoregen.score.directions import DYNAMIC_MARKS, Dynamic
from scoregen.score.elements import Measure, Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.ensemble.recognition import recognise_ensemble
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.navigation import performance_order
from scoregen.score.theory.chord_kinds import note_name
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import chord_tones
from scoregen.score.timeline import measure_onsets
from scoregen.styles.style import load_style
from scoregen.system.errors import InputError
from scoregen.tasks.analyze import Analysis, analyze

CADENCE_NAMES = {
    **{PERFECT: "authentic", IMPERFECT: "authentic", HALF: "half", PHRYGIAN: "half"},
    **{DECEPTIVE: "deceptive", PLAGAL: "plagal"},
}
"""The cadences of plans by those of the analysis."""
NO_CHORD = "N.C."


def plan_of_options(options: PieceOptions, seed: int = 0) -> PiecePlan:
    """The plan of a new piece, with the phrases that a seed draws. InputError for an option out of range."""
    piece = blank_piece(options, load_ensemble("satb"), load_style(), seed)
    form = options.sections
    count, first = max(form) + 1, 1 if options.anacrusis else 0
    length = len(piece.measures) // count
    key, time = Key.parse(options.key), TimeSignature.parse(options.time)
    sections = []
    for number in range(count):
        own = piece.measures[number * length : (number + 1) * length]
        stops = [index - first + 1 for index, measure in enumerate(own) if measure.phrase_ends]
        phrases = tuple(stop - start for start, stop in zip([0, *stops], stops, strict=False))
        closes = (*["half" if place % 2 == 0 else "authentic" for place in range(len(phrases) - 1)], "authentic")
        name = letters(number)
        sections.append(
            SectionPlan(name, length - first, key, time, Fraction(options.tempo), phrases, closes[-len(phrases) :])
        )
    return PiecePlan(tuple(sections), form, anacrusis=options.anacrusis)


def plan_of_score(score: Score) -> PiecePlan:
    """The plan that a score follows by its analysis; its chords are suggestions. InputError without pitched notes.

    A section begins where the key signature, the metre or the tempo changes, at a double bar and at a repeat sign.
    """
    analysis = analyze(score)
    stretches = _stretches(score.measures)
    first = score.measures[0].duration if score.has_anacrusis else Fraction(0)
    sections, tempo = [], DEFAULT_TEMPO
    for number, (start, stop) in enumerate(stretches):
        stretch = _Stretch.of(score, start, stop, first if number == 0 else Fraction(0))
        marks = [each for measure in score.measures[start:stop] for each in measure.tempos]
        if marks and marks[0].quarters_per_minute > 0:
            tempo = _rounded(marks[0].quarters_per_minute / stretch.time.groups[0])
        sections.append(_section(_name(number), analysis, stretch, score, tempo))
    ensemble = recognise_ensemble(score)
    name = ensemble.name if ensemble is not None else ""
    plan = PiecePlan(tuple(sections), _order(score, stretches), score.metadata.title or "", first, name)
    if plan.measures > MOST_MEASURES:
        raise InputError(f"found {plan.measures} measures; expected a score of at most {MOST_MEASURES}")
    return plan


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Measures of a score from index `start` to before `stop`; `onset` and `end` in quarters, without the anacrusis."""

    start: int
    stop: int
    onset: Fraction
    end: Fraction
    time: TimeSignature

    @classmethod
    def of(cls, score: Score, start: int, stop: int, anacrusis: Fraction) -> _Stretch:
        onset = measure_onsets(score)[start]
        length = sum((measure.duration for measure in score.measures[start:stop]), Fraction(0))
        time = replace(score.measures[start].time, symbol=None)
        return cls(start, stop, onset + anacrusis, onset + length, time)

    @property
    def measures(self) -> int:
        return max(1, math.ceil((self.end - self.onset) / self.time.duration))

    def measure_at(self, onset: Fraction) -> int:
        """The measure of an onset, from 0."""
        return min(max(math.floor((onset - self.onset) / self.time.duration), 0), self.measures - 1)


def _rounded(tempo: Fraction) -> Fraction:
    """A tempo that a plan can have, to a ten thousandth."""
    return Fraction(round(min(max(tempo, Fraction(SLOWEST)), Fraction(FASTEST)) * 10_000), 10_000)


def _stretches(measures: Sequence[Measure]) -> list[tuple[int, int]]:
    starts = [0]
    for index in range(1, len(measures)):
        before, here = measures[index - 1], measures[index]
        ends = before.barline.style not in ("regular", "none") or before.barline.repeat_times or here.repeat_start
        changes = (before.time, before.key.fifths) != (here.time, here.key.fifths)
        if ends or changes or any(tempo.onset == 0 for tempo in here.tempos):
            starts.append(index)
    starts = [start for start in starts if start != 1 or not measures[0].is_short]
    return list(zip(starts, [*starts[1:], len(measures)], strict=True))


def _order(score: Score, stretches: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The sections as they are played; as they are written if the performance divides one."""
    played, order = list(performance_order(score.measures)), list[int]()
    starts = {start: number for number, (start, _) in enumerate(stretches)}
    while played:
        number = starts.get(played[0])
        if number is None or played[: (length := stretches[number][1] - stretches[number][0])] != list(
            range(*stretches[number])
        ):
            return tuple(range(len(stretches)))
        order.append(number)
        played = played[length:]
    return tuple(order) if len(set(order)) == len(stretches) else tuple(range(len(stretches)))


def _section(name: str, analysis: Analysis, stretch: _Stretch, score: Score, tempo: Fraction) -> SectionPlan:
    key = _key(analysis, stretch, score)
    phrases, cadences = _phrases(analysis, stretch)
    chords = _chords(analysis.chords, stretch, key)
    return SectionPlan(
        name,
        stretch.measures,
        key,
        stretch.time,
        tempo,
        phrases,
        cadences,
        chords,
        fixed=not chords,
        dynamics=_dynamics(score.measures[stretch.start : stretch.stop]),
    )


def _key(analysis: Analysis, stretch: _Stretch, score: Score) -> Key:
    """Of the keys with the signature of the section the one that holds longest, else that of the signature.

    The key in which the section begins counts twice: a development can stay longer in the relative key.
    """
    signature = score.measures[stretch.start].key
    there = [region for region in analysis.keys if region.end > stretch.onset and region.onset < stretch.end]
    lengths: dict[Key, Fraction] = {}
    for region in there:
        overlap = min(region.end, stretch.end) - max(region.onset, stretch.onset)
        if region.key.signature.fifths == signature.fifths:
            lengths[region.key] = lengths.get(region.key, Fraction(0)) + overlap
    weights = {key: length * (2 if key == there[0].key else 1) for key, length in lengths.items()}
    return max(weights, key=lambda key: weights[key], default=Key.of(signature))


def _phrases(analysis: Analysis, stretch: _Stretch) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The lengths of the phrases in measures, and how they end."""
    kinds = {cadence.onset: CADENCE_NAMES.get(cadence.kind, OPEN) for cadence in analysis.cadences}
    ends: dict[int, str] = {}
    for section in analysis.sections:
        closing = section.phrase.closing
        if stretch.onset <= closing < stretch.end:
            onset = max((onset for onset in kinds if section.phrase.onset <= onset <= closing), default=None)
            ends[stretch.measure_at(closing) + 1] = kinds[onset] if onset is not None else ""
    ends.setdefault(stretch.measures, "")
    stops = sorted(ends)
    names = tuple(ends[stop] for stop in stops) if any(ends.values()) else ()
    return tuple(b - a for a, b in zip([0, *stops], stops, strict=False)), names


def _chords(spans: Sequence[ChordSpan], stretch: _Stretch, key: Key) -> str:
    """The progression: for each beat the chord that sounds longest, in numerals where the vocabulary has them."""
    if not spans:
        return ""
    rows, onset = [], stretch.onset
    for _ in range(stretch.measures):
        row: list[str] = []
        last: ChordSpan | None = None
        for beat in stretch.time.groups:
            span = _longest(spans, onset, onset + beat)
            key, text = _chord(span, key)
            row.append("/" if row and span == last else text)
            last, onset = span, onset + beat
        rows.append(row[0] if set(row[1:]) <= {"/"} else " ".join(row))
    return " | ".join(rows)


def _longest(spans: Sequence[ChordSpan], onset: Fraction, end: Fraction) -> ChordSpan | None:
    there = [span for span in spans if span.onset < end and span.end > onset]
    return max(there, key=lambda span: min(span.end, end) - max(span.onset, onset), default=None)


def _chord(span: ChordSpan | None, key: Key) -> tuple[Key, str]:
    """The key after a chord, and its text: with the key if that is new, as a symbol if it has no numeral."""
    if span is None:
        return key, NO_CHORD
    text = span_numeral(span)
    if span.key.mode in ("major", "minor") and _means(text, span.key, span):
        name = note_name(span.key.tonic_fifths)
        prefix = "" if span.key == key else f"{name if span.key.has_major_third else name.lower()}:"
        return span.key, prefix + text
    symbol = span_symbol(span)
    return key, symbol if _means(symbol, key, span) else NO_CHORD


def _means(text: str, key: Key, span: ChordSpan) -> bool:
    """Whether a text is understood as the chord."""
    try:
        symbol = parse_chord_text(text, key)
    except ValueError:
        return False
    tones = chord_tones(symbol) if symbol is not None else None
    return tones is not None and tones.members[0] == span.chord.root


def _dynamics(measures: Sequence[Measure]) -> tuple[Level, ...]:
    marks = [
        direction.value.mark
        for measure in measures
        for direction in measure.directions
        if isinstance(direction.value, Dynamic) and direction.value.mark in DYNAMIC_MARKS
    ]
    return (Level(0, marks[0]),) if marks else ()


def _name(number: int) -> str:
    letter = chr(ord("A") + number % 26)
    return letter if number < 26 else f"{letter}{number // 26}"
