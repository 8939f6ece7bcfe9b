"""How pages look, as whoever asks for them says; the engraver itself is `pages`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scoregen.system.errors import InputError

PAPERS: dict[str, tuple[float, float]] = {
    "a3": (297, 420),
    "a4": (210, 297),
    "a5": (148, 210),
    "b4": (250, 353),
    "b5": (176, 250),
    "letter": (215.9, 279.4),
    "legal": (215.9, 355.6),
    "tabloid": (279.4, 431.8),
    "screen": (120, 165),
}
"""Width and height in millimetres."""

SCALES = (20, 400)
"""The least and the greatest scale in percent."""
STAFF_HEIGHT = 7.2
"""The height of a staff of five lines at a scale of 100 percent, in millimetres."""


@dataclass(frozen=True, slots=True)
class EngravingOptions:
    """How pages look. At a `scale` of 100 percent a staff is `STAFF_HEIGHT` high.

    `breaks` is `auto` (chosen by verovio) or `encoded` (the file's line and page breaks). `embed_fonts=False`
    saves time if the pages only go into a PDF or PNG. With `fit_height` a page ends where its music ends and
    has no number: for pages that follow each other on a screen.
    """

    paper: str = "a4"
    landscape: bool = False
    scale: int = 90
    margin: int = 15  # millimetres
    breaks: str = "auto"
    heading: bool = True
    fit_height: bool = False
    embed_fonts: bool = True
    timeout_seconds: float = 120.0

    def __post_init__(self) -> None:
        if self.paper not in PAPERS:
            raise InputError(f"paper {self.paper!r} is unknown; expected one of {', '.join(PAPERS)}")
        if not SCALES[0] <= self.scale <= SCALES[1]:
            raise InputError(f"a scale of {self.scale} percent is out of range; expected {SCALES[0]} to {SCALES[1]}")
        if self.breaks not in ("auto", "encoded"):
            raise InputError(f"breaks {self.breaks!r} are unknown; expected auto or encoded")
        if not 0 <= self.margin <= 50:
            raise InputError(f"a margin of {self.margin} mm is out of range; expected 0 to 50")

    @property
    def page(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        short, long = PAPERS[self.paper]
        return (long, short) if self.landscape else (short, long)


DEFAULTS = EngravingOptions()


def engraving_options(
    paper: str | None = None, staff_size: float | None = None, landscape: bool = False
) -> EngravingOptions:
    """Options by the name of the paper and the height of a staff in millimetres; None is the default."""
    scale = DEFAULTS.scale if staff_size is None else round(100 * staff_size / STAFF_HEIGHT)
    if staff_size is not None and not SCALES[0] <= scale <= SCALES[1]:
        low, high = (STAFF_HEIGHT * percent / 100 for percent in SCALES)
        raise InputError(f"a staff size of {staff_size:g} mm is out of range; expected {low:g} to {high:g}")
    return replace(DEFAULTS, paper=(paper or DEFAULTS.paper).lower(), scale=scale, landscape=landscape)
