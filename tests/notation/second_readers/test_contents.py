"""The second readers count notes, onsets and marks without notation, and losses are named by kind and number."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from lxml import etree

from scoregen.notation.second_readers.contents import Contents, losses
from scoregen.notation.second_readers.kern import kern_contents
from scoregen.notation.second_readers.mei import mei_contents, without_alternatives

HEAD = "**kern\t**kern\n*M4/4\t*M4/4\n"


def kern(*lines: str) -> Contents:
    return kern_contents(HEAD + "\n".join(lines) + "\n*-\t*-\n")


def places(contents: Contents) -> list[tuple[float, int]]:
    return sorted((float(onset), pitch) for (onset, pitch), count in contents.notes.items() for _ in range(count))


def test_spines_split_join_and_exchange() -> None:
    found = kern("=1\t=1", "2C\t2c", "*\t*^", "2D\t2d\t4f", ".\t.\t4g", "*\t*v\t*v", "=2\t=2", "*x\t*x", "1c\t1E")
    assert places(found) == [(0, 48), (0, 60), (2, 50), (2, 62), (2, 65), (3, 67), (4, 52), (4, 60)]


def test_lengths_ties_grace_notes_chords_and_accidentals() -> None:
    found = kern("4.c 4.e-\t[2g", "8qf#\t.", "8b--\t.", "3%2d\t2g]", "00r\t16CC")
    assert places(found) == [(0, 60), (0, 63), (0, 67), (1.5, 66), (1.5, 69), (2, 62), (14 / 3, 36)]


def test_a_note_across_a_barline_moves_nothing() -> None:
    assert places(kern("1.c\t1e", "=2\t=2", ".\t2f", "2d\t2g")) == [(0, 60), (0, 64), (4, 65), (6, 62), (6, 67)]


def test_transposing_spines_sound() -> None:
    assert places(kern("*Trd-1c-2\t*", "4d\t4c")) == [(0, 60), (0, 60)]


@pytest.mark.parametrize("text", ["", "4c\n", "**kern\n4r\n*-\n", "**text\nla\n*-\n", "**kern\n4c\t4d\n*-\n"])
def test_files_that_are_damaged_or_have_no_notes(text: str) -> None:
    with pytest.raises(ValueError, match=r"spines|no notes"):
        kern_contents(text)


def mei(music: str, definition: str = 'key.sig="1f" meter.count="4" meter.unit="4"') -> Contents:
    root = etree.fromstring(
        f'<mei xmlns="http://www.music-encoding.org/ns/mei"><music><body><mdiv><score><scoreDef {definition}><staffGrp>'
        f'<staffDef n="1"/></staffGrp></scoreDef><section>{music}</section></score></mdiv></body></music></mei>'
    )
    without_alternatives(root)
    return mei_contents(root)


def measure(layer: str) -> str:
    return f'<measure><staff n="1"><layer>{layer}</layer></staff></measure>'


def note(step: str, octave: int = 4, length: int = 4, more: str = "") -> str:
    return f'<note pname="{step}" oct="{octave}" dur="{length}" {more}/>'


def test_keys_and_accidentals_hold_and_rejected_readings_do_not_count() -> None:
    choice = f"<choice><sic>{note('a')}</sic><corr>{note('g')}</corr></choice>"
    found = mei(measure(note("b") + note("b", more='accid="n"') + note("b") + choice) + measure(note("b")))
    assert places(found) == [(0, 70), (1, 71), (2, 71), (3, 67), (4, 70)]


def test_tuplets_dots_graces_chords_and_ties() -> None:
    triplet = f'<tuplet num="3" numbase="2"><beam>{note("c", 4, 8) * 3}</beam></tuplet>'
    chord = f'<chord dur="4" dots="1">{note("e")}{note("g")}</chord>'
    tied = note("c", 5, 8, 'tie="i"') + note("c", 5, 4, 'tie="t"')
    found = mei(measure(triplet + note("d", more='grace="acc"') + chord + tied))
    third = 1 / 3
    assert places(found) == [(0, 60), (third, 60), (2 * third, 60), (1, 62), (1, 64), (1, 67), (2.5, 72)]


def test_measures_of_rest_and_percussion() -> None:
    found = mei(measure("<mRest/>") + measure(note("c")))
    assert places(found) == [(4, 60)]
    root = '<staffDef n="1" clef.shape="perc"/>'
    assert mei(f"<scoreDef><staffGrp>{root}</staffGrp></scoreDef>" + measure(note("c"))).notes.total() == 0


def counted(notes: dict[tuple[int, int], int], **numbers: int) -> Contents:
    named = {name.replace("_", " "): number for name, number in numbers.items()}
    return Contents(Counter({(Fraction(onset), pitch): count for (onset, pitch), count in notes.items()}), named)


@pytest.mark.parametrize(
    ("file", "score", "message"),
    [
        (counted({(0, 60): 2}), counted({(0, 60): 1}), "1 note not kept"),
        (counted({(0, 60): 1}), counted({(0, 60): 3}), "2 notes too many"),
        (counted({(0, 60): 1, (1, 62): 1}), counted({(0, 60): 1, (2, 62): 1}), "1 note moved"),
        (counted({}, syllable=5, chord_symbol=2), counted({}, syllable=4), "1 syllable and 2 chord symbols not kept"),
        (
            counted({(0, 60): 1}, slur=1, dynamic=3),
            counted({(0, 61): 1}),
            "1 note, 1 slur, 3 dynamics not kept; 1 note too many",
        ),
    ],
)
def test_losses_are_named_by_kind_and_number(file: Contents, score: Contents, message: str) -> None:
    assert str(losses(file, score)) == message


def test_a_score_with_more_marks_than_were_counted_has_no_losses() -> None:
    assert not losses(counted({(0, 60): 1}, slur=1), counted({(0, 60): 1}, slur=2))


def test_onsets_that_differ_by_rounding_are_equal() -> None:
    file = Contents(Counter({(Fraction(1, 3), 60): 1}), {})
    assert not losses(file, Contents(Counter({(Fraction(333, 1000), 60): 1}), {}))
