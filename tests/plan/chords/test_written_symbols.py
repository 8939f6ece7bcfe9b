"""A new melody has the symbols of its chords: given ones by their names, else those of its harmonic plan."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.plan.chords.chord_symbols import ChordTimeline
from scoregen.plan.chords.chord_text import text_timeline
from scoregen.plan.chords.written_symbols import with_written_symbols
from scoregen.plan.form import PieceOptions, blank_piece
from scoregen.score.chord_symbols import SpelledPitchClass
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key
from scoregen.tokens.encode import encode
from scoregen.tokens.events import Harmony, Header

HOME = Key.parse("G major")
START, HALF = Fraction(0), Fraction(2)


def page() -> Score:
    return blank_piece(PieceOptions(measures=3, key="G major"), load_ensemble("lead-sheet"))


def headers(score: Score) -> list[Header]:
    """A plan of G, then A7 over C sharp in the middle of the second measure."""
    heads = [measure.header for measure in encode(score, score.slots).measures]
    plan = ((Harmony(START, HOME, 1, "major"),), (Harmony(HALF, HOME, 3, "dominant", 1),), ())
    return [replace(head, harmony=row) for head, row in zip(heads, plan, strict=True)]


def name(pitch: SpelledPitchClass | None) -> str:
    return "" if pitch is None else pitch.step + "#" * int(pitch.alter)


def written(timeline: ChordTimeline) -> list[list[tuple[Fraction, str, str, str]]]:
    done = with_written_symbols(page(), headers(page()), timeline)
    return [
        [(each.onset, name(each.root), each.kind, name(each.bass)) for each in measure.chord_symbols]
        for measure in done.measures
    ]


def test_the_plan_is_written_where_its_chords_begin() -> None:
    assert written({}) == [[(START, "G", "major", "")], [(HALF, "A", "dominant", "C#")], []]


def test_given_chords_are_written_by_their_names() -> None:
    found = written(text_timeline("G Em7 | D/F# | G", page(), HOME))
    assert found[0] == [(START, "G", "major", ""), (HALF, "E", "minor-seventh", "")]
    assert found[1:] == [[(START, "D", "major", "F#")], [(START, "G", "major", "")]]


def test_numerals_of_another_key_are_written_by_the_plan() -> None:
    found = written(text_timeline("D:V | I | G:I", page(), HOME))
    assert found[0] == [(START, "G", "major", "")]
    assert found[2] == [(START, "G", "major", "")]


def test_symbols_that_are_there_stay() -> None:
    once = with_written_symbols(page(), headers(page()), {})
    other = text_timeline("C | C | C", page(), HOME)
    assert with_written_symbols(once, headers(page()), other).measures[0] == once.measures[0]
