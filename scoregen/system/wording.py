"""The wording of messages: numbers of things, measures, and errors, which name options of the command line.

In Python errors name keywords.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import groupby

from scoregen.system.errors import ScoregenError

KEYWORDS = {"force": "force=True", "role": "roles=", "from": "start="}
"""The keywords whose names differ from those of their options."""
_ROLE = re.compile(r"--role ([\w ]+?)=(\w+)")
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]*)\b")

_VOWELS = ("a", "e", "i", "o")
_PLURALS = {
    "glissando": "glissandi",
    "figured bass": "figured basses",
    "syllable of a further verse": "syllables of further verses",
}


def counted(number: int | Fraction, name: str) -> str:
    """`1 note`, `2 notes`, `2 lines of words`; a name that ends with a bracket has no plural."""
    if number == 1 or name.endswith(")"):
        return f"{number} {name}"
    one, of, rest = name.partition(" of ")
    return f"{number} {_PLURALS.get(name, f'{one}s{of}{rest}')}"


def measures_named(numbers: Sequence[str], indices: Iterable[int]) -> str:
    """Measures by their numbers in the score: `measure 3`, `measures 1-4, 7`. `indices` rise."""
    placed = [[index for _, index in run] for _, run in groupby(enumerate(indices), key=lambda pair: pair[1] - pair[0])]
    texts = (numbers[run[0]] if len(run) == 1 else f"{numbers[run[0]]}-{numbers[run[-1]]}" for run in placed)
    return f"measure{'s' if sum(map(len, placed)) > 1 else ''} {', '.join(texts)}"


def with_article(noun: str) -> str:
    """`a tenor`, `an alto`."""
    return f"{'an' if noun.lower().startswith(_VOWELS) else 'a'} {noun}"


def python_wording(message: str) -> str:
    """The message with keywords in place of options: `key=` for `--key`."""
    with_roles = _ROLE.sub(r"""roles={"\1": "\2"}""", message)
    return _OPTION.sub(_keyword, with_roles)


def _keyword(found: re.Match[str]) -> str:
    return KEYWORDS.get(found[1], f"{found[1].replace('-', '_')}=")


@contextmanager
def python_errors() -> Iterator[None]:
    """Errors of the block in the words of Python."""
    try:
        yield
    except ScoregenError as error:
        message = python_wording(error.message)
        if message == error.message:
            raise
        raise type(error)(message, error.place) from error.__cause__
