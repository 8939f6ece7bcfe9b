"""Progressions: they fill their phrases, close as asked, and follow dissonance, harmonic rhythm and motif."""

from __future__ import annotations

import random
from fractions import Fraction
from statistics import mean

import pytest

from scoregen.plan.chords.chord_text import chord_measures
from scoregen.plan.forms.motifs import draw_ground, draw_motif, tune_of
from scoregen.plan.forms.progressions import Wish, dissonance_of, draw_progression, members
from scoregen.plan.mood.affect import Affect
from scoregen.plan.piece.motif import parse_motif
from scoregen.plan.piece.piece_plan import DENSITIES
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature

FOUR = TimeSignature.parse("4/4")
MAJOR, MINOR = Key.parse("D major"), Key.parse("e minor")


def progression(
    cadence: str, key: Key = MAJOR, wish: Wish | None = None, seed: int = 0, measures: int = 4
) -> list[str]:
    chance = random.Random(seed)
    return draw_progression((measures,), (cadence,), key, FOUR, wish or Wish(), {}, chance).split(" | ")


def names(rows: list[str]) -> list[str]:
    return [name for row in rows for name in row.split() if name != "/"]


@pytest.mark.parametrize("key", [MAJOR, MINOR])
@pytest.mark.parametrize(
    ("cadence", "ends"), [("authentic", "Ii"), ("half", "V"), ("deceptive", ("vi", "VI")), ("plagal", "Ii")]
)
def test_phrases_close_as_asked(key: Key, cadence: str, ends: str) -> None:
    for seed in range(20):
        rows = progression(cadence, key, seed=seed)
        assert len(rows) == 4 and len(chord_measures(" | ".join(rows))) == 4
        assert names(rows)[-1] in ends
        if cadence == "authentic":
            assert names(rows)[-2] in ("V", "V7")


def test_chords_in_a_measure() -> None:
    counts = {
        wanted: len(names(progression("half", wish=Wish(chords_a_measure=wanted), measures=8)))
        for wanted in (0.5, 1, 2, 4)
    }
    assert counts[1] == 8 and counts[0.5] <= counts[1] < counts[2] < counts[4]


def test_dissonance_prefers_dissonant_chords() -> None:
    def typical(wanted: float, key: Key) -> float:
        chords = [name for seed in range(40) for name in names(progression("open", key, Wish(wanted, 2), seed))]
        return mean(dissonance_of(name, key) for name in chords)

    for key in (MAJOR, MINOR):
        assert typical(0.0, key) < typical(0.25, key) < typical(0.9, key)
    assert dissonance_of("I", MAJOR) == 0 < dissonance_of("V7", MAJOR) < dissonance_of("viio7", MINOR)


def test_chords_have_the_notes_of_the_motif() -> None:
    text = "1:2 3:2 | 4:2 6:2"
    tune = tune_of(text, MAJOR, FOUR, (1, 3))
    assert sorted(tune) == [0, 1, 2, 3]
    fitting = []
    for seed in range(30):
        rows = draw_progression((5,), ("open",), MAJOR, FOUR, Wish(), tune, random.Random(seed)).split(" | ")
        fitting += [
            bool({fifths for _, _, fifths in tune[index]} & members(rows[index].split()[0], MAJOR))
            for index in range(4)
        ]
    assert mean(fitting) > 0.9


@pytest.mark.parametrize("time", ["4/4", "3/4", "6/8", "2/4", "5/8", "2/2", "12/8", "7/8", "1/4"])
@pytest.mark.parametrize("density", DENSITIES)
def test_motifs_fill_measures_of_any_metre(time: str, density: str) -> None:
    metre = TimeSignature.parse(time)
    for seed in range(5):
        text = draw_motif(metre, density, Affect(0.5, 0.2), random.Random(seed))
        assert len(parse_motif(text, metre)) == 2


def test_livelier_motifs_have_more_notes_and_happy_ones_rise_first() -> None:
    def notes(density: str) -> float:
        return mean(len(draw_motif(FOUR, density, Affect(), random.Random(seed)).split()) for seed in range(20))

    def rise(valence: float) -> float:
        tunes = [parse_motif(draw_motif(FOUR, "moving", Affect(valence), random.Random(s)), FOUR)[0] for s in range(40)]
        return mean((tune[-1].step or 0) - (tune[0].step or 0) for tune in tunes)

    assert notes("still") < notes("moving") < notes("driving")
    assert rise(-0.5) < 0 < rise(0.5)


def test_a_ground_has_a_note_to_a_measure_and_ends_on_the_dominant() -> None:
    measures = parse_motif(draw_ground(FOUR, random.Random(1)), FOUR)
    assert [note.length for measure in measures for note in measure] == [Fraction(4)] * 4
    assert (measures[-1][-1].step or 0) % 7 == 4
