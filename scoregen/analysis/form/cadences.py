"""The cadence of each phrase, from its last two chords and its highest note.

Perfect authentic: V to I, both in root position, with the tonic in the highest voice. Imperfect authentic: any
other V or viio to I. Half: on V; Phrygian half: iv6 to V in minor. Deceptive: V to the sixth degree. Plagal: IV
to I. The key is that of the last chord. The kinds follow W. Caplin, Classical Form (1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.analysis.form.phrases import Phrase
from scoregen.analysis.harmony.chords import ChordSpan
from scoregen.analysis.harmony.features import Function
from scoregen.analysis.harmony.roman_numerals import numeral, span_numeral
from scoregen.analysis.moments import Moment
from scoregen.score.keys import Key
from scoregen.score.theory import cadences as formulas

PERFECT, IMPERFECT = f"perfect {formulas.AUTHENTIC.name}", f"imperfect {formulas.AUTHENTIC.name}"
HALF, PHRYGIAN = formulas.HALF.name, formulas.PHRYGIAN.name
DECEPTIVE, PLAGAL, OPEN = formulas.DECEPTIVE.name, formulas.PLAGAL.name, "open"
ABBREVIATIONS = {
    PERFECT: "PAC",
    IMPERFECT: "IAC",
    HALF: "HC",
    PHRYGIAN: "PHC",
    DECEPTIVE: "DC",
    PLAGAL: "PC",
    OPEN: "",
}


@dataclass(frozen=True, slots=True)
class Cadence:
    """The close of a phrase. `chords` are the numerals of the last two chords; `open` is no cadence."""

    onset: Fraction
    measure_index: int
    kind: str
    key: Key
    chords: tuple[str, ...]


def cadences(closes: Sequence[Phrase], spans: Sequence[ChordSpan], cuts: Sequence[Moment]) -> tuple[Cadence, ...]:
    """One cadence for each phrase that ends on a chord."""
    rows = []
    tops = {moment.onset: moment.notes[-1].pitch.fifths for moment in cuts}
    for phrase in closes:
        own = [span for span in spans if phrase.onset <= span.onset <= phrase.closing]
        if own:
            last = own[-1]
            top = max((onset for onset in tops if onset <= phrase.closing), default=None)
            before = next((span for span in reversed(own[:-1]) if span.chord.root != last.chord.root), None)
            soprano = tops[top] if top is not None else None
            names = tuple(_name_in(span, last.key) for span in (before, last) if span is not None)
            kind = cadence_kind(before, last, soprano)
            rows.append(Cadence(last.onset, last.measure_index, kind, last.key, names))
    return tuple(rows)


def _name_in(span: ChordSpan, key: Key) -> str:
    """The numeral of a chord in the key in which the phrase closes."""
    if span.key == key:
        return span_numeral(span)
    return numeral(Function(span.chord.root - key.tonic_fifths, span.chord.quality), span.chord.inversion, key.mode)


def cadence_kind(before: ChordSpan | None, last: ChordSpan, soprano: int | None) -> str:
    """The kind of cadence of two chords; `soprano` is the highest note on the line of fifths."""
    end, low = last.function, last.chord.inversion
    if end.target is not None:
        return OPEN
    if formulas.HALF.last.contains(end.offset, end.quality):
        return _half(before, low)
    start = None if before is None else _function_in(before, last.key)
    if before is None or start is None:
        return OPEN
    if _matches(formulas.AUTHENTIC, start, end, low):
        from_dominant = formulas.DOMINANT.contains(start.offset, start.quality)
        is_perfect = from_dominant and low == 0 and before.chord.inversion == 0 and soprano == last.chord.root
        return PERFECT if is_perfect else IMPERFECT
    others = (formulas.DECEPTIVE, formulas.PLAGAL)
    return next((formula.name for formula in others if _matches(formula, start, end, low)), OPEN)


def _matches(formula: formulas.Cadence, start: Function, end: Function, low: int) -> bool:
    """Whether two chords, the last one in the inversion `low`, form a cadence."""
    is_last = formula.last.contains(end.offset, end.quality) and (low == 0 or not formula.root_position)
    return is_last and formula.leads(start.offset, start.quality)


def _half(before: ChordSpan | None, low: int) -> str:
    if low:
        return OPEN
    if before is not None and before.key.mode == "minor":
        is_iv6 = formulas.PHRYGIAN.leads(*before.function[:2]) and before.chord.inversion == 1
        return PHRYGIAN if is_iv6 and before.function.target is None else HALF
    return HALF


def _function_in(span: ChordSpan, key: Key) -> Function | None:
    """The function of a chord in a key; None if it is an applied chord of this key."""
    if span.key == key:
        return span.function if span.function.target is None else None
    return Function(span.chord.root - key.tonic_fifths, span.function.quality)
