"""Values that files of the real world hold now and then, and that readers get wrong."""

from __future__ import annotations

import datetime
import random
from typing import Any

TEXTS = (
    *("", " ", "0", "-1", "1", "2", "3", "5", "12", "127", "128", "255", "256", "999999", "-999999"),
    *("2147483648", "9" * 30, "9" * 5000, "1e308", "1e-300", "nan", "inf", "-inf", "1/0", "0/1", "1/3", "7/64"),
    *("0.1", ".", "-", "+1", "٣", "²", "1_000", "0x10", "½", "true", "yes", "start", "stop", "continue", "none"),
    *("P1", "P2", "1,2,3", "..", "../../etc/passwd", "%s%n", "{0}", "[bold]x[/bold]", "\u202e", "\u2028", "é", "音"),
    *(
        "😀",
        "A" * 5000,
        "a b",
        "C",
        "H",
        "Bb",
        "##",
        "4/4",
        "0/4",
        "4/0",
        "3+2/8",
        "1/64",
        "1e999999999",
        "1e-999999999",
        "999999/64",
        "B",
        "percussion",
    ),
)
CONTROLS = ("\x1b[31m", "\x1b]0;title\x07", "\x00", "\x07", "\r", "\n", "\t", "\x9b2J", "\x7f", "\ud800")
NUMBERS = (0, 1, -1, 2, 3, 7, 12, 64, 127, 128, 255, 256, 1000, 10**6, 2**31, 2**63, 10**30, -(2**63), 0.5, 1e-9)
OTHERS = (1e308, float("inf"), float("nan"), True, False, [], {}, "", [[]], [0], {"a": 1}, datetime.date(2026, 1, 2))


def text(source: random.Random, *, controls: bool = False) -> str:
    """A text that is unusual as a value; with `controls`, also characters that steer a terminal."""
    chosen = source.choice((*TEXTS, *CONTROLS)) if controls else source.choice(TEXTS)
    return chosen if source.random() < 0.9 else chosen + source.choice(TEXTS)


def value(source: random.Random) -> Any:
    """A value of any type of TOML and JSON."""
    kind = source.random()
    if kind < 0.4:
        return source.choice(NUMBERS)
    return source.choice(OTHERS) if kind < 0.65 else text(source, controls=True)
