"""Compose the pieces of README's row of pictures, and draw the first systems of each.

    python tools/make_pictures.py [FOLDER]

PIECES has the arguments of `scoregen compose` for each of them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

PIECES = {
    "hymn": ["corpora/samples/morning-song.musicxml"],
    "quartet": ["--ensemble", "string-quartet", "--key", "D minor", "--measures", "16", "--seed", "2"],
    "song": ["corpora/samples/morning-song.musicxml", "--ensemble", "voice-piano"],
    "piano": ["--ensemble", "piano", "--key", "G major", "--measures", "16", "--seed", "1"],
}
MARGIN = 14
"""The white dots around a picture."""
HEIGHT = 620
"""The height in dots after which a picture ends at the next white row between two systems."""
WHITE = 250


def picture(arguments: list[str], folder: Path) -> Image.Image:
    """The beginning of the piece that `scoregen compose` writes."""
    page = folder / "piece.png"
    subprocess.run([sys.executable, "-m", "scoregen", "compose", *arguments, "-o", str(page), "--quiet"], check=True)
    first = page if page.exists() else folder / "piece-1.png"
    return cropped(Image.open(first).convert("L"))


def cropped(page: Image.Image) -> Image.Image:
    """The page without its margins, and without the systems after the first HEIGHT dots."""
    dark = np.asarray(page) < WHITE
    rows = np.flatnonzero(dark.any(1))
    gaps = rows[np.flatnonzero(np.diff(rows, append=rows[-1] + MARGIN + 1) > MARGIN)]
    last = next((row for row in gaps if row - rows[0] >= HEIGHT), rows[-1])
    columns = np.flatnonzero(dark[: last + 1].any(0))
    box = (columns[0] - MARGIN, rows[0] - MARGIN, columns[-1] + MARGIN, last + MARGIN)
    return page.crop(tuple(map(int, box)))


def main() -> None:
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/images")
    for name, arguments in PIECES.items():
        with tempfile.TemporaryDirectory() as folder:
            picture(arguments, Path(folder)).quantize(16).save(target / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
