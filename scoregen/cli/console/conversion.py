"""A command that makes a score: outputs are checked before the work, notices and paths are printed after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.cli.console.inputs import read_input
from scoregen.cli.console.outputs import Targets, check_outputs, prepare_writers, targets_of
from scoregen.cli.console.terminal import Stage, print_messages, print_paths, progress

if TYPE_CHECKING:
    from scoregen.notation.engraving.options import EngravingOptions
    from scoregen.notation.files import WrittenFiles
    from scoregen.notation.sound.audio import Audio
    from scoregen.score.elements import Score


@dataclass(frozen=True, slots=True)
class Writing:
    """How a command writes: the layout of pages, `--force`, `--json`, `--quiet` and `--play-chords`."""

    engraving: EngravingOptions
    force: bool
    as_json: bool
    quiet: bool
    play_chords: bool = False


@dataclass(slots=True)
class Conversion:
    """The work on one input: `stage` shows what is being done, `read` reads the score, `write` writes the result."""

    stage: Stage
    writing: Writing
    targets: Targets
    notices: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)

    def read(self, file: Path) -> Score:
        """Read the score of a file or of standard input."""
        self.stage("reading")
        return read_input(file)

    def write(
        self, score: Score, notices: Sequence[str], audio: Audio | None = None, paths: Sequence[Path] | None = None
    ) -> WrittenFiles:
        """Write a score, with its sound if that is known, to the outputs, or to other paths.

        The notices are printed at the end.
        """
        from scoregen.notation.files import write_all

        self.stage("writing")
        writing = self.writing
        written = write_all(
            score,
            self.targets.paths if paths is None else paths,
            force=writing.force,
            engraving=writing.engraving,
            play_chords=writing.play_chords,
            audio=audio,
        )
        self.notices += (*notices, *written.notices)
        self.paths += self.targets.named(written)
        return written


@contextmanager
def conversion(outputs: Sequence[Path], writing: Writing) -> Iterator[Conversion]:
    """The work on one input, with its progress shown. OutputError, before it, if an output cannot be written.

    The engraver starts while the work is done.
    """
    with progress(quiet=writing.quiet) as stage, targets_of(outputs, as_json=writing.as_json) as targets:
        check_outputs(targets.paths, force=writing.force)
        prepare_writers(targets.paths)
        work = Conversion(stage, writing, targets)
        yield work
    print_messages(work.notices, quiet=writing.quiet)
    if not writing.as_json:
        print_paths(work.paths)
