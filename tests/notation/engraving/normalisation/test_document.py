"""What verovio misreads is drawn as the document says; each input is a kind that notation programs write."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from tests.notation.engraving.handwritten import ATTRIBUTES, SVG, document, drawn, heads, lyric, note, rest, texts

WHOLE = note(duration=48, kind="whole")
TWO_HALVES = note(duration=24, kind="half") * 2


def page(*parts: list[str]) -> str:
    """The only page, which must be complete."""
    engraving = drawn(document(*parts))
    assert engraving.problems == () and len(engraving.pages) == 1
    return engraving.pages[0]


def multirest(length: int) -> str:
    style = f"<measure-style><multiple-rest>{length}</multiple-rest></measure-style></attributes>"
    return ATTRIBUTES.replace("</attributes>", style)


def test_a_multirest_of_one_part_leaves_the_notes_of_the_others() -> None:
    found = page([multirest(3) + rest(), rest(), rest(), TWO_HALVES], [TWO_HALVES, TWO_HALVES, TWO_HALVES, WHOLE])
    assert heads(found).count("E0A3") == 8 and heads(found).count("E0A2") == 1
    assert found.count('class="mRest"') == 3


def test_a_multirest_of_all_parts_is_condensed() -> None:
    found = page([multirest(3) + rest(), rest(), rest(), WHOLE], [rest(), rest(), rest(), WHOLE])
    assert found.count('class="measure"') == 2 and found.count('class="multiRest"') == 2


@pytest.mark.parametrize(
    "mark",
    [
        "<direction><direction-type><words>tutti</words></direction-type></direction>" + rest(),
        "<harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>" + rest(),
        rest("<notations><fermata/></notations>"),
    ],
)
def test_a_multirest_does_not_hide_marks(mark: str) -> None:
    found = page([multirest(3) + rest(), mark, rest(), WHOLE])
    assert found.count('class="measure"') == 4


@pytest.mark.parametrize("blank", [" ", "\N{NO-BREAK SPACE}", "  "])
def test_an_elision_of_blanks_is_drawn_as_a_space(blank: str) -> None:
    both = (
        f"<syllabic>single</syllabic><text>né</text><elision>{blank}</elision><syllabic>single</syllabic><text>!</text>"
    )
    found = page([note(duration=48, kind="whole", more=f"<lyric number='1'>{both}</lyric>")])
    assert texts(found, "syl") == ["né\N{NO-BREAK SPACE}!"]


def test_an_undertie_stays_and_a_verse_number_stays_a_number() -> None:
    tied = "<syllabic>single</syllabic><text>Ky</text><elision>‿</elision><syllabic>single</syllabic><text>e</text>"
    verse = "<syllabic>single</syllabic><text>1.</text><elision> </elision><syllabic>begin</syllabic><text>Come</text>"
    found = page([note(more=f"<lyric number='1'>{tied}</lyric>") + note(more=f"<lyric number='1'>{verse}</lyric>")])
    assert texts(found, "syl")[:2] == ["Ky\ue551", "e"] and "Come" in texts(found, "syl")[2]
    assert texts(found, "label")[-1] == "1."


def hyphens(found: str) -> int:
    return found.count('<rect stroke="currentColor"')


def test_the_hyphen_after_an_elision_is_that_of_its_second_syllable() -> None:
    text = "<syllabic>end</syllabic><text>le</text><elision> </elision><syllabic>begin</syllabic><text>lu</text>"
    found = page([note(more=f"<lyric number='1'>{text}</lyric>") + note(more=lyric("ia"))])
    assert texts(found, "syl") == ["le\N{NO-BREAK SPACE}lu", "ia"] and hyphens(found) == 1
    single = text.replace("begin", "single")
    assert hyphens(page([note(more=f"<lyric number='1'>{single}</lyric>") + note(more=lyric("ia"))])) == 0


@pytest.mark.parametrize("blank", [" ", "\n\t"])
def test_blanks_around_numbers_and_names_are_ignored(blank: str) -> None:
    alter, kind = f"{blank}-1{blank}", f"{blank}dominant{blank}"
    symbol = (
        f"<harmony><root><root-step>{blank}B{blank}</root-step><root-alter>{alter}</root-alter></root>"
        f"<kind>{kind}</kind></harmony>"
    )
    found = page([symbol + note(kind=f"{blank}half{blank}", duration=24)])
    assert texts(found, "harm") == ["B\uea647"] and "E0A3" in heads(found)


def verse_lines(found: str) -> dict[str, int]:
    """The height of each syllable."""
    root = ElementTree.fromstring(found)
    syllables = [item for item in root.iter(f"{SVG}g") if item.get("class") == "syl"]
    return {"".join(text.itertext()): int(text.get("y", "0")) for item in syllables for text in item.iter(f"{SVG}text")}


@pytest.mark.parametrize("numbers", [("part1verse1", "part1verse2"), ("verse", "refrain"), ("1", "1"), (None, None)])
def test_two_verses_have_two_lines(numbers: tuple[str, str]) -> None:
    found = page([note(more=lyric("Sun", numbers[0]) + lyric("Moon", numbers[1]), duration=48, kind="whole")])
    lines = verse_lines(found)
    assert lines["Moon"] > lines["Sun"]


def test_a_refrain_stands_on_the_first_line_and_verses_keep_theirs() -> None:
    verses = note(duration=24, kind="half", more=lyric("one", "1") + lyric("two", "2"))
    late = note(duration=24, kind="half", more=lyric("late", "2"))
    lines = verse_lines(page([verses + late, note(duration=48, kind="whole", more=lyric("Ref", "chorus1"))]))
    assert lines["Ref"] == lines["one"] < lines["two"] == lines["late"]


@pytest.mark.parametrize(
    ("duration", "glyphs", "dots"),
    [(48, ["E0A2"], 0), (24, ["E0A3"], 0), (36, ["E0A3"], 1), (12, ["E0A4"], 0), (18, ["E0A4"], 1)],
)
def test_a_missing_type_follows_the_duration(duration: int, glyphs: list[str], dots: int) -> None:
    found = page([note(duration=duration, kind="")])
    assert heads(found) == glyphs and found.count("<ellipse") == dots


def test_a_rest_without_type_is_no_measure_rest_unless_it_fills_the_measure() -> None:
    quarter = "<note><rest/><duration>12</duration><voice>1</voice></note>"
    assert heads(page([quarter * 4])) == ["E4E5"] * 4
    whole = "<note><rest/><duration>48</duration><voice>1</voice></note>"
    assert page([whole]).count('class="mRest"') == 1


def tuplet_note(kind: str, duration: int, mark: str = "") -> str:
    ratio = "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"
    return note(kind=kind, duration=duration, more=f"{ratio}{f'<notations>{mark}</notations>' if mark else ''}")


def test_a_tuplet_over_the_barline_has_a_bracket_in_each_measure() -> None:
    start, stop = "<tuplet type='start' number='1' bracket='yes'/>", "<tuplet type='stop' number='1'/>"
    first = note() * 2 + note() + tuplet_note("quarter", 8, start) + tuplet_note("eighth", 4)
    second = tuplet_note("eighth", 4) + tuplet_note("quarter", 8, stop) + note() * 3
    found = page([first, second])
    assert found.count('class="tupletBracket"') == 2 and found.count('class="tupletNum"') == 2


def test_a_tuplet_within_a_measure_stays_one() -> None:
    start, stop = "<tuplet type='start' bracket='yes'/>", "<tuplet type='stop'/>"
    triplet = tuplet_note("eighth", 4, start) + tuplet_note("eighth", 4) + tuplet_note("eighth", 4, stop)
    assert page([triplet + note() * 3, triplet * 2 + note() * 2]).count('class="tupletNum"') == 3


def test_beams_of_chord_notes_do_not_cost_notes() -> None:
    beam = "<beam number='1'>{}</beam>"
    chord = note("C5", 6, "eighth", beam.format("begin")) + note("E5", 6, "eighth", beam.format("begin"), chord=True)
    assert len(heads(page([chord + note("D5", 6, "eighth", beam.format("end")) + note(duration=36, kind="half")]))) == 4


def test_parts_with_other_measure_numbers_keep_their_notes() -> None:
    other = [f"<measure number='{name}'>{WHOLE}</measure>" for name in ("7", "X1")]
    other[0] = other[0].replace("<note>", f"{ATTRIBUTES}<note>", 1)
    text = document([WHOLE, WHOLE], [ATTRIBUTES + WHOLE, WHOLE]).decode()
    head, found, _ = text.partition("<part id='P2'>")
    engraving = drawn(f"{head}{found}{''.join(other)}</part></score-partwise>".encode())
    assert engraving.problems == () and heads(engraving.pages[0]).count("E0A2") == 4


def test_a_measure_that_does_not_control_others_is_drawn() -> None:
    text = document([WHOLE, WHOLE], [WHOLE, WHOLE]).replace(b"number='2'", b"number='2' non-controlling='yes'")
    assert heads(drawn(text).pages[0]) == ["E0A2"] * 4


def test_a_repeat_of_several_measures_shows_the_measures() -> None:
    style = "<attributes><measure-style><measure-repeat type='start'>2</measure-repeat></measure-style></attributes>"
    assert heads(page([WHOLE, TWO_HALVES, style + WHOLE, TWO_HALVES])).count("E0A3") == 4


def test_a_hidden_staff_is_drawn_in_all_measures() -> None:
    """Files say so system by system, and systems are divided anew."""
    hidden = "<attributes><staff-details print-object='no'/></attributes>"
    assert page([WHOLE, WHOLE], [WHOLE, hidden + rest()]).count('class="mRest"') == 1


def orchestra(parts: int) -> bytes:
    """One part that plays, and others that rest after the first measure, in two groups."""
    resting = [[WHOLE, *[rest()] * 60]] * (parts - 1)
    text = document([WHOLE] * 61, *resting).decode()
    start = "<part-group type='start' number='1'><group-symbol>bracket</group-symbol></part-group>"
    stop = "<part-group type='stop' number='1'/>"
    middle = "<score-part id='P3'>"
    text = text.replace("<part-list>", f"<part-list>{start}").replace("</part-list>", f"{stop}</part-list>")
    return text.replace(middle, f"{stop}{start}{middle}").encode()


@pytest.mark.parametrize(("parts", "hidden"), [(4, False), (10, True)])
def test_staves_that_rest_are_hidden_in_large_scores_only(parts: int, hidden: bool) -> None:
    engraving = drawn(orchestra(parts))
    rests = "".join(engraving.pages).count('class="mRest"')
    assert engraving.problems == () and (rests < 60 * (parts - 1)) == hidden


def test_a_single_part_is_named_once() -> None:
    short = "</part-name><part-abbreviation>Fl.</part-abbreviation>"
    text = document([WHOLE] * 40, names=["Flute"]).replace(b"</part-name>", short.encode())
    first, *_ = drawn(text).pages
    assert "Flute" in "".join(texts(first, "label")) and "Fl." not in "".join(texts(first, "labelAbbr"))
    two = document([WHOLE] * 40, [WHOLE] * 40).replace(b"</part-name>", short.encode())
    assert "Fl." in "".join(texts(drawn(two).pages[0], "labelAbbr"))


@pytest.mark.parametrize(
    ("details", "music", "staves"),
    [
        (["no", "no"], rest(), 1),
        (["no", "yes"], rest(), 2),
        (["no", "no"], WHOLE, 2),
        (["no", "no"], "<direction><direction-type><words>tutti</words></direction-type></direction>" + rest(), 2),
        (["no", ""], rest(), 1),
    ],
)
def test_an_empty_part_that_the_document_hides_is_not_drawn(details: list[str], music: str, staves: int) -> None:
    shown = [f"<staff-details print-object='{each}'/>" if each else "" for each in details]
    first = ATTRIBUTES.replace("</attributes>", f"{shown[0]}</attributes>") + music
    second = f"<attributes>{shown[1]}</attributes>" + music if shown[1] else music
    found = page([ATTRIBUTES + WHOLE, WHOLE], [first, second])
    assert found.count('class="staff"') == 2 * staves
