"""Ids for single notes in a document that is to be engraved; verovio draws each note with its id."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.graft.marks import Finder
from scoregen.notation.musicxml.tree import parse, serialize
from scoregen.score.elements import Score
from scoregen.score.timeline import SoundingNote, measure_onsets


def with_note_ids(score: Score, names: Mapping[SoundingNote, str]) -> tuple[bytes, dict[SoundingNote, tuple[str, ...]]]:
    """The score's document with ids for these notes, and the ids by note: one for each note of its tie chain.

    The first id of a note is its name. Existing ids are removed: the text is for engraving only.
    """
    root = parse(musicxml_text(score), "the given document")
    for given in root.iter("note"):
        if "id" in given.attrib:
            del given.attrib["id"]
    finder = Finder(score, root)
    written = _notated_notes(score)
    found: dict[SoundingNote, tuple[str, ...]] = {}
    taken: set[etree._Element] = set()
    for note, name in names.items():
        ids: list[str] = []
        for piece in _tie_chain(note, written):
            element = finder.element(piece, taken)
            if element is not None:
                taken.add(element)
                ids.append(f"{name}-{len(ids)}" if ids else name)
                element.set("id", ids[-1])
        found[note] = tuple(ids)
    return serialize(root), found


def _notated_notes(score: Score) -> dict[str, list[SoundingNote]]:
    """All notes by part as notated, with ties not merged."""
    found: dict[str, list[SoundingNote]] = {part.id: [] for part in score.parts}
    for index, (measure, start) in enumerate(zip(score.measures, measure_onsets(score), strict=True)):
        for voice in measure.voices:
            onset = start
            for element in voice.elements:
                for note in () if element.grace else element.notes:
                    found[voice.slot.part].append(SoundingNote(voice.slot, onset, note.duration, note.pitch, index))
                onset += element.duration
    return found


def _tie_chain(note: SoundingNote, written: Mapping[str, list[SoundingNote]]) -> list[SoundingNote]:
    """The notated notes of a sounding note; only those of its voice if two voices share the pitch."""
    end = note.onset + note.duration
    inside = [
        other for other in written[note.slot.part] if other.pitch == note.pitch and note.onset <= other.onset < end
    ]
    own = [other for other in inside if other.slot == note.slot]
    return own or inside
