"""Edits change nothing else, and leave no tie that leads into a blank."""

import pytest

from scoregen.score.edit import Selection, append_measures, blank_voices, is_silent, with_parts
from scoregen.score.elements import Part
from scoregen.system.errors import InputError
from tests.notation.handmade import hymn


def test_a_selection_is_parts_measures_or_both() -> None:
    assert Selection.parse("alto") == Selection(("alto",))
    assert Selection.parse("alto, tenor:5-8") == Selection(("alto", "tenor"), 5, 8)
    assert Selection.parse(":5") == Selection((), 5, 5)
    for text in ("", ":", "alto:x", "alto:5-", ":8-5"):
        with pytest.raises(InputError, match="--blank"):
            Selection.parse(text)


def test_blanks_cut_the_ties_into_them() -> None:
    score = hymn()
    for index in range(len(score.measures)):
        holey = blank_voices(score, score.slots, [index])
        for measure in holey.measures[index + 1 : index + 2]:
            firsts = [voice.elements[0].notes for voice in measure.voices]
            assert not any(note.tied_from_previous for notes in firsts for note in notes)
        for measure in holey.measures[max(0, index - 1) : index]:
            lasts = [voice.elements[-1].notes for voice in measure.voices]
            assert not any(note.tied_to_next for notes in lasts for note in notes)
        assert all(voice.is_blank for voice in holey.measures[index].voices)


def test_a_new_part_is_blank_throughout() -> None:
    score = hymn()
    larger = with_parts(score, (*score.parts, Part("new")))
    assert is_silent(larger, "new") and not is_silent(larger, score.parts[0].id)
    assert [m.voices[: len(score.measures[0].voices)] for m in larger.measures] == [m.voices for m in score.measures]


def test_an_empty_score_cannot_be_extended() -> None:
    with pytest.raises(InputError, match="empty score"):
        append_measures(hymn().excerpt(0, 0), 2, ())
