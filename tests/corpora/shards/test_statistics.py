"""The counts of a shard, for music in which everything can be counted by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from scoregen.corpora.reading.pieces import Reading, score_pieces
from scoregen.corpora.shards import FileFacts, FileRecord
from scoregen.corpora.shards.statistics import corpus_statistics, statistics_lines
from scoregen.score.elements import Chord, Note, Slot, Voice
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from tests.corpora.music import SOURCE, measure, quintuplet, score, voice, write_corpus

ONE, TWO = Slot("P1"), Slot("P2")


def chord(*pitches: str, held: str = "") -> Chord:
    return Chord(
        tuple(
            Note(
                NoteValue("quarter"),
                Pitch.parse(pitch),
                tied_from_previous=held == "<" and not index,
                tied_to_next=held == ">" and not index,
            )
            for index, pitch in enumerate(pitches)
        )
    )


def test_the_counts_of_three_measures_and_a_lost_file(tmp_path: Path) -> None:
    continued = Voice(ONE, (chord("C4", "E4", held=">"), chord("C4", "F4", held="<")))
    music = score(
        measure("1", continued, voice(TWO, "C9 -")),
        measure("2", voice(ONE, "C4 D4")),
        measure("3", quintuplet(ONE), voice(TWO, "C3 -")),
    )
    whole = FileRecord(SOURCE, score_pieces(Reading(music, {}), SOURCE), FileFacts(seconds=1.5))
    write_corpus(tmp_path, [whole, FileRecord(replace(SOURCE, file="lost", lost="the metre is 4/3, which"))])
    found = corpus_statistics(tmp_path)
    assert (found.files, found.movements, found.measures, found.voices) == (2, 1, 3, 2)
    assert (found.splits, found.lengths, found.seconds) == ({"train": 1}, [3], 1.5)
    assert (found.licences, found.formats) == ({"CC0-1.0": 1}, {".mxl": 1, "": 1})
    assert (found.keys, found.metres) == ({"none": 3}, {"2/4": 3})
    assert found.ranges["other"].total() == found.notes and max(found.ranges["other"]) == 120
    assert found.lost == {"time signature": 1}
    assert found.refused == {"rhythm: a tuplet or value that the language does not have": 1}
    assert (found.voice_measures, found.absent) == (6, 1)
    assert found.chord_sizes == {1: 2 + 2 + 5, 2: 2} and found.continued == 1
    assert found.notes == 2 + 1 + 1 + 2 + 5 + 1
    assert found.outside == {120: 1}
    assert found.shifts[Fraction(1)] >= 4
    text = "\n".join(statistics_lines(found))
    assert "range of other: MIDI 48-120" in text and "measures of a movement from 3 to 3" in text
    assert "refused measures 1 (33.33 %)" in text and "chords with continued notes 50.00 % of 2 chords" in text
