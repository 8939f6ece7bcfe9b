"""Humdrum for training: layers that split and join, notes over barlines, ties, words, parts; every note is counted."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.corpora.reading.kern_score import kern_reading, read_kern_reading
from scoregen.notation.humdrum.spines import read_kern_file
from scoregen.notation.second_readers.contents import losses, score_contents
from scoregen.notation.second_readers.kern import kern_contents
from scoregen.score.elements import Score
from scoregen.system.errors import ReadError, RefusedError
from scoregen.tokens.encode import encode
from scoregen.tokens.text import event_text


def lines(text: str) -> str:
    """Tokens apart by two spaces become Humdrum."""
    return "\n".join("\t".join(line.split("  ")) for line in text.strip().split("\n")) + "\n"


def read(text: str) -> Score:
    """The score of a file, of which no note is lost."""
    score = kern_reading(read_kern_file(lines(text))).score
    assert losses(kern_contents(lines(text)), score_contents(score)).keeps_notes
    return score


def rows(score: Score) -> list[str]:
    """Every slice as text, with the number and metre of its measure."""
    return [
        f"{measure.header.number} {measure.header.time} {piece.onset}: {' '.join(map(event_text, piece.events))}"
        for measure in encode(score).measures
        for piece in measure.slices
    ]


PIANO = """
**kern  **kern  **dynam
*part1  *part1  *
*staff2  *staff1  *
*Ipiano  *Ipiano  *
*clefF4  *clefG2  *
*k[b-]  *k[b-]  *
*M2/4  *M2/4  *
=1  =1  =1
4F  4a 4cc  p
4C  4b-  .
=2  =2  =2
*  *^  *
2F;  4cc  2a;  .
.  4dd  .  .
*  *v  *v  *
==  ==  ==
*-  *-  *-
"""


def test_two_staves_of_one_part_with_a_layer_that_comes_and_goes() -> None:
    score = read(PIANO)
    assert [(part.name, part.staves, part.clefs[1].sign) for part in score.parts] == [("Piano", 2, "F")]
    assert score.measures[0].key.fifths == -1
    assert score.measures[1].phrase_ends == (Fraction(0),) and score.measures[1].ends_section
    assert rows(score) == [
        "1 2/4 0: A4+C5 absent F3",
        "1 2/4 1: Bb4 absent C3",
        "2 2/4 0: C5 A4 F3",
        "2 2/4 1: D5 hold hold",
    ]


def test_a_layer_that_splits_again_keeps_all_notes() -> None:
    score = read("**kern\n*M2/4\n=1\n*^\n4cc  4e\n*^  *\n4dd  4a  4f\n*v  *v  *v\n=2\n4cc\n4g\n*-")
    assert rows(score) == [
        "1 2/4 0: C5 E4 rest",
        "1 2/4 1: D5 F4 A4",
        "2 2/4 0: C5 absent absent",
        "2 2/4 1: G4 absent absent",
    ]


def test_a_note_that_crosses_a_barline_is_cut_and_tied() -> None:
    score = read("**kern  **kern\n*M2/4  *M2/4\n=1-  =1-\n4C  4c\n2D  4d\n=2-  =2-\n.  4e\n4C  4f\n=  =\n*-  *-")
    assert rows(score) == ["1 2/4 0: C4 C3", "1 2/4 1: D4 D3", "2 2/4 0: E4 hold", "2 2/4 1: F4 C3"]


def test_ties_metres_and_an_anacrusis() -> None:
    score = read("**kern\n*M3/4\n[4c\n=1\n2._c\n=2\n4c]\n4d\n4r\n=3\n*M6/8\n4.e\n8f\n8%2g\n*-")
    assert rows(score) == [
        "0 3/4 0: C4",
        "1 3/4 0: hold",
        "2 3/4 0: hold",
        "2 3/4 1: D4",
        "2 3/4 2: rest",
        "3 6/8 0: E4",
        "3 6/8 3/2: F4",
        "3 6/8 2: G4",
    ]
    assert score.measures[0].duration == 1 and score.measures[0].is_short


def test_parts_are_in_the_order_of_their_numbers_and_words_make_a_singer() -> None:
    score = read(
        '**kern  **kern  **text\n*part2  *part1  *part1\n*Ivioln  *I"[Spiew]  *\n'
        "*M1/4  *M1/4  *\n4g  4cc  A-\n*-  *-  *-"
    )
    assert [part.name for part in score.parts] == ["Spiew", "Violin"]
    syllables = [
        note.lyrics for voice in score.measures[0].voices for element in voice.elements for note in element.notes
    ]
    assert [bool(lyrics) for lyrics in syllables] == [True, False]


def test_two_hands_in_two_parts_are_one_piano_but_two_violins_are_two() -> None:
    for code, staves in (("piano", [2]), ("violn", [1, 1])):
        text = f"**kern  **kern\n*part2  *part1\n*staff2  *staff1\n*I{code}  *I{code}\n*M1/4  *M1/4\n4C  4cc\n*-  *-"
        score = read(text)
        assert [part.staves for part in score.parts] == staves
        assert rows(score) == ["0 1/4 0: C5 C3"]


def test_a_transposed_instrument_sounds_where_the_second_reader_hears_it() -> None:
    score = read("**kern\n*Trd-1c-2\n*M1/4\n4dd\n*-")
    assert rows(score) == ["0 1/4 0: C5"]


def test_grace_notes_are_kept_and_take_no_time() -> None:
    score = read("**kern\n*M2/4\n=1\n8qb\n4cc\n4dd\n*-")
    assert [element.grace for element in score.measures[0].voices[0].elements] == [True, False, False]
    assert score.measures[0].duration == 2


def test_layers_that_do_not_add_up_refuse_their_measure() -> None:
    text = lines("**kern  **kern\n*M2/4  *M2/4\n=1  =1\n2c  4e\n4d  4f\n=2  =2\n2c  2e\n*-  *-")
    assert list(kern_reading(read_kern_file(text)).refused) == [0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("**kern  **kern\n4c\n*-  *-", "line 2 has 1 tokens for 2 spines"),
        ("**kern\n*-", "no notes"),
        ("no Humdrum", "no notes|tokens for 0 spines"),
    ],
)
def test_a_damaged_file_is_one_error_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "a.krn"
    file.write_text(lines(text))
    with pytest.raises((ReadError, RefusedError), match=message):
        read_kern_reading(file)


def test_a_file_in_latin_1_keeps_its_words(tmp_path: Path) -> None:
    file = tmp_path / "a.krn"
    text = lines("**kern  **text\n*M2/4  *\n=1  =1\n4c  Grü-\n4d  -ße\n==  ==\n*-  *-")
    file.write_bytes(text.replace("\n", "\r\n").encode("latin-1"))
    score = read_kern_reading(file).score
    notes = [note for element in score.measures[0].voices[0].elements for note in element.notes]
    assert [note.lyrics[0].text for note in notes] == ["Grü", "ße"]
