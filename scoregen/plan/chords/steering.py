"""The chords that steer new voices: those of a progression, a figured bass, or the chord symbols of a score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.plan.chords.chord_symbols import ChordTimeline, GivenChord, chord_timeline, unread_symbols
from scoregen.plan.chords.chord_text import text_timeline
from scoregen.plan.chords.figured_bass import figured_timeline
from scoregen.score.elements import Score, Slot
from scoregen.score.keys import Key
from scoregen.score.theory.symbol_tones import ChordTones
from scoregen.system.errors import InputError
from scoregen.tokens.constraints.plans.given_chords import ChordSpan

CHORD_SYMBOL_USES = ("follow", "suggest", "ignore")

_THIRDS, _FIFTHS, _SEVENTHS, _NINTHS = (4, -3), (1, -6, 8), (-2, 5, -9), (2, -5)
_MOST_NEW_TONES = 4
"""The tones of a chord that four voices sound."""


def given_timeline(
    score: Score, slots: Sequence[Slot], chords: str | None, chord_symbols: str, figures: str | None = None
) -> ChordTimeline:
    """The chords of a progression, else of a text of figures, of the symbols of a score, or of its figured bass.

    `slots` are the voices, the lowest last. `chord_symbols` `suggest` makes suggestions of all of them. InputError for
    a progression or figures that are not understood, for both at once, and for an unknown way to use symbols.
    """
    if chord_symbols not in CHORD_SYMBOL_USES:
        expected = ", ".join(CHORD_SYMBOL_USES[:-1])
        raise InputError(f"found {chord_symbols!r} for chord symbols; expected {expected} or {CHORD_SYMBOL_USES[-1]}")
    if chords and figures:
        raise InputError("--figured-bass: --chords gives the harmony already; omit one of them")
    if chords:
        timeline = text_timeline(chords, score, Key.of(score.measures[0].key))
    elif figures:
        timeline = figured_timeline(score, slots, figures)
    else:
        timeline = _of_score(score, slots) if chord_symbols != "ignore" else {}
    return _suggested(timeline) if chord_symbols == "suggest" else timeline


def _of_score(score: Score, slots: Sequence[Slot]) -> ChordTimeline:
    return chord_timeline(score) or figured_timeline(score, slots, None)


def _suggested(timeline: ChordTimeline) -> ChordTimeline:
    return {
        index: {onset: replace(chord, fixed=False) for onset, chord in entries.items()}
        for index, entries in timeline.items()
    }


def given_chords(timeline: ChordTimeline) -> dict[int, dict[Fraction, ChordSpan]]:
    """The chords as constraints, by measure index and onset."""
    rows: dict[int, dict[Fraction, ChordSpan]] = {}
    before: ChordTones | None = None
    for index, onset, chord in ordered(timeline):
        rows.setdefault(index, {})[onset] = chord_span(chord, before)
        before = chord.tones
    return rows


def ordered(timeline: ChordTimeline) -> Iterator[tuple[int, Fraction, GivenChord]]:
    """The chords of a timeline in order, with their measure indices and onsets."""
    for index in sorted(timeline):
        for onset in sorted(timeline[index]):
            yield index, onset, timeline[index][onset]


def chord_span(chord: GivenChord, before: ChordTones | None = None) -> ChordSpan:
    """A chord as a constraint, after the chord before it."""
    tones = chord.tones
    if tones is None:
        return ChordSpan(frozenset())
    return ChordSpan(
        frozenset(tones.members),
        tones.essential,
        tones.bass if chord.begins else None,
        _basses(tones, stays=chord.bass_stays),
        frozenset(tones.single),
        _resolutions(before, tones) if before and chord.begins else {},
        chord.fixed,
        chord.ornamented,
    )


def _basses(tones: ChordTones, *, stays: bool) -> frozenset[int]:
    """The tones of the lowest voice while a chord lasts: no fifth, which makes a six-four, and no seventh."""
    if stays:
        return frozenset({tones.bass})
    root = tones.members[0]
    free = {tone for tone in tones.members if tone - root not in _FIFTHS and tone not in tones.single}
    return frozenset({tones.bass, *free})


def _resolutions(before: ChordTones, after: ChordTones) -> Mapping[int, tuple[int, ...]]:
    """Where the tendency tones of a chord move in the next one: a seventh or fourth a step down, a leading note up.

    A tone that the next chord has too may stay, so nothing is asked of it.
    """
    root = before.members[0]
    third = next((tone for tone in before.members if tone - root in _THIRDS), None)
    rows: dict[int, tuple[int, ...]] = {}
    for tone in before.members:
        if tone in after.members:
            continue
        place = tone - root
        leads = (place == 4 and after.members[0] == root - 1) or (place == 0 and tone in before.single)
        falls = place in _SEVENTHS or (place in _NINTHS and tone in before.single) or (place == -1 and third is None)
        goals = (tone - 5,) if leads or place == 10 else (tone + 5, tone - 2) if falls else ()
        rows |= {tone: found} if (found := tuple(goal for goal in goals if goal in after.members)) else {}
    return rows


def chord_notices(score: Score, timeline: ChordTimeline, chords: str | None, chord_symbols: str) -> tuple[str, ...]:
    """Notices of chord symbols that new voices do not follow, by kind, and of chords with more tones than voices."""
    notices = []
    unread = unread_symbols(score) if chord_symbols != "ignore" and not chords else ()
    by_kind: dict[str, list[str]] = {}
    for number, symbol in unread:
        by_kind.setdefault(f"{symbol.kind} {symbol.text or ''}".strip(), []).append(number)
    for kind, numbers in by_kind.items():
        notices.append(
            f"the chord symbol {kind!r} is not understood and fixes nothing, {_times(len(numbers))}, first in measure"
            f" {numbers[0]}; expected a kind of MusicXML, or a text such as m7b5 or 7(b9)"
        )
    wide = {chord.name: chord.tones for _, _, chord in ordered(timeline) if chord.tones and chord.begins}
    wide = {name: tones for name, tones in wide.items() if tones and len(tones.members) > _MOST_NEW_TONES}
    if wide:
        names = ", ".join(list(wide)[:4]) + (f" and {len(wide) - 4} more" if len(wide) > 4 else "")
        notices.append(
            f"{names}: more than four tones; with fewer voices, bass, third, seventh and highest tension sound first"
        )
    return tuple(notices)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
