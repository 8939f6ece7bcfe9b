"""Roles, and the parts that have them."""

from __future__ import annotations

from dataclasses import replace

from scoregen.score.elements import Part, Score
from scoregen.score.ensemble import load_ensemble, named_parts


def test_a_part_without_a_name_is_called_like_its_role_beside_new_parts() -> None:
    """A part that has a name, or comes from a MusicXML file, stays as it is."""
    satb = load_ensemble("satb")
    score = Score((Part("P1"), Part("P2", "Lead")), ())
    named, kept = named_parts(score, satb, {"P1": "soprano", "P2": "alto"})
    assert (named.name, named.abbreviation, named.group) == ("Soprano", "S.", satb.group) and kept == score.parts[1]
    assert named_parts(replace(score, document=b"<score/>"), satb, {"P1": "soprano"}) == list(score.parts)
