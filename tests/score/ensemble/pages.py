"""Pages of ensembles with empty parts."""

from __future__ import annotations

from dataclasses import replace

from scoregen.score.edit import with_parts, with_rests
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import load_ensemble, new_parts
from tests.chorales import chorale


def page(name: str, tune: int) -> Score:
    """The parts of an ensemble, of which the one of this index has a tune and the others are empty."""
    parts = new_parts(load_ensemble(name))
    given = chorale(1, measures=2, voices=1)
    moved = [
        replace(measure, voices=tuple(replace(voice, slot=Slot(parts[tune].id)) for voice in measure.voices))
        for measure in given.measures
    ]
    score = with_parts(replace(given, parts=(parts[tune],), measures=tuple(moved)), parts)
    empty = [
        Slot(part.id, staff) for index, part in enumerate(parts) if index != tune for staff in range(1, part.staves + 1)
    ]
    return with_rests(score, empty)
