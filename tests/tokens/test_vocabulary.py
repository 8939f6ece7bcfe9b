"""The vocabulary: what `grammars/tokens.toml` declares, each word once, each readable back."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.score.pitch import Pitch
from scoregen.system.errors import ReadError
from scoregen.tokens.vocabulary import EVENT_WORDS, build, vocabulary

DECLARATION = {
    "grid": {"ticks_per_quarter": 2, "longest_measure": 1},
    "pitch": {"steps": "C", "alters": [0, 1], "octaves": [4, 4]},
    "time": {"beats": [1, 1], "beat_types": [4], "symbols": []},
    "key": {"fifths": [0, 0], "modes": []},
}
NAMES = {
    **{word: word for word in (*EVENT_WORDS, "barline", "measure", "length", "start", "phrase_end")},
    **{word: word + ":{}" for word in ("pitch", "place", "beats", "beat_type", "symbol", "fifths", "mode")},
}


def test_every_token_reads_back() -> None:
    words = vocabulary()
    everything = tuple(range(len(words)))
    assert words.parse(words.text(everything)) == everything
    assert [words.id(words.kind(token), words.value(token)) for token in everything] == list(everything)


def test_the_grid_and_the_pitches() -> None:
    words = vocabulary()
    assert len(words.pitches) == 7 * 5 * 10
    assert words.pitch_id(Pitch("C", 0, 4)) == words.first_pitch + words.pitches.index(Pitch("C", 0, 4))
    assert words.tick(words.place_id(17)) == 17
    assert words.token_text(words.place_id(16)) == "@1/3"
    assert words.ticks(Fraction(1, 16)) == 3
    assert words.ticks(Fraction(16)) == 16 * 48
    assert words.ticks(Fraction(1, 5)) is words.ticks(Fraction(17)) is words.ticks(Fraction(-1)) is None


def test_events_and_onsets_are_stretches_of_ids() -> None:
    words = vocabulary()
    kinds = [words.kind(token) for token in range(len(words))]
    assert kinds[words.events] == [*EVENT_WORDS, *["pitch"] * len(words.pitches)]
    assert kinds[words.onsets] == ["barline", *["place"] * (words.longest_ticks + 1)]
    assert not {"pitch", "place", *EVENT_WORDS} & set(kinds[words.onsets.stop :])


def test_a_small_declaration() -> None:
    words = build({**DECLARATION, "names": NAMES})
    assert words.text(tuple(range(len(words)))) == (
        "hold rest absent blank more tied pitch:C4 pitch:C#4 barline place:0 place:1/2 place:1 "
        "measure length start phrase_end beats:1 beat_type:4 fifths:0"
    )


def test_two_tokens_of_one_text_are_a_mistake_of_the_declaration() -> None:
    with pytest.raises(ValueError, match="two tokens the same text"):
        build({**DECLARATION, "names": {**NAMES, "hold": "rest"}})


def test_an_unknown_word_is_named() -> None:
    with pytest.raises(ReadError, match="token 2 is 'C99', which is no word"):
        vocabulary().parse("hold C99")
