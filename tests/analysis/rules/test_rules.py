"""Each rule on a few notes: cases with a finding, and cases without one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.analysis.counterpoint.lines import counterpoint_of
from scoregen.analysis.harmony.chords import ChordName, ChordSpan
from scoregen.analysis.harmony.features import Function
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.harmonic import tendencies
from scoregen.analysis.rules.rule_sets import load_rule_set
from scoregen.score.directions import Direction, RepeatMark
from scoregen.score.elements import Chord, Clef, Element, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.tasks.check import check

QUARTER = NoteValue("quarter")


def element(text: str) -> Element:
    """An element: `C4` a quarter, `C4^` with a fermata, `C4+E4` a chord, `-` a rest."""
    if text == "-":
        return Rest(QUARTER)
    notes = [Note(QUARTER, Pitch.parse(name.rstrip("^")), fermata=name.endswith("^")) for name in text.split("+")]
    return notes[0] if len(notes) == 1 else Chord(tuple(notes))


def score_of(lines: dict[str, str], **part: object) -> Score:
    """One measure of quarters, with a line for each part."""
    rows = [[element(text) for text in line.split()] for line in lines.values()]
    voices = tuple(Voice(Slot(f"P{number}"), tuple(row)) for number, row in enumerate(rows, 1))
    ends = tuple(
        Fraction(place) for place in range(len(rows[0])) if any(getattr(row[place], "fermata", False) for row in rows)
    )
    time = TimeSignature.parse(f"{len(rows[0])}/4")
    measure = Measure("1", Fraction(len(rows[0])), time, KeySignature(0), voices, phrase_ends=ends)
    parts = tuple(Part(f"P{number}", name, **part) for number, name in enumerate(lines, 1))  # type: ignore[arg-type]
    return Score(parts, (measure,))


def findings(rules: str = "strict", **lines: str) -> list[Finding]:
    named = {name.replace("_", " ").capitalize(): line for name, line in lines.items()}
    return list(check(score_of(named), rules).findings)


def rules_of(found: list[Finding]) -> list[str]:
    return [finding.rule for finding in found]


def messages(rule: str, **lines: str) -> list[str]:
    return [finding.message for finding in findings(**lines) if finding.rule == rule]


def test_a_parallel_names_voices_and_notes() -> None:
    assert messages("parallel-fifths", alto="G4 A4", tenor="C4 D4") == [
        "alto and tenor move in parallel fifths (C4-G4 to D4-A4)"
    ]
    assert messages("parallel-octaves", soprano="C5 D5", bass="C3 D3")
    assert messages("parallel-unisons", alto="C4 D4", tenor="C4 D4")
    assert messages("parallel-fifths", soprano="G4 A4", tenor="C3 D3"), "compound intervals count"


@pytest.mark.parametrize(
    ("alto", "tenor"),
    [
        ("G4 G4", "C4 C4"),  # repeated notes
        ("G4 A4", "C4 C4"),  # one voice stays
        ("G4 - A4", "C4 - D4"),  # a rest
        ("G4^ A4", "C4^ D4"),  # a phrase end
        ("G4 G5", "C4 C5"),  # the same chord, an octave away
        ("G4 A4", "C4 E4"),  # another interval
        ("G#4 A4", "Eb4 D4"),  # seven semitones that are not a fifth
    ],
)
def test_motions_that_are_not_parallel(alto: str, tenor: str) -> None:
    assert not [rule for rule in rules_of(findings(alto=alto, tenor=tenor)) if rule.startswith("parallel")]


def test_contrary_and_unequal_motion() -> None:
    assert messages("contrary-fifths", soprano="G4 D5", bass="C4 G3")
    assert messages("contrary-octaves", soprano="C5 G4", bass="C4 G4") or messages(
        "contrary-octaves", soprano="C5 G4", bass="C3 G3"
    )
    assert messages("unequal-fifths", soprano="F4 G4", alto="B3 C4")
    assert not messages("unequal-fifths", soprano="G4 F4", alto="C4 B3"), "perfect to diminished is allowed"


def test_direct_intervals_need_a_leap_above() -> None:
    assert messages("direct-octaves", soprano="E4 C5", bass="A2 C3")
    assert not messages("direct-octaves", soprano="B4 C5", bass="G2 C3"), "the upper voice steps"
    assert messages("direct-fifths", soprano="C4 G4", bass="A2 C3")
    assert not messages("direct-fifths", soprano="C4 G4", alto="A3 C4", bass="F2 F2"), "not the outer voices"


def test_order_and_spacing() -> None:
    assert messages("voice-crossing", alto="E4 C4 C4 E4", tenor="C4 D4 D4 C4") == [
        "alto crosses below tenor (C4 under D4)"
    ], "one fault as long as it lasts"
    assert messages("voice-overlap", alto="C4 F4", tenor="A3 D4")
    assert messages("spacing", soprano="E5", alto="D4", bass="C3")
    assert not messages("spacing", soprano="E5", alto="E4", bass="C3"), "an octave is allowed"
    assert not messages("spacing", soprano="E5", bass="C3"), "two voices may lie as they like"


def test_melody() -> None:
    assert messages("augmented-interval", alto="F4 G#4") == ["alto leaps up an augmented second (F4 to G#4)"]
    assert not messages("augmented-interval", alto="F4 F#4"), "a chromatic semitone"
    assert messages("large-leap", alto="C4 Bb4") == ["alto leaps up a minor seventh (C4 to Bb4)"]
    assert not messages("large-leap", soprano="C4 C5"), "the octave"
    assert not messages("large-leap", alto="C4 - Bb4"), "a rest parts them"
    assert not messages("large-leap", alto="C4^ Bb4"), "a phrase end parts them"


def test_instruments_leap_and_the_hands_of_a_keyboard_may_be_two_parts() -> None:
    leaps = "C3 A4 C3 A4"
    assert len(messages("large-leap", soprano="C5 D5 C5 D5", bass=leaps)) == 3
    for name in ("Tuba", "Contrabass", "Cello", "Piano"):
        assert "large-leap" not in rules_of(findings(flute="C5 D5 C5 D5", **{name: leaps})), name
    right, left = Part("P1", "Piano RH"), Part("P2", "Piano LH", clefs=(Clef("F", 4),))
    hands = replace(score_of({"Piano RH": "C4+C5 C4", "Piano LH": "C2+A3 B3"}), parts=(right, left))
    report = check(hands, "strict")
    assert "large-leap" not in rules_of(list(report.findings)), "the left hand is no singer"
    spans = [finding.message for finding in report.findings if finding.rule == "hand-span"]
    assert spans == ["Piano LH spans 21 semitones (C2 to A3): playable only if the hands share it"]
    assert {line.player for line in counterpoint_of(hands).lines} == {"P1"}


def test_ranges_of_voices_and_of_known_and_unknown_instruments() -> None:
    assert messages("range", bass="C2 C2 C3") == ["bass sings C2, outside its range (D2 to E4)"]
    assert messages("range", violin="F3 G3") == ["Violin plays F3, outside its range (G3 to A7)"]
    assert not messages("range", theremin="C1 C9")
    assert not messages("range", bass_clarinet="D5 D5"), "a bass clarinet is no bass"


def test_harmony() -> None:
    to_tonic = {"alto": "F4 D4 E4", "tenor": "A3 G3 G3", "bass": "F3 G3 C3"}
    assert messages("unresolved-leading-note", soprano="C5 B4 G4", **to_tonic) == [
        "soprano leaves the leading note B4 for G4 instead of C5"
    ]
    assert not messages("unresolved-leading-note", soprano="C5 B4 C5", **to_tonic)
    doubled = findings(soprano="C5 B4 C5", alto="F4 D4 E4", tenor="A3 B3 C4", bass="F3 G3 C3")
    assert "doubled-leading-note" in rules_of(doubled)
    sevenths = {"soprano": "C5 B4 C5", "tenor": "A3 D4 C4", "bass": "F3 G3 C3"}
    assert messages("unresolved-seventh", alto="F4 F4 G4", **sevenths)
    assert not messages("unresolved-seventh", alto="F4 F4 E4", **sevenths)


A7, G_MINOR_6, E_HALF_DIMINISHED_65, A = (
    ChordName(3, "dominant"),
    ChordName(1, "minor", 1),
    ChordName(4, "half-diminished", 1),
    ChordName(3, "major"),
)
"""Chords of D minor."""


def sevenths(chords: tuple[ChordName, ...], **lines: str) -> list[str]:
    """The findings on sevenths with these chords, one per quarter."""
    score = score_of(lines)
    spans = [
        ChordSpan(Fraction(place), Fraction(1), 0, Key(2, "minor"), chord, Function(chord.root - 2, chord.quality))
        for place, chord in enumerate(chords)
    ]
    music = counterpoint_of(score)
    vars(music)["chords"] = tuple(spans)
    return [found.message for found in tendencies(music, load_rule_set("strict")) if found.rule == "unresolved-seventh"]


def test_a_seventh_needs_a_sounding_root() -> None:
    # The notes are G minor with a doubled root, whatever the chord is called: D is its fifth.
    upper = {"soprano": "D5 A4", "alto": "D4 C#4", "tenor": "Bb3 E3"}
    assert not sevenths((E_HALF_DIMINISHED_65, A), **upper, bass="G2 A2")
    assert sevenths((E_HALF_DIMINISHED_65, A), **{**upper, "tenor": "E3 E3"}, bass="G2 A2") == [
        "soprano leaves the seventh D5 of Em7b5/G for A4 instead of stepping down"
    ]


def test_a_seventh_stays_only_if_it_sounds_in_the_next_chord() -> None:
    # B flat and D may be called G minor, but there is no G to which the seventh could go.
    lines = {"soprano": "C#5 D5", "alto": "E4 D4", "tenor": "G3 Bb3", "bass": "A2 Bb2"}
    assert sevenths((A7, G_MINOR_6), **lines) == ["tenor leaves the seventh G3 of A7 for Bb3 instead of stepping down"]
    assert not sevenths((A7, G_MINOR_6), **{**lines, "soprano": "C#5 G4"})


def test_after_a_da_capo_the_last_chord_is_that_at_fine() -> None:
    lines = {"soprano": "C5 B4 C5 D5", "alto": "F4 D4 E4 A4", "tenor": "A3 G3 G3 F#4", "bass": "F3 G3 C3 D3"}
    score = score_of(lines)
    (measure,) = score.measures
    parts = [replace(measure, number=str(number)) for number in (1, 2)]
    halves = [(0, 3), (3, 4)]
    marks = (RepeatMark("fine"), RepeatMark("dacapo"))
    measures = tuple(
        replace(
            own,
            duration=Fraction(last - first),
            voices=tuple(replace(voice, elements=voice.elements[first:last]) for voice in own.voices),
            directions=(Direction(Fraction(last - first), mark),),
        )
        for own, (first, last), mark in zip(parts, halves, marks, strict=True)
    )
    jumping = replace(score, measures=measures)
    plain = replace(score, measures=tuple(replace(own, directions=()) for own in measures))
    rules = [{found.rule for found in check(each, "strict").findings} for each in (plain, jumping)]
    assert ["final-cadence" in found for found in rules] == [True, False]


def test_a_fine_before_all_chords_leaves_the_ends_of_phrases() -> None:
    score = score_of({"soprano": "C5 D5^ C5", "alto": "E4 A4 E4", "tenor": "G3 F#4 G3", "bass": "C3 D3 C3"})
    (measure,) = score.measures
    silent = tuple(Voice(voice.slot, (element("-"),)) for voice in measure.voices)
    fine, da_capo = (Direction(Fraction(1), RepeatMark(name)) for name in ("fine", "dacapo"))
    first = replace(measure, duration=Fraction(1), voices=silent, phrase_ends=(), directions=(fine,))
    last = replace(measure, number="2", directions=(da_capo,))
    found = {finding.rule for finding in check(replace(score, measures=(first, last)), "strict").findings}
    assert "final-cadence" not in found


def test_the_last_chord_is_the_tonic() -> None:
    assert not messages("final-cadence", soprano="C5 B4 C5", alto="F4 D4 E4", tenor="A3 G3 G3", bass="F3 G3 C3")
    assert messages("final-cadence", soprano="C5 B4 C5", alto="F4 D4 E4", tenor="A3 G3 G3", bass="F3 G3 E3")
    assert messages("final-cadence", soprano="C5 B4 C5", alto="F4 D4 C4", tenor="A3 G3 G3", bass="F3 G3 C3")


def test_double_stops() -> None:
    assert messages("double-stop", violin="A3+B3") == ["Violin plays A3-B3 at once: impossible for one player"]
    assert not messages("double-stop", violin="G3+D4 D4+B4 E4+C5 G3+D4+B4+G5")
    assert not messages("double-stop", flute="A4+B4")


def test_hands() -> None:
    def hands(right: str, left: str) -> list[str]:
        voices = (Voice(Slot("P1", 1), (element(right),)), Voice(Slot("P1", 2), (element(left),)))
        measure = Measure("1", Fraction(1), TimeSignature.parse("1/4"), KeySignature(0), voices)
        part = Part("P1", "Piano", clefs=(Clef(), Clef("F", 4)))
        found = check(Score((part,), (measure,)), "free").findings
        return [finding.message for finding in found if finding.rule == "hand-span"]

    assert hands("C4+E5", "C2+E3") == []
    assert hands("C4+A5", "C2+C3") == ["Piano, right hand spans 21 semitones (C4 to A5): more than two hands can reach"]
    assert hands("C5+E5", "C3+C4+G4") == [
        "Piano, left hand spans 19 semitones (C3 to G4): playable only if the hands share it"
    ]


def test_chords_in_one_voice_are_lines_of_their_own() -> None:
    found = findings(piano="C4+G4 D4+A4")
    assert "parallel-fifths" in rules_of(found)
    assert rules_of(findings(piano="C3+C4 D3+D4")) == [], "octaves in one hand thicken a line"


def test_a_reduction_is_left_out() -> None:
    lines = {"Soprano": "C5 B4", "Alto": "E4 D4", "Organ": "E4+C5 D4+B4"}
    report = check(score_of(lines))
    assert report.notices == ("part 'Organ' only doubles other parts: it is left out",)
    assert report.findings == ()


SEVENTHS = {
    "V7": ("D5 C5 ; F4 {} ; B3 C4 ; G3 C3", "F4"),
    "V65": ("D5 C5 ; F4 {} ; G3 G3 ; B2 C3", "F4"),
    "V42": ("D5 C5 ; B4 C5 ; G4 G4 ; F3 {}", "F3"),
}


@pytest.mark.parametrize("chord", SEVENTHS)
def test_sevenths_resolve_in_every_inversion(chord: str) -> None:
    text, seventh = SEVENTHS[chord]
    below = Pitch.parse(seventh).octave
    rows = dict(zip(("soprano", "alto", "tenor", "bass"), text.split(";"), strict=True))
    good = {name: row.format(f"E{below}") for name, row in rows.items()}
    bad = {name: row.format(f"G{below}") for name, row in rows.items()}
    assert not messages("unresolved-seventh", **good)
    assert len(messages("unresolved-seventh", **bad)) == 1


def test_sevenths_of_other_chords_resolve_too() -> None:
    supertonic = {"alto": "G4 A4 G4 G4", "tenor": "E4 F4 D4 E4", "bass": "C3 D3 G3 C3"}
    assert not messages("unresolved-seventh", soprano="C5 C5 B4 C5", **supertonic)
    assert messages("unresolved-seventh", soprano="C5 C5 D5 C5", **supertonic)
    leading = {"soprano": "A4 B4 A4", "alto": "C4 D4 C4", "bass": "A2 G#2 A2"}
    assert not messages("unresolved-seventh", tenor="E3 F3 E3", **leading)
    assert messages("unresolved-seventh", tenor="E3 F3 A3", **leading)


def test_an_octave_passage_of_all_voices_is_one_finding() -> None:
    tune = "C D E F G E C"
    rows = {"soprano": 5, "alto": 4, "tenor": 4, "bass": 3}
    found = findings(**{name: " ".join(f"{step}{octave}" for step in tune.split()) for name, octave in rows.items()})
    assert rules_of(found) == ["unison-passage", "final-cadence"]
    assert found[0].message == "soprano, alto, tenor and bass sing in unison or octaves to m. 1 beat 7"


def test_parallels_in_a_row_are_one_finding() -> None:
    assert messages("parallel-fifths", alto="G4 A4 B4 C5", tenor="C4 D4 E4 F4") == [
        "alto and tenor move in parallel fifths (C4-G4 to D4-A4), and so on to m. 1 beat 4"
    ]


def test_only_fifths_off_the_beat_are_anticipations() -> None:
    lines = {"soprano": "D5 C5 C5", "alto": "G4 A4 G4", "tenor": "B3 C4 E4", "bass": "G2 F2 C3"}
    found = [finding for finding in findings("bach", **lines) if finding.rule == "parallel-fifths"]
    assert [finding.severity for finding in found] == ["error"]


def test_a_tied_fermata_ends_the_phrase() -> None:
    def voices(high: str, higher: str, tied: bool) -> tuple[tuple[Note, ...], tuple[Note, ...]]:
        first, last = Pitch.parse(high), Pitch.parse(higher)
        before = (Note(QUARTER, first, tied_to_next=tied),)
        return before, (Note(QUARTER, first, tied_from_previous=tied, fermata=True), Note(QUARTER, last))

    pairs = [voices("G4", "A4", tied=True), voices("C4", "D4", tied=True)]
    key, parts = KeySignature(0), (Part("P1", "Alto"), Part("P2", "Tenor"))
    columns = [
        tuple(Voice(Slot(part.id), pair[place]) for part, pair in zip(parts, pairs, strict=True)) for place in (0, 1)
    ]
    measures = (
        Measure("1", Fraction(1), TimeSignature.parse("1/4"), key, columns[0]),
        Measure("2", Fraction(2), TimeSignature.parse("2/4"), key, columns[1], phrase_ends=(Fraction(0),)),
    )
    assert not [found for found in check(Score(parts, measures)).findings if found.rule == "parallel-fifths"]


def test_a_piece_ends_on_its_own_tonic() -> None:
    start = {"soprano": "C5 B4 C5 C5 B4 C5", "alto": "E4 F4 E4 F4 D4 E4", "tenor": "G3 G3 G3 A3 G3 G3"}
    bass = "C3 G3 C3 F3 G3 C3"
    assert not messages("final-cadence", **start, bass=bass)
    off = {name: f"{row} {more}" for (name, row), more in zip(start.items(), ("C5", "E4", "A3"), strict=True)}
    assert messages("final-cadence", **off, bass=f"{bass} A3") == [
        "the piece ends on A3-E4-C5, not on the tonic of C major"
    ]


def test_a_modal_piece_ends_with_the_cadence_of_its_mode() -> None:
    """bVII-I in G mixolydian, where in G major neither a dominant nor a subdominant leads home."""
    upper = {"soprano": "G4 A4 B4 C5 D5 A4 G4", "alto": "D4 F4 D4 G4 G4 F4 D4", "tenor": "B3 C4 B3 E4 B3 C4 B3"}
    assert not messages("final-cadence", **upper, bass="G3 F3 G3 C4 G3 F3 G3")
    major = {"soprano": "G4 F#4 B4 C5 D5 A4 G4", "alto": "D4 D4 D4 G4 G4 F4 D4", "tenor": "B3 A3 B3 E4 B3 C4 B3"}
    assert messages("final-cadence", **major, bass="G3 D3 G3 C4 G3 F3 G3") == [
        "the last chord, G, follows F, neither a dominant nor a subdominant"
    ]


def test_tablature_is_no_second_voice() -> None:
    staff = (Voice(Slot("P1", 1), (element("C4"), element("E4"))), Voice(Slot("P1", 2), (element("C4"), element("E4"))))
    measure = Measure("1", Fraction(2), TimeSignature.parse("2/4"), KeySignature(0), staff)
    score = Score((Part("P1", "Guitar", clefs=(Clef(), Clef("TAB", 5))),), (measure,))
    report = check(score)
    assert [finding.rule for finding in report.findings] == []
    assert report.notices == ("part 'Guitar': the tablature repeats a staff; it is left out",)


def test_a_note_counts_for_the_hand_of_its_staff() -> None:
    def spans(staff: int | None) -> list[str]:
        high = Note(QUARTER, Pitch.parse("C7"), staff=staff)
        voices = (Voice(Slot("P1", 2, 1), (high,)), Voice(Slot("P1", 2, 2), (element("C2"),)))
        measure = Measure("1", Fraction(1), TimeSignature.parse("1/4"), KeySignature(0), voices)
        score = Score((Part("P1", "Piano", clefs=(Clef(), Clef("F", 4))),), (measure,))
        return [finding.message for finding in check(score).findings if finding.rule == "hand-span"]

    assert spans(None) == ["Piano, left hand spans 60 semitones (C2 to C7): playable only if the hands share it"]
    assert spans(1) == []


def test_an_accompaniment_may_double_the_melody() -> None:
    found = findings(voice="B4 A4 G4", piano="G2+B3+D4 F2+A3+C4 E2+G3+B3")
    assert not [finding for finding in found if "Voice" in finding.message]
