"""What cadences are planned for, and where what is given allows a chord before another.

The pulse says where chords begin. A line that is given excludes chords that do not fit it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.plan.chords.given_line import GivenMusic
from scoregen.plan.pulse import Pulse
from scoregen.score.elements import Slot
from scoregen.score.keys import Key
from scoregen.styles.style import Style

CROSS_RELATION = 2
"""The pulses within which two alterations of a step are a cross relation."""
SEVENTH = 3
"""The place of the seventh among the members of a chord."""


@dataclass(frozen=True, slots=True)
class PlacedChord:
    """A chord at an onset in quarters from the start: its members on the line of fifths, the root first."""

    onset: Fraction
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What cadences are planned for: the given music, the lowest voice, the pulse, and the key of each measure.

    `on_pulse`: all chords begin on the pulse.
    """

    music: GivenMusic
    bass: Slot
    pulse: Pulse
    keys: Sequence[Key]
    style: Style
    on_pulse: bool = False

    def allows(self, members: tuple[int, ...], time: Fraction) -> bool:
        """Whether all given notes at a time belong to a chord, with its root in the lowest voice."""
        notes = {slot: note for slot in self.music.lines if (note := self.music.at(slot, time))}
        sounding = {pitch.fifths for note in notes.values() for pitch in (note.pitch, *note.lower)}
        low = notes.get(self.bass)
        return sounding <= set(members) and (low is None or low.lowest.fifths == members[0])

    def contradicts(self, members: tuple[int, ...], time: Fraction) -> bool:
        """Whether a given note of the last pulses has another alteration of a member: a cross relation."""
        first = self.pulse.starts[max(0, self.pulse.before(time) - CROSS_RELATION + 1)]
        recent = {note.pitch.fifths for slot in self.music.lines for note in self.music.between(slot, first, time)}
        return any(note != member and (note - member) % 7 == 0 for note in recent for member in members)


def fits_before(
    setting: Setting, members: tuple[int, ...], place: Fraction, goal: PlacedChord, *, is_last: bool
) -> bool:
    """Whether what is given allows a chord at a place before its goal; before an inner goal more strictly."""
    if not setting.allows(members, place):
        return False
    return is_last or not (setting.contradicts(members, place) or _is_parallel(setting, members, place, goal))


def places_before(
    setting: Setting, goal: PlacedChord, earliest: Fraction, reach: int
) -> list[tuple[Fraction, Fraction | None]]:
    """The places of the chord before a goal, the best first, each with the onset at which the goal then begins.

    First the pulse before, then a note of the leading line after it that does not anticipate the goal's; then earlier
    pulses, if the goal allows all that follows them.
    """
    pulse, music = setting.pulse, setting.music
    last = pulse.before(goal.onset)
    if last < 0:
        return []
    nearest = pulse.starts[last]
    within = [onset for onset in onsets_of(music, nearest, goal.onset) if onset > nearest]
    rows: list[tuple[Fraction, Fraction | None]] = [(nearest, None)]
    within = [] if setting.on_pulse else [onset for onset in within if not _anticipates(music, onset, goal.onset)]
    rows += [(onset, None) for onset in within if (goal.onset - onset) * 3 >= goal.onset - nearest]
    for index in range(last - 1, max(-1, last - reach), -1):
        early = pulse.starts[index + 1]
        heard = [early, *onsets_of(music, early, goal.onset)]
        if not all(setting.allows(goal.members, time) for time in heard):
            break
        rows.append((pulse.starts[index], early))
    return [(place, early) for place, early in rows if place > earliest or (earliest == place == 0)]


def _anticipates(music: GivenMusic, onset: Fraction, goal: Fraction) -> bool:
    """Whether the leading line already has the pitch of the goal's note."""
    notes = [music.at(music.leader, time) for time in (onset, goal)] if music.leader else []
    return len({note.pitch for note in notes if note}) == 1


def onsets_of(music: GivenMusic, low: Fraction, high: Fraction) -> list[Fraction]:
    """The onsets of the leading line from one time on and before another."""
    return [note.onset for note in music.between(music.leader, low, high)] if music.leader else []


def _is_parallel(setting: Setting, members: tuple[int, ...], place: Fraction, goal: PlacedChord) -> bool:
    """Whether the leading line moves from root to root, or from fifth to fifth, over a bass on the roots."""
    leader = setting.music.leader
    if leader is None or leader == setting.bass:
        return False
    notes = [setting.music.at(leader, time) for time in (place, goal.onset)]
    over = [note.pitch.fifths - chord[0] for note, chord in zip(notes, (members, goal.members), strict=True) if note]
    return over in ([0, 0], [1, 1])


def goes_astray(setting: Setting, before: PlacedChord, goal: PlacedChord) -> bool:
    """Whether the leading line moves in parallel with the bass, or does not fall a step from the seventh of a chord."""
    leader = setting.music.leader
    notes = [setting.music.at(leader, time) for time in (before.onset, goal.onset)] if leader else []
    seventh, following = (note.pitch if note else None for note in notes or (None, None))
    if seventh is None or following is None or seventh.fifths not in before.members[SEVENTH:]:
        return _is_parallel(setting, before.members, before.onset, goal)
    return seventh.midi_pitch - following.midi_pitch not in (1, 2)
