from fractions import Fraction

import pytest

from scoregen.analysis.harmony.chords import ChordName, chord_at, chord_spans
from scoregen.analysis.harmony.keys import key_regions, main_key
from scoregen.score.keys import Key
from tests.analysis.chorale_text import chorale

CADENCE = "C5 G4 E4 C3 | A4 F4 C4 F3 | G4 D4 B3 G3 | F4 D4 B3 G3 | E4 C4 G3 C3"
TO_THE_DOMINANT = (
    "C5 G4 E4 C3 | D5 G4 B3 G3 | E5 G4 C4 C3 | C5 G4 E4 C4 | B4 G4 D4 G3 | A4 E4 C4 A3 | A4 F#4 D4 D3 | G4 G4 B3 G2 | "
    "B4 G4 D4 G3 | C5 G4 E4 C4 | A4 F#4 D4 D3 | G4 G4 B3 G2"
)


def test_a_cadence_is_named() -> None:
    spans = chord_spans(chorale(CADENCE))
    assert [str(span.chord) for span in spans] == ["C", "F", "G", "G7", "C"]
    assert {span.key for span in spans} == {Key(0, "major")}
    assert [span.function.offset for span in spans] == [0, -1, 1, 1, 0]


def test_inversions_are_read_from_the_bass() -> None:
    spans = chord_spans(chorale("C5 G4 E4 C3 | D5 G4 F4 B2 | C5 G4 E4 C3 | D5 F4 B3 G3 | E5 C4 G3 C3"))
    assert str(spans[1].chord) == "G7/B"
    assert spans[1].chord.seventh == -1


def test_spelling_decides_between_chords_that_sound_alike() -> None:
    sharp = chord_spans(chorale("C5 A4 E4 A3 | B4 F4 D4 G#3 | C5 E4 E4 A3"))
    assert (sharp[1].chord.root, sharp[1].chord.quality, sharp[1].key.mode) == (8, "diminished-seventh", "minor")


@pytest.mark.parametrize("fifths", range(-6, 7))
def test_the_chords_are_transposed_with_the_music(fifths: int) -> None:
    from scoregen.score.pitch import Interval

    there = Interval(4 * fifths % 7, 7 * fifths % 12)
    text = " | ".join(
        " ".join(str(_parsed(name).transposed(there)) for name in chord.split()) for chord in CADENCE.split("|")
    )
    home, moved = chord_spans(chorale(CADENCE)), chord_spans(chorale(text, fifths=fifths))
    assert [(span.chord.root + there.fifths, span.chord.quality) for span in home] == [
        (span.chord.root, span.chord.quality) for span in moved
    ]


def _parsed(name: str):
    from scoregen.score.pitch import Pitch

    return Pitch.parse(name)


def test_a_modulation_is_followed() -> None:
    regions = key_regions(chord_spans(chorale(TO_THE_DOMINANT, phrase_ends=(7, 11))))
    assert [region.key for region in regions] == [Key(0, "major"), Key(1, "major")]
    assert regions[1].onset <= 11 < regions[1].end
    assert main_key(regions) == Key(1, "major")


def test_a_suspension_is_a_non_chord_tone() -> None:
    text = "C5 G4 E4 C3 | C5 A4 F4 D3 | C5 G4 D4 G3 | B4 G4 D4 G3 | C5 G4 E4 C3"
    spans = chord_spans(chorale(text))
    over_g = chord_at(spans, Fraction(2))
    assert over_g is not None and str(over_g.chord) == "G"
    assert [(str(f.note.pitch), f.kind) for f in over_g.foreign] == [("C5", "suspension")]


def test_silence_and_emptiness_have_no_chords() -> None:
    assert chord_spans(chorale(CADENCE).excerpt(0, 0)) == ()
    assert key_regions(()) == () and main_key(()) is None


def test_notes_without_a_matching_chord_still_have_a_path() -> None:
    spans = chord_spans(chorale("C5 C#4 D4 D#3 | E5 F4 F#4 G3 | G#5 A4 A#4 B3"))
    assert spans[0].onset == 0 and spans[-1].end == 3


def test_a_chord_is_printed_as_on_a_lead_sheet() -> None:
    assert str(ChordName(6, "half-diminished", 1)) == "F#m7b5/A"
