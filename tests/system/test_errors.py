"""Errors are one line, know their place, and travel between processes."""

from __future__ import annotations

import pickle

import pytest

from scoregen.system.errors import ConstraintError, InputError, OutputError, Place, ReadError, ScoregenError, one_line


def test_a_message_names_its_place_and_is_one_line() -> None:
    error = ReadError("found a tie\nwithout an end", Place("a.xml", "P1", "3", "2"))
    assert str(error) == "a.xml: part P1, measure 3, voice 2: found a tie without an end"
    assert str(InputError("no place")) == "no place"


@pytest.mark.parametrize(("kind", "code"), [(InputError, 2), (OutputError, 2), (ReadError, 2), (ConstraintError, 1)])
def test_the_exit_code_says_who_is_at_fault(kind: type[ScoregenError], code: int) -> None:
    assert kind("x").exit_code == code


def test_an_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(OutputError("full", Place(file="a.pdf"))))
    assert (type(error), str(error)) == (OutputError, "a.pdf: full")


def test_long_messages_and_control_characters_are_cut() -> None:
    assert one_line("a\x1b[31mb\tc") == "a [31mb c"
    assert len(one_line("x" * 1000)) == 400


def test_a_place_cannot_break_the_line() -> None:
    error = ReadError("found nothing", Place("a\nb.musicxml", part="Alto\x1b[1m", measure="\u2028"))
    assert str(error) == r"a\nb.musicxml: part Alto\x1b[1m, measure \u2028: found nothing"
