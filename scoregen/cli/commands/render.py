"""`scoregen render` and `scoregen convert`: write any readable score as pages, MIDI, sound or MusicXML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.arguments import (
    Concert,
    Force,
    Json,
    Landscape,
    Layout,
    Octave,
    Outputs,
    Paper,
    PartsFolder,
    PlayChords,
    Quiet,
    Reduction,
    Scores,
    StaffSize,
    Transpose,
)
from scoregen.cli.console.conversion import Conversion, Writing, conversion
from scoregen.cli.console.inputs import exit_with, for_each, input_files, name_of
from scoregen.cli.console.outputs import default_stem, file_word, output_files
from scoregen.cli.console.terminal import file_in_errors

if TYPE_CHECKING:
    from scoregen.score.elements import Score
    from scoregen.tasks.conversion.changes import Changes
    from scoregen.tasks.layout import LayoutOptions


@dataclass(frozen=True, slots=True)
class _Edition:
    """What is changed in the scores, and how they are written; `parts` is the folder for single parts.

    A conversion `names_losses`: what the format of an output cannot hold.
    """

    changes: Changes
    shape: LayoutOptions
    writing: Writing
    parts: Path | None
    names_losses: bool = False


def render_command(
    score: Scores,
    output: Outputs = None,
    layout: Layout = None,
    reduction: Reduction = False,
    transpose: Transpose = None,
    octave: Octave = 0,
    concert: Concert = None,
    parts: PartsFolder = None,
    play_chords: PlayChords = False,
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Engrave scores, or convert them to MIDI, sound or MusicXML.

    Without -o, SCORE.pdf is written in the current folder; --parts writes SCORE.PART.pdf for every part.
    """
    from scoregen.notation.engraving.options import engraving_options
    from scoregen.tasks.conversion.changes import Changes
    from scoregen.tasks.layout import LayoutOptions

    writing = Writing(engraving_options(paper, staff_size, landscape), force, as_json, quiet, play_chords)
    edition = _Edition(Changes(transpose, octave, concert), LayoutOptions(layout, reduction), writing, parts)
    scores = input_files(score)
    _write_editions(scores, output_files(output, scores, "", ".pdf"), edition)


def convert_command(
    score: Annotated[Path, typer.Argument(metavar="IN", help="Any score that scoregen reads; - is standard input.")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write; its suffix names the format.")],
    layout: Layout = None,
    reduction: Reduction = False,
    transpose: Transpose = None,
    octave: Octave = 0,
    concert: Concert = None,
    parts: PartsFolder = None,
    play_chords: PlayChords = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Convert a score from any format that is read to any that is written.

    What the source has and cannot be kept is said by kind and number.
    """
    from scoregen.notation.engraving.options import engraving_options
    from scoregen.tasks.conversion.changes import Changes
    from scoregen.tasks.layout import LayoutOptions

    writing = Writing(engraving_options(None, None, False), force, as_json, quiet, play_chords)
    changes, shape = Changes(transpose, octave, concert), LayoutOptions(layout, reduction)
    edition = _Edition(changes, shape, writing, parts, names_losses=True)
    scores = input_files([score])
    _write_editions(scores, output_files([target], scores, "", ".musicxml"), edition)


def _write_editions(scores: list[Path], outputs: Mapping[Path | None, tuple[Path, ...]], edition: _Edition) -> None:
    edition.shape.check()

    def write(file: Path) -> dict[str, Any]:
        with conversion(outputs[file], edition.writing) as work:
            written = _write(work.read(file), file, work, edition)
        return {"score": name_of(file), "files": [str(path) for path in written]}

    exit_with(for_each(scores, write, as_json=edition.writing.as_json))


def _write(music: Score, file: Path, work: Conversion, edition: _Edition) -> list[Path]:
    from scoregen.score.ensemble import load_ensemble
    from scoregen.tasks.layout import NEW_SCORE, lay_out_given

    with file_in_errors(file):
        shown = lay_out_given(edition.changes.apply(music), load_ensemble("satb"), edition.shape)
    is_new = music.document is not None and shown.document is None
    lost = _lost_in_midi(shown, work) if edition.names_losses else []
    notices = (*music.notices, *([NEW_SCORE] if is_new else []), *lost)
    written = list(work.write(shown, notices))
    return written + (_write_parts(shown, file, work, edition.parts) if edition.parts is not None else [])


def _lost_in_midi(score: Score, work: Conversion) -> list[str]:
    """One line that names what MIDI files among the outputs cannot hold."""
    from scoregen.notation.editions.midi_losses import midi_losses

    has_midi = any(path.suffix.lower() in (".mid", ".midi") for path in work.targets.paths)
    lost = midi_losses(score, play_chords=work.writing.play_chords) if has_midi else None
    return [lost] if lost else []


def _write_parts(score: Score, file: Path, work: Conversion, folder: Path) -> list[Path]:
    """Write every part in the formats of the outputs."""
    from scoregen.notation.editions.single_parts import single_parts

    stem, found = default_stem(file, ""), list[Path]()
    suffixes = dict.fromkeys(path.suffix for path in work.targets.paths)
    taken: set[str] = set()
    for number, part in enumerate(single_parts(score), start=1):
        word = file_word(part.parts[0].name or f"part {number}")
        word = f"{word}-{number}" if word in taken else word
        taken.add(word)
        found += work.write(part, (), paths=[folder / f"{stem}.{word}{suffix}" for suffix in suffixes])
    return found
