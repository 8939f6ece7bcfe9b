"""Rules for a single line: its intervals and its range."""

from __future__ import annotations

from collections.abc import Iterator

from scoregen.analysis.counterpoint.lines import Counterpoint
from scoregen.analysis.counterpoint.voice_groups import VoiceLine
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.rule_sets import ANY, RuleSet
from scoregen.score.pitch import Interval, Pitch
from scoregen.score.timeline import SoundingNote, pitch_of

_NUMBERS = ("unison", "second", "third", "fourth", "fifth", "sixth", "seventh", "octave", "ninth", "tenth", "eleventh")
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_OCTAVE_STEPS = 7


def intervals(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Augmented intervals and large leaps from a note to the next, except across rests and phrase ends.

    Instruments leap as they like; those of chords move by any interval.
    """
    for index, line in enumerate(music.lines):
        if not line.leads or line.is_chordal:
            continue
        limit = rules.limit("large-leap", "bass_steps" if music.is_bass(index) else "steps")
        for old, new in music.melody(index):
            interval = pitch_of(old).interval_to(pitch_of(new))
            steps = abs(interval.steps)
            if steps and _is_augmented(interval):
                yield from _judge(rules, "augmented-interval", line, old, new, f"an {interval_name(interval)}")
            elif (
                limit is not None
                and line.instrument is None
                and (steps > _OCTAVE_STEPS or (steps > limit and steps != _OCTAVE_STEPS))
            ):
                yield from _judge(
                    rules, "large-leap", line, old, new, f"a {interval_name(interval)}".replace("a a", "an a")
                )


def _judge(
    rules: RuleSet, rule: str, line: VoiceLine, old: SoundingNote, new: SoundingNote, what: str
) -> Iterator[Finding]:
    way = "up" if pitch_of(new).chromatic > pitch_of(old).chromatic else "down"
    message = f"{line.name} leaps {way} {what} ({pitch_of(old)} to {pitch_of(new)})"
    yield from rules.judge(rule, ANY, new.onset, new.measure_index, (line.name,), (old, new), message)


def _is_augmented(interval: Interval) -> bool:
    """Whether an interval is wider than major or perfect; callers exclude the chromatic semitone (no step)."""
    sign = 1 if interval.steps > 0 else -1
    octaves, step = divmod(abs(interval.steps), 7)
    return sign * interval.semitones > _MAJOR[step] + 12 * octaves


def interval_name(interval: Interval) -> str:
    """The name of an interval without its direction, such as `augmented second` or `minor seventh`."""
    sign = 1 if interval.steps > 0 else -1
    octaves, step = divmod(abs(interval.steps), 7)
    excess = sign * interval.semitones - _MAJOR[step] - 12 * octaves
    number = abs(interval.steps)
    name = _NUMBERS[number] if number < len(_NUMBERS) else f"{number + 1}th"
    if step in (0, 3, 4):
        quality = {0: "perfect", 1: "augmented", -1: "diminished"}.get(excess)
    else:
        quality = {0: "major", -1: "minor", 1: "augmented", -2: "diminished"}.get(excess)
    return f"{quality or ('wide' if excess > 0 else 'narrow')} {name}"


def ranges(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Notes outside the range of a voice or instrument, and uncomfortable notes of a voice.

    Consecutive ones are one finding, at the first.
    """
    for index, line in enumerate(music.lines):
        limits = _limits(line)
        if limits is None:
            continue
        before = ""
        for moment in music.moments:
            note = moment.notes[index]
            if note is None or note.onset != moment.onset:
                continue
            kind, message = _range_fault(line, pitch_of(note), *limits)
            if kind and kind != before:
                yield from rules.judge(
                    "range", kind, note.onset, note.measure_index, (line.name,), (note,), f"{line.name} {message}"
                )
            before = kind


def _limits(line: VoiceLine) -> tuple[Pitch, Pitch, Pitch, Pitch] | None:
    """The lowest, the highest, and the comfortable pitches of a line; None if unknown."""
    if line.role is not None:
        return line.role.lowest, line.role.highest, *line.role.comfortable
    if line.instrument is not None:
        return (line.instrument.lowest, line.instrument.highest) * 2
    return None


def _range_fault(
    line: VoiceLine, pitch: Pitch, lowest: Pitch, highest: Pitch, comfortable_low: Pitch, comfortable_high: Pitch
) -> tuple[str, str]:
    """The kind of fault and the message; both empty if the note is comfortable."""
    height = pitch.chromatic
    if not lowest.chromatic <= height <= highest.chromatic:
        verb = "sings" if line.role is not None else "plays"
        return "outside", f"{verb} {pitch}, outside its range ({lowest} to {highest})"
    if height < comfortable_low.chromatic:
        return "uncomfortable", f"lies low at {pitch} (comfortable from {comfortable_low})"
    if height > comfortable_high.chromatic:
        return "uncomfortable", f"lies high at {pitch} (comfortable up to {comfortable_high})"
    return "", ""
