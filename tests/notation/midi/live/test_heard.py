"""What is heard at a port: notes from messages, the beat, the phrase as a score; and ports that are not there."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scoregen.notation.midi.live import ports
from scoregen.notation.midi.live.heard import Listener, beat_of, heard_phrase
from scoregen.notation.midi.live.ports import note_off, note_on
from scoregen.score.metre import TimeSignature
from scoregen.score.timeline import pitched_notes
from scoregen.system.errors import InputError, ToolError
from scoregen.transcription.performed import PerformedNote

FOUR = TimeSignature((4,), 4)


def played(beat: float, *steps: tuple[float, int]) -> list[PerformedNote]:
    """Notes by length in beats and pitch, each a little shorter than its length and a little uneven."""
    notes, now = [], 1.0
    for number, (length, pitch) in enumerate(steps):
        shift = 0.012 * (number % 3 - 1)
        notes.append(PerformedNote(now + shift, now + 0.85 * length * beat, pitch))
        now += length * beat
    return notes


def test_messages_become_notes() -> None:
    listener = Listener()
    listener.feed(note_on(60, 80), 1.0)
    assert not listener.is_silent
    listener.feed(note_on(64, 70), 1.2)
    listener.feed(note_off(60), 1.5)
    assert not listener.is_silent
    listener.feed(note_on(64, 0), 1.9)
    assert listener.is_silent and listener.ended == 1.9
    assert listener.notes == [PerformedNote(1.0, 1.5, 60, 80), PerformedNote(1.2, 1.9, 64, 70)]


@pytest.mark.parametrize("per_minute", [72, 90, 100, 120, 140])
def test_the_beat_is_heard(per_minute: int) -> None:
    beat = 60 / per_minute
    notes = played(beat, (1, 60), (0.5, 62), (0.5, 64), (1, 65), (1, 67), (0.5, 65), (0.5, 64), (1, 62), (2, 60))
    found = beat_of(notes)
    assert min(abs(found - beat * factor) for factor in (0.5, 1, 2)) < 0.03 * beat


def test_a_phrase_becomes_a_score_in_its_metre_and_key() -> None:
    notes = played(0.5, (1, 62), (1, 64), (1, 66), (1, 67), (0.5, 69), (0.5, 71), (1, 69), (2, 66))
    score = heard_phrase(notes, 0.5, FOUR)
    assert [note.onset for note in pitched_notes(score)] == [0, 1, 2, 3, 4, Fraction(9, 2), 5, 6]
    assert len(score.measures) == 2 and score.measures[0].time == FOUR
    spelled = [str(note.pitch) for note in pitched_notes(score)]
    assert spelled[:4] == ["D4", "E4", "F#4", "G4"]


def test_beats_of_compound_metres_are_dotted_quarters() -> None:
    third = 1 / 3
    notes = played(0.6, (2 * third, 60), (third, 62), (2 * third, 64), (third, 65), (1, 67), (1, 72))
    score = heard_phrase(notes, 0.6, TimeSignature.parse("6/8"))
    assert score.measures[0].duration == 3 and len(score.measures) == 2


def test_without_a_library_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_installed", lambda: False)
    for open_port in (ports.open_input, ports.open_output):
        with pytest.raises(ToolError, match=r"python-rtmidi, which is not installed; pip install 'scoregen\[live\]'"):
            open_port("Keyboard")


def test_a_port_that_is_not_there_is_named_with_those_that_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_installed", lambda: True)
    monkeypatch.setattr(ports.mido, "get_input_names", lambda: ["Piano A", "Piano B"])
    monkeypatch.setattr(ports.mido, "open_input", lambda name: name)
    with pytest.raises(InputError, match="--listen: there is no MIDI port 'Organ'; expected one of: Piano A, Piano B"):
        ports.open_input("Organ")
    assert ports.open_input("Piano B") == "Piano B"
    assert ports.open_input("B") == "Piano B"
    monkeypatch.setattr(ports.mido, "get_input_names", lambda: [])
    with pytest.raises(InputError, match="this machine has none; connect an instrument"):
        ports.open_input("Organ")


def test_a_broken_midi_system_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> list[str]:
        raise OSError("no sequencer")

    monkeypatch.setattr(ports, "is_installed", lambda: True)
    monkeypatch.setattr(ports.mido, "get_output_names", fail)
    with pytest.raises(ToolError, match="cannot be used"):
        ports.open_output("Organ")
