"""A window matches in every key, and no longer matches if one note or one duration is changed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import spell_near
from scoregen.system.errors import ReadError
from scoregen.tokens.events import HOLD, REST, Event, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.sonorities import SILENT, sonorities
from scoregen.tokens.window_hashes import (
    LIMIT,
    OUTER_LENGTH,
    OUTER_LIMIT,
    SHORTEST,
    NoveltyIndex,
    SharedWindows,
    shared_windows,
)

FOUR = TimeSignature((4,), 4)


def piece(chords: list[tuple[int, ...]], lengths: list[Fraction] | None = None) -> TokenScore:
    """Consecutive chords (0 for a rest), by default a quarter each, in measures of four quarters."""
    lengths = lengths or [Fraction(1)] * len(chords)
    onsets = [sum(lengths[:index], Fraction(0)) for index in range(len(chords))]
    measures = []
    for number in range(int(onsets[-1] // 4) + 1):
        slices = [
            Slice(onset % 4, tuple(Event("attack", (spell_near(p, 0),)) if p else REST for p in chord))
            for onset, chord in zip(onsets, chords, strict=True)
            if onset // 4 == number
        ]
        if slices[0].onset:
            slices.insert(0, Slice(Fraction(0), (HOLD,) * len(chords[0])))
        measures.append(TokenMeasure(Header(str(number + 1), FOUR, KeySignature(0), Fraction(4)), tuple(slices)))
    return TokenScore(tuple(Slot(f"P{voice}") for voice in range(len(chords[0]))), tuple(measures))


def random_chords(seed: int, count: int = 24) -> list[tuple[int, ...]]:
    random = np.random.default_rng(seed)
    return [tuple(int(low + random.integers(0, 8)) for low in (70, 62, 54, 43)) for _ in range(count)]


def longest_and_breaches(index: NoveltyIndex, tokens: TokenScore) -> tuple[int, int]:
    result = shared_windows(index, sonorities(tokens), np.ones(len(tokens.measures), dtype=bool))
    return result.longest, result.breaches


CHORDS = random_chords(1)
INDEX = NoveltyIndex.of([piece(CHORDS), piece(random_chords(2))])


def test_a_piece_matches_in_every_key() -> None:
    for interval in (0, 5, -4):
        moved = piece([tuple(pitch + interval for pitch in chord) for chord in CHORDS])
        assert longest_and_breaches(INDEX, moved) == (24, 24 - LIMIT + 1)


def test_a_changed_note_ends_a_window() -> None:
    other = list(CHORDS)
    other[10] = (other[10][0], other[10][1] + 1, *other[10][2:])
    assert longest_and_breaches(INDEX, piece(other)) == (13, 2)


def test_all_durations_but_the_last_count() -> None:
    lengths = [Fraction(1)] * 24
    lengths[11] = Fraction(1, 2)
    assert longest_and_breaches(INDEX, piece(CHORDS, lengths)) == (12, 2)


def test_repeated_notes_count_as_held() -> None:
    twice = [chord for chord in CHORDS for _ in range(2)]
    assert longest_and_breaches(INDEX, piece(twice, [Fraction(1, 2)] * 48))[0] == 24


def test_short_windows_do_not_count() -> None:
    assert longest_and_breaches(INDEX, piece(CHORDS[:SHORTEST] + random_chords(7, 6))) == (SHORTEST, 0)
    assert longest_and_breaches(INDEX, piece(CHORDS[: SHORTEST - 1] + random_chords(7, 6))) == (0, 0)
    assert longest_and_breaches(INDEX, piece(CHORDS[:2])) == (0, 0)


def test_only_new_measures_count() -> None:
    tokens = piece(CHORDS)
    new = np.zeros(len(tokens.measures), dtype=bool)
    assert shared_windows(INDEX, sonorities(tokens), new).longest == 0
    new[-1] = True
    assert shared_windows(INDEX, sonorities(tokens), new).breaches == 4


def test_the_start_of_the_longest_window_and_the_share() -> None:
    mixed = random_chords(9, 8) + CHORDS[4:14]
    result = shared_windows(INDEX, sonorities(piece(mixed)), np.ones(5, dtype=bool))
    assert (result.longest, result.measure) == (10, 2)
    assert result.share == pytest.approx(7 / 15)
    assert shared_windows(INDEX, sonorities(piece(random_chords(9))), np.ones(6, dtype=bool)).measure == -1


def test_rests_are_distinct_from_notes() -> None:
    silent = [(0, *chord[1:]) if number == 5 else chord for number, chord in enumerate(CHORDS)]
    assert longest_and_breaches(INDEX, piece(silent))[0] == 18
    assert sonorities(piece(silent)).pitches[5, 0] == SILENT
    again = NoveltyIndex.of([piece(silent)])
    assert longest_and_breaches(again, piece([tuple(p + 2 if p else 0 for p in chord) for chord in silent]))[0] == 24


def test_an_index_reads_back() -> None:
    again = NoveltyIndex.from_bytes(INDEX.to_bytes())
    assert all((again.tables[length] == INDEX.tables[length]).all() for length in INDEX.tables)
    assert longest_and_breaches(again, piece(CHORDS))[0] == 24
    with pytest.raises(ReadError, match="expected"):
        NoveltyIndex.from_bytes(INDEX.to_bytes()[:-1])
    with pytest.raises(ReadError, match="expected"):
        NoveltyIndex.from_bytes(b"PK")


def test_an_empty_corpus_has_no_windows() -> None:
    assert longest_and_breaches(NoveltyIndex.of([]), piece(CHORDS)) == (0, 0)


def test_measures_may_start_with_a_hold() -> None:
    tokens = piece(CHORDS[:6], [Fraction(3, 2)] * 6)
    changes = sonorities(replace(tokens)).changes()
    assert changes.onset.tolist() == [72 * index for index in range(6)]


def outer_overlap(known: list[tuple[int, ...]], chords: list[tuple[int, ...]]) -> SharedWindows:
    index = NoveltyIndex.from_bytes(NoveltyIndex.of_outer_voices([piece(known)]).to_bytes())
    tokens = piece(chords)
    return shared_windows(index, index.read(tokens), np.ones(len(tokens.measures), dtype=bool))


def test_of_outer_voices_the_number_of_inner_ones_does_not_count() -> None:
    known = random_chords(1, 40)
    duet = [(top + 3, bass + 3) for top, *_, bass in known]
    changes = 1 + sum(one != other for one, other in pairwise(duet))
    found = outer_overlap(known, duet)
    assert (found.longest, found.shortest, found.limit) == (changes, OUTER_LENGTH, OUTER_LIMIT)
    assert found.breaches == changes - OUTER_LIMIT + 1


def test_a_shorter_passage_of_outer_voices_breaks_no_limit() -> None:
    known = random_chords(1, 40)
    found = outer_overlap(known, known[: OUTER_LIMIT - 1] + random_chords(6, 20))
    assert OUTER_LENGTH < found.longest < OUTER_LIMIT and not found.breaches
    assert outer_overlap(known, known[: OUTER_LENGTH - 1] + random_chords(6, 20)).longest == 0


def test_an_index_of_other_windows_is_refused() -> None:
    data = NoveltyIndex.of_outer_voices([piece(random_chords(1))]).to_bytes()
    with pytest.raises(ReadError, match="for all voices"):
        NoveltyIndex.from_bytes(data.replace(b'"outer"', b'"all"'))
