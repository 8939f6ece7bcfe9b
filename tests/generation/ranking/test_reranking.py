"""The likeliest draft is best, and faults cost more than the differences between drafts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from scoregen.generation.ranking.reranking import (
    Cadences,
    RankingCriteria,
    bass_octaves,
    cost,
    cost_terms,
    harmony_terms,
    notes_out_of_range,
    ranking_of,
    repeated_share,
    rerank,
    succession_nats,
    unprepared_share,
    wide_leaps,
    without_dominant,
)
from scoregen.model.critic.critic import Critic
from scoregen.model.critic.critic_network import CriticConfig, CriticNetwork
from scoregen.model.sampling.drafts import Draft
from scoregen.score.elements import Slot
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.styles.style import load_style
from scoregen.tokens.events import BLANK, Event, Header, Slice, TokenMeasure, TokenScore
from scoregen.tokens.sonorities import sonorities
from scoregen.tokens.successions import SuccessionTable
from scoregen.tokens.tendencies import suspensions, unresolved
from scoregen.tokens.window_hashes import SharedWindows

CADENCES = {0: {Fraction(0): (0, 4, 7)}, 1: {Fraction(2): (0, 4, 7)}}
SLOTS = tuple(Slot(f"P{voice}") for voice in range(4))
HEADER = Header("1", TimeSignature((4,), 4), KeySignature(0, "major"), Fraction(4))


def tokens(*chords: str) -> TokenScore:
    """Half notes, two chords per measure."""
    slices = [
        Slice(Fraction(2 * (index % 2)), tuple(Event("attack", (Pitch.parse(name),)) for name in chord.split()))
        for index, chord in enumerate(chords)
    ]
    pairs = zip(slices[::2], slices[1::2], strict=True)
    return TokenScore(SLOTS, tuple(TokenMeasure(HEADER, pair) for pair in pairs))


def draft(nats: float, parallels: int = 0, penultimate: str = "B4 G4 D4 G3", last: str = "C5 G4 E4 C3") -> Draft:
    piece = tokens("C5 G4 E4 C3", "A4 F4 C4 F3", penultimate, last)
    return Draft(piece, (nats / 2, nats / 2), (8, 8), (0, parallels), sonorities(piece))


def unprepared(cadences: Cadences, *chords: str) -> float:
    """The share of unprepared cadences in a piece that ends with these chords."""
    piece = tokens("C5 G4 E4 C3", "A4 F4 C4 F3", *chords)
    return unprepared_share(piece, sonorities(piece), cadences, load_style().cadences)


def test_instruments_rank_by_surprise_and_choirs_by_likelihood() -> None:
    """A lively draft costs what it was expected to cost; a dull one costs little, and more than expected."""
    lively = replace(draft(32), measure_entropy=(16.0, 16.0))
    dull = replace(draft(24), measure_entropy=(4.0, 4.0))
    assert cost(lively, AIMS) > cost(dull, AIMS)
    instruments = replace(AIMS, style=load_style("instruments"))
    assert cost(lively, instruments) < cost(dull, instruments)


def test_wide_leaps_count_in_easy_parts_alone() -> None:
    near, far = draft(16, last="C5 G4 E4 C4"), draft(16, penultimate="B4 G4 D4 G2")
    easy = replace(AIMS, widest_leap=5)
    assert [wide_leaps(each.sonorities, easy) for each in (near, far)] == [0, 1]
    assert wide_leaps(far.sonorities, AIMS) == 0
    assert wide_leaps(far.sonorities, replace(easy, blank=((False,) * 4,) * 2)) == 0, "what is given may leap"
    assert cost(far, easy) - cost(far, AIMS) > cost(near, easy) - cost(near, AIMS) == 0


def test_a_repeated_measure_counts_where_it_is_new() -> None:
    same = tokens("C5 G4 E4 C3", "A4 F4 C4 F3", "C5 G4 E4 C3", "A4 F4 C4 F3", "B4 G4 D4 G3", "C5 G4 E4 C3")
    every = ((True,) * 4,) * 3
    assert repeated_share(same, every) == 0.5
    only_upper = ((True, False, False, False),) * 3
    assert repeated_share(same, only_upper) == 0.5
    assert repeated_share(same, (every[0], (False,) * 4, every[0])) == 0, "what is given does not count"


BLANKS = replace(
    tokens("C5 G4 E4 C3", "A4 F4 C4 F3"),
    measures=(TokenMeasure(HEADER, (Slice(Fraction(0), (BLANK,) * 4),)),) * 2,
)
AIMS = RankingCriteria.of(BLANKS, CADENCES)


def test_the_likeliest_comes_first() -> None:
    assert [found.nats for found in rerank([draft(14), draft(13), draft(15)], AIMS)] == [13, 14, 15]


def test_a_copied_measure_is_no_better_than_a_usual_one() -> None:
    usual, copied = draft(12), replace(draft(12), measure_nats=(6.0, 0.5))
    assert cost(copied, AIMS) == cost(usual, AIMS)
    unlikely = replace(draft(12), measure_nats=(9.0, 0.5))
    assert cost(unlikely, AIMS) > cost(usual, AIMS), "and makes up for nothing"
    given = replace(AIMS, blank=((False, True, True, True),) * 2)
    assert cost(copied, given) < cost(usual, given), "against given voices, likely is good"
    instruments = replace(given, style=load_style("instruments"))
    usual, copied = (replace(each, measure_entropy=each.measure_nats) for each in (usual, copied))
    assert cost(copied, instruments) == cost(usual, instruments), "but not for instruments, which repeat chords"


@pytest.mark.parametrize(
    "worse",
    [
        draft(8, parallels=1),
        draft(8, penultimate="E5 G4 B3 E3"),
        draft(8, last="C5 A4 E4 A2"),
        replace(draft(4), shared=SharedWindows(12, 1)),
    ],
)
def test_faults_cost(worse: Draft) -> None:
    assert cost(draft(8), AIMS) < cost(worse, AIMS)


def test_a_critic_counts_under_a_melody_alone() -> None:
    critic = Critic({name: value.numpy() for name, value in CriticNetwork(CriticConfig(hidden=4)).state_dict().items()})
    melody = ((False, True, True, True),) * 2
    usual, other = draft(8), draft(8, penultimate="D5 G4 B3 G3")
    nats = [critic.log_ratio(each.tokens, each.sonorities, flowing=True) / each.choices for each in (usual, other)]
    weight = AIMS.style.ranking.critic
    for blank, share in ((melody, weight), (melody[:1] + AIMS.blank[:1], 0.0), (AIMS.blank, 0.0)):
        plain = replace(AIMS, blank=blank, flowing=True)
        gains = [cost(each, plain) - cost(each, replace(plain, critic=critic)) for each in (usual, other)]
        assert gains == pytest.approx([share * each for each in nats])
    assert nats[0] != nats[1] and weight > 0


def test_faults_weigh_more_where_fewer_measures_are_compared() -> None:
    faults = draft(8, parallels=1)
    more = cost(faults, replace(AIMS, fault_weight=4.0)) - cost(faults, AIMS)
    assert more >= 3 * AIMS.style.ranking.parallel
    assert cost(draft(8), replace(AIMS, fault_weight=4.0)) == cost(draft(8), AIMS)


def test_a_given_end_costs_nothing() -> None:
    aims = RankingCriteria.of(tokens("C5 G4 E4 C3", "A4 F4 C4 F3", "C5 G4 E4 C3", "A4 F4 C4 F3"))
    assert cost(draft(8, last="C5 A4 E4 A2"), aims) == cost(draft(8), aims)


@pytest.mark.parametrize(
    ("before", "share"),
    [
        ("B4 G4 D4 G3", 0.0),
        ("B4 F4 D4 G3", 0.0),
        ("B4 F4 D4 B2", 0.0),
        ("A4 F4 C4 F3", 0.0),
        ("A4 F4 D4 D3", 1.0),
        ("B4 G4 E4 E3", 1.0),
    ],
)
def test_chords_that_lead_to_the_tonic(before: str, share: float) -> None:
    """The first chord of a piece needs no preparation."""
    assert unprepared(CADENCES, before, "C5 G4 E4 C3") == share


def test_more_chords_lead_to_other_goals_than_to_the_tonic() -> None:
    half = {1: {Fraction(2): (7, 11, 2)}}
    for before in ("C5 G4 E4 C3", "A4 F4 C4 F3", "A4 F4 D4 D3", "A4 F#4 D4 D3"):
        assert unprepared(half, before, "B4 G4 D4 G3") == 0
    assert unprepared(half, "C#5 A4 E4 A3", "B4 G4 D4 G3") == 1


def test_usual_successions_come_first() -> None:
    """With the successions of a corpus in which IV leads to V."""
    table = SuccessionTable.of([tokens("C5 G4 E4 C3", "A4 F4 C4 F3", "B4 G4 D4 G3", "C5 G4 E4 C3")] * 9)
    usual, rare = draft(8), draft(8, penultimate="C#5 G4 E4 A3")
    assert succession_nats(usual, table) < succession_nats(rare, table)
    assert succession_nats(usual, None) == 0
    assert rerank([rare, usual], replace(AIMS, successions=table))[0] is usual


def test_the_rare_sonority_of_a_suspension_that_resolves_costs_nothing() -> None:
    plain = tokens("C5 G4 E4 C3", "C5 A4 F4 F3", "C5 G4 E4 C3", "B4 G4 D4 G3")
    table = SuccessionTable.of([plain] * 5)
    held = ("C5 G4 E4 C3", "C5 G4 D4 G3", "B4 G4 D4 G3", "C5 G4 E4 C3")  # 4-3 over the dominant
    left = (*held[:2], "E5 G4 C4 C3", "E5 G4 C4 C3")
    resolved, leaping = (
        Draft(tokens(*each), (4.0, 4.0), (8, 8), (0, 0), sonorities(tokens(*each))) for each in (held, left)
    )
    found = suspensions(resolved.sonorities).tolist(), suspensions(leaping.sonorities).tolist()
    assert found == ([False, True, False, False], [False] * 4)
    assert succession_nats(resolved, table, suspends=True) < succession_nats(leaping, table, suspends=True) / 2
    assert succession_nats(resolved, table, suspends=True) < succession_nats(resolved, table)


def test_octave_leaps_of_a_new_bass_cost() -> None:
    leaping, given = draft(12.0, penultimate="B4 G4 D4 G2", last="C5 G4 E4 G3"), ((True, True, True, False),) * 2
    assert bass_octaves(leaping.sonorities, AIMS) == 1
    assert bass_octaves(leaping.sonorities, replace(AIMS, blank=given)) == 0
    free = replace(AIMS.style, ranking=replace(AIMS.style.ranking, bass_octave=0.0))
    assert cost(leaping, AIMS) > cost(leaping, replace(AIMS, style=free))


@pytest.mark.parametrize(
    "ranges", [(), ((60, 79), (57, 72), (48, 67), (41, 60)), (None, (57, 72), None, None), ((60, 71), None, None, None)]
)
def test_notes_of_new_voices_outside_their_ranges_cost(ranges: tuple[tuple[int, int] | None, ...]) -> None:
    criteria = replace(AIMS, comfortable=ranges)
    piece = draft(12.0)
    high = sum(pitch > 71 for pitch in (72, 69, 71, 72)) if ranges and ranges[0] == (60, 71) else 0
    assert notes_out_of_range(piece.sonorities, criteria) == high
    given = replace(criteria, blank=((False, True, True, True),) * 2)
    assert notes_out_of_range(piece.sonorities, given) == 0
    assert cost(piece, criteria) == pytest.approx(cost(piece, AIMS) + high * AIMS.style.ranking.out_of_range)


@pytest.mark.parametrize(
    ("chords", "faults"),
    [
        (("C5 F4 D4 G3", "B4 F4 D4 G3", "C5 E4 C4 C3"), 0),
        (("C5 F4 D4 G3", "B4 F4 D4 G3", "C5 G4 C4 C3"), 1),  # the seventh rises
        (("C5 F4 D4 G3", "B4 F4 D4 G3", "G4 E4 C4 C3"), 1),  # the leading note of the soprano falls
        (("C5 F4 D4 G3", "B4 F4 D4 G3", "D5 F4 D4 A3"), 1),  # the seventh stays
    ],
)
def test_notes_that_do_not_resolve_cost(chords: tuple[str, ...], faults: int) -> None:
    piece = tokens(*chords, "C5 G4 E4 C3")
    own = replace(draft(8), tokens=piece, sonorities=sonorities(piece))
    found = unresolved(piece, own.sonorities, np.ones((4, 4), dtype=bool))
    assert int(found.sevenths.sum() + found.leading_notes.sum()) == faults
    given = replace(AIMS, blank=((False,) * 4,) * 2)
    weights = AIMS.style.ranking
    assert weights.unresolved_seventh == weights.unresolved_leading_note
    difference = sum(harmony_terms(own, AIMS).values()) - sum(harmony_terms(own, given).values())
    assert difference == pytest.approx(weights.unresolved_seventh * faults), "given music costs nothing"


def test_a_phrase_end_follows_a_dominant() -> None:
    ends = replace(HEADER, phrase_ends=(Fraction(2),))

    def share(penultimate: str) -> float:
        piece = tokens("C5 G4 E4 C3", "A4 F4 C4 F3", penultimate, "C5 G4 E4 C3")
        measures = (piece.measures[0], replace(piece.measures[1], header=ends))
        piece = replace(piece, measures=measures)
        return without_dominant(piece, sonorities(piece), replace(AIMS, open_end=False))

    assert share("B4 G4 D4 G3") == share("B4 F4 D4 G3") == share("B4 F4 D4 B2") == 0
    assert share("A4 F4 C4 F3") == share("B4 G4 E4 E3") == 1


def test_criteria_of_some_measures_have_their_cadences_and_no_end() -> None:
    aims = AIMS.of_measures(range(1, 2))
    assert aims.cadences == {0: {Fraction(2): (0, 4, 7)}}
    assert (aims.open_end, aims.open_measures) == (False, (True,))


def test_the_terms_add_up_to_the_cost_and_name_its_reasons() -> None:
    plain, faulty = draft(4.0), draft(4.0, parallels=2)
    terms, worse = cost_terms(plain, AIMS), cost_terms(faulty, AIMS)
    assert sum(worse.values()) == cost(faulty, AIMS)
    assert [name for name in terms if terms[name] != worse[name]] == ["parallels"]


def test_a_ranking_tells_what_a_draft_gained_in_each_comparison() -> None:
    first = [{"likelihood": 1.0, "parallels": 0.0}, {"likelihood": 0.5, "parallels": 1.0}]
    second = [{"likelihood": 1.0, "parallels": 0.0}, {"likelihood": 3.0, "parallels": 0.0}]
    found = ranking_of(first[0], [first, second])
    assert (found.drafts, found.comparisons, found.cost) == (2, 2, first[0])
    assert found.gain == {"likelihood": pytest.approx((-0.25 + 1.0) / 2), "parallels": pytest.approx(0.25)}
