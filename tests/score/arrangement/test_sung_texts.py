"""Generated voices get the words, dynamics and breaths of given ones where the rhythm allows it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.score.arrangement.sung_texts import LyricsChoice, with_given_marks
from scoregen.score.directions import Direction, Dynamic, Words
from scoregen.score.elements import Clef, Element, Lyric, Note, Part, Score, Slot, Voice
from scoregen.score.spanners import End, Slur, Wedge
from tests.notation.handmade import line, measure

SOPRANO, ALTO, BASS = Slot("P1"), Slot("P2"), Slot("P3")
PARTS = tuple(Part(slot.part, name) for slot, name in ((SOPRANO, "Soprano"), (ALTO, "Alto"), (BASS, "Bass")))
ZERO = Fraction(0)


def sung(text: str, *verses: str) -> tuple[Element, ...]:
    """A line with one syllable a note that is not tied over: `Al- le lu` with `_` for none."""
    rows = [verse.split() for verse in verses]
    elements, number = [], 0
    for element in line(text):
        if isinstance(element, Note) and not element.tied_from_previous:
            words = [(str(v), row[number]) for v, row in enumerate(rows, 1) if number < len(row) and row[number] != "_"]
            element = replace(element, lyrics=tuple(Lyric(word, verse=verse) for verse, word in words))
            number += 1
        elements.append(element)
    return tuple(elements)


def score(given: tuple[Element, ...], generated: str, slot: Slot = ALTO, **rest: object) -> Score:
    row = measure("1", "4/4", {SOPRANO: given}, **rest)
    new = Voice(slot, line(generated), "generated")
    return Score(PARTS, (replace(row, voices=(*row.voices, new)),))


def words(done: Score, slot: Slot = ALTO) -> list[str]:
    voice = done.measures[0].voice(slot)
    assert voice is not None
    lyrics = [[lyric.text for note in element.notes for lyric in note.lyrics] for element in voice.elements]
    return ["/".join(texts) or "_" for texts in lyrics]


def test_the_same_rhythm_gets_the_same_words() -> None:
    given = sung("q:C5 q:D5 h:E5", "Al le lu", "Ho _ ly")
    done = with_given_marks(score(given, "q:A4 q:B4 h:C5"))
    assert words(done) == ["Al/Ho", "le", "lu/ly"]
    assert words(done, SOPRANO) == ["Al/Ho", "le", "lu/ly"] and done.measures[0].spanners == ()


@pytest.mark.parametrize(("lyrics", "expected"), [("all", ["a/b", "c/d"]), ("first", ["a", "c"])])
def test_all_verses_or_the_first(lyrics: LyricsChoice, expected: list[str]) -> None:
    assert words(with_given_marks(score(sung("h:C5 h:D5", "a c", "b d"), "h:A4 h:B4"), lyrics)) == expected


def test_more_notes_are_sung_on_the_syllable_under_a_slur() -> None:
    done = with_given_marks(score(sung("h:C5 h:D5", "a men"), "q:A4 q:G4 h:B4"))
    assert words(done) == ["a", "_", "men"]
    assert done.measures[0].spanners == (Slur(ALTO, ZERO, End(0, Fraction(1))),)


def test_a_melisma_of_the_given_voice_needs_no_further_slur() -> None:
    done = with_given_marks(score(sung("q:C5 q:B4 h:D5", "a _ men"), "q:A4 q:G4 h:B4"))
    assert words(done) == ["a", "_", "men"] and done.measures[0].spanners == ()


@pytest.mark.parametrize("generated", ["w:A4", "h.:A4 q:B4", "h:r h:B4", "h:A4~ h:~A4"])
def test_a_voice_without_a_note_for_a_syllable_stays_without_words(generated: str) -> None:
    given = sung("h:C5 h:D5", "a men")
    assert set(words(with_given_marks(score(given, generated)))) == {"_"}


def test_a_syllable_is_sung_on_the_note_that_sounds_where_it_begins() -> None:
    done = with_given_marks(score(sung("q.:C5 e:D5 h:E5", "Hei lig tum"), "q:A4 q:G4 h:B4"))
    assert words(done) == ["Hei", "lig", "tum"] and done.measures[0].spanners == ()


def test_a_tied_note_gets_its_syllable_once() -> None:
    done = with_given_marks(score(sung("h:C5 h:D5", "a men"), "q:A4~ q:~A4 h:B4"))
    assert words(done) == ["a", "_", "men"] and done.measures[0].spanners == ()


def test_the_words_come_from_the_voice_with_the_same_rhythm() -> None:
    full = score(sung("h:C5 h:D5", "one two"), "q:A4 q:A4 h:B4")
    lower = Voice(BASS, sung("q:C3 q:C3 h:D3", "now and then"))
    row = full.measures[0]
    done = with_given_marks(replace(full, measures=(replace(row, voices=(*row.voices, lower)),)))
    assert words(done) == ["now", "and", "then"]


def test_a_voice_on_the_same_staff_reads_the_words_above() -> None:
    shared = Slot("P1", 1, 2)
    assert set(words(with_given_marks(score(sung("w:C5", "all"), "w:A4", shared)), shared)) == {"_"}


def test_breaths_are_taken_together() -> None:
    given = list(sung("h:C5 h:D5", "a men"))
    given[0] = replace(given[0], articulations=("breath-mark", "staccato"))
    done = with_given_marks(score(tuple(given), "q:A4 q:G4 h:B4"))
    voice = done.measures[0].voice(ALTO)
    assert voice is not None
    assert [element.notes[0].articulations for element in voice.elements] == [(), ("breath-mark",), ()]
    held = with_given_marks(score(tuple(given), "w:A4")).measures[0].voice(ALTO)
    assert held is not None and held.elements[0].notes[0].articulations == ()


def test_dynamics_and_hairpins_are_copied_and_words_are_not() -> None:
    marks = (Direction(ZERO, Dynamic("p"), "P1"), Direction(ZERO, Words("dolce"), "P1"))
    wedge = Wedge("P1", ZERO, End(0, Fraction(4)), "crescendo")
    done = with_given_marks(score(line("w:C5"), "w:A4", directions=marks, spanners=(wedge,))).measures[0]
    assert done.directions == (*marks, replace(marks[0], part="P2"))
    assert done.spanners == (wedge, replace(wedge, part="P2"))


def test_a_part_with_given_music_keeps_its_own_dynamics() -> None:
    marks = (Direction(ZERO, Dynamic("p"), "P1"),)
    full = score(line("w:C5"), "w:A4", directions=marks)
    row = full.measures[0]
    filled = replace(full, measures=(row, replace(row, voices=(Voice(ALTO, line("w:G4")),), directions=())))
    assert with_given_marks(filled).measures[0].directions == marks


def test_without_generated_voices_nothing_changes() -> None:
    plain = Score((Part("P1", "Soprano", clefs=(Clef(),)),), (measure("1", "4/4", {SOPRANO: sung("w:C5", "all")}),))
    assert with_given_marks(plain) is plain


def test_a_closed_score_prints_the_words_once() -> None:
    full = score(sung("w:C5", "all"), "w:A4", Slot("P1", 1, 2))
    row = full.measures[0]
    lower = tuple(Voice(Slot("P2", 1, number), line(text), "generated") for number, text in ((1, "w:E4"), (2, "w:C3")))
    done = with_given_marks(replace(full, measures=(replace(row, voices=(*row.voices, *lower)),)))
    assert [words(done, voice.slot) for voice in done.measures[0].voices] == [["all"], ["_"], ["_"], ["_"]]


def test_a_voice_on_a_staff_of_its_own_has_the_words_of_two_voices_on_one_staff() -> None:
    upper = score(sung("h:C5 h:D5", "a men"), "h:A4 h:B4", Slot("P1", 1, 2))
    row = upper.measures[0]
    given = tuple(replace(voice, origin="given") for voice in row.voices)
    tenor = Voice(Slot("P2", 1, 1), line("h:E4 h:F4"), "generated")
    done = with_given_marks(replace(upper, measures=(replace(row, voices=(*given, tenor)),)))
    assert words(done, tenor.slot) == ["a", "men"]


KINDS = {"A-": "begin", "-men": "end", "lu-": "begin", "-ia": "end"}


def split_words(*texts: str) -> tuple[Element, ...]:
    """Half notes with these syllables, of which hyphens mark the words that they belong to."""
    notes = line("h:C5 h:D5")
    rows = zip(notes, texts, strict=True)
    return tuple(replace(n, lyrics=(Lyric(text.strip("-"), KINDS.get(text, "single")),)) for n, text in rows)


def test_a_word_that_the_given_voice_does_not_end_is_copied_as_it_is() -> None:
    row = measure("1", "4/4", {SOPRANO: split_words("so", "A-")})
    new = Voice(ALTO, line("h:A4 h:B4"), "generated")
    assert words(with_given_marks(Score(PARTS, (replace(row, voices=(*row.voices, new)),)))) == ["so", "A"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [("h:A4 h:B4", ["so", "A", "men", "lu", "ia", "so"]), ("w:A4", ["so", "_", "_", "_", "so"])],
)
def test_a_word_is_copied_whole_or_not_at_all(second: str, expected: list[str]) -> None:
    given = [split_words("so", "A-"), split_words("-men", "lu-"), split_words("-ia", "so")]
    rows = []
    for number, (elements, own) in enumerate(zip(given, ("h:A4 h:B4", second, "h:A4 h:B4"), strict=True), 1):
        row = measure(str(number), "4/4", {SOPRANO: elements})
        rows.append(replace(row, voices=(*row.voices, Voice(ALTO, line(own), "generated"))))
    done = with_given_marks(Score(PARTS, tuple(rows)))
    texts = [
        "/".join(lyric.text for note in element.notes for lyric in note.lyrics) or "_"
        for each in done.measures
        for element in (each.voice(ALTO) or Voice(ALTO, ())).elements
    ]
    assert texts == expected
    assert all(note.lyrics for each in done.measures for element in each.voices[0].elements for note in element.notes)
