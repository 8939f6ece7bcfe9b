"""Every ensemble has a style, which its weights know."""

from __future__ import annotations

import json

import pytest

from scoregen.score.ensemble import load_ensemble
from scoregen.styles.defaults import default_style
from scoregen.styles.library import shipped_styles
from scoregen.system import resources


@pytest.mark.parametrize(
    ("ensemble", "style"),
    [
        ("satb", "chorale"),
        ("ssa", "chorale"),
        ("ssattb", "part-song"),
        ("piano", "solo-piano"),
        ("voice-piano", "song"),
        ("satb-piano", "song"),
        ("piano-trio", "chamber"),
        ("string-trio", "string-quartet"),
        ("wind-quintet", "instruments"),
        ("small-orchestra", "orchestra"),
    ],
)
def test_the_default_is_the_style_of_such_music(ensemble: str, style: str) -> None:
    assert default_style(load_ensemble(ensemble)) == style


def test_the_weights_know_the_styles_that_ship_for_them() -> None:
    known = json.loads((resources.weights() / "ensembles.json").read_text())["network"]["styles"]
    named = [entry.style.network_style for entry in shipped_styles() if entry.style.weights == "ensembles"]
    assert len(named) > 10 and set(named) <= {"", *known}
