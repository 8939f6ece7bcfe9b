"""The limits of hands and bows: spans of keyboard chords, and double stops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from scoregen.analysis.counterpoint.lines import Counterpoint
from scoregen.analysis.counterpoint.voice_groups import VoiceLine
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.rule_sets import RuleSet
from scoregen.score.elements import Part
from scoregen.score.ensemble.playability import can_stop
from scoregen.score.instruments import InstrumentType
from scoregen.score.timeline import SoundingNote, pitch_of

FINGERS = 5
_WIDEST_STRETCH = 12
"""The semitones along the strings beyond which nobody can stop two notes."""
_HINTS = {"shared": "playable only if the hands share it", "impossible": "more than two hands can reach"}


def playing(music: Counterpoint, rules: RuleSet) -> Iterator[Finding]:
    """Hand spans and double stops of all parts with an instrument of the table."""
    if not rules.applies("hand-span", "double-stop"):
        return
    parts: dict[str, list[VoiceLine]] = defaultdict(list)
    for line in music.lines:
        if line.leads:
            parts[line.player].append(line)
    for own in parts.values():
        instrument = own[0].instrument
        if instrument is not None and instrument.span:
            yield from _hands(music, rules, own, instrument)
        elif instrument is not None and instrument.strings:
            yield from _stops(music, rules, own, instrument)


def _hands(
    music: Counterpoint, rules: RuleSet, lines: Sequence[VoiceLine], instrument: InstrumentType
) -> Iterator[Finding]:
    """Chords that are too wide for a hand or have too many notes; one finding for consecutive chords of a kind.

    A hand plays one staff. The other hand may be able to help, and a part on one staff is played with both.
    """
    span = rules.limit("hand-span", "semitones") or instrument.span
    leaders = {line.slot.part: line for line in reversed(lines)}
    alone = len(leaders) == 1 and music.score.part(lines[0].slot.part).staves == 1
    before: dict[tuple[str, int], str] = {}
    for onset, chord in _chords(music, lines):
        by_staff: dict[tuple[str, int], list[SoundingNote]] = defaultdict(list)
        for note in chord:
            by_staff[note.slot.part, note.staff or note.slot.staff].append(note)
        for staff, own in by_staff.items():
            kind = _hand_fault(own, chord, span, alone=alone)
            if kind and kind != before.get(staff):
                name = _hand_name(leaders[staff[0]], music.score.part(staff[0]), staff[1])
                message = f"{name} spans {_width(own)}: {_HINTS[kind]}"
                yield from rules.judge("hand-span", kind, onset, own[0].measure_index, (name,), own, message)
            before[staff] = kind


def _hand_fault(own: Sequence[SoundingNote], chord: Sequence[SoundingNote], span: int, *, alone: bool) -> str:
    """The kind of fault of the notes of a staff; empty if they can be played."""
    if _fits(own, span) or (alone and _two_hands(chord, span)):
        return ""
    return "shared" if _two_hands(chord, span) else "impossible"


def _hand_name(line: VoiceLine, part: Part, staff: int) -> str:
    name = part.name.strip() or f"part {part.id}"
    hands = {1: "right hand", 2: "left hand"}
    return f"{name}, {hands[staff]}" if part.staves == 2 and staff in hands else line.name.partition(", ")[0]


def _width(own: Sequence[SoundingNote]) -> str:
    count = len({note.pitch for note in own})
    what = f"{count} notes" if count > FINGERS else f"{_semitones(own)} semitones"
    return f"{what} ({pitch_of(own[0])} to {pitch_of(own[-1])})"


def _semitones(notes: Sequence[SoundingNote]) -> int:
    return int(pitch_of(notes[-1]).chromatic - pitch_of(notes[0]).chromatic)


def _fits(notes: Sequence[SoundingNote], span: int) -> bool:
    """Whether one hand can strike these notes, given lowest first."""
    return not notes or (_semitones(notes) <= span and len({note.pitch for note in notes}) <= FINGERS)


def _two_hands(notes: Sequence[SoundingNote], span: int) -> bool:
    """Whether two hands can strike these notes, given lowest first."""
    return any(_fits(notes[:cut], span) and _fits(notes[cut:], span) for cut in range(len(notes) + 1))


def _chords(music: Counterpoint, lines: Sequence[VoiceLine]) -> Iterator[tuple[Fraction, list[SoundingNote]]]:
    """The notes that a part attacks together, lowest first. Held notes do not count: the pedal may hold them."""
    slots = {line.slot for line in lines}
    attacks: dict[Fraction, list[SoundingNote]] = defaultdict(list)
    for slot in slots:
        for note in music.slots[slot]:
            attacks[note.onset].append(note)
    for onset in sorted(attacks):
        yield onset, sorted(attacks[onset], key=lambda note: pitch_of(note).chromatic)


def _stops(
    music: Counterpoint, rules: RuleSet, lines: Sequence[VoiceLine], instrument: InstrumentType
) -> Iterator[Finding]:
    """Chords of a bowed part, all its voices together; a section can divide what one player cannot play."""
    stretch = rules.limit("double-stop", "stretch") or instrument.stretch
    for onset, attacks in _chords(music, lines):
        chord = sorted({pitch_of(note) for note in attacks}, key=lambda pitch: pitch.chromatic)
        if len(chord) < 2:
            continue
        heights = [pitch.midi_pitch for pitch in chord]
        if can_stop(instrument, heights, stretch):
            continue
        kind = "wide" if can_stop(instrument, heights, _WIDEST_STRETCH) else "impossible"
        name = lines[0].name.partition(", voice")[0]
        notes = "-".join(map(str, chord))
        reason = "impossible for one player" if kind == "impossible" else "a stretch for one player"
        message = f"{name} plays {notes} at once: {reason}"
        yield from rules.judge("double-stop", kind, onset, attacks[0].measure_index, (name,), attacks, message)
