"""What comes again is the same, the piece is as long as asked, and it ends at home."""

from fractions import Fraction

import pytest

from scoregen.plan.form import blank_piece, cadence_chords
from scoregen.plan.sections import first_occurrence, parsed_form, section_starts, unfolded
from scoregen.score.elements import Note
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError
from scoregen.tasks.compose import PieceOptions, SamplingOptions, compose

SATB = load_ensemble("satb")


@pytest.mark.parametrize(
    ("form", "sections"),
    [("", (0,)), ("A", (0,)), ("AAB", (0, 0, 1)), ("a b a c", (0, 1, 0, 2)), ("ABBA", (0, 1, 1, 0))],
)
def test_letters_become_sections(form: str, sections: tuple[int, ...]) -> None:
    assert parsed_form(form) == sections


@pytest.mark.parametrize("form", ["B", "AC", "A1", "A-B", "ÄB"])
def test_other_letters_are_refused(form: str) -> None:
    with pytest.raises(InputError, match="expected letters from A on"):
        parsed_form(form)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (PieceOptions(measures=16, form="AAB"), "found 16 measures; expected a multiple of the 3 sections of AAB"),
        (
            PieceOptions(measures=12, phrases=4, form="AAB"),
            "found 4 phrases; expected a multiple of the 3 sections",
        ),
    ],
)
def test_sections_are_equally_long(options: PieceOptions, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        blank_piece(options, SATB)


def test_measures_are_counted_through() -> None:
    options = PieceOptions(measures=12, anacrusis=Fraction(1), form="AAB")
    piece = blank_piece(options, SATB)
    assert section_starts(piece, options.sections) == (0, 5)
    whole = unfolded(piece, options.sections)
    assert [measure.number for measure in whole.measures] == [
        *("0", "1", "2", "3", "4"),
        *("X1", "5", "6", "7", "8"),
        *("X2", "9", "10", "11", "12"),
    ]
    assert [measure.barline.style for measure in whole.measures] == [
        *["regular"] * 4, "light-light", *["regular"] * 4, "light-light", *["regular"] * 4, "light-heavy"
    ]  # fmt: skip
    assert [index for index, measure in enumerate(whole.measures) if measure.tempos] == [0]
    assert whole.duration == 12 * 4


def test_a_measure_is_first_occurrence_where_its_section_first_comes() -> None:
    assert [first_occurrence(index, 8, parsed_form("AAB")) for index in range(8)] == [0, 1, 2, 3, 8, 9, 10, 11]
    assert [first_occurrence(index, 8, (0,)) for index in range(8)] == list(range(8))


@pytest.mark.parametrize(("form", "home"), [("AAB", 7), ("ABA", 3), ("", 7)])
def test_home_is_where_the_last_section_ends(form: str, home: int) -> None:
    options = PieceOptions(measures=4 * len(form or "AB"), key="g minor", form=form)
    piece = blank_piece(options, SATB)
    chords = cadence_chords(piece, 3, options.sections)
    ends = {index: chord for index, places in chords.items() for onset, chord in places.items() if index}
    assert ends[home] in (Key.parse("g minor").triad, Key.parse("G major").triad), "some minor pieces end in major"
    assert set(ends) == {index for index, measure in enumerate(piece.measures) if measure.phrase_ends}


@pytest.mark.parametrize("anacrusis", [Fraction(0), Fraction(1)])
def test_what_comes_again_is_the_same_to_the_note(anacrusis: Fraction) -> None:
    options = PieceOptions(measures=9, time="3/4", key="d minor", anacrusis=anacrusis, form="ABA", phrases=3)
    done = compose(piece=options, sampling=SamplingOptions(4, candidates=2, passes=0)).score
    length = len(done.measures) // 3
    first, middle, last = (done.measures[start : start + length] for start in (0, length, 2 * length))
    assert [measure.voices for measure in first] == [measure.voices for measure in last]
    assert [measure.voices for measure in first] != [measure.voices for measure in middle]
    assert done.duration == 27
    final = [voice.elements[-1] for voice in done.measures[-1].voices]
    assert isinstance(final[-1], Note) and isinstance(final[-1].pitch, Pitch)
    assert final[-1].pitch.pitch_class == 2


def test_nothing_is_tied_into_a_section() -> None:
    for seed in range(4):
        options = PieceOptions(measures=6, form="AAB", phrases=3)
        done = compose(piece=options, sampling=SamplingOptions(seed, candidates=2, passes=0)).score
        for index in (2, 4):
            for voice in done.measures[index].voices:
                assert isinstance(voice.elements[0], Note)
                assert not voice.elements[0].tied_from_previous
