"""An explanation as a whole: every note has one, and it fits the score."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.notation.files import read_score, write_score
from scoregen.plan.form import PieceOptions
from scoregen.plan.harmonic_plan import with_harmony
from scoregen.plan.plan_text import plan_rows
from scoregen.score.elements import Chord, Note, Score, Voice
from scoregen.score.ensemble import load_ensemble
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.timeline import sounding_notes
from scoregen.tasks.compose import compose
from scoregen.tasks.explain import Explanation, explain, page
from scoregen.tasks.explain.report import plain
from scoregen.tasks.layout import LayoutOptions
from scoregen.tasks.provenance import provenance_fields
from scoregen.tokens.encode import encode
from tests.chorales import chorale


@pytest.fixture(scope="module")
def found(untrained: Path) -> Explanation:
    return explain(chorale(1, measures=3), given=["soprano"], checkpoint=untrained)


def test_every_note_that_was_chosen_is_explained(found: Explanation) -> None:
    chosen = {note for note in sounding_notes(found.score) if note.slot.part != "P1"}
    assert {entry.note for entry in found.notes} == chosen
    assert set(found.given_notes) == {note for note in sounding_notes(found.score) if note.slot.part == "P1"}
    assert found.notices == ()


def test_an_explanation_speaks_of_its_own_note(found: Explanation) -> None:
    for entry in found.notes:
        option = entry.choice.options[entry.choice.chosen]
        assert option.pitch == entry.note.pitch
        assert entry.choice.measure == entry.note.measure_index
        assert len(entry.fault_changes) == len(entry.choice.options)
        assert len(entry.choice.measures) == len(found.score.measures)
        assert entry.roles
        assert all(any(note == entry.note for note in finding.notes) for finding in entry.findings)
    assert any(change.new for entry in found.notes for change in entry.fault_changes)


def test_plain_values_are_json_and_name_what_they_point_at(found: Explanation) -> None:
    data = json.loads(json.dumps(plain(found)))
    assert len(data["notes"]) == len(found.notes)
    assert data["mean_nats"] == pytest.approx(
        math.fsum(entry.choice.nats for entry in found.notes) / len(found.notes), abs=1e-3
    )
    known = {note["id"] for note in data["given_notes"]}
    assert all(other["id"] in known for note in data["notes"] for other in note["given_notes"])
    assert [measure["given"] for measure in data["measures"]] == [[True, False, False, False]] * 3
    first = data["notes"][0]
    assert (first["measure"], first["beat"]) == (0, "1")


def test_the_same_score_gives_the_same_page(found: Explanation, untrained: Path) -> None:
    again = explain(chorale(1, measures=3), given=["soprano"], checkpoint=untrained)
    assert page(found, "x") == page(again, "x")


def _with_voice(score: Score, measure: int, part: int, voice: Voice) -> Score:
    voices = list(score.measures[measure].voices)
    voices[part] = voice
    measures = list(score.measures)
    measures[measure] = replace(measures[measure], voices=tuple(voices))
    return replace(score, measures=tuple(measures))


def test_what_the_network_cannot_read_is_reported_and_left_out(untrained: Path) -> None:
    """A quintuplet in the alto, a chord in the bass: the score is explained, they are not, and the page says so."""
    score = chorale(2, measures=4)
    slots = [voice.slot for voice in score.measures[0].voices]
    five = Note(NoteValue("quarter", 0, 5, 4), Pitch.parse("G4"))
    whole = Note(NoteValue("whole"), Pitch.parse("C3"))
    strange = _with_voice(score, 1, 1, Voice(slots[1], (five,) * 5))
    strange = _with_voice(strange, 2, 3, Voice(slots[3], (Chord((whole, replace(whole, pitch=Pitch.parse("G3")))),)))
    found = explain(strange, checkpoint=untrained)
    messages = " ".join(found.notices)
    assert "Alto, measures 2" in messages
    assert "Bass, measures 3: 1 note is not explained" in messages
    explained = {entry.note for entry in found.notes}
    missing = [note for note in sounding_notes(strange) if note not in explained]
    assert {note.measure_index for note in missing} == {1, 2}


def test_the_plan_that_the_notes_follow_stands_beside_other_plans() -> None:
    done = explain(chorale(1, measures=3), given=["soprano"])
    rows = plain(done)["plan"]
    assert rows[0]["measure"] == "1" and all(row["chord"] for row in rows)
    assert all(0 <= row["share"] <= 1 and len(row["alternatives"]) <= 3 for row in rows)
    assert any(row["share"] > 0 for row in rows) and any(row["alternatives"] for row in rows)
    assert all(other["chord"] != row["chord"] for row in rows for other in row["alternatives"])
    assert rows[0]["chord"] in page(done).decode().partition("<pre>")[2].partition("</pre>")[0]


def test_a_quartet_is_explained_by_the_weights_for_any_ensemble() -> None:
    done = compose(
        ensemble="string-quartet", piece=PieceOptions(measures=2), sampling=SamplingOptions(1, candidates=1, passes=0)
    ).score
    found = explain(done, ensemble="string-quartet")
    assert found.roles == ("Violin I", "Violin II", "Viola", "Cello")
    assert found.rules == "free"
    assert {entry.note.slot.part for entry in found.notes} == {part.id for part in done.parts}
    assert found.plan
    assert not any("other weights" in notice for notice in found.notices)
    assert plain(found)["mean_nats"] < 8


def test_a_mixture_of_styles_is_explained_by_the_weights_that_wrote_it(tmp_path: Path) -> None:
    done = compose(
        ensemble="string-trio",
        style="haydn:0.7,mozart:0.3",
        piece=PieceOptions(measures=1),
        sampling=SamplingOptions(1, candidates=1, passes=0),
    ).alternatives[0]
    file = tmp_path / "trio.musicxml"
    write_score(done.score, file, provenance=provenance_fields(done.provenance))
    found = explain(read_score(file))
    assert found.weights == done.provenance["weights"]
    assert not any("other weights" in notice for notice in found.notices)


def test_the_piano_under_a_melody_is_explained_and_the_melody_given() -> None:
    tune = chorale(1, measures=2, voices=1)
    done = compose(tune, ensemble="voice-piano", sampling=SamplingOptions(1, candidates=1, passes=0)).score
    found = explain(done, ensemble="voice-piano")
    assert found.given_notes
    voices = {entry.note.slot.part for entry in found.notes}
    assert voices == {part.id for part in done.parts if part.staves > 1}
    assert any("staff 2" in name for name in found.roles)


@pytest.mark.parametrize(("choir", "moved"), [("ssa", "-M2"), ("ttbb", "P5"), ("sab", ""), ("sa", "")])
def test_a_choir_of_two_to_four_voices_is_explained_as_it_is_written(choir: str, moved: str) -> None:
    """The parts tell the ensemble, and numbers and pitches are those of the page, at whatever interval it is read."""
    tune = chorale(1, measures=2, voices=1)
    tune = replace(tune, parts=(replace(tune.parts[0], name=""),))
    sampling = SamplingOptions(1, candidates=1, passes=0)
    done = compose(tune, ensemble=choir, sampling=sampling).score
    found = explain(done)
    assert found.roles == tuple(role.name for role in load_ensemble(choir).roles)
    new = {note for note in sounding_notes(done) if note.slot != found.task.slots[0]}
    assert {entry.note for entry in found.notes} == new
    assert all(entry.choice.options[entry.choice.chosen].pitch == entry.note.pitch for entry in found.notes)
    (notice,) = [notice for notice in found.notices if notice.startswith("the network knows satb only")]
    assert notice.endswith(f", moved by {moved}" if moved else "bass") or not moved
    on_page = plan_rows([each.header for each in with_harmony(encode(done, found.task.slots)).measures])
    assert {step.row.key for step in found.plan} & {row.key for row in on_page}
    assert {step.row.chord for step in found.plan} & {row.chord for row in on_page}
    assert len(plain(found)["voices"]) == len(found.roles)


def test_a_choir_in_closed_score_is_explained_by_its_voices() -> None:
    tune = chorale(1, measures=2, voices=1)
    sampling = SamplingOptions(1, candidates=1, passes=0)
    closed = compose(tune, ensemble="ssa", sampling=sampling, layout=LayoutOptions("closed")).score
    assert explain(closed, ensemble="ssa", given=["soprano1"]).notes
