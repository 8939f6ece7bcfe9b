"""Reads and writes score files; the suffix decides the format.

A score from MusicXML is written as its own document with the generated music grafted in. Any other score is
written as a new document. MusicXML is validated before it is written: what scoregen adds
must be valid, and a fault of the given document is passed on as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.notation.engraving.options import EngravingOptions
from scoregen.notation.musicxml.mxl import write_mxl
from scoregen.notation.output import DEFAULT_DPI, DEFAULT_ENGRAVING, NO_PROVENANCE, ScoreOutput
from scoregen.score.check import Problem
from scoregen.score.elements import Score
from scoregen.system.errors import OutputError, Place, ReadError
from scoregen.system.files import check_target, write_files

if TYPE_CHECKING:
    from scoregen.notation.sound.audio import Audio


@dataclass(frozen=True, slots=True)
class WrittenFiles:
    """The written files, the problems that the given score already had, its changes, and what the pages lack.

    Iterates over the paths.
    """

    paths: tuple[Path, ...]
    warnings: tuple[Problem, ...] = ()
    changes: tuple[str, ...] = ()
    missing: tuple[Problem, ...] = ()

    @property
    def notices(self) -> tuple[str, ...]:
        """One line for all problems that the given score already had, and one for each change and each missing kind."""
        passed_on = [_passed_on(self.warnings)] if self.warnings else []
        return (*self.changes, *passed_on, *map(str, self.missing))

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)

    def __repr__(self) -> str:
        notices = f", {len(self.notices)} notices" if self.notices else ""
        return f"<WrittenFiles {', '.join(map(str, self.paths))}{notices}>"


def read_score(path: Path | str) -> Score:
    """Read a score of any format in `READERS`. Raises ReadError, RefusedError or ToolError."""
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ReadError(
            f"scoregen cannot read {_description(path)}; expected one of {_list(READERS)}", Place(str(path))
        )
    return reader(path)


def read_score_by_measures(path: Path) -> tuple[Score, dict[int, str]]:
    """Like `read_score`, but a measure in which parts have different metres at once does not refuse the file.

    Of such a measure only the parts with the commonest metre are read; the reasons are given by its index.
    """
    from scoregen.notation.musicxml.read.score import read_file_by_measures

    if READERS.get(path.suffix.lower()) is _read_document:
        return read_file_by_measures(path)
    return read_score(path), {}


def write_score(
    score: Score,
    path: Path | str,
    *,
    force: bool = False,
    provenance: Mapping[str, str] = NO_PROVENANCE,
    engraving: EngravingOptions = DEFAULT_ENGRAVING,
    dpi: int = DEFAULT_DPI,
) -> WrittenFiles:
    """Write a score in the format that the suffix names; see `write_all`."""
    return write_all(score, (path,), force=force, provenance=provenance, engraving=engraving, dpi=dpi)


def write_all(
    score: Score,
    paths: Iterable[Path | str],
    *,
    force: bool = False,
    provenance: Mapping[str, str] = NO_PROVENANCE,
    engraving: EngravingOptions = DEFAULT_ENGRAVING,
    dpi: int = DEFAULT_DPI,
    audio: Audio | None = None,
    play_chords: bool = False,
) -> WrittenFiles:
    """Write a score to several files in any formats of `WRITERS`, all or none.

    SVG and PNG of several pages become `name-1.svg`, `name-2.svg` and so on. Nothing is overwritten without
    `force`. `audio` is the sound of the score, if it is made already. Raises OutputError if a file cannot be written. A
    fault of the MusicXML that the score was read from is written as found and named in the notices. With `play_chords`
    MIDI and sound files have the chord symbols on a quiet keyboard.
    """
    targets = [Path(path) for path in paths]
    for target in targets:
        _check(target, targets, force=force)
    if any(target.suffix.lower() == ".svg" for target in targets):
        from scoregen.notation.engraving.fonts import prepare_fonts

        prepare_fonts()
    piece = ScoreOutput(score, provenance, engraving, dpi, audio, play_chords=play_chords)
    files = [file for target in targets for file in _files(target, WRITERS[target.suffix.lower()](piece, target))]
    return WrittenFiles(write_files(files, force=force), piece.warnings, piece.changes, piece.missing)


def can_write(suffix: str) -> bool:
    """Whether files with this suffix can be written."""
    return suffix.lower() in WRITERS


def check_tools(suffix: str) -> None:
    """ToolError if a program, library or soundfont is missing that files with this suffix need."""
    if WRITERS.get(suffix.lower()) is _sound:
        from scoregen.notation.sound.audio_files import check_format
        from scoregen.notation.sound.soundfonts import check_sound

        check_format(suffix)
        check_sound()


def _passed_on(problems: Sequence[Problem]) -> str:
    """One line that names the first of some faults of the given score."""
    count = f"{len(problems)} faults, which are" if len(problems) > 1 else "a fault, which is"
    more = f"; {len(problems) - 1} more" if len(problems) > 1 else ""
    return f"the given score has {count} written as found: {problems[0]}{more}"


def _check(target: Path, targets: list[Path], *, force: bool) -> None:
    """Refuse a target before the work begins."""
    if not can_write(target.suffix):
        raise OutputError(
            f"scoregen cannot write {_description(target)}; expected one of {_list(WRITERS)}", Place(str(target))
        )
    if targets.count(target) > 1:
        raise OutputError("the output file is named twice; name it once", Place(str(target)))
    check_target(target, force=force)
    check_tools(target.suffix)


def _files(target: Path, contents: tuple[bytes, ...]) -> list[tuple[Path, bytes]]:
    """One file, or numbered ones for several pages."""
    if len(contents) == 1:
        return [(target, contents[0])]
    return [
        (target.with_name(f"{target.stem}-{number}{target.suffix}"), data)
        for number, data in enumerate(contents, start=1)
    ]


def _read_document(path: Path) -> Score:
    from scoregen.notation.musicxml.read.score import read_file

    return read_file(path)


def _read_other(path: Path) -> Score:
    from scoregen.notation.interchange.convert import read_other

    return read_other(path)


def _read_song(path: Path) -> Score:
    from scoregen.notation.chordpro.read import read_song

    return read_song(path)


def _read_midi(path: Path) -> Score:
    from scoregen.notation.midi.read import read_midi

    return read_midi(path)


def _read_recording(path: Path) -> Score:
    from scoregen.notation.midi.recording import read_recording

    return read_recording(path)


def _musicxml(piece: ScoreOutput, target: Path) -> tuple[bytes, ...]:
    return (piece.checked_text,)


def _mxl(piece: ScoreOutput, target: Path) -> tuple[bytes, ...]:
    return (write_mxl(piece.checked_text, f"{target.stem}.musicxml"),)


def _midi(piece: ScoreOutput, target: Path) -> tuple[bytes, ...]:
    from scoregen.notation.midi.write import to_midi

    return (to_midi(piece.heard),)


def _svg(piece: ScoreOutput, target: Path) -> tuple[bytes, ...]:
    from scoregen.notation.engraving.fonts import with_fonts

    return tuple(page.encode() for page in with_fonts(piece.pages))


def _pdf(piece: ScoreOutput, target: Path) -> tuple[bytes, ...]:
    from scoregen.notation.engraving.pdf import to_pdf

    return (to_pdf(piece.printed_pages, piece.title),)


def _png(piece: ScoreOutput, target: Path) -> tuple[bytes, ...]:
    from scoregen.notation.engraving.pdf import to_png

    return to_png(piece.printed_pages, piece.dpi)


def _sound(piece: ScoreOutput, target: Path) -> tuple[bytes, ...]:
    from scoregen.notation.sound.audio_files import audio_file

    return (audio_file(piece.audio, target.suffix),)


READERS: dict[str, Callable[[Path], Score]] = {
    ".musicxml": _read_document,
    ".mxl": _read_document,
    ".xml": _read_document,
    ".krn": _read_other,
    ".abc": _read_other,
    ".mei": _read_other,
    ".mid": _read_midi,
    ".midi": _read_midi,
    ".rmi": _read_midi,
    ".kar": _read_midi,
    ".capx": _read_other,
    ".mscz": _read_other,
    ".mscx": _read_other,
    ".cho": _read_song,
    ".crd": _read_song,
    ".chopro": _read_song,
    ".chordpro": _read_song,
    ".pro": _read_song,
    ".txt": _read_song,
    ".wav": _read_recording,
    ".flac": _read_recording,
    ".mp3": _read_recording,
    ".ogg": _read_recording,
    ".m4a": _read_recording,
}

WRITERS: dict[str, Callable[[ScoreOutput, Path], tuple[bytes, ...]]] = {
    ".musicxml": _musicxml,
    ".mxl": _mxl,
    ".xml": _musicxml,
    ".mid": _midi,
    ".midi": _midi,
    ".svg": _svg,
    ".pdf": _pdf,
    ".png": _png,
    ".wav": _sound,
    ".flac": _sound,
    ".mp3": _sound,
    ".ogg": _sound,
}


def _description(path: Path) -> str:
    return f"a {path.suffix} file" if path.suffix else "a file without a suffix"


def _list(suffixes: Iterable[str]) -> str:
    return ", ".join(suffixes)
