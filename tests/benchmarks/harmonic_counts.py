"""Counts of harmony and part-writing in finished pieces, for comparison with Bach's.

Chords are sonorities that spell a triad or a seventh chord (the fifth of a seventh chord may be missing).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

from tests.benchmarks.textures import NO_FIFTHS, SILENT, Texture, bass, changes, over_bass

TRIADS = {"major": (0, 4, 7), "minor": (0, 3, 7), "diminished": (0, 3, 6)}
SEVENTHS = {
    "dominant": (0, 4, 7, 10),
    "minor-seventh": (0, 3, 7, 10),
    "major-seventh": (0, 4, 7, 11),
    "half-diminished": (0, 3, 6, 10),
    "diminished-seventh": (0, 3, 6, 9),
}
DISSONANT = {1, 2, 10, 11}
COMMON = 60
"""The number of last three chords of phrases that count as common."""

Tally = Counter[str]


@cache
def chord(sonority: int) -> tuple[int, str] | None:
    """The root over the bass, in semitones, and the kind of a sonority given as bits; None if it is no chord."""
    return _chords().get(sonority)


def count(piece: Texture, common: frozenset[tuple[object, ...]] = frozenset()) -> Tally:
    """The cases and possible cases of every rate, by name."""
    tally: Tally = Counter()
    rows = changes(piece)
    chords = [_rooted(piece, row) for row in rows]
    _sevenths(tally, piece, rows, chords)
    _leading_notes(tally, piece, rows, chords)
    _on_beats(tally, piece)
    _cross_relations(tally, piece)
    _phrase_ends(tally, piece, rows, chords, common)
    tally["beats"] += round(piece.beats)
    tally["pieces"] += 1
    return tally


RATES = {
    "sevenths that fall a step": ("seventh falls", "seventh"),
    "sevenths that stay": ("seventh stays", "seventh"),
    "sevenths that rise or leap": ("seventh leaps", "seventh"),
    "leading notes unresolved": ("leading note astray", "leading note"),
    "on-beat dissonances: suspensions": ("suspension", "on-beat dissonance"),
    "on-beat dissonances: leapt to": ("leapt dissonance", "on-beat dissonance"),
    "on-beat dissonances a beat": ("on-beat dissonance", "beats"),
    "cross relations a beat": ("cross relation", "beats"),
    "doubled leading notes a piece": ("doubled leading note", "pieces"),
    "phrase ends without a dominant": ("no dominant", "phrase end"),
    "last cadence without a dominant": ("no last dominant", "pieces"),
    "phrase ends not a triad on its root": ("open end", "phrase end"),
    "last three chords uncommon": ("uncommon end", "phrase end"),
    "strict errors a piece": ("strict error", "pieces"),
}
"""The cases and the possible cases of each rate."""


def common_ends(pieces: Sequence[Texture]) -> frozenset[tuple[object, ...]]:
    """The most frequent last three chords of phrases."""
    ends: Counter[tuple[object, ...]] = Counter()
    for piece in pieces:
        rows = changes(piece)
        chords = [_rooted(piece, row) for row in rows]
        ends.update(_last_three(chords, index) for index in _end_rows(piece, rows))
    return frozenset(each for each, _ in ends.most_common(COMMON))


def _sevenths(tally: Tally, piece: Texture, rows: np.ndarray, chords: Sequence[tuple[int, str, int] | None]) -> None:
    """How each seventh moves on when its voice moves or the root changes."""
    for index, here in enumerate(chords):
        if here is None or here[1] not in SEVENTHS or here[1] == "diminished-seventh":
            continue
        seventh = (here[0] + SEVENTHS[here[1]][3]) % 12
        for voice in range(piece.midi.shape[1]):
            pitch = piece.midi[rows[index], voice]
            if pitch == SILENT or pitch % 12 != seventh or index + 1 == len(rows):
                continue
            later = piece.midi[rows[index + 1], voice]
            following = chords[index + 1]
            if later == SILENT or (later == pitch and (following is None or following[0] == here[0])):
                continue
            tally["seventh"] += 1
            kind = "stays" if later == pitch else "falls" if pitch - later in (1, 2) else "leaps"
            tally[f"seventh {kind}"] += 1


def _leading_notes(
    tally: Tally, piece: Texture, rows: np.ndarray, chords: Sequence[tuple[int, str, int] | None]
) -> None:
    """Leading notes of dominants: the third of a dominant seventh, or of a major triad if it is sharp in the key."""
    last = piece.midi.shape[1] - 1
    for index, here in enumerate(chords):
        if here is None:
            continue
        dominant = here[1] in ("dominant", "major")
        note = (here[0] + 4) % 12 if dominant else here[0] if here[1] in ("diminished", "half-diminished") else None
        if note is None:
            continue
        voices = [
            v for v in range(last + 1) if piece.midi[rows[index], v] % 12 == note and piece.midi[rows[index], v] >= 0
        ]
        voices = [v for v in voices if here[1] != "major" or piece.fifths[rows[index], v] - piece.signature >= 5]
        tally["doubled leading note"] += len(voices) > 1
        following = chords[index + 1] if index + 1 < len(chords) else None
        if following is None or following[0] != (note + 1) % 12 or following[1] not in TRIADS:
            continue
        for voice in voices:
            step = piece.midi[rows[index + 1], voice] - piece.midi[rows[index], voice]
            if piece.midi[rows[index + 1], voice] == SILENT:
                continue
            inner = 0 < voice < last
            tally["leading note"] += 1
            tally["leading note astray"] += not (step == 1 or (inner and step in (-3, -4)))


def _on_beats(tally: Tally, piece: Texture) -> None:
    """Dissonances with the bass on beats: how they were reached and left."""
    for row in np.flatnonzero(piece.on_beat):
        lowest = bass(piece.midi[row])
        if row == 0 or lowest == SILENT:
            continue
        over = over_bass(piece.midi[row])
        fourth = over >> 5 & 1 and over >> 7 & 1
        for voice in range(piece.midi.shape[1]):
            pitch, before = piece.midi[row, voice], piece.midi[row - 1, voice]
            if pitch == SILENT or before == SILENT:
                continue
            interval = (pitch - lowest) % 12
            if interval not in DISSONANT and not (interval == 5 and fourth):
                continue
            tally["on-beat dissonance"] += 1
            later = piece.midi[row + 1 :, voice]
            moved = later[later != pitch]
            resolves = len(moved) > 0 and pitch - moved[0] in (1, 2)
            tally["suspension"] += bool(before == pitch and resolves)
            tally["leapt dissonance"] += abs(int(pitch) - int(before)) > 2


def _cross_relations(tally: Tally, piece: Texture) -> None:
    """A letter with two alterations in two voices, at once or one after the other."""
    voices = piece.midi.shape[1]
    for row in range(1, len(piece.midi)):
        for voice in np.flatnonzero(piece.attack[row]):
            here, own = piece.fifths[row, voice], piece.fifths[row - 1, voice]
            for other in range(voices):
                if other == voice:
                    continue
                for there in {piece.fifths[row - 1, other], piece.fifths[row, other]}:
                    clash = there != NO_FIFTHS and (here - there) % 7 == 0 and here != there
                    tally["cross relation"] += bool(clash and own != there)


def _phrase_ends(
    tally: Tally,
    piece: Texture,
    rows: np.ndarray,
    chords: Sequence[tuple[int, str, int] | None],
    common: frozenset[tuple[object, ...]],
) -> None:
    ends = _end_rows(piece, rows)
    for index in ends:
        tally["phrase end"] += 1
        here = chords[index]
        closed = here is not None and here[1] in ("major", "minor") and here[2] == 0
        tally["open end"] += not closed
        dominant = _has_dominant(chords, index)
        tally["no dominant"] += not dominant
        tally["no last dominant"] += index == ends[-1] and not dominant
        tally["uncommon end"] += _last_three(chords, index) not in common


def _has_dominant(chords: Sequence[tuple[int, str, int] | None], index: int) -> bool:
    """Whether the last chord on another root before a phrase end is a dominant of its root."""
    here = chords[index]
    if here is None:
        return False
    before = next((each for each in reversed(chords[max(0, index - 8) : index]) if each and each[0] != here[0]), None)
    if before is None:
        return False
    over = (before[0] - here[0]) % 12
    leading = over == 11 and before[1] in ("diminished", "half-diminished", "diminished-seventh")
    return leading or (over == 7 and before[1] in ("major", "dominant"))


def _end_rows(piece: Texture, rows: np.ndarray) -> list[int]:
    """The changes that sound at the phrase ends."""
    places = np.searchsorted(piece.time[rows], np.array(piece.ends) + 1e-6) - 1
    return [int(place) for place in places if place >= 0]


def _last_three(chords: Sequence[tuple[int, str, int] | None], index: int) -> tuple[object, ...]:
    """The last three chords with different roots up to an index, with roots relative to the last one."""
    here = chords[index]
    found: list[tuple[int, str, int]] = []
    for each in reversed(chords[max(0, index - 16) : index + 1]):
        if each is not None and (not found or found[-1][0] != each[0]):
            found.append(each)
    base = here[0] if here else 0
    return (here is None, *(((each[0] - base) % 12, each[1], each[2]) for each in found[:3]))


def _rooted(piece: Texture, row: int) -> tuple[int, str, int] | None:
    """The pitch class of the root, the kind, and the semitones of the root over the bass."""
    found = chord(over_bass(piece.midi[row]))
    return None if found is None else ((bass(piece.midi[row]) + found[0]) % 12, found[1], found[0])


@cache
def _chords() -> dict[int, tuple[int, str]]:
    table: dict[int, tuple[int, str]] = {}
    members = {**TRIADS, **SEVENTHS}
    shells = {name: (tones[0], tones[1], tones[3]) for name, tones in SEVENTHS.items() if tones[2] == 7}
    for kinds in (members, shells):
        for kind, tones in kinds.items():
            for low in tones:
                bits = sum(1 << ((tone - low) % 12) for tone in set(tones))
                table.setdefault(bits, (-low % 12, kind))
    table.setdefault(0b10001, (0, "major"))  # root and third
    table.setdefault(0b1001, (0, "minor"))
    return table
