"""MIDI: the file sounds like the score, and it reads back as it was written."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoregen.notation.midi.playing.performance import unfold_score
from scoregen.notation.midi.read import read_midi
from scoregen.notation.midi.write import ticks_per_quarter, to_midi
from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.score.check import problems
from scoregen.score.elements import (
    Barline,
    Chord,
    Clef,
    Instrument,
    Measure,
    Metadata,
    Note,
    Part,
    Rest,
    Score,
    Slot,
    Tempo,
    Voice,
)
from scoregen.score.keys import KeySignature
from scoregen.score.metre import SignatureChange, TimeSignature
from scoregen.score.navigation import MAX_ROUNDS, performance_order
from scoregen.score.pitch import Pitch, Unpitched
from scoregen.score.rhythm import NoteValue, notate
from scoregen.score.timeline import sounding_notes
from scoregen.system.errors import ReadError, RefusedError
from tests.notation.handmade import clarinet_and_piano, hymn, line, measure, melody

CASES = Path(__file__).resolve().parents[2] / "cases" / "reading"
Sound = tuple[int, Fraction, Fraction]


def read_back(data: bytes) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(data), charset="utf-8")


def sounds(track: mido.MidiTrack, ticks: int) -> list[Sound]:
    """Pitch, onset and duration in quarters of every note of a track."""
    now, found = 0, []
    waiting: dict[int, list[int]] = {}
    for message in track:
        now += message.time
        if message.type == "note_on":
            waiting.setdefault(message.note, []).append(now)
        elif message.type == "note_off":
            start = waiting[message.note].pop(0)
            found.append((message.note, Fraction(start, ticks), Fraction(now - start, ticks)))
    assert not any(waiting.values())
    return found


def expected(score: Score, part: str) -> Counter[Sound]:
    notes = sounding_notes(unfold_score(score))
    return Counter((n.pitch.midi_pitch, n.onset, n.duration) for n in notes if n.slot.part == part)  # type: ignore[union-attr]


@pytest.mark.parametrize("score", [hymn(), clarinet_and_piano()], ids=["hymn", "duo"])
def test_every_track_sounds_as_its_part(score: Score) -> None:
    file = read_back(to_midi(score))
    assert file.type == 1 and len(file.tracks) == 1 + len(score.parts)
    for part, track in zip(score.parts, file.tracks[1:], strict=True):
        assert track.name == part.name
        assert Counter(sounds(track, file.ticks_per_beat)) == expected(score, part.id)


@pytest.mark.parametrize("case", ["anacrusis", "split_voices", "ties", "transposition", "repeats", "rounded_triplets"])
def test_files_sound_as_they_are_read(case: str) -> None:
    score = read_musicxml(load_document(CASES / f"{case}.musicxml"), case)
    file = read_back(to_midi(score))
    for part, track in zip(score.parts, file.tracks[1:], strict=True):
        assert Counter(sounds(track, file.ticks_per_beat)) == expected(score, part.id)


def test_the_same_score_gives_the_same_bytes() -> None:
    assert to_midi(hymn()) == to_midi(hymn())


def test_the_conductor_track_has_title_tempo_metre_and_key() -> None:
    score = replace(hymn(), metadata=Metadata("Für Élise"))
    (conductor, *_) = read_back(to_midi(score)).tracks
    found = [(m.type, m.dict()) for m in conductor if m.is_meta]
    assert conductor.name == "Für Élise"
    assert [m["tempo"] for kind, m in found if kind == "set_tempo"] == [mido.bpm2tempo(88)]
    assert [m["key"] for kind, m in found if kind == "key_signature"] == ["G"]
    metres = [(m["numerator"], m["denominator"]) for kind, m in found if kind == "time_signature"]
    assert metres == [(1, 4), (3, 4), (2, 4)]  # the anacrusis and its complement keep barlines in step


def test_minor_keys_and_later_tempos() -> None:
    score = melody("w:C4", "w:D4", key=-3)
    slow = Tempo(Fraction(2), NoteValue("half"), Fraction(30))
    minor = [
        replace(row, key=KeySignature(-3, "minor"), tempos=(slow,) * index) for index, row in enumerate(score.measures)
    ]
    file = read_back(to_midi(replace(score, measures=tuple(minor))))
    now, tempos = 0, []
    for message in file.tracks[0]:
        now += message.time
        if message.type == "set_tempo":
            tempos.append((Fraction(now, file.ticks_per_beat), message.tempo))
    assert tempos == [(0, 500_000), (6, 1_000_000)]
    assert [m.key for m in file.tracks[0] if m.type == "key_signature"] == ["Cm"]


def rows(*specs: str) -> tuple[Measure, ...]:
    """`|:` starts a repeat, `:|` (or `:|4`) ends one, `[1,2` is an ending; one text per measure."""
    made = []
    for number, spec in enumerate(specs):
        sign = spec.partition(":|")
        times = (int(sign[2] or 2)) if sign[1] else 0
        endings = tuple(int(n) for n in sign[0].partition("[")[2].split(",") if n)
        made.append(
            Measure(
                str(number), Fraction(4), TimeSignature((4,), 4), KeySignature(),
                barline=Barline("regular", times), repeat_start=spec.startswith("|:"), endings=endings,
            )
        )  # fmt: skip
    return tuple(made)


@pytest.mark.parametrize(
    ("specs", "order"),
    [
        (("", ""), "01"),
        (("", ":|", ""), "01012"),
        (("", "|:", ":|", ""), "012123"),
        (("", ":|3", ""), "0101012"),
        (("|:", "[1:|", "[2", ""), "01023"),
        (("|:", "[1,2:|", "[3", ""), "0101023"),
        (("|:", "[1:|", "[2:|", ""), "01023"),
        (("|:", "[1", "[1:|", "[2", "", ":|"), "012034545"),
        (("|:", "[1:|", ""), "0102"),
        (("|:", ":|", "|:", ":|"), "01012323"),
        (("", ":|", "", ":|"), "01012323"),
    ],
)
def test_repeats_and_endings_are_unfolded(specs: tuple[str, ...], order: str) -> None:
    assert "".join(map(str, performance_order(rows(*specs)))) == order


def test_an_unfolded_score_has_no_repeats() -> None:
    played = unfold_score(clarinet_and_piano())
    assert [row.number for row in played.measures] == ["1", "2", "1", "3"]
    assert unfold_score(played) == played


def test_a_repeat_sign_cannot_run_for_ever() -> None:
    assert len(performance_order(rows(":|1000000"))) == MAX_ROUNDS


def test_triplets_and_septuplets_are_exact_in_ticks() -> None:
    seven = tuple(Note(NoteValue("16th", 0, 7, 4), Pitch("C", 0, 5)) for _ in range(7))
    voice = Voice(Slot("P1"), (*line("e3:C4 e3:D4 e3:E4 h:F4"), *seven))
    score = replace(melody("w:C4"), measures=(replace(melody("w:C4").measures[0], voices=(voice,)),))
    file = read_back(to_midi(score))
    assert file.ticks_per_beat == 3360  # the smallest multiple of 480 that 7 divides
    assert Counter(sounds(file.tracks[1], file.ticks_per_beat)) == expected(score, "P1")


def test_times_that_no_resolution_expresses_are_rounded() -> None:
    wild = tuple(Note(NoteValue("quarter", 0, n, 1), Pitch("C", 0, 4)) for n in (7, 11, 13, 17, 19))
    score = replace(melody("w:C4"), measures=(replace(melody("w:C4").measures[0], voices=(Voice(Slot("P1"), wild),)),))
    assert ticks_per_quarter(sounding_notes(score), score) == 480
    assert len(sounds(read_back(to_midi(score)).tracks[1], 480)) == 5


def test_grace_notes_come_before_their_beat_and_cue_notes_are_silent() -> None:
    grace = replace(line("e:D5")[0], grace=True)
    cue = replace(line("h:A5")[0], cue=True)
    voice = Voice(Slot("P1"), (*line("h:C5"), grace, *line("q:E5 q:r")))
    other = Voice(Slot("P1", 1, 2), (cue, Rest(NoteValue("half"))))
    score = replace(melody("w:C4"), measures=(replace(melody("w:C4").measures[0], voices=(voice, other)),))
    file = read_back(to_midi(score))
    assert sorted(sounds(file.tracks[1], file.ticks_per_beat), key=lambda note: note[1]) == [
        (72, 0, 2), (74, Fraction(15, 8), Fraction(1, 8)), (76, 2, 1),
    ]  # fmt: skip


def test_a_repeated_note_sounds_again() -> None:
    track = read_back(to_midi(melody("q:C4 q:C4 h:C4"))).tracks[1]
    kinds = [message.type for message in track if message.type.startswith("note")]
    assert kinds == ["note_on", "note_off"] * 3


def choir(count: int, **instrument: object) -> Score:
    parts = tuple(
        Part(f"P{n}", f"Part {n}", instrument=Instrument("x", None, 1 + n % 128, **instrument))  # type: ignore[arg-type]
        for n in range(count)
    )
    voices = tuple(Voice(Slot(part.id), line("w:C4")) for part in parts)
    return Score(parts, (replace(melody("w:C4").measures[0], voices=voices),))


def test_channels_skip_the_drums_and_continue_on_other_ports() -> None:
    tracks = read_back(to_midi(choir(20))).tracks[1:]
    channels = [next(m.channel for m in track if m.type == "program_change") for track in tracks]
    ports = [next((m.port for m in track if m.type == "midi_port"), 0) for track in tracks]
    assert 9 not in channels
    assert len(set(zip(ports, channels, strict=True))) == 20
    assert [next(m.program for m in track if m.type == "program_change") for track in tracks] == list(range(20))


def test_drums_go_to_their_channel() -> None:
    score = choir(1, percussion=True)
    snare = Voice(Slot("P0"), (Note(NoteValue("whole"), Unpitched("C", 5)),))
    score = replace(score, measures=(replace(score.measures[0], voices=(snare,)),))
    (note,) = [m for m in read_back(to_midi(score)).tracks[1] if m.type == "note_on"]
    assert (note.channel, note.note) == (9, 38)


def test_signatures_that_change_inside_a_measure() -> None:
    changes = (SignatureChange(Fraction(2), KeySignature(-3, "major"), TimeSignature((2,), 4)),)
    first, last = melody("h:C4 h:D4", "h:E4").measures
    later = replace(last, time=TimeSignature((2,), 4), key=KeySignature(-3, "major"))
    score = Score(melody("w:C4").parts, (replace(first, changes=changes), later))
    now, found = 0, []
    for message in mido.MidiFile(file=io.BytesIO(to_midi(score))).tracks[0]:
        now += message.time
        if message.type == "time_signature":
            found.append((now, f"{message.numerator}/{message.denominator}"))
        elif message.type == "key_signature":
            found.append((now, message.key))
    assert found == [(0, "4/4"), (0, "C"), (960, "2/4"), (960, "Eb")]


def test_a_linked_tablature_is_silent() -> None:
    part = Part("P1", "Guitar", clefs=(Clef("G", 2, -1), Clef("TAB", 5)))
    score = Score((part,), (measure("1", "4/4", {Slot("P1", 1): "h:C4 h:E4", Slot("P1", 2): "h:C4 h:E4"}),))
    track = mido.MidiFile(file=io.BytesIO(to_midi(score))).tracks[1]
    assert [message.note for message in track if message.type == "note_on"] == [60, 64]


def played(name: str, track: int) -> list[int]:
    """The keys of the notes of a track of a file in tests/cases/reading."""
    score = read_musicxml(load_document(CASES / f"{name}.musicxml"), name)
    messages = mido.MidiFile(file=io.BytesIO(to_midi(score))).tracks[track]
    return [message.note for message in messages if message.type == "note_on"]


@pytest.mark.parametrize(
    ("name", "track", "expected"),
    [
        ("octave_clef_and_transpose", 2, [60, 59, 60, 62, 64, 60]),
        ("dal_segno_al_coda", 1, [60, 62, 64, 65, 62, 64, 67, 72]),
        ("midi_unpitched", 2, [38, 42, 38, 42, 38, 38]),
        ("linked_tablature", 2, [60, 64, 55]),
        ("tie_across_voices", 1, [74, 67]),
    ],
)
def test_files_of_other_programs_sound_as_meant(name: str, track: int, expected: list[int]) -> None:
    assert played(name, track) == expected


def test_tracks_last_as_long_as_the_score() -> None:
    file = read_back(to_midi(melody("q:C4 h.:r", "w:r")))
    assert {sum(message.time for message in track) for track in file.tracks} == {8 * file.ticks_per_beat}


# Reading back.


def round_trip(score: Score, folder: Path) -> Score:
    path = folder / "score.mid"
    path.write_bytes(to_midi(score))
    return read_midi(path)


def bag(score: Score) -> Counter[tuple[str, str, Fraction, Fraction]]:
    return Counter((n.slot.part, str(n.pitch), n.onset, n.duration) for n in sounding_notes(score))


@pytest.mark.parametrize("score", [hymn(), clarinet_and_piano()], ids=["hymn", "duo"])
def test_a_score_comes_back_from_midi(score: Score, tmp_path: Path) -> None:
    read = round_trip(score, tmp_path)
    assert problems(read) == ()
    assert bag(read) == bag(unfold_score(score))
    assert [part.name for part in read.parts] == [part.name for part in score.parts]
    assert [(row.duration, row.key.fifths) for row in read.measures] == [
        (row.duration, row.key.fifths) for row in unfold_score(score).measures
    ]


def test_an_anacrusis_title_tempo_and_staves_come_back(tmp_path: Path) -> None:
    read = round_trip(hymn(), tmp_path)
    assert read.has_anacrusis and read.measures[0].number == "0" and read.measures[0].implicit
    assert read.measures[0].time == TimeSignature((3,), 4)
    assert read.measures[0].tempos == (Tempo(Fraction(0), NoteValue("quarter"), Fraction(88)),)
    assert read.metadata.title == "A Hymn"
    assert round_trip(clarinet_and_piano(), tmp_path).parts[1].staves == 2


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """One voice of notes, chords and rests on 16ths or triplet eighths, beat by beat, in 3/4."""
    time = TimeSignature((3,), 4)
    measures = []
    for number in range(draw(st.integers(1, 3))):
        ends: set[Fraction] = {Fraction(3)}
        for beat in range(3):
            step = draw(st.sampled_from((Fraction(1, 4), Fraction(1, 3))))
            ends |= {beat + step * index for index in draw(st.sets(st.integers(1, int(1 / step))))}
        values = notate(sorted(ends), Fraction(3), time)
        elements = tuple(draw(st.sampled_from(KINDS))(value) for group in values for value in group)
        measures.append(Measure(str(number + 1), Fraction(3), time, KeySignature(), (Voice(Slot("P1"), elements),)))
    return Score((Part("P1", "Part"),), tuple(measures))


KINDS = (
    lambda value: Note(value, Pitch("C", 0, 5)),
    lambda value: Chord((Note(value, Pitch("D", 0, 5)), Note(value, Pitch("F", 1, 5)))),
    lambda value: Rest(value),
)


@settings(max_examples=60, deadline=None)
@given(score=scores())
def test_any_rhythm_of_notation_comes_back(score: Score, tmp_path_factory: pytest.TempPathFactory) -> None:
    if not sounding_notes(score):
        return
    read = round_trip(score, tmp_path_factory.mktemp("midi"))
    assert problems(read) == () and bag(read) == bag(score)


def midi(*messages: mido.Message, ticks: int = 480) -> bytes:
    file = mido.MidiFile(type=0, ticks_per_beat=ticks)
    file.tracks.append(mido.MidiTrack(messages))
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


def test_notes_played_by_hand_become_legible(tmp_path: Path) -> None:
    keys = ((60, 7, 470), (62, 488, 475), (64, 967, 236), (65, 1202, 221), (67, 1444, 460))
    events = sorted(
        [(on, "note_on", key) for key, on, _ in keys] + [(on + long, "note_off", key) for key, on, long in keys]
    )
    now, messages = 0, []
    for tick, kind, key in events:
        messages.append(mido.Message(kind, note=key, velocity=64, time=tick - now))
        now = tick
    (tmp_path / "played.mid").write_bytes(midi(*messages))
    read = read_midi(tmp_path / "played.mid")
    assert [(n.pitch.midi_pitch, n.onset) for n in sounding_notes(read)] == [  # type: ignore[union-attr]
        (60, 0), (62, 1), (64, 2), (65, Fraction(5, 2)), (67, 3),
    ]  # fmt: skip


def test_more_lines_than_a_staff_holds_lose_no_note(tmp_path: Path) -> None:
    keys = range(60, 66)
    messages = [mido.Message("note_on", note=key, time=480 * (key > 60)) for key in keys]
    messages += [mido.Message("note_off", note=key, time=480) for key in keys]
    (tmp_path / "many.mid").write_bytes(midi(*messages))
    read = read_midi(tmp_path / "many.mid")
    assert problems(read) == () and len(sounding_notes(read)) == 6
    assert max(slot.voice for slot in read.slots) == 4


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "has no header MThd"),
        (b"no midi at all", "has no header MThd"),
        (midi(mido.Message("note_on", note=60))[:20], "damaged"),
        (midi(mido.Message("program_change", program=3)), "has no notes"),
        (
            midi(mido.Message("note_on", note=60), *[mido.Message("note_off", note=60, time=2**27)]),
            "at most",
        ),
    ],
)
def test_a_damaged_file_is_a_one_line_error(data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "bad.mid").write_bytes(data)
    with pytest.raises(ReadError, match=message) as caught:
        read_midi(tmp_path / "bad.mid")
    assert "bad.mid" in str(caught.value) and "\n" not in str(caught.value)


def test_smpte_frames_and_independent_pieces_are_refused(tmp_path: Path) -> None:
    good = bytearray(midi(mido.Message("note_on", note=60)))
    for place, value, message in ((12, 0xE7, "SMPTE frames"), (9, 2, "format 2")):
        data = bytearray(good)
        data[place] = value
        (tmp_path / "odd.mid").write_bytes(bytes(data))
        with pytest.raises(RefusedError, match=message):
            read_midi(tmp_path / "odd.mid")
