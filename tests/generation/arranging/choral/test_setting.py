"""An accompanied melody for singers: the tune as it is, its rhythm and words in all voices, the harmony below it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from scoregen.score.ensemble import load_ensemble
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import pitch_of, pitched_notes
from tests.generation.arranging.sources import parts_of, played, song, sounding

ALBERTI = "e:C3 e:G3 e:E3 e:G3 e:C3 e:G3 e:E3 e:G3"
DOMINANT = "e:B2 e:G3 e:D3 e:G3 e:B2 e:G3 e:D3 e:G3"
SONG = song(
    ("q:C5 q:D5 h:E5", "w:r", ALBERTI),
    ("h:D5 h:D5", "h:F4+G4 h:F4+G4", DOMINANT),
    ("w:C5", "w:E4+G4", ALBERTI),
    words="When shall we meet a-gain",
)


def test_the_tune_stays_and_all_sing_its_words() -> None:
    done = played("satb", SONG)
    assert done.for_singers
    assert parts_of(done.score)["Soprano"] == "C5 D5 E5 D5 D5 C5"
    for part in done.score.parts:
        words = [
            lyric.text
            for measure in done.score.measures
            for voice in measure.voices
            if voice.slot.part == part.id
            for element in voice.elements
            for note in element.notes
            for lyric in note.lyrics
        ]
        assert words == ["When", "shall", "we", "meet", "a-gain"]


def test_the_bass_holds_the_lowest_note_of_a_broken_chord() -> None:
    bass = parts_of(played("satb", SONG).score)["Bass"].split()
    assert [name[0] for name in bass] == ["C", "C", "C", "B", "B", "C"]


def test_the_third_of_every_chord_sounds() -> None:
    heard = sounding(played("satb", SONG).score)
    for onset, third in ((0, 4), (4, 11), (8, 4)):
        assert third in {pitch % 12 for time, pitch in heard if time == onset}


@pytest.mark.parametrize("ensemble", ["satb", "ssa", "sab", "ttbb", "sa"])
def test_singers_stay_in_their_ranges_and_in_order(ensemble: str) -> None:
    done = played(ensemble, SONG).score
    roles = dict(zip((part.id for part in done.parts), load_ensemble(ensemble).roles, strict=True))
    rows: dict[object, list[int]] = {}
    for note in pitched_notes(done):
        role, pitch = roles[note.slot.part], pitch_of(note).midi_pitch
        assert role.lowest.midi_pitch <= pitch <= role.highest.midi_pitch
        rows.setdefault(note.onset, []).append(pitch)
    assert rows
    assert all(row == sorted(row, reverse=True) for row in rows.values())


def test_voices_breathe_with_the_melody_and_hum_where_nobody_sings() -> None:
    source = song(("w:r", "q:C5 q:D5 h:E5", "w:C3+G3"), ("h:C5 h:r", "w:E4", "w:C3"), words="Ah")
    done = played("satb", source).score
    parts = parts_of(done)
    assert parts["Soprano"] == "C5 D5 E5 C5 r"
    assert parts["Bass"].endswith("C3 r")
    assert [mark.value.text for mark in done.measures[0].directions] == ["hum"] * 4  # type: ignore[union-attr]


def test_a_choir_keeps_its_lines() -> None:
    from tests.notation.handmade import hymn

    done = played("satb", hymn())
    assert not done.for_singers
    assert sounding(done.score) == sounding(hymn())


def test_a_passage_in_octaves_is_sung_in_octaves() -> None:
    tune = "q:F4 e:G4 e:A4 q:Bb4 q:A4"
    octaves = (tune, tune, tune.replace("4", "3"))
    source = song(octaves, octaves, ("w:F4", "w:F4+A4", "w:F3"), words="a b c d e f g h i j k")
    done = played("satb", source).score
    top, *others = parts_of(done).values()
    for line in others:
        sung, tops = line.split()[:10], top.split()[:10]
        assert [name.rstrip("0123456789") for name in sung] == [name.rstrip("0123456789") for name in tops]
        heights = [Pitch.parse(name).midi_pitch for name in sung]
        assert max(abs(one - two) for one, two in pairwise(heights)) <= 5
