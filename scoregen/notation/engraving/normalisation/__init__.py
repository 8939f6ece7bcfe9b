"""What verovio 6.4 misreads or cannot read, put into a form that it draws; on its copy of the document only."""

from scoregen.notation.engraving.normalisation.document import is_verse_number, normalise
from scoregen.notation.engraving.normalisation.multirests import (
    condensed_measures,
    may_condense,
    remove_multirests,
    rests,
)
from scoregen.notation.engraving.normalisation.tree import elements

__all__ = [
    "condensed_measures",
    "elements",
    "is_verse_number",
    "may_condense",
    "normalise",
    "remove_multirests",
    "rests",
]
