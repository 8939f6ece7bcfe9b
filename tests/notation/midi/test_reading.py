"""Reading MIDI: words, spelling, pickups, wrapped files, files off the grid, and limits."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import mido
import pytest

from scoregen.notation.files import read_score
from scoregen.notation.midi import content
from scoregen.notation.midi.anacrusis import find_anacrusis
from scoregen.notation.midi.chunks import plain_midi
from scoregen.notation.midi.lyrics import TextEvent, place_syllables, sung_words, syllables
from scoregen.notation.midi.measures.spelling import pitch_class_weights, spell_in_key, spelling_key
from scoregen.notation.midi.read import read_midi
from scoregen.score.check import problems
from scoregen.score.elements import Lyric, Score
from scoregen.score.keys import Key, KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.timeline import sounding_notes
from scoregen.system.errors import ReadError

TICKS = 480


def track(*events: tuple[int, mido.Message | mido.MetaMessage]) -> mido.MidiTrack:
    """A track of messages at absolute ticks."""
    made, now = mido.MidiTrack(), 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        made.append(message.copy(time=tick - now))
        now = tick
    return made


def notes(pitches: list[int], length: int = TICKS, start: int = 0) -> list[tuple[int, mido.Message]]:
    """One note after another, each of `length` ticks."""
    made = []
    for index, pitch in enumerate(pitches):
        made.append((start + index * length, mido.Message("note_on", note=pitch, velocity=72)))
        made.append((start + (index + 1) * length, mido.Message("note_off", note=pitch)))
    return sorted(made, key=lambda event: (event[0], event[1].type == "note_on"))


def data_of(*tracks: mido.MidiTrack, ticks: int = TICKS) -> bytes:
    file, written = mido.MidiFile(ticks_per_beat=ticks, charset="utf-8"), io.BytesIO()
    file.tracks.extend(tracks)
    file.save(file=written)
    return written.getvalue()


def read(folder: Path, data: bytes, name: str = "tune.mid") -> Score:
    (folder / name).write_bytes(data)
    score = read_midi(folder / name)
    assert problems(score) == ()
    return score


def spelled(score: Score) -> list[str]:
    return [str(note.pitch) for note in sounding_notes(score)]


def key(name: str) -> tuple[int, mido.MetaMessage]:
    return 0, mido.MetaMessage("key_signature", key=name)


def lyrics(score: Score) -> list[tuple[str, str]]:
    return [
        (lyric.text, lyric.syllabic)
        for row in score.measures
        for voice in row.voices
        for element in voice.elements
        for note in element.notes
        for lyric in note.lyrics
    ]


# Spelling.


@pytest.mark.parametrize(
    ("name", "pitches", "expected"),
    [
        ("Em", [76, 75, 76, 74, 72, 71], "E5 D#5 E5 D5 C5 B4"),
        ("Am", [69, 68, 69, 66, 68, 69, 70, 68], "A4 G#4 A4 F#4 G#4 A4 Bb4 G#4"),
        ("Dm", [62, 61, 62, 70, 69], "D4 C#4 D4 Bb4 A4"),
        ("Cm", [60, 59, 60, 63, 66, 67], "C4 B3 C4 Eb4 F#4 G4"),
        ("C", [67, 68, 69, 68, 67], "G4 G#4 A4 Ab4 G4"),
        ("C", [60, 62, 64, 65, 67, 70, 69], "C4 D4 E4 F4 G4 Bb4 A4"),
        ("Eb", [63, 67, 70, 63, 66, 65, 70, 67, 63], "Eb4 G4 Bb4 Eb4 Gb4 F4 Bb4 G4 Eb4"),
    ],
)
def test_pitches_are_spelled_by_key_mode_and_melody(
    name: str, pitches: list[int], expected: str, tmp_path: Path
) -> None:
    assert spelled(read(tmp_path, data_of(track(key(name), *notes(pitches))))) == expected.split()


def test_a_minor_tune_under_a_major_signature_is_spelled_in_minor(tmp_path: Path) -> None:
    tune = [69, 71, 72, 71, 69, 68, 64, 68, 69, 76, 74, 72, 71, 68, 69, 69]
    score = read(tmp_path, data_of(track(key("C"), *notes(tune))))
    assert "G#4" in spelled(score) and "Ab4" not in spelled(score) and score.measures[0].key.mode == "major"


def test_without_a_signature_the_notes_decide(tmp_path: Path) -> None:
    b_minor = [71, 73, 74, 76, 78, 79, 70, 71, 78, 70, 73, 71]
    assert "A#4" in spelled(read(tmp_path, data_of(track(*notes(b_minor)))))
    e_flat = [63, 65, 67, 68, 70, 72, 74, 75, 70, 67, 68, 63]
    assert {"Ab4", "Bb4", "Eb4"} <= set(spelled(read(tmp_path, data_of(track(*notes(e_flat))))))


def test_the_key_of_the_spelling() -> None:
    weights = pitch_class_weights((pitch, Fraction(1)) for pitch in (57, 59, 60, 62, 64, 65, 68, 69, 57))
    assert spelling_key(KeySignature(0, "major"), weights) == Key.parse("a minor") == spelling_key(None, weights)
    assert spelling_key(KeySignature(1, "minor"), weights) == Key.parse("e minor")
    assert str(spell_in_key(63, Key.parse("C major"), 64)) == "D#4"
    assert str(spell_in_key(63, Key.parse("C major"), None)) == "Eb4"


# Words.


def words(*texts: str, kind: str = "lyrics") -> list[tuple[int, mido.MetaMessage]]:
    return [(index * TICKS, mido.MetaMessage(kind, text=text)) for index, text in enumerate(texts)]


def test_lyric_events_are_kept(tmp_path: Path) -> None:
    data = data_of(track(*words("Sing ", "al-", "le-", "lu", "ia"), *notes([67, 69, 71, 72, 71])))
    assert lyrics(read(tmp_path, data)) == [
        *[("Sing", "single"), ("al", "begin"), ("le", "middle"), ("lu", "middle"), ("ia", "end")]
    ]


def test_without_spaces_only_hyphens_continue_a_word(tmp_path: Path) -> None:
    data = data_of(track(*words("Sing", "al-", "le", "now"), *notes([67, 69, 71, 72])))
    found = [("Sing", "single"), ("al", "begin"), ("le", "end"), ("now", "single")]
    assert lyrics(read(tmp_path, data)) == found


def test_words_of_a_track_of_their_own_go_to_the_part_that_fits(tmp_path: Path) -> None:
    half = notes([48, 50], 2 * TICKS)
    data = data_of(track(*words("One ", "two ", "three ", "four")), track(*half), track(*notes([60, 62, 64, 65])))
    score = read(tmp_path, data)
    sung = {voice.slot.part for row in score.measures for voice in row.voices if any_lyric(voice.elements)}
    assert len(lyrics(score)) == 4 and sung == {"P2"}


def any_lyric(elements: tuple[object, ...]) -> bool:
    return any(note.lyrics for element in elements for note in element.notes)  # type: ignore[attr-defined]


def test_karaoke_texts_are_words_and_other_texts_are_not(tmp_path: Path) -> None:
    karaoke = data_of(track(*words("@KMIDI", "\\Good ", "/mor", "ning ", kind="text"), *notes([60, 62, 64, 65])))
    assert lyrics(read(tmp_path, karaoke)) == [("Good", "single"), ("mor", "begin"), ("ning", "end")]
    assert lyrics(read(tmp_path, data_of(track(*words("made by hand", kind="text"), *notes([60]))))) == []


def test_words_without_a_note_are_named(tmp_path: Path) -> None:
    data = data_of(track(*words("a ", "b ", "c ", "d "), *notes([60, 62])))
    score = read(tmp_path, data)
    assert score.notices == ("2 syllables of the MIDI file left out; found no note at that place",)


def test_syllables_are_placed_at_the_nearest_note() -> None:
    sung = sung_words(
        [TextEvent(Fraction(0), "la "), TextEvent(Fraction(9, 10), "\r"), TextEvent(Fraction(9, 10), "li")]
    )
    placed, lost = place_syllables(syllables(sung), [Fraction(0), Fraction(1)])
    assert placed == {Fraction(0): Lyric("la"), Fraction(1): Lyric("li")} and lost == 0


# Notes at fault.


def test_notes_without_a_length_are_left_out_and_named(tmp_path: Path) -> None:
    zero = [(TICKS, mido.Message("note_on", note=71, velocity=80)), (TICKS, mido.Message("note_off", note=71))]
    score = read(tmp_path, data_of(track(*notes([67, 72, 74]), *zero)))
    assert spelled(score) == ["G4", "C5", "D5"] and {voice.slot.voice for voice in score.measures[0].voices} == {1}
    assert score.notices == ("1 note without a length left out",)


def test_notes_without_an_end_last_as_long_as_their_track(tmp_path: Path) -> None:
    hanging = (TICKS, mido.Message("note_on", note=76, velocity=72))
    score = read(tmp_path, data_of(track(hanging, *notes([60, 62, 64, 65]))))
    assert [note.duration for note in sounding_notes(score) if str(note.pitch) == "E5"] == [3]
    assert score.notices == ("1 note without an end in the MIDI file; held to the end of the track",)


# Containers.


def chunk(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "big") + content


def riff(data: bytes) -> bytes:
    inside = b"RMID" + b"data" + len(data).to_bytes(4, "little") + data
    return b"RIFF" + len(inside).to_bytes(4, "little") + inside


@pytest.mark.parametrize("kind", ["plain", "riff", "leading", "between", "trailing", "macbinary", "long header"])
def test_wrapped_files_and_unknown_chunks(kind: str, tmp_path: Path) -> None:
    data = data_of(track(*notes([60, 62, 64, 65])))
    head, rest = data[:14], data[14:]
    wrapped = {
        "plain": data,
        "riff": riff(data),
        "leading": chunk(b"XFIH", b"MTrk is no track") + data,
        "between": head + chunk(b"XFKM", b"karaoke") + rest,
        "trailing": data + chunk(b"XFKM", b"karaoke") + b"\0\0\0",
        "macbinary": bytes(128) + data,
        "long header": chunk(b"MThd", head[8:] + b"more") + rest,
    }
    assert spelled(read(tmp_path, wrapped[kind])) == ["C4", "D4", "E4", "F4"]


def test_a_file_without_a_header_has_no_chunks() -> None:
    assert plain_midi(b"RIFF" + bytes(50)) is None and plain_midi(b"") is None


# Places off the grid, and limits.


@pytest.mark.parametrize("tick", [7, 241, 250, 700])
def test_a_signature_off_the_grid_is_moved_onto_it(tick: int, tmp_path: Path) -> None:
    metre = (tick, mido.MetaMessage("time_signature", numerator=3, denominator=4))
    score = read(tmp_path, data_of(track(metre, *notes([64] * 6, start=tick))))
    assert len(spelled(score)) == 6 and str(score.measures[-1].time) == "3/4"
    assert all(row.duration.denominator in (1, 2, 4, 8, 16) for row in score.measures)


def test_tempos_off_the_grid_can_be_written(tmp_path: Path) -> None:
    tempos = [(101 + 480 * n, mido.MetaMessage("set_tempo", tempo=500_000 + 1000 * n)) for n in range(5)]
    score = read(tmp_path, data_of(track(*tempos, *notes([60] * 6))))
    assert all(tempo.onset.denominator <= 16 for row in score.measures for tempo in row.tempos)


def test_a_signature_far_into_the_file_is_read(tmp_path: Path) -> None:
    far = track((1_528_255, mido.MetaMessage("time_signature", numerator=9, denominator=8)))
    late = track(*notes([50], 3360, start=45_048_886))
    assert spelled(read(tmp_path, data_of(far, late, ticks=3360))) == ["D3"]


@pytest.mark.parametrize("quarters", [2000, 70_000])
def test_few_bytes_cannot_become_many_measures(quarters: int, tmp_path: Path) -> None:
    metre = (0, mido.MetaMessage("time_signature", numerator=1, denominator=64))
    data = data_of(track(metre, *notes([64], quarters)), ticks=1)
    with pytest.raises(ReadError, match=r"tune\.mid: the music has more than 20000 measures"):
        read(tmp_path, data)


def test_few_bytes_cannot_become_many_parts_of_many_measures(tmp_path: Path) -> None:
    tracks = [track(*notes([60], 1)) for _ in range(200)]
    with pytest.raises(ReadError, match=r"201 parts of 10000 measures; at most 256 parts and 300000 measures"):
        read(tmp_path, data_of(track(*notes([60], 40_000)), *tracks, ticks=1))


def test_names_have_no_control_characters(tmp_path: Path) -> None:
    name = mido.MetaMessage("track_name", name="\x1b]0;pwn\x07A\x00B")
    score = read(tmp_path, data_of(track((0, name), *notes([60]))))
    assert score.parts[0].name.isprintable() and score.parts[0].name.endswith("A B")
    sung = mido.MetaMessage("lyrics", text="\x1b[31mred")
    assert lyrics(read(tmp_path, data_of(track((0, sung), *notes([60])))))[0][0].isprintable()


# Pickups.

TUNE_WITH_PICKUP = [2, *[2] * 14, 3, 1, 2]
"""The lengths, in quarters, of a tune in half notes with a pickup of one half note in 2/2."""


def tune(lengths: list[int]) -> list[tuple[int, mido.Message]]:
    made, now = [], 0
    for index, length in enumerate(lengths):
        made += notes([60 + 2 * (index % 4)], length * TICKS, now)
        now += length * TICKS
    return made


def test_a_pickup_is_found_in_the_rhythm_and_named(tmp_path: Path) -> None:
    metre = (0, mido.MetaMessage("time_signature", numerator=2, denominator=2))
    score = read(tmp_path, data_of(track(metre, *tune(TUNE_WITH_PICKUP))))
    assert score.measures[0].duration == 2 and score.measures[0].number == "0" and score.measures[0].implicit
    assert score.notices == (
        "the rhythm shows an anacrusis of 2 quarters, which the MIDI file does not mark",
        "no key signature was given; the notes show G major",
    )
    assert score.measures[0].key == KeySignature(1, "major")


def test_barlines_that_fit_stay(tmp_path: Path) -> None:
    twinkle = [1, 1, 1, 1, 1, 1, 2] * 4
    assert read(tmp_path, data_of(track(*tune(twinkle)))).measures[0].duration == 4
    assert read(tmp_path, data_of(track(*tune([1] * 16)))).measures[0].duration == 4
    marked = [(TICKS, mido.MetaMessage("time_signature", numerator=3, denominator=4))]
    assert read(tmp_path, data_of(track(*marked, *tune([1, 2, 1, 2, 1, 2, 1, 3])))).measures[0].duration == 1


@pytest.mark.parametrize(
    ("lengths", "metre", "pickup"),
    [
        ([1, *[1, 1, 1, 1] * 3, 1, 1, 1, *[1] * 4, 3], "4/4", 0),  # nothing lies across a barline
        ([1, 1, 1, 1, 1, 4, 1, 1, 1, 1, 4, 3], "4/4", 1),
        ([1, 2, 1, 2, 1, 2, 1, 3, 1, 2, 1, 2, 1, 2], "3/4", 1),
        ([2, 1, 2, 1, 2, 1, 3, 2, 1], "3/4", 0),
    ],
)
def test_pickups(lengths: list[int], metre: str, pickup: int) -> None:
    spans, now = [], Fraction(0)
    for length in lengths:
        spans.append((now, now + length))
        now += length
    assert find_anacrusis(spans, TimeSignature.parse(metre)) == pickup


def test_reading_is_open_to_every_suffix_of_midi(tmp_path: Path) -> None:
    data = data_of(track(*notes([60, 62])))
    for name in ("a.mid", "a.midi", "a.rmi", "a.kar"):
        (tmp_path / name).write_bytes(riff(data) if name.endswith("rmi") else data)
        assert spelled(read_score(tmp_path / name)) == ["C4", "D4"]


def test_tracks_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MOST_BYTES", 1 << 10)
    path = tmp_path / "tune.mid"
    events = b"\x00\x90\x40\x40\x60\x80\x40\x00" * 200
    path.write_bytes(b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk" + len(events).to_bytes(4, "big") + events)
    with pytest.raises(ReadError, match="the tracks of the MIDI file are larger than the limit"):
        read_midi(path)
