import itertools

from scoregen.analysis.form.phrases import Phrase, phrases
from scoregen.analysis.form.repetition import repeats, sections
from scoregen.analysis.harmony.chords import chord_spans
from scoregen.analysis.moments import highest_line, moments
from scoregen.notation.files import read_score
from scoregen.score.elements import Score
from scoregen.system.resources import folder
from tests.analysis.chorale_text import chorale

LINE = "C5 G4 E4 C3 | D5 G4 B3 G3 | E5 G4 C4 C3 | C5 G4 E4 C3 | F5 A4 C4 F3 | E5 G4 C4 C3 | D5 G4 B3 G3 | C5 G4 E4 C3"
HIGHER = "D5 A4 F4 D3 | E5 A4 C4 A3 | F5 A4 D4 D3 | D5 A4 F4 D3"


def cut(score: Score) -> tuple[Phrase, ...]:
    return phrases(score, moments(score), chord_spans(score))


def letters(score: Score) -> list[str]:
    return [section.letter for section in sections(score, cut(score), highest_line(moments(score)))]


def test_a_fermata_ends_a_phrase() -> None:
    found = cut(chorale(LINE, phrase_ends=(3, 7)))
    assert [(phrase.onset, phrase.end, phrase.closing) for phrase in found] == [(0, 4, 3), (4, 8, 7)]
    assert all(phrase.has_fermata for phrase in found)


def test_the_music_after_the_last_fermata_is_a_phrase() -> None:
    found = cut(chorale(LINE, phrase_ends=(3,)))
    assert [(phrase.end, phrase.has_fermata) for phrase in found] == [(4, True), (8, False)]


def test_a_melody_without_fermatas_is_cut_at_its_long_notes() -> None:
    score = read_score(folder("corpora") / "samples" / "nun-danket.musicxml")
    found = cut(score)
    assert found[0].onset == 0 and found[-1].end == score.duration
    assert len(found) == 8
    assert all(one.end == other.onset for one, other in itertools.pairwise(found))


def test_one_fermata_in_a_long_piece_does_not_make_one_long_phrase() -> None:
    long = " | ".join([LINE] * 8)
    found = cut(chorale(long, phrase_ends=(63,)))
    assert len(found) > 2
    assert not any(phrase.has_fermata for phrase in found)


def test_the_same_melody_gets_the_same_letter() -> None:
    again = f"{LINE} | {HIGHER} | {LINE.split(' | F5')[0]}"
    assert letters(chorale(again, phrase_ends=(3, 7, 11, 15))) == ["A", "B", "A", "A"]
    varied = LINE.split(" | F5")[0].replace("E5 G4 C4 C3", "F5 A4 C4 F3")
    assert letters(chorale(f"{LINE} | {varied}", phrase_ends=(3, 7, 11))) == ["A", "B", "A′"]


def test_measures_that_recur_are_in_one_repeat_of_the_most_exact_kind() -> None:
    other_bass = LINE.replace("C3", "C2")
    found = repeats(chorale(f"{LINE} | {LINE} | {HIGHER} | {other_bass}"))
    assert [(r.first, r.last, r.again, r.kind, r.steps) for r in found] == [
        (0, 1, 2, "exact", 0),
        (0, 0, 4, "transposed", 1),
        (0, 1, 5, "melody", 0),
    ]


def test_a_sequence_is_a_transposed_repeat() -> None:
    up = "D5 A4 F4 D3 | E5 A4 C4 A3 | F5 A4 D4 D3 | D5 A4 F4 D3"
    (found,) = repeats(chorale(f"{LINE.split(' | F5')[0]} | {up}"))
    assert (found.kind, found.steps, found.again_last) == ("transposed", 1, 1)


def test_silence_has_no_phrases() -> None:
    assert cut(chorale(LINE).excerpt(0, 0)) == ()
    assert repeats(chorale(LINE).excerpt(0, 0)) == ()
