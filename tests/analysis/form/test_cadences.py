import pytest

from scoregen.analysis.form.cadences import Cadence, cadences
from scoregen.analysis.form.phrases import phrases
from scoregen.analysis.harmony.chords import chord_spans
from scoregen.analysis.moments import moments
from tests.analysis.chorale_text import chorale

HOME = "C5 G4 E4 C3 | D5 G4 B3 G3 | E5 G4 C4 C3 | "


def closing(text: str) -> Cadence:
    """The cadence of a text with a fermata on its last chord."""
    score = chorale(text, phrase_ends=(text.count("|"),))
    cuts, spans = moments(score), chord_spans(score)
    (found,) = cadences(phrases(score, cuts, spans), spans, cuts)
    return found


@pytest.mark.parametrize(
    ("text", "kind", "chords"),
    [
        ("F5 A4 C4 F3 | D5 G4 B3 G3 | C5 G4 E4 C3", "perfect authentic", ("V", "I")),
        ("F5 A4 C4 F3 | D5 G4 B3 G3 | E5 G4 C4 C3", "imperfect authentic", ("V", "I")),
        ("D5 A4 F4 F3 | D5 G4 F4 B2 | C5 G4 E4 C3", "imperfect authentic", ("V65", "I")),
        ("D5 A4 F4 F3 | D5 A4 F4 D3 | D5 G4 B3 G3", "half", ("ii", "V")),
        ("F5 A4 C4 F3 | D5 G4 B3 G3 | C5 E4 C4 A3", "deceptive", ("V", "vi")),
        ("E5 G4 C4 C3 | C5 A4 F4 F3 | C5 G4 E4 C3", "plagal", ("IV", "I")),
    ],
)
def test_the_kinds_of_cadences(text: str, kind: str, chords: tuple[str, ...]) -> None:
    found = closing(HOME + text)
    assert (found.kind, found.chords) == (kind, chords)


def test_a_phrygian_cadence_descends_to_the_dominant_of_minor() -> None:
    found = closing("A4 E4 C4 A3 | B4 E4 G#3 E3 | C5 E4 A3 A2 | A4 D4 A3 F3 | G#4 E4 B3 E3")
    assert (found.kind, found.chords) == ("Phrygian half", ("iv6", "V"))
