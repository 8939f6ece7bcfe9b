"""The second reader of ABC places notes: keys, accidentals, ties, rhythms, voices and layers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.notation.interchange import abc_score
from scoregen.notation.second_readers.abc import abc_contents
from scoregen.notation.second_readers.contents import score_contents


def places(body: str, header: str = "M:4/4\nL:1/4\nK:C\n") -> list[tuple[float, int]]:
    found = abc_contents(f"X:1\n{header}{body}\n", {})
    return sorted((float(onset), pitch) for (onset, pitch), count in found.notes.items() for _ in range(count))


def test_keys_accidentals_and_ties() -> None:
    assert places("F ^c c =f|F", "L:1/4\nK:D\n") == [(0, 66), (1, 73), (2, 73), (3, 77), (4, 66)]
    assert places("_B-|B B", "L:1/4\nK:C\n") == [(0, 70), (2, 71)]
    assert places("[K:Gdor]B e [K:exp ^f]f", "L:1/4\nK:C\n") == [(0, 70), (1, 76), (2, 78)]


def test_lengths_tuplets_broken_rhythms_and_grace_notes() -> None:
    assert places("c>d (3efg {a}b//") == [
        *[(0, 72), (1.5, 74), (2, 76), (pytest.approx(8 / 3), 77), (pytest.approx(10 / 3), 79), (4, 81), (4, 83)]
    ]
    assert places("c d<e z c") == [(0, 72), (1, 74), (1.5, 76), (4, 72)]


@pytest.mark.parametrize(
    ("body", "header"),
    [
        ("c{n} d", "L:1/4\nK:C\n"),
        ("[ce{n}]d", "L:1/4\nK:C\n"),
        ("z{n} d|Z{n}|(3:{n}:3cde", "L:1/4\nK:C\n"),
        ("c d", "M:{n}/4\nL:1/{n}\nK:C\n"),
    ],
)
def test_numbers_of_thousands_of_digits_are_no_fault(body: str, header: str) -> None:
    digits = "7" * 5000
    assert places(body.replace("{n}", digits), header.replace("{n}", digits))


def test_chords_layers_and_measures_of_rest() -> None:
    assert places("[Ce-]2 e2 & G4 | Z2 | c") == [(0, 60), (0, 67), (0, 76), (12, 72)]


def test_voices_sound_together_where_their_properties_say() -> None:
    header = "M:2/4\nL:1/4\nV:1\nV:2 octave=-1\nV:3 transpose=-2\nK:C\n"
    body = "[V:1]c d|e\n[V:2]c2|c\n[V:3]d2|z d"
    assert places(body, header) == [(0, 60), (0, 72), (0, 72), (1, 74), (2, 60), (2, 76), (3, 72)]


def test_symbol_lines_are_counted_with_the_music() -> None:
    found = abc_contents('X:1\nK:C\n!p!CDEF|\ns: * "G7" !f! !crescendo(!\n', {})
    assert (found.numbers["dynamic"], found.numbers["chord symbol"], found.numbers["hairpin"]) == (2, 1, 1)


def test_a_note_that_the_reader_moves_or_changes_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tune.abc"
    path.write_text("X:1\nM:3/4\nL:1/4\nK:G\nG A B|F2 G|\n")
    assert read_score(path).notices == ()
    counted = abc_score.abc_contents

    def shifted(text: str, unread: dict[str, int]) -> object:
        found = counted(text, unread)
        notes = Counter({(onset, pitch + (onset == 3)): 1 for onset, pitch in found.notes})
        return replace(found, notes=notes)

    monkeypatch.setattr(abc_score, "abc_contents", shifted)
    assert read_score(path).notices == ("tune.abc: 1 note not kept; 1 note too many",)


def test_a_unison_in_a_chord_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tune.abc"
    path.write_text("X:1\nM:4/4\nL:1/4\nK:C\n[CC]2 E2|\n")
    score = read_score(path)
    assert score_contents(score).notes.total() == 2 and score.notices == ("tune.abc: 1 note not kept",)
