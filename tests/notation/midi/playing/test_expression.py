"""The effect of a score's marks on its MIDI (velocity, length, pedal, order, percussion), and reading them back."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import pytest

from scoregen.notation.files import write_score
from scoregen.notation.midi.playing.dynamics import VELOCITY
from scoregen.notation.midi.read import read_midi
from scoregen.notation.midi.write import to_midi
from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.score.directions import Direction, Dynamic, RepeatMark, Words
from scoregen.score.elements import Clef, Instrument, Part, Score, Slot, Tempo
from scoregen.score.pitch import Unpitched
from scoregen.score.rhythm import NoteValue
from scoregen.score.spanners import End, Pedal, Slur, Wedge
from tests.notation.expressive import expressive
from tests.notation.handmade import BASS, TREBLE, clarinet_and_piano, hymn, line, measure, melody

ZERO, ONE, TWO, THREE, FOUR = (Fraction(n) for n in range(5))
CASES = Path(__file__).resolve().parents[3] / "cases" / "reading"


def tracks(score: Score) -> list[list[tuple[Fraction, mido.Message]]]:
    """Every track's messages with their onsets in quarters."""
    file = mido.MidiFile(file=io.BytesIO(to_midi(score)))
    found = []
    for track in file.tracks:
        now, row = 0, []
        for message in track:
            now += message.time
            row.append((Fraction(now, file.ticks_per_beat), message))
        found.append(row)
    return found


def velocities(score: Score, track: int = 1) -> list[int]:
    return [message.velocity for _, message in tracks(score)[track] if message.type == "note_on"]


def lengths(score: Score) -> list[Fraction]:
    """The sounding length of each note of the first part; one sounds at a time."""
    row = [(onset, message.type) for onset, message in tracks(score)[1] if message.type.startswith("note")]
    begins = [onset for onset, kind in row if kind == "note_on"]
    ends = [onset for onset, kind in row if kind == "note_off"]
    return [end - begin for begin, end in zip(begins, ends, strict=True)]


def dynamic(onset: Fraction, mark: str, **rest: object) -> Direction:
    return Direction(onset, Dynamic(mark), "P1", **rest)  # type: ignore[arg-type]


def marked(*texts: str, **values: object) -> Score:
    """A melody whose first measure has further values."""
    score = melody(*texts)
    return replace(score, measures=(replace(score.measures[0], **values), *score.measures[1:]))  # type: ignore[arg-type]


FOUR_QUARTERS = "q:C5 q:D5 q:E5 q:F5"


def test_without_marks_every_note_has_one_velocity() -> None:
    for score in (hymn(), clarinet_and_piano()):
        assert {velocity for track in range(1, len(score.parts) + 1) for velocity in velocities(score, track)} == {72}


def test_words_slurs_and_signs_without_a_target_change_no_byte() -> None:
    words = (Direction(ZERO, Words("dolce"), "P1"), Direction(ZERO, RepeatMark("segno")))
    slurs = (Slur(Slot("P1"), ZERO, End(0, TWO)),)
    assert to_midi(marked(FOUR_QUARTERS, directions=words, spanners=slurs)) == to_midi(melody(FOUR_QUARTERS))


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([(ZERO, "p"), (TWO, "f")], [49, 49, 96, 96]),
        ([(TWO, "pp")], [72, 72, 33, 33]),
        ([(ZERO, "p"), (ONE, "sfz")], [49, 112, 49, 49]),
        ([(ZERO, "mf"), (ONE, "fp")], [80, 96, 49, 49]),
        ([(ZERO, "più f")], [96] * 4),
        ([(ZERO, "dolce")], [72] * 4),
        ([(ZERO, "p"), (Fraction(3, 2), "f")], [49, 49, 96, 96]),
    ],
)
def test_marks_hold_until_the_next(marks: list[tuple[Fraction, str]], expected: list[int]) -> None:
    assert velocities(marked(FOUR_QUARTERS, directions=tuple(dynamic(*mark) for mark in marks))) == expected


@pytest.mark.parametrize(
    ("kind", "marks", "expected"),
    [
        ("crescendo", [(ZERO, "p"), (FOUR, "f")], [49, 61, 72, 84, 96]),
        ("diminuendo", [(ZERO, "f")], [96, 92, 88, 84, 80]),
        ("crescendo", [(ZERO, "f"), (FOUR, "p")], [96, 100, 104, 108, 49]),
        ("crescendo", [], [72, 76, 80, 84, 88]),
    ],
)
def test_hairpins_are_ramps(kind: str, marks: list[tuple[Fraction, str]], expected: list[int]) -> None:
    """Over a measure, to the mark at the start of the next."""
    wedge = Wedge("P1", ZERO, End(1, ZERO), kind)  # type: ignore[arg-type]
    score = marked(FOUR_QUARTERS, "w:C5", spanners=(wedge,))
    here = tuple(dynamic(*mark) for mark in marks if mark[0] < 4)
    there = tuple(dynamic(onset - 4, mark) for onset, mark in marks if onset >= 4)
    first, second = score.measures
    rows = (replace(first, directions=here), replace(second, directions=there))
    assert velocities(replace(score, measures=rows)) == expected


def test_a_mark_within_a_beat_of_a_hairpin_is_its_goal() -> None:
    wedge = Wedge("P1", ZERO, End(0, Fraction(3, 2)), "crescendo")
    marks = (dynamic(ZERO, "p"), dynamic(TWO, "f"))
    assert velocities(marked(FOUR_QUARTERS, spanners=(wedge,), directions=marks)) == [49, 80, 96, 96]


def test_hairpins_to_and_from_niente() -> None:
    wedge = Wedge("P1", ZERO, End(0, THREE), "diminuendo", niente=True)
    assert velocities(marked(FOUR_QUARTERS, spanners=(wedge,))) == [72, 48, 25, 72]


def test_a_mark_inside_a_hairpin_to_niente_holds_after_it() -> None:
    wedge = Wedge("P1", ZERO, End(0, THREE), "diminuendo", niente=True)
    marks = (dynamic(ZERO, "p"), dynamic(TWO, "f"))
    assert velocities(marked(FOUR_QUARTERS, spanners=(wedge,), directions=marks)) == [49, 33, 96, 96]


def test_a_hairpin_inside_one_to_niente_begins_at_its_level() -> None:
    outer = Wedge("P1", ZERO, End(0, THREE), "diminuendo", niente=True)
    inner = Wedge("P1", ONE, End(0, TWO), "crescendo")
    assert velocities(marked(FOUR_QUARTERS, spanners=(outer, inner))) == [72, 48, 64, 72]


def test_staves_share_their_marks_unless_both_have_one() -> None:
    part = Part("P1", clefs=(TREBLE, BASS))
    row = measure("1", "4/4", {Slot("P1"): "h:C5 h:D5", Slot("P1", 2): "h:C3 h:D3"})
    marks = (dynamic(ZERO, "p"), dynamic(TWO, "f"), dynamic(TWO, "pp", staff=2))
    score = Score((part,), (replace(row, directions=marks),))
    assert velocities(score) == [49, 49, 96, 33]


def test_velocities_of_a_file_take_precedence() -> None:
    loud = (Direction(ZERO, Dynamic("p", 60), "P1"),)
    score = marked(FOUR_QUARTERS, directions=loud)
    assert velocities(score) == [60] * 4
    first, *rest = score.measures[0].voices[0].elements
    own = (replace(first, velocity=101, articulations=("accent",)), *rest)  # type: ignore[call-arg]
    voice = replace(score.measures[0].voices[0], elements=own)
    assert velocities(replace(score, measures=(replace(score.measures[0], voices=(voice,)),))) == [101, 60, 60, 60]


def articulated(*names: str) -> Score:
    score = melody("q:C5 q:D5 h:E5")
    first, *rest = score.measures[0].voices[0].elements
    voice = replace(score.measures[0].voices[0], elements=(replace(first, articulations=names), *rest))  # type: ignore[call-arg]
    return replace(score, measures=(replace(score.measures[0], voices=(voice,)),))


@pytest.mark.parametrize(
    ("names", "length", "velocity"),
    [
        (("staccato",), Fraction(1, 2), 72),
        (("staccatissimo",), Fraction(1, 3), 72),
        (("tenuto",), ONE, 72),
        (("staccato", "tenuto"), Fraction(3, 4), 72),
        (("detached-legato",), Fraction(3, 4), 72),
        (("accent",), ONE, 88),
        (("accent", "staccato"), Fraction(1, 2), 88),
        (("strong-accent",), Fraction(2, 3), 96),
        (("unstress",), ONE, 60),
        (("breath-mark",), ONE, 72),
    ],
)
def test_articulations(names: tuple[str, ...], length: Fraction, velocity: int) -> None:
    assert lengths(articulated(*names)) == [length, ONE, TWO]
    assert velocities(articulated(*names)) == [velocity, 72, 72]


def test_a_tied_note_has_its_full_length() -> None:
    score = melody("h:C5 h:D5~", "w:~D5")
    *rest, last = score.measures[0].voices[0].elements
    voice = replace(score.measures[0].voices[0], elements=(*rest, replace(last, articulations=("staccato",))))  # type: ignore[call-arg]
    score = replace(score, measures=(replace(score.measures[0], voices=(voice,)), score.measures[1]))
    assert lengths(score) == [TWO, Fraction(6)]


def test_pedals_are_controller_64() -> None:
    pedals = (Pedal("P1", ZERO, End(0, ONE)), Pedal("P1", ONE, End(0, THREE)), Pedal("P1", TWO, End(7, ZERO)))
    found = [(onset, m.value) for onset, m in tracks(marked(FOUR_QUARTERS, spanners=pedals))[1] if m.is_cc(64)]
    assert found == [(0, 127), (1, 0), (1, 127), (2, 127), (3, 0), (3, 127), (4, 0)]


def test_dal_segno_al_coda_is_played_in_order() -> None:
    onsets = [(onset, m.note) for onset, m in tracks(expressive())[1] if m.type == "note_on" and onset >= 4]
    assert onsets == [(4, 77), (6, 79), (8, 81), (12, 79), (16, 77), (18, 79), (20, 81), (24, 84), (28, 84)]


def test_the_tempo_goes_back_with_the_performance() -> None:
    fast = Tempo(TWO, NoteValue("quarter"), Fraction(240))
    score = melody("w:C5", FOUR_QUARTERS)
    jump = (Direction(FOUR, RepeatMark("dacapo")),)
    score = replace(score, measures=(score.measures[0], replace(score.measures[1], tempos=(fast,), directions=jump)))
    found = [(onset, m.tempo) for onset, m in tracks(score)[0] if m.type == "set_tempo"]
    assert found == [(0, 500_000), (6, 250_000), (8, 500_000), (14, 250_000)]


def test_words_without_a_number_are_no_tempo() -> None:
    words = (Direction(ZERO, Words("Presto"), "P1"),)
    assert [m.tempo for _, m in tracks(marked("w:C5", directions=words))[0] if m.type == "set_tempo"] == [500_000]


def drums(*struck: str | None, others: tuple[Instrument, ...] = (), key: int | None = None) -> Score:
    part = Part(
        "P1", "Drums", "", (Clef("percussion"),), Instrument("Kick", None, 1, True, key), other_instruments=others
    )
    notes = tuple(replace(line("q:C4")[0], pitch=Unpitched("C", 5, name)) for name in struck)  # type: ignore[call-arg]
    return Score((part,), (measure("1", f"{len(struck)}/4", {Slot("P1"): notes}),))


def keys(score: Score) -> list[tuple[int, int]]:
    return [(m.channel, m.note) for _, m in tracks(score)[1] if m.type == "note_on"]


def test_percussion_sounds_the_key_of_its_instrument() -> None:
    cowbell = Instrument("Cowbell", None, 1, True, 57)
    assert keys(drums("Kick", "Cowbell", None, others=(cowbell,), key=37)) == [(9, 36), (9, 56), (9, 38)]
    assert keys(drums("Kick", None, key=37)) == [(9, 36), (9, 36)]
    assert keys(drums("Kick", "Snare", None)) == [(9, 38)] * 3


def test_percussion_of_a_file(repository: Path) -> None:
    score = read_musicxml(load_document(CASES / "percussion_and_groups.musicxml"), "")
    declared = {
        instrument.name: instrument.midi_unpitched
        for part in score.parts
        for instrument in (part.instrument, *part.other_instruments)
        if instrument is not None and instrument.midi_unpitched is not None
    }
    assert declared
    struck = {m.note + 1 for row in tracks(score)[1:] for _, m in row if m.type == "note_on" and m.channel == 9}
    assert struck & set(declared.values())


# Reading back.


def test_velocities_and_pedals_come_back(tmp_path: Path) -> None:
    (path,) = write_score(expressive(), tmp_path / "score.mid")
    read = read_midi(path)
    assert [velocities(read, track) for track in (1, 2)] == [velocities(expressive(), track) for track in (1, 2)]
    pedals = [(index, s.onset) for index, row in enumerate(read.measures) for s in row.spanners]
    assert pedals == [(0, 0), (0, 2), (1, 3), (4, 3)]
    (again,) = write_score(read, tmp_path / "again.mid")
    assert read_midi(again) == read


def test_the_usual_velocity_is_none(tmp_path: Path) -> None:
    (path,) = write_score(hymn(), tmp_path / "hymn.mid")
    notes = [n for row in read_midi(path).measures for v in row.voices for e in v.elements for n in e.notes]
    assert VELOCITY == 72 and {note.velocity for note in notes} == {None}


def test_percussion_keys_come_back(tmp_path: Path) -> None:
    others = (Instrument("Tambourine", None, 1, True, 55), Instrument("Claves", None, 1, True, 76))
    score = drums("Kick", "Tambourine", "Claves", others=others, key=37)
    (path,) = write_score(score, tmp_path / "drums.mid")
    read = read_midi(path)
    assert keys(read) == keys(score) == [(9, 36), (9, 54), (9, 75)]
    assert [instrument.name for instrument in read.parts[0].other_instruments] == ["Tambourine", "Claves"]
