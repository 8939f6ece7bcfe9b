"""The soundfont and the synthesiser of this machine.

The soundfont is the file that `$SCOREGEN_SOUNDFONT` names, else the first of the user's folder, else the best known one
of the folders in which systems install soundfonts. Only FluidSynth's program is used.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from scoregen.system.errors import InputError, Place, ToolError
from scoregen.system.resources import user_data

VARIABLE = "SCOREGEN_SOUNDFONT"
PROGRAM = "fluidsynth"
FOLDERS = (
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/usr/local/share/sounds/sf2",
    "/opt/homebrew/share/soundfonts",
    "/opt/local/share/sounds/sf2",
    "C:/soundfonts",
)
KNOWN = ("FluidR3_GM", "MuseScore_General", "FluidR3Mono_GM", "GeneralUser", "Arachno", "TimGM6mb")
"""The beginnings of the names of free soundfonts with all General MIDI programs, the preferred first."""
SUFFIXES = (".sf2", ".sf3")
ADVICE = (
    "install FluidSynth and a soundfont (Debian: `apt install fluidsynth fluid-soundfont-gm`; macOS:"
    f" `brew install fluid-synth`), or name a soundfont in ${VARIABLE}"
)


def soundfont() -> Path:
    """The soundfont to play with. ToolError if there is none, InputError if the named one is no file."""
    named = os.environ.get(VARIABLE)
    if named:
        return _named(Path(named))
    found = next(_candidates(), None)
    if found is None:
        raise ToolError(f"found no soundfont; {ADVICE}")
    return found


def synthesiser() -> str:
    """The path of FluidSynth's program. ToolError if it is missing."""
    path = shutil.which(PROGRAM)
    if path is None:
        raise ToolError(f"sound needs the program {PROGRAM}, which is not on the path; {ADVICE}")
    return path


def check_sound() -> None:
    """Raise the error of a missing synthesiser or soundfont before the work begins."""
    synthesiser()
    soundfont()


def _named(path: Path) -> Path:
    if not path.is_file():
        raise InputError(f"${VARIABLE} names no file; expected a soundfont (.sf2 or .sf3)", Place(str(path)))
    return path


def _candidates() -> Iterator[Path]:
    """The soundfonts of the user's folder, then those of the system, the known ones first."""
    yield from _fonts(user_data() / "soundfonts")
    installed = [font for folder in FOLDERS for font in _fonts(Path(folder))]
    for name in KNOWN:
        yield from (font for font in installed if font.name.startswith(name))
    yield from installed


def _fonts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
