"""The styles that `--style` can name: shipped ones, the user's own ones, and mixtures of several.

An own style is a set of files with one name, which `scoregen train` writes: NAME.safetensors and NAME.json are the
weights, NAME.style holds, in TOML, what differs from the style file of the base. It is found by its path, by its name
in the current folder, and by its name in the user's folder for styles (`system.resources.own_styles`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from scoregen.styles.style import (
    DEFAULT,
    Style,
    completed,
    load_style,
    parse_style,
    read_style_table,
    shipped_name,
    style_files,
    style_table,
)
from scoregen.system import resources
from scoregen.system.errors import InputError
from scoregen.system.files import write_files

CHOIR = "satb"
WEIGHTS, GRAMMAR = ".safetensors", ".style"
COMPANIONS = (WEIGHTS, ".json", GRAMMAR, ".novelty", ".successions", ".calibration")
"""The suffixes of the files that an own style consists of; the last four may be absent."""


@dataclass(frozen=True, slots=True)
class StyleEntry:
    """A style that can be named: its settings and the stem of its weights."""

    name: str
    style: Style
    weights: Path
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class StyleChoice:
    """What a user asks for: the settings, and the styles with their shares, which sum to 1."""

    style: Style
    parts: tuple[tuple[StyleEntry, float], ...]

    @property
    def is_own(self) -> bool:
        """Whether the weights of a user's style take part."""
        return any(entry.is_own for entry, _ in self.parts)


def choose_style(text: str) -> StyleChoice:
    """The style that a text names: a name, the path of an own style, or a mixture such as `bach:0.7,mine:0.3`.

    The shares are normalised; a style without a share has 1. InputError for an unknown style or a share that is none.
    """
    shares = _shares(text)
    total = sum(shares.values())
    parts = tuple((find_style(name), share / total) for name, share in shares.items() if share)
    twice = next((entry.name for entry, _ in parts if sum(entry == other for other, _ in parts) > 1), None)
    if twice is not None:
        raise InputError(f"--style {text}: found {twice} twice; name each style once")
    return StyleChoice(mixed_style([(entry.style, share) for entry, share in parts]), parts)


def ensemble_for(text: str) -> str:
    """The ensemble to write for if the user names none: that of the pieces of an own style, else a choir."""
    return choose_style(text).style.ensemble or CHOIR


def find_style(name: str) -> StyleEntry:
    """A shipped style by its name or alias, or an own one; InputError lists those that exist."""
    shipped = shipped_name(name)
    if shipped is not None:
        return _shipped_style(shipped)
    places = (Path(name), resources.own_styles() / name)
    stem = next((stem for place in places if (stem := own_stem(place)) is not None), None)
    if stem is None:
        shipped_names = [" or ".join((each.name, *each.style.aliases)) for each in shipped_styles()]
        names = ", ".join([*shipped_names, *(stem.name for stem in _own_stems())])
        raise InputError(
            f"there is no style {name!r}; expected one of: {names}; or the path of an own one, NAME of NAME{WEIGHTS}"
        )
    return StyleEntry(stem.name, load_own_style(stem), stem, is_own=True)


def list_styles() -> tuple[StyleEntry, ...]:
    """The shipped styles, and the own ones in the user's folder. InputError for a style file that is wrong."""
    own = [StyleEntry(stem.name, load_own_style(stem), stem, is_own=True) for stem in _own_stems()]
    return (*shipped_styles(), *own)


def _own_stems() -> list[Path]:
    """The own styles in the user's folder."""
    return sorted(path.with_suffix("") for path in resources.own_styles().glob(f"*{WEIGHTS}"))


def shipped_styles() -> tuple[StyleEntry, ...]:
    """The styles of grammars/styles, with the weights that ship for them."""
    return tuple(map(_shipped_style, style_files()))


def _shipped_style(name: str) -> StyleEntry:
    style = load_style(name)
    return StyleEntry(style.name, style, resources.weights() / style.weights)


def add_style(path: Path, *, force: bool = False) -> StyleEntry:
    """Copy the files of an own style into the user's folder. InputError if there is none at the path, or if its name is
    taken."""
    stem = own_stem(path)
    if stem is None:
        raise InputError(f"--add {path}: found no {path.name}{WEIGHTS}; expected the NAME that `scoregen train` wrote")
    if any(stem.name in (each.name, *each.style.aliases) for each in shipped_styles()):
        raise InputError(f"--add {path}: a style that ships has the name {stem.name}; rename the files")
    load_own_style(stem)
    target = resources.own_styles() / stem.name
    files = [(_with(target, suffix), _with(stem, suffix)) for suffix in COMPANIONS if _with(stem, suffix).is_file()]
    write_files([(into, source.read_bytes()) for into, source in files], force=force)
    return find_style(str(target))


def remove_style(name: str) -> None:
    """Remove the files of a style from the user's folder. InputError if it is not there."""
    stem = resources.own_styles() / name
    if Path(name).name != name or own_stem(stem) is None:
        raise InputError(f"--remove {name}: there is no such style in {resources.own_styles()}")
    for suffix in COMPANIONS:
        _with(stem, suffix).unlink(missing_ok=True)


def _with(stem: Path, suffix: str) -> Path:
    """A file of a style; the name may have a dot."""
    return stem.with_name(f"{stem.name}{suffix}")


def own_stem(path: Path) -> Path | None:
    """The path of an own style without its suffix; None if there are no weights."""
    stem = path.with_suffix("") if path.suffix == WEIGHTS else path
    return stem if stem.name and _with(stem, WEIGHTS).is_file() else None


def load_own_style(stem: Path) -> Style:
    """The settings of an own style: those of its base with the values of its file in their place."""
    path, own = _own_table(stem)
    base = own.pop("base")
    return parse_style(stem.name, completed(own, style_table(base)), str(path))


def is_own_style(stem: Path) -> bool:
    """Whether weights are a style, with a style file next to them."""
    return _with(stem, GRAMMAR).is_file()


def base_of(stem: Path) -> str:
    """The name of the shipped style that an own style completes; that of the default for weights without a style."""
    return str(_own_table(stem)[1]["base"])


def _own_table(stem: Path) -> tuple[Path, dict[str, Any]]:
    """The path and the tables of the style file of an own style, with its base."""
    path = _with(stem, GRAMMAR)
    own = {"base": DEFAULT, **(read_style_table(path, str(path)) if path.is_file() else {})}
    if not isinstance(own["base"], str) or own["base"] not in style_files():
        raise InputError(f"{path}: base is {own['base']!r}; expected one of: {', '.join(style_files())}")
    return path, own


def mixed_style(parts: Sequence[tuple[Style, float]]) -> Style:
    """The settings of a mixture: costs and ranking weights in the shares given, all else from the largest share.

    `model.sampling.mixture` mixes what the network knows of the styles.
    """
    main, _ = max(parts, key=lambda part: part[1])
    if len(parts) == 1:
        return main
    mixed = {
        section: replace(
            getattr(main, section),
            **{
                each.name: sum(share * getattr(getattr(style, section), each.name) for style, share in parts)
                for each in fields(getattr(main, section))
            },
        )
        for section in ("voice_leading", "ranking")
    }
    name = ",".join(f"{style.name}:{share:.3g}" for style, share in parts)
    network_style, ensemble = (_of_largest(parts, field) for field in ("network_style", "ensemble"))
    return replace(main, name=name, network_style=network_style, ensemble=ensemble, **mixed)


def _of_largest(parts: Sequence[tuple[Style, float]], field: str) -> str:
    """What stands for a mixture: the style of the network, the ensemble, of the largest share that has one."""
    ordered = sorted(parts, key=lambda part: -part[1])
    return next((getattr(style, field) for style, _ in ordered if getattr(style, field)), "")


def _shares(text: str) -> dict[str, float]:
    """The shares of a mixture by name. The path of an own style may have commas and colons."""
    if own_stem(Path(text)) is not None:
        return {text: 1.0}
    shares: dict[str, float] = {}
    for item in text.split(","):
        name, share = _named_share(item.strip(), text)
        if name in shares:
            raise InputError(f"--style {text}: found {name} twice; name each style once")
        shares[name] = share
    if not sum(shares.values()):
        raise InputError(f"--style {text}: found no share above 0; expected shares such as bach:0.7,mine:0.3")
    return shares


def _named_share(item: str, text: str) -> tuple[str, float]:
    """A name and its share, 1 if there is none. A colon inside a path belongs to the path."""
    name, colon, number = item.rpartition(":")
    if not colon or "/" in number or "\\" in number:
        name, number = item, "1"
    try:
        share = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not name or not 0 <= share < math.inf:
        raise InputError(f"--style {text}: found {item!r}; expected NAME or NAME:SHARE, such as bach:0.7,mine:0.3")
    return name.strip(), share
