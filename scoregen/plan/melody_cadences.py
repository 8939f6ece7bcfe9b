"""Cadences for given music: at each phrase end a chord that fits what is given, and often a dominant before it.

The style weights the chords by the degree of the melody, as Bach harmonised it. What is given excludes chords; if it
excludes all of them, nothing is planned.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.plan.cadence_setting import PlacedChord, Setting, fits_before, goes_astray, onsets_of, places_before
from scoregen.plan.phrase_ends import PhraseEnd
from scoregen.score.keys import CHURCH_MODES, Key
from scoregen.score.theory.chord_kinds import MEMBERS, is_consonant_triad
from scoregen.styles.tables import Chord

REACH = 2
"""The pulses before a phrase end within which the chord before it begins."""
LAST_REACH = 5
"""The same before the last end of a piece, which may already be prepared while the melody ends on its chord."""

_DOMINANTS: tuple[Mapping[Chord, float], ...] = ({(1, "dominant"): 1.0}, {(5, "diminished-seventh"): 1.0})
"""The chords before a last triad that is no tonic, in fifths over it: its dominant, or else its leading-note chord."""
_SHARPEST = 5
"""The sharpest note of a signature on the line of fifths, over the tonic of its major key."""


@dataclass(frozen=True, slots=True)
class MelodyCadence:
    """The cadence at a phrase end: the chord of the end, and the one before it, None if it is free.

    `early` is the onset at which the last chord begins, if that is before the last note of the phrase. `passes`: the
    line only comes to rest there, and the music goes on.
    """

    end: PhraseEnd
    goal: PlacedChord
    before: PlacedChord | None = None
    early: Fraction | None = None
    is_last: bool = False
    passes: bool = False


def melody_cadences(
    setting: Setting, ends: Sequence[PhraseEnd], chance: random.Random, arrivals: Sequence[PhraseEnd] = ()
) -> tuple[MelodyCadence, ...]:
    """The cadences of the phrase ends, drawn by the weights of the style; none at an end that allows no chord.

    `arrivals` get a chord to rest on, without one before it.
    """
    rows: list[MelodyCadence] = []
    earliest = Fraction(0)
    close = next((end for end in ends if end.closes), ends[-1] if ends else None)
    for end in ends:
        cadence = _cadence(setting, end, earliest, chance, is_last=end is close)
        rows += [cadence] if cadence else []
        earliest = end.onset
    taken = {place.onset for row in rows for place in (row.goal, row.before) if place}
    rows += [rest for end in arrivals if end.onset not in taken and (rest := _rest(setting, end, chance))]
    return tuple(sorted(rows, key=lambda row: row.goal.onset))


def _rest(setting: Setting, end: PhraseEnd, chance: random.Random) -> MelodyCadence | None:
    """The chord on which the line rests; it begins on the pulse, if what is given allows it there."""
    pulse = setting.pulse
    begin = end.onset if end.onset in pulse.starts else pulse.starts[max(0, pulse.before(end.onset))]
    heard = [begin, *onsets_of(setting.music, begin, end.onset)]
    members = _goal(setting, end, setting.keys[end.measure_index], chance, heard)
    if members is None:
        return None
    return MelodyCadence(end, PlacedChord(end.onset, members), early=begin if begin < end.onset else None, passes=True)


def _cadence(
    setting: Setting, end: PhraseEnd, earliest: Fraction, chance: random.Random, *, is_last: bool
) -> MelodyCadence | None:
    key = setting.keys[end.measure_index]
    home = _last_cadence(setting, end, key, earliest, chance) if is_last else None
    if home is not None:
        return home
    members = _goal(setting, end, key, chance)
    if members is None:
        return None
    goal = PlacedChord(end.onset, members)
    before, early = _chord_before(setting, goal, key, earliest, chance, is_last=is_last)
    return MelodyCadence(end, goal, before, early, is_last)


def _last_cadence(
    setting: Setting, end: PhraseEnd, key: Key, earliest: Fraction, chance: random.Random
) -> MelodyCadence | None:
    """The cadence of the piece: a tonic that follows one of the style's last chords, else another triad that follows
    its dominant, else any tonic. None if what is given allows none of them.
    """
    at_home = [
        (weights, PlacedChord(end.onset, tonic))
        for mode, weights in _last_chords(setting, key)
        for tonic in _tonics(key, setting.style.melody_cadences.picardy.get(mode, 0.0), chance)
        if setting.allows(tonic, end.onset)
    ]
    goals = [goal for _, goal in at_home]
    elsewhere = list(itertools.product(_DOMINANTS, _other_finals(setting, end, key, chance)))
    for weights, goal in at_home + elsewhere:
        places = places_before(setting, goal, earliest, LAST_REACH)
        before, early = _drawn_before(setting, goal, places, weights, chance, is_last=True)
        if before is not None and (goal in goals or not goes_astray(setting, before, goal)):
            return MelodyCadence(end, goal, before, early, is_last=True)
    if not goals:
        return None
    before, early = _chord_before(setting, goals[0], key, earliest, chance, is_last=True)
    return MelodyCadence(end, goals[0], before, early, is_last=True)


def _other_finals(setting: Setting, end: PhraseEnd, key: Key, chance: random.Random) -> list[PlacedChord]:
    """The triads besides the tonic of which the last note is the root or the fifth; major where the signature is, or
    by a Picardy third."""
    lead = setting.music.at(setting.music.leader, end.onset) if setting.music.leader else None
    if lead is None or setting.music.leader == setting.bass or key.mode in CHURCH_MODES - {"phrygian"}:
        return []
    picardy = setting.style.melody_cadences.picardy.get("minor", 0.0)
    finals: list[PlacedChord] = []
    for root in (lead.pitch.fifths, lead.pitch.fifths - 1):
        is_major = root + MEMBERS["major"][1] - key.signature.fifths <= _SHARPEST or chance.random() < picardy
        kinds = ("major", "minor") if is_major else ("minor", "major")
        triads = [_over(root, (0, kind)) for kind in kinds if root != key.tonic_fifths]
        finals += [PlacedChord(end.onset, each) for each in triads if _is_final(setting, each, end.onset)]
    return finals


def _is_final(setting: Setting, members: tuple[int, ...], time: Fraction) -> bool:
    return setting.allows(members, time) and not setting.contradicts(members, time)


def _goal(
    setting: Setting,
    end: PhraseEnd,
    key: Key,
    chance: random.Random,
    heard: Sequence[Fraction] = (),
) -> tuple[int, ...] | None:
    """The chord of a phrase end, which what is given allows there and at the times `heard`."""
    lead = setting.music.at(setting.music.leader, end.onset) if setting.music.leader else None
    weights = _weights(setting, key, lead.pitch.fifths if lead else key.tonic_fifths)
    times = (end.onset, *heard)
    fitting = {chord: weight for chord, weight in weights.items() if all(setting.allows(chord, time) for time in times)}
    smooth = {chord: weight for chord, weight in fitting.items() if not setting.contradicts(chord, end.onset)}
    return _draw(smooth or fitting, chance)


def _weights(setting: Setting, key: Key, note: int) -> dict[tuple[int, ...], float]:
    """The chords over a note of the leading line. If it is the bass, the chords of which it is the root."""
    plan, tonic = setting.style.melody_cadences, key.tonic_fifths
    if setting.music.leader != setting.bass:
        return {_over(tonic, chord): weight for chord, weight in plan.goals_of(key, note - tonic).items()}
    every = {chord for degree in range(-5, 7) for chord in plan.goals_of(key, degree)}
    return {_over(tonic, chord): 1.0 for chord in sorted(every) if tonic + chord[0] == note}


def opening_tonic(setting: Setting, downbeats: Sequence[Fraction]) -> PlacedChord | None:
    """The tonic on the first downbeat of a line in a church mode, which the notes alone do not tell; None if what is
    given there does not allow it."""
    line, key = setting.music.line, setting.keys[0]
    if not line or key.mode not in CHURCH_MODES:
        return None
    onset = next((each for each in downbeats if each >= line[0].onset), line[0].onset)
    tonic = _over(key.tonic_fifths, (0, "major" if key.has_major_third else "minor"))
    return PlacedChord(onset, tonic) if setting.allows(tonic, onset) else None


def _tonics(key: Key, picardy: float, chance: random.Random) -> list[tuple[int, ...]]:
    """The tonic triads, the wanted one first."""
    major, minor = (_over(key.tonic_fifths, (0, kind)) for kind in ("major", "minor"))
    if key.has_major_third:
        return [major]
    return [major, minor] if chance.random() < picardy else [minor, major]


def _chord_before(
    setting: Setting, goal: PlacedChord, key: Key, earliest: Fraction, chance: random.Random, *, is_last: bool
) -> tuple[PlacedChord | None, Fraction | None]:
    """The chord before a goal and where the goal then begins, if that is earlier than its phrase end."""
    plan, root = setting.style.melody_cadences, goal.members[0]
    is_home = root == key.tonic_fifths
    share = plan.before_fifth if root == key.tonic_fifths + 1 else plan.before_other
    if not is_home and chance.random() >= share:
        return None, None
    usual, dominant = plan.before_tonic_of(key), setting.style.cadences.dominant
    if not is_home and (dominant not in usual or not is_consonant_triad(goal.members)):
        return None, None
    places = places_before(setting, goal, earliest, LAST_REACH if is_last else REACH)
    return _drawn_before(setting, goal, places, usual if is_home else {dominant: 1.0}, chance, is_last=is_last)


def _last_chords(setting: Setting, key: Key) -> list[tuple[str, Mapping[Chord, float]]]:
    """The weights of the chords before the last tonic, the best first, each with the mode whose share of Picardy thirds
    follows them: the last chords of the style, then those before any tonic of the mode; a minor tune with a natural
    seventh ends as in aeolian."""
    plan = setting.style.melody_cadences
    natural = [] if key.has_major_third else [("aeolian", plan.before_tonic_of(Key(key.tonic_fifths, "aeolian")))]
    modal = [(key.mode, plan.before_tonic_of(key))] if key.mode in CHURCH_MODES else []
    return [(key.mode, plan.last_of(key)), *modal, *natural]


def _drawn_before(
    setting: Setting,
    goal: PlacedChord,
    places: Sequence[tuple[Fraction, Fraction | None]],
    weights: Mapping[Chord, float],
    chance: random.Random,
    *,
    is_last: bool,
) -> tuple[PlacedChord | None, Fraction | None]:
    """A chord before a goal, drawn among those that fit at one of the places; None if none fits."""
    root = goal.members[0]
    found: dict[tuple[int, ...], tuple[Fraction, Fraction | None]] = {}
    for members in (_over(root, chord) for chord in weights):
        fitting = (each for each in places if fits_before(setting, members, each[0], goal, is_last=is_last))
        place = next(fitting, None)
        found |= {members: place} if place else {}
    chosen = _draw(
        {_over(root, chord): weight for chord, weight in weights.items() if _over(root, chord) in found}, chance
    )
    return (PlacedChord(found[chosen][0], chosen), found[chosen][1]) if chosen else (None, None)


def _over(tonic: int, chord: Chord) -> tuple[int, ...]:
    """The members of a chord of the style on the line of fifths."""
    fifths, kind = chord
    return tuple(tonic + fifths + member for member in MEMBERS[kind])


def _draw(weights: Mapping[tuple[int, ...], float], chance: random.Random) -> tuple[int, ...] | None:
    if not weights:
        return None
    return chance.choices(list(weights), list(weights.values()))[0]
