"""Songs of words and chords as lead sheets."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.files import read_score, write_score
from scoregen.score.check import problems
from scoregen.score.directions import RehearsalMark, Words
from scoregen.score.elements import Score
from scoregen.system.errors import ReadError, RefusedError

SONG = """\
# a comment
{title: New Britain}
{key: G}
{time: 3/4}
{t: second title}
{tempo: 84}
{define: G base-fret 1 frets 3 2 0 0 0 3}

{start_of_verse: Verse 1}
A[G]mazing [G7]grace how [C]sweet the [G]sound
{end_of_verse}
{soc}
[Hx]My [G/B]chains are [N.C.]gone
{eoc}
{sov: Verse 2}
'Twas grace that taught my heart to fear
{eov}
{chorus}
{start_of_tab}
e|--0--|
{end_of_tab}
"""


def read(tmp_path: Path, text: str, name: str = "song.cho") -> Score:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_score(path)


def chords(score: Score) -> list[list[tuple[str, str | None]]]:
    return [[(symbol.root.step, symbol.text) for symbol in measure.chord_symbols] for measure in score.measures]


def words(score: Score, kind: type = Words) -> list[str]:
    return [
        each.value.text for measure in score.measures for each in measure.directions if isinstance(each.value, kind)
    ]


def test_every_chord_has_a_measure_and_its_words(tmp_path: Path) -> None:
    score = read(tmp_path, SONG)
    assert problems(score) == () and score.metadata.title == "New Britain; second title"
    assert {(str(m.time), m.key.fifths) for m in score.measures} == {("3/4", 1)}
    assert chords(score)[:4] == [[("G", None)], [("G", "7")], [("C", None)], [("G", None)]]
    assert words(score)[:4] == ["Amazing", "grace how", "sweet the", "sound"]
    assert words(score, RehearsalMark) == ["Verse 1", "Chorus", "Verse 2", "Chorus"]
    assert score.measures[0].tempos[0].per_minute == 84


def test_a_verse_without_chords_has_those_of_the_first_and_the_chorus_returns(tmp_path: Path) -> None:
    score = read(tmp_path, SONG)
    assert chords(score)[7:11] == chords(score)[:4] and chords(score)[11:] == chords(score)[4:7]
    assert words(score)[7:11] == ["'Twas", "grace that taught", "my heart to", "fear"]


def test_what_is_not_understood_is_named(tmp_path: Path) -> None:
    notices = "\n".join(read(tmp_path, SONG).notices)
    assert "2 chords not understood and left out: 'Hx'" in notices
    assert "1 chord diagram, 1 section in another notation (tab) not kept" in notices


@pytest.mark.parametrize(
    "text",
    [
        "{key: G}\n[Gm(maj7)]one [(C7(b9))]two [(Am)]three",
        "Gm(maj7) (C7(b9)) (Am)\none      two      three",
    ],
)
def test_parentheses_inside_a_chord_belong_to_it(text: str, tmp_path: Path) -> None:
    symbols = [symbol for row in read(tmp_path, text).measures for symbol in row.chord_symbols]
    assert [symbol.text for symbol in symbols] == ["m(maj7)", "7(b9)", "m"]


def test_grids_are_divided_into_equal_cells(tmp_path: Path) -> None:
    score = read(tmp_path, '{sog shape="4x2"}\nA |: G . . D | C~F . | % | %% :| twice\n{eog}\n')
    rows = [[(s.root.step, s.onset) for s in measure.chord_symbols] for measure in score.measures]
    assert rows[:2] == [[("G", 0), ("D", 3)], [("C", 0), ("F", Fraction(4, 3))]]
    assert rows[2:] == [rows[1], rows[1], rows[1]]
    assert score.measures[0].repeat_start and score.measures[-1].barline.repeat_times == 2
    assert words(score) == ["A twice"]


COLUMNS = """\
House
Key: Am

[Verse 1]
      Am   C        D           F
There is a house in a town down south
Chorus:
| Am | C / D / | F |
"""


def test_a_sign_for_two_measures_repeats_once(tmp_path: Path) -> None:
    score = read(tmp_path, "{sog}\n|: C . | G . | %% :| Am . |\n{eog}\n")
    assert chords(score)[:4] == 2 * [[("C", None)], [("G", None)]]
    assert [measure.barline.repeat_times for measure in score.measures] == [0, 0, 0, 2, 0]


def test_a_comment_after_the_last_line_stands_over_the_last_measure(tmp_path: Path) -> None:
    score = read(tmp_path, "{c: gently}\n[C]one [G]two\n{c: Repeat to fade}\n")
    assert words(score) == ["gently", "one", "Repeat to fade", "two"]


def test_fields_without_a_place_are_named(tmp_path: Path) -> None:
    head = "{artist: A}\n{composer: B}\n{album: C}\n{year: 1999}\n"
    score = read(tmp_path, f"{head}[C]one\n")
    assert score.metadata.composer == "B" and "song.cho: album, year, artist not kept" in score.notices
    assert read(tmp_path, "{artist: A}\n[C]one\n").metadata.composer == "A"


def test_chords_over_words_belong_to_the_word_below(tmp_path: Path) -> None:
    score = read(tmp_path, COLUMNS, "song.txt")
    assert score.metadata.title == "House" and score.measures[0].key.mode == "minor"
    assert words(score) == ["There is a", "house in", "a town down", "south"]
    assert [[step for step, _ in row] for row in chords(score)] == [
        ["A"],
        ["C"],
        ["D"],
        ["F"],
        ["A"],
        ["C", "D"],
        ["F"],
    ]
    assert words(score, RehearsalMark) == ["Verse 1", "Chorus"]


def test_numerals_are_read_in_the_key_of_the_song(tmp_path: Path) -> None:
    score = read(tmp_path, "{key: D}\n[I]one [V7]two [vi]three\n")
    assert [row[0][0] for row in chords(score)] == ["D", "A", "B"]
    assert [m.chord_symbols[0].kind for m in score.measures] == ["major", "dominant", "minor"]


def test_it_is_written_as_a_valid_score(tmp_path: Path) -> None:
    target = tmp_path / "song.musicxml"
    write_score(read(tmp_path, SONG), target)
    assert chords(read_score(target)) == chords(read(tmp_path, SONG))


def test_two_songs_and_no_chords_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="2 pieces"):
        read(tmp_path, f"{SONG}{{new_song}}\n{SONG}")
    with pytest.raises(ReadError, match="found no chords"):
        read(tmp_path, "Dear all,\nplease bring your music.\n", "letter.txt")
