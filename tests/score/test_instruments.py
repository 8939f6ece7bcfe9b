"""The names of parts: instrument, number and family."""

from __future__ import annotations

import pytest

from scoregen.score.elements import Clef, Instrument, Part
from scoregen.score.instruments import (
    CLEFS,
    family_of,
    instrument_named,
    instrument_of,
    instruments,
    number_of,
    plain_name,
    voice_types,
)


@pytest.mark.parametrize(
    ("name", "instrument", "number"),
    [
        ("Violin I", "violin", 1),
        ("2nd Violin", "violin", 2),
        ("Violino secondo", "violin", 2),
        ("1. Violine", "violin", 1),
        ("Violini II", "violin", 2),
        ("violin (solo)", "violin", 0),
        ("Violoncello", "cello", 0),
        ("Clarinet in B♭ 1", "clarinet", 1),
        ("Bb Clarinet 2", "clarinet", 2),
        ("Klarinette in A", "clarinet", 0),
        ("Es-Klarinette", "e-flat clarinet", 0),
        ("Bass Clarinet in B♭", "bass clarinet", 0),
        ("Horn in F 1.2", "horn", 1),
        ("Corno in Fa", "horn", 0),
        ("4th Horn in F", "horn", 4),
        ("Trompete in B 1", "trumpet", 1),
        ("E♭ Alto Saxophone", "alto saxophone", 0),
        ("Flute 1 & 2", "flute", 1),
        ("Oboe I, II", "oboe", 1),
        ("Kontrabass", "double bass", 0),
        ("Cor anglais", "english horn", 0),
        ("Trombone III", "trombone", 3),
    ],
)
def test_a_name_tells_instrument_and_number(name: str, instrument: str, number: int) -> None:
    found = instrument_named(name)
    assert found is not None
    assert (found.name, number_of(name)) == (instrument, number)


@pytest.mark.parametrize("name", ["Tenor 1", "Bass", "Alto", "Soprano II", "Voice", ""])
def test_a_voice_is_no_instrument(name: str) -> None:
    assert instrument_of(Part("P1", name)) is None


def part(name: str, sound: str | None = None, program: int = 1, *clefs: str) -> Part:
    return Part(
        "P1", name, clefs=tuple(CLEFS[clef] for clef in clefs or ("treble",)), instrument=Instrument("", sound, program)
    )


@pytest.mark.parametrize(
    ("given", "family"),
    [
        (part("Soprano"), "voice"),
        (part("Soprano", "keyboard.piano"), "voice"),
        (part("Alto", "wind.reed.saxophone.alto"), "woodwind"),
        (part("Tenor", None, 67), "woodwind"),
        (part("Bass", None, 34), "plucked"),
        (part("Bass", "strings.contrabass"), "strings"),
        (part("Bass", None, 53), "voice"),
        (part("Singstimme"), "voice"),
        (part("Lead Guitar"), "plucked"),
        (part("Solo-Violine"), "strings"),
        (part("Posaune"), "brass"),
        (part("Pauken"), "percussion"),
        (part("Clavecin"), "keyboard"),
        (part("", "wind.flutes.panpipes"), "woodwind"),
        (part("", None, 43), "strings"),
        (part("", None, 53), "voice"),
        (part("", None, 1, "treble", "bass"), "keyboard"),
        (part("", None, 1, "treble-8vb"), "voice"),
        (part("", None, 1, "alto"), "strings"),
        (part("", None, 1), "other"),
    ],
)
def test_the_family_of_a_part(given: Part, family: str) -> None:
    assert family_of(given) == family


def test_percussion_is_known_by_its_clef_or_channel() -> None:
    assert family_of(Part("P1", "Set", clefs=(Clef("percussion"),))) == "percussion"
    assert family_of(Part("P1", "", instrument=Instrument("", percussion=True))) == "percussion"


def test_every_entry_is_consistent() -> None:
    for each in (*instruments(), *voice_types()):
        low, high = (pitch.midi_pitch for pitch in each.comfortable)
        assert each.lowest.midi_pitch <= low < high <= each.highest.midi_pitch, each.name
        assert all(alias == alias.lower() for alias in each.aliases), each.name
        assert 1 <= each.midi_program <= 128
    assert {"voice"} == {each.family for each in voice_types()}


def test_every_alias_means_one_instrument_and_is_its_own_plain_name() -> None:
    aliases = [alias for each in instruments() for alias in each.aliases]
    assert sorted({alias for alias in aliases if aliases.count(alias) > 1}) == []
    assert [alias for alias in aliases if plain_name(alias) != alias] == []
