"""The chords that steer new voices: those of a progression, else those of the chord symbols of a score."""

from __future__ import annotations

from fractions import Fraction

from scoregen.plan.chord_symbols import GivenChord, chord_timeline, unread_symbols
from scoregen.plan.chord_text import text_timeline
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.system.errors import InputError
from scoregen.tokens.constraints.given_chords import ChordSpan

CHORD_SYMBOL_USES = ("follow", "ignore")


def given_chords(score: Score, chords: str | None, chord_symbols: str) -> dict[int, dict[Fraction, ChordSpan]]:
    """The chords of a progression, else of the symbols of a score, as constraints.

    InputError for a progression that is not understood, and for an unknown way to use symbols.
    """
    if chord_symbols not in CHORD_SYMBOL_USES:
        raise InputError(f"found {chord_symbols!r} for chord symbols; expected {' or '.join(CHORD_SYMBOL_USES)}")
    if chords:
        timeline = text_timeline(chords, score, Key.of(score.measures[0].key))
    else:
        timeline = chord_timeline(score) if chord_symbols == "follow" else {}
    return {
        index: {onset: _chord_span(chord) for onset, chord in entries.items()} for index, entries in timeline.items()
    }


def _chord_span(chord: GivenChord) -> ChordSpan:
    if chord.tones is None:
        return ChordSpan(frozenset())
    members = frozenset(chord.tones.members)
    return ChordSpan(members, chord.tones.essential, chord.tones.bass) if chord.begins else ChordSpan(members)


def chord_notices(score: Score, chords: str | None, chord_symbols: str) -> tuple[str, ...]:
    """Notices of chord symbols that new voices do not follow."""
    unread = unread_symbols(score) if chord_symbols == "follow" and not chords else ()
    if not unread:
        return ()
    number, symbol = unread[0]
    name = f"{symbol.root.step} {symbol.kind}"
    return (
        f"{len(unread)} chord symbols are not understood and fix nothing, the first in measure {number} ({name});"
        " expected a kind of MusicXML with whole alterations",
    )
