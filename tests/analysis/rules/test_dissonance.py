"""Suspensions without resolution, and cross relations."""

from __future__ import annotations

from tests.analysis.rules.test_rules import findings, messages

SUSPENSION = {"alto": "G4 G4 G4 G4", "tenor": "E4 D4 D4 E4", "bass": "C3 G2 G2 C3"}


def test_a_suspension_falls_by_step() -> None:
    assert not messages("unresolved-suspension", soprano="C5 C5 B4 C5", **SUSPENSION)
    rising = messages("unresolved-suspension", soprano="C5 C5 D5 C5", **{**SUSPENSION, "tenor": "E4 D4 B3 C4"})
    assert rising == ["the suspension C5 of soprano rises to D5 instead of stepping down"]
    leaping = messages(
        "unresolved-suspension", soprano="C5 C5 G4 G4", alto="G4 D4 D4 E4", tenor="E4 B3 B3 C4", bass="C3 G2 G2 C3"
    )
    assert leaping == ["the suspension C5 of soprano leaps to G4 instead of stepping down"]


def test_a_leading_note_may_be_retarded() -> None:
    lines = {"alto": "G4 F4 E4 E4", "tenor": "D4 D4 C4 C4", "bass": "G3 G3 C3 C3"}
    assert not messages("unresolved-suspension", soprano="B4 B4 B4 C5", **lines)


def test_two_forms_of_a_note_do_not_sound_together() -> None:
    lines = {"soprano": "E5 E5 F5", "alto": "C5 C#5 D5", "tenor": "G4 C4 A3", "bass": "C3 A2 D3"}
    found = [finding for finding in findings("free", **lines) if finding.rule == "cross-relation"]
    assert [finding.message for finding in found] == ["alto and tenor sound C#5 against C4"]
    assert [finding.severity for finding in found] == ["warning"], "in free writing too"
    assert not messages("cross-relation", **{**lines, "tenor": "G4 E4 A3"})


def test_a_cross_relation_is_one_between_voices() -> None:
    lines = {"soprano": "E5 E5 D5", "alto": "C5 E4 F4", "tenor": "G4 A4 A4"}
    assert not messages("cross-relation", **lines, bass="C3 C#3 D3"), "the bass has both forms"
    across = messages("cross-relation", **lines, bass="E3 C#3 D3")
    assert across == ["bass takes C#3 after the C5 of alto"]
    own = {"soprano": "E5 E5 D5", "alto": "C5 C#5 D5", "tenor": "G4 A4 A4", "bass": "C3 A2 D3"}
    assert not messages("cross-relation", **own), "the alto has both forms"
