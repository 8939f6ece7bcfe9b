"""Which voice of a page takes which role."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.generation.page import is_instrument, roles_of_name
from scoregen.generation.seating import MOST_VOICES, Seating, read_voices, seat, seated_parts, unread_notice
from scoregen.generation.understanding import unseen_notices
from scoregen.score.edit import blank_voices
from scoregen.score.elements import Clef, Instrument, Part, Score, Slot
from scoregen.score.ensemble import load_ensemble
from scoregen.score.pitch import Interval
from scoregen.system.errors import InputError
from tests.generation.pages import BASS, REST, TENOR, TREBLE, TUNE, PagePart, page, sung

SATB = load_ensemble("SATB")
GRAND = (TREBLE, BASS)


def slots(seating: Seating) -> dict[str, tuple[str, int, int]]:
    return {role: tuple(line.slot) for role, line in seating.lines.items()}


def parts(seating: Seating) -> dict[str, str]:
    return {role: line.slot.part for role, line in seating.lines.items()}


@pytest.mark.parametrize(
    ("name", "sound", "program", "clefs"),
    [
        ("Piano RH", None, 1, (TREBLE,)),
        ("Piano LH", None, 1, (BASS,)),
        ("Pno.", None, 1, (TREBLE,)),
        ("Alto Saxophone", None, 1, (TREBLE,)),
        ("Bass Clarinet", None, 1, (TREBLE,)),
        ("Bass Guitar", None, 1, (BASS,)),
        ("Double Bass", None, 1, (BASS,)),
        ("Violin I", None, 1, (TREBLE,)),
        ("", "wind.flutes.flute", 74, (TREBLE,)),
        ("", None, 41, (TREBLE,)),
        ("", None, 1, (Clef("TAB", 5),)),
        ("Drums", None, 1, (Clef("percussion"),)),
    ],
)
def test_an_instrument_is_known_by_name_sound_program_or_clef(
    name: str, sound: str | None, program: int, clefs: tuple[Clef, ...]
) -> None:
    assert is_instrument(Part("P1", name, clefs=clefs, instrument=Instrument(name, sound, program)), SATB)


@pytest.mark.parametrize("name", ["Soprano", "Tenor 2", "Voice", "Choir", "Women", "Bass", "Basso", "", "S.A.", "Lead"])
def test_a_voice_is_no_instrument_whatever_plays_it(name: str) -> None:
    assert not is_instrument(Part("P1", name, instrument=Instrument("Piano", None, 1)), SATB)


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("Women", ("soprano", "alto")),
        ("S/A", ("soprano", "alto")),
        ("S.A.", ("soprano", "alto")),
        ("Soprano & Alto", ("soprano", "alto")),
        ("Tenor/Bass", ("tenor", "bass")),
        ("Männer", ("tenor", "bass")),
        ("SATB", ("soprano", "alto", "tenor", "bass")),
        ("Tenor 2", ("tenor",)),
        ("Baritone", ("bass",)),
        ("Choir", ()),
        ("", ()),
    ],
)
def test_a_name_tells_the_roles(name: str, roles: tuple[str, ...]) -> None:
    assert roles_of_name(name, SATB) == roles


@pytest.mark.parametrize("name", ["Soprano 1, Soprano 2", "Soprano 1 & 2", "Sopran 1 und Sopran 2", "Soprano 1/2"])
def test_a_list_of_names_tells_each_role_by_its_number(name: str) -> None:
    assert roles_of_name(name, load_ensemble("ssa")) == ("soprano1", "soprano2")


def test_piano_hands_are_kept_and_the_voice_is_the_soprano() -> None:
    seating = seat(page(sung("Voice", TUNE), sung("Piano RH"), sung("Piano LH", clef=BASS)), SATB, {})
    assert parts(seating) == {"soprano": "P1"}
    assert [part.name for part in seating.kept] == ["Piano RH", "Piano LH"]


def test_men_take_the_roles_in_the_order_of_the_page_with_their_own_ranges() -> None:
    low = TUNE.replace("5", "4").replace("4 ", "3 ")
    score = page(
        sung("Tenor 1", low, TENOR), sung("Tenor 2", clef=TENOR), sung("Baritone", clef=BASS), sung("Bass", clef=BASS)
    )
    seating = seat(score, SATB, {})
    assert parts(seating) == {"soprano": "P1", "alto": "P2", "tenor": "P3", "bass": "P4"}
    assert seating.own_order and seating.interval == Interval.parse("P5")
    assert [role.name for role in seating.ranges(SATB).values()] == ["tenor", "tenor", "bass", "bass"]


def test_women_in_three_parts_leave_out_one_role() -> None:
    seating = seat(page(sung("Soprano 1", TUNE), sung("Soprano 2"), sung("Alto")), SATB, {})
    assert list(parts(seating).values()) == ["P1", "P2", "P3"]
    assert seating.own_order


def test_an_empty_descant_takes_a_role_and_the_voices_below_it_follow() -> None:
    names = ("Descant", "Soprano", "Alto", "Tenor", "Bass")
    score = page(*(sung(name, REST if name == "Descant" else TUNE) for name in names))
    seating = seat(score, SATB, {})
    assert seating.lines["soprano"].name == "Descant"
    assert [line.name for line in seating.lines.values()] == ["Descant", "Soprano", "Alto", "Bass"]
    assert [line.name for line in seating.unseated] == ["Tenor"]


@pytest.mark.parametrize("name", ["Choir", "", "SATB"])
def test_closed_score_has_two_voices_on_each_staff(name: str) -> None:
    score = page(PagePart(name, GRAND, {(1, 1): TUNE, (1, 2): TUNE, (2, 5): REST}))
    low = {(1, 1): TUNE, (1, 2): TUNE.replace("5", "4"), (2, 5): REST}
    seating = seat(page(PagePart(name, GRAND, low)), SATB, {})
    assert slots(seating) == {
        "soprano": ("P1", 1, 1),
        "alto": ("P1", 1, 2),
        "tenor": ("P1", 2, 5),
        "bass": ("P1", 2, 6),
    }
    assert seating.lines["bass"].is_new and not seating.lines["alto"].is_new
    assert len(seat(score, SATB, {}).lines) == 4


def test_a_piano_on_two_staves_is_no_choir() -> None:
    with pytest.raises(InputError, match="no part of the score matches"):
        seat(page(PagePart("Piano", GRAND, {(1, 1): TUNE, (2, 5): REST})), SATB, {})
    chords = TUNE.replace("G4", "G4+B4+D5")
    with pytest.raises(InputError, match="no part of the score matches"):
        seat(page(PagePart("", GRAND, {(1, 1): chords, (2, 5): REST})), SATB, {})


def test_two_note_chords_are_soprano_and_alto() -> None:
    seating = seat(page(sung("Women", TUNE.replace("q:G4", "q:D4+G4").replace("q:B4", "q:D4+B4"))), SATB, {})
    assert [(role, line.layer) for role, line in seating.lines.items()] == [("soprano", "upper"), ("alto", "lower")]
    chords = TUNE.replace("q:G4", "q:D4+G4").replace("q:B4", "q:D4+B4").replace("q:C5", "q:E4+C5")
    assert list(seat(page(sung("", chords)), SATB, {}).lines) == ["soprano", "alto"]
    assert list(seat(page(sung("", TUNE.replace("h:G4", "h:D4+G4"))), SATB, {}).lines) == ["soprano"]


def test_women_and_men_have_two_voices_on_each_of_their_staves() -> None:
    seating = seat(page(sung("Women", TUNE), sung("Men", clef=BASS)), SATB, {})
    assert slots(seating) == {
        "soprano": ("P1", 1, 1),
        "alto": ("P1", 1, 2),
        "tenor": ("P2", 1, 1),
        "bass": ("P2", 1, 2),
    }


def test_unnamed_parts_keep_the_order_of_the_page_and_their_ranges() -> None:
    low = "w:G2 | w:C3 | w:D3 | w:G2"
    assert parts(seat(page(sung("", TUNE), sung("", low, BASS)), SATB, {})) == {"soprano": "P1", "bass": "P2"}
    assert parts(seat(page(sung("", low, BASS), sung("", TUNE)), SATB, {})) == {"soprano": "P2", "bass": "P1"}


def test_a_lone_flute_is_a_melody() -> None:
    seating = seat(page(sung("Flute", TUNE)), SATB, {})
    assert list(seating.lines) == ["soprano"]
    assert seating.lines["soprano"].slot == Slot("P1")


def test_an_assignment_comes_first() -> None:
    seating = seat(page(sung("Violin", TUNE), sung("Cello", clef=BASS)), SATB, {"bass": "2"})
    assert parts(seating) == {"bass": "P2"}
    with pytest.raises(InputError, match="no part '7'"):
        seat(page(sung("Voice", TUNE)), SATB, {"alto": "7"})


def test_an_unnamed_empty_staff_below_one_of_two_voices_has_two_as_well() -> None:
    upper = PagePart("", (TREBLE,), {(1, 1): TUNE, (1, 2): TUNE.replace("5", "4")})
    assert slots(seat(page(upper, sung("", clef=BASS)), SATB, {})) == {
        "soprano": ("P1", 1, 1),
        "alto": ("P1", 1, 2),
        "tenor": ("P2", 1, 1),
        "bass": ("P2", 1, 2),
    }


def test_the_given_voice_of_a_choir_of_six_is_read() -> None:
    names = (("S", TREBLE), ("A", TREBLE), ("T1", TENOR), ("T2", TENOR), ("B1", BASS), ("B2", BASS))
    score = page(*(sung(name, TUNE if name == "S" else REST, clef) for name, clef in names))
    seating = seat(score, SATB, {})
    assert [line.name for line in seating.lines.values()] == ["S", "A", "T1", "B2"]
    assert [line.name for line in seating.unseated] == ["T2", "B1"]


def test_a_part_of_another_name_beside_named_voices_is_kept() -> None:
    seating = seat(page(sung("Soprano", TUNE), sung("Drone", TUNE)), SATB, {})
    assert [part.name for part in seating.kept] == ["Drone"]


def test_four_voices_take_four_roles_in_order_if_one_has_a_name_of_its_own() -> None:
    score = page(sung("Soprano", TUNE), sung("Voice"), sung("Alto"), sung("Bass", clef=BASS))
    seating = seat(score, SATB, {})
    assert parts(seating) == {"soprano": "P1", "alto": "P2", "tenor": "P3", "bass": "P4"}
    assert seating.own_order


def test_a_voice_without_a_role_takes_the_free_one_between_its_neighbours() -> None:
    seating = seat(page(sung("Soprano", TUNE), sung("Voice"), sung("Tenor", clef=TENOR)), SATB, {})
    assert parts(seating) == {"soprano": "P1", "alto": "P2", "tenor": "P3"}
    assert not seating.own_order


LOW, LONG = TUNE.replace("4", "2").replace("5", "3"), "w:G4 | w:G4 | w:G4 | w:G4"


def orchestra() -> Score:
    """Twenty parts: the second one has long notes, the ninth is low, the last two rest."""
    music = [LONG if n == 2 else LOW if n == 9 else REST if n > 18 else TUNE for n in range(1, 21)]
    return page(*(sung(f"Part {number}", each) for number, each in enumerate(music, 1)))


def test_of_a_large_score_the_new_the_outermost_and_the_busiest_voices_are_read() -> None:
    score = orchestra()
    blank = blank_voices(score, [Slot("P20")], range(4))
    read = read_voices(blank, score.slots, {"P2"})
    assert len(read) == MOST_VOICES
    assert list(read) == [slot for slot in score.slots if slot in read]
    assert {Slot("P20"), Slot("P2"), Slot("P9")} <= set(read)
    assert Slot("P19") not in read
    (notice,) = unread_notice(score.slots, read)
    assert "20 voices" in notice
    assert "4 others" in notice


def test_a_small_score_is_read_as_a_whole() -> None:
    score = page(sung("Voice", TUNE), sung("Piano"))
    assert read_voices(score, score.slots, set()) == score.slots
    assert unread_notice(score.slots, score.slots) == ()


def test_more_new_voices_than_can_be_read_are_refused() -> None:
    score = orchestra()
    blank = blank_voices(score, score.slots, range(4))
    with pytest.raises(InputError, match="found 20 voices with blanks; expected 16 or fewer"):
        read_voices(blank, score.slots, set())


def test_parts_of_another_ensemble_are_named_with_its_option() -> None:
    score = page(*(sung(name) for name in ("Violin I", "Violin II", "Viola", "Cello")))
    with pytest.raises(InputError, match=r"role of satb; --ensemble string-quartet writes for these parts, or assign"):
        seat(score, SATB, {})


def test_a_part_without_a_name_is_called_by_its_number() -> None:
    seating = seat(page(sung("", TUNE)), SATB, {})
    assert [line.name for line in seating.lines.values()] == ["part 1"]


def test_an_empty_part_that_the_page_hides_is_no_voice_unless_it_is_assigned() -> None:
    score = page(sung("Soprano", TUNE), sung("Alto"), sung("Tenor", clef=TENOR))
    score = replace(score, parts=(score.parts[0], replace(score.parts[1], hidden=frozenset({1})), score.parts[2]))
    seating = seat(score, SATB, {})
    assert (list(seating.lines), [part.id for part in seating.kept]) == (["soprano", "tenor"], ["P2"])
    assert unseen_notices(score, seating.kept) == [
        "Alto: the page hides this part, which stays empty; --role ROLE=2 fills it"
    ]
    assert parts(seat(score, SATB, {"alto": "2"}))["alto"] == "P2"
    sounding = page(sung("Soprano", TUNE), sung("Alto", TUNE))
    hidden = replace(sounding, parts=(sounding.parts[0], replace(sounding.parts[1], hidden=frozenset({1}))))
    assert seat(hidden, SATB, {}).lines == seat(sounding, SATB, {}).lines, "a hidden part with notes sings"
    quartet = page(*(sung(name, TUNE if name == "Violin I" else REST) for name in ("Violin I", "Violin II", "Viola")))
    quartet = replace(quartet, parts=(*quartet.parts[:2], replace(quartet.parts[2], hidden=frozenset({1}))))
    assert seated_parts(quartet, load_ensemble("string-quartet"), {}, ()) == {"violin1": "P1", "violin2": "P2"}
