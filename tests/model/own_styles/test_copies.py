"""Copies are found whatever the voices and the key, by the highest and the lowest note."""

from __future__ import annotations

from dataclasses import replace

from scoregen.model.own_styles.copies import bare_drafts_like, known_outer_windows, opening
from scoregen.model.training.memorisation import shares, sum_over
from scoregen.score.elements import Slot
from scoregen.score.pitch import Interval
from scoregen.tokens.events import ABSENT, TokenScore
from scoregen.tokens.sonorities import outer_sonorities
from scoregen.tokens.window_hashes import NoveltyIndex
from tests.model.own_styles.test_nearest_style import network, piece
from tests.model.pieces import random_tokens
from tests.model.runs import one_thread

INDEX = NoveltyIndex.of_sonorities(outer_sonorities(random_tokens(seed)) for seed in (1, 2))


def known(tokens: TokenScore) -> dict[int, float]:
    return shares(sum_over([known_outer_windows(INDEX, tokens)]))


def transposed(tokens: TokenScore, interval: Interval) -> TokenScore:
    def moved(event):  # type: ignore[no-untyped-def]
        pitches, tied = (tuple(p.transposed(interval) for p in row) for row in (event.pitches, event.tied))
        return replace(event, pitches=pitches, tied=tied)

    return replace(
        tokens,
        measures=tuple(
            replace(m, slices=tuple(replace(s, events=tuple(map(moved, s.events))) for s in m.slices))
            for m in tokens.measures
        ),
    )


def with_an_absent_voice(tokens: TokenScore) -> TokenScore:
    measures = tuple(
        replace(m, slices=tuple(replace(s, events=(*s.events, ABSENT)) for s in m.slices)) for m in tokens.measures
    )
    return TokenScore((*tokens.slots, Slot("P9")), measures)


def test_a_piece_of_the_folder_is_known_in_any_key_and_layout() -> None:
    own = random_tokens(1)
    assert known(own) == known(transposed(own, Interval(2, 3))) == {4: 100.0, 8: 100.0, 12: 100.0}
    assert known(with_an_absent_voice(own)) == known(own)


def test_other_music_is_not_known() -> None:
    assert known(random_tokens(77))[8] == 0


def test_bare_drafts_have_the_form_of_the_pieces_and_depend_on_the_seed_alone() -> None:
    with one_thread():
        one, same, other = (bare_drafts_like(network(), [piece(1)], 1, seed, drafts=2) for seed in (5, 5, 6))
    assert one == same != other
    form, _ = opening(piece(1))
    assert [[m.header.duration for m in draft.tokens.measures] for draft in one] == [
        [m.header.duration for m in form.measures]
    ] * 2
