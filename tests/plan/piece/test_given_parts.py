"""What sections give their parts: rests by the texture, motifs, articulations; and how densely and high they move."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.plan.drafts import DraftPlans
from scoregen.plan.piece.articulation import articulated
from scoregen.plan.piece.given_parts import playing_roles, usual_range
from scoregen.plan.piece.piece_plan import SectionPlan
from scoregen.plan.piece.planned_piece import PlannedPiece, notices_of_plan, planned_piece
from scoregen.plan.piece.reading import parse_plan
from scoregen.plan.piece.section_manners import VoiceRange, with_manners
from scoregen.score.elements import Note, Score, Slot, Voice
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.spanners import Slur
from scoregen.styles.style import load_style
from scoregen.system.errors import InputError
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan

QUARTET = load_ensemble("string-quartet")


def section(texture: str) -> SectionPlan:
    return SectionPlan("A", 2, Key(0, "major"), TimeSignature.parse("4/4"), texture=texture)


def planned(text: str) -> PlannedPiece:
    return planned_piece(parse_plan(text), QUARTET, load_style(), 0)


def resting(score: Score, index: int) -> set[str]:
    return {v.slot.part for v in score.measures[index].voices if v.is_silent and not v.is_blank}


@pytest.mark.parametrize(
    ("texture", "names"),
    [
        ("", ["violin1", "violin2", "viola", "cello"]),
        ("full", ["violin1", "violin2", "viola", "cello"]),
        ("thin", ["violin1", "violin2", "cello"]),
        ("outer", ["violin1", "cello"]),
        ("upper", ["violin1", "violin2"]),
        ("lower", ["viola", "cello"]),
        ("solo", ["violin1"]),
        ("cello, viola", ["viola", "cello"]),
    ],
)
def test_textures(texture: str, names: list[str]) -> None:
    assert [role.name for role in playing_roles(section(texture), QUARTET)] == names


def test_a_texture_names_parts_of_the_ensemble() -> None:
    found = "section 'A': texture: found 'tuba', which is no part of string-quartet; expected some of"
    with pytest.raises(InputError, match=found):
        playing_roles(section("violin1, tuba"), QUARTET)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ('texture = "violin1, tuba"', "song.toml:3: section 'A': texture: found 'tuba', which is no part"),
        (
            'motif = "1:4"\nmotif_part = "flute"',
            "song.toml:4: section 'A': motif_part: found 'flute', which is no part",
        ),
        ('motif = "1:4"\nmotif_part = "viola, cello"', "song.toml:4: section 'A': motif_part: found 'viola, cello'"),
        (
            'motif = "1:4"\ntexture = "outer"\nmotif_part = "viola"',
            "song.toml:5: section 'A': motif_part: found 'viola', which is silent by the texture 'outer'",
        ),
    ],
)
def test_faults_of_parts_have_file_and_line(lines: str, found: str) -> None:
    with pytest.raises(InputError) as error:
        planned_piece(parse_plan(f"[[section]]\nmeasures = 2\n{lines}", "song.toml"), QUARTET, load_style(), 0)
    assert str(error.value).startswith(found)


def test_parts_that_are_left_out_rest_and_have_no_dynamics() -> None:
    piece = planned('[[section]]\nmeasures = 2\ntexture = "outer"\ndynamics = "p"')
    assert resting(piece.score, 0) == resting(piece.score, 1) == {"P2", "P3"}
    assert {each.part for each in piece.score.measures[0].directions} == {"P1", "P4"}


def test_a_motif_is_given_to_the_highest_part_that_plays_at_each_place() -> None:
    text = '[[section]]\nmeasures = 4\nkey = "g minor"\ntexture = "lower"\nmotif = "1:2 #7,:2"\nmotif_at = [1, 3]'
    piece = planned(text)
    for index in (0, 2):
        voice = piece.score.measures[index].voice(Slot("P3"))
        assert voice is not None
        pitches = [str(each.pitch) for each in voice.elements if isinstance(each, Note)]
        assert [name.rstrip("0123456789") for name in pitches] == ["G", "F#"]
    blank = piece.score.measures[1].voice(Slot("P3"))
    assert blank is not None and blank.is_blank


def test_a_motif_of_a_named_part() -> None:
    lowest = planned('[[section]]\nmeasures = 2\nmotif = "1:4"\nmotif_part = "lowest"')
    voice = lowest.score.measures[0].voice(Slot("P4"))
    assert voice is not None and not voice.is_blank
    with pytest.raises(InputError, match="which is silent"):
        planned('[[section]]\nmeasures = 2\ntexture = "upper"\nmotif = "1:4"\nmotif_part = "cello"')


def test_a_motif_in_a_measure_that_the_anacrusis_shortens_is_left_out_with_a_notice() -> None:
    text = 'anacrusis = 1\n[[section]]\nmeasures = 3\nmotif = "1:4 5:4"\nmotif_at = [2]'
    plan, piece = parse_plan(text), planned(text)
    assert [measure.duration for measure in piece.score.measures] == [1, 4, 4, 3]
    second, third = (measure.voice(Slot("P1")) for measure in piece.score.measures[2:])
    assert second is not None and not second.is_blank and third is not None and third.is_blank
    assert notices_of_plan(plan, piece) == [
        "section 'A': the motif is left out in measure 3 of the section, which has 3 of 4 quarters beside the"
        " anacrusis; let the motif end before it, or omit anacrusis"
    ]
    whole = text.replace("anacrusis = 1\n", "")
    assert notices_of_plan(parse_plan(whole), planned(whole)) == []


def test_a_motif_beyond_its_part_moves_an_octave() -> None:
    text = "[[section]]\nmeasures = 1\nkey = 'G major'\nmotif = \"1'':2 1':2\"\nmotif_part = 'viola'\nregister = 12"
    voice = planned(text).score.measures[0].voice(Slot("P3"))
    assert voice is not None
    assert [str(note.pitch) for element in voice.elements for note in element.notes] == ["G5", "G4"]


def test_a_motif_wider_than_its_part_is_refused() -> None:
    wide = "motif = \"1'':2 1,,:2\""
    with pytest.raises(InputError, match=r"plan:4: section 'A': motif: found .*, beyond viola .*no other octave"):
        planned(f"[[section]]\nmeasures = 1\nkey = 'G major'\n{wide}\nmotif_part = 'viola'")


def shaped(text: str) -> dict[int, MeasurePlan]:
    plan = parse_plan(text)
    piece = planned_piece(plan, QUARTET, load_style(), 0)
    plans = DraftPlans(piece.score, (({index: MeasurePlan() for index in range(len(piece.score.measures))},),), {})
    ((found,),) = with_manners(plans, plan, piece, [VoiceRange(55, 100, (57, 87))] * 4).plans
    return dict(found)


def test_densities_open_and_demand_onsets() -> None:
    text = '[[section]]\nmeasures = 3\nphrases = [3]\ntempo = {}\ndensity = "{}"'
    still, calm = (shaped(text.format(100, word))[0] for word in ("still", "calm"))
    assert (still.onsets, calm.onsets) == ({0, 2}, {0, 1, 2, 3})
    moving, flowing = (shaped(text.format(100, word))[0] for word in ("moving", "flowing"))
    assert (moving.onsets, moving.pulses) == (None, frozenset())
    assert flowing.pulses == {Fraction(place, 2) for place in range(8)}
    assert flowing.onsets == {Fraction(place, 4) for place in range(16)}, "no triplets"
    driving = shaped(text.format(100, "driving"))[0]
    assert driving.onsets == driving.pulses == flowing.pulses
    assert len(shaped(text.format(70, "driving"))[0].pulses) == 16, "slow beats have four parts"
    assert not shaped(text.format(100, "driving"))[2].pulses, "the last chord is held"


def test_a_hit_is_struck_by_all_at_the_start_of_its_section() -> None:
    found = shaped("[[section]]\nmeasures = 3\nhit = true\n")
    assert [found[index].is_hit for index in range(3)] == [True, False, False]
    silent = shaped("[[section]]\nmeasures = 3\nhit = true\nsilence = 1\n")
    assert [silent[index].is_hit for index in range(3)] == [False, True, False], "the silence comes first"
    upbeat = shaped("anacrusis = 1\n[[section]]\nmeasures = 3\nhit = true\nsilence = 1\n")
    assert [upbeat[index].is_hit for index in range(4)] == [False, False, True, False]
    with pytest.raises(InputError, match="plan:3: section 1: hit: found a hit after 2 silent measures"):
        parse_plan("[[section]]\nmeasures = 2\nhit = true\nsilence = 2\n")
    with pytest.raises(InputError, match="plan:3: section 1: hit: found 'yes'; expected true or false"):
        parse_plan("[[section]]\nmeasures = 3\nhit = 'yes'\n")


def test_densities_of_compound_and_odd_metres() -> None:
    def places(time: str, density: str) -> tuple[int, int]:
        found = shaped(f'time = "{time}"\n[[section]]\nmeasures = 2\ntempo = 80\ndensity = "{density}"')[0]
        return len(found.onsets or ()), len(found.pulses)

    assert places("6/8", "still") == (1, 0) and places("6/8", "calm") == (2, 0)
    assert places("6/8", "flowing") == places("6/8", "driving") == (6, 6)
    assert places("3/4", "still") == (1, 0) and places("3/4", "driving") == (12, 12)
    assert places("5/8", "calm") == (2, 0)


def test_registers_move_the_usual_range_within_the_instrument() -> None:
    low, high = (shaped(f"[[section]]\nmeasures = 2\nregister = {each}")[0].ranges[0] for each in (-5, 5))
    assert low is not None and high is not None
    usual = usual_range(57, 87)
    assert low == (55, usual[1] - 5) and high == (usual[0] + 5, usual[1] + 5)
    assert high[1] - high[0] >= 12


def finished(word: str) -> Score:
    """A quartet whose first violin has four quarters and the others whole notes."""
    piece = planned(f'[[section]]\nmeasures = 1\narticulation = "{word}"')
    quarters = tuple(Note(NoteValue("quarter"), Pitch.parse(name)) for name in ("C5", "D5", "D5", "E5"))
    whole = (Note(NoteValue("whole"), Pitch.parse("C4")),)
    voices = tuple(Voice(v.slot, quarters if v.slot.part == "P1" else whole) for v in piece.score.measures[0].voices)
    score = replace(piece.score, measures=(replace(piece.score.measures[0], voices=voices),))
    return articulated(score, parse_plan(f'[[section]]\nmeasures = 1\narticulation = "{word}"'), piece)


def marks(score: Score, part: str) -> list[tuple[str, ...]]:
    voice = score.measures[0].voice(Slot(part))
    assert voice is not None
    return [note.articulations for element in voice.elements for note in element.notes]


def test_articulations_are_marks_of_notes_or_slurs() -> None:
    assert marks(finished("staccato"), "P1") == [("staccato",)] * 4
    assert marks(finished("staccato"), "P2") == [()]
    assert marks(finished("tenuto"), "P2") == [("tenuto",)]
    assert marks(finished("accent"), "P1") == [("accent",), (), ("accent",), ()]
    assert marks(finished("marcato"), "P2") == [("strong-accent",)]
    slurs = [each for each in finished("legato").measures[0].spanners if isinstance(each, Slur)]
    assert [(slur.onset, slur.end.onset) for slur in slurs] == [(0, 1), (2, 3)], "a repeated note begins a slur anew"
