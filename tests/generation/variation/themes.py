"""Themes for the tests of variations."""

from __future__ import annotations

from scoregen.generation.variation.theme import Theme, theme_of
from scoregen.score.elements import Score
from tests.generation.arranging.sources import choir
from tests.plan.tunes import tune

STAR = (
    "C4:1 C4:1 G4:1 G4:1 | A4:1 A4:1 G4:2 | F4:1 F4:1 E4:1 E4:1 | D4:1 D4:1 C4:2 |"
    "G4:1 G4:1 F4:1 F4:1 | E4:1 E4:1 D4:2 | C4:1 C4:1 G4:1 G4:1 | A4:1 A4:1 G4:2 | F4:1 F4:1 E4:1 E4:1 | D4:1 D4:1 C4:2"
)
MINOR = "D5:2 C#5:1 | D5:2 E5:1 | F5:2 E5:1 | D5:2 C#5:1 | D5:2 Bb4:1 | A4:2 G4:1 | F4:1 E4:2 | D4:3"
LILT = "G4:1 A4:1/2 B4:1 G4:1/2 | A4:1 B4:1/2 C5:3/2 | B4:1 A4:1/2 G4:1 B4:1/2 | A4:3/2 G4:3/2"


def star() -> Theme:
    return theme_of(tune(STAR, name="Melody"))


def themes() -> list[Theme]:
    """Tunes in simple, triple and compound time, in major and minor, and a hymn."""
    return [
        star(),
        theme_of(tune(MINOR, "3/4", "d minor", name="Melody")),
        theme_of(tune(LILT, "6/8", "G major", name="Melody")),
        theme_of(hymn()),
    ]


def hymn() -> Score:
    """Two phrases for choir, with suspensions and passing notes."""
    return choir(
        ("q:G4 q:G4 q:A4 q:B4", "q:D4 q:E4 q:F#4 q:G4", "q:B3 q:B3 q:D4 q:D4", "q:G3 q:E3 q:D3 q:G2"),
        ("q:C5 q:B4 h:A4", "q:G4 q:G4 h:F#4", "q:E4 q:D4 h:D4", "q:C3 q:G3 h:D3"),
        ("q:B4 q:A4 q:G4 q:E4", "q:G4 q:F#4 q:D4 q:C4", "q:D4 q:D4 q:B3 q:G3", "q:G3 q:D3 q:G3 q:C3"),
        ("h:A4 h:G4", "e:D4 e:E4 q:F#4 h:D4", "q:D4 q:C4 h:B3", "h:D3 h:G2"),
    )
