"""The cues of a scene, read from a TOML file: when something happens in the picture, and what the music does there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal, get_args

from scoregen.plan.form import FASTEST, SLOWEST
from scoregen.plan.piece.manner_keys import mood_of_table
from scoregen.plan.piece.reading import key_of, time_of
from scoregen.plan.piece.toml_table import Table, check_keys, parsed_tables
from scoregen.plan.scene.hit_points import MOST_HITS, Tempos
from scoregen.plan.scene.timecode import RATES, FrameRate, parse_time
from scoregen.score.directions import DYNAMIC_MARKS
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.system.toml_files import toml_text

HitKind = Literal["accent", "cadence", "key change", "silence"]
KINDS: tuple[HitKind, ...] = get_args(HitKind)
SCENE_KEYS = (
    *("title", "frame_rate", "start", "end", "key", "time", "tempo", "slowest", "fastest", "jump", "dynamics", "mood"),
    "cue",
)
CUE_KEYS = ("at", "name", "hit", "weight", "key", "dynamics", "mood")
LONGEST = 3600
"""The most seconds of a scene."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A time in seconds from the start of the music.

    `key` and `mood` are those of the music from there on, None and "" for no change. `place` is its file and line.
    """

    time: Fraction
    name: str = ""
    kind: HitKind = "accent"
    weight: float = 1.0
    key: Key | None = None
    dynamics: str = ""
    mood: str = ""
    place: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.name or self.kind!r} at {float(self.time):g} s"


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene: its cues in order, the length of the music in seconds, and the timecode at which the music starts."""

    cues: tuple[Cue, ...]
    seconds: Fraction
    tempos: Tempos
    key: Key
    time: TimeSignature
    rate: FrameRate
    start: Fraction = Fraction(0)
    title: str = ""
    dynamics: str = ""
    mood: str = ""


def is_plan(path: Path) -> bool:
    """Whether a file has sections, as the plan of a piece, and no cues. ReadError if it cannot be read."""
    lines = toml_text(path).splitlines()
    heads = {line.split("#")[0].replace(" ", "").rstrip() for line in lines if line.lstrip().startswith("[[")}
    return "[[section]]" in heads and "[[cue]]" not in heads


def read_scene(path: Path) -> Scene:
    """The scene in a file. ReadError if it cannot be read, InputError with line and key if it is wrong."""
    return parse_scene(toml_text(path), str(path))


def parse_scene(text: str, file: str = "cues") -> Scene:
    """The scene in a text; `file` is its name in errors."""
    whole, tables = parsed_tables(text, file, "cue")
    check_keys(whole, SCENE_KEYS)
    if len(tables) > MOST_HITS:
        whole.fail("cue", f"found {len(tables)} cues; expected at most {MOST_HITS}")
    rate = _rate(whole)
    start = _time(whole, "start", rate) if "start" in whole.values else Fraction(0)
    cues = tuple(_cue(table, rate, start) for table in tables)
    _check_order(cues, tables)
    end = _end(whole, cues, rate, start)
    time, key = time_of(whole, whole), key_of(whole, whole)
    _check_keys(key, cues, tables)
    if len(set(time.groups)) > 1:
        whole.fail("time", f"found {time}, whose beats are of different length; expected one such as 4/4, 3/4 or 6/8")
    texts = (whole.text("title"), _mark(whole), _mood(whole))
    return Scene(cues, end, _tempos(whole, time), key, time, rate, start, *texts)


def _rate(table: Table) -> FrameRate:
    name = str(table.values.get("frame_rate", "25")).removesuffix(".0")
    if name not in RATES:
        table.fail("frame_rate", f"found {name!r}; expected one of: {', '.join(RATES)}")
    return RATES[name]


def _time(table: Table, key: str, rate: FrameRate) -> Fraction:
    if key not in table.values:
        table.fail(key, "found no time; expected seconds, frames or timecode")
    try:
        return parse_time(table.values[key], rate)
    except ValueError as error:
        table.fail(key, str(error))


def _end(whole: Table, cues: Sequence[Cue], rate: FrameRate, start: Fraction) -> Fraction:
    """The length of the music in seconds."""
    last = cues[-1].time
    end = _time(whole, "end", rate) - start if "end" in whole.values else min(last + 2, Fraction(LONGEST))
    if not last <= end <= LONGEST or end <= 0:
        whole.fail("end", f"found {float(end):g} s after the start; expected {float(last):g} to {LONGEST}, and over 0")
    return end


def _cue(table: Table, rate: FrameRate, start: Fraction) -> Cue:
    check_keys(table, CUE_KEYS)
    time = _time(table, "at", rate) - start
    if time < 0:
        table.fail("at", f"found a time {float(-time):g} s before the start of the music; expected 0 or later")
    if time > LONGEST:
        table.fail("at", f"found a time {float(time):g} s after the start of the music; expected {LONGEST} at most")
    kind = table.text("hit", "accent")
    if kind not in KINDS:
        table.fail("hit", f"found {kind!r}; expected one of: {', '.join(KINDS)}")
    key = key_of(table, table) if "key" in table.values else None
    if kind == "key change" and key is None:
        table.fail("hit", "found a key change without a key; add one, as in key = 'D major'")
    weight = table.number("weight", 0, 1)
    named = next(each for each in KINDS if each == kind)
    texts = (_mark(table), _mood(table), f"{table.file}:{table.line}")
    return Cue(time, table.text("name"), named, 1.0 if weight is None else float(weight), key, *texts)


def _mark(table: Table) -> str:
    mark = table.text("dynamics")
    if mark and mark not in DYNAMIC_MARKS:
        table.fail("dynamics", f"found {mark!r}; expected a mark such as p, mf or ff")
    return mark


def _mood(table: Table) -> str:
    """A mood of one step."""
    mood_of_table(table, table)
    return table.text("mood").strip()


def _check_order(cues: Sequence[Cue], tables: Sequence[Table]) -> None:
    for number in range(1, len(cues)):
        if cues[number].time <= cues[number - 1].time:
            tables[number].fail("at", "found a time that is not after that of the cue before; put the cues in order")


def _check_keys(key: Key, cues: Sequence[Cue], tables: Sequence[Table]) -> None:
    """InputError for a key change to the key that the music has there."""
    for cue, table in zip(cues, tables, strict=True):
        if cue.kind == "key change" and cue.key == key:
            table.fail("key", f"found a key change to {key}, in which the music already is; name another key")
        key = cue.key or key


def _tempos(table: Table, time: TimeSignature) -> Tempos:
    wanted = table.number("tempo", SLOWEST, FASTEST) or Fraction(90)
    slowest = table.number("slowest", SLOWEST, FASTEST) or max(wanted * 2 / 3, Fraction(SLOWEST))
    fastest = table.number("fastest", SLOWEST, FASTEST) or min(wanted * 3 / 2, Fraction(FASTEST))
    if not slowest <= wanted <= fastest:
        table.fail("tempo", f"found {float(wanted):g}, outside {float(slowest):g} to {float(fastest):g}")
    jump = table.number("jump", 0, 4)
    return Tempos(wanted, slowest, fastest, Fraction(1, 4) if jump is None else jump, len(time.groups))
