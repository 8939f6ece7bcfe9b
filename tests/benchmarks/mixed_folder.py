"""A folder of mixed scores with planted copies, for measuring how many near-duplicates a build of a corpus finds.

The copies are made here: as MIDI in the same and in another key, played with uneven time, as MusicXML in another key,
in doubled note values, as MEI, as MuseScore file, as ABC, for other instruments, and as an excerpt. Broken and
unreadable files are added.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import mido
import music21
import verovio

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.reading.kern_score import read_kern_reading
from scoregen.corpora.reading.movements import movement_spans
from scoregen.notation.files import read_score, write_score
from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch
from scoregen.system.errors import ScoregenError
from scoregen.system.resources import folder


@dataclass(frozen=True, slots=True)
class Planted:
    """A copy of a file of the folder, and how it was made."""

    copy: str
    original: str
    kind: str


def mixed_folder(data: Path, out: Path, seed: int = 1) -> list[Planted]:
    """Fill a folder from the corpora of `data` and of the package; the copies that were planted."""
    out.mkdir(parents=True)
    chosen = random.Random(seed)
    songs = _some(sorted((data / "openscore-lieder" / "scores").glob("*.mxl")), 45, chosen)
    psalms = _some(sorted((data / "goudimel" / "scores").glob("*.mxl")), 8, chosen)
    quartets = _some(sorted((data / "openscore-quartets" / "scores").glob("*.mxl")), 2, chosen)
    chorales = _some([piece.path for piece in load_corpus("bach-chorales").split("train")], 20, chosen)
    tunes = _some(sorted((folder("corpora") / "tunes").glob("*.musicxml")), 10, chosen)
    kern = _some(
        _unpacked(data / "polish-piano", out.parent / "kern") + _unpacked(data / "polish-choir", out.parent / "kern"),
        25,
        chosen,
    )
    real = _some(sorted((data / "realworld-musicxml" / "files").iterdir()), 15, chosen)
    for path in (*songs, *psalms, *quartets, *chorales, *tunes, *kern, *real):
        shutil.copy(path, out / path.name)
    planted = list(_plant(out, songs, psalms, quartets, chorales, tunes, kern))
    _broken(out, songs)
    return planted


def _some(paths: list[Path], count: int, chosen: random.Random) -> list[Path]:
    return sorted(chosen.sample(paths, min(count, len(paths))))


def _unpacked(corpus: Path, target: Path) -> list[Path]:
    with zipfile.ZipFile(corpus / "scores.zip") as archive:
        archive.extractall(target / corpus.name)
    return sorted((target / corpus.name).rglob("*.krn"))


def _plant(out: Path, songs: list[Path], psalms: list[Path], quartets: list[Path], chorales: list[Path],
           tunes: list[Path], kern: list[Path]) -> Iterator[Planted]:  # fmt: skip
    jobs: list[tuple[str, str, list[Path], Callable[[Path, Path], None]]] = [
        ("MIDI", "mid", [*songs[:6], *chorales[:2], *kern[:4]], _midi),
        ("MIDI in another key", "mid", [*songs[6:12], *chorales[2:4], *psalms[:2]], lambda a, b: _midi(a, b, 3)),
        ("played MIDI", "mid", [*songs[12:15], *kern[4:6]], _played),
        ("MusicXML in another key", "musicxml", [*chorales[4:9], *tunes[:2]], _transposed),
        ("doubled note values", "mid", [*chorales[9:11], *psalms[2:4]], lambda a, b: _midi(a, b, 0, 2)),
        ("MEI", "mei", [*songs[15:18], *chorales[11:12]], _mei),
        ("MuseScore file", "mscz", [*songs[18:20], *chorales[12:13]], _musescore),
        ("ABC", "abc", tunes[2:6], _abc),
        (
            "other instruments, another key",
            "mid",
            [*psalms[4:7], *chorales[13:16]],
            lambda a, b: _midi(a, b, -4, 1, 60),
        ),
        ("melody alone", "mid", [*chorales[16:18]], _melody),
        ("one movement", "mid", quartets, _movement),
    ]
    for kind, suffix, sources, make in jobs:
        for source in sources:
            copy = out / f"{_letters(kind)}-{source.name.split('.')[0][:24]}.{suffix}"
            try:
                make(source, copy)
            except (ScoregenError, music21.exceptions21.Music21Exception) as error:
                print(f"{source.name} was not copied as {kind}: {error}", flush=True)
                continue
            yield Planted(copy.name, source.name, kind)


def _letters(kind: str) -> str:
    return "".join(word[0] for word in kind.replace(",", "").split()).lower() + kind.split()[0].lower()[:4]


def _read(path: Path) -> Score:
    return read_kern_reading(path).score if path.suffix == ".krn" else read_score(path)


def _midi(source: Path, target: Path, semitones: int = 0, factor: int = 1, program: int | None = None) -> None:
    """A MIDI file, in another key, with other note values, for another instrument."""
    write_score(replace(_read(source), document=None), target)
    file = mido.MidiFile(target)
    for track in file.tracks:
        for message in track:
            message.time *= factor
            if message.type in ("note_on", "note_off") and message.channel != 9:
                message.note += semitones
            elif message.type == "program_change" and program is not None:
                message.program = program
            elif message.type == "key_signature" and semitones:
                message.key = "C"
    file.save(target)


def _played(source: Path, target: Path) -> None:
    """A MIDI file in uneven time: every onset is late or early by 20 ms, and the tempo sways by a tenth."""
    _midi(source, target)
    file, chosen = mido.MidiFile(target), random.Random(source.name)
    for track in file.tracks:
        for message in track:
            if message.time:
                message.time = max(
                    1, int(message.time * chosen.uniform(0.9, 1.1) + chosen.gauss(0, file.ticks_per_beat / 25))
                )
    file.save(target)


def _transposed(source: Path, target: Path) -> None:
    music21.converter.parse(source).transpose("m3").write("musicxml", target)


def _mei(source: Path, target: Path) -> None:
    toolkit = verovio.toolkit()
    toolkit.loadFile(str(source))
    target.write_text(toolkit.getMEI())


def _musescore(source: Path, target: Path) -> None:
    subprocess.run(
        ["mscore3", "-o", target, source],
        check=True,
        capture_output=True,
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": "/tmp"},
    )


def _abc(source: Path, target: Path) -> None:
    """The first voice as ABC, a fourth higher."""
    score = _read(source)
    time = score.measures[0].time
    bars = []
    for measure in score.measures:
        notes = [
            (element.notes[0].pitch if element.notes else None, element.duration)
            for element in measure.voices[0].elements
            if not element.grace
        ]
        bars.append(" ".join(_abc_note(pitch if isinstance(pitch, Pitch) else None, length) for pitch, length in notes))
    target.write_text(f"X:1\nT:{source.stem}\nM:{time.beats[0]}/{time.beat_type}\nL:1/4\nK:C\n{' | '.join(bars)} |]\n")


def _abc_note(pitch: Pitch | None, length: Fraction) -> str:
    if pitch is None:
        return f"z{length}"
    midi = pitch.midi_pitch + 5
    step = ("C", "^C", "D", "^D", "E", "F", "^F", "G", "^G", "A", "^A", "B")[midi % 12]
    if not step.startswith("^"):
        step = f"={step}"
    octave = midi // 12 - 5
    return step + ("'" * octave if octave > 0 else "," * -octave) + str(length)


def _melody(source: Path, target: Path) -> None:
    """The first part alone."""
    score = _read(source)
    first = score.parts[0]
    measures = tuple(
        replace(measure, voices=tuple(voice for voice in measure.voices if voice.slot.part == first.id))
        for measure in score.measures
    )
    write_score(replace(score, parts=(first,), measures=measures, document=None), target)


def _movement(source: Path, target: Path) -> None:
    """The second movement of several."""
    score = _read(source)
    begin, end = list(movement_spans(score))[-1]
    write_score(replace(score.excerpt(begin, end), document=None), target)


def _broken(out: Path, songs: list[Path]) -> None:
    """Files that cannot be read, each in another way."""
    whole = songs[0].read_bytes()
    contents = {
        "cut.mxl": whole[: len(whole) // 2],
        "empty.musicxml": b"",
        "html.xml": b"<html><body>404</body></html>",
        "wrong.mid": b"RIFFnothing",
        "cut.mid": b"MThd\0\0\0\6\0\1\0\2\1\xe0MTrk",
        "nothing.abc": b"\n",
        "damaged.krn": b"**kern\n4c\t4e\n*-\n",
        "open.mei": b"<mei><music>",
        "zip.mscz": b"PK\3\4",
        "scan.pdf": b"%PDF-1.4",
        "old.sib": b"\x0fSIBELIUS",
    }
    for name, content in contents.items():
        (out / name).write_bytes(content)
