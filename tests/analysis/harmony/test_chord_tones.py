"""The functions of notes in their chords."""

from __future__ import annotations

from scoregen.analysis.harmony.chord_tones import note_roles
from scoregen.analysis.harmony.chords import chord_spans
from scoregen.score.timeline import sounding_notes
from tests.analysis.rules.test_rules import score_of

CADENCE = {"Soprano": "C5 D5 C5 C5", "Alto": "G4 G4 F4 E4", "Tenor": "E4 D4 D4 C4", "Bass": "C3 B2 G2 C3"}


def test_members_are_named_by_their_position() -> None:
    score = score_of(CADENCE)
    spans = chord_spans(score)
    first = [note_roles(spans, note)[0] for note in sounding_notes(score) if note.onset == 0]
    assert [role.name for role in first] == ["root", "fifth", "third", "root"]
    assert all(role.is_member for role in first)


def test_a_non_chord_tone_is_named_by_its_kind() -> None:
    score = score_of(CADENCE)
    spans = chord_spans(score)
    found = {
        (note.slot.part, note.onset): role
        for note in sounding_notes(score)
        for role in note_roles(spans, note)
        if not role.is_member
    }
    kinds = {(foreign.note.slot.part, foreign.note.onset): foreign.kind for span in spans for foreign in span.foreign}
    assert {place: role.name for place, role in found.items()} == kinds
