"""What was played rather than notated: its beats are found, and its notes put onto them.

A file made from notation is left as it is. Notes that are uneven but keep to the beats of their file, as those played
to a click, are put onto these beats. For any other performance the beats, the metre and the tempo are found from the
notes, and take the place of those of the file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.notation.midi.content import Channel, MidiContent
from scoregen.notation.midi.measures.timed_notes import TimedNote, hands_of_notes, is_exact, staff_clefs
from scoregen.notation.midi.pedals import DOWN
from scoregen.notation.midi.playing.dynamics import VELOCITY
from scoregen.notation.midi.tempo_map import TempoMap
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NoteValue
from scoregen.transcription.counting import UNKNOWN, Counting
from scoregen.transcription.performed import PerformedNote
from scoregen.transcription.rhythm.notated import FEWEST, Rhythm, is_on_own_beats, notated_rhythm, rhythm_on_own_beats

_TOGETHER = Fraction(1, 16)
_SURE = 0.8
"""The odds of a metre below which it is called unsure."""
_COMMON_TIME = TimeSignature((4,), 4)
Channels = list[tuple[int, int, Channel]]
"""Track, channel number and content of every part."""
Played = tuple[Channel, TimedNote, int]
"""A note with its channel and its line: a hand of a part."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was decided, one line each, and whether the metre was found from the notes."""

    has_metre: bool = False
    notices: tuple[str, ...] = ()


def notate_performance(
    content: MidiContent, channels: Channels, counting: Counting = UNKNOWN, *, is_recording: bool = False
) -> Heard:
    """Put the notes of a performance onto beats, in place; a file made from notation is not changed.

    A recording has no beats of its own, and a pedal or the room may hide where its notes end. The metre of `counting`
    takes the place of the one that a file has or shows; its tempo is for performances without beats of their own.
    """
    if counting.time is not None:
        content.times = {Fraction(0): counting.time}
    notes = [note for *_, channel in channels for note in channel.notes]
    if len({note.onset for note in notes}) < FEWEST or (is_exact(notes) and not is_recording):
        return Heard()
    played = _played(channels)
    tempos = TempoMap(content.tempos)
    performed = [_performed(note, tempos, channel.pedal) for channel, note, _ in played]
    order = sorted(range(len(played)), key=lambda index: (performed[index].onset, -performed[index].pitch))
    played, performed = [played[index] for index in order], [performed[index] for index in order]
    lines = [line for *_, line in played]
    if not is_recording and is_on_own_beats([float(note.onset) for _, note, _ in played]):
        quarters = [(float(note.onset), float(note.end)) for _, note, _ in played]
        time = content.times.get(Fraction(0), _COMMON_TIME)
        spans = rhythm_on_own_beats(performed, quarters, lines, time)
        _move(content, played, spans)
        return Heard(notices=("the notes are uneven; they were put onto the beats of the MIDI file",))
    rhythm = notated_rhythm(performed, lines, may_hold=not is_recording, counting=counting)
    _move(content, played, list(zip(rhythm.onsets, rhythm.ends, strict=True)))
    return Heard(True, (*_set_rhythm(content, rhythm), *_doubts(rhythm)))


def _set_rhythm(content: MidiContent, rhythm: Rhythm) -> tuple[str, ...]:
    """Give the content the metre and tempo that were found from its notes; one line that names them."""
    content.times = dict(rhythm.times)
    content.keys = {Fraction(0): key for _, key in sorted(content.keys.items())[:1]}
    content.beat = NoteValue("quarter", 1 if rhythm.beat == Fraction(3, 2) else 0)
    content.tempos = {Fraction(0): round(60_000_000 / (rhythm.per_minute * rhythm.beat))}
    return (f"the beats were found from the notes: {rhythm.time}, about {rhythm.per_minute} beats a minute",)


def _doubts(rhythm: Rhythm) -> Iterator[str]:
    """One line if the metre is unsure, with the way to set it."""
    rated = rhythm.rated
    if rated is not None and rated.rival is not None and rated.odds < _SURE:
        yield (
            f"the metre is unsure: {rhythm.time}, or perhaps {rated.rival}; if it is wrong, set it with `scoregen"
            f" transcribe --time {rated.rival}` (--tempo for the beats a minute, --anacrusis for a pickup)"
        )


def _played(channels: Channels) -> list[Played]:
    """The notes of all channels with their lines: a channel on two staves has one line for each hand."""
    found: list[Played] = []
    for index, (*_, channel) in enumerate(channels):
        rough = sorted(channel.notes, key=lambda note: (note.onset, -note.pitch))
        joined = [replace(note, onset=round(note.onset / _TOGETHER) * _TOGETHER) for note in rough]
        hands = hands_of_notes(joined) if len(staff_clefs(channel.notes)) > 1 else [1] * len(rough)
        found += [(channel, note, 2 * index + hand) for note, hand in zip(rough, hands, strict=True)]
    return found


def _performed(note: TimedNote, tempos: TempoMap, pedal: Sequence[tuple[Fraction, int]]) -> PerformedNote:
    onset, end = tempos.seconds(note.onset), tempos.seconds(note.end)
    before = bisect_right(pedal, note.end, key=lambda change: change[0]) - 1
    is_down = before >= 0 and pedal[before][1] >= DOWN
    return PerformedNote(onset, end, note.pitch, note.velocity or VELOCITY, is_down)


def _move(content: MidiContent, played: Sequence[Played], spans: Sequence[tuple[Fraction, Fraction]]) -> None:
    """Give the notes their new onsets and ends, and move pedals and words with them."""
    moves = sorted({note.onset: onset for (_, note, _), (onset, _) in zip(played, spans, strict=True)}.items())
    for channel in {id(channel): channel for channel, *_ in played}.values():
        own = [
            replace(note, onset=onset, end=end)
            for (owner, note, _), (onset, end) in zip(played, spans, strict=True)
            if owner is channel
        ]
        channel.notes = _without_doubles(own)
        channel.pedal = [(_moved(place, moves), value) for place, value in channel.pedal]
    for track, words in content.words.items():
        content.words[track] = [replace(word, onset=_moved(word.onset, moves)) for word in words]


def _without_doubles(notes: Sequence[TimedNote]) -> list[TimedNote]:
    """The notes without a second one of the same pitch at the same onset."""
    kept: dict[tuple[Fraction, int, bool], TimedNote] = {}
    for note in notes:
        key = (note.onset, note.pitch, note.drum)
        if key not in kept or note.end > kept[key].end:
            kept[key] = note
    return sorted(kept.values(), key=lambda note: (note.onset, -note.pitch))


def _moved(place: Fraction, moves: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """The new place of the onset that is nearest to a place."""
    index = bisect_right(moves, place, key=lambda move: move[0])
    near = moves[max(index - 1, 0) : index + 1]
    return min(near, key=lambda move: abs(move[0] - place))[1]
