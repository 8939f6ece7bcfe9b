"""Plans whose motif, density, texture or mood contradict themselves, and what a mood decides."""

from __future__ import annotations

import pytest

from scoregen.plan.mood.affect import Affect
from scoregen.plan.piece.reading import parse_plan
from scoregen.plan.piece.writing import plan_text
from scoregen.system.errors import InputError


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('[[section]]\nmeasures = 4\nmotif = "1:1"', 3, "motif: found 1 quarters in the last measure; expected 4"),
        ('[[section]]\nmeasures = 1\nmotif = "1:4 | 2:4"', 3, "motif: found a motif of 2 measures at measure 1"),
        ('[[section]]\nmeasures = 4\nmotif = "1:4 | 2:4"\nmotif_at = [1, 2]', 4, "motif_at: found a motif of 2"),
        ('[[section]]\nmeasures = 4\nmotif = "1:4"\nmotif_at = [0]', 4, "motif_at: found 0; expected measures from 1"),
        ('[[section]]\nmeasures = 4\nmotif = "1:0.3 2:3.7"', 3, "cannot be notated"),
        ("[[section]]\nmeasures = 4\nmotif_at = [1]", 3, "motif_at: found no motif"),
        ('[[section]]\nmeasures = 4\nmotif_part = "lowest"', 3, "motif_part: found no motif"),
        ('[[section]]\nmeasures = 2\nsilence = 1\nmotif = "1:4"\nmotif_at = [1]', 5, "which is silent"),
        ('[[section]]\nmeasures = 2\nchords = "V | V"\nmotif = "1:4"', 4, "no note of it is in the fixed chords"),
        ('[[section]]\nmeasures = 1\nchords = "I / V /"\ndensity = "still"', 4, ""),
        ('[[section]]\nmeasures = 1\nchords = "I N.C. V (vi)"\ndensity = "still"', 4, ""),
        ('[[section]]\nmeasures = 1\nchords = "I V / /"\ndensity = "still"', 4, "chords change within measure 1"),
        ('[[section]]\nmeasures = 2\nmood = "tendr"', 3, "mood: the mood word 'tendr' is unknown; did you mean tender"),
        ('[[section]]\nmeasures = 2\nmood = "calm, then sad"', 3, "mood: found a mood of 2 steps"),
        ("[[section]]\nmeasures = 2\nregister = 13", 3, "register: found 13; expected semitones from -12 to 12"),
        ('[[section]]\nmeasures = 2\nregister = "up"', 3, "register: found 'up'; expected low, middle, high"),
        ('[[section]]\nmeasures = 2\ndensity = "busy"', 3, "density: found 'busy'; expected one of: still, calm"),
        ('[[section]]\nmeasures = 2\narticulation = "staccato legato"', 3, "articulation: found 'staccato legato'"),
        ('[[section]]\nmeasures = 2\ntexture = "?"', 3, "texture: found '?'"),
        ('instrumentation = "quartett"\n[[section]]\nmeasures = 2', 1, "instrumentation: there is no ensemble"),
    ],
)
def test_a_contradiction_is_refused_with_line_and_key(text: str, line: int, message: str) -> None:
    if not message:
        assert parse_plan(text).sections[0].density == "still", "the middle of the measure is open"
        return
    with pytest.raises(InputError) as refused:
        parse_plan(text, "piece.toml")
    assert str(refused.value).startswith(f"piece.toml:{line}: ")
    assert message in str(refused.value)


def test_a_suggestion_does_not_contradict_a_motif() -> None:
    parse_plan('[[section]]\nmeasures = 2\nchords = "V | V"\nharmony = "suggested"\nmotif = "1:4"')


def test_a_mood_decides_what_is_open_and_nothing_else() -> None:
    open_plan = parse_plan('[[section]]\nmeasures = 4\nmood = "sad"').sections[0]
    assert (open_plan.key.mode, open_plan.density, open_plan.articulation) == ("minor", "calm", "legato")
    assert open_plan.tempo < 80 and open_plan.register < 0 and open_plan.dynamics[0].mark in ("p", "mp")
    own = 'key = "D major"\ntempo = 120\ndensity = "flowing"\ndynamics = "ff"\narticulation = ""\nregister = "high"'
    given = parse_plan(f'[[section]]\nmeasures = 4\nmood = "sad"\n{own}').sections[0]
    assert (str(given.key), given.tempo, given.density, given.articulation) == ("D major", 120, "flowing", "")
    assert (given.register, given.dynamics[0].mark, given.texture) == (5, "ff", open_plan.texture)


def test_a_mood_leaves_the_tempo_to_measures_and_seconds() -> None:
    section = parse_plan('[[section]]\nmeasures = 4\nseconds = 16\nmood = "furious"').sections[0]
    assert section.seconds == 16


def test_the_mood_of_a_piece_is_that_of_sections_without_one() -> None:
    text = 'mood = "sad"\n[[section]]\nmeasures = 2\n[[section]]\nmeasures = 2\nmood = "happy"'
    first, second = parse_plan(text).sections
    assert first.mood is not None and second.mood is not None
    assert first.mood.valence < 0 < second.mood.valence
    assert second.mood == Affect(0.85, 0.55, -0.2)


def test_what_a_mood_left_empty_stays_empty_in_the_file() -> None:
    plan = parse_plan('[[section]]\nmeasures = 2\nmood = "sad"\narticulation = ""\nregister = 0\ntexture = ""')
    assert parse_plan(plan_text(plan)) == plan
    assert plan.sections[0].articulation == "" and plan.sections[0].register == 0
