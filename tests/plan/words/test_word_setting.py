"""Tests of songs of words and chords that get a tune."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.notation.chordpro.read import read_song
from scoregen.plan.drafts import DraftPlans
from scoregen.plan.words.word_setting import underlaid, with_word_rhythm, without_rests, word_notices, word_setting
from scoregen.score.elements import Note, Score, Slot, Voice
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.tasks.compose import compose

SONG = """{title: River Road}
{key: D}
[D]Down by the [G]riv[A7]er
[Bm] [D]go
"""


def song(tmp_path: Path, text: str = SONG) -> Score:
    path = tmp_path / "song.cho"
    path.write_text(text, encoding="utf-8")
    return read_song(path)


def test_words_have_a_rhythm_and_a_measure_without_words_a_rest(tmp_path: Path) -> None:
    setting = word_setting(song(tmp_path))
    assert setting is not None
    texts = [[each.text for each in setting.measures[index].syllables] for index in range(5)]
    assert texts == [["Down", "by", "the"], ["riv"], ["er"], [], ["go"]]
    assert setting.measures[1].syllables[0].syllabic == "begin"
    assert setting.measures[2].syllables[0].syllabic == "end"
    assert setting.measures[3].rest == 0


def test_a_measure_of_too_many_words_stays_text(tmp_path: Path) -> None:
    crowded = song(tmp_path, "[C]" + "la " * 20 + "[G]end\n")
    setting = word_setting(crowded)
    assert setting is not None
    assert setting.crowded == (0,)
    assert "measure 1" in word_notices(setting)[1]
    assert underlaid(crowded, setting, [Slot("P1")]).measures[0].directions == crowded.measures[0].directions


def test_a_song_without_words_or_with_notes_has_no_setting(tmp_path: Path) -> None:
    assert word_setting(song(tmp_path, "{start_of_grid}\n| C . | G . |\n{end_of_grid}\n")) is None
    assert word_notices(None) == ()


def test_the_highest_singer_sings_the_words_alone_and_others_begin_with_them(tmp_path: Path) -> None:
    score = song(tmp_path)
    setting = word_setting(score)
    assert setting is not None
    plans = with_word_rhythm(DraftPlans(score, (({},),), {}), setting, (0, 2), accompanied=True)
    first = plans.plans[0][0][0]
    assert first.struck[0].complete
    assert not first.struck[2].complete
    assert first.struck[0].notes == first.struck[2].notes == frozenset(setting.measures[0].onsets) <= first.pulses


def test_singers_alone_do_not_rest(tmp_path: Path) -> None:
    setting = word_setting(song(tmp_path))
    assert setting is not None
    assert sorted(without_rests(setting).measures) == [0, 1, 2, 4]
    assert {own.rest for own in without_rests(setting).measures.values()} == {None}


def test_words_are_put_under_struck_notes_only(tmp_path: Path) -> None:
    score = song(tmp_path)
    setting = word_setting(score)
    assert setting is not None
    whole = Note(NoteValue.of(Fraction(4)), Pitch.parse("D4"))
    tied = Voice(Slot("P1"), (Note(whole.value, whole.pitch, True),), "generated")
    struck = Voice(Slot("P1"), (whole,), "generated")
    voices = [struck, struck, tied, struck, struck]

    measures = [replace(each, voices=(voice,)) for each, voice in zip(score.measures, voices, strict=True)]
    found = underlaid(replace(score, measures=tuple(measures)), setting, [Slot("P1")])
    lyrics = [[each.text for each in m.voices[0].elements[0].notes[0].lyrics] for m in found.measures]
    assert lyrics == [["Down"], ["riv"], [], [], ["go"]]
    assert [bool(m.directions) for m in found.measures] == [True, False, True, False, False]


@pytest.mark.parametrize("ensemble", ["voice-piano", "satb"])
def test_a_song_gets_a_tune_for_its_words(tmp_path: Path, ensemble: str) -> None:
    done = compose(song(tmp_path), ensemble=ensemble, sampling=SamplingOptions(seed=1, candidates=1, passes=0)).score
    sung = done.measures[0].voices[0]
    sung_words = [
        lyric.text
        for measure in done.measures
        for element in next(v for v in measure.voices if v.slot == sung.slot).elements
        for note in element.notes
        for lyric in note.lyrics
    ]
    assert sung_words == ["Down", "by", "the", "riv", "er", "go"]
    assert not any(measure.directions for measure in done.measures)
