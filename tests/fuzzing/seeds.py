"""Valid files of every kind, from which faulty ones are made."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CASES = REPOSITORY / "tests" / "cases"
SAMPLE = REPOSITORY / "corpora" / "samples" / "morning-song.musicxml"

Seeds = Callable[[], list[bytes]]


def files(pattern: str, folder: Path = CASES) -> list[bytes]:
    found = sorted(folder.glob(pattern))
    assert found, pattern
    return [path.read_bytes() for path in found if path.stat().st_size < 60_000]


@cache
def scores() -> list[bytes]:
    return files("*/*.musicxml")


@cache
def zipped() -> list[bytes]:
    from scoregen.notation.musicxml.mxl import write_mxl

    return [write_mxl(text, "score.musicxml") for text in scores()[:12]]


@cache
def capella() -> list[bytes]:
    """Two voices on a staff; one with tuplets, ties, a grace note, words, lines and rests; music21's example."""
    import music21.capella

    from tests.notation.second_readers.capella_files import HEAD, chord, file, rest, staff

    words = '<lyric><verse i="0">la</verse></lyric>'
    drawn = "<drawObjects><drawObj><slur/></drawObj><drawObj><wedge/></drawObj></drawObjects>"
    tied = chord("C5", "1/2", tie='<tie begin="true"/>') + chord("C5", tie='<tie end="true"/>')
    others = chord("D5", "1/8", noDuration="true") + chord("E5+G5", "1/2", dots="1", more=words + drawn)
    triplet = "".join(chord(pitch, "1/8", '<tuplet count="3"/>') for pitch in ("C5", "D5", "E5"))
    one = file(staff("a", HEAD + tied + others + triplet + rest("1/2")), transpose=-2)
    scale = HEAD + "".join(chord(pitch) for pitch in ("C5", "D5", "E5"))
    two = file(staff("a", scale), staff("a", scale), staff("a", scale, HEAD + chord("A4", "1/2", dots="1")))
    example = Path(music21.capella.__file__).with_name("Nu_rue_mit_sorgen.capx")
    return [one, example.read_bytes(), two]


@cache
def midi() -> list[bytes]:
    from scoregen.notation.files import read_score
    from scoregen.notation.midi.write import to_midi

    names = ("expression", "voice_and_piano", "percussion_and_groups", "lyrics", "anacrusis", "composite_time")
    return [to_midi(read_score(CASES / "reading" / f"{name}.musicxml")) for name in names]


@cache
def sounds() -> list[bytes]:
    import wave

    found = []
    for channels, width, rate in ((1, 2, 16000), (2, 1, 8000), (1, 3, 22050)):
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(width)
            file.setframerate(rate)
            file.writeframes(random.Random(rate).randbytes(rate // 4 * channels * width))
        found.append(buffer.getvalue())
    return found


def tables(folder: str) -> Seeds:
    return lambda: files("*.toml", REPOSITORY / "grammars" / folder)


def plans() -> list[bytes]:
    return [
        b'title = "A"\nform = "A B A"\nkey = "G major"\ntime = "3/4"\ntempo = 90\nanacrusis = 1\n\n[[section]]\n'
        b'name = "A"\nmeasures = 4\nphrases = [2, 2]\ncadences = ["half", "authentic"]\ndynamics = "p < f"\n\n'
        b'[[section]]\nname = "B"\nmeasures = 4\nkey = "e minor"\nchords = "i | iv | V7 | i"\nharmony = "fixed"\n'
        b'mark = "B"\ntext = "solo"\n',
        b'[[section]]\nseconds = 12.5\ntime = "6/8"\ntempo = 60\nsilence = 1\n',
    ]


def cues() -> list[bytes]:
    return [
        b'title = "S"\nframe_rate = 24\nstart = "01:00:00:00"\nend = "01:00:30:00"\nkey = "D minor"\ntime = "4/4"\n'
        b'tempo = 100\nslowest = 80\nfastest = 130\njump = 0.2\ndynamics = "p"\n\n[[cue]]\nat = "01:00:04:12"\n'
        b'name = "door"\nhit = "accent"\nweight = 0.5\n\n[[cue]]\nat = "01:00:12:00"\nhit = "key change"\n'
        b'key = "D major"\ndynamics = "f"\n\n[[cue]]\nat = "01:00:20:00"\nhit = "silence"\n',
        b"frame_rate = 29.97\n\n[[cue]]\nat = 3.5\n\n[[cue]]\nat = 9\nhit = 'cadence'\n",
    ]


def manifests() -> list[bytes]:
    digest = "0" * 64
    return [
        f'name = "n"\nsource = "s"\nlicence = "CC0"\nstyle = "(.)"\n\n[train]\n"a.musicxml" = "{digest}"\n\n'
        f'[valid]\n"b/c.mxl" = ""\n\n[test]\n"d.krn" = "{digest}"\n'.encode(),
        b'name = "n"\nsource = "s"\nlicence = "CC0"\npackage = "music21"\nfolder = "corpus"\n\n[train]\n"a.mxl" = ""\n',
    ]


def configurations() -> list[bytes]:
    return files("*.toml", REPOSITORY / "grammars" / "training")


def styles() -> list[bytes]:
    return [(REPOSITORY / "grammars" / "styles" / f"{name}.toml").read_bytes() for name in ("chorale", "instruments")]


def token_texts() -> list[bytes]:
    from scoregen.notation.files import read_score
    from scoregen.tokens.encode import encode
    from scoregen.tokens.text import to_json

    return [to_json(encode(read_score(SAMPLE.with_name("hymn-to-joy.musicxml")))).encode()]


def shards() -> list[bytes]:
    import tempfile

    from scoregen.corpora.reading.pieces import read_file, score_pieces
    from scoregen.corpora.shards import FileRecord, ShardSource, write_shard

    with tempfile.TemporaryDirectory() as folder:
        source = ShardSource("hymn-to-joy.musicxml", "0" * 64, "train", "c", "c", "CC0")
        record = FileRecord(source, tuple(score_pieces(read_file(SAMPLE), source)))
        return [write_shard(Path(folder) / "00000.safetensors", [record]).read_bytes()]
