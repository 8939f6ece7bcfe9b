"""What moods do to music."""

from __future__ import annotations

from scoregen.plan.mood.affect import Affect
from scoregen.plan.mood.music_table import ensemble_of, music_table, traits_of
from scoregen.plan.piece.piece_plan import ARTICULATIONS, DENSITIES, TEXTURES
from scoregen.score.directions import DYNAMIC_MARKS
from scoregen.score.ensemble import load_ensemble

CORNERS = [Affect(v, a, t) for v in (-1, 0, 1) for a in (-1, 0, 1) for t in (-1, 0, 1)]


def test_every_row_names_its_claim_and_its_study() -> None:
    assert len(music_table()) == 10
    assert all(row.claim.strip() and len(row.study) > 20 for row in music_table().values())


def test_traits_are_words_of_plans() -> None:
    for mood in CORNERS:
        traits = traits_of(mood)
        assert traits.mode in ("major", "minor")
        assert traits.density in DENSITIES and traits.texture in TEXTURES and traits.mark in DYNAMIC_MARKS
        assert traits.articulation in ("", *ARTICULATIONS)
        assert 46 <= traits.tempo <= 152
        assert load_ensemble(ensemble_of(mood)).roles


def test_arousal_is_faster_louder_and_denser() -> None:
    low, high = traits_of(Affect(0, -0.6)), traits_of(Affect(0, 0.6))
    assert low.tempo < high.tempo
    assert DENSITIES.index(low.density) < DENSITIES.index(high.density)
    assert (low.mark, high.mark) == ("p", "f")
    assert low.articulation == "legato" and high.articulation != "legato"


def test_valence_is_major_and_high() -> None:
    low, high = traits_of(Affect(-0.6)), traits_of(Affect(0.6))
    assert (low.mode, high.mode) == ("minor", "major")
    assert low.register < high.register


def test_tension_is_dissonant() -> None:
    assert traits_of(Affect(0, 0, 0.9)).dissonance > traits_of(Affect()).dissonance
