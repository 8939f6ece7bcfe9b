"""The report on given chords."""

from __future__ import annotations

from dataclasses import replace

from scoregen.plan.chords.chord_report import ChordReport, chord_report
from scoregen.plan.chords.chord_text import text_timeline
from scoregen.score.elements import Part, Score, Slot, Voice
from scoregen.score.keys import Key
from tests.plan.tunes import SLOT, tune

LOW = Slot("P2")


def report(
    upper: str, lower: str, chords: str, blank: tuple[Slot, ...] = (LOW,), *, ornamented: bool = False
) -> ChordReport:
    """The report on two voices, of which some are new; `ornamented`: the chords bind on beats alone."""
    top, bass = tune(upper), tune(lower)
    measures = tuple(
        replace(one, voices=(*one.voices, Voice(LOW, other.voices[0].elements)))
        for one, other in zip(top.measures, bass.measures, strict=True)
    )
    score = Score((*top.parts, Part("P2", "Bass")), measures)
    empty = [
        replace(
            measure,
            voices=tuple(Voice(v.slot, (), "blank") if v.slot in blank else v for v in measure.voices),
        )
        for measure in measures
    ]
    task = replace(score, measures=tuple(empty))
    timeline = text_timeline(chords, score, Key.parse("C major"))
    if ornamented:
        timeline = {
            index: {onset: replace(chord, fixed=False, ornamented=True) for onset, chord in row.items()}
            for index, row in timeline.items()
        }
    found = chord_report(score, task, [SLOT, LOW], timeline)
    assert found is not None
    return found


def test_chords_that_sound_in_every_slice() -> None:
    done = report("E4:2 D4:2 |", "C3:1 E3:1 G3:2 |", "C G")
    assert not done.departures and str(done) == "given chords: all 2 chords sound"


def test_a_wrong_tone_a_wrong_bass_and_a_missing_third_are_named() -> None:
    done = report("E4:2 B3:2 | E4:4 |", "C3:1 D3:1 D3:2 | C3:4 |", "C G7 | Em")
    assert [each.fault for each in done.outcomes] == ["the bass has D", "its bass is D", "the bass has C"]
    open_fifth = report("G4:4 |", "G4:4 |", "G", blank=(SLOT, LOW))
    assert open_fifth.outcomes[0].fault == "B is missing"


def test_a_given_note_outside_the_chord_is_no_departure() -> None:
    done = report("F4:4 |", "C3:4 |", "C")
    assert not done.departures and done.outcomes[0].against == ("soprano F",)
    assert "given notes stand against 1 of them" in str(done)


def test_a_departure_from_a_suggestion_says_so() -> None:
    done = report("E4:4 |", "D3:4 |", "(C)")
    assert "suggested" in done.departures[0].fault and not done.departures[0].fixed
    assert "0 of the 1 chord given sound" in str(done)


def test_notes_pass_between_the_beats_of_an_ornamented_chord() -> None:
    passing = "C3:1/2 D3:1/2 E3:1 C3:2 |"
    assert report("E4:4 |", passing, "C").outcomes[0].fault == "the bass has D"
    assert str(report("E4:4 |", passing, "C", ornamented=True)) == "given chords: all 1 chord sound"
    done = report("E4:4 |", "C3:1 D3:1 G3:2 |", "C", ornamented=True)
    assert "0 of the 1 chord given sound on every beat" in str(done) and "the bass has D" in done.departures[0].fault


def test_the_beats_of_an_anacrusis_end_with_it() -> None:
    done = report("E4:1/2 | E4:4 |", "C3:1/2 | C3:1/2 D3:1/2 E3:1 C3:2 |", "C", ornamented=True)
    assert str(done) == "given chords: all 1 chord sound"
