"""The files of ensembles: what they say, by which names they are found, and the messages for faulty ones."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from scoregen.score.elements import Clef
from scoregen.score.ensemble import ensemble_names, load_ensemble, new_parts
from scoregen.score.pitch import Interval, Pitch
from scoregen.system.errors import InputError

OWN = """
title = "Flute and guitar"
group = "brace"

[[roles]]
instrument = "flute"

[[roles]]
name = "plucked"
instrument = "guitar"
title = "Guitar"
most_notes = 4
comfortable = ["E2", "A4"]
"""


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("SATB", "satb"),
        ("SSAA", "ssaa"),
        ("S.S.A.", "ssa"),
        ("quartet", "string-quartet"),
        ("String Quartet", "string-quartet"),
        ("string_quartet", "string-quartet"),
        ("Streichquartett", "string-quartet"),
        ("woodwind quintet", "wind-quintet"),
        ("sax quartet", "saxophone-quartet"),
        ("song", "voice-piano"),
        ("voice + piano", "voice-piano"),
        ("Voice and Piano", "voice-piano"),
        ("solo piano", "piano"),
        ("orchestra", "small-orchestra"),
        ("men's choir", "ttbb"),
        ("leadsheet", "lead-sheet"),
    ],
)
def test_names_are_forgiving(asked: str, name: str) -> None:
    assert load_ensemble(asked).name == name


def plain(name: str) -> str:
    return name.casefold().replace("-", "").replace(" ", "")


def test_no_two_ensembles_have_one_name() -> None:
    every = [load_ensemble(name) for name in ensemble_names()]
    names = [{plain(name) for name in (each.name, each.title, *each.aliases)} for each in every]
    assert [first & second for first, second in combinations(names, 2) if first & second] == []
    assert [each.name for each in every] == list(ensemble_names())


def test_an_unknown_name_gets_a_proposal_and_the_list() -> None:
    with pytest.raises(InputError, match=r"no ensemble 'sttb' \(did you mean \w+\?\); expected a .toml file or one of"):
        load_ensemble("sttb")


@pytest.mark.parametrize(
    ("ensemble", "role", "interval"),
    [
        ("brass-quintet", "horn", "-P5"),
        ("brass-quintet", "trumpet2", "-M2"),
        ("saxophone-quartet", "soprano", "-M2"),
        ("saxophone-quartet", "alto", "-M6"),
        ("saxophone-quartet", "tenor", "-M9"),
        ("saxophone-quartet", "baritone", "-M13"),
        ("string-orchestra", "double-bass", "-P8"),
        ("wind-quintet", "clarinet", "-M2"),
        ("string-quartet", "viola", "P1"),
    ],
)
def test_transpositions(ensemble: str, role: str, interval: str) -> None:
    assert load_ensemble(ensemble).role(role).transposition == Interval.parse(interval)


def test_a_role_of_several_staves() -> None:
    (organ,) = load_ensemble("organ").roles
    assert organ.clefs == (Clef("G", 2), Clef("F", 4), Clef("F", 4))
    assert [organ.notes_on(staff) for staff in (1, 2, 3)] == [5, 5, 2]
    assert organ.range_on(3) == (Pitch.parse("C2"), Pitch.parse("G4"))
    assert not organ.is_sung


def test_every_role_can_be_played_by_its_instrument() -> None:
    for name in ensemble_names():
        for role in load_ensemble(name).roles:
            assert role.type is not None
            assert role.family == role.type.family
            assert role.most_notes <= role.type.most_notes
            low, high = (pitch.midi_pitch for pitch in role.comfortable)
            assert role.lowest.midi_pitch <= low < high <= role.highest.midi_pitch
            if not role.is_sung:
                assert role.type.lowest.midi_pitch <= role.lowest.midi_pitch, (name, role.name)
                assert role.highest.midi_pitch <= role.type.highest.midi_pitch, (name, role.name)


def test_a_part_never_reads_more_than_six_accidentals() -> None:
    for name in ensemble_names():
        ensemble = load_ensemble(name)
        for fifths in range(-6, 7):
            for role, part in zip(ensemble.roles, new_parts(ensemble, fifths), strict=True):
                assert part.transposition.semitones == role.transposition.semitones
                assert abs(fifths - part.transposition.fifths) <= 6, (name, part.name, fifths)


def write(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    mine = load_ensemble(write(tmp_path, OWN))
    flute, guitar = mine.roles
    assert (mine.name, mine.title, mine.group) == ("mine", "Flute and guitar", "brace")
    assert (flute.name, flute.title, flute.instrument.sound, flute.instrument.midi_program) == (
        "flute",
        "Flute",
        "wind.flutes.flute",
        74,
    )
    assert (guitar.name, guitar.most_notes, str(guitar.comfortable[1]), guitar.clef.octave_change) == (
        "plucked",
        4,
        "A4",
        -1,
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('instrument = "flute"', 'instrument = "fluet"', r"roles\[1\].instrument: found 'fluet'; expected the name of"),
        ('title = "Guitar"', "title = 3", r"roles\[2\].title: found 3; expected a text"),
        ('title = "Guitar"', 'clef = "tenr"', r"roles\[2\].clef: found 'tenr'; expected one of: treble, "),
        ('title = "Guitar"', 'clefs = ["treble", 3]', r"roles\[2\].clefs: found 3; expected one of: treble, "),
        ('title = "Guitar"', 'lowest = "H2"', r"roles\[2\].lowest: found 'H2'; expected a sounding pitch"),
        ('title = "Guitar"', 'lowest = "C9"', r"roles\[2\].highest: found 'E7'; expected a pitch above the lowest, C9"),
        ('title = "Guitar"', 'transposition = "M2 down"', r"roles\[2\].transposition: .*expected an interval"),
        ('title = "Guitar"', "midi_program = 0", r"roles\[2\].midi_program: found 0; expected a number from 1 to 128"),
        ('title = "Guitar"', 'family = "lutes"', r"roles\[2\].family: found 'lutes'; expected one of: voice, "),
        ('title = "Guitar"', 'colour = "red"', r"roles\[2\].colour: found 'red'; expected one of these fields: name, "),
        ('title = "Guitar"', "staff_notes = [1, 2]", r"roles\[2\].staff_notes: .* for each staff \(1\)"),
        ('title = "Guitar"', 'staff_ranges = [["A3"]]', r"roles\[2\].staff_ranges: .* for each staff \(1\)"),
        ("most_notes = 4", "most_notes = true", r"roles\[2\].most_notes: found True; expected a whole number"),
        ('["E2", "A4"]', '["E2", "A9"]', r"roles\[2\].comfortable: found .*; expected two pitches from D2 to E7"),
        ('["E2", "A4"]', '["E2"]', r"roles\[2\].comfortable: found \['E2'\]; expected two"),
        ('"plucked"', '"Plucked, low"', r"roles\[2\].name: found 'Plucked, low'; expected a small letter"),
        ('"plucked"', '"flute"', r"roles: found 'flute'; expected a different name for each role"),
        ('group = "brace"', "group = 1", r"group: found 1; expected a text"),
        ('group = "brace"', "staves = 2", r"staves: found 2; expected a list"),
        ('group = "brace"', "= 2", r"this is not TOML"),
    ],
)
def test_a_message_names_file_table_and_field(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in OWN
    with pytest.raises(InputError, match=message) as caught:
        load_ensemble(write(tmp_path, OWN.replace(old, new, 1)))
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "roles = []", "roles = [3]"])
def test_a_file_without_roles(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="roles"):
        load_ensemble(write(tmp_path, text))


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent.toml: the file cannot be read: No such file"):
        load_ensemble(str(tmp_path / "absent.toml"))
