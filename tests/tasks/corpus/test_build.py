"""Corpora are built from folders, archives, manifests and names."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from scoregen.corpora.shards import load_shards
from scoregen.notation.files import write_score
from scoregen.score.elements import Slot
from scoregen.system.errors import InputError, ToolError
from scoregen.tasks.corpus.build import build_corpora
from tests.corpora.music import measure, score, voice


def write(path: Path, pitches: str = "C4 E4") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_score(score(measure("1", voice(Slot("P1"), pitches)), measure("2", voice(Slot("P1"), "G4 C5"))), path)


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    for name, pitches in (("a.musicxml", "C4 E4"), ("b.mid", "D4 A4"), ("c.mxl", "E4 B4"), (".hidden.mid", "C4 C4")):
        write(tmp_path / "songs" / name, pitches)
    (tmp_path / "songs" / "scan.pdf").write_bytes(b"%PDF")
    (tmp_path / "songs" / "notes.txt").write_text("x")
    return tmp_path / "songs"


def test_a_folder_becomes_a_corpus_with_a_report(songs: Path, tmp_path: Path) -> None:
    (songs / "d.musicxml").write_text("<score-partwise>")
    stages: list[str] = []
    done = build_corpora([songs], tmp_path / "out", workers=0, progress=lambda label, share, file: stages.append(label))
    (built,) = done.corpora
    assert built.folder == tmp_path / "out" / "songs"
    assert done.lines[0].startswith("songs: 3 of 5 files kept: 3 movements")
    assert any(line == "left out 1: no notation that scoregen reads" for line in done.lines)
    report = (built.folder / "report.txt").read_text()
    assert "scan.pdf: no notation that scoregen reads: pages" in report and "d.musicxml: " in report
    assert "notes.txt" not in report and "hidden" not in report
    assert stages.count("reading songs") == 4 and stages[-1] == "comparing"
    assert {piece.licence for split in ("train", "valid", "test") for piece in load_shards(built.folder, split)} == {  # type: ignore[arg-type]
        "unknown"
    }


def test_several_processes_build_the_same_corpus(songs: Path, tmp_path: Path) -> None:
    one, two = (build_corpora([songs], tmp_path / str(count), workers=count).corpora[0] for count in (0, 2))
    assert one.sources == two.sources and one.index.digest == two.index.digest


def test_an_archive_is_unpacked_and_listed_by_the_manifest_beside_it(songs: Path, tmp_path: Path) -> None:
    data = tmp_path / "zipped"
    data.mkdir()
    with zipfile.ZipFile(data / "scores.zip", "w") as archive:
        for name in ("a.musicxml", "b.mid"):
            archive.write(songs / name, name)
    checksum = hashlib.sha256((songs / "a.musicxml").read_bytes()).hexdigest()
    head = 'name = "songs"\nsource = "here"\nlicence = "CC BY 4.0"\n'
    (data / "manifest.toml").write_text(
        f'{head}[train]\n"a.musicxml" = "{checksum}"\n[valid]\n"b.mid" = "{"0" * 64}"\n'
    )
    (built,) = build_corpora([data], tmp_path / "out", workers=0).corpora
    lost = {source.file: source.lost for source in built.sources}
    assert built.folder.name == "songs" and lost["a.musicxml"] == "" and "another checksum" in lost["b.mid"]
    assert {source.licence for source in built.sources} == {"CC-BY-4.0"}
    (data / "scores.zip").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"scores\.zip: the archive cannot be unpacked"):
        build_corpora([data], tmp_path / "out", workers=0)


def test_a_table_of_a_collection_tells_files_and_licences(songs: Path, tmp_path: Path) -> None:
    """As PDMX has one, whose scores have conflicts of licences and are not all there."""
    rows = ["mxl,license,subset:no_license_conflict,subset:all_valid"]
    rows += ["./a.musicxml,publicdomain,True,True", "./b.mid,cc-zero,False,True", "./gone.mxl,cc-zero,True,True"]
    (songs / "PDMX.csv").write_text("\n".join([*rows, "NA,cc-zero,True,True"]))
    (built,) = build_corpora([songs], tmp_path / "out", manifest="pdmx", workers=0).corpora
    found = {source.file: (source.licence, source.lost) for source in built.sources}
    assert found["a.musicxml"] == ("public domain", "") and "b.mid" not in found
    assert "found no file" in found["gone.mxl"][1]
    (songs / "PDMX.csv").write_text("path\nx\n")
    with pytest.raises(InputError, match="has no column"):
        build_corpora([songs], tmp_path / "out", manifest="pdmx", workers=0)


def test_what_the_user_states_counts_unless_a_file_is_stricter(songs: Path, tmp_path: Path) -> None:
    (built,) = build_corpora([songs], tmp_path / "out", licence="CC BY 4.0", workers=0).corpora
    assert {source.licence for source in built.sources} == {"CC-BY-4.0"}
    (none,) = build_corpora([songs], tmp_path / "out", only=["public-domain"], workers=0).corpora
    assert all(source.lost == "licence: unknown: unknown" for source in none.sources)


def test_plans_are_added_to_shards_that_were_built_without(songs: Path, tmp_path: Path) -> None:
    for plans in (False, True):
        build_corpora([songs], tmp_path / "out", plans=plans, workers=0)
    pieces = list(load_shards(tmp_path / "out" / "songs", "train"))
    assert any(measure.header.harmony for piece in pieces for measure in piece.tokens.measures)


def test_sources_that_are_none_and_names_that_collide_are_one_line(songs: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no corpus"):
        build_corpora([tmp_path / "none"], tmp_path / "out", workers=0)
    (tmp_path / "other").mkdir()
    write(tmp_path / "other" / "songs" / "a.mid")
    with pytest.raises(InputError, match="two sources are called 'songs'"):
        build_corpora([songs, tmp_path / "other" / "songs"], tmp_path / "out", workers=0)
    assert not (tmp_path / "out").exists()


def test_a_cluster_needs_ray(songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ToolError, match=r"pip install scoregen\[cluster\]"):
        build_corpora([songs], tmp_path / "out", cluster="auto")
