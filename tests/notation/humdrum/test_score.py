"""The reader of Humdrum that keeps every note: words by verse, and notes that cross barlines."""

from __future__ import annotations

from fractions import Fraction

from scoregen.notation.humdrum.score import kern_score
from scoregen.notation.humdrum.spines import read_kern_file, reference_records
from scoregen.score.elements import Score
from scoregen.score.timeline import sounding_notes


def read(*lines: str) -> Score:
    return kern_score(read_kern_file("\n".join(line.replace(" ", "\t") for line in lines) + "\n"))


def test_words_have_verses_and_hyphens() -> None:
    score = read("**kern **text **text", "*M3/4 * *", "=1 = =", "4c Glo- Son-", "4d -ri- -ne", "4e -a .", "*- *- *-")
    heads = [note for element in score.measures[0].voices[0].elements for note in element.notes]
    found = [[(lyric.verse, lyric.text, lyric.syllabic) for lyric in note.lyrics] for note in heads]
    assert found == [
        [("1", "Glo", "begin"), ("2", "Son", "begin")],
        [("1", "ri", "middle"), ("2", "ne", "end")],
        [("1", "a", "end")],
    ]


def test_a_line_under_a_note_is_no_syllable() -> None:
    score = read("**kern **text", "*M2/4 *", "=1 =", "4c ah", "4d _", "*- *-")
    assert [note.lyrics != () for each in score.measures[0].voices[0].elements for note in each.notes] == [True, False]


def test_a_note_without_a_tie_crosses_a_barline() -> None:
    score = read("**kern **kern", "*M2/2 *M2/2", "=1 =1", "1.C 2c", ". 2d", "=2 =2", ". 2e", "2D 2f", "*- *-")
    assert [row.duration for row in score.measures] == [4, 4]
    assert [(str(note.pitch), note.onset, note.duration) for note in sounding_notes(score)][:2] == [
        ("C3", Fraction(0), Fraction(6)),
        ("C4", Fraction(0), Fraction(2)),
    ]


def test_the_first_record_of_each_code_counts_and_other_codes_do_not() -> None:
    text = "!!!COM-rismID: pe96950\n!!!OTL@@PL: Kolęda \n!!!OTL@EN: Carol\n!!!YEM:\n**kern\n4c\n*-\n!!!ENC: A. B.\n"
    assert reference_records(text) == {"OTL": "Kolęda", "ENC": "A. B."}


def test_the_number_in_a_printed_name_tells_two_violins_apart() -> None:
    score = read(
        "**kern **kern",
        "*Ivioln *Ivioln",
        '*I"Violin_II *I"Violin_I'.replace("_", "\u00a0"),
        "*M2/4 *M2/4",
        "=1 =1",
        "2c 2e",
        "*- *-",
    )
    assert [part.name for part in score.parts] == ["Violin 1", "Violin 2"]


def test_a_spine_may_begin_with_notes() -> None:
    score = read("**kern **kern", "2.E 4ee", "*M3/4 *M3/4", ". 2dd", "== ==", "*- *-")
    assert sorted(note.pitch.midi_pitch for note in sounding_notes(score)) == [52, 74, 76]
