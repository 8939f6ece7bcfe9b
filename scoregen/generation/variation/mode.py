"""Mode: a theme in the parallel key, major into minor and minor into major.

Every note keeps its step. Where the theme is in its main key, the third, sixth and seventh degrees change. In minor the
seventh stays raised over the dominant and where it goes up to the tonic, and the sixth on the way there. A passage in
a key near it goes to its parallel key (C major to G major becomes c minor to g minor). One in the minor of another
degree of a major key goes to the major of that degree (a minor in C major becomes A flat major). Elsewhere the passage
keeps the degrees of the home key: C major in a minor becomes what A major has of it. Chord symbols change with the
notes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.generation.variation.implied_chords import ChordStretch
from scoregen.generation.variation.theme import Theme
from scoregen.score.chord_symbols import ChordSymbol
from scoregen.score.elements import Chord, Element, Measure, Note, Score, Slot
from scoregen.score.keys import Key, KeySignature
from scoregen.score.pitch import STEPS, Pitch
from scoregen.score.theory.symbol_tones import SYMBOL_MEMBERS, chord_tones, pitch_class_at, position, read_symbol
from scoregen.score.timeline import SoundingNote, pitch_of
from scoregen.system.errors import InputError

_MEDIANT, _SIXTH, _LEADING = 2, 5, 6
_MAJOR = (0, 2, 4, -1, 1, 3, 5)
_MINOR = (0, 2, -3, -1, 1, -4, -2)
"""The degrees of the scales on the line of fifths above the tonic."""
_UP = {"major": "minor", "minor": "major"}
_MOST = 7
"""The most accidentals of a signature."""


@dataclass(frozen=True, slots=True)
class _Region:
    """The key of a passage and the key that it becomes; both are those of the theme where it keeps their degrees."""

    onset: Fraction
    old: Key
    new: Key


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """The pitches before and after a note in its voice; None at an end."""

    before: Pitch | None
    after: Pitch | None


def in_other_mode(theme: Theme) -> Score:
    """The theme in the parallel key. InputError for a key that is neither major nor minor."""
    home = theme.keys[-1]
    if home.mode not in _UP:
        raise InputError(f"found the key {home}; the technique mode needs a theme in major or minor")
    regions = _regions(theme, home)
    changed = _Change(theme, home, _parallel(home), regions)
    measures = [changed.measure(index, measure) for index, measure in enumerate(theme.score.measures)]
    return replace(theme.score, measures=tuple(measures))


def _parallel(key: Key) -> Key:
    return Key(key.tonic_fifths, _UP.get(key.mode, key.mode))


def _regions(theme: Theme, home: Key) -> list[_Region]:
    """The keys through which a theme goes, with what becomes of each."""
    found: list[_Region] = []
    for chord in theme.chords:
        old, new = _passage(_plain(chord.key, home), home)
        if not found or (found[-1].old, found[-1].new) != (old, new):
            found.append(_Region(chord.onset, old, new))
    return found or [_Region(Fraction(0), home, _parallel(home))]


def _plain(key: Key, home: Key) -> Key:
    """A key as major or minor; one on the tonic of the theme is that of the theme."""
    if key.tonic_fifths == home.tonic_fifths:
        return home
    return Key(key.tonic_fifths, "major" if key.has_major_third else "minor")


def _passage(key: Key, home: Key) -> tuple[Key, Key]:
    """The key whose degrees the notes of a passage in `key` have, and the key in which they have them then."""
    place = key.tonic_fifths - home.tonic_fifths
    if place in _NEAR and (place < _SECOND or key.mode == "major"):
        return key, _parallel(key)
    if home.mode == "minor" or key.mode == "major" or place not in _MAJOR or place == _SECOND:
        return home, _parallel(home)
    moved = Key(home.tonic_fifths + _MINOR[_MAJOR.index(place)], "major")
    return (key, moved) if abs(moved.signature.fifths) <= _MOST + 2 else (key, _parallel(key))


_NEAR, _SECOND = (-1, 0, 1, 2), 2
"""The tonics of near keys on the line of fifths above the home tonic, and that of the second degree."""


@dataclass(frozen=True, slots=True)
class _Change:
    """The change of a theme from its home key to another."""

    theme: Theme
    home: Key
    goal: Key
    regions: list[_Region]

    def measure(self, index: int, measure: Measure) -> Measure:
        start = self.theme.onsets[index]
        voices = tuple(
            replace(voice, elements=tuple(self._elements(voice.slot, voice.elements, start)))
            for voice in measure.voices
        )
        symbols = tuple(self._symbol(symbol, start + symbol.onset) for symbol in measure.chord_symbols)
        return replace(
            measure,
            key=self._signature(measure.key),
            own_keys=tuple((part, self._signature(key)) for part, key in measure.own_keys),
            voices=voices,
            chord_symbols=symbols,
            changes=tuple(
                replace(change, key=self._signature(change.key)) if change.key else change for change in measure.changes
            ),
        )

    def _signature(self, key: KeySignature) -> KeySignature:
        """The signature moved as the home signature moves."""
        by = self.goal.signature.fifths - self.home.signature.fifths
        fifths = key.fifths + by
        kept = fifths if abs(fifths) <= _MOST else key.fifths
        return KeySignature(
            kept, self.goal.mode if key.mode in (self.home.mode, None) else _UP.get(key.mode), key.custom
        )

    def _elements(self, slot: Slot, elements: Sequence[Element], start: Fraction) -> Iterator[Element]:
        now = start
        for element in elements:
            around = self._around(slot, now)
            if isinstance(element, Note):
                yield self._note(element, now, around)
            elif isinstance(element, Chord):
                yield Chord(tuple(self._note(note, now, around) for note in element.notes))
            else:
                yield element
            now += element.duration

    def _around(self, slot: Slot, now: Fraction) -> _Neighbours:
        row = self.theme.line if slot == self.theme.slot else self.theme.others.get(slot, ())
        first, next_one = bisect_left(row, now, key=_onset), bisect_right(row, now, key=_onset)
        before = pitch_of(row[first - 1]) if first else None
        return _Neighbours(before, pitch_of(row[next_one]) if next_one < len(row) else None)

    def _note(self, note: Note, now: Fraction, around: _Neighbours) -> Note:
        if not isinstance(note.pitch, Pitch) or note.pitch.is_microtonal:
            return note
        alter = self._alter(note.pitch, now, around)
        return replace(note, pitch=replace(note.pitch, alter=alter))

    def _region(self, now: Fraction) -> _Region:
        index = bisect_right([region.onset for region in self.regions], now) - 1
        return self.regions[max(index, 0)]

    def _alter(self, pitch: Pitch, now: Fraction, around: _Neighbours) -> int:
        """The alteration of a note in its new key."""
        region = self._region(now)
        old, new = region.old, region.new
        degree = (STEPS.index(pitch.step) - _step(old)) % 7
        if _step(old) == _step(new) and old.tonic_fifths != new.tonic_fifths:
            shift = (new.tonic_fifths - old.tonic_fifths) // 7
        else:
            shift = 0
        offset = int(pitch.alter) - _scale_alter(old, degree)
        usual = _scale_alter(new, degree)
        chord = self.theme.chord(now)
        if new.mode == "minor" and old.mode == "major":
            if offset:
                return int(pitch.alter) + shift  # chromatic notes stay: #4 leads to 5, b7 to 6
            if degree == _LEADING:
                return usual + self._leads(chord, pitch, around, old)
            if degree == _SIXTH:
                return usual + self._is_on_the_way(chord, pitch, around, old)
            return usual
        if degree in (_LEADING, _SIXTH) and offset == 1:
            return usual  # the raised degrees of minor are those of major
        return usual if degree in (_MEDIANT, _SIXTH, _LEADING) else usual + offset

    def _leads(self, chord: ChordStretch | None, pitch: Pitch, around: _Neighbours, key: Key) -> bool:
        """Whether a seventh degree is a leading note: over the dominant, or on its way up to the tonic."""
        after = around.after
        is_member = chord is not None and pitch.fifths in chord.members and not self.theme.is_alone
        if after is not None and after.diatonic == pitch.diatonic - 1 and not is_member:
            return False
        if chord is not None and chord.is_dominant:
            return True
        goes_up = after is not None and after.diatonic == pitch.diatonic + 1
        came_down = around.before is not None and around.before.diatonic == pitch.diatonic + 1
        mediant = chord is not None and chord.root == key.tonic_fifths + 4
        return (
            goes_up and not (came_down and mediant) and (chord is None or pitch.fifths not in chord.members or mediant)
        )

    def _is_on_the_way(self, chord: ChordStretch | None, pitch: Pitch, around: _Neighbours, key: Key) -> bool:
        """Whether a sixth degree goes up to a leading note: a passing note over the dominant or the tonic."""
        after = around.after
        if after is None or after.diatonic != pitch.diatonic + 1:
            return False
        return chord is None or pitch.fifths not in chord.members

    def _symbol(self, symbol: ChordSymbol, now: Fraction) -> ChordSymbol:
        """The symbol of the chord that the tones of a chord become; the same if it has no name."""
        read = read_symbol(symbol)
        tones = chord_tones(read)
        if tones is None:
            return symbol
        root = self._moved(position(read.root), now, tones.members)
        members = [self._moved(place, now, tones.members) - root for place in tones.members]
        kinds = [
            kind
            for kind, own in SYMBOL_MEMBERS.items()
            if own == tuple(members[: len(own)]) and len(own) == len(members)
        ]
        if not kinds:
            kinds = [kind for kind in ("minor", "major", "diminished") if SYMBOL_MEMBERS[kind] == tuple(members[:3])]
        if not kinds:
            return symbol
        bass = pitch_class_at(self._moved(position(read.bass), now, tones.members)) if read.bass else None
        return replace(read, root=pitch_class_at(root), kind=kinds[0], text=None, degrees=(), bass=bass)

    def _moved(self, place: int, now: Fraction, members: tuple[int, ...]) -> int:
        """A member of a chord, on the line of fifths, after the change."""
        name = pitch_class_at(place)
        pitch = Pitch(name.step, name.alter, 4)
        return Pitch(name.step, self._alter(pitch, now, _Neighbours(None, None)), 4).fifths


def _onset(note: SoundingNote) -> Fraction:
    return note.onset


def _step(key: Key) -> int:
    return STEPS.index(pitch_class_at(key.tonic_fifths).step)


def _scale_alter(key: Key, degree: int) -> int:
    """The alteration of a degree in the scale of a key; in minor the natural scale."""
    scale = _MAJOR if key.has_major_third else _MINOR
    return int(pitch_class_at(key.tonic_fifths + scale[degree]).alter)
