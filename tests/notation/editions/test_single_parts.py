"""Parts for the stands."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.notation.editions.single_parts import single_parts
from scoregen.notation.graft.document import musicxml_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.score.directions import Direction, RehearsalMark
from scoregen.score.elements import Rest, Score, Tempo, Voice
from scoregen.score.rhythm import NoteValue
from scoregen.score.timeline import sounding_notes
from tests.chorales import chorale


def scored() -> Score:
    """Four parts, of which the last rests in measures 2 to 7; a rehearsal mark and a tempo stand in measure 5."""
    score = chorale(2, measures=10)
    last = score.parts[-1].id
    measures = []
    for index, measure in enumerate(score.measures):
        voices = tuple(
            Voice(voice.slot, (Rest(NoteValue("whole")),)) if voice.slot.part == last and 1 <= index <= 6 else voice
            for voice in measure.voices
        )
        measures.append(replace(measure, voices=voices))
    mark = Direction(Fraction(0), RehearsalMark("A"))
    tempo = Tempo(Fraction(2), NoteValue("quarter"), Fraction(90))
    measures[4] = replace(measures[4], directions=(mark,), tempos=(tempo,))
    score = replace(score, measures=tuple(measures))
    return read_musicxml(musicxml_document(score).text, "score")


def test_each_part_has_its_notes_and_what_is_for_all() -> None:
    score = scored()
    parts = list(single_parts(score))
    assert [part.parts[0].name for part in parts] == [part.name for part in score.parts]
    for part, whole in zip(parts, score.parts, strict=True):
        own = [(note.onset, note.pitch) for note in sounding_notes(score) if note.slot.part == whole.id]
        assert [(note.onset, note.pitch) for note in sounding_notes(part)] == own
        assert [each.value for each in part.measures[4].directions] == [RehearsalMark("A")]
        assert [(tempo.onset, tempo.per_minute) for tempo in part.measures[4].tempos] == [(2, 90)]


def test_rests_of_several_measures_are_joined_up_to_a_rehearsal_mark() -> None:
    *_, last = single_parts(scored())
    text = (last.document or b"").decode()
    counts = [piece.partition("<")[0] for piece in text.split("<multiple-rest>")[1:]]
    assert counts == ["3", "3"]
