"""Faults in lines of text (ABC, kern, TOML) and in bytes of any kind."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from tests.fuzzing import extremes

_WORD = re.compile(r"[A-Za-z]+|\d+|\s+|.", re.DOTALL)


def with_faults(text: bytes, others: Sequence[bytes], source: random.Random) -> bytes:
    """The text with one to five faults in its lines and words; lines of `others` may be put into it."""
    lines = text.decode("utf-8").splitlines()
    donor = source.choice(others).decode("utf-8").splitlines()
    for _ in range(source.choice((1, 1, 2, 3, 5))):
        lines = _changed_lines(lines or [""], donor or [""], source)
    data = "\n".join([*lines, ""]).encode("utf-8", errors="surrogatepass")
    return _encoded(data, source)


def _changed_lines(lines: list[str], donor: list[str], source: random.Random) -> list[str]:
    place, other = source.randrange(len(lines)), source.randrange(len(lines))
    kind = source.random()
    if kind < 0.1:
        return lines[:place] + lines[place + 1 :]
    if kind < 0.2:
        return lines[:place] + [lines[place]] * source.choice((2, 2, 3, 40)) + lines[place + 1 :]
    if kind < 0.3:
        lines[place], lines[other] = lines[other], lines[place]
        return lines
    if kind < 0.37:
        return [*lines[:place], source.choice(donor), *lines[place:]]
    if kind < 0.4:
        return lines[:place]
    return [*lines[:place], _changed_words(lines[place], source), *lines[place + 1 :]]


def _changed_words(line: str, source: random.Random) -> str:
    words = _WORD.findall(line) or [""]
    place, other = source.randrange(len(words)), source.randrange(len(words))
    kind = source.random()
    if kind < 0.15:
        del words[place]
    elif kind < 0.3:
        words[place] *= source.choice((2, 3, 60))
    elif kind < 0.45:
        words[place], words[other] = words[other], words[place]
    elif kind < 0.6:
        words.insert(place, words[other])
    elif kind < 0.7:
        words.insert(place, source.choice("()[]{}<>|:!\"'&/\\^_=~.,-+*#%@\t"))
    else:
        words[place] = extremes.text(source, controls=True)
    return "".join(words)


def _encoded(data: bytes, source: random.Random) -> bytes:
    """Mostly as it is; at times in another encoding, with other line ends, or with damaged bytes."""
    kind = source.random()
    if kind < 0.02:
        return data.decode("utf-8", errors="replace").encode("utf-16")
    if kind < 0.04:
        return b"\xef\xbb\xbf" + data
    if kind < 0.07:
        return data.replace(b"\n", source.choice((b"\r\n", b"\r", b"\n\n", b"")))
    return with_damage(data, source) if kind < 0.12 else data


def with_damage(data: bytes, source: random.Random) -> bytes:
    """The bytes with some changed, left out, doubled or inserted."""
    changed = bytearray(data or b"\0")
    for _ in range(source.choice((1, 1, 2, 8))):
        place = source.randrange(len(changed) or 1)
        length = source.choice((1, 1, 2, 4, 16, 200))
        kind = source.random()
        if kind < 0.5:
            changed[place : place + 1] = bytes([source.choice((0, 1, 127, 128, 255, source.randrange(256)))])
        elif kind < 0.65:
            del changed[place : place + length]
        elif kind < 0.8:
            changed[place:place] = changed[place : place + length]
        elif kind < 0.9:
            changed[place:place] = source.randbytes(length)
        else:
            del changed[place:]
    return bytes(changed)
