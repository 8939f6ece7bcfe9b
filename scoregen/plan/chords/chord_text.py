"""A progression as text: measures between `|`, with the chords of a measure on its beats.

    C Am | F G7 | C            chord symbols
    I vi | ii65 V7 | I         numerals of the key
    G: I V | D: V7 I | G:ii    a key before a colon holds for the numerals after it
    C / / G7 | % | N.C.        `/` prolongs a chord by a beat, `%` repeats a measure, `N.C.` fixes nothing
    I (vi) | ii V | I          a chord in parentheses is a suggestion: it sounds where voice leading allows
    |: C | F :| G              measures between repeat signs are written twice

Without `/`, the chords of a measure share its beats, the first ones longer: two chords in 3/4 last two beats and one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.plan.chords.chord_symbols import ChordTimeline, GivenChord
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.theory.symbol_tones import chord_tones
from scoregen.system.errors import InputError

_PROLONGS, _REPEATS, _COLON = ("/", "."), "%", ":"
_KEYED = re.compile(r"(?P<key>[A-Ha-h](?:#|b|♯|♭|is|es)?(?:m|min|maj)?):(?P<chord>\S*)")
_EXPECTED = "expected chords such as 'C Am | F G7'"


def chord_measures(text: str) -> tuple[tuple[str, ...], ...]:
    """The chords of each measure of a progression, repeats written out; InputError for an empty measure inside."""
    measures: list[tuple[str, ...]] = []
    begin = 0
    for number, row in enumerate(_rows(text), 1):
        starts, stops = row[:1] == (_COLON,), row[-1:] == (_COLON,) and len(row) > 1
        begin = len(measures) if starts else begin
        chords = tuple(each for each in row if each != _COLON)
        if not _names_chords(chords) or (chords == (_REPEATS,) and not measures):
            raise InputError(f"chords of measure {number}: found {' '.join(chords) or 'nothing'}; {_EXPECTED}")
        measures.append(measures[-1] if chords == (_REPEATS,) else chords)
        if stops:
            measures += measures[begin:]
            begin = len(measures)
    return tuple(measures)


def _rows(text: str) -> Iterator[tuple[str, ...]]:
    """The words of each measure; a repeat sign is a colon alone at its start or end."""
    signs = re.sub(r":\|+", " : |", re.sub(r"\|+:", "| : ", re.sub(r"\|\]|\[\|", "|", text)))
    whole = re.sub(r"\|(?:\s*\|)(?=\s*$)|\|\|", "|", signs).strip()
    for row in whole.removeprefix("|").removesuffix("|").split("|"):
        yield tuple(row.split())


def _names_chords(row: Sequence[str]) -> bool:
    chords = [each for each in row if not ((found := _KEYED.fullmatch(each)) and not found["chord"])]
    return bool(chords) and chords[0] not in _PROLONGS


def text_timeline(text: str, score: Score, key: Key) -> ChordTimeline:
    """The timeline of a progression over a score, from its first full measure; the anacrusis is free.

    InputError names a chord that is not understood, and a progression that is longer than the score.
    """
    measures = chord_measures(text)
    first = 1 if score.has_anacrusis else 0
    if len(measures) > len(score.measures) - first:
        raise InputError(
            f"found chords for {len(measures)} measures; expected at most {len(score.measures) - first}, the measures"
            " of the score"
        )
    timeline: dict[int, dict[Fraction, GivenChord]] = {}
    reader = _Reader(key)
    for number, row in enumerate(measures):
        measure = score.measures[first + number]
        placed = _placed(reader.chords(row, number + 1), measure.time, number + 1)
        timeline[first + number] = {onset: chord for onset, chord in placed if onset < measure.duration}
    return timeline


@dataclass(slots=True)
class _Reader:
    """Reads chords in the key that the text has named last."""

    key: Key

    def chords(self, row: Sequence[str], number: int) -> list[GivenChord | None]:
        """The chords of a measure, one for each place; None prolongs the chord before."""
        found: list[GivenChord | None] = []
        for word in row:
            keyed = _KEYED.fullmatch(word)
            if keyed:
                self.key = _key(keyed["key"], number)
            name = keyed["chord"] if keyed else word
            if name:
                found.append(None if name in _PROLONGS else self._chord(name, number))
        return found

    def _chord(self, name: str, number: int) -> GivenChord:
        is_suggested = name.startswith("(") and name.endswith(")")
        plain = name[1:-1] if is_suggested else name
        try:
            symbol = parse_chord_text(plain, self.key)
        except ValueError as error:
            raise InputError(f"chords of measure {number}: {error}") from None
        if symbol is None:
            return GivenChord(None, name=plain)
        stays = symbol.inversion is not None or symbol.bass is not None
        return GivenChord(chord_tones(symbol), name=plain, fixed=not is_suggested, bass_stays=stays)


def _key(text: str, number: int) -> Key:
    try:
        return Key.parse(text)
    except ValueError as error:
        raise InputError(f"chords of measure {number}: {error}") from None


def _placed(
    row: Sequence[GivenChord | None], time: TimeSignature, number: int
) -> Iterator[tuple[Fraction, GivenChord]]:
    """The chords of a measure with their onsets, in quarters."""
    beats = list(time.beat_onsets)
    if len(row) > len(beats):
        beats = [time.unit * index for index in range(int(time.duration / time.unit))]
    if len(row) > len(beats):
        raise InputError(f"chords of measure {number}: found {len(row)} in {time}; expected at most {len(beats)}")
    shared = [-(-index * len(beats) // len(row)) for index in range(len(row))]
    places = range(len(row)) if None in row else shared
    for place, chord in zip(places, row, strict=True):
        if chord is not None:
            yield beats[place], chord
