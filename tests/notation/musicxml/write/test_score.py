"""The MusicXML writer: each point of the export checklist, golden files, and reading back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.elements import Barline, Clef, Instrument, Lyric, Note, Part, Rest, Score, Slot, Tempo, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Interval, Pitch, Unpitched
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import RefusedError
from scoregen.system.version import __version__
from tests.notation.handmade import as_written, clarinet_and_piano, hymn, line, measure, melody
from tests.strategies import scores

CASES = Path(__file__).resolve().parents[3] / "cases" / "writing"
GOLDENS = {"hymn": hymn, "clarinet_and_piano": clarinet_and_piano}


def tree(score: Score) -> etree._Element:
    return etree.fromstring(write_musicxml(score))


def texts(score: Score, path: str) -> list[str | None]:
    return [element.text for element in tree(score).iterfind(path)]


def tags(root: etree._Element, path: str) -> list[str]:
    """The children of the first element at a path."""
    return [child.tag for child in root.findall(path)[0]]


def accidentals(score: Score) -> list[str]:
    """The visible accidental of each note, with a `?` if it is only a courtesy, or `-`."""
    found = []
    for note in tree(score).iter("note"):
        mark = note.find("accidental")
        courtesy = mark is not None and mark.get("cautionary") == "yes"
        found.append("-" if mark is None else f"{mark.text}{'?' if courtesy else ''}")
    return found


def beams(text: str, time: str = "4/4") -> list[str]:
    """The beam values of each note, the outermost first."""
    notes = tree(melody(text, time=time)).iter("note")
    return ["/".join(str(beam.text) for beam in note.iterfind("beam")) for note in notes]


def tuplets(text: str, time: str = "4/4") -> str:
    """The brackets as parentheses around their notes."""
    found = ""
    for note in tree(melody(text, time=time)).iter("note"):
        kinds = [mark.get("type") for mark in note.iterfind("notations/tuplet")]
        found += "(" * kinds.count("start") + "n" + ")" * kinds.count("stop")
    return found


@pytest.mark.parametrize("name", GOLDENS)
def test_golden(name: str) -> None:
    expected = (CASES / f"{name}.musicxml").read_text(encoding="utf-8")
    written = write_musicxml(GOLDENS[name](), {"scoregen:seed": "7"}).decode()
    assert written.replace(f"scoregen {__version__}<", "scoregen<") == expected


@pytest.mark.parametrize("name", GOLDENS)
def test_what_is_written_is_valid_and_reads_back(name: str) -> None:
    text = write_musicxml(GOLDENS[name]())
    assert check_document(text, "") == ()
    assert read_musicxml(text, "") == as_written(GOLDENS[name]())


def test_head() -> None:
    text = write_musicxml(hymn(), {"scoregen:seed": "7"})
    assert text.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC')
    root = etree.fromstring(text)
    assert root.get("version") == "4.0"
    assert root.findtext("work/work-title") == "A Hymn"
    assert root.findtext("identification/creator[@type='composer']") == "Nobody"
    assert root.findtext("identification/encoding/software") == f"scoregen {__version__}"
    assert root.findtext("identification/miscellaneous/miscellaneous-field[@name='scoregen:seed']") == "7"
    assert root.find("defaults") is None and root.find("credit") is None


def test_the_same_score_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert write_musicxml(hymn()) == write_musicxml(hymn())
    assert b"encoding-date" not in write_musicxml(hymn())
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert b"<encoding-date>1970-01-02</encoding-date>" in write_musicxml(hymn())


def test_titles_and_lyrics_lose_what_xml_cannot_hold() -> None:
    score = hymn()
    score = replace(score, metadata=replace(score.metadata, title="A <b>\x00\x1b & \ud800 B"))
    assert read_musicxml(write_musicxml(score), "").metadata.title == "A <b> & B"


@pytest.mark.parametrize(
    ("text", "divisions"),
    [("w:C4", "1"), ("e:C4 e:C4 q:C4 h:C4", "2"), ("e3:C4 e3:C4 e3:C4 s:C4 s:C4 e:C4 h:C4", "12")],
)
def test_divisions_are_the_least_that_suffice(text: str, divisions: str) -> None:
    assert texts(melody(text), "part/measure/attributes/divisions") == [divisions]


def odd(actual: int) -> tuple[Note, ...]:
    """This many notes in the time of four quarters."""
    return (Note(NoteValue("quarter", 0, actual, 4), Pitch("C", 0, 4)),) * actual


def test_divisions_split_by_part_where_one_number_would_be_too_large() -> None:
    parts = (Part("P1"), Part("P2"))
    row = measure("1", "4/4", {Slot("P1"): odd(127), Slot("P2"): odd(131)})
    root = tree(Score(parts, (row,)))
    assert [element.text for element in root.iter("divisions")] == ["127", "131"]
    with pytest.raises(RefusedError, match=r"part P1: .* 16637 divisions .* 16383"):
        write_musicxml(Score(parts[:1], (measure("1", "4/4", {Slot("P1"): odd(127), Slot("P1", 1, 2): odd(131)}),)))


def test_transposing_part_is_written_at_its_own_pitch() -> None:
    root = tree(clarinet_and_piano())
    part = root.find("part")
    assert part is not None
    assert [part.findtext(f".//transpose/{tag}") for tag in ("diatonic", "chromatic", "octave-change")] == [
        "-1",
        "-2",
        None,
    ]
    assert part.findtext(".//key/fifths") == "0"  # two flats at sounding pitch
    first = part.find(".//pitch")
    assert first is not None and [child.text for child in first] == ["A", "4"]  # G4 at sounding pitch


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval(-7, -12), ["0", "0", "-1"]),
        (Interval(-8, -14), ["-1", "-2", "-1"]),
        (Interval(5, 9), ["5", "9", None]),
    ],
)
def test_octaves_of_a_transposition_are_separate(interval: Interval, expected: list[str | None]) -> None:
    score = melody("w:C4")
    score = replace(score, parts=(replace(score.parts[0], transposition=interval),))
    element = tree(score).find(".//transpose")
    assert element is not None
    assert [element.findtext(tag) for tag in ("diatonic", "chromatic", "octave-change")] == expected
    assert read_musicxml(write_musicxml(score), "") == as_written(score)


def test_tenor_clef_sounds_an_octave_lower() -> None:
    root = tree(hymn())
    assert root.findtext("part[@id='P3']/measure/attributes/clef/clef-octave-change") == "-1"
    assert root.find("part[@id='P3']/measure/attributes/transpose") is None


def test_voices_have_their_own_numbers_and_meet_at_the_start() -> None:
    part = tree(clarinet_and_piano()).find("part[@id='P2']")
    assert part is not None
    numbers = [(note.findtext("staff"), note.findtext("voice")) for note in part[0].iterfind("note")]
    assert sorted(set(numbers)) == [("1", "1"), ("1", "2"), ("2", "5")]
    assert [backup.findtext("duration") for backup in part[0].iterfind("backup")] == ["24", "24"]


def test_a_fifth_voice_takes_a_free_number_or_is_refused() -> None:
    def score(*voices: int) -> Score:
        return Score((Part("P1"),), (measure("1", "4/4", {Slot("P1", 1, voice): "w:C4" for voice in voices}),))

    assert texts(score(1, 2, 6), "part/measure/note/voice") == ["1", "2", "3"]
    with pytest.raises(RefusedError, match=r"part P1, measure 1, voice 5: staff 1 has more than 4 voices"):
        write_musicxml(score(1, 2, 3, 4, 5))


def test_stems_separate_the_voices_of_a_staff_and_follow_the_middle_line() -> None:
    two = Score((Part("P1"),), (measure("1", "4/4", {Slot("P1"): "h:C4 h:C6", Slot("P1", 1, 2): "h:A3 h:C4"}),))
    assert texts(two, "part/measure/note/stem") == ["up", "up", "down", "down"]
    assert texts(melody("q:A4 q:B4 e:C4 e:D6 q:r"), "part/measure/note/stem") == ["up", "down", "down", "down"]
    assert texts(melody("w:C4"), "part/measure/note/stem") == []


@pytest.mark.parametrize(
    ("text", "time", "expected"),
    [
        ("e:C4 e:C4 e:C4 e:C4 h:C4", "4/4", ["begin", "end", "begin", "end", ""]),
        ("e:C4 e:C4 e:C4 e:C4 h:C4", "2/2", ["begin", "continue", "continue", "end", ""]),
        ("e:C4 e:C4 e:C4 e:C4 e:C4 e:C4", "6/8", ["begin", "continue", "end", "begin", "continue", "end"]),
        ("e:C4 e:C4 e:C4 e:C4 e:C4", "5/8", ["begin", "continue", "end", "begin", "end"]),
        ("e.:C4 s:C4 s:C4 e.:C4 h:C4", "4/4", ["begin", "end/backward hook", "begin/forward hook", "end", ""]),
        (
            "e:C4 s:C4 s:C4 s:C4 e:C4 s:C4 h:C4",
            "4/4",
            ["begin", "continue/begin", "end/end", "begin/forward hook", "continue", "end/backward hook", ""],
        ),
        ("e:C4 e:r e:C4 e:C4 h:C4", "4/4", ["", "", "begin", "end", ""]),
        ("q:C4 q.:C4 e:C4 q:C4", "4/4", ["", "", "", ""]),
        (
            "s:C4 s:C4 s:C4 s:C4 e:C4 e:C4 h:C4",
            "2/2",
            ["begin/begin", "continue/continue", "continue/continue", "end/end", "begin", "end", ""],
        ),
    ],
)
def test_beams_follow_the_metre(text: str, time: str, expected: list[str]) -> None:
    assert beams(text, time) == expected


def test_beams_of_an_anacrusis_count_from_the_barline() -> None:
    rows = (
        measure("0", "4/4", {Slot("P1"): "e:C4 e:D4 e:E4"}, implicit=True),
        measure("1", "4/4", {Slot("P1"): "w:C4"}),
    )
    words = [note.findtext("beam") for note in tree(Score((Part("P1"),), rows)).iter("note")]
    assert words == [None, "begin", "end", None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e3:C4 e3:C4 e3:C4 e3:C4 e3:C4 e3:C4 h:C4", "(nnn)(nnn)n"),
        ("q3:C4 e3:C4 e3:r q3:C4 h:C4", "(nn)(nn)n"),
        ("e3:C4 s3:C4 e.3:C4 q:C4 h:C4", "(nnn)nn"),
        ("e.3:C4 s3:C4 e3:C4 q:C4 h:C4", "(nnn)nn"),
        ("h3:C4 h3:C4 h3:C4", "(nnn)"),
    ],
)
def test_tuplet_brackets_close_as_soon_as_they_can(text: str, expected: str) -> None:
    assert tuplets(text) == expected


def test_a_sextuplet_is_one_bracket() -> None:
    sixth = Note(NoteValue("16th", 0, 6, 4), Pitch("C", 0, 4))
    row = measure("1", "2/4", {Slot("P1"): (*(sixth,) * 6, *line("q:C4"))})
    marks = [mark.get("type") for mark in tree(Score((Part("P1"),), (row,))).iter("tuplet")]
    assert marks == ["start", "stop"]


@pytest.mark.parametrize(
    ("measures", "key", "expected"),
    [
        (["q:F#4 q:F#4 q:F4 q:F#5"], 0, ["sharp", "-", "natural", "sharp"]),
        (["q:F#4 q:F4 q:Bb4 q:B4"], 1, ["-", "natural", "flat", "natural"]),
        (["h:F#4 h:G4", "h:F4 h:F4"], 0, ["sharp", "-", "natural?", "-"]),
        (["h:F#4 h:F4", "w:F4"], 0, ["sharp", "natural", "-"]),
        (["h:G4 h:F#4~", "h:~F#4 h:F#4", "w:F4"], 0, ["-", "sharp", "-", "sharp", "natural?"]),
        (["h:F#4 h:F5"], 0, ["sharp", "natural?"]),
        (["h:F##4 h:F#4", "h:Bbb4 h:Bb4"], 0, ["double-sharp", "sharp", "flat-flat", "flat"]),
    ],
)
def test_visible_accidentals(measures: list[str], key: int, expected: list[str]) -> None:
    assert accidentals(melody(*measures, key=key)) == expected


def test_accidentals_of_a_staff_count_for_all_its_voices() -> None:
    row = measure("1", "4/4", {Slot("P1"): "q:r q:F4 h:C5", Slot("P1", 1, 2): "q:F#4 q:r h:A4"})
    assert accidentals(Score((Part("P1"),), (row,))) == ["-", "natural", "-", "sharp", "-", "-"]


def test_ties_are_written_twice_and_only_with_both_ends() -> None:
    root = tree(melody("h:C4 h:D4~", "h:~D4 h:E4~"))
    assert [[tie.get("type") for tie in note.iterfind("tie")] for note in root.iter("note")] == [
        [],
        ["start"],
        ["stop"],
        [],
    ]
    assert [tied.get("type") for tied in root.iter("tied")] == ["start", "stop"]


def test_rests_that_fill_the_measure() -> None:
    blank = Score((Part("P1"),), (replace(measure("1", "5/4", {}), voices=(Voice(Slot("P1"), (), "blank"),)),))
    note = tree(blank).find("part/measure/note")
    assert note is not None and [child.tag for child in note] == ["rest", "duration", "voice"]
    rest = note.find("rest")
    assert rest is not None and rest.get("measure") == "yes" and note.findtext("duration") == "5"


def test_gaps_are_invisible_rests_and_odd_ones_are_skipped() -> None:
    gap = Rest(NoteValue.of(Fraction(5, 4)), visible=False)
    row = measure(
        "1", "4/4", {Slot("P1"): (*line("q:x"), gap, *line("s:C4 e.:C4 q.:C4 e:C4"))[:4] + line("q:C4 s:C4 e:C4")}
    )
    score = Score((Part("P1"),), (row,))
    part = tree(score).find("part/measure")
    assert part is not None
    assert part.findall("note")[0].get("print-object") == "no"
    assert part.findtext("forward/duration") == "5"
    assert read_musicxml(write_musicxml(score), "") == as_written(score)


def test_repeats_and_endings_are_in_every_part() -> None:
    for part in tree(clarinet_and_piano()).iterfind("part"):
        marks = [
            (b.get("location"), b.findtext("bar-style"), *[(c.tag, c.get("type") or c.get("direction")) for c in b[1:]])
            for b in part.iterfind("measure/barline")
        ]
        assert marks == [
            ("left", "heavy-light", ("repeat", "forward")),
            ("left", None),
            ("right", "light-heavy", ("ending", "stop"), ("repeat", "backward")),
            ("left", None),
            ("right", "light-heavy", ("ending", "stop")),
        ]


def test_endings_are_drawn_once() -> None:
    hidden = [
        [ending.get("print-object") for ending in part.iter("ending")]
        for part in tree(clarinet_and_piano()).iter("part")
    ]
    assert hidden == [[None] * 4, ["no"] * 4]


def test_an_ending_in_mid_piece_is_discontinued() -> None:
    score = melody("w:C4", "w:C4", "w:C4")
    rows = (replace(score.measures[0], endings=(1, 2)), *score.measures[1:])
    endings = [(e.get("number"), e.get("type")) for e in tree(replace(score, measures=rows)).iter("ending")]
    assert endings == [("1, 2", "start"), ("1, 2", "discontinue")]


def test_final_barline_and_anacrusis() -> None:
    rows = (measure("0", "4/4", {Slot("P1"): "q:C4"}), measure("1", "4/4", {Slot("P1"): "w:C4"}))
    root = tree(Score((Part("P1"),), rows))
    assert [(m.get("number"), m.get("implicit")) for m in root.iter("measure")] == [("0", "yes"), ("1", None)]
    assert [style.text for style in root.iter("bar-style")] == ["light-heavy"]


def test_a_choir_has_a_bracket_and_no_common_barline() -> None:
    listing = tree(hymn()).find("part-list")
    assert listing is not None
    assert [child.tag for child in listing] == ["part-group", *["score-part"] * 4, "part-group"]
    assert [(child.tag, child.text) for child in listing[0]] == [("group-symbol", "bracket"), ("group-barline", "no")]


def test_barlines_run_through_a_group_of_players() -> None:
    players = tuple(
        replace(part, instrument=Instrument(part.name, "strings.viola", 42), group="square") for part in hymn().parts
    )
    start = tree(replace(hymn(), parts=players)).find("part-list/part-group")
    assert start is not None
    assert [child.text for child in start] == ["square", "yes"]


def test_a_keyboard_has_a_brace() -> None:
    attributes = tree(clarinet_and_piano()).find("part[@id='P2']/measure/attributes")
    assert attributes is not None
    assert attributes.findtext("staves") == "2" and attributes.findtext("part-symbol") == "brace"
    assert [clef.get("number") for clef in attributes.iterfind("clef")] == ["1", "2"]


def test_instruments_are_declared() -> None:
    part = tree(hymn()).find("part-list/score-part")
    assert part is not None
    assert part.findtext("part-abbreviation") == "S."
    assert part.findtext("score-instrument/instrument-sound") == "voice.soprano"
    assert [part.findtext(f"midi-instrument/{tag}") for tag in ("midi-channel", "midi-program")] == ["1", "53"]


def test_percussion_notes_name_declared_instruments() -> None:
    drum = tuple(Note(NoteValue("half"), Unpitched("E", 4, name)) for name in ("Kick", "Snare"))
    part = Part("P1", "Drums", clefs=(Clef("percussion"),), instrument=Instrument("Kick", None, 1, True))
    score = Score((part,), (measure("1", "4/4", {Slot("P1"): drum}),))
    root = tree(score)
    assert [item.get("id") for item in root.iter("instrument")] == ["P1-I1", "P1-I2"]
    assert {item.text for item in root.iter("midi-channel")} == {"10"}
    assert read_musicxml(write_musicxml(score), "") == as_written(score)


def test_part_ids_become_valid_xml_ids() -> None:
    score = Score((Part("1"), Part("P1")), (measure("1", "4/4", {Slot("1"): "w:C4", Slot("P1"): "w:E4"}),))
    root = tree(score)
    assert [part.get("id") for part in root.iter("part")] == ["P1", "P1.2"]
    assert check_document(write_musicxml(score), "") == ()


def test_a_tempo_is_where_it_sounds() -> None:
    score = melody("h:C4+E4 h:D4")
    tempos = tuple(
        Tempo(onset, NoteValue("quarter", 1), Fraction(60), text)
        for onset, text in ((Fraction(0), "Slow"), (Fraction(1), None), (Fraction(2), None))
    )
    score = replace(score, measures=(replace(score.measures[0], tempos=tempos),))
    root = tree(score)
    assert tags(root, "part/measure") == [
        "attributes",
        *["direction"] * 2,
        *["note"] * 2,
        "direction",
        "note",
        "barline",
    ]
    assert [sound.get("tempo") for sound in root.iter("sound")] == ["90", "90", "90"]
    assert [direction.findtext("offset") for direction in root.iter("direction")] == [None, "1", None]
    assert read_musicxml(write_musicxml(score), "") == as_written(score)


def test_signatures_are_written_where_they_change() -> None:
    score = melody("w:C4", "w:C4", "w:C4")
    rows = [replace(row, time=TimeSignature.parse("C")) for row in score.measures]
    rows[2] = replace(rows[2], key=KeySignature(3), time=TimeSignature((4,), 4))
    attributes = tree(replace(score, measures=tuple(rows))).findall("part/measure/attributes")
    assert [[child.tag for child in element] for element in attributes] == [
        ["divisions", "key", "time", "clef"],
        ["key", "time"],
    ]
    assert [time.get("symbol") for element in attributes for time in element.iterfind("time")] == ["common", None]


def test_a_symbol_that_readers_would_take_for_another_metre_is_left_out() -> None:
    score = melody("h:C4", time="2/4")
    rows = (replace(score.measures[0], time=TimeSignature((2,), 4, "common")),)
    assert tree(replace(score, measures=rows)).find(".//time[@symbol]") is None


def test_elided_syllables_ornaments_and_techniques_read_back() -> None:
    note = Note(
        NoteValue("whole"),
        Pitch("C", 0, 5),
        articulations=("trill-mark", "up-bow", "staccato"),
        lyrics=(Lyric("la‿en", "end"), Lyric("o‿ver", "begin", "2"), Lyric("‿", verse="3")),
    )
    text = write_musicxml(Score((Part("P1"),), (measure("1", "4/4", {Slot("P1"): (note,)}),)))
    assert check_document(text, "") == ()
    root = etree.fromstring(text)
    assert [[child.text for child in lyric] for lyric in root.iter("lyric")] == [
        ["end", "la", "‿", "single", "en"],
        ["single", "o", "‿", "begin", "ver"],
        ["single", "‿"],
    ]
    groups = {tag: tags(root, f".//{tag}") for tag in ("ornaments", "technical", "articulations")}
    assert groups == {"ornaments": ["trill-mark"], "technical": ["up-bow"], "articulations": ["staccato"]}
    again = read_musicxml(text, "").measures[0].voices[0].elements[0].notes[0]
    assert set(again.articulations) == set(note.articulations)
    assert again.lyrics == note.lyrics


def test_lyrics_articulations_and_grace_notes() -> None:
    grace = Note(NoteValue("16th"), Pitch("B", 0, 4), grace=True)
    sung = Note(
        NoteValue("half"),
        Pitch("C", 0, 5),
        articulations=("accent", "unheard-of"),
        lyrics=(Lyric("glo", "begin", "1"), Lyric("lo", "single", "2", True), Lyric("", verse="3", extend=True)),
        fermata=True,
    )
    score = Score(
        (Part("P1"),), (measure("1", "2/4", {Slot("P1"): (grace, grace, sung)}, barline=Barline("light-heavy")),)
    )
    root = tree(score)
    assert [[beam.text for beam in note.iterfind("beam")] for note in root.iter("note")][:2] == [
        ["begin"] * 2,
        ["end"] * 2,
    ]
    assert [(lyric.get("number"), *[child.text for child in lyric]) for lyric in root.iter("lyric")] == [
        ("1", "begin", "glo"),
        ("2", "single", "lo", None),
        ("3", None),
    ]
    assert tags(root, ".//articulations") == ["accent", "other-articulation"]
    assert check_document(write_musicxml(score), "") == ()


def test_pitches_outside_the_format_are_refused() -> None:
    score = Score((Part("P1"),), (measure("3", "4/4", {Slot("P1"): (Note(NoteValue("whole"), Pitch("C", 0, 10)),)}),))
    with pytest.raises(RefusedError, match=r"part P1, measure 3, voice 1: C10 is outside"):
        write_musicxml(score)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scores(most_voices=5))
def test_any_score_is_valid_and_reads_back(score: Score) -> None:
    text = write_musicxml(score)
    assert check_document(text, "") == ()
    assert read_musicxml(text, "") == as_written(score)


def chorales() -> list[Path]:
    """The four-part chorales among music21's Bach works."""
    import music21

    return sorted((Path(music21.__file__).parent / "corpus" / "bach").glob("*.mxl"))


def reads_back(path: Path) -> bool:
    score = read_musicxml(load_document(path), str(path))
    text = write_musicxml(replace(score, document=None))
    assert check_document(text, path.name) == ()
    return read_musicxml(text, path.name) == as_written(score)


def test_chorales_read_back() -> None:
    assert [path.name for path in chorales()[::25] if not reads_back(path)] == []


@pytest.mark.slow
def test_every_chorale_reads_back() -> None:
    assert len(chorales()) > 400
    assert [path.name for path in chorales() if not reads_back(path)] == []


def test_psalms_read_back(shared_data: Callable[[str], Path]) -> None:
    psalms = sorted((shared_data("goudimel") / "scores").glob("*.mxl"))
    assert len(psalms) == 30
    assert [path.name for path in psalms if not reads_back(path)] == []


def test_every_number_is_a_plain_decimal() -> None:
    """Decimals are plain: no exponent, no fraction sign."""
    score = melody("w:C4")
    tempo = Tempo(Fraction(0), NoteValue("quarter"), Fraction(200, 3))
    text = write_musicxml(replace(score, measures=(replace(score.measures[0], tempos=(tempo,)),)))
    assert re.search(rb'<sound tempo="66.666667"/>', text)
