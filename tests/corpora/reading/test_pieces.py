"""Any ensemble in tokens: a column for each voice, movements apart, and single measures refused instead of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.corpora.reading.pieces import Reading, read_file, score_pieces
from scoregen.score.elements import Measure, Slot
from scoregen.system.errors import RefusedError
from scoregen.tokens.encode import encode
from scoregen.tokens.grammar import check
from tests.corpora.music import SOURCE, measure, quintuplet, score, voice

SONG, UPPER, LOWER = Slot("P1"), Slot("P2", 1, 1), Slot("P2", 2, 5)


def plain(number: str, fifths: int = 0) -> Measure:
    """A measure of a song with piano."""
    return measure(number, voice(SONG, "G4 A4"), voice(UPPER, "E4 F4"), voice(LOWER, "C3 F2"), fifths=fifths)


def test_every_voice_is_a_column_and_a_voice_that_is_missing_is_absent() -> None:
    music = score(plain("1"), measure("2", voice(UPPER, "G4 E4"), voice(LOWER, "C3 -")))
    (piece,) = score_pieces(Reading(music, {}), SOURCE)
    assert piece.tokens.slots == (SONG, UPPER, LOWER)
    assert [event.kind for event in piece.tokens.measures[1].slices[0].events] == ["absent", "attack", "attack"]
    assert [description.part for description in piece.descriptions] == [0, 1, 1]
    assert piece.name == SOURCE.file and not piece.refused


def test_only_the_measure_with_an_odd_tuplet_is_refused_and_the_others_stay_exact() -> None:
    odd = measure("3", voice(SONG, "C5 D5"), quintuplet(UPPER), voice(LOWER, "C3 C3"))
    measures = [plain("1"), plain("2"), odd, plain("4")]
    (piece,) = score_pieces(Reading(score(*measures), {}), SOURCE)
    assert piece.refused == {2} and "notes or rests begin at" in piece.reasons[2]
    whole = encode(score(*measures[:2], plain("3"), measures[3]))
    assert [piece.tokens.measures[index] for index in (0, 1, 3)] == [whole.measures[index] for index in (0, 1, 3)]
    check(piece.tokens)


def test_what_the_reader_could_not_read_is_refused_in_its_movement() -> None:
    music = score(*(plain(number) for number in "123"), *(plain(number, fifths=2) for number in "123"))
    first, second = score_pieces(Reading(music, {4: "several metres"}), SOURCE)
    assert (first.name, second.name) == ("songs/one.mxl#1", "songs/one.mxl#2")
    assert not first.refused and second.reasons == {1: "several metres"}
    assert len(first.tokens.measures) == len(second.tokens.measures) == 3


def test_a_score_of_which_most_is_refused_is_lost_with_the_first_reason() -> None:
    odd = measure("1", quintuplet(UPPER))
    with pytest.raises(RefusedError, match=r"2 of 3 measures are refused; the first: notes or rests begin"):
        score_pieces(Reading(score(odd, odd, plain("3")), {}), SOURCE)


def test_parts_in_different_metres_lose_one_measure(tmp_path: Path) -> None:
    def part(name: str, *measures: tuple[int, int, int]) -> str:
        rows = (
            f'<measure number="{number}"><attributes><divisions>2</divisions><time><beats>{beats}</beats>'
            f"<beat-type>{unit}</beat-type></time></attributes><note><pitch><step>C</step><octave>4</octave></pitch>"
            f"<duration>{length}</duration></note></measure>"
            for number, (beats, unit, length) in enumerate(measures, 1)
        )
        return f'<part id="{name}">{"".join(rows)}</part>'

    names = "".join(f'<score-part id="{name}"><part-name>Viola</part-name></score-part>' for name in ("A", "B", "C"))
    common, other = (2, 4, 4), (6, 8, 6)
    parts = part("A", common, common, common) + part("B", common, other, common) + part("C", common, common, common)
    file = tmp_path / "three.musicxml"
    file.write_text(f"<score-partwise><part-list>{names}</part-list>{parts}</score-partwise>")
    (piece,) = score_pieces(read_file(file), SOURCE)
    assert piece.refused == {1} and "different metres at once" in piece.reasons[1]
    assert [event.kind for event in piece.tokens.measures[1].slices[0].events] == ["attack", "absent", "attack"]
    assert [str(each.header.time) for each in piece.tokens.measures] == ["2/4", "2/4", "2/4"]
