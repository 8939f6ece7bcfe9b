"""The vocabulary of `grammars/tokens.toml`: each word occurs once and can be read back."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError
from scoregen.tokens.vocabulary import EVENT_WORDS, build, vocabulary

DECLARATION = {
    "grid": {"ticks_per_quarter": 48, "longest_measure": 1},
    "pitch": {"steps": "C", "alters": [0, 1], "octaves": [4, 4]},
    "time": {"beats": [1, 1], "beat_types": [4], "symbols": []},
    "key": {"fifths": [0, 0], "modes": []},
    "network": {
        "events": ["rest"],
        "chords": ["more"],
        "midi": [61, 80],
        "fifths_reach": 3,
        "time_shifts": [{"step": "1/2", "from": "1/2", "to": "1"}],
    },
}
NAMES = {
    **{word: word for word in (*EVENT_WORDS, "barline", "measure", "length", "start", "phrase_end")},
    **{word: word + ":{}" for word in ("pitch", "place", "beats", "beat_type", "symbol", "fifths", "mode")},
}


def test_every_token_reads_back() -> None:
    words = vocabulary()
    everything = tuple(range(len(words)))
    assert len({words.token_text(token) for token in everything}) == len(words)
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


def test_events_and_onsets_are_ranges_of_ids() -> None:
    words = vocabulary()
    kinds = [words.kind(token) for token in range(len(words))]
    assert kinds[words.events] == [*EVENT_WORDS, *["pitch"] * len(words.pitches)]
    assert kinds[words.onsets] == ["barline", *["place"] * (words.longest_ticks + 1)]
    assert not {"pitch", "place", *EVENT_WORDS} & set(kinds[words.onsets.stop :])


def test_a_small_declaration() -> None:
    words = build({**DECLARATION, "names": NAMES})
    assert " ".join(token.text for token in words.tokens if token.kind != "place") == (
        "hold rest absent blank more tied pitch:C4 pitch:C#4 barline "
        "measure length start phrase_end beats:1 beat_type:4 fifths:0"
    )
    assert [words.token_text(words.place_id(tick)) for tick in (0, 24, 48)] == ["place:0", "place:1/2", "place:1"]


def test_the_part_of_the_network() -> None:
    part = build({**DECLARATION, "names": NAMES}).network
    assert (part.events, part.chords) == (("rest",), ("more",))
    assert [str(pitch) for pitch in part.pitches] == ["C#4"]
    assert part.time_shifts == (Fraction(1, 2), Fraction(1))
    assert (part.fifths_reach, part.most_accidentals) == (3, 0)


@pytest.mark.parametrize(
    ("table", "changes", "message"),
    [
        ("names", {"hold": "rest"}, r"\[names\]: found two tokens with the same text or meaning"),
        ("grid", {"ticks_per_quarter": 24}, r"\[grid\]: found ticks_per_quarter = 24; expected a multiple of 48"),
        ("key", {"fifths": [-6, 7]}, r"\[key\]: found fifths = \[-6, 7\]; expected as many flats as sharps"),
        ("network", {"events": ["hold", "sing"]}, r"\[network\]: found the event 'sing'; expected some of hold, rest"),
        (
            "network",
            {"time_shifts": [{"step": "1/5", "from": "1/5", "to": "1"}]},
            r"\[network\]: found a time shift of 1/5 quarters; expected whole 48ths within a measure",
        ),
        (
            "network",
            {"time_shifts": [{"step": "1/2", "from": "1/2", "to": "2"}]},
            r"\[network\]: found a time shift of 3/2 quarters; expected whole 48ths within a measure",
        ),
    ],
)
def test_contradictions_in_a_declaration(table: str, changes: dict[str, object], message: str) -> None:
    declaration = {**DECLARATION, "names": NAMES}
    with pytest.raises(InputError, match=r"^grammars/tokens\.toml: " + message):
        build({**declaration, table: {**declaration[table], **changes}})
