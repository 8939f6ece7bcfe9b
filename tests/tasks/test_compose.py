"""The main job, with a network that has learned nothing: what is given stays, all else gets filled."""

import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import torch

from scoregen.analysis.rules.findings import at_least
from scoregen.model.harmony.planner_file import save_planner
from scoregen.model.harmony.planner_network import PlannerConfig, PlannerNetwork
from scoregen.model.sampling.novelty_limit import save_index
from scoregen.notation.files import read_score
from scoregen.score.check import problems
from scoregen.score.edit import blank_voices
from scoregen.score.elements import Measure, Note, Part, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.theory.chord_kinds import parse_chord
from scoregen.system.errors import InputError, RefusedError
from scoregen.tasks.check import check
from scoregen.tasks.compose import Composition, PieceOptions, SamplingOptions, compose
from scoregen.tasks.provenance import provenance_fields
from scoregen.tokens.encode import encode
from scoregen.tokens.window_hashes import NoveltyIndex

FEW = SamplingOptions(seed=3, candidates=2)


@pytest.fixture(scope="module")
def melody(repository: Path) -> Score:
    return read_score(repository / "corpora/samples/morning-song.musicxml")


@pytest.fixture(scope="module")
def harmonised(melody: Score, untrained: Path) -> Composition:
    return compose(melody, checkpoint=untrained, sampling=FEW, count=2)


def voices_of(score: Score, part: str) -> list[tuple[Voice, ...]]:
    return [tuple(voice for voice in measure.voices if voice.slot.part == part) for measure in score.measures]


def test_a_melody_gets_three_more_parts_and_stays_as_it_was(melody: Score, harmonised: Composition) -> None:
    score = harmonised.score
    assert [part.name for part in score.parts][1:] == ["Alto", "Tenor", "Bass"]
    assert problems(score) == ()
    assert voices_of(score, melody.parts[0].id) == voices_of(melody, melody.parts[0].id)
    new = {voice.origin for measure in score.measures for voice in measure.voices if voice.slot.part != "P1"}
    assert new == {"generated"}


def test_alternatives_are_in_the_order_of_their_errors(melody: Score, untrained: Path) -> None:
    done = compose(melody, checkpoint=untrained, sampling=FEW, count=4)
    errors = [len(at_least(check(each.score, "strict").findings, "error")) for each in done.alternatives]
    assert errors == sorted(errors)
    assert len(set(errors)) > 1
    assert [each.provenance["rank"] for each in done.alternatives] == [1, 2, 3, 4]


def test_ranges_are_kept(harmonised: Composition) -> None:
    limits = {"Alto": ("F3", "D5"), "Tenor": ("C3", "A4"), "Bass": ("D2", "E4")}
    for part in harmonised.score.parts[1:]:
        low, high = (Pitch.parse(name).midi_pitch for name in limits[part.name])
        for voices in voices_of(harmonised.score, part.id):
            for note in (note for voice in voices for element in voice.elements for note in element.notes):
                assert low <= note.pitch.midi_pitch <= high


def test_the_same_seed_gives_the_same_and_another_seed_another(
    melody: Score, untrained: Path, harmonised: Composition
) -> None:
    again = compose(melody, checkpoint=untrained, sampling=FEW, count=2)
    assert [a.score for a in again.alternatives] == [a.score for a in harmonised.alternatives]
    other = compose(melody, checkpoint=untrained, sampling=replace(FEW, seed=4))
    assert other.score != harmonised.score


def test_alternatives_differ(harmonised: Composition) -> None:
    first, second = harmonised.alternatives
    assert first.score != second.score


def test_the_provenance_tells_given_from_generated(harmonised: Composition) -> None:
    record = harmonised.alternatives[0].provenance
    assert {entry["origin"] for entry in record["measures"]["P1"]} == {"given"}
    assert {entry["origin"] for entry in record["measures"]["P2"]} == {"generated"}
    assert record["sampling"]["seed"] == 3 and len(record["weights"]) == 64
    fields = provenance_fields(record)
    last = harmonised.score.measures[-1].number
    assert fields["scoregen:given:P1"] == f"{harmonised.score.measures[0].number}-{last}"


def test_the_provenance_tells_of_the_phrase_ends(harmonised: Composition) -> None:
    record = harmonised.alternatives[0].provenance
    ends = [(end["measure"], end["chord"]) for end in record["phrase_ends"]]
    assert len(ends) > 2 and all(chord for _, chord in ends)
    text = provenance_fields(record)["scoregen:phrase_ends"]
    assert text.split()[-1].partition(":")[0] == ends[-1][0] and text.endswith(f"={ends[-1][1]}")


def test_the_provenance_tells_of_the_novelty_limit(
    harmonised: Composition, untrained: Path, tmp_path: Path, melody: Score
) -> None:
    assert harmonised.alternatives[0].provenance["novelty"] == {"limit_events": None}
    for suffix in (".safetensors", ".json"):
        shutil.copy(untrained.with_suffix(suffix), tmp_path / f"mine{suffix}")
    save_index(NoveltyIndex.of([encode(harmonised.score)]), tmp_path / "mine")
    again = compose(melody, checkpoint=tmp_path / "mine", sampling=FEW).alternatives[0].provenance
    found = again["novelty"]
    assert found["limit_events"] == 12 and found["windows_over_the_limit"] == 0 and found["longest_shared_events"] < 12
    assert json.loads(provenance_fields(again)["scoregen:novelty"]) == found


def test_a_hole_is_filled_and_nothing_else(harmonised: Composition, untrained: Path) -> None:
    whole = harmonised.score
    again = compose(whole, blank=["alto,tenor:3-4"], checkpoint=untrained, sampling=replace(FEW, seed=9)).score
    numbers = {"3", "4"}
    inner = [Slot(part.id) for part in whole.parts if part.name in ("Alto", "Tenor")]
    holey = blank_voices(whole, inner, [3, 4])
    assert [measure.number for measure in whole.measures[3:5]] == ["3", "4"]
    for old, new in zip(holey.measures, again.measures, strict=True):
        for part in whole.parts:
            before, after = ([v.elements for v in m.voices if v.slot.part == part.id] for m in (old, new))
            if old.number not in numbers or part.name not in ("Alto", "Tenor"):
                assert before == after, (old.number, part.name)
    assert again != whole and problems(again) == ()


def test_extending_adds_measures_and_moves_the_final_barline(harmonised: Composition, untrained: Path) -> None:
    whole = harmonised.score
    longer = compose(whole, extend=3, checkpoint=untrained, sampling=FEW).score
    assert len(longer.measures) == len(whole.measures) + 3
    assert longer.measures[-1].barline.style == "light-heavy"
    assert longer.measures[len(whole.measures) - 1].barline.style == "regular"
    assert [m.voices for m in longer.measures[: len(whole.measures)]] == [m.voices for m in whole.measures]
    assert problems(longer) == ()


@pytest.mark.parametrize(("time", "anacrusis"), [("6/8", Fraction(1, 2)), ("3/4", Fraction(0)), ("5/4", Fraction(1))])
def test_a_new_piece_has_the_form_that_was_asked_for(untrained: Path, time: str, anacrusis: Fraction) -> None:
    options = PieceOptions(measures=6, key="g minor", time=time, anacrusis=anacrusis, phrases=2)
    score = compose(piece=options, checkpoint=untrained, sampling=FEW).score
    full = TimeSignature.parse(time).duration
    assert problems(score) == ()
    assert score.duration == 6 * full
    assert len(score.measures) == 6 + bool(anacrusis)
    assert all(measure.key == KeySignature(-2, "minor") for measure in score.measures)
    assert sum(len(measure.phrase_ends) for measure in score.measures) == 2
    assert score.measures[-1].barline.style == "light-heavy"


def test_a_bass_far_below_gets_its_upper_voices(untrained: Path) -> None:
    notes = tuple(Note(NoteValue("quarter"), Pitch.parse(name)) for name in ("C1", "D1", "E1", "C1"))
    measure = Measure("1", Fraction(4), TimeSignature((4,), 4), KeySignature(0), (Voice(Slot("P1"), notes),))
    score = Score((Part("P1", "Bass"),), (measure,))
    done = compose(score, checkpoint=untrained, sampling=FEW).score
    assert [part.name for part in done.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert problems(done) == ()


def quintuplet_measure(number: str) -> Measure:
    value = NoteValue("eighth", 0, 5, 4)
    notes = tuple(Note(value, Pitch.parse(name)) for name in ("C5", "D5", "E5", "F5", "G5"))
    whole = tuple(Note(NoteValue("half"), Pitch.parse(name)) for name in ("G5", "C5"))
    return Measure(
        number,
        Fraction(4),
        TimeSignature((4,), 4),
        KeySignature(0),
        (Voice(Slot("P1"), (*notes, Note(NoteValue("half"), Pitch.parse("C5")))),)
        if number == "1"
        else (Voice(Slot("P1"), whole),),
    )


def test_a_quintuplet_is_refused_by_name_where_it_would_be_written_against(untrained: Path) -> None:
    score = Score((Part("P1", "Soprano"),), (quintuplet_measure("1"), quintuplet_measure("2")))
    with pytest.raises(RefusedError, match=r"part P1, measure 1.*cannot|part P1, measure 1"):
        compose(score, checkpoint=untrained, sampling=FEW)


def test_a_quintuplet_that_nothing_is_written_against_stays(untrained: Path) -> None:
    score = Score((Part("P1", "Soprano"),), (quintuplet_measure("1"), quintuplet_measure("2")))
    others = {f"P{n}": name for n, name in ((2, "Alto"), (3, "Tenor"), (4, "Bass"))}
    half = NoteValue("half")
    voices = {
        part: Voice(Slot(part), (Note(half, Pitch.parse(pitch)),) * 2)
        for part, pitch in (("P2", "E4"), ("P3", "G3"), ("P4", "C3"))
    }
    measures = tuple(replace(m, voices=(*m.voices, *voices.values())) for m in score.measures)
    full = Score((*score.parts, *(Part(key, name) for key, name in others.items())), measures)
    done = compose(full, blank=["alto:2"], checkpoint=untrained, sampling=FEW).score
    assert done.measures[0] == full.measures[0]


def test_what_cannot_be_done_is_one_error_line(harmonised: Composition, melody: Score, untrained: Path) -> None:
    for arguments, message in (
        ({"score": harmonised.score}, "has no blanks"),
        ({"score": melody, "blank": ["viola"]}, "viola"),
        ({"score": melody, "blank": ["soprano:90-95"]}, "no measures 90-95"),
        ({"score": melody, "roles": {"cello": "1"}}, "cello"),
        ({"score": melody, "roles": {"soprano": "7"}}, "no part '7'"),
        ({"score": melody, "ensemble": "brass"}, "brass"),
        ({"piece": PieceOptions(key="X dur")}, "X dur"),
        ({"piece": PieceOptions(time="4/5")}, "4/5"),
        ({"piece": PieceOptions(anacrusis=Fraction(5))}, "anacrusis"),
    ):
        with pytest.raises(InputError, match=message) as caught:
            compose(**{"checkpoint": untrained, "sampling": FEW, **arguments})  # type: ignore[arg-type]
        assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def with_planner(untrained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The untrained network with an untrained planner."""
    torch.manual_seed(2)
    network = PlannerNetwork(PlannerConfig(context=8, hidden=12, embedding=8, choice=12))
    stem = tmp_path_factory.mktemp("planned") / "weights"
    for file in untrained.parent.glob(f"{untrained.name}.*"):
        shutil.copy(file, stem.with_suffix(file.suffix))
    save_planner({name: value.numpy(force=True) for name, value in network.state_dict().items()}, stem)
    return stem


def test_every_alternative_is_written_under_a_plan_of_its_own(melody: Score, with_planner: Path) -> None:
    done = compose(melody, checkpoint=with_planner, sampling=FEW, count=2)
    first, second = (each.plan for each in done.alternatives)
    assert first and second and first != second
    assert {row.measure for row in first} <= {measure.number for measure in melody.measures}
    assert compose(melody, checkpoint=with_planner, sampling=FEW, count=2).alternatives[0].plan == first


def test_weights_without_a_planner_write_without_a_plan(harmonised: Composition) -> None:
    assert harmonised.alternatives[0].plan == ()


def test_a_progression_is_the_plan(melody: Score, with_planner: Path) -> None:
    chords = "F | Bb C7 | F"
    plan = compose(melody, checkpoint=with_planner, sampling=FEW, chords=chords, key="F major").alternatives[0].plan
    first = 1 if melody.has_anacrusis else 0
    numbers = [measure.number for measure in melody.measures[first : first + 3]]
    found = [parse_chord(row.chord) for row in plan if row.measure in numbers]
    expected = [parse_chord(name) for name in ("F", "Bb", "C7", "F")]  # an untrained planner spells them in any key
    assert [(root % 12, kind) for root, kind in found] == [(root % 12, kind) for root, kind in expected]
