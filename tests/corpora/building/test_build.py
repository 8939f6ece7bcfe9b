"""A corpus is built from files in any formats, once for each file, and goes on where it was stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.corpora.building.build import add_files, known_files
from scoregen.corpora.building.settling import BuiltCorpus, Policy, Settled, settle
from scoregen.corpora.executors import Failure, InProcess
from scoregen.corpora.manifest import Corpus, CorpusPiece, load_corpus
from scoregen.corpora.shards import ShardSource, load_shards, read_files, shard_files
from scoregen.notation.files import write_score
from scoregen.score.elements import Metadata, Score, Slot
from tests.corpora.music import measure, score, voice


def music(*pitches: str, rights: str = "") -> Score:
    rows = [measure(str(number), voice(Slot("P1"), pair)) for number, pair in enumerate(pitches, 1)]
    return replace(score(*rows), metadata=Metadata(rights=rights or None))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Two scores by Xaver, one of them damaged, and one by Yves for validation."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("xaver--a.musicxml", "yves--b.mid"):
        write_score(music("C4 D4", "E4 F4"), data / name)
    (data / "xaver--c.musicxml").write_text("<score-partwise>")
    splits = {"xaver--a.musicxml": "train", "xaver--c.musicxml": "train", "yves--b.mid": "valid"}
    pieces = tuple(CorpusPiece(name, split, data / name) for name, split in splits.items())  # type: ignore[arg-type]
    return Corpus("duets", "somewhere", "CC0-1.0", pieces, is_split=True, style="(.+)--", is_listed=True)


def added(corpus: Corpus, folder: Path) -> dict[str, int]:
    counts: dict[str, int] = {}

    def report(source: ShardSource, count: int) -> None:
        counts[source.file] = count

    add_files(corpus, folder, InProcess(), report)
    return counts


def built(corpus: Corpus, folder: Path, policy: Policy | None = None) -> Settled:
    current = add_files(corpus, folder, InProcess(), lambda source, count: None)
    return settle([BuiltCorpus(folder, corpus, current)], policy or Policy())[0]


def test_every_file_is_written_with_its_split_style_and_checksum(corpus: Corpus, tmp_path: Path) -> None:
    found = built(corpus, tmp_path / "out")
    (train,), (valid,) = (list(load_shards(tmp_path / "out", split)) for split in ("train", "valid"))
    assert (train.style, valid.style, train.corpus, train.licence) == ("xaver", "yves", "duets", "CC0-1.0")
    assert train.source.file == "xaver--a.musicxml" and len(train.source.sha256) == 64
    (lost,) = (source for source in found.sources if source.lost)
    assert lost.file == "xaver--c.musicxml" and "xaver--c" not in lost.lost
    report = (tmp_path / "out" / "report.txt").read_text().splitlines()
    assert report[0].startswith("out: 2 of 3 files kept: 2 movements (train 1, valid 1, test 0), 4 measures")
    assert report[1].startswith("left out 1: ") and report[-1] == f"xaver--c.musicxml: {lost.lost}"


def test_a_second_build_reads_only_what_is_new_or_changed(corpus: Corpus, tmp_path: Path) -> None:
    assert len(added(corpus, tmp_path / "out")) == 3
    assert added(corpus, tmp_path / "out") == {}
    os.utime(corpus.pieces[0].path)
    assert added(corpus, tmp_path / "out") == {}, "only its time has changed"
    write_score(music("C4 D4"), corpus.pieces[0].path, force=True)
    assert added(corpus, tmp_path / "out") == {"xaver--a.musicxml": 1}
    found = built(corpus, tmp_path / "out")
    assert found.index.columns["measures"].tolist() == [1, 2]


def test_a_file_that_differs_from_the_manifest_and_one_that_is_missing_are_lost(corpus: Corpus, tmp_path: Path) -> None:
    first, *_ = corpus.pieces
    gone = CorpusPiece("gone.mid", "train", tmp_path / "gone.mid", "0" * 64)
    changed = replace(corpus, pieces=(replace(first, sha256="0" * 64), gone, *corpus.pieces[2:]))
    lost = {source.file: source.lost for source in built(changed, tmp_path / "out").sources}
    assert "another checksum" in lost["xaver--a.musicxml"] and "found no file" in lost["gone.mid"]
    assert lost["yves--b.mid"] == ""


def test_a_fault_of_a_reader_and_a_crash_cost_their_file_alone(corpus: Corpus, tmp_path: Path) -> None:
    def faulty(path: Path) -> None:
        raise ZeroDivisionError("no tempo")

    add_files(corpus, tmp_path / "out", InProcess(), lambda source, count: None, read=faulty)
    lost = [source.lost for source, _ in known(tmp_path / "out")]
    assert lost == ["a fault of scoregen, please report it: ZeroDivisionError: no tempo"] * 3

    class Crashing:
        def map(self, work: object, items: object) -> list[Failure]:
            return [Failure("its process ended 3 times (SIGSEGV)") for _ in items]  # type: ignore[attr-defined]

    add_files(corpus, tmp_path / "other", Crashing(), lambda source, count: None)  # type: ignore[arg-type]
    assert {source.lost for source, _ in known(tmp_path / "other")} == {"its process ended 3 times (SIGSEGV)"}


def known(folder: Path) -> list[tuple[ShardSource, object]]:
    from scoregen.corpora.shards import Shard

    return [each for path in shard_files(folder) for each in Shard(path).files]


TUNE = ["C4 E4", "D4 G4", "F4 A4", "G4 C5", "B4 E4", "F4 D4", "A4 C4", "E4 G4", "C5 A4", "F4 B4", "D4 C4", "G4 E4"]
MOVED = [
    "D4 F#4",
    "E4 A4",
    "G4 B4",
    "A4 D5",
    "C#5 F#4",
    "G4 E4",
    "B4 D4",
    "F#4 A4",
    "D5 B4",
    "G4 C#5",
    "E4 D4",
    "A4 F#4",
]


def test_a_folder_is_split_by_works_checked_for_licences_and_cleared_of_copies(tmp_path: Path) -> None:
    data = tmp_path / "mixed"
    (data / "set").mkdir(parents=True)
    (data / "LICENSE.txt").write_text("CC0 1.0 Universal")
    write_score(music(*TUNE), data / "tune.musicxml")
    write_score(music(*MOVED), data / "copy.mid")
    write_score(music("C4 C4", rights="© 2001 A publisher"), data / "set" / "01-a.musicxml")
    write_score(music("D4 D4"), data / "set" / "02-b.musicxml")
    for number in range(20):
        write_score(music(f"{'CDEFGAB'[number % 7]}4 G4"), data / f"{'abcdefghijklmnopqrst'[number]}-piece.musicxml")
    found = {source.file: source for source in built(load_corpus(str(data)), tmp_path / "out").sources}
    assert found["copy.mid"].lost == "near-duplicate of tune.musicxml (100% of its lines)"
    assert found["copy.mid"].group == found["tune.musicxml"].group == "tune.musicxml"
    assert found["set/01-a.musicxml"].split == found["set/02-b.musicxml"].split
    assert found["set/01-a.musicxml"].work == found["set/02-b.musicxml"].work == "set/"
    assert found["tune.musicxml"].licence == "CC0-1.0"
    assert found["set/01-a.musicxml"].licence == "© 2001 A publisher [LICENSE.txt says CC0-1.0]"
    assert {"train", "valid"} <= {source.split for source in found.values()}

    strict = built(load_corpus(str(data)), tmp_path / "out", Policy(only=["public-domain"], keep_duplicates=True))
    lost = {source.file: source.lost for source in strict.sources if source.lost}
    assert lost == {"set/01-a.musicxml": "licence: reserved: © 2001 A publisher [LICENSE.txt says CC0-1.0]"}
    assert {source.file: source.split for source in strict.sources if not source.lost}.items() <= {
        name: source.split for name, source in found.items()
    }.items(), "no file moves"


def test_splits_stay_when_files_are_added(tmp_path: Path) -> None:
    data = tmp_path / "mixed"
    data.mkdir()
    for number in range(12):
        write_score(music(f"{'CDEFGAB'[number % 7]}4 G4"), data / f"{'abcdefghijkl'[number]}.musicxml")
    before = {source.file: source.split for source in built(load_corpus(str(data)), tmp_path / "out").sources}
    for number in range(30):
        write_score(
            music(f"{'CDEFGAB'[number % 7]}3 G4"), data / f"more{'abcdefghijklmnopqrstuvwxyzABCD'[number]}.musicxml"
        )
    after = {source.file: source.split for source in built(load_corpus(str(data)), tmp_path / "out").sources}
    assert len(after) == 42 and before.items() <= after.items()


def test_copies_are_found_among_corpora_that_were_built_apart(corpus: Corpus, tmp_path: Path) -> None:
    data = tmp_path / "more"
    data.mkdir()
    write_score(music(*TUNE), data / "tune.musicxml")
    write_score(music("C4 D4"), data / "other.musicxml")
    write_score(music(*MOVED), tmp_path / "data" / "yves--b.mid", force=True)
    built(corpus, tmp_path / "out" / "duets")
    own = load_corpus(str(data))
    current = add_files(own, tmp_path / "out" / "more", InProcess(), lambda source, count: None)
    parts = [BuiltCorpus(tmp_path / "out" / "more", own, current), BuiltCorpus(tmp_path / "out" / "duets")]
    more, duets = settle(parts, Policy())
    lost = {source.file: source.lost for source in more.sources if source.split == "train"}
    held = "near-duplicate of a validation or test piece: yves--b.mid (100% of its lines)"
    assert lost.get("tune.musicxml", held) == held
    assert [source.file for source in duets.sources if not source.lost] == ["xaver--a.musicxml", "yves--b.mid"]
    again = settle([BuiltCorpus(tmp_path / "out" / "duets")], Policy())[0]
    assert again.sources == duets.sources


SCRIPT = """
import sys
from pathlib import Path
from scoregen.corpora.building import build
from scoregen.tasks.corpus.build import build_corpora
if __name__ == "__main__":
    build.FILES = 2
    build_corpora([sys.argv[1]], sys.argv[2], workers=1)
"""


@pytest.mark.slow
def test_a_build_that_is_killed_goes_on(tmp_path: Path) -> None:
    """Killed again and again without warning, it ends with the same corpus as one that was left alone."""
    data, script = tmp_path / "data", tmp_path / "script.py"
    data.mkdir()
    script.write_text(SCRIPT)
    for number in range(24):
        rows = [f"{'CDEFGAB'[(number + bar * bar) % 7]}4 {'CDEFGAB'[(number * bar) % 7]}5" for bar in range(60)]
        write_score(music(*rows), data / f"{'abcdefghijklmnopqrstuvwx'[number]}.musicxml")
    killed, counts = 0, [0]
    folder = tmp_path / "out" / "data"
    for _ in range(40):
        process = subprocess.Popen([sys.executable, script, data, tmp_path / "out"])
        while process.poll() is None and len(shard_files(folder)) <= counts[-1]:
            time.sleep(0.005)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
        counts.append(len(shard_files(folder)))
    assert killed >= 3 and counts == sorted(counts) and counts[-1] > counts[0], "each part of the work stays"
    subprocess.run([sys.executable, script, data, tmp_path / "out"], check=True)
    subprocess.run([sys.executable, script, data, tmp_path / "alone"], check=True)
    once, again = (
        [(source, facts.claims, count) for source, facts, count in read_files(tmp_path / name / "data")]
        for name in ("alone", "out")
    )
    assert again == once and len(once) == 24
    pieces = [list(load_shards(tmp_path / name / "data", "train")) for name in ("alone", "out")]
    assert pieces[0] == pieces[1] and pieces[0]
    assert len(known_files(folder).newest) == 24
    read = [source.file for source, _ in known(folder)]
    assert len(read) == len(set(read)), "no file was read twice into shards"
    assert not list(folder.rglob("*.part"))
    shutil.rmtree(tmp_path / "alone")
