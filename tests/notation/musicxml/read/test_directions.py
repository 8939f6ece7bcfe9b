"""The values of a file besides its notes, one by one (tests/cases/reading)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.score.chord_symbols import ChordSymbol, Degree, SpelledPitchClass
from scoregen.score.directions import Direction, Dynamic, Figure, FiguredBass, RehearsalMark, RepeatMark, Words
from scoregen.score.elements import Score, Slot, Tempo
from scoregen.score.navigation import performance_order
from scoregen.score.rhythm import NoteValue
from scoregen.score.spanners import End, Pedal, Slur, Wedge

CASES = Path(__file__).resolve().parents[3] / "cases" / "reading"
ZERO, HALF, TWO, FOUR = Fraction(0), Fraction(1, 2), Fraction(2), Fraction(4)
UPPER, INNER, LOWER = Slot("P1"), Slot("P1", 1, 2), Slot("P1", 2)


def case(name: str) -> Score:
    return read_musicxml(load_document(CASES / f"{name}.musicxml"), name)


def measure_with(content: str) -> Score:
    """A score of one measure with a direction, or other content, before a whole note."""
    note = "<note><pitch><step>C</step><octave>5</octave></pitch><duration>4</duration><type>whole</type></note>"
    return read_musicxml(
        "<score-partwise><part-list><score-part id='P1'/></part-list><part id='P1'><measure number='1'>"
        f"<attributes><divisions>1</divisions></attributes>{content}{note}</measure></part></score-partwise>".encode(),
        "",
    )


def direction_of(types: str, sound: str = "") -> list[object]:
    """The values of one direction."""
    content = f"<direction><direction-type>{types}</direction-type>{sound}</direction>"
    return [item.value for item in measure_with(content).measures[0].directions]


def test_dynamics_and_words_are_where_they_are_printed() -> None:
    first, second, _ = case("expression").measures
    assert first.directions == (
        Direction(ZERO, Words("molto dolce", italic=True), "P1", placement="below"),
        Direction(ZERO, Dynamic("p", 49), "P1"),
        Direction(TWO, Dynamic("più f"), "P1"),
    )
    assert second.directions == (
        Direction(ZERO, RehearsalMark("B")),
        Direction(TWO, Words("sub."), "P1", 2),
        Direction(TWO, Dynamic("sfz"), "P1", 2, placement="above"),
    )


def test_a_tempo_that_only_sounds_keeps_its_words() -> None:
    (tempo,) = case("expression").measures[1].tempos
    assert tempo == Tempo(ZERO, NoteValue("quarter"), Fraction(60), "rit.", number_implicit=True)


def test_spanners_are_paired_by_voice_and_then_by_time() -> None:
    first, second, third = case("expression").measures
    assert set(first.spanners) == {
        Slur(UPPER, ZERO, End(0, ZERO), grace=1),
        Slur(UPPER, ZERO, End(1, ZERO), placement="above"),
        Slur(INNER, ZERO, End(0, TWO), placement="below"),
        Slur(LOWER, ZERO, End(1, TWO), UPPER),
        Wedge("P1", HALF, End(1, TWO), "crescendo", niente=True),
        Pedal("P1", ZERO, End(0, TWO), 2, line=True),
        Pedal("P1", TWO, End(1, FOUR), 2, line=True),
    }
    assert len(first.spanners) == 7
    assert second.spanners == third.spanners == ()  # what is opened there is never closed


def test_breaks_and_velocities() -> None:
    score = case("expression")
    assert [row.break_before for row in score.measures] == [None, "system", "page"]
    voice = score.measures[0].voice(UPPER)
    assert voice is not None
    assert [note.velocity for element in voice.elements for note in element.notes] == [None, 80, None]


def test_chord_symbols_sound() -> None:
    first, second = case("chord_symbols").measures
    full = ChordSymbol(
        ZERO, "P1", SpelledPitchClass("C"), "minor-seventh", "m7", 1, SpelledPitchClass("E", -1),
        (Degree(9, -1, "add"), Degree(5, 0, "subtract")),
    )  # fmt: skip
    assert first.chord_symbols == (
        full,
        ChordSymbol(ZERO, "P2", SpelledPitchClass("C"), "major"),
        ChordSymbol(TWO, "P1", SpelledPitchClass("F"), "none", "N.C."),
    )
    assert sorted((symbol.root, symbol.kind) for symbol in second.chord_symbols) == [
        (("C", 0), "dominant"),
        (("F", 1), "half-diminished"),
        (("G", 0), "major"),
    ]


def test_repeat_marks_of_all_parts_are_read_once() -> None:
    score = case("navigation")
    assert [(index, item) for index, row in enumerate(score.measures) for item in row.directions] == [
        (0, Direction(FOUR, RepeatMark("fine"))),
        (1, Direction(ZERO, RepeatMark("segno", None, "1"))),
        (2, Direction(FOUR, RepeatMark("tocoda"))),
        (3, Direction(ZERO, RepeatMark("segno", "", "2"))),
        (3, Direction(FOUR, RepeatMark("dalsegno", "D.S. al Coda", "1"))),
        (4, Direction(ZERO, RepeatMark("coda"))),
        (4, Direction(FOUR, RepeatMark("dacapo", "D. C. al Fine"))),
    ]
    assert performance_order(score.measures) == (0, 1, 2, 3, 1, 2, 4, 0)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("D.C.", RepeatMark("dacapo")),
        ("D.C. al Fine", RepeatMark("dacapo", "D.C. al Fine")),
        ("Da Capo al Coda", RepeatMark("dacapo", "Da Capo al Coda")),
        ("Dal Segno", RepeatMark("dalsegno", "Dal Segno")),
        ("D.S. (no repeats) al Fine", RepeatMark("dalsegno", "D.S. (no repeats) al Fine")),
        ("D.S.S. al Coda", RepeatMark("dalsegno", "D.S.S. al Coda")),
        ("DC al Fine", RepeatMark("dacapo", "DC al Fine")),
        ("To Coda", RepeatMark("tocoda")),
        ("al Coda", RepeatMark("tocoda", "al Coda")),
        ("to the Coda", RepeatMark("tocoda", "to the Coda")),
        ("To \N{MUSICAL SYMBOL CODA}", RepeatMark("tocoda", "To \N{MUSICAL SYMBOL CODA}")),
        ("fine", RepeatMark("fine", "fine")),
        ("(Fine)", RepeatMark("fine", "(Fine)")),
        ("Decrescendo", Words("Decrescendo")),
        ("to codify", Words("to codify")),
        ("smorzando fino al fine", Words("smorzando fino al fine")),
        ("dcl", Words("dcl")),
        ("d.", Words("d.")),
    ],
)
def test_jumps_in_words_alone(words: str, expected: object) -> None:
    assert direction_of(f"<words>{words}</words>") == [expected]


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ("<dynamics><sf/><p/></dynamics>", Dynamic("sfp")),
        ("<dynamics><other-dynamics>sempre</other-dynamics><p/></dynamics>", Dynamic("sempre p")),
        ("<dynamics><p/><other-dynamics>dolce</other-dynamics></dynamics>", Dynamic("p dolce")),
        ("<dynamics/>", None),
        ("<words> </words>", None),
        ("<rehearsal/>", None),
        ("<octave-shift type='up'/>", None),
    ],
)
def test_marks_of_several_pieces_and_of_none(types: str, expected: object) -> None:
    assert direction_of(types) == ([] if expected is None else [expected])


@pytest.mark.parametrize("loudness", ["", "loud", "-3", "1e9", "999999"])
def test_no_loudness_is_an_error(loudness: str) -> None:
    (value,) = direction_of("<dynamics><f/></dynamics>", f"<sound dynamics='{loudness}'/>")
    assert isinstance(value, Dynamic) and (value.velocity is None or 1 <= value.velocity <= 127)


@pytest.mark.parametrize(
    "content",
    [
        "<direction><direction-type><wedge type='stop'/></direction-type><staff>999</staff></direction>",
        "<direction><direction-type><wedge/><pedal/></direction-type></direction>",
        "<direction><direction-type><wedge type='crescendo' number='x'/></direction-type></direction>",
        "<harmony/><harmony><root/><kind/></harmony>",
        "<harmony><root><root-step>C</root-step><root-alter>9</root-alter></root><kind>major</kind></harmony>",
        "<sound/><print/><direction/>",
    ],
)
def test_damaged_marks_are_left_out(content: str) -> None:
    (row,) = measure_with(content).measures
    assert (row.directions, row.chord_symbols, row.spanners) == ((), (), ())


def test_a_wedge_without_length_is_none() -> None:
    ends = "".join(
        f"<direction><direction-type><wedge type='{kind}'/></direction-type></direction>"
        for kind in ("crescendo", "stop", "diminuendo", "stop")
    )
    assert measure_with(ends).measures[0].spanners == ()


def figured(numbers: str, duration: int) -> str:
    figures = "".join(f"<figure>{number}</figure>" for number in numbers.split())
    return f"<figured-bass>{figures}<duration>{duration}</duration></figured-bass>"


FOUR_THREE = "<figure-number>4</figure-number>", "<prefix>sharp</prefix>"


def test_figures_over_one_note_follow_each_other_by_their_durations() -> None:
    score = measure_with(figured(FOUR_THREE[0], 2) + figured(FOUR_THREE[1], 2))
    assert score.measures[0].directions == (
        Direction(ZERO, FiguredBass((Figure(4),), TWO), "P1"),
        Direction(TWO, FiguredBass((Figure(None, "sharp"),), TWO), "P1"),
    )


def test_written_figures_are_read_back() -> None:
    score = measure_with(figured("<figure-number>6</figure-number> <figure-number>5</figure-number>", 4))
    text = write_musicxml(replace(score, document=None))
    assert read_musicxml(text, "").measures[0].directions == score.measures[0].directions != ()


def chord(content: str, kind: str = "dominant", inversion: int = 0) -> ChordSymbol:
    key = "<attributes><key><fifths>1</fifths><mode>major</mode></key></attributes>"
    tail = f"<kind>{kind}</kind><inversion>{inversion}</inversion>"
    (found,) = measure_with(f"{key}<harmony>{content}{tail}</harmony>").measures[0].chord_symbols
    return found


@pytest.mark.parametrize(
    ("content", "root"),
    [
        ("<numeral><numeral-root>5</numeral-root></numeral>", ("D", 0)),
        ("<numeral><numeral-root>6</numeral-root><numeral-alter>-1</numeral-alter></numeral>", ("E", -1)),
        (
            "<numeral><numeral-root>7</numeral-root><numeral-key><numeral-fifths>0</numeral-fifths>"
            "<numeral-mode>harmonic minor</numeral-mode></numeral-key></numeral>",
            ("G", 1),
        ),
        ("<function>V7/V</function>", ("A", 0)),
    ],
)
def test_numerals_and_functions_are_chords_of_their_key(content: str, root: tuple[str, int]) -> None:
    symbol = chord(content, inversion=1)
    assert (symbol.root, symbol.kind, symbol.inversion) == (SpelledPitchClass(*root), "dominant", 1)


def test_a_numeral_that_is_none_is_left_out() -> None:
    text = "<harmony><function>tonic</function><kind>major</kind></harmony>"
    assert measure_with(text).measures[0].chord_symbols == ()
