"""Who plays what: lines stay whole, in range, in order of height, and are doubled or divided as players need it."""

from __future__ import annotations

import pytest

from scoregen.score.ensemble import load_ensemble
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import pitch_of, pitched_notes
from tests.chorales import chorale
from tests.generation.arranging.sources import choir, instruments, parts_of, played, song, sounding
from tests.notation.handmade import melody

HYMN = choir(
    ("q:C5 q:D5 q:E5 q:F5", "q:G4 q:G4 q:G4 q:A4", "q:E4 q:D4 q:C4 q:C4", "q:C3 q:B2 q:C3 q:F3"),
    ("h:E5 h:D5", "h:G4 h:G4", "h:C4 h:B3", "h:C3 h:G2"),
    ("w:C5", "w:G4", "w:E4", "w:C3"),
)


def test_four_voices_are_a_quartet_note_for_note() -> None:
    done = played("string-quartet", HYMN)
    assert list(parts_of(done.score).values()) == list(parts_of(HYMN).values())
    assert done.account.counts() == {"kept": 28, "moved": 0, "merged": 0, "left out": 0}


def test_the_fifth_player_doubles_the_bass_an_octave_below() -> None:
    parts = parts_of(played("brass-quintet", HYMN).score)
    assert parts["Tuba"] == "C2 B1 C2 F2 C2 G1 C2"
    assert sorted(list(parts.values())[:4]) == sorted(parts_of(HYMN).values())


@pytest.mark.parametrize("ensemble", ["ssa", "sab", "ttb", "string-trio"])
def test_three_players_keep_melody_bass_and_thirds(ensemble: str) -> None:
    done = played(ensemble, HYMN).score
    heard = {(onset, pitch % 12) for onset, pitch in sounding(done)}
    for name in ("Soprano", "Bass"):
        slot = next(part.id for part in HYMN.parts if part.name == name)
        wanted = {(n.onset, pitch_of(n).pitch_class) for n in pitched_notes(HYMN) if n.slot.part == slot}
        assert wanted <= heard, name
    assert {(0, 4), (4, 4), (6, 11), (8, 4)} <= heard, "the thirds sound"


@pytest.mark.parametrize(
    "ensemble",
    ["brass-quintet", "string-quartet", "saxophone-quartet", "wind-quintet", "ssa", "ttbb", "sab", "string-orchestra"],
)
@pytest.mark.parametrize("number", [1, 7])
def test_every_note_is_within_the_range_of_its_player(ensemble: str, number: int) -> None:
    done = played(ensemble, chorale(number, measures=6)).score
    roles = dict(zip((part.id for part in done.parts), load_ensemble(ensemble).roles, strict=True))
    notes = pitched_notes(done)
    assert notes
    for note in notes:
        role = roles[note.slot.part]
        assert role.lowest.midi_pitch <= pitch_of(note).midi_pitch <= role.highest.midi_pitch, (role.name, note)


def test_an_octave_is_chosen_for_a_line_not_for_its_notes() -> None:
    source = choir(("q:C5 q:B4 q:A4 q:G4", "w:E4", "w:C4", "w:C3"), ("q:F4 q:G4 q:A4 q:B4", "w:D4", "w:B3", "w:G2"))
    top = parts_of(played("ttbb", source).score)["Tenor 1"]
    assert top == "C4 B3 A3 G3 F3 G3 A3 B3"


def test_a_melody_alone_is_not_doubled() -> None:
    done = played("string-quartet", melody("q:C5 q:D5 q:E5 q:F5"))
    assert parts_of(done.score)["Violin I"] == "C5 D5 E5 F5"
    assert set(done.silent) == {"Violin II", "Viola", "Cello"}
    assert any("Cello: rests throughout" in notice for notice in done.notices)


def test_the_singer_keeps_the_words_and_the_strings_have_the_piano() -> None:
    source = song(("q:C5 q:D5 h:E5", "h:E4+G4 h:G4+C5", "h:C3 h:C3"), words="one two three")
    done = played("string-quartet", source, keep=["P1"]).score
    assert [part.name for part in done.parts] == ["Voice", "Violin I", "Violin II", "Viola", "Cello"]
    assert done.measures[0].voices[0] == source.measures[0].voices[0]
    assert parts_of(done)["Cello"] == "C3 C3"


def test_doubles_of_an_orchestra_are_merged() -> None:
    source = instruments(
        ("Flute", "q:C6 q:D6 q:E6 q:F6"),
        ("Violin 1", "q:C5 q:D5 q:E5 q:F5"),
        ("Violin 2", "h:E4 h:G4"),
        ("Viola", "h:C4 h:C4"),
        ("Cello", "h:C3 h:A2"),
        ("Contrabass", "h:C2 h:A1"),
    )
    done = played("string-quartet", source)
    assert done.account.count("left out") == 0
    names = [pitch.split()[0] for pitch in parts_of(done.score).values()]
    assert {Pitch.parse(name).pitch_class for name in names} == {0, 4}


def test_double_stops_are_kept_where_a_bow_reaches_them() -> None:
    source = instruments(("Violin 1", "w:E5"), ("Violin 2", "w:A4+C5"), ("Viola", "w:G4"), ("Cello", "w:F3"))
    parts = parts_of(played("string-quartet", source).score)
    assert sum("+" in notes for notes in parts.values()) == 1
    assert played("string-quartet", source).account.count("kept") == 5


def test_transposing_instruments_sound_as_the_source() -> None:
    done = played("saxophone-quartet", HYMN).score
    assert sounding(done) == sounding(HYMN)
    assert all(part.transposition.semitones for part in done.parts)
