"""The order and the spacing of adjacent voices."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scoregen.analysis.counterpoint.lines import Counterpoint
from scoregen.analysis.counterpoint.voice_moments import VoiceMoment
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.rule_sets import ANY, RuleSet
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, pitch_of


def order(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Voice crossing, overlap and spacing."""
    for upper, lower in music.neighbours:
        yield from _crossing(music, rules, upper, lower)
        yield from _overlap(music, rules, upper, lower)
        yield from _spacing(music, rules, upper, lower)


def _crossing(music: Counterpoint, rules: RuleSet, upper: int, lower: int) -> Iterator[Finding]:
    """A voice below the next lower voice."""
    for moment, high, low in _spans(music, upper, lower, lambda high, low: high.chromatic < low.chromatic):
        one, other = music.lines[upper].name, music.lines[lower].name
        message = f"{one} crosses below {other} ({pitch_of(high)} under {pitch_of(low)})"
        yield from rules.judge(
            "voice-crossing", ANY, moment.onset, moment.measure_index, (one, other), (high, low), message
        )


def _spacing(music: Counterpoint, rules: RuleSet, upper: int, lower: int) -> Iterator[Finding]:
    """Adjacent voices that are too far apart; the lowest voice of three or more may be farther away."""
    limit = rules.limit("spacing", "lowest" if music.is_bass(lower) else "upper")
    if limit is None or len(music.group(upper)) < 3:
        return
    one, other = music.lines[upper].name, music.lines[lower].name
    wide = _spans(music, upper, lower, lambda high, low: high.chromatic - low.chromatic > limit)
    for moment, high, low in wide:
        span = f"{pitch_of(high)} over {pitch_of(low)}"
        message = f"{one} and {other} are more than {_distance(limit)} apart ({span})"
        yield from rules.judge("spacing", ANY, moment.onset, moment.measure_index, (one, other), (high, low), message)


def _distance(semitones: int) -> str:
    names = {12: "an octave", 24: "two octaves", 19: "a twelfth"}
    return names.get(semitones, f"{semitones} semitones")


def _spans(
    music: Counterpoint, upper: int, lower: int, is_wrong: Callable[[Pitch, Pitch], bool]
) -> Iterator[tuple[VoiceMoment, SoundingNote, SoundingNote]]:
    """The moments at which two lines begin to be at fault; a fault that continues counts once."""
    continues = False
    for moment in music.moments:
        high, low = moment.notes[upper], moment.notes[lower]
        wrong = high is not None and low is not None and is_wrong(pitch_of(high), pitch_of(low))
        if wrong and not continues and high is not None and low is not None:
            yield moment, high, low
        continues = wrong


def _overlap(music: Counterpoint, rules: RuleSet, upper: int, lower: int) -> Iterator[Finding]:
    """A voice that moves past the last pitch of an adjacent voice, except within one chord or while they cross."""
    for before, after in music.successions():
        high, higher, low, lower_note = (moment.notes[line] for line in (upper, lower) for moment in (before, after))
        if high is None or higher is None or low is None or lower_note is None:
            continue
        if before.pitch_classes == after.pitch_classes or high is higher or low is lower_note:
            continue
        old_high, new_high, old_low, new_low = (pitch_of(note) for note in (high, higher, low, lower_note))
        if new_high.chromatic <= new_low.chromatic or old_high.chromatic < old_low.chromatic:
            continue  # a unison or a crossing, which other rules check
        one, other = music.lines[upper].name, music.lines[lower].name
        if new_low.chromatic > old_high.chromatic:
            message = f"{other} moves to {new_low}, above the {old_high} that {one} has just left"
            notes: tuple[SoundingNote, ...] = (high, lower_note)
        elif new_high.chromatic < old_low.chromatic:
            message = f"{one} moves to {new_high}, below the {old_low} that {other} has just left"
            notes = (higher, low)
        else:
            continue
        yield from rules.judge("voice-overlap", ANY, after.onset, after.measure_index, (one, other), notes, message)
