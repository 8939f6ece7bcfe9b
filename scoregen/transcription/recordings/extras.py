"""What recordings need beside scoregen itself, and how to get it."""

from __future__ import annotations

from importlib.util import find_spec

from scoregen.system.errors import Place, ToolError

AUDIO = "pip install 'scoregen[audio]'"
PIANO = f"{AUDIO} and pip install --no-deps transkun"
NEEDED = {
    "soundfile": ("reads sound files", AUDIO),
    "soxr": ("changes sampling rates", AUDIO),
    "swift_f0": ("hears a sung or played line", AUDIO),
    "moduleconf": ("reads the settings of transkun", AUDIO),
    "mir_eval": ("is used by transkun", AUDIO),
    "ncls": ("is used by transkun", AUDIO),
    "pretty_midi": ("is used by transkun", AUDIO),
    "transkun": ("hears a piano", PIANO),
}
"""Modules, with what they do and how to install them."""
VOICE_MODULES = ("soundfile", "soxr", "swift_f0")
PIANO_MODULES = ("soundfile", "soxr", "moduleconf", "mir_eval", "ncls", "pretty_midi", "transkun")


def missing_modules(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some modules that are not installed."""
    return tuple(name for name in names if find_spec(name) is None)


def require(names: tuple[str, ...], place: Place) -> None:
    """Raise ToolError, with what to install, if a module is missing."""
    missing = missing_modules(names)
    if missing:
        _, install = NEEDED[missing[-1]]
        raise ToolError(f"recordings need {', '.join(missing)}, which is not installed; {install}", place)
