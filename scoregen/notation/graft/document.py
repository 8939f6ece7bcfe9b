"""Grafts generated music into the document that it was generated for.

The given music stays as it is, element by element: lyrics, slurs, layout, credits and elements that scoregen
does not know. New parts are declared and added, generated voices are filled in place, new measures follow the
last one, and the provenance is written into the identification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from scoregen.notation.graft.given_parts import write_generated
from scoregen.notation.graft.loose_ends import close_loose_ends, read_lines
from scoregen.notation.graft.parts import (
    NO_DIVISIONS,
    add_parts,
    declare_divisions,
    first_divisions,
    undeclared_where_idle,
)
from scoregen.notation.graft.voices import read_given_part
from scoregen.notation.musicxml.tree import parse, serialize
from scoregen.notation.musicxml.write.identification import set_miscellaneous
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.score.elements import Score

_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Grafted:
    """A MusicXML text, and what was removed from the given music beside replaced notes, one line each."""

    text: bytes
    notices: tuple[str, ...] = ()


def musicxml_text(score: Score, provenance: Mapping[str, str] = _NOTHING) -> bytes:
    """The text of `musicxml_document`."""
    return musicxml_document(score, provenance).text


def musicxml_document(score: Score, provenance: Mapping[str, str] = _NOTHING) -> Grafted:
    """The score as MusicXML: its own document with the generated music, or a new document."""
    if score.document is None:
        return Grafted(write_musicxml(score, provenance))
    generated = any(voice.origin == "generated" for measure in score.measures for voice in measure.voices)
    if not generated and not provenance:
        return Grafted(score.document)
    return graft(score, provenance)


def graft(score: Score, provenance: Mapping[str, str] = _NOTHING) -> Grafted:
    """The score's document with its generated voices, new parts and new measures.

    Raises ValueError for a score without a document, and RefusedError if a voice to be replaced cannot be
    separated from another.
    """
    if score.document is None:
        raise ValueError("the score has no document; write it with write_musicxml")
    root = parse(score.document, "the given document")
    bodies = {body.get("id"): body for body in root.findall("part")}
    grown = [part for part in score.parts if part.id not in bodies or _has_generated(score, part.id, bodies[part.id])]
    given = list(bodies.values())
    is_counted = first_divisions(given) is not None
    bare = declare_divisions(given) if grown else ()
    notices = [NO_DIVISIONS] if bare and not is_counted else []
    for part in grown:
        if part.id in bodies:
            lines = read_lines(bodies[part.id])
            write_generated(score, part, read_given_part(bodies[part.id]), _instrument_ids(root, part.id))
            notices += close_loose_ends(bodies[part.id], lines, part.name or part.id)
    notices += add_parts(root, score)
    notices += undeclared_where_idle(root, bare, {part.id for part in grown}) if is_counted else ()
    set_miscellaneous(root, provenance)
    return Grafted(serialize(root), tuple(notices))


def _has_generated(score: Score, part_id: str, body: etree._Element) -> bool:
    """Whether a given part has generated voices or new measures."""
    longest = len(score.measures) > len(body.findall("measure"))
    return longest or any(
        voice.slot.part == part_id and voice.origin == "generated"
        for measure in score.measures
        for voice in measure.voices
    )


def _instrument_ids(root: etree._Element, part_id: str) -> Mapping[str, str]:
    """The instrument ids of a given part, by instrument name."""
    declared = (child for child in root.findall("part-list/score-part") if child.get("id") == part_id)
    instruments = [instrument for part in declared for instrument in part.iterfind("score-instrument")]
    ids = [instrument.get("id", "") for instrument in instruments]
    names = [instrument.findtext("instrument-name") for instrument in instruments]
    return {name or own_id: own_id for name, own_id in zip(names, ids, strict=True)}
