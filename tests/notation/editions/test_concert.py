"""Concert and written pitch."""

from __future__ import annotations

from dataclasses import replace

from scoregen.notation.editions.concert import at_concert_pitch, at_written_pitch
from scoregen.notation.graft.document import musicxml_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.score.elements import Instrument, Part, Score
from scoregen.score.pitch import UNISON, Interval
from scoregen.score.timeline import sounding_notes
from tests.chorales import chorale

CLARINET, BASS = Interval(-1, -2), Interval(-7, -12)


def band() -> Score:
    """A clarinet, a double bass, and two others, as a MusicXML document."""
    score = chorale(3, measures=4)
    first, *middle, last = score.parts
    parts = (
        Part(
            first.id,
            "Clarinet in Bb",
            instrument=Instrument("Clarinet", "wind.reed.clarinet.bflat", 72),
            transposition=CLARINET,
        ),
        *middle,
        replace(
            last, name="Double bass", instrument=Instrument("Double bass", "strings.contrabass", 44), transposition=BASS
        ),
    )
    return read_musicxml(musicxml_document(replace(score, parts=parts)).text, "band")


def heard(score: Score) -> list[tuple[object, object]]:
    return [(note.onset, note.pitch) for note in sounding_notes(score)]


def test_a_clarinet_is_written_as_it_sounds_and_a_double_bass_stays_an_octave_higher() -> None:
    score = band()
    concert = at_concert_pitch(score)
    assert [concert.parts[0].transposition, concert.parts[-1].transposition] == [UNISON, BASS]
    again = read_musicxml(concert.document or b"", "concert")
    assert heard(again) == heard(score) and [m.key for m in again.measures] == [m.key for m in score.measures]
    assert (concert.document or b"").count(b"<transpose>") == 1


def test_the_written_pitch_comes_back() -> None:
    score = band()
    back = at_written_pitch(at_concert_pitch(score))
    again = read_musicxml(back.document or b"", "back")
    assert again.parts[0].transposition == CLARINET and heard(again) == heard(score)


def test_a_transposition_in_semitones_alone_is_that_of_the_nearest_step() -> None:
    """The diatonic part of a transposition is optional."""
    score = band()
    short = (score.document or b"").replace(b"<diatonic>-1</diatonic>", b"")
    assert short != score.document
    concert = at_concert_pitch(read_musicxml(short, "short"))
    assert heard(read_musicxml(concert.document or b"", "concert")) == heard(score)


def test_a_score_that_is_at_concert_pitch_is_unchanged() -> None:
    score = chorale(1, measures=3)
    assert at_concert_pitch(score) is score
