"""A Humdrum file for training, by the reader that keeps what tokens keep.

`notation.interchange` reads the whole of a file, with its marks, but needs seconds for a page. A second reader counts
the notes of the file; a score that lacks or moves one is refused.
"""

from __future__ import annotations

from pathlib import Path

from scoregen.corpora.reading.pieces import Reading
from scoregen.notation.humdrum.score import kern_score
from scoregen.notation.humdrum.spines import KernFile, read_kern_file
from scoregen.notation.musicxml.document import decode_text, read_bytes
from scoregen.notation.second_readers.contents import losses, score_contents
from scoregen.notation.second_readers.kern import kern_contents
from scoregen.system.errors import Place, ReadError, RefusedError

UNEVEN = "the lengths of its layers do not add up"
MOST_ADDED = 0.02
"""The share of notes that may begin anew because their tie leads to another layer."""


def read_kern_reading(path: Path) -> Reading:
    """A Humdrum file for training.

    Raises ReadError for a damaged file, and RefusedError for one of which a note would be lost.
    """
    text = decode_text(read_bytes(path))
    try:
        file = read_kern_file(text)
        counted = kern_contents(text)
        reading = kern_reading(file)
    except ValueError as error:
        raise ReadError(f"the Humdrum file is damaged: {error}", Place(str(path))) from None
    lost = losses(counted, score_contents(reading.score))
    if lost.missing or lost.moved or lost.added > MOST_ADDED * counted.notes.total():
        wrong = f"{lost.missing} missing, {lost.added} too many, {lost.moved} moved"
        raise RefusedError(f"the notes differ from those of the file: {wrong}", Place(str(path)))
    return reading


def kern_reading(file: KernFile) -> Reading:
    """The score of the spines of a file; a measure in which notes that end together on paper do not is refused."""
    refused = {index: UNEVEN for index, measure in enumerate(file.measures) if not measure.is_even}
    return Reading(kern_score(file), refused)
