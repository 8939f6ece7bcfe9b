"""The alternatives of a composition: composed for one score, written to numbered files, and reported."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from scoregen.cli.console.inputs import name_of, read_input
from scoregen.cli.console.outputs import Targets, check_outputs, numbered, provenance_file, targets_of
from scoregen.cli.console.terminal import Advance, file_in_errors, print_messages, print_paths, progress
from scoregen.system.errors import InputError, escaped

if TYPE_CHECKING:
    from scoregen.cli.console.liked import Liked
    from scoregen.notation.engraving.options import EngravingOptions
    from scoregen.notation.files import WrittenFiles
    from scoregen.tasks.compose import Alternative, Composition


@dataclass(frozen=True, slots=True)
class AlternativeWriting:
    """Where the alternatives of each score go, by the name of its ensemble, and how they are written."""

    outputs: Callable[[str], Mapping[Path | None, tuple[Path, ...]]]
    count: int
    engraving: EngravingOptions
    provenance: bool
    force: bool
    as_json: bool
    quiet: bool
    show_plan: bool
    liked: Liked | None

    def check(self, targets: Targets) -> None:
        """Check before the work that the files of a score can be written."""
        if targets.piped and self.count > 1:
            raise InputError(f"--count {self.count}: standard output takes one score; name a file with -o")
        check_outputs(targets.paths, self.count, provenance=self.provenance, force=self.force)

    def write(self, composition: Composition, targets: Targets) -> list[WrittenFiles]:
        """Write every alternative."""
        return [
            _write_alternative(
                alternative,
                numbered(targets.paths, self.count, rank),
                self.engraving,
                provenance=self.provenance,
                force=self.force,
            )
            for rank, alternative in enumerate(composition.alternatives, 1)
        ]


def _write_alternative(
    alternative: Alternative, paths: Sequence[Path], engraving: EngravingOptions, *, provenance: bool, force: bool
) -> WrittenFiles:
    """Write one alternative to all its files, and its provenance next to each."""
    from scoregen.notation.files import write_all
    from scoregen.system.files import write_files
    from scoregen.tasks.provenance import provenance_fields

    fields = provenance_fields(alternative.provenance)
    written = write_all(alternative.score, paths, force=force, provenance=fields, engraving=engraving)
    if not provenance:
        return written
    record = f"{json.dumps(alternative.provenance, indent=2, ensure_ascii=False)}\n".encode()
    records = write_files([(provenance_file(path), record) for path in paths], force=force)
    return replace(written, paths=(*written.paths, *records))


def compose_one(score: Path | None, options: Mapping[str, Any], writing: AlternativeWriting) -> dict[str, Any]:
    """Compose and write one score; the result for programs."""
    from scoregen.score.ensemble import load_ensemble
    from scoregen.tasks.compose import compose, usual_ensemble

    seconds: dict[str, float] = {}
    with progress(quiet=writing.quiet) as stage:
        with _timed(seconds, "read", stage("reading")):
            given = read_input(score) if score else None
        ensemble = options["ensemble"] or usual_ensemble(given, options["style"], options.get("plan"))
        outputs = writing.outputs(load_ensemble(ensemble).name)
        with targets_of(outputs[score], as_json=writing.as_json) as targets:
            writing.check(targets)
            with file_in_errors(score), _timed(seconds, "compose", stage("composing")) as advance:
                composition = compose(given, progress=advance, **{**options, "ensemble": ensemble})
            with _timed(seconds, "write", stage("writing")):
                written = writing.write(composition, targets)
    notices = dict.fromkeys(notice for done in written for notice in done.notices)
    notices |= dict.fromkeys(writing.liked.notices(composition.score) if writing.liked else ())
    place = f"{name_of(score)}: " if len(outputs) > 1 else ""
    understood = f"{place}understood: {composition.understanding}"
    print_messages((understood, *composition.notices, *notices), quiet=writing.quiet)
    if writing.show_plan:
        for line in () if writing.as_json else _plans(composition):
            typer.echo(escaped(line), err=True)
    if not writing.as_json:
        print_paths(targets.named(path for paths in written for path in paths))
    seconds["sample"] = round(composition.sampling_seconds, 3)
    return {"score": name_of(score) if score else None, **_report(composition, written, seconds)}


def _plans(composition: Composition) -> Iterator[str]:
    """The form of a new piece, and the harmonic plan of every alternative."""
    from scoregen.plan.plan_text import plan_lines

    if composition.form:
        yield f"form: {composition.form}"
    for rank, alternative in enumerate(composition.alternatives, 1):
        number = f" of alternative {rank}" if len(composition.alternatives) > 1 else ""
        yield (
            f"harmonic plan{number}:"
            if alternative.plan
            else f"no harmonic plan{number}: for these weights or this mode there is none"
        )
        yield from plan_lines(alternative.plan)


@contextmanager
def _timed(seconds: dict[str, float], stage: str, advance: Advance) -> Iterator[Advance]:
    started = time.perf_counter()
    yield advance
    seconds[stage] = round(time.perf_counter() - started, 3)


def _report(composition: Composition, written: Sequence[WrittenFiles], seconds: Mapping[str, float]) -> dict[str, Any]:
    """The result for programs."""
    alternatives = [
        {
            "rank": rank,
            "log_likelihood": alternative.log_likelihood,
            "plan": [asdict(row) for row in alternative.plan],
            "files": [str(path) for path in paths],
        }
        for rank, (alternative, paths) in enumerate(zip(composition.alternatives, written, strict=True), 1)
    ]
    return {
        "understanding": asdict(composition.understanding),
        "alternatives": alternatives,
        "notices": list(composition.notices),
        "seconds": dict(seconds),
    }
