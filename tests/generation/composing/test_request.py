"""A request is checked before weights are loaded, and names the length of a new piece."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.generation.composing.request import ComposeRequest
from scoregen.plan.form import PieceOptions
from scoregen.score.keys import Key
from scoregen.system.errors import InputError

NEW = ComposeRequest(device="cpu")


def test_a_new_piece_is_as_long_as_its_chords() -> None:
    assert NEW.piece_options == PieceOptions()
    assert replace(NEW, chords="C | F G | C").piece_options.measures == 3
    assert replace(NEW, chords="C | F", piece=PieceOptions(measures=8)).piece_options.measures == 8


def test_a_key_is_understood_or_named() -> None:
    assert NEW.asked_key is None
    assert replace(NEW, key="g minor").asked_key == Key.parse("g minor")
    with pytest.raises(InputError, match="--key: "):
        _ = replace(NEW, key="H sharp").asked_key


@pytest.mark.parametrize("count", [0, 101])
def test_a_count_out_of_bounds_is_refused(count: int) -> None:
    NEW.check()
    with pytest.raises(InputError, match=f"found a count of {count}; expected 1 to 100"):
        replace(NEW, count=count).check()
