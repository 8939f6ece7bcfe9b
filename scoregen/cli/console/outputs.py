"""The output files of a command: named by default, checked before the work, written after it.

`-o` names a file, a folder, or a suffix alone (`.pdf`, `out/.pdf`), which takes the default name. `-` is standard
output, as MusicXML; `-.mid` is standard output in another format.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scoregen.cli.console.arguments import DEFAULT_NAME
from scoregen.cli.console.inputs import STANDARD_INPUT
from scoregen.system.errors import InputError, OutputError, Place

ENGRAVED = frozenset({".svg", ".pdf", ".png"})
STANDARD_OUTPUT = "-"
NEW_PIECE = "new-piece"
"""The name of a piece that was composed without a score."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The files to write, and those of them whose content goes to standard output."""

    paths: tuple[Path, ...]
    piped: tuple[Path, ...] = ()

    def named(self, written: Iterable[Path]) -> list[Path]:
        """The written files that have a name of their own."""
        folders = {path.parent for path in self.piped}
        return [path for path in written if path.parent not in folders]


def output_files(
    outputs: Sequence[Path] | None,
    scores: Sequence[Path | None],
    label: str,
    suffix: str,
    piped: str = ".musicxml",
) -> dict[Path | None, tuple[Path, ...]]:
    """The output files of each score; without `-o` one with the default name, or standard output for standard input.

    `suffix` is the format of the default name, `piped` that of standard output. OutputError if two scores would have
    the same file.
    """
    found = [
        (score, tuple(_file(path, score, label, (suffix, piped)) for path in _named(outputs, score)))
        for score in scores
    ]
    seen: set[str] = set()
    for path in (path for _, paths in found if len(scores) > 1 for path in paths):
        if _key(path) in seen:
            advice = "name a folder or a suffix with -o, and give every score a name of its own"
            raise OutputError(f"this would be the output of several scores; {advice}", Place(str(path)))
        seen.add(_key(path))
    return dict(found)


def _named(outputs: Sequence[Path] | None, score: Path | None) -> Sequence[Path]:
    return outputs or [Path(STANDARD_OUTPUT if score == STANDARD_INPUT else ".")]


def _file(output: Path, score: Path | None, label: str, suffixes: tuple[str, str]) -> Path:
    """The file for a score that `-o` names; the default name if it is a folder or a suffix alone."""
    suffix, piped = suffixes
    if output.stem == STANDARD_OUTPUT:
        return output.with_name(f"{STANDARD_OUTPUT}{output.suffix or piped}")
    if re.fullmatch(r"\.\w+", output.name):
        return output.with_name(f"{default_stem(score, label)}{output.name}")
    if output.name == DEFAULT_NAME:
        return output.with_name(f"{default_stem(score, label)}{suffix}")
    if output.is_dir():
        return output / f"{default_stem(score, label)}{suffix}"
    return output


def default_stem(score: Path | None, label: str) -> str:
    """The name of an output without its suffix: `melody.satb`; `melody.satb-2` if the score is `melody.satb`."""
    stem = NEW_PIECE if score is None else "score" if score == STANDARD_INPUT else score.stem
    if not label:
        return stem
    again = re.fullmatch(rf"(.*)\.{re.escape(label)}(?:-(\d+))?", stem)
    return f"{again[1]}.{label}-{int(again[2] or 1) + 1}" if again else f"{stem}.{label}"


def file_word(name: str) -> str:
    """A name of a part as a word of a file name: `Violin I` is `violin-i`."""
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-") or "part"


def _key(path: Path) -> str:
    """Equal for names of the same file, on systems that ignore the case of names too."""
    name = os.path.normcase(path.absolute())
    return name.casefold() if sys.platform in ("darwin", "win32") else name


@contextmanager
def targets_of(paths: Sequence[Path], *, as_json: bool = False) -> Iterator[Targets]:
    """The files with temporary ones for standard output, to which their content is copied at the end."""
    if as_json and any(path.stem == STANDARD_OUTPUT for path in paths):
        raise InputError("--json: standard output takes the JSON; name a file for the score with -o")
    with tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        real = [Path(folder) / f"score{path.suffix}" if path.stem == STANDARD_OUTPUT else path for path in paths]
        piped = tuple(path for path, name in zip(real, paths, strict=True) if path != name)
        yield Targets(tuple(real), piped)
        for path in piped:
            _copy(path)


def _copy(path: Path) -> None:
    if not path.is_file():
        raise OutputError(f"the score has several pages; name a file for {path.suffix}", Place("standard output"))
    sys.stdout.flush()
    sys.stdout.buffer.write(path.read_bytes())
    sys.stdout.buffer.flush()


def numbered(paths: Iterable[Path], count: int, rank: int) -> tuple[Path, ...]:
    """The output files of the alternative of a rank, from 1. A single alternative keeps the names."""
    if count == 1:
        return tuple(paths)
    return tuple(path.with_name(f"{path.stem}-{rank:03d}{path.suffix}") for path in paths)


def provenance_file(path: Path) -> Path:
    """The file for the provenance of an output."""
    return path.with_name(f"{path.name}.provenance.json")


def check_outputs(paths: Sequence[Path], count: int = 1, *, provenance: bool = False, force: bool) -> None:
    """Check before the work that all outputs can be written. OutputError names the first that cannot."""
    from scoregen.notation.files import WRITERS, can_write, check_tools
    from scoregen.system.files import check_target

    for path in paths:
        if not can_write(path.suffix):
            expected = f"expected one of {', '.join(WRITERS)}, or a folder with a slash at its end"
            raise OutputError(f"found no known suffix; {expected}", Place(file=str(path)))
        check_tools(path.suffix)
    for rank in range(1, count + 1):
        targets = numbered(paths, count, rank)
        for target in (*targets, *map(provenance_file, targets if provenance else ())):
            check_target(target, force=force)


def prepare_writers(paths: Sequence[Path]) -> None:
    """Start the engraver's process before the work if pages will be written."""
    if {path.suffix.lower() for path in paths} & ENGRAVED:
        from scoregen.notation.engraving.pages import prepare_engraver

        prepare_engraver()
