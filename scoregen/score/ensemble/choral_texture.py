"""Two staves with the sound of a keyboard that are a choir's by their texture: a hymn without the names of its voices.

Each staff with notes has two voices, or chords of two notes, in the ranges of soprano and alto or of tenor and bass,
and they move in one rhythm. Notation programs give the sound of a piano to every new staff, so it tells nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from scoregen.score.elements import Part, Score
from scoregen.score.ensemble.files import load_ensemble
from scoregen.score.instruments import family_of, instrument_named, sung_words, voice_types
from scoregen.score.timeline import changes, pitch_of, pitched_notes

Staff = tuple[str, int]

_CHOIR = "satb"
_PAIR = Fraction(9, 10)
"""The least share of the attacks of a staff at which exactly two notes sound there."""
_TOGETHER = Fraction(3, 5)
"""The least share of the attacks of a staff at which both notes begin."""
_DOUBLED = Fraction(1, 2)
"""The most pairs of a staff that are octaves or unisons: a hand doubles its line, singers seldom do."""
_LEAST = 8
"""The least attacks of a staff that tell a texture."""


def choir_staves(score: Score) -> tuple[Staff, ...]:
    """The upper and the lower staff of a score that a choir sings by its texture; none of another.

    The score has no other staves, and no part has the name of an instrument; words under the notes tell singers,
    whatever the name. One of the staves may be empty.
    """
    staves = tuple((part.id, staff) for part in score.parts for staff in range(1, part.staves + 1))
    signs = [clef.sign for part in score.parts for clef in part.clefs]
    if signs != ["G", "F"] or any(part.hidden for part in score.parts):
        return ()
    is_sung = _has_words(score)
    if not all(_may_be_choir(part, is_sung=is_sung) for part in score.parts):
        return ()
    roles = load_ensemble(_CHOIR).roles
    ranges = [(role.lowest.midi_pitch, role.highest.midi_pitch) for role in roles]
    found = _attacks(score)
    fits = [_are_two_voices(found[own], ranges[2 * at : 2 * at + 2]) for at, own in enumerate(staves) if found[own]]
    return staves if fits and all(fits) else ()


def choir_notice(score: Score) -> str:
    """What to say of a score that is read as a choir's by its texture; "" of another."""
    names = list(dict.fromkeys(score.part_name(part) for part, _ in choir_staves(score)))
    if not names:
        return ""
    return (
        f"{' and '.join(names)}: two voices a staff, in the ranges and the rhythm of a choir, are read as its soprano,"
        " alto, tenor and bass; --ensemble piano reads two hands"
    )


def tells_nothing(name: str) -> bool:
    """Whether a name is that of no instrument and of no voice: `Part`, `Track 1`, `Staff`, or none."""
    words = {word.strip("().,:;1234567890") for word in name.lower().split()}
    voices = {alias for voice in voice_types() for alias in voice.aliases}
    return instrument_named(name) is None and not words & (voices | sung_words())


def _may_be_choir(part: Part, *, is_sung: bool) -> bool:
    """Whether a part has the sound of a keyboard, or none that is known, and no name, or words under its notes."""
    if family_of(part) not in ("keyboard", "other", "voice"):
        return False
    return tells_nothing(part.name) or is_sung


def _has_words(score: Score) -> bool:
    elements = (element for m in score.measures for voice in m.voices for element in voice.elements)
    return any(note.lyrics for element in elements for note in element.notes)


def _attacks(score: Score) -> defaultdict[Staff, list[tuple[list[int], int]]]:
    """By staff the MIDI pitches that sound at each attack, highest first, and how many of them begin."""
    found: defaultdict[Staff, list[tuple[list[int], int]]] = defaultdict(list)
    sounding: defaultdict[Staff, list[tuple[Fraction, int]]] = defaultdict(list)
    for change in changes(pitched_notes(score)):
        for staff in {note.slot[:2] for note in change.starts}:
            begun = [(note.end, pitch_of(note).midi_pitch) for note in change.starts if note.slot[:2] == staff]
            sounding[staff] = [each for each in sounding[staff] if each[0] > change.time] + begun
            found[staff].append((sorted((pitch for _, pitch in sounding[staff]), reverse=True), len(begun)))
    return found


def _are_two_voices(attacks: Sequence[tuple[Sequence[int], int]], ranges: Sequence[tuple[int, int]]) -> bool:
    """Whether two singers of these ranges, the higher first, move together on a staff."""
    pairs = [(pitches, begun) for pitches, begun in attacks if len(pitches) == len(ranges)]
    most = max(len(pitches) for pitches, _ in attacks)
    if len(attacks) < _LEAST or most > len(ranges) or len(pairs) < _PAIR * len(attacks):
        return False
    if sum(len({pitch % 12 for pitch in pitches}) == 1 for pitches, _ in pairs) > _DOUBLED * len(pairs):
        return False
    rows = (zip(pitches, ranges, strict=True) for pitches, _ in pairs)
    is_in_range = all(low <= pitch <= high for row in rows for pitch, (low, high) in row)
    return is_in_range and sum(begun == len(ranges) for _, begun in pairs) >= _TOGETHER * len(attacks)
