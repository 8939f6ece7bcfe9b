"""Harmonic plans: the plan of a finished piece, its steps, and its place in headers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.corpora.variants import variants
from scoregen.notation.files import read_score
from scoregen.plan.harmonic_plan import chords_of, headers_with, plan_steps, with_harmony
from scoregen.plan.plan_text import plan_lines, plan_rows
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.system.resources import folder
from scoregen.tokens.encode import encode
from scoregen.tokens.events import Harmony, Header, TokenScore

FOUR, HALF = TimeSignature((4,), 4), Fraction(1, 2)
C = Key(0, "major")
PLAIN = Header("1", FOUR, KeySignature(0, "major"), Fraction(4))
TONIC, DOMINANT = (Harmony(Fraction(0), C, 0, "major"), Harmony(Fraction(0), C, 1, "dominant"))


def hymn() -> TokenScore:
    return encode(read_score(folder("corpora") / "samples" / "nun-danket.musicxml"))


def headers(tokens: TokenScore) -> list[Header]:
    return [measure.header for measure in tokens.measures]


def test_steps_are_half_beats_and_every_measure_begins_with_one() -> None:
    anacrusis = replace(PLAIN, duration=Fraction(1), start=Fraction(3))
    six = Header("2", TimeSignature((6,), 8), KeySignature(), Fraction(3))
    steps = plan_steps([anacrusis, PLAIN, six])
    assert [step.duration for step in steps[:10]] == [HALF] * 10
    assert [step.duration for step in steps[10:]] == [Fraction(1, 4)] * 12
    assert [step.position for step in steps if step.onset == 0] == [0, 1, 5]
    assert steps[-1].position + steps[-1].duration == 8


def test_a_finished_piece_has_the_plan_that_it_follows() -> None:
    planned = with_harmony(hymn())
    chords = [chord for header in headers(planned) for chord in header.harmony]
    last = chords[-1]
    assert (last.quality, last.inversion, last.root) == ("major", 0, last.key.tonic_fifths)
    assert len({chord.root for chord in chords}) >= 4
    assert replace(planned, measures=hymn().measures) == hymn()  # the notes are as they were


def test_chords_go_into_headers_and_come_back() -> None:
    steps = plan_steps([PLAIN, PLAIN])
    chords = [TONIC] * 3 + [DOMINANT] * 6 + [TONIC] * 7
    found = headers_with([PLAIN, PLAIN], steps, chords)
    assert [[chord.onset for chord in header.harmony] for header in found] == [[0, Fraction(3, 2)], [HALF]]
    assert [chord and chord.root for chord in chords_of(found, steps)] == [chord.root for chord in chords]


def test_a_variant_in_another_metre_has_the_same_chords() -> None:
    score = hymn()
    four = replace(score, measures=tuple(m for m in score.measures if m.header.duration == 4))
    four = replace(
        four, measures=tuple(replace(m, header=replace(m.header, time=FOUR, start=Fraction(0))) for m in four.measures)
    )
    planned = with_harmony(four)
    names = [(chord.root, chord.quality) for header in headers(planned) for chord in header.harmony]
    other = list(variants(planned))
    assert len(other) == 2 and len(names) > 4
    for each in other:
        assert [(chord.root, chord.quality) for header in headers(each) for chord in header.harmony] == names


def test_a_plan_in_words_names_keys_numerals_and_cadences() -> None:
    chords = (
        TONIC,
        Harmony(Fraction(1), C, 2, "dominant", 1),
        Harmony(Fraction(3, 2), C, 1, "dominant", 0),
        Harmony(Fraction(3), C, 0, "major", 0),
    )
    rows = plan_rows([replace(PLAIN, number="7", harmony=chords, phrase_ends=(Fraction(3),))])
    assert [row.numeral for row in rows] == ["I", "V65/V", "V7", "I"]
    assert [row.beat for row in rows] == ["1", "2", "2+1/2", "4"]
    assert rows[-1].cadence == "authentic" and not any(row.cadence for row in rows[:-1])
    lines = list(plan_lines(rows))
    assert "C major" in lines[0] and "C major" not in lines[1]


def test_a_phrase_end_inside_a_chord_has_its_cadence_where_the_chord_begins() -> None:
    first = replace(PLAIN, harmony=(TONIC, replace(DOMINANT, onset=Fraction(2))))
    rows = plan_rows([first, replace(PLAIN, number="2", phrase_ends=(Fraction(0),))])
    assert [row.cadence for row in rows] == ["", "half"]
