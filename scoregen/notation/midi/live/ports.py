"""MIDI ports: the door to mido's ports, which need python-rtmidi."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any, Protocol

import mido

from scoregen.system.errors import InputError, ToolError

NEEDED = "rtmidi"
INSTALL = "pip install 'scoregen[live]'"


class InputPort(Protocol):
    """A port from which messages come; `iter_pending` gives those that have arrived."""

    def iter_pending(self) -> Iterable[Any]: ...


class OutputPort(Protocol):
    """A port to which messages go."""

    def send(self, message: Any) -> None: ...


def is_installed() -> bool:
    """Whether ports can be opened."""
    return find_spec(NEEDED) is not None


def open_input(name: str) -> Any:
    """The input port of this name, or the first whose name contains it. ToolError, InputError if there is none."""
    return mido.open_input(_named(name, _names("input"), "--listen"))


def open_output(name: str) -> Any:
    """The output port of this name, or the first whose name contains it. ToolError, InputError if there is none."""
    return mido.open_output(_named(name, _names("output"), "--reply-to"))


def _names(kind: str) -> list[str]:
    if not is_installed():
        raise ToolError(f"live MIDI needs python-rtmidi, which is not installed; {INSTALL}")
    try:
        names = mido.get_input_names() if kind == "input" else mido.get_output_names()
    except (ImportError, OSError, RuntimeError) as error:
        raise ToolError(
            f"the MIDI system of this machine cannot be used ({error}); is a MIDI driver running?"
        ) from None
    return list(names)


def _named(name: str, names: list[str], option: str) -> str:
    found = next((own for own in names if own == name), None) or next((own for own in names if name in own), None)
    if found is None:
        expected = f"expected one of: {', '.join(names)}" if names else "this machine has none; connect an instrument"
        raise InputError(f"{option}: there is no MIDI port {name!r}; {expected}")
    return found


def note_on(pitch: int, velocity: int) -> Any:
    return mido.Message("note_on", note=pitch, velocity=velocity)


def note_off(pitch: int) -> Any:
    return mido.Message("note_off", note=pitch, velocity=0)
