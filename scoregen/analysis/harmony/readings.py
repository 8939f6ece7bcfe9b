"""Chords read again after the search: augmented triads, borrowed and applied chords, and church modes.

The search was fitted to chorales, which change their key often and borrow few chords. A change of key that no
cadence confirms is read as borrowed or applied chords of the key around it: F and C minor in G major are bVII and iv.
Chorales, whose phrases end on fermatas, keep the keys of the search.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise

from scoregen.analysis.harmony.chord_names import ChordName
from scoregen.analysis.harmony.features import Function
from scoregen.analysis.harmony.modes import church_mode, is_centre
from scoregen.score.keys import Key
from scoregen.score.theory.cadences import AUTHENTIC, DOMINANT, LEADING_TONE
from scoregen.score.theory.chord_kinds import (
    AUGMENTED_SIXTHS,
    CONSONANT_TRIADS,
    FOUR_NOTES,
    MEMBERS,
    open_fifth_root,
)

_DIATONIC = {
    "major": {0: "M", 2: "m", 4: "m", -1: "M", 1: "M", 3: "m", 5: "d"},
    "minor": {0: "m", 2: "d", -3: "M", -1: "m", 1: "M", -4: "M", -2: "M", 5: "d"},
}
"""The triads on the degrees of each mode: major, minor, diminished."""
_BORROWED = {
    "major": {0: "m", 2: "d", -1: "m", 1: "m", -2: "M", -3: "M", -4: "M", -5: "M"},
    "minor": {0: "M", 2: "m", -1: "M", 1: "m", -5: "M", 3: "d", -2: "m"},
}
"""The triads borrowed from the parallel key, and the Neapolitan."""
_TRIADS = {
    "major": "M",
    "dominant": "M",
    "major-seventh": "M",
    "minor": "m",
    "minor-seventh": "m",
    "major-minor": "m",
    "diminished": "d",
    "half-diminished": "d",
    "diminished-seventh": "d",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A chord in a key, as the search leaves it; `places` are the notes that sound in it, `bass` the first lowest one.

    Both are on the line of fifths.
    """

    key: Key
    function: Function
    chord: ChordName
    duration: Fraction
    places: frozenset[int]
    bass: int
    ends_phrase: bool


def read_again(readings: Sequence[Reading], weights: Mapping[int, float], stated: Key | None = None) -> list[Reading]:
    """The readings in order. `weights` is the time that each position on the line of fifths sounds; `stated` is the key
    that the signature of the piece names."""
    own = [_named_by_notes(reading) for reading in readings]
    mode = _mode(own, weights, stated)
    if mode is not None:
        return [_in_key(reading, mode) for reading in own]
    is_chorale = any(reading.ends_phrase for reading in own[:-1])
    return own if is_chorale else _framed(_without_passing_keys(own))


def _framed(readings: list[Reading]) -> list[Reading]:
    """The readings in the key of the triad with which a piece begins and ends, if all its chords are of that key.

    I-bVII-IV-I is heard so, not as V-IV-I-V. The triad sounds at least as long as the tonic of the key before.
    """
    if not readings:
        return readings
    last = readings[-1]
    root, lengths = last.chord.root, _root_lengths(readings)
    if readings[0].chord.root != root or last.chord.quality not in CONSONANT_TRIADS:
        return readings
    if last.key.tonic_fifths == root or lengths[root] < lengths[last.key.tonic_fifths]:
        return readings
    return _moved(readings, Key(root, last.chord.quality), last) or readings


def _root_lengths(readings: Sequence[Reading]) -> dict[int, float]:
    """How long each root sounds, in quarters."""
    lengths: dict[int, float] = defaultdict(float)
    for reading in readings:
        lengths[reading.chord.root] += float(reading.duration)
    return lengths


def _named_by_notes(reading: Reading) -> Reading:
    """Augmented triads, seventh chords on their bass, open fifths and single notes under their own root.

    The key gives the quality of chords without third.
    """
    root = _augmented_root(reading.places)
    if root is not None:
        return _renamed(reading, root, "augmented")
    seventh = _seventh_chord(reading)
    if seventh is not None:
        return _renamed(reading, reading.bass, seventh)
    root = next(iter(reading.places)) if len(reading.places) == 1 else open_fifth_root(reading.places)
    if root is None or (root, reading.bass) == (reading.chord.root, reading.chord.bass):
        return reading
    mode = "major" if reading.key.has_major_third else "minor"
    triad = _DIATONIC[mode].get(root - reading.key.tonic_fifths, "M")
    return _renamed(reading, root, "minor" if triad == "m" else "major")


def _seventh_chord(reading: Reading) -> str | None:
    """The quality of a complete seventh chord on the bass under another name; None for any other chord."""
    if len(reading.places) != 4 or reading.chord.bass == reading.bass:
        return None
    above = {place - reading.bass for place in reading.places}
    return next((kind for kind in sorted(FOUR_NOTES - AUGMENTED_SIXTHS) if above == {*MEMBERS[kind]}), None)


def is_augmented(places: Set[int]) -> bool:
    """Whether these positions on the line of fifths are an augmented triad."""
    return _augmented_root(places) is not None


def _augmented_root(places: Set[int]) -> int | None:
    return next((root for root in places if places == {root, root + 4, root + 8}), None)


def _renamed(reading: Reading, root: int, quality: str) -> Reading:
    members = MEMBERS[quality]
    bass = reading.bass - root
    chord = ChordName(root, quality, members.index(bass) if bass in members else 0)
    return replace(reading, chord=chord, function=Function(root - reading.key.tonic_fifths, quality))


def _mode(readings: Sequence[Reading], weights: Mapping[int, float], stated: Key | None) -> Key | None:
    """The church mode of the piece, by its last root, on which it also begins or which its signature names; None for
    major or minor. A phrygian piece may begin elsewhere if the final is its most frequent root, with a major third only
    at the end."""
    if not readings:
        return None
    final = readings[-1].chord.root
    key = church_mode(final, weights)
    if key is not None and key == stated:
        return key
    roots = _root_lengths(readings)
    if key is None or not is_centre(key, roots):
        return None
    raised = weights.get(final + MEMBERS["major"][1], 0.0)
    is_minor = raised <= float(readings[-1].duration)
    return key if readings[0].chord.root == final or (is_minor and _is_phrygian(key, roots)) else None


def _is_phrygian(key: Key, roots: Mapping[int, float]) -> bool:
    """Whether a phrygian final is no dominant of a minor key: its chord sounds longest."""
    return key.mode == "phrygian" and roots[key.tonic_fifths] >= max(roots.values())


def _in_key(reading: Reading, key: Key) -> Reading:
    function = Function(reading.chord.root - key.tonic_fifths, reading.chord.quality)
    return replace(reading, key=key, function=function)


def _without_passing_keys(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with unconfirmed keys between two regions of one key read in that key."""
    regions = [list(run) for _, run in groupby(readings, key=lambda reading: reading.key)]
    place = 0
    while place < len(regions):
        back = _way_back(regions, place)
        own = [reading for region in regions[place + 1 : back] for reading in region]
        moved = _moved(own, regions[place][0].key, regions[back][0]) if own else None
        if moved is not None:
            regions[place : back + 1] = [[*regions[place], *moved, *regions[back]]]
        else:
            place += 1
    _move_ends(regions)
    return [reading for region in regions for reading in region]


def _move_ends(regions: list[list[Reading]]) -> None:
    """Read an unconfirmed key at the start or the end in the next key, if its outer chord is the tonic of that key."""
    for end, inner, outer in ((-1, -2, -1), (0, 1, 0)):
        if len(regions) < 2 or _is_confirmed(regions[end]):
            continue
        key, own = regions[inner][0].key, regions[end]
        following = own[-1] if end else regions[inner][0]
        moved = _moved(own, key, following) if own[outer].chord.root == key.tonic_fifths else None
        if moved is not None:
            regions[end] = moved


def _way_back(regions: Sequence[Sequence[Reading]], place: int) -> int:
    """The next region in the key of a region, if no key between them is confirmed; else the region itself."""
    for later in range(place + 1, len(regions)):
        if regions[later][0].key == regions[place][0].key:
            return later
        if _is_confirmed(regions[later]):
            return place
    return place


def _is_confirmed(own: Sequence[Reading]) -> bool:
    """Whether a cadence confirms a key: not merely one dominant with its tonic."""
    has_cadence = any(
        before.function.target is None
        and AUTHENTIC.leads(before.function.offset, before.function.quality)
        and AUTHENTIC.last.contains(after.function.offset, after.function.quality)
        for before, after in pairwise(own)
    )
    return has_cadence and len(own) > 2


def _moved(own: Sequence[Reading], key: Key, following: Reading) -> list[Reading] | None:
    """The chords as functions of another key; None if one of them has none there."""
    moved = []
    for reading, after in zip(own, [*own[1:], following], strict=True):
        function = _function_in(reading.chord, key, after.chord)
        if function is None:
            return None
        moved.append(replace(reading, key=key, function=function))
    return moved


def _function_in(chord: ChordName, key: Key, following: ChordName) -> Function | None:
    """A chord as a diatonic, borrowed or applied chord of a key."""
    offset, triad = chord.root - key.tonic_fifths, _TRIADS.get(chord.quality)
    mode = "major" if key.has_major_third else "minor"
    if triad is not None and triad in (_DIATONIC[mode].get(offset), _BORROWED[mode].get(offset)):
        return Function(offset, chord.quality)
    target = following.root - key.tonic_fifths
    distance = chord.root - following.root
    leads = any(chords.contains(distance, chord.quality) for chords in (DOMINANT, LEADING_TONE))
    return Function(offset, chord.quality, target) if leads and target in _DIATONIC[mode] else None
