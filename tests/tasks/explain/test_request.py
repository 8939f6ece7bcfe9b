"""What is settled before anything is explained: voices, what was given, who wrote it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from scoregen.notation.files import read_score, write_score
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.styles.style import load_style
from scoregen.system.errors import InputError
from scoregen.tasks.compose import SamplingOptions, compose
from scoregen.tasks.explain.request import ExplainRequest, explain_request
from scoregen.tasks.explain.writing_record import ranking_table, writing_record
from scoregen.tasks.provenance import provenance_fields
from tests.chorales import chorale
from tests.notation import handmade
from tests.plan.tunes import PLAIN, tune

SATB = load_ensemble("satb")


def task(score: Score, *given: str, **roles: str) -> ExplainRequest:
    return explain_request(score, SATB, roles, given, writing_record(score))


def test_of_anyones_score_nothing_was_given() -> None:
    found = task(chorale(1))
    assert [slot.part for slot in found.slots] == ["P1", "P2", "P3", "P4"]
    assert not any(any(row) for row in found.given)
    assert found.record.options == SamplingOptions()
    assert found.record.weights is None


def test_given_names_roles_parts_and_measures() -> None:
    score = chorale(1, measures=4)
    assert task(score, "soprano").given == ((True, False, False, False),) * 4
    assert task(score, "P4:2-3", "alto:1").given == (
        (False, True, False, False),
        (False, False, False, True),
        (False, False, False, True),
        (False, False, False, False),
    )
    assert task(score, ":2").given[1] == (True,) * 4


@pytest.mark.parametrize("as_file", [True, False])
def test_a_score_of_ours_says_itself_what_was_given(
    as_file: bool, repository: Path, untrained: Path, tmp_path: Path
) -> None:
    melody = read_score(repository / "corpora/samples/morning-song.musicxml")
    options = SamplingOptions(seed=3, candidates=1, passes=0, crossing=0.25)
    done = compose(melody, checkpoint=untrained, sampling=options).alternatives[0]
    score = done.score
    if as_file:
        path = tmp_path / "song.musicxml"
        write_score(score, path, provenance=provenance_fields(done.provenance))
        score = read_score(path)
    found = task(score)
    assert found.given == ((True, False, False, False),) * len(score.measures)
    if as_file:
        assert found.record.options == replace(options, voice_leading=load_style().voice_leading.parallel)
        assert found.record.weights == done.provenance["weights"]
        ranking = found.record.ranking
        assert ranking is not None and (ranking.drafts, ranking.comparisons) == (1, 3)
        cost = done.provenance["ranking"]["cost"]
        assert {name: own for name, own, _ in ranking.terms} == cost and all(gain == 0 for *_, gain in ranking.terms)
        assert ranking_table(ranking)[-1].split()[:2] == ["sum", f"{sum(cost.values()):.4f}"]
    assert task(score, "bass").given[0] == (False, False, False, True), "the option overrides the provenance"


def test_the_network_reads_the_phrase_ends_that_were_found_in_the_given_music(untrained: Path) -> None:
    melody = tune(PLAIN.replace("^", ""))
    done = compose(melody, checkpoint=untrained, sampling=SamplingOptions(candidates=1, passes=0))
    ends = [measure.header.phrase_ends for measure in task(done.score).tokens.measures]
    assert ends == [(), (2,)] * 4
    assert not any(measure.phrase_ends for measure in done.score.measures)


def test_options_that_cannot_be_read_are_the_defaults() -> None:
    fields = {"scoregen:generated:P2": "1-10", "scoregen:options": json.dumps({"sampling": {"seed": "x"}})}
    score = chorale(1)
    marked = replace(score, metadata=replace(score.metadata, miscellaneous=tuple(fields.items())))
    assert asdict(task(marked).record.options) == asdict(SamplingOptions())


def test_four_voices_on_two_staves_are_a_choir() -> None:
    text = {("P1", 1, 1): "h:C5 h:D5", ("P1", 1, 2): "h:G4 h:G4", ("P1", 2, 1): "h:E4 h:D4", ("P1", 2, 2): "h:C3 h:B2"}
    measure = handmade.measure("1", "4/4", {handmade.Slot(*slot): line for slot, line in text.items()})
    score = Score((handmade.Part("P1", "Choir", clefs=(handmade.TREBLE, handmade.BASS)),), (measure,))
    assert [(slot.staff, slot.voice) for slot in task(score).slots] == [(1, 1), (1, 2), (2, 1), (2, 2)]


@pytest.mark.parametrize(
    ("score", "given", "expected"),
    [
        (chorale(1, voices=1), (), "found no part for alto, tenor, bass"),
        (chorale(1), ("organ",), "--given: found no part 'organ'; expected one of: soprano, alto, tenor, bass"),
        (chorale(1), ("soprano:5-",), "--given 'soprano:5-' cannot be parsed"),
        (chorale(1), ("soprano:50",), "the score has no measures 50-50"),
        (chorale(1), ("soprano,alto,tenor,bass",), "found the whole score; expected some generated music"),
        (handmade.melody("w:r"), (), "found no notes"),
    ],
)
def test_what_cannot_be_explained_is_one_error_line(score: Score, given: tuple[str, ...], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        task(score, *given)
