"""MuseScore reads written files without loss: lengths, pitches, onsets, durations, lyrics, repeats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.notation.graft.document import graft
from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.score.edit import append_measures
from scoregen.score.elements import Part, Score, Slot
from scoregen.score.navigation import performance_order
from scoregen.score.spanners import Slur, Spanner
from tests.notation.expressive import expressive
from tests.notation.graft.test_document import (
    CASE,
    CLARINET,
    LEFT,
    LEFT_INNER,
    RIGHT,
    SONG,
    alone,
    choir,
    cut,
    generated_voices,
    with_voices,
)
from tests.notation.handmade import clarinet_and_piano, hymn, measure, melody
from tests.notation.musescore import COMMAND, irregular_lengths, note_records, through_musescore
from tests.notation.musicxml.write.test_score import chorales

pytestmark = pytest.mark.skipif(COMMAND is None, reason="MuseScore 3 (mscore3) is not installed")

TUPLETS = melody(
    "e3:C4 e3:D4 e3:E4 q3:F4 e3:G4 h:A4",
    "h3:C4 h3:D4 h3:E4",
    "s3:C4 s3:D4 s3:E4 e:F4 e3:r e3:G4 e3:A4 h:B4",
    "q.:C4 e:D4~ h:~D4",
)
TWO_VOICES = Score(
    (Part("P1"),),
    (
        measure("1", "6/8", {Slot("P1"): "q.:C5+E5 e:D5 e:r e:C5", Slot("P1", 1, 2): "q.:x e:F4 s:G4 s:A4 e:G4"}),
        measure("2", "6/8", {Slot("P1"): "h.:D5"}),
    ),
)
LONG_METRES = melody("w:C4 q:D4", "w:r q:C4", time="5/4")


def sheet() -> Score:
    return read_musicxml(load_document(CASE), CASE.name)


def filled_sheet() -> Score:
    """Generated voices in every part, with divisions that change, and one more measure."""
    score = append_measures(choir(sheet()), 1, (SONG, CLARINET, RIGHT, LEFT))
    rows = (
        (1, CLARINET, "q.:A4 e:Bb4 q:C5"),
        (1, RIGHT, "e3:F4 e3:G4 e3:A4 h:A4"),
        (1, SONG, "h.:F4"),
        (1, LEFT_INNER, "h:C3 q:D3"),
    )
    return with_voices(score, *rows, (2, LEFT, "e3:D3 e3:E3 e3:F#3 h:E3"), (4, SONG, "e:D4 e:E4 h:F#4"))


FRESH = {
    "hymn": hymn(),
    "duo": clarinet_and_piano(),
    "tuplets": TUPLETS,
    "voices": TWO_VOICES,
    "long": LONG_METRES,
    "expressive": expressive(),
}


def comes_back(text: bytes, folder: Path) -> None:
    """MuseScore reports no problem with a document and gives back every note of it."""
    score = read_musicxml(text, "ours")
    accepted = through_musescore(text, folder)
    assert accepted.complaints == ()
    assert sorted(accepted.odd_lengths) == sorted(irregular_lengths(text, score))
    assert note_records(accepted.score) == note_records(score)
    for name in ("repeat_start", "endings", "time"):
        assert [getattr(row, name) for row in accepted.score.measures] == [getattr(row, name) for row in score.measures]
    assert [row.barline.repeat_times for row in accepted.score.measures] == [
        row.barline.repeat_times for row in score.measures
    ]


@pytest.mark.parametrize("name", FRESH)
def test_handmade_scores_come_back(name: str, tmp_path: Path) -> None:
    comes_back(write_musicxml(FRESH[name]), tmp_path)


def test_the_order_of_performance_and_the_slurs_come_back(tmp_path: Path) -> None:
    score = expressive()
    back = through_musescore(write_musicxml(score), tmp_path).score
    assert performance_order(back.measures) == performance_order(score.measures) == (0, 1, 2, 3, 1, 2, 4, 5)
    slurs = [(index, s.slot, s.onset, s.end) for index, s in lines(score) if isinstance(s, Slur) and not s.end_slot]
    kept = [(index, s.slot, s.onset, s.end) for index, s in lines(back) if isinstance(s, Slur)]
    assert len(slurs) == 2 and set(slurs) <= set(kept)


def lines(score: Score) -> list[tuple[int, Spanner]]:
    return [(index, spanner) for index, row in enumerate(score.measures) for spanner in row.spanners]


def test_a_grafted_document_comes_back(tmp_path: Path) -> None:
    comes_back(graft(filled_sheet()).text, tmp_path)


def variants(path: Path) -> dict[str, Callable[[], bytes]]:
    """A file written as a new document, and grafted in three ways."""
    score = read_musicxml(load_document(path), path.name)
    return {
        "fresh": lambda: write_musicxml(replace(score, document=None)),
        "alone": lambda: graft(alone(score, score.parts[0].id)).text,
        "cut": lambda: graft(cut(score, len(score.measures) // 2)).text,
        "generated_voices": lambda: graft(generated_voices(score)).text,
    }


@pytest.mark.parametrize("kind", ["fresh", "alone", "cut", "generated_voices"])
def test_a_chorale_comes_back(kind: str, tmp_path: Path) -> None:
    comes_back(variants(chorales()[100])[kind](), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["fresh", "alone", "cut", "generated_voices"])
def test_many_chorales_come_back(kind: str, tmp_path: Path) -> None:
    for path in chorales()[::10]:
        folder = tmp_path / path.stem
        folder.mkdir()
        comes_back(variants(path)[kind](), folder)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["fresh", "alone", "cut", "generated_voices"])
def test_psalms_come_back(kind: str, tmp_path: Path, shared_data: Callable[[str], Path]) -> None:
    for path in sorted((shared_data("goudimel") / "scores").glob("*.mxl"))[::4]:
        folder = tmp_path / path.stem
        folder.mkdir()
        comes_back(variants(path)[kind](), folder)
