"""Reads the plan of a piece from a TOML file; a plan that contradicts itself is refused with its line and key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from scoregen.plan.chords.chord_text import chord_measures
from scoregen.plan.form import FASTEST, MOST_MEASURES, SLOWEST
from scoregen.plan.piece.contradictions import fault_of_manner
from scoregen.plan.piece.manner_keys import MANNER_KEYS, manner_of, with_mood
from scoregen.plan.piece.piece_plan import CADENCES, DEFAULT_TEMPO, Level, PiecePlan, SectionPlan, letters
from scoregen.plan.piece.section_chords import fault_of_chords
from scoregen.plan.piece.toml_table import Table, check_keys, parsed_tables
from scoregen.plan.piece.writing import plan_text
from scoregen.score.directions import DYNAMIC_MARKS
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.spanners import WedgeType
from scoregen.system.errors import InputError
from scoregen.system.toml_files import toml_text

PIECE_KEYS = ("title", "form", "key", "time", "tempo", "anacrusis", "instrumentation", "section", *MANNER_KEYS)
SECTION_KEYS = (
    *("name", "measures", "seconds", "key", "time", "tempo", "phrases", "cadences", "chords", "harmony", "dynamics"),
    *("mark", "text", "silence", "motif", "motif_at", "motif_part", "hit", *MANNER_KEYS),
)
_HAIRPINS: Mapping[str, WedgeType] = {"<": "crescendo", ">": "diminuendo"}


def read_plan(path: Path) -> PiecePlan:
    """The plan in a file. ReadError if it cannot be read, InputError with line and key if it is wrong."""
    return parse_plan(toml_text(path), str(path))


def parse_plan(text: str, file: str = "plan") -> PiecePlan:
    """The plan in a text; `file` is its name in errors."""
    return _plan(*parsed_tables(text, file, "section"))


def with_keys(plan: PiecePlan, keys: Sequence[Mapping[str, str]]) -> PiecePlan:
    """The plan with keys and texts of its sections, as if they stood in its file; those that it has stay."""
    piece, tables = parsed_tables(plan_text(plan), "plan", "section")
    added = [replace(table, values={**own, **table.values}) for table, own in zip(tables, keys, strict=True)]
    changed = replace(_plan(piece, added), order=plan.order)
    return replace(changed, sections=tuple(replace(each, places={}) for each in changed.sections))


def _plan(piece: Table, tables: Sequence[Table]) -> PiecePlan:
    check_keys(piece, PIECE_KEYS)
    sections = tuple(_section(table, piece, number) for number, table in enumerate(tables))
    names = [section.name for section in sections]
    for number, table in enumerate(tables):
        if names[number] in names[:number]:
            table.fail("name", f"found {names[number]!r} twice; name each section once, and repeat it in form")
    plan = PiecePlan(
        sections, _order(piece, tables, names), piece.text("title"), _anacrusis(piece, sections), _ensemble(piece)
    )
    if plan.measures > MOST_MEASURES:
        piece.fail("form", f"found {plan.measures} measures in all; expected at most {MOST_MEASURES}")
    return plan


def _section(table: Table, piece: Table, number: int) -> SectionPlan:
    check_keys(table, SECTION_KEYS)
    table = with_mood(table, piece)
    key, time = key_of(table, piece), time_of(table, piece)
    measures, tempo = _length(table, piece, time)
    phrases = _phrases(table, measures)
    chords = _chords(table, measures)
    section = SectionPlan(
        table.text("name", letters(number)).strip() or table.fail("name", "found nothing; expected a name"),
        measures,
        key,
        time,
        tempo,
        phrases,
        _cadences(table, phrases),
        chords,
        _is_fixed(table),
        _dynamics(table, measures),
        table.text("mark"),
        table.text("text"),
        table.count("silence", measures) or 0,
        **manner_of(table, piece),
        motif=table.text("motif").strip(),
        motif_at=table.rows("motif_at", int),
        motif_part=table.text("motif_part").strip().lower(),
        hit=table.flag("hit"),
        places={**piece.places, **table.places},
    )
    if fault := fault_of_chords(section) or fault_of_manner(section):
        table.fail(*fault)
    return section


def key_of(table: Table, piece: Table) -> Key:
    """The key of a table, else that of the piece."""
    owner = table if "key" in table.values else piece
    try:
        return Key.parse(owner.text("key", "C major"))
    except ValueError as error:
        owner.fail("key", str(error))


def time_of(table: Table, piece: Table) -> TimeSignature:
    """The time signature of a table, else that of the piece."""
    owner = table if "time" in table.values else piece
    try:
        return TimeSignature.parse(owner.text("time", "4/4"))
    except ValueError as error:
        owner.fail("time", str(error))


def _length(table: Table, piece: Table, time: TimeSignature) -> tuple[int, Fraction]:
    """The number of measures and the tempo, of which the seconds decide one."""
    measures, seconds = table.count("measures", MOST_MEASURES), table.number("seconds", 0.5, 3600)
    own = table.number("tempo", SLOWEST, FASTEST)
    tempo = own or piece.number("tempo", SLOWEST, FASTEST) or DEFAULT_TEMPO
    beats = len(time.groups)
    if measures is None and seconds is None:
        table.fail("measures", "found neither measures nor seconds; expected one of them")
    if seconds is None:
        assert measures is not None
        return measures, tempo
    count = measures or max(1, round(seconds * tempo / 60 / beats))
    exact = count * beats * 60 / seconds
    if measures is not None and own is not None and abs(exact / own - 1) > Fraction(1, 100):
        table.fail(
            "seconds",
            f"found {float(seconds):g} s for {measures} measures of {time} at {float(own):g}, which last"
            f" {float(measures * beats * 60 / own):.2f} s; omit one of measures, seconds and tempo",
        )
    if not SLOWEST <= exact <= FASTEST:
        table.fail("seconds", f"found {float(seconds):g} s for {count} measures, a tempo of {float(exact):.0f}")
    return count, exact


def _phrases(table: Table, measures: int) -> tuple[int, ...]:
    lengths: tuple[int, ...] = table.rows("phrases", int)
    if lengths and (sum(lengths) != measures or min(lengths) < 1):
        found = " + ".join(map(str, lengths))
        table.fail(
            "phrases", f"found {found} = {sum(lengths)} measures; expected {measures}, the length of the section"
        )
    return lengths


def _cadences(table: Table, phrases: tuple[int, ...]) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in table.rows("cadences", str))
    for name in names:
        if name and name not in CADENCES:
            table.fail("cadences", f"found {name!r}; expected one of: {', '.join(CADENCES)}")
    if names and not phrases and len(names) > 1:
        table.fail(
            "cadences", f"found {len(names)} but no phrases; give the lengths of the phrases, as in phrases = [4, 4]"
        )
    if names and phrases and len(names) != len(phrases):
        table.fail("cadences", f"found {len(names)} for {len(phrases)} phrases; expected one for each phrase")
    return names


def _chords(table: Table, measures: int) -> str:
    text = table.text("chords")
    if not text.strip():
        return ""
    try:
        found = len(chord_measures(text))
    except InputError as error:
        table.fail("chords", error.message)
    if found != measures:
        table.fail("chords", f"found chords for {found} measures; expected {measures}, the length of the section")
    return text


def _is_fixed(table: Table) -> bool:
    harmony = table.text("harmony", "fixed")
    if harmony not in ("fixed", "suggested"):
        table.fail("harmony", f"found {harmony!r}; expected fixed or suggested")
    if "harmony" in table.values and not table.text("chords").strip():
        table.fail("harmony", "found no chords that it could be said of; add chords, or omit it")
    return harmony == "fixed"


def _dynamics(table: Table, measures: int) -> tuple[Level, ...]:
    """`p < f > mf`: the marks are spread evenly, the last at the last measure if a hairpin leads to it."""
    words = table.text("dynamics").split()
    marks, signs = words[::2], words[1::2]
    for mark in marks:
        if mark not in DYNAMIC_MARKS:
            table.fail("dynamics", f"found {mark!r}; expected marks and hairpins, such as p < f > p")
    if any(sign not in _HAIRPINS for sign in signs) or len(marks) != len(signs) + bool(words):
        table.fail("dynamics", f"found {' '.join(words)!r}; expected marks and hairpins, such as p < f > p")
    if len(marks) > measures:
        table.fail("dynamics", f"found {len(marks)} marks in {measures} measures; expected one in a measure at most")
    steps = max(len(marks) - 1, 1)
    places = [round(Fraction((measures - 1) * number, steps)) for number in range(len(marks))]
    hairpins = [*(_HAIRPINS[sign] for sign in signs), None]
    return tuple(Level(place, mark, sign) for place, mark, sign in zip(places, marks, hairpins, strict=False))


def _order(piece: Table, tables: Sequence[Table], names: Sequence[str]) -> tuple[int, ...]:
    """The sections of the form by index; without a form each comes once."""
    if "form" not in piece.values:
        return tuple(range(len(names)))
    text = piece.text("form")
    words = [word.strip(",") for word in text.split()]
    if not set(words) <= set(names) and all(len(name) == 1 for name in names):
        words = list("".join(words))
    unknown = next((word for word in words if word not in names), None)
    if unknown is not None or not words:
        piece.fail("form", f"found {unknown or text!r}; expected the names of sections: {', '.join(names)}")
    for name, table in zip(names, tables, strict=True):
        if name not in words:
            table.fail("name", f"{name!r} is not in the form {text!r}; add it there, or omit the section")
    return tuple(names.index(word) for word in words)


def _ensemble(piece: Table) -> str:
    name = piece.text("instrumentation").strip()
    if name:
        try:
            load_ensemble(name)
        except InputError as error:
            piece.fail("instrumentation", error.message)
    return name


def _anacrusis(piece: Table, sections: Sequence[SectionPlan]) -> Fraction:
    value = piece.number("anacrusis", 0, 64) or Fraction(0)
    time = sections[0].time
    if value and (value >= time.duration or (value / (time.unit / 4)).denominator != 1):
        piece.fail("anacrusis", f"found {float(value):g} quarters in {time}; expected less than {time.duration}")
    return value
