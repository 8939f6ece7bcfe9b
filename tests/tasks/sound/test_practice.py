"""Practice tracks: who is loud, the click, the count-in, the tempo."""

from __future__ import annotations

import pytest

from scoregen.notation.midi.tracks import STRONG_CLICK, note_times, with_click
from scoregen.notation.midi.write import to_midi
from scoregen.score.ensemble import load_ensemble
from scoregen.system.errors import InputError
from scoregen.tasks.layout import LayoutOptions, lay_out_given
from scoregen.tasks.sound.practice import ALL, PracticeOptions, practice_tracks, sung_apart
from tests.notation.handmade import clarinet_and_piano, hymn, melody
from tests.notation.sound.playing import needs_sound


def clicks(midi: bytes) -> list[tuple[float, bool]]:
    last = max(note.track for note in note_times(midi))
    return [(note.start, note.pitch == STRONG_CLICK) for note in note_times(midi) if note.track == last]


def test_an_anacrusis_is_counted_in() -> None:
    """A hymn in 3/4 that begins with its third beat: a measure, two beats, then the music."""
    midi = with_click(to_midi(hymn()), hymn())
    beat = 60 / 88
    music = [note.start for note in note_times(midi) if note.track == 1]
    assert music[0] == pytest.approx(5 * beat, abs=1e-3)
    strong = [round(start / beat) for start, is_strong in clicks(midi) if is_strong]
    assert strong == [0, 3, 6, 9]
    assert [round(start / beat) for start, _ in clicks(midi)] == list(range(11))


def test_a_click_alone_and_a_count_in_alone() -> None:
    score = melody("q:C4 q:C4 q:C4 q:C4", "w:C4")
    assert len(clicks(with_click(to_midi(score), score, count_in=False))) == 8
    assert len(clicks(with_click(to_midi(score), score, beats=False))) == 4


def test_compound_beats_are_clicked() -> None:
    score = melody("q.:C4 q.:D4", "h.:C4", time="6/8")
    found = clicks(with_click(to_midi(score), score, count_in=False))
    assert [(round(start / 0.75, 3), strong) for start, strong in found] == [
        (0, True),
        (1, False),
        (2, True),
        (3, False),
    ]


def test_singers_on_one_staff_are_taken_apart() -> None:
    closed = lay_out_given(hymn(), load_ensemble("satb"), LayoutOptions("closed"))
    assert len(closed.parts) == 2
    assert [part.name for part in sung_apart(closed).parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert sung_apart(clarinet_and_piano()) == clarinet_and_piano()


@needs_sound
def test_one_part_is_loud() -> None:
    """Measured in the band of the bass: the second measure of the bass is a low note of three beats."""
    tracks = {track.part: track.audio for track in practice_tracks(hymn(), PracticeOptions(click=False))}
    assert list(tracks) == [ALL, "Soprano", "Alto", "Tenor", "Bass"]

    def low(part: str) -> float:
        import numpy as np

        audio = tracks[part].between(6 * 60 / 88, 9 * 60 / 88)
        spectrum = np.abs(np.fft.rfft(audio.samples.mean(axis=1))) ** 2
        frequencies = np.fft.rfftfreq(len(audio.samples), 1 / audio.rate)
        share = spectrum[(frequencies > 115) & (frequencies < 145)].sum() / spectrum.sum()
        return float(10 * np.log10(share))

    assert low("Bass") > low(ALL) > low("Soprano")
    assert low("Bass") - low("Soprano") > 10


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (PracticeOptions(tempos=(10,)), "found 10 percent; expected 25 to 200"),
        (PracticeOptions(others=3), "found 3 dB"),
        (PracticeOptions(parts=("flute",)), "expected one of: Soprano, Alto, Tenor, Bass"),
    ],
)
def test_options_out_of_range_are_refused(options: PracticeOptions, message: str) -> None:
    with pytest.raises(InputError, match=message):
        next(iter(practice_tracks(hymn(), options)))


def test_a_score_without_notes_is_refused() -> None:
    with pytest.raises(InputError, match="found no notes"):
        next(iter(practice_tracks(melody("w:r"), PracticeOptions())))
