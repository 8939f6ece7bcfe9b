"""Which voices of the network sing another choir, and in which ranges."""

from __future__ import annotations

import pytest

from scoregen.generation.infill_task import infill_task
from scoregen.generation.stand_ins import reading_interval, stand_ins
from scoregen.plan.form import PieceOptions, blank_piece
from scoregen.score.ensemble import load_ensemble
from scoregen.tokens.vocabulary import vocabulary

SATB = load_ensemble("satb")


@pytest.mark.parametrize(
    ("ensemble", "players"),
    [
        ("sa", ["soprano", "alto"]),
        ("ssa", ["soprano", "alto", "bass"]),
        ("sab", ["soprano", "alto", "bass"]),
        ("ttbb", ["soprano", "alto", "tenor", "bass"]),
        ("satb", ["soprano", "alto", "tenor", "bass"]),
    ],
)
def test_the_lowest_of_three_voices_is_the_bass(ensemble: str, players: list[str]) -> None:
    found = stand_ins(load_ensemble(ensemble), SATB)
    assert list(found) == [role.name for role in load_ensemble(ensemble).roles]
    assert [player.name for player in found.values()] == players


@pytest.mark.parametrize(("key", "interval"), [("C major", "P5"), ("F# major", "-P5")])
def test_an_interval_keeps_the_key_readable(key: str, interval: str) -> None:
    choir = load_ensemble("ttbb")
    piece = blank_piece(PieceOptions(measures=4, key=key), choir)
    pairs = [(choir.role(name), player) for name, player in stand_ins(choir, SATB).items()]
    found = reading_interval(piece, pairs)
    assert abs(piece.measures[0].key.fifths + found.fifths) <= 6
    assert (str(found) == interval) == (key == "C major")


@pytest.mark.parametrize("name", ["sa", "tb", "ssa", "sab", "ttb", "ssaa", "ttbb"])
def test_rules_are_the_comfortable_ranges_of_the_choir_at_the_reading_interval(name: str) -> None:
    choir = load_ensemble(name)
    task = infill_task(blank_piece(PieceOptions(measures=4), choir), choir, {}, (), 0, players=SATB)
    assert [part.name for part in task.page.parts] == [role.title for role in choir.roles]
    assert len(task.slots) == len(task.rules) == len(SATB.roles)
    assert len(task.page_slots) == len(choir.roles)
    for role, slot in zip(choir.roles, task.page_slots, strict=True):
        rule = task.rules[task.slots.index(slot)]
        allowed = [pitch for pitch, may in zip(vocabulary().pitches, rule.pitches, strict=True) if may]
        sounding = [pitch.transposed(-task.interval).midi_pitch for pitch in allowed]
        assert (min(sounding), max(sounding)) == tuple(pitch.midi_pitch for pitch in role.comfortable)
