"""Pages print the accidentals that a document leaves to its reader, and no chord's degrees twice."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from scoregen.notation.engraving.normalisation import normalise
from scoregen.notation.engraving.pages import engrave


def note(pitch: str, more: str = "", voice: int = 1, printed: str = "") -> str:
    """`F#4` as an eighth of 1 division; `printed` is the name of its accidental."""
    alter = {"#": 1, "b": -1}.get(pitch[1:-1], 0)
    own = f"<alter>{alter}</alter>" if alter else ""
    sign = f"<accidental>{printed}</accidental>" if printed else ""
    return (
        f"<note><pitch><step>{pitch[0]}</step>{own}<octave>{pitch[-1]}</octave></pitch><duration>1</duration>{more}"
        f"<voice>{voice}</voice><type>eighth</type>{sign}</note>"
    )


def document(*measures: str, fifths: int = 0) -> bytes:
    opening = (
        f"<attributes><divisions>2</divisions><key><fifths>{fifths}</fifths></key>"
        "<time><beats>2</beats><beat-type>4</beat-type></time><clef><sign>G</sign><line>2</line></clef></attributes>"
    )
    rows = "".join(
        f"<measure number='{number}'>{opening if number == 1 else ''}{text}</measure>"
        for number, text in enumerate(measures, 1)
    )
    return (
        "<score-partwise version='4.0'><part-list><score-part id='P1'><part-name>Tune</part-name></score-part>"
        f"</part-list><part id='P1'>{rows}</part></score-partwise>"
    ).encode()


def printed(*measures: str, fifths: int = 0) -> list[str]:
    """The accidentals of all notes in document order, `-` for none."""
    root = etree.fromstring(document(*measures, fifths=fifths))
    normalise(root)
    return [each.findtext("accidental") or "-" for each in root.iter("note")]


TIE_ON, TIE_OFF = "<tie type='start'/>", "<tie type='stop'/>"
BACK = "<backup><duration>4</duration></backup>"


@pytest.mark.parametrize(
    ("measures", "fifths", "expected"),
    [
        (("F#4 F#4 F4 F#5",), 0, "sharp - natural sharp"),
        (("F#4 F4 F#4 F#5",), 1, "- natural sharp -"),
        (("Bb4 B4", "B4 Bb4"), -2, "- natural natural flat"),
        (("F#4 G4", "F#4 G4"), 0, "sharp - sharp -"),
    ],
)
def test_an_accidental_is_printed_where_key_and_measure_do_not_imply_it(
    measures: tuple[str, ...], fifths: int, expected: str
) -> None:
    rows = ["".join(map(note, measure.split())) for measure in measures]
    assert printed(*rows, fifths=fifths) == expected.split()


def test_given_accidentals_stay_and_hold() -> None:
    assert printed(note("F#4", printed="sharp") + note("F#4") + note("F4")) == ["sharp", "-", "natural"]
    assert printed(note("F4", printed="natural") + note("F4")) == ["natural", "-"], "a courtesy accidental stays"


def test_a_note_tied_over_a_barline_needs_none() -> None:
    assert printed(note("G4") + note("F#4", TIE_ON), note("F#4", TIE_OFF) + note("F#4")) == ["-", "sharp", "-", "sharp"]


def test_voices_of_a_staff_are_read_in_time() -> None:
    upper = "".join(map(note, ("C5", "F#4", "C5", "C5")))
    lower = "".join(note(pitch, voice=2) for pitch in ("F4", "E4", "F#4", "F4"))
    assert printed(upper + BACK + lower) == ["-", "sharp", "-", "-", "-", "-", "-", "natural"]


def test_a_note_of_two_voices_shows_one_accidental() -> None:
    lower = BACK + note("F#4", voice=2, printed="sharp") + note("G4", voice=2)
    assert printed(note("F#4") + note("F#4") + note("G4") + note("G4") + lower) == ["-", "-", "-", "-", "sharp", "-"]


def test_a_grace_note_is_read_before_its_note() -> None:
    grace = note("F4").replace("<note>", "<note><grace/>").replace("<duration>1</duration>", "")
    assert printed(grace + note("F#4", printed="sharp")) == ["-", "sharp"]
    assert printed(note("F#4") + grace + note("F#4")) == ["sharp", "natural", "sharp"]


def test_tablature_and_accidentals_above_the_note_need_none() -> None:
    above = note("F#4").replace("</note>", "<notations><accidental-mark>sharp</accidental-mark></notations></note>")
    assert printed(above) == ["-"]
    root = etree.fromstring(document(note("F#4")).replace(b"<sign>G</sign>", b"<sign>TAB</sign>"))
    normalise(root)
    assert root.find(".//accidental") is None


def test_a_change_of_key_begins_anew() -> None:
    change = "<attributes><key><fifths>1</fifths></key></attributes>"
    assert printed(note("F#4") + change + note("F#4") + note("F4")) == ["sharp", "-", "natural"]


def test_the_page_shows_them() -> None:
    (page,) = engrave(document(note("F#4") + note("G4") + note("Bb4") + note("A4")))
    assert len(re.findall(r"class=\"accid[^\"]*\"[^>]*>\s*<use", page)) == 2


@pytest.mark.parametrize(
    ("text", "degree", "kept", "shown"),
    [
        ("7#9", (9, 1, "add"), False, "7♯9"),
        ("6/9", (9, 0, "add"), False, "6/9"),
        ("m7b5", (5, -1, "alter"), False, "m7♭5"),
        ("7no3", (3, 0, "subtract"), False, "7no3"),
        ("7", (9, -1, "add"), True, "7"),
        ("m", (9, 0, "add"), True, "m"),
        ("7b9", (9, 1, "add"), True, "7♭9"),
        ("7b9", (9, 0, "add"), True, "7♭9"),
        ("7sus4", (3, 0, "subtract"), False, "7sus4"),
    ],
)
def test_a_degree_that_the_text_of_a_chord_names_is_printed_once(
    text: str, degree: tuple[int, int, str], kept: bool, shown: str
) -> None:
    value, alter, kind = degree
    harmony = (
        f"<harmony><root><root-step>C</root-step></root><kind text='{text}'>dominant</kind><degree>"
        f"<degree-value>{value}</degree-value><degree-alter>{alter}</degree-alter><degree-type>{kind}</degree-type>"
        "</degree></harmony>"
    )
    root = etree.fromstring(document(harmony + note("C5")))
    normalise(root)
    found = root.find(".//harmony/kind")
    assert found is not None and found.get("text") == shown
    assert (root.find(".//degree") is not None) == kept
