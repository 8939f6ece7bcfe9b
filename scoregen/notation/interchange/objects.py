"""Scores of music21 and partitura as values, in both directions, by way of MusicXML."""

from __future__ import annotations

import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from scoregen.notation.interchange.tidy import remove_inventions, rename_ids
from scoregen.notation.musicxml.document import parse, serialize
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.second_readers.contents import Contents, losses, score_contents, with_losses
from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch
from scoregen.system.errors import ReadError


def library_of(value: object) -> str | None:
    """The library of a value: music21, partitura or neither. Imports nothing."""
    names = {kind.__module__.partition(".")[0] for kind in type(value).__mro__}
    return next((name for name in ("music21", "partitura") if name in names), None)


def from_music21(stream: Any) -> Score:
    """A music21 stream as a score. ReadError if music21 cannot write it as MusicXML."""
    with _as_read_error("music21"):
        from music21.musicxml.m21ToXml import GeneralObjectExporter

        text = GeneralObjectExporter(stream).parse()
        pitches = _music21_pitches(stream)
    return _guarded(read_musicxml(_without_inventions(text), "the music21 stream"), pitches, "music21")


def from_partitura(music: Any) -> Score:
    """A partitura score, part or list of parts as a score. ReadError if partitura cannot write it as MusicXML."""
    with _as_read_error("partitura"):
        import partitura

        text = partitura.save_musicxml(music)
        pitches = _partitura_pitches(music)
    return _guarded(read_musicxml(bytes(text), "the partitura score"), pitches, "partitura")


def to_music21(text: bytes) -> Any:
    """MusicXML text as a `music21.stream.Score`."""
    with _quiet():
        from music21 import converter

        return converter.parseData(text.decode(), format="musicxml")


def to_partitura(text: bytes) -> Any:
    """MusicXML text as a `partitura.score.Score`; a UserWarning names what partitura does not keep, such as words."""
    music = _by_partitura(text)
    lost = losses(_all_contents(read_musicxml(text, "")), _all_contents(from_partitura(music)))
    if lost:
        warnings.warn(f"partitura: {lost}", stacklevel=3)
    return music


def _all_contents(score: Score) -> Contents:
    return replace(score_contents(score), timed=False)


def _by_partitura(text: bytes) -> Any:
    with _quiet(), tempfile.TemporaryDirectory(prefix="scoregen-") as folder:
        import partitura

        file = Path(folder) / "score.musicxml"
        file.write_bytes(text)
        return partitura.load_musicxml(str(file))


def _without_inventions(text: bytes) -> bytes:
    """MusicXML of music21 without what it invents, and with short ids in place of those in memory."""
    root = parse(text, "the music21 stream")
    remove_inventions(root)
    rename_ids(root)
    return serialize(root)


def _guarded(score: Score, pitches: Counter[int], library: str) -> Score:
    """The score with a notice of the notes that its source has and it lacks, or the other way round."""
    heads = (note for row in score.measures for voice in row.voices for each in voice.elements for note in each.notes)
    begun = Counter(
        note.pitch.midi_pitch for note in heads if isinstance(note.pitch, Pitch) and not note.tied_from_previous
    )
    return with_losses(score, losses(_untimed(pitches), _untimed(begun)), library)


def _untimed(pitches: Counter[int]) -> Contents:
    return Contents(Counter({(Fraction(0), pitch): count for pitch, count in pitches.items()}), {}, timed=False)


def _music21_pitches(music: Any) -> Counter[int]:
    """The pitches of the notes that begin; chord symbols are not played."""
    found: Counter[int] = Counter()
    for note in music.recurse(includeSelf=True) if music.isStream else [music]:
        for head in getattr(note, "notes", (note,)) if "GeneralNote" in note.classes else ():
            tie = head.tie or note.tie
            if "Note" in head.classes and "Harmony" not in note.classes:
                found[int(head.pitch.ps // 1)] += tie is None or tie.type == "start"
    return found


def _partitura_pitches(music: Any) -> Counter[int]:
    """The pitches of the notes of a score, a part or some parts, tied ones as one."""
    import partitura

    parts = partitura.score.iter_parts(music.parts if isinstance(music, partitura.score.Score) else music)
    notes = (note for part in parts for note in part.notes_tied if not isinstance(note, partitura.score.UnpitchedNote))
    return Counter(int(note.midi_pitch) for note in notes)


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide the warnings of a library."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _as_read_error(library: str) -> Iterator[None]:
    """Report any failure of a library, which may raise anything, as a ReadError."""
    with _quiet():
        try:
            yield
        except ImportError as error:
            raise ReadError(f"{library} cannot be imported ({error}); install it") from error
        except Exception as error:
            raise ReadError(f"{library} cannot write this as MusicXML ({type(error).__name__}: {error})") from error
