"""Chords that are read again after the search."""

from __future__ import annotations

from dataclasses import replace

from scoregen.analysis.harmony.chords import chord_spans
from scoregen.analysis.harmony.keys import key_regions, main_key
from scoregen.analysis.harmony.roman_numerals import span_numeral, span_symbol
from scoregen.score.keys import Key, KeySignature
from tests.analysis.chorale_text import chorale

G, D, EM, C = "D5 B4 G4 G3", "D5 A4 F#4 D3", "E5 B4 G4 E3", "E5 C5 G4 C3"
F, CM, B7 = "F5 C5 A4 F3", "Eb5 C5 G4 C3", "D#5 A4 F#4 B2"


def numerals(text: str, fifths: int = 0) -> list[str]:
    return [span_numeral(span) for span in chord_spans(chorale(text, fifths=fifths))]


def test_borrowed_chords_are_no_new_keys() -> None:
    song = [G, D, EM, C, G, F, C, G, B7, EM, CM, G, D, G]
    spans = chord_spans(chorale(" | ".join(song), fifths=1))
    assert {str(span.key) for span in spans} == {"G major"}
    assert numerals(" | ".join(song), 1) == [
        *("I", "V", "vi", "IV", "I", "bVII", "IV", "I", "V7/vi", "vi", "iv", "I", "V", "I")
    ]


def test_a_cadence_makes_a_key() -> None:
    a, bm, e7 = "C#5 A4 E4 A3", "D5 B4 F#4 B3", "D5 B4 G#4 E3"
    song = [G, D, C, G, D, a, bm, e7, a, "C#5 A4 E4 A2", "C5 A4 F#4 D3", G, C, D, G]
    assert len(key_regions(chord_spans(chorale(" | ".join(song), fifths=1)))) > 1


def test_an_augmented_triad_is_called_so() -> None:
    spans = chord_spans(chorale("E5 C5 G4 C3 | E5 C5 G#4 C3 | E5 C5 G4 C3", beats=3))
    assert [span_symbol(span) for span in spans] == ["C", "C+", "C"]


def test_a_chord_without_third_is_not_guessed() -> None:
    spans = chord_spans(chorale("C5 G4 E4 C3 | D5 D4 G3 G2 | C5 G4 G3 C3"))
    assert [span_symbol(span) for span in spans] == ["C", "G5", "C5"]
    assert [span_numeral(span) for span in spans] == ["I", "V(no3)", "I(no3)"]


def test_the_church_modes_are_named_by_final_and_notes() -> None:
    dm, g, c, am = "D5 A4 F4 D3", "D5 B4 G4 G3", "E5 C5 G4 C3", "E5 C5 A4 A3"
    dorian = " | ".join([dm, g, dm, c, dm, am, g, dm])
    spans = chord_spans(chorale(dorian))
    assert main_key(key_regions(spans)) == Key(2, "dorian")
    assert numerals(dorian) == ["i", "IV", "i", "VII", "i", "v", "IV", "i"]
    mixolydian = " | ".join([g, "F5 C5 A4 F3", g, c, g, dm, c, g])
    assert main_key(key_regions(chord_spans(chorale(mixolydian)))) == Key(1, "mixolydian")
    assert numerals(mixolydian) == ["I", "bVII", "I", "IV", "I", "v", "IV", "I"]


def test_a_half_close_is_no_mode() -> None:
    assert main_key(key_regions(chord_spans(chorale(f"{C} | {F} | {C} | D5 B4 G4 G3")))) == Key(0, "major")


def test_a_song_is_in_the_key_of_the_triad_that_frames_it() -> None:
    fm, bb = "C5 Ab4 F4 F3", "D5 F4 Bb3 Bb2"
    assert numerals(" | ".join([C, fm, C, bb, F, C]))[-3:] == ["bVII", "IV", "I"]
    assert main_key(key_regions(chord_spans(chorale(" | ".join([C, fm, C, bb, F, C]))))) == Key(0, "major")
    half_close = [G, G, C, C, C, C, F, F, C, C, G, G]
    assert main_key(key_regions(chord_spans(chorale(" | ".join(half_close))))) == Key(0, "major")


def test_dorian_may_lean_on_its_seventh_degree() -> None:
    dm, c, am, g = "D5 A4 F4 D3", "E5 C5 G4 C3", "E5 C5 A4 A3", "D5 B4 G4 G3"
    song = [dm, dm, c, c, c, dm, dm, am, c, g, c, dm]
    assert main_key(key_regions(chord_spans(chorale(" | ".join(song))))) == Key(2, "dorian")


def test_a_phrygian_piece_may_begin_off_its_final_but_a_half_close_is_none() -> None:
    am, dm, em, e = "C5 A4 E4 A3", "D5 A4 F4 D3", "B4 G4 E4 E3", "B4 G#4 E4 E3"
    phrygian = [am, em, em, dm, em, F, em, dm, e]
    assert main_key(key_regions(chord_spans(chorale(" | ".join(phrygian))))) == Key(4, "phrygian")
    half_close = [am, e, e, dm, e, F, e, dm, e]
    assert main_key(key_regions(chord_spans(chorale(" | ".join(half_close))))) != Key(4, "phrygian")


def test_a_mode_that_the_signature_names_needs_no_beginning_on_its_final() -> None:
    plain = chorale(" | ".join([C, F, C, G, F, C, F, G]))
    key = KeySignature(0, "mixolydian")
    stated = replace(plain, measures=tuple(replace(measure, key=key) for measure in plain.measures))
    assert main_key(key_regions(chord_spans(plain))) == Key(0, "major")
    assert main_key(key_regions(chord_spans(stated))) == Key(1, "mixolydian")
