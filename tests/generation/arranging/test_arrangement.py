"""What an arrangement keeps, what it says, and that nothing vanishes without a word."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.generation.arranging.accounting import FATES
from scoregen.notation.files import read_score, write_score
from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.directions import Direction, Dynamic, Words
from scoregen.score.elements import Note, Score, Slot
from scoregen.score.spanners import End, Pedal, Slur, Wedge
from scoregen.score.timeline import pitch_of, pitched_notes
from scoregen.system.errors import InputError
from tests.chorales import chorale
from tests.generation.arranging.sources import choir, instruments, parts_of, played, song, sounding
from tests.notation.handmade import hymn, melody

ENSEMBLES = ["brass-quintet", "string-quartet", "saxophone-quartet", "wind-quintet", "ssa", "ttbb", "sab", "piano"]


@pytest.mark.parametrize("ensemble", [*ENSEMBLES, "voice-piano", "organ", "piano-trio", "small-orchestra", "satb"])
def test_every_ensemble_is_written_and_read_back(ensemble: str, tmp_path: Path) -> None:
    source = chorale(5, measures=5)
    done = played(ensemble, source)
    write_score(done.score, tmp_path / "arranged.musicxml")
    again = read_score(tmp_path / "arranged.musicxml")
    assert sounding(again) == sounding(done.score) != set()
    assert [part.transposition for part in again.parts] == [part.transposition for part in done.score.parts]


@pytest.mark.parametrize("ensemble", ENSEMBLES)
def test_every_note_has_a_fate(ensemble: str) -> None:
    source = song(("q:C5 q:D5 h:E5", "e:C4+E4 e:G4 e:E4 e:G4 h:C4+E4+G4", "h:C3 h:G2"))
    balance = played(ensemble, source).account
    assert len(balance.notes) == len(pitched_notes(source))
    assert sum(balance.count(fate) for fate in FATES) == len(balance.notes)


def test_notes_that_are_left_out_are_named_by_part_and_measure() -> None:
    source = choir(("w:C5", "w:G4", "w:Eb4", "w:A2"), ("w:C5", "w:G4", "w:E4", "w:C3"))
    done = played("sa", source)
    lost = done.account.left_out()
    assert sum(map(len, lost.values())) == done.account.count("left out") > 0
    for part in lost:
        name = source.part(part).name
        assert any(notice.startswith(f"{name}: ") and "left out in measure" in notice for notice in done.notices)


def test_tempo_repeats_keys_and_chord_symbols_stay() -> None:
    source = hymn()
    symbol = ChordSymbol(Fraction(0), "P1", SpelledPitchClass("G"), "major")
    rows = (replace(source.measures[0], chord_symbols=(symbol,), repeat_start=True), *source.measures[1:])
    done = played("string-quartet", replace(source, measures=rows)).score
    assert done.measures[0].tempos == source.measures[0].tempos
    assert done.measures[0].repeat_start
    assert [each.key for each in done.measures] == [each.key for each in source.measures]
    assert [(each.root, each.part) for each in done.measures[0].chord_symbols] == [(symbol.root, done.parts[0].id)]
    assert done.metadata == source.metadata


def marked(source: Score) -> Score:
    """A slur, a hairpin and words over the first violin."""
    slot = Slot("P1")
    spanners = (
        Slur(slot, Fraction(0), End(0, Fraction(2))),
        Wedge("P1", Fraction(0), End(0, Fraction(2)), "crescendo"),
    )
    directions = (Direction(Fraction(0), Dynamic("mf"), "P1"), Direction(Fraction(0), Words("pizz."), "P1"))
    return replace(source, measures=(replace(source.measures[0], spanners=spanners, directions=directions),))


STRINGS = instruments(
    ("Violin", "h:E5 h:F5"), ("Violin 2", "h:C5 h:C5"), ("Viola", "h:G4 h:A4"), ("Cello", "h:C3 h:F3")
)


def test_marks_go_with_the_line_and_techniques_stay_in_the_family() -> None:
    strings, winds = (played(name, marked(STRINGS)) for name in ("string-quartet", "saxophone-quartet"))
    for done in (strings, winds):
        top = done.score.parts[0].id
        measure = done.score.measures[0]
        assert [each.slot for each in measure.spanners if isinstance(each, Slur)] == [Slot(top)]
        assert [each.part for each in measure.spanners if isinstance(each, Wedge)] == [top]
        assert {mark.part for mark in measure.directions if mark.value == Dynamic("mf")} == {
            part.id for part in done.score.parts
        }
    assert any(mark.value == Words("pizz.") for mark in strings.score.measures[0].directions)
    assert not any(mark.value == Words("pizz.") for mark in winds.score.measures[0].directions)
    assert "the words 'pizz.' left out in measure 1" in winds.notices


def test_pedals_go_to_keyboards_only() -> None:
    source = song(("w:C5", "w:E4", "w:C3"))
    pedal = Pedal("P2", Fraction(0), End(0, Fraction(4)), 2)
    source = replace(source, measures=(replace(source.measures[0], spanners=(pedal,)),))
    assert any(isinstance(each, Pedal) for each in played("piano", source).score.measures[0].spanners)
    strings = played("string-quartet", source)
    assert not any(isinstance(each, Pedal) for each in strings.score.measures[0].spanners)
    assert "a pedal mark left out in measure 1" in strings.notices


def test_words_without_singers_are_counted() -> None:
    source = song(("h:C5 h:D5", "w:E4", "w:C3"), words="A men")
    assert "2 syllables left out: no part of the ensemble sings" in played("string-quartet", source).notices


def test_articulations_and_grace_notes_go_with_their_line() -> None:
    first = Note(STRINGS.measures[0].voices[0].elements[0].value, pitched(STRINGS, 0), articulations=("staccato",))
    grace = replace(first, grace=True, articulations=())
    voice = STRINGS.measures[0].voices[0]
    voice = replace(voice, elements=(grace, first, *voice.elements[1:]))
    source = replace(STRINGS, measures=(replace(STRINGS.measures[0], voices=(voice, *STRINGS.measures[0].voices[1:])),))
    done = played("wind-quintet", source)
    top = done.score.measures[0].voices[0].elements
    assert (top[0].grace, top[1].notes[0].articulations) == (True, ("staccato",))
    assert done.account.graces == 0


def pitched(score: Score, voice: int):  # type: ignore[no-untyped-def]
    return score.measures[0].voices[voice].elements[0].notes[0].pitch


def test_ties_are_whole_or_gone() -> None:
    source = choir(("w:C5~", "w:G4", "w:E4", "w:C3~"), ("h:~C5 h:D5", "w:G4", "w:D4", "w:~C3"))
    done = played("brass-quintet", source).score
    assert sorted(note.duration for note in pitched_notes(done))[-1] == 8
    for part in done.parts:
        notes = [
            n for m in done.measures for v in m.voices if v.slot.part == part.id for e in v.elements for n in e.notes
        ]
        assert sum(n.tied_to_next for n in notes) == sum(n.tied_from_previous for n in notes)


def test_a_silent_score_is_refused() -> None:
    with pytest.raises(InputError, match="no pitched note"):
        played("string-quartet", melody("w:r"))


def test_the_lines_of_a_choir_are_those_of_the_source() -> None:
    done = played("satb", hymn()).score
    assert list(parts_of(done).values()) == list(parts_of(hymn()).values())


@pytest.mark.parametrize("ensemble", ["voice-piano", "piano-trio", "satb-piano"])
def test_the_piano_plays_the_hymn_of_singers_who_have_no_accompaniment(ensemble: str) -> None:
    source = choir(("q:C5 q:D5 h:E5", "q:G4 q:G4 h:G4", "q:E4 q:D4 h:C4", "q:C3 q:B2 h:C3"))
    done = played(ensemble, source).score
    piano = next(part.id for part in done.parts if part.staves == 2)
    heard = {(note.onset, pitch_of(note).midi_pitch) for note in pitched_notes(done) if note.slot.part == piano}
    assert heard == sounding(source)
