"""What the search looks at in a moment."""

from __future__ import annotations

from scoregen.analysis.harmony.features import Sound, Window, emission, windows
from scoregen.analysis.moments import moments
from tests.analysis.chorale_text import chorale

C_MAJOR, G_MAJOR = Sound(0, "major", 0), Sound(1, "major", 0)


def seen(text: str) -> list[Window]:
    return windows(moments(chorale(text)))


def test_a_foreign_note_comes_from_a_chord_and_goes_to_it() -> None:
    passing = seen("C5 G4 E4 C3 | D5 G4 E4 C3 | E5 G4 E4 C3")[1]
    assert {"fb passing home", "fr passing home"} <= set(emission(passing, C_MAJOR))
    astray = seen("C5 G4 E4 C3 | D5 G4 E4 C3 | D5 A4 F4 D3")[1]
    assert "fr passing home" not in emission(astray, C_MAJOR)


def test_the_ends_of_a_line_are_told_apart() -> None:
    only = seen("A4 G4 E4 C3")[0]
    assert {"fb free start", "fr free end"} <= set(emission(only, C_MAJOR))


def test_a_missing_root_is_the_same_in_every_triad() -> None:
    over = seen("C5 G4 E4 C3")[0]
    assert "mt 3 0 now" in emission(over, C_MAJOR)
    assert "mt 3 0 no" in emission(over, Sound(3, "minor", 0))
    assert "mt 7 0 no" in emission(over, Sound(3, "minor-seventh", 0))


def test_a_member_is_told_with_what_it_does_in_its_line() -> None:
    through = seen("G4 D4 B3 G3 | F4 D4 B3 G3 | E4 C4 C4 C3")[1]
    seventh = [name for name in emission(through, Sound(1, "dominant", 0)) if name.startswith("ms 7 3 ")]
    assert len(seventh) == 1 and seventh[0].startswith("ms 7 3 passing")
    assert "ft passing" in emission(through, G_MAJOR)
