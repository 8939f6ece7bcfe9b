"""Practice tracks: for every part a recording in which it is loud and the others are soft, with a click."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scoregen.notation.midi.tracks import at_speed, with_click
from scoregen.notation.midi.write import to_midi
from scoregen.notation.sound.audio import Audio, mixed, trimmed
from scoregen.notation.sound.loudness import normalised
from scoregen.notation.sound.performance import stems
from scoregen.score.elements import Part, Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.ensemble.tablature import without_tablature
from scoregen.score.timeline import sounding_notes
from scoregen.system.errors import InputError
from scoregen.tasks.layout import LayoutOptions, lay_out_given

SLOWEST, FASTEST = 25, 200
CLICK_DB = -9.0
"""The level of the click beside that of the loud part, as synthesised."""
ALL = "all"
"""The name of the recording in which all parts are equally loud."""


@dataclass(frozen=True, slots=True)
class PracticeOptions:
    """`tempos` in percent of the written one; `others` is the level of the soft parts in decibels under the loud one.

    `parts` are names or numbers of parts, () for all of them.
    """

    tempos: tuple[int, ...] = (100,)
    others: float = -12.0
    click: bool = True
    count_in: bool = True
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PracticeTrack:
    """A recording: the name of its loud part (`ALL` for the balanced one), its tempo in percent, and its sound."""

    part: str
    tempo: int
    audio: Audio


def practice_tracks(
    score: Score, options: PracticeOptions, progress: Callable[[float], None] = lambda done: None
) -> Iterator[PracticeTrack]:
    """The recordings at each tempo: that of all parts, then one for each part.

    Voices that singers share a staff for have recordings of their own. InputError for options out of range and for a
    score without notes, ToolError without a synthesiser.
    """
    _check(options)
    score = sung_apart(without_tablature(score))
    names = part_names(score)
    chosen = _chosen(names, options.parts)
    midi = with_click(to_midi(score, swells=True), score, beats=options.click, count_in=options.count_in)
    tracks = len(score.parts) + 1
    for index, tempo in enumerate(options.tempos):
        progress(index / len(options.tempos))
        found = stems(at_speed(midi, tempo), tracks)
        yield PracticeTrack(ALL, tempo, _mix(found, set(names), options, tracks))
        for number in chosen if len(names) > 1 else ():
            yield PracticeTrack(names[number], tempo, _mix(found, {number}, options, tracks))


def sung_apart(score: Score) -> Score:
    """The score with a part for each singing voice, where several share a staff; else the score itself."""
    if not _is_sung(score):
        return score
    try:
        opened = lay_out_given(score, load_ensemble("satb"), LayoutOptions("open"))
    except InputError:
        return score
    return opened if len(opened.parts) > len(score.parts) else score


def part_names(score: Score) -> Mapping[int, str]:
    """The parts that sound by their number, from 1; equal names are numbered."""
    heard = {note.slot.part for note in sounding_notes(score)}
    named = {number: _name(part) for number, part in enumerate(score.parts, 1) if part.id in heard}
    if not named:
        raise InputError("found no notes; expected a score to practise")
    names = list(named.values())
    doubled = {name for name in names if names.count(name) > 1 or name.lower() == ALL}
    return {number: f"{name} {number}" if name in doubled else name for number, name in named.items()}


def _name(part: Part) -> str:
    return part.name.strip() or part.id


def _is_sung(score: Score) -> bool:
    sounds = (part.instrument.sound for part in score.parts if part.instrument is not None and part.instrument.sound)
    if any(sound.startswith("voice.") for sound in sounds):
        return True
    elements = (each for measure in score.measures for voice in measure.voices for each in voice.elements)
    return any(note.lyrics for element in elements for note in element.notes)


def _check(options: PracticeOptions) -> None:
    for tempo in options.tempos:
        if not SLOWEST <= tempo <= FASTEST:
            raise InputError(f"--tempo: found {tempo} percent; expected {SLOWEST} to {FASTEST}")
    if not -60 <= options.others <= 0:
        raise InputError(f"--others: found {options.others:g} dB; expected -60 to 0")


def _chosen(names: Mapping[int, str], wanted: Sequence[str]) -> list[int]:
    """The numbers of the parts that are named; InputError for one that is not there."""
    found = []
    for text in wanted:
        fits = [number for number, name in names.items() if text == str(number) or text.lower() == name.lower()]
        if not fits:
            raise InputError(f"--part: found {text!r}; expected one of: {', '.join(names.values())}")
        found += fits
    return found or list(names)


def _mix(found: Mapping[int, Audio], loud: set[int], options: PracticeOptions, tracks: int) -> Audio:
    """The sum of all tracks, of which the last is the click."""
    gains = [CLICK_DB if number == tracks else 0.0 if number in loud else options.others for number in found]
    return normalised(trimmed(mixed(list(found.values()), gains)))
