"""The files of ensembles: those of `grammars/ensembles`, by forgiving names, and a user's own, by path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from scoregen.score.elements import Clef, Instrument
from scoregen.score.ensemble.roles import Ensemble, Role
from scoregen.score.instruments import CLEFS, FAMILIES, Family, InstrumentType, instrument_type
from scoregen.score.pitch import UNISON, Interval, Pitch
from scoregen.system.errors import InputError, Place
from scoregen.system.resources import folder
from scoregen.system.toml_files import read_toml

SUFFIX = ".toml"
_ENSEMBLE_FIELDS = ("name", "title", "aliases", "group", "staves", "roles")
_ROLE_FIELDS = (
    "name", "title", "abbreviation", "aliases", "instrument", "clef", "clefs", "lowest", "highest", "comfortable",
    "family", "sound", "midi_program", "transposition", "most_notes",
    "staff_notes", "staff_ranges", "group",
)  # fmt: skip
_ROLE_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a file, with its name for messages."""

    file: str
    name: str
    fields: Mapping[str, Any]

    def error(self, field: str, found: object, expected: str) -> InputError:
        place = f"{self.name}.{field}" if self.name else field
        return InputError(f"{place}: found {found!r}; expected {expected}", Place(self.file))

    def check_fields(self, known: tuple[str, ...]) -> None:
        """InputError for a field that is not known."""
        wrong = next((name for name in self.fields if name not in known), None)
        if wrong is not None:
            raise self.error(wrong, self.fields[wrong], f"one of these fields: {', '.join(known)}")

    def value(self, field: str, kind: type[_Value], default: _Value | None = None) -> _Value:
        """A field of a kind; InputError if it is missing without a default, or of another kind."""
        if field not in self.fields and default is not None:
            return default
        found = self.fields.get(field)
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            names: dict[type, str] = {str: "a text", int: "a whole number", list: "a list"}
            raise self.error(field, found, names.get(kind, kind.__name__))
        return found

    def texts(self, field: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        found = self.value(field, list, list(default))
        if not all(isinstance(text, str) for text in found):
            raise self.error(field, found, "a list of texts")
        return tuple(found)

    def parsed(self, field: str, parse: Callable[[str], _Value], default: _Value | None, what: str) -> _Value:
        """A text that `parse` reads."""
        if field not in self.fields and default is not None:
            return default
        try:
            return parse(self.value(field, str))
        except (ValueError, KeyError):
            raise self.error(field, self.fields[field], what) from None

    def number(self, field: str, default: int, lowest: int, highest: int) -> int:
        found = self.value(field, int, default)
        if not lowest <= found <= highest:
            raise self.error(field, found, f"a number from {lowest} to {highest}")
        return found


def ensemble_names() -> tuple[str, ...]:
    """The names of all ensembles of `grammars/ensembles`."""
    return tuple(sorted(path.stem for path in _folder().glob(f"*{SUFFIX}")))


def load_ensemble(name: str) -> Ensemble:
    """An ensemble by its name or by the path of a file; InputError lists those that exist, or names table and field.

    Case, spaces and hyphens of a name do not count: `String Quartet` is `string-quartet`.
    """
    if name.strip().lower().endswith(SUFFIX):
        return read_ensemble(Path(name.strip()).expanduser())
    stem = _files().get(_plain(name)) or _stems().get(_plain(name))
    if stem is None:
        near = get_close_matches(_plain(name), _stems(), n=1)
        guess = f" (did you mean {_stems()[near[0]]}?)" if near else ""
        names = ", ".join(ensemble_names())
        raise InputError(f"there is no ensemble {name!r}{guess}; expected a {SUFFIX} file or one of: {names}")
    return _shipped(stem)


def read_ensemble(path: Path) -> Ensemble:
    """The ensemble of a file; InputError names the table and the field at fault."""
    return _ensemble(_Table(str(path), "", read_toml(path)), path.stem)


def clef_name(clef: Clef) -> str:
    """The name of a clef in these files, or its sign and line."""
    return next((name for name, each in CLEFS.items() if each == clef), f"{clef.sign}{clef.line}")


def _folder() -> Path:
    return folder("grammars") / "ensembles"


@cache
def _shipped(stem: str) -> Ensemble:
    return read_ensemble(_folder() / f"{stem}{SUFFIX}")


@cache
def _stems() -> Mapping[str, str]:
    """By plain name the file of each ensemble; names of files come before other names."""
    others = {
        _plain(name): stem for stem in ensemble_names() for name in (_shipped(stem).title, *_shipped(stem).aliases)
    }
    return others | _files()


@cache
def _files() -> dict[str, str]:
    """By plain name the files themselves, none of which has to be read for it."""
    return {_plain(stem): stem for stem in ensemble_names()}


def _plain(name: str) -> str:
    return re.sub(r"[\s_.+&-]+|\band\b", "", name.casefold())


def _ensemble(table: _Table, stem: str) -> Ensemble:
    table.check_fields(_ENSEMBLE_FIELDS)
    name = table.value("name", str, stem)
    rows = table.value("roles", list)
    roles = tuple(
        _role(_Table(table.file, f"roles[{index}]", _fields(table, row))) for index, row in enumerate(rows, 1)
    )
    if not roles:
        raise table.error("roles", rows, "at least one [[roles]] table")
    names = [role.name for role in roles]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise table.error("roles", twice, "a different name for each role")
    return Ensemble(
        name=name,
        title=table.value("title", str, name),
        group=table.value("group", str) if "group" in table.fields else None,
        roles=roles,
        aliases=table.texts("aliases"),
        staves=tuple(_staff(table, index, row, names) for index, row in enumerate(table.value("staves", list, []), 1)),
    )


def _fields(table: _Table, row: object) -> Mapping[str, Any]:
    if not isinstance(row, Mapping):
        raise table.error("roles", row, "a [[roles]] table for each role")
    return row


def _staff(table: _Table, index: int, row: object, roles: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    own = _Table(table.file, f"staves[{index}]", _fields(table, row))
    own.check_fields(("names", "roles"))
    wrong = next((name for name in own.texts("roles") if name not in roles), None)
    if wrong is not None:
        raise own.error("roles", wrong, f"roles of this file: {', '.join(roles)}")
    return own.texts("names"), own.texts("roles")


def _role(table: _Table) -> Role:
    table.check_fields(_ROLE_FIELDS)
    kind = table.parsed("instrument", instrument_type, None, _INSTRUMENT) if "instrument" in table.fields else None
    name = table.value("name", str, kind.name.replace(" ", "-") if kind else None)
    if not _ROLE_NAME.fullmatch(name):
        raise table.error("name", name, "a small letter, then small letters, digits and hyphens")
    lowest = table.parsed("lowest", Pitch.parse, kind.lowest if kind else None, _PITCH)
    highest = table.parsed("highest", Pitch.parse, kind.highest if kind else None, _PITCH)
    if lowest.midi_pitch >= highest.midi_pitch:
        raise table.error("highest", str(highest), f"a pitch above the lowest, {lowest}")
    title, clefs = table.value("title", str, kind.title if kind else None), _clefs(table, kind)
    return Role(
        name=name,
        title=title,
        abbreviation=table.value("abbreviation", str, kind.abbreviation if kind else title[:3] + "."),
        aliases=tuple(alias.lower() for alias in table.texts("aliases", kind.aliases if kind else (name,))),
        clefs=clefs,
        lowest=lowest,
        highest=highest,
        comfortable=_comfortable(table, kind, lowest, highest),
        instrument=_instrument(table, title, kind),
        family=_family(table, kind),
        transposition=table.parsed(
            "transposition", Interval.parse, kind.transposition if kind else UNISON, "an interval such as -M2 or -P8"
        ),
        most_notes=table.number("most_notes", kind.most_notes if kind else 1, 1, 16),
        staff_notes=_staff_notes(table, len(clefs)),
        staff_ranges=_staff_ranges(table, len(clefs)),
        group=table.value("group", str) if "group" in table.fields else None,
        type=kind,
    )


_INSTRUMENT = "the name of an instrument or voice of instruments.toml, such as violin or double bass"
_PITCH = "a sounding pitch such as F#4 or Bb3"


def _clefs(table: _Table, kind: InstrumentType | None) -> tuple[Clef, ...]:
    if "clef" in table.fields:
        return (_clef(table, "clef", table.fields["clef"]),)
    if "clefs" in table.fields or kind is None:
        rows = table.value("clefs", list)
        if not rows:
            raise table.error("clefs", rows, "a clef for each staff")
        return tuple(_clef(table, "clefs", row) for row in rows)
    return kind.clefs


def _clef(table: _Table, field: str, row: object) -> Clef:
    """A clef by name, or as a table of sign, line and octave change."""
    if isinstance(row, str) and row in CLEFS:
        return CLEFS[row]
    if isinstance(row, Mapping) and set(row) <= {"sign", "line", "octave_change"}:
        sign, line, change = row.get("sign"), row.get("line"), row.get("octave_change", 0)
        if sign in ("G", "F", "C", "percussion") and line in (1, 2, 3, 4, 5) and change in (-2, -1, 0, 1, 2):
            return Clef(sign, line, change)
    raise table.error(field, row, f"one of: {', '.join(CLEFS)}")


def _comfortable(table: _Table, kind: InstrumentType | None, lowest: Pitch, highest: Pitch) -> tuple[Pitch, Pitch]:
    """The comfortable range: as stated, else that of the instrument as far as the range of the role has it."""
    if "comfortable" not in table.fields:
        low, high = kind.comfortable if kind else (lowest, highest)
        narrow = (max(low, lowest, key=lambda p: p.midi_pitch), min(high, highest, key=lambda p: p.midi_pitch))
        return narrow if narrow[0].midi_pitch < narrow[1].midi_pitch else (lowest, highest)
    try:
        low, high = map(Pitch.parse, table.texts("comfortable"))
    except ValueError:
        raise table.error("comfortable", table.fields["comfortable"], "two sounding pitches, the lower first") from None
    if not lowest.midi_pitch <= low.midi_pitch < high.midi_pitch <= highest.midi_pitch:
        raise table.error("comfortable", table.fields["comfortable"], f"two pitches from {lowest} to {highest}")
    return low, high


def _staff_notes(table: _Table, staves: int) -> tuple[int, ...]:
    rows = table.value("staff_notes", list, [])
    if rows and not (len(rows) == staves and all(isinstance(row, int) and 1 <= row <= 16 for row in rows)):
        raise table.error("staff_notes", rows, f"a number from 1 to 16 for each staff ({staves})")
    return tuple(rows)


def _staff_ranges(table: _Table, staves: int) -> tuple[tuple[Pitch, Pitch], ...]:
    rows = table.value("staff_ranges", list, [])
    try:
        ranges = tuple((Pitch.parse(low), Pitch.parse(high)) for low, high in rows)
    except (ValueError, TypeError, AttributeError):
        ranges = ()
    if len(ranges) != (staves if rows else 0) or any(low.midi_pitch >= high.midi_pitch for low, high in ranges):
        raise table.error("staff_ranges", rows, f"two pitches, the lower first, for each staff ({staves})")
    return ranges


def _instrument(table: _Table, title: str, kind: InstrumentType | None) -> Instrument:
    sound = table.value("sound", str, kind.sounds[0] if kind else "")
    return Instrument(title, sound or None, table.number("midi_program", kind.midi_program if kind else 1, 1, 128))


def _family(table: _Table, kind: InstrumentType | None) -> Family:
    found = table.value("family", str, kind.family if kind else "other")
    family = next((each for each in FAMILIES if each == found), None)
    if family is None:
        raise table.error("family", found, f"one of: {', '.join(FAMILIES)}")
    return family
