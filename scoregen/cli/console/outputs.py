"""The output files of a command: checked before the work, written after it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.system.errors import OutputError, Place

if TYPE_CHECKING:
    from scoregen.notation.engraving.pages import EngravingOptions
    from scoregen.notation.files import WrittenFiles
    from scoregen.tasks.compose import Alternative


ENGRAVED = frozenset({".svg", ".pdf", ".png"})


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
    from scoregen.notation.files import WRITERS, can_write
    from scoregen.system.files import check_target

    for path in paths:
        if not can_write(path.suffix):
            raise OutputError(f"found no known suffix; expected one of {', '.join(WRITERS)}", Place(file=str(path)))
    for rank in range(1, count + 1):
        targets = numbered(paths, count, rank)
        for target in (*targets, *map(provenance_file, targets if provenance else ())):
            check_target(target, force=force)


def prepare_writers(paths: Sequence[Path]) -> None:
    """Start the engraver's process before the work if pages will be written."""
    if {path.suffix.lower() for path in paths} & ENGRAVED:
        from scoregen.notation.engraving.pages import prepare_engraver

        prepare_engraver()


def write_alternative(
    alternative: Alternative, paths: Sequence[Path], engraving: EngravingOptions, *, provenance: bool, force: bool
) -> WrittenFiles:
    """Write one alternative to all its files, and its provenance next to each."""
    from scoregen.notation.files import write_all
    from scoregen.system.files import write_files
    from scoregen.tasks.compose import provenance_fields

    fields = provenance_fields(alternative.provenance)
    written = write_all(alternative.score, paths, force=force, provenance=fields, engraving=engraving)
    if not provenance:
        return written
    record = f"{json.dumps(alternative.provenance, indent=2, ensure_ascii=False)}\n".encode()
    records = write_files([(provenance_file(path), record) for path in paths], force=force)
    return replace(written, paths=(*written.paths, *records))
