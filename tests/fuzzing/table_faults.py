"""Faults in tables, as TOML and JSON hold them: keys dropped, renamed, exchanged, with values of other types."""

from __future__ import annotations

import copy
import datetime
import json
import random
from collections.abc import Iterator
from typing import Any

from tests.fuzzing import extremes

Place = tuple[Any, Any]
"""A table or list, and the key or index of a value in it."""


def with_faults(table: Any, source: random.Random) -> Any:
    """A copy of the table with one to four faults."""
    holder = {"": copy.deepcopy(table)}
    for _ in range(source.choice((1, 1, 2, 4))):
        places = list(_places(holder))
        if not places:
            break
        _fault(source.choice(places if len(places) < 2 else places[1:]), places, source)
    return holder.get("", {})


def _places(value: Any) -> Iterator[Place]:
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(rows):
        yield value, key
        yield from _places(child)


def _fault(place: Place, places: list[Place], source: random.Random) -> None:
    owner, key = place
    kind = source.random()
    if kind < 0.15:
        del owner[key]
    elif kind < 0.3:
        _put(owner, extremes.text(source, controls=True), copy.deepcopy(owner[key]))
    elif kind < 0.4:
        other, name = source.choice(places)
        owner[key] = copy.deepcopy(other[name])
    elif kind < 0.5:
        owner[key] = _changed(owner[key], source)
    elif kind < 0.55:
        owner[key] = _nested(owner[key], source)
    else:
        owner[key] = extremes.value(source)


def _put(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, dict):
        owner[name] = value
    else:
        owner.append(value)


def _changed(value: Any, source: random.Random) -> Any:
    """A value of the same type, larger, longer or with the other sign."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return source.choice((-value, value + 1, value - 1, value * 1000, value / 3, 10**9 * value, str(value)))
    if isinstance(value, str):
        return source.choice((value * 50, value[:-1], value.upper(), value + "\n" + value, f" {value} ", value[::-1]))
    if isinstance(value, list):
        return source.choice((value * 3, value[::-1], value[:1], (value * 400)[:2000], value[0] if value else 0))
    return list(value) if isinstance(value, dict) else value


def _nested(value: Any, source: random.Random) -> Any:
    for _ in range(source.choice((1, 2, 90))):
        value = [value] if source.random() < 0.5 else {"x": value}
    return value


def to_json(value: Any) -> bytes:
    """JSON in ASCII; dates are texts."""
    return json.dumps(value, default=str, indent=1).encode()


def to_toml(table: Any) -> bytes:
    """TOML with tables and rows of tables under heads; other tables are written in line. A value alone is a line."""
    if not isinstance(table, dict):
        return f"{_inline(table)}\n".encode(errors="surrogatepass")
    return "".join(_lines(table, ())).encode(errors="surrogatepass")


def _lines(table: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    later = []
    for key, value in table.items():
        if isinstance(value, dict) or (isinstance(value, list) and value and all(isinstance(v, dict) for v in value)):
            later.append((key, value))
        else:
            yield f"{_key(key)} = {_inline(value)}\n"
    for key, value in later:
        name = ".".join(map(_key, (*path, key)))
        for row in value if isinstance(value, list) else [value]:
            yield f"\n[[{name}]]\n" if isinstance(value, list) else f"\n[{name}]\n"
            yield from _lines(row, (*path, key))


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("-", "").replace("_", "").isalnum() else _text(name)


def _text(text: str) -> str:
    return "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else f"\\{c}" if c in '"\\' else c for c in f"{text}"
    ).join('""')


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(str(key))} = {_inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, bool) or value is None:
        return str(bool(value)).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    return _text(str(value))
