import pytest

from scoregen.analysis.form.texture import textures
from scoregen.analysis.moments import moments
from scoregen.score.elements import Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue

FOUR = TimeSignature((4,), 4)
LENGTHS = {"w": "whole", "h": "half", "q": "quarter", "e": "eighth"}


def measure(*lines: str) -> Measure:
    """A measure of lines; each line has notes like `C4q`, or `-h` for a rest."""
    voices = tuple(
        Voice(Slot(f"P{number}"), tuple(_element(word) for word in line.split())) for number, line in enumerate(lines)
    )
    return Measure("1", FOUR.duration, FOUR, KeySignature(0), voices)


def _element(word: str) -> Note | Rest:
    value = NoteValue(LENGTHS[word[-1]])
    return Rest(value) if word[0] == "-" else Note(value, Pitch.parse(word[:-1]))


def kinds(*measures: Measure) -> list[str]:
    score = Score(tuple(Part(f"P{number}") for number in range(4)), measures)
    return [texture.kind for texture in textures(score, moments(score))]


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("-w",), "silence"),
        (("C5q D5q E5q C5q",), "monophonic"),
        (("C5q D5q E5q C5q", "C4q D4q E4q C4q"), "unison"),
        (("C5q D5q E5q C5q", "E4q F4q G4q E4q", "C3q B2q C3q C3q"), "homorhythmic"),
        (("C5q D5q E5q C5q", "E4h G4h", "C3q B2q C3h"), "homophonic"),
        (("C5e D5e E5e F5e G5e F5e E5e D5e", "E4h F4h", "C3h A2h"), "melody and accompaniment"),
        (("C5q D5h E5q", "-h F4q G4q", "C3e D3e E3h C3q"), "homophonic"),
        (("C5q D5h E5q", "E4h F4h", "C3e D3q E3h F3e"), "polyphonic"),
        (("C5h B4h", "E4h F4h", "C3e D3e E3e D3e G3e F3e E3e D3e"), "polyphonic"),
    ],
)
def test_textures(lines: tuple[str, ...], kind: str) -> None:
    assert kinds(measure(*lines)) == [kind]


def test_adjacent_measures_of_one_kind_are_merged() -> None:
    chords = measure("C5q D5q E5q C5q", "E4q F4q G4q E4q")
    assert kinds(chords, chords, measure("-w", "-w"), chords) == ["homorhythmic", "silence", "homorhythmic"]
