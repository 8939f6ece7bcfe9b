"""The reader on one small file for each notational feature (tests/cases/reading)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.score.check import problems
from scoregen.score.elements import Barline, Chord, Clef, Instrument, Lyric, Note, Rest, Score, Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import SignatureChange, TimeSignature, last_key
from scoregen.score.pitch import Interval, Unpitched
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import ReadError, RefusedError

HALF = Fraction(1, 2)


@pytest.fixture(scope="module")
def case(repository: Path) -> Callable[[str], Score]:
    """The score of a file in tests/cases/reading, which must be consistent."""

    def read(name: str) -> Score:
        path = repository / "tests" / "cases" / "reading" / f"{name}.musicxml"
        score = read_musicxml(load_document(path), path.name)
        assert problems(score) == ()
        return score

    return read


def slots(score: Score, index: int) -> list[tuple[int, int]]:
    return [(voice.slot.staff, voice.slot.voice) for voice in score.measures[index].voices]


def line(score: Score, index: int, slot: Slot) -> list[str]:
    """One word per element: pitches with their length, r for a rest, g for a gap."""
    voice = score.measures[index].voice(slot)
    assert voice is not None
    words = []
    for element in voice.elements:
        pitches = "+".join(str(note.pitch) for note in element.notes)
        silence = "r" if isinstance(element, Rest) and element.visible else "g"
        words.append(f"{pitches or silence}:{element.duration}")
    return words


def test_anacrusis_and_its_complement_keep_their_real_length(case: Callable[[str], Score]) -> None:
    score = case("anacrusis")
    assert [measure.duration for measure in score.measures] == [1, 4, 3]
    assert [measure.implicit for measure in score.measures] == [True, False, False]
    assert score.has_anacrusis
    assert score.measures[0].time == TimeSignature((4,), 4)
    assert line(score, 0, Slot("P2")) == ["r:1"]


def test_fermatas_end_phrases(case: Callable[[str], Score]) -> None:
    score = case("anacrusis")
    assert [measure.phrase_ends for measure in score.measures] == [(), (3,), (0,)]
    final = score.measures[2].voices[0].elements[0]
    assert isinstance(final, Note) and final.fermata


def test_key_and_clefs(case: Callable[[str], Score]) -> None:
    score = case("anacrusis")
    assert score.measures[0].key == KeySignature(1, "major")
    assert [part.clefs for part in score.parts] == [(Clef("G", 2),), (Clef("F", 4),)]
    assert score.measures[2].barline == Barline("light-heavy")


def test_transposing_instruments_sound(case: Callable[[str], Score]) -> None:
    score = case("transposition")
    assert line(score, 0, Slot("P1")) == ["E4:2", "C5:2"]
    assert line(score, 0, Slot("P2")) == ["C2:4"]
    assert line(score, 0, Slot("P3")) == ["F4:4"]
    assert [part.transposition for part in score.parts] == [Interval(-1, -2), Interval(-7, -12), Interval(-4, -7)]


OCTAVE_CLEF = (
    "<clef><sign>G</sign><line>2</line><clef-octave-change>-1</clef-octave-change></clef>"
    "<transpose><diatonic>{}</diatonic><chromatic>{}</chromatic>{}</transpose>"
)


@pytest.mark.parametrize(
    ("diatonic", "chromatic", "octaves", "expected", "left"),
    [
        (0, 0, "<octave-change>-1</octave-change>", "C4", Interval(0, 0)),
        (-7, -12, "", "C4", Interval(0, 0)),
        (0, 0, "<octave-change>-2</octave-change>", "C2", Interval(-14, -24)),
        (-1, -2, "<octave-change>-1</octave-change>", "Bb2", Interval(-8, -14)),
        (0, 0, "", "C4", Interval(0, 0)),
    ],
)
def test_an_octave_in_the_clef_and_in_the_transposition_is_one_octave(
    diatonic: int, chromatic: int, octaves: str, expected: str, left: Interval
) -> None:
    attributes = f"<attributes>{OCTAVE_CLEF.format(diatonic, chromatic, octaves)}</attributes>"
    score = read_musicxml(PART.format(f"<measure number='1'>{attributes}{NOTE}</measure>").encode(), "f")
    assert line(score, 0, Slot("P1")) == [f"{expected}:4"]
    assert score.parts[0].transposition == left


def test_transposition_changes_with_the_instrument(case: Callable[[str], Score]) -> None:
    score = case("transposition")
    assert line(score, 1, Slot("P1")) == ["C5:4"]
    assert score.measures[1].key.fifths == 0


def test_a_part_in_another_key_is_named(case: Callable[[str], Score]) -> None:
    score = case("transposition")
    assert score.measures[0].key.fifths == 0
    assert score.measures[0].own_keys == (("P3", KeySignature(-1)),)


def test_a_voice_that_crosses_the_staves_keeps_one_slot(case: Callable[[str], Score]) -> None:
    score = case("cross_staff")
    assert slots(score, 0) == [(1, 1), (2, 1)]
    assert line(score, 0, Slot("P1", 1, 1)) == ["C5:2", "G3:2"]
    assert line(score, 0, Slot("P1", 2, 1)) == ["C3:2", "C4:2"]
    assert staves_of_notes(score, 0, Slot("P1", 1, 1)) == [None, 2]


def staves_of_notes(score: Score, index: int, slot: Slot) -> list[int | None]:
    voice = score.measures[index].voice(slot)
    assert voice is not None
    return [note.staff for element in voice.elements for note in element.notes]


def test_the_members_of_a_chord_keep_their_staves() -> None:
    member = "<note>{}<pitch><step>{}</step><octave>4</octave></pitch><duration>4</duration><staff>{}</staff></note>"
    chord = member.format("", "C", 2) + member.format("<chord/>", "G", 1)
    score = read_musicxml(PART.format(f"<measure number='1'>{chord}</measure>").encode(), "f")
    assert staves_of_notes(score, 0, Slot("P1", 2, 1)) == [None, 1]
    again = read_musicxml(write_musicxml(replace(score, document=None)), "f")
    assert staves_of_notes(again, 0, Slot("P1", 2, 1)) == [None, 1]


def test_one_voice_number_on_two_staves_at_once_is_two_voices(case: Callable[[str], Score]) -> None:
    score = case("cross_staff")
    assert slots(score, 1) == [(1, 1), (2, 2)]
    assert line(score, 1, Slot("P1", 2, 2)) == ["C3:4"]


def test_overlaps_without_voice_elements_become_voices(case: Callable[[str], Score]) -> None:
    score = case("split_voices")
    assert line(score, 0, Slot("P1")) == ["C5:2", "D5:2"]
    assert line(score, 0, Slot("P1", 1, 2)) == ["E4:4"]


def test_forwards_and_late_entries_become_gaps(case: Callable[[str], Score]) -> None:
    score = case("split_voices")
    assert line(score, 1, Slot("P1")) == ["g:1", "C5:3"]
    assert line(score, 1, Slot("P1", 1, 2)) == ["g:2", "E4:2"]


def test_chords_are_sorted_and_grace_notes_take_no_time(case: Callable[[str], Score]) -> None:
    score = case("grace_and_chords")
    assert line(score, 0, Slot("P1")) == ["B4:0", "E4+G4+C5:1", "A4+C5:0", "F5:3"]
    chord = score.measures[0].voices[0].elements[1]
    assert isinstance(chord, Chord)
    assert chord.notes[0].lyrics == (Lyric("hey"),) and chord.notes[0].fermata
    assert not any(note.lyrics or note.fermata for note in chord.notes[1:])


def test_a_chord_member_of_another_length_is_not_lost(case: Callable[[str], Score]) -> None:
    score = case("grace_and_chords")
    assert line(score, 0, Slot("P1", 1, 2)) == ["g:1", "A4:1", "g:2"]


def test_tuplets_rounded_to_divisions_are_exact(case: Callable[[str], Score]) -> None:
    score = case("rounded_triplets")
    assert line(score, 0, Slot("P1")) == ["C5:1/3", "D5:1/3", "E5:1/3", "F5:1"]
    assert score.measures[0].voices[0].elements[0].notes[0].value == NoteValue("eighth", 0, 3, 2)
    assert score.measures[0].duration == 2


def test_time_signatures_with_groups_units_or_none(case: Callable[[str], Score]) -> None:
    times = [measure.time for measure in case("composite_time").measures]
    assert times == [
        TimeSignature((3, 2), 8),
        TimeSignature((3, 2), 8),
        TimeSignature((7,), 8),
        TimeSignature((2,), 2, "cut"),
    ]


def test_a_duration_without_a_plain_value_is_kept_exactly(case: Callable[[str], Score]) -> None:
    score = case("composite_time")
    assert score.measures[1].voices[0].elements[0].duration == 5 * HALF


def test_lyrics_with_verses_elision_and_extension(case: Callable[[str], Score]) -> None:
    notes = [element.notes[0] for element in case("lyrics").measures[0].voices[0].elements]
    assert [note.lyrics for note in notes] == [
        (Lyric("Glo", "begin", "1"), Lyric("Ein", "single", "2")),
        (Lyric("ria‿ex", "middle", "1", extend=True),),
        (Lyric("", "single", "1", extend=True),),
        (Lyric("cel", "end", "1"),),
    ]


def test_repeats_and_endings(case: Callable[[str], Score]) -> None:
    measures = case("repeats").measures
    assert [measure.repeat_start for measure in measures] == [True, False, False, False]
    assert [measure.endings for measure in measures] == [(), (1, 2), (3,), (3,)]
    assert measures[1].barline == Barline("light-heavy", 3)


def test_tempos(case: Callable[[str], Score]) -> None:
    first, second, *_ = case("repeats").measures
    (andante,) = first.tempos
    assert (andante.onset, andante.beat, andante.text) == (0, NoteValue("quarter", 1), "Andante")
    assert andante.quarters_per_minute == Fraction(435, 4)
    assert [(tempo.onset, tempo.quarters_per_minute) for tempo in second.tempos] == [(2, 60)]


def test_header_with_group_instrument_and_metadata(case: Callable[[str], Score]) -> None:
    score = case("percussion_and_groups")
    choir, drums = score.parts
    assert (choir.group, choir.abbreviation, drums.group) == ("Voices", "Ch.", None)
    assert choir.instrument == Instrument("Choir Aahs", "voice.vocals", 53)
    assert drums.instrument is not None and drums.instrument.percussion
    assert (score.metadata.title, score.metadata.movement) == ("A Piece", "Second")
    assert (score.metadata.composer, score.metadata.lyricist, score.metadata.rights) == ("Ann; Ben", "Cay", "Free")
    assert score.metadata.miscellaneous == (("mood", "glad"),)


def test_unpitched_and_microtonal_notes(case: Callable[[str], Score]) -> None:
    choir, drums = case("percussion_and_groups").measures[0].voices
    assert [element.notes[0].pitch for element in drums.elements] == [
        Unpitched("F", 4, "Bass Drum"),
        Unpitched("C", 5, "Snare"),
        Unpitched("B", 4),
    ]
    pitches = [element.notes[0].pitch for element in choir.elements]
    assert [pitch.alter for pitch in pitches if not isinstance(pitch, Unpitched)] == [HALF, Fraction(-3, 2)]


def test_a_key_at_the_end_of_a_measure_holds_from_the_next(case: Callable[[str], Score]) -> None:
    assert [measure.key.fifths for measure in case("key_at_measure_end").measures] == [0, 2]


def test_ties_cues_and_articulations(case: Callable[[str], Score]) -> None:
    notes = [e.notes[0] for measure in case("ties").measures for voice in measure.voices for e in voice.elements]
    ties = [(note.tied_from_previous, note.tied_to_next) for note in notes]
    assert ties == [(False, True), (True, True), (True, False), (False, False)]
    assert notes[1].articulations == ("accent", "tenuto")
    assert [note.cue for note in notes] == [False, False, False, True]


def test_short_overfull_and_missing_measures(case: Callable[[str], Score]) -> None:
    score = case("part_lengths")
    assert [measure.duration for measure in score.measures] == [4, 4, 4, 5]
    assert line(score, 2, Slot("P1")) == ["D5:3", "g:1"]
    assert score.measures[3].voice(Slot("P2")) is None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("refused_polymetre", "measure 1: the parts have different metres at once: part P1 has 3/4"),
    ],
)
def test_unsupported_music_is_refused_by_name(case: Callable[[str], Score], name: str, message: str) -> None:
    with pytest.raises(RefusedError, match=f"{name}.musicxml: {message}"):
        case(name)


def test_signatures_that_change_inside_a_measure(case: Callable[[str], Score]) -> None:
    score = case("key_inside_measure")
    assert score.measures[1].key == KeySignature(0) and last_key(score.measures[1]) == KeySignature(2)
    assert score.measures[1].changes == (SignatureChange(Fraction(2), KeySignature(2)),)
    score = read_musicxml(CHANGES.encode(), "f")
    assert [measure.duration for measure in score.measures] == [4, 2]
    assert [measure.time for measure in score.measures] == [TimeSignature((4,), 4), TimeSignature((2,), 4)]
    assert score.measures[0].changes == (SignatureChange(Fraction(2), KeySignature(2), TimeSignature((2,), 4)),)


def test_a_metre_that_changes_inside_a_measure(case: Callable[[str], Score]) -> None:
    score = case("time_inside_measure")
    assert score.measures[0].changes == (SignatureChange(Fraction(2), None, TimeSignature((2,), 4)),)
    assert [measure.duration for measure in score.measures] == [4, 2]


def test_the_notes_of_a_voice_name_their_staves(case: Callable[[str], Score]) -> None:
    score = case("voice_and_piano")
    slots = [voice.slot for voice in score.measures[0].voices]
    crossing = next(slot for slot in slots if 1 in staves_of_notes(score, 0, slot))
    assert crossing.staff == 2 and staves_of_notes(score, 0, crossing) == [None, None, 1, 1, 1, 1, 1]


def test_a_closed_score_has_two_voices_a_staff(case: Callable[[str], Score]) -> None:
    score = case("closed_score")
    assert [line(score, 1, slot) for slot in score.slots] == [["G4:4"], ["E4:4"], ["C4:4"], ["C3:4"]]
    assert [slot.staff for slot in score.slots] == [1, 1, 2, 2]


def test_a_score_without_measures_is_named() -> None:
    with pytest.raises(ReadError, match="f: the score has no measure"):
        read_musicxml(PART.format("").encode(), "f")


def test_a_repeated_signature_is_no_change() -> None:
    same = CHANGES.replace("<fifths>5</fifths>", "<fifths>0</fifths>").replace("<beats>2</beats>", "<beats>4</beats>")
    assert read_musicxml(same.encode(), "f").measures[0].changes == ()


HALF_NOTE = "<note><pitch><step>D</step><octave>5</octave></pitch><duration>2</duration><type>half</type></note>"
CHANGES = (
    "<score-partwise><part-list><score-part id='P1'/></part-list><part id='P1'><measure number='1'>"
    "<attributes><divisions>1</divisions><key><fifths>0</fifths></key><time><beats>4</beats><beat-type>4</beat-type>"
    f"</time><transpose><diatonic>2</diatonic><chromatic>3</chromatic></transpose></attributes>{HALF_NOTE}"
    "<attributes><key><fifths>5</fifths></key><time><beats>2</beats><beat-type>4</beat-type></time></attributes>"
    f"{HALF_NOTE}</measure><measure number='2'>{HALF_NOTE}</measure></part></score-partwise>"
)
"""Written B major for an instrument that sounds a minor third higher: D major."""


PART = "<score-partwise><part-list><score-part id='P1'/></part-list><part id='P1'>{}</part></score-partwise>"
NOTE = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>4</duration></note>"


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ("<note><duration>4</duration></note>", "no <pitch>, <unpitched> or <rest>"),
        ("<note><rest/></note>", "neither a duration nor a note type"),
        (NOTE.replace("<pitch>", "<chord/><pitch>"), "a note with <chord/> has no note"),
        (NOTE.replace("C", "H"), "the step is 'H'"),
        (NOTE.replace(">4<", ">1e9<", 1), "the octave is '1e9'"),
        (NOTE.replace("<octave>", "<alter>9</alter><octave>"), "the alter is 9 semitones"),
        ("<attributes><divisions>0</divisions></attributes>", "<divisions> is 0; expected 1 to"),
        ("<attributes><time><beats>4</beats></time></attributes>", "1 <beats> and 0 <beat-type>"),
        ("<backup><duration>x</duration></backup>", "the duration is 'x'; expected a number"),
    ],
)
def test_broken_measures_are_named(measure: str, message: str) -> None:
    text = PART.format(f"<measure number='7'>{measure}</measure>")
    with pytest.raises(ReadError, match=message) as caught:
        read_musicxml(text.encode(), "song.xml")
    assert str(caught.value).startswith("song.xml")
    assert "divisions" in measure or "part P1, measure 7" in str(caught.value)


def test_a_backup_stops_at_the_start_of_the_measure() -> None:
    text = PART.format(f"<measure number='1'>{NOTE}<backup><duration>99</duration></backup>{NOTE}</measure>")
    score = read_musicxml(text.encode(), "song.xml")
    assert (score.measures[0].duration, len(score.measures[0].voices)) == (4, 2)


def test_divisions_may_change_and_a_part_without_any_takes_those_of_another() -> None:
    both = "<score-partwise><part-list/><part id='P1'>{}</part><part id='P2'>{}</part></score-partwise>"
    four = "<attributes><divisions>4</divisions></attributes>"
    two = "<attributes><divisions>2</divisions></attributes>"
    first = f"<measure number='1'>{four}{NOTE}{two}{NOTE}</measure>"
    score = read_musicxml(both.format(first, f"<measure number='1'>{NOTE}</measure>").encode(), "song.xml")
    durations = [[element.duration for element in voice.elements] for voice in score.measures[0].voices]
    assert durations == [[1, 2], [1, 2]]


def test_the_document_is_kept(repository: Path) -> None:
    text = load_document(repository / "tests" / "cases" / "reading" / "ties.musicxml")
    assert read_musicxml(text, "ties.musicxml").document == text


def test_a_staff_that_is_printed_nowhere_is_hidden() -> None:
    """A system in which an empty staff is left out hides it there alone."""
    whole = (
        "<score-partwise><part-list><score-part id='P1'><part-name/></score-part></part-list><part id='P1'>{}</part>"
    )
    measure = "<measure number='{}'><attributes><divisions>1</divisions><staves>2</staves>{}</attributes></measure>"
    details = "<staff-details number='{}' print-object='{}'/>"
    texts = [details.format(1, "no") + details.format(2, "no"), details.format(1, "yes")]
    rows = "".join(measure.format(number, text) for number, text in enumerate(texts, 1))
    score = read_musicxml((whole.format(rows) + "</score-partwise>").encode(), "small.musicxml")
    assert score.parts[0].hidden == {2}
    again = read_musicxml(write_musicxml(replace(score, document=None)), "again.musicxml")
    assert again.parts[0].hidden == {2}
