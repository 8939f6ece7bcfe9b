"""The features of a moment."""

from __future__ import annotations

from scoregen.analysis.harmony.features import Sound, Window, emission, windows
from scoregen.analysis.moments import moments
from tests.analysis.chorale_text import chorale

C_MAJOR, G_MAJOR = Sound(0, "major", 0), Sound(1, "major", 0)


def windows_of(text: str) -> list[Window]:
    return windows(moments(chorale(text)))


def test_a_non_chord_tone_comes_from_a_chord_tone_and_goes_to_one() -> None:
    passing = windows_of("C5 G4 E4 C3 | D5 G4 E4 C3 | E5 G4 E4 C3")[1]
    assert {"fb passing home", "fr passing home"} <= set(emission(passing, C_MAJOR))
    astray = windows_of("C5 G4 E4 C3 | D5 G4 E4 C3 | D5 A4 F4 D3")[1]
    assert "fr passing home" not in emission(astray, C_MAJOR)


def test_the_start_and_the_end_of_a_line_differ() -> None:
    only = windows_of("A4 G4 E4 C3")[0]
    assert {"fb free start", "fr free end"} <= set(emission(only, C_MAJOR))


def test_a_missing_root_is_the_same_in_every_triad() -> None:
    over = windows_of("C5 G4 E4 C3")[0]
    assert "mt 3 0 now" in emission(over, C_MAJOR)
    assert "mt 3 0 no" in emission(over, Sound(3, "minor", 0))
    assert "mt 7 0 no" in emission(over, Sound(3, "minor-seventh", 0))


def test_the_feature_of_a_member_includes_its_motion() -> None:
    through = windows_of("G4 D4 B3 G3 | F4 D4 B3 G3 | E4 C4 C4 C3")[1]
    seventh = [name for name in emission(through, Sound(1, "dominant", 0)) if name.startswith("ms 7 3 ")]
    assert len(seventh) == 1 and seventh[0].startswith("ms 7 3 passing")
    assert "ft passing" in emission(through, G_MAJOR)
