"""A score as a new MusicXML 4.0 document.

All values of the score are written, with beams, stems, tuplet brackets and visible accidentals derived from
them. There is no page layout except breaks of systems and pages, and there are no credits: every reader lays
out the pages itself. A regular barline at the end of a piece becomes light-heavy. Ties and slurs without a
partner are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from scoregen.notation.musicxml.tree import serialize
from scoregen.notation.musicxml.write.identification import write_identification
from scoregen.notation.musicxml.write.measure import part_context, part_divisions, write_part
from scoregen.notation.musicxml.write.part_list import part_entries, part_list
from scoregen.notation.musicxml.write.spanners import slur_marks
from scoregen.score.elements import Score

VERSION = "4.0"
_NOTHING: Mapping[str, str] = {}


def write_musicxml(score: Score, provenance: Mapping[str, str] = _NOTHING) -> bytes:
    """The document as UTF-8 text; `provenance` becomes its miscellaneous fields.

    Raises RefusedError for what MusicXML or its readers do not support: a fifth voice on a staff, a pitch
    outside octaves 0 to 9, lengths finer than 16383 divisions per quarter.
    """
    root = etree.Element("score-partwise", {"version": VERSION})
    breaks = {measure.break_before for measure in score.measures if measure.break_before is not None}
    write_identification(root, score.metadata, provenance, breaks)
    entries = part_entries(score, score.parts)
    root.append(part_list(entries))
    divisions = part_divisions(score, directions=True)
    for order, entry in enumerate(entries):
        context = part_context(score, entry.part, divisions[entry.part.id], entry.instrument_ids)
        context = replace(context, slurs=slur_marks(score, entry.part))
        root.append(write_part(score, context, entry.id, is_first_part=order == 0))
    etree.indent(root, space="  ")
    return serialize(root)
