"""The measures of a new piece that come again, and the keys of its phrases."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.generation.composing.recalling import last_sung_of, local_keys, recalls_of, themes_of
from scoregen.plan.form import PieceOptions, blank_piece
from scoregen.plan.forms.returns import Habits, draw_returns
from scoregen.plan.forms.small_forms import SmallForm, draw_small_form, draw_song_form
from scoregen.plan.played_plans import PlayedVoices
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key
from scoregen.styles.style import load_style
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.recalls import Move
from scoregen.tokens.voice_descriptions import describe_voices

C, F, G = (ChordSpan(frozenset({root, root + 1, root + 4}), bass=root) for root in (0, -1, 1))


EXACT = Habits(exact=1.0, head=0.0, varied=0.0, varied_head=0.0, taken_up=0.0, melody_alone=0.5)


def form_of(name: str, measures: int, habits: Habits = EXACT) -> SmallForm:
    found = draw_small_form(measures, 4, random.Random(1), name=name)
    assert found is not None
    return replace(found, returns=draw_returns(found.phrases, habits, random.Random(1)))


def page(ensemble: str, measures: int, **options: object) -> tuple[Score, PlayedVoices]:
    own = PieceOptions(measures=measures, **options)  # type: ignore[arg-type]
    piece = blank_piece(own, load_ensemble(ensemble), load_style("instruments"), 1)
    return piece, PlayedVoices.of(piece, piece.slots, describe_voices(piece, piece.slots))


@pytest.mark.parametrize(("ensemble", "melody"), [("string-quartet", {0}), ("voice-piano", {0}), ("piano", {0})])
def test_the_melody_or_every_voice_comes_again(ensemble: str, melody: set[int]) -> None:
    piece, played = page(ensemble, 16)
    found = recalls_of(form_of("aaba", 16), piece, played, {}, {})
    assert {index: own.source for index, own in found.items()} == {4: 0, 5: 1, 12: 4, 13: 5, 14: 6}
    assert all(own.voices in (melody, set(range(len(played.slots)))) for own in found.values())


def test_an_anacrusis_moves_the_measures() -> None:
    piece, played = page("string-quartet", 8, anacrusis=Fraction(1))
    form = form_of("period", 8)
    assert {index: own.source for index, own in recalls_of(form, piece, played, {}, {}).items()} == {5: 1, 6: 2}
    assert themes_of(form, piece) == (1,)
    assert themes_of(None, piece) == ()


def test_measures_with_other_given_chords_do_not_come_again() -> None:
    piece, played = page("lead-sheet", 8)
    start = Fraction(0)
    chords = {index: {start: chord} for index, chord in enumerate((C, F, C, G, C, G, G, C))}
    assert set(recalls_of(form_of("period", 8), piece, played, chords, {})) == {4}
    chords[5] = {start: F}
    assert set(recalls_of(form_of("period", 8), piece, played, chords, {})) == {4, 5}


def test_the_head_of_the_theme_moves_to_the_key_of_the_contrast() -> None:
    piece, played = page("string-quartet", 16, key="G major")
    form = form_of("aaba", 16, replace(EXACT, taken_up=1.0))
    home, goal = Key.parse("G major"), Key.parse("E minor")
    found = recalls_of(form, piece, played, {}, {0: home, 8: goal})
    assert found[8].is_varied and found[8].voices == {0}
    assert found[8].move == Move.between(home, goal)
    assert 8 not in recalls_of(form, piece, played, {}, {0: home, 8: home}), "there is no other key"


def test_the_contrast_is_in_another_key_and_phrases_begin_and_close_at_home() -> None:
    piece, _ = page("piano", 16, key="A minor")
    keys = local_keys(form_of("aaba", 16), piece, 4)
    home = Key.parse("A minor")
    assert [index for index, key in keys.items() if key != home] == [8, 9]
    assert keys[8] == keys[9]
    assert {index for index, key in keys.items() if key == home} == {0, 3, 4, 7, 11, 12, 15}
    assert local_keys(form_of("aaba", 16), piece, 4) == keys
    assert local_keys(form_of("aaba", 16), page("piano", 16, key="D dorian")[0], 4) == {}


def test_the_measure_before_a_postlude() -> None:
    piece, _ = page("voice-piano", 16)
    songs = [draw_song_form(16, 4, random.Random(seed)) for seed in range(30)]
    found = {form.postlude: last_sung_of(form, piece) for form in songs if form}
    assert found[0] is None and found[4] == 11
