"""The key and mode of a tune without chords: by its final, its first note, the notes it uses and its signature.

The candidates are the major, minor and church-mode keys of the notated signature, and of the next signatures if the
tune mostly alters a step of the signature. The score of a candidate is a weighted sum of what a listener goes by;
the weights are a conditional logit, fitted to every second tune with a stated mode of O'Neill's, Aird's and Ryan's
collections and to the sopranos of the training chorales.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from scoregen.score.elements import Measure, Note, Score, Slot
from scoregen.score.keys import Key, KeySignature
from scoregen.score.navigation import closing_measure
from scoregen.score.pitch import Pitch

_PRIORS = {"major": 1.9, "mixolydian": 0.8, "minor": 0.4, "dorian": 0.1, "lydian": -1.6, "phrygian": -1.6}
_FINAL_TONIC, _FINAL_THIRD = 2.4, 0.2
_FINAL_FIFTH_OF_MINOR, _PHRYGIAN_CLOSE = -1.0, 0.6
"""A minor tune hardly ever ends on its fifth; a phrygian one falls to its final by a semitone. Set by hand."""
_FIRST_TONIC, _FIRST_FIFTH = 0.6, 0.9
_TONIC_SHARE, _FIFTH_SHARE = 5.8, 1.2
_STRONG_TRIAD_SHARE, _PHRASE_END_SHARE = 2.4, 0.5
_IN_SCALE, _SMALL_SHARE = 0.7, 0.02
_STATED = {"major": 1.0, "ionian": 4.0, "minor": 1.5, "aeolian": 4.0}
_STATED_CHURCH_MODE = 4.0
_RAISED = {"minor": (3, 5), "dorian": (5,), "phrygian": (5,)}
"""By mode, the degrees outside its scale that its cadences raise, in fifths above the tonic."""
_FEWEST_OUTER = 3
"""With this many voices the lowest one has the final of the piece; with fewer the highest one has it."""
_FEWEST_NOTES = 8
"""With fewer notes only major and minor are considered, unless the file states a church mode."""
_MANY_NOTES = 24
"""A shorter tune without a seventh degree is not taken for mixolydian: it may end on the dominant."""
_FEWEST_ALTERED = 2
"""With fewer altered notes the signature holds."""


def tune_key(score: Score, slots: Sequence[Slot] | None = None) -> Key:
    """The key of a piece, from the notes of some voices, highest first (by default all), under its last signature."""
    keys = tune_keys(score, slots)
    return keys[-1] if keys else Key.of(KeySignature())


def tune_keys(score: Score, slots: Sequence[Slot] | None = None) -> tuple[Key, ...]:
    """The key of each measure: one for each stretch of equal key signatures, from the notes of that stretch."""
    chosen = tuple(score.slots if slots is None else slots)
    keys: list[Key] = []
    closing = closing_measure(score.measures)
    for signature, group in groupby(score.measures, key=lambda measure: measure.key):
        measures = list(group)
        heard = closing + 1 - len(keys)
        keys += [_region_key(measures, signature, chosen, heard if heard > 0 else len(measures))] * len(measures)
    return tuple(keys)


def asked_keys(score: Score, key: Key | tuple[Key, ...]) -> tuple[Key, ...]:
    """The key of each measure: the keys themselves if all are asked for, else from that in which the piece begins.

    Where the signature changes, the key moves by as many fifths.
    """
    if isinstance(key, tuple):
        return key
    home = score.measures[0].key.fifths if score.measures else 0
    return tuple(Key(key.tonic_fifths + measure.key.fifths - home, key.mode) for measure in score.measures)


@dataclass(frozen=True, slots=True)
class _Tune:
    """The notes of a stretch on the line of fifths, and how long each sounds in quarters."""

    signature: KeySignature
    lengths: Counter[int]
    counts: Counter[int]
    strong: Counter[int]  # those that begin a measure
    phrase_ends: tuple[int, ...]
    first: int
    approach: int  # the note before the final
    final: int

    def share(self, *places: int) -> float:
        return sum(self.lengths[place] for place in places) / self.lengths.total()

    def strong_share(self, *places: int) -> float:
        return sum(self.strong[place] for place in places) / max(self.strong.total(), 1)


def _region_key(measures: Sequence[Measure], signature: KeySignature, slots: Sequence[Slot], closing: int) -> Key:
    """The key of measures with one signature; the music ends after `closing` of them, at `fine` perhaps."""
    tune = _tune(measures, signature, slots, closing)
    if tune is None:
        return Key.of(signature)
    best = max(_candidates(tune), key=lambda key: _score(tune, key))
    return _with_seventh(tune, best)


def _with_seventh(tune: _Tune, key: Key) -> Key:
    """Without a seventh degree and a signature, what would be mixolydian is major, the usual mode."""
    is_open = not _has_seventh(tune, key) and not tune.signature.fifths and tune.signature.mode != key.mode
    return Key(key.tonic_fifths, "major") if key.mode == "mixolydian" and is_open else key


def _has_seventh(tune: _Tune, key: Key) -> bool:
    return bool(tune.counts[key.tonic_fifths - 2] or tune.counts[key.tonic_fifths + 5])


def _is_possible(tune: _Tune, key: Key) -> bool:
    """Whether a tune shows its church mode: lydian by the raised fourth, a short mixolydian one by the seventh degree,
    unless the signature is empty."""
    if tune.signature.mode == key.mode:
        return True
    if key.mode == "lydian":
        return tune.counts[key.tonic_fifths + 6] > 0
    if key.mode != "mixolydian" or tune.counts.total() >= _MANY_NOTES:
        return True
    return _has_seventh(tune, key) or not tune.signature.fifths


def _tune(measures: Sequence[Measure], signature: KeySignature, slots: Sequence[Slot], closing: int) -> _Tune | None:
    """The notes of a stretch; None if there are none."""
    sounding = [(slot, line) for slot in slots if (line := _line(measures, slot))]
    if not sounding:
        return None
    lines = [line for _, line in sounding]
    slot, leader = sounding[-1] if len(lines) >= _FEWEST_OUTER else sounding[0]
    close = _line(measures[:closing], slot) or leader
    lengths: Counter[int] = Counter()
    strong: Counter[int] = Counter()
    notes = [note for line in lines for note in line]
    for place, length, begins, _ in notes:
        lengths[place] += length  # type: ignore[assignment]
        strong[place] += length if begins else 0  # type: ignore[assignment]
    ends = tuple(place for place, _, _, closes in leader[:-1] if closes)
    first = next((place for place, _, begins, _ in leader if begins), leader[0][0])
    final, approach = close[-1][0], close[-2:][0][0]
    return _Tune(signature, lengths, Counter(note[0] for note in notes), strong, ends, first, approach, final)


_Line = list[tuple[int, Fraction, bool, bool]]
"""The notes of a voice: fifths, quarters, whether it begins a measure, whether it ends a phrase."""


def _line(measures: Sequence[Measure], slot: Slot) -> _Line:
    line: _Line = []
    for measure in measures:
        voice, onset = measure.voice(slot), Fraction(0)
        for element in voice.elements if voice else ():
            closes = element.grace is False and (onset in measure.phrase_ends or (element.notes and element.fermata))
            line += [
                (note.pitch.fifths, note.duration, onset == 0, bool(closes))
                for note in element.notes
                if isinstance(note, Note) and isinstance(note.pitch, Pitch) and not note.grace
            ]
            onset += element.duration
    return line


def _candidates(tune: _Tune) -> list[Key]:
    few = tune.counts.total() < _FEWEST_NOTES
    modes = [mode for mode in _PRIORS if not few or mode in ("major", "minor", tune.signature.mode)]
    keys = [Key.of(KeySignature(fifths, mode)) for fifths in _signatures(tune) for mode in modes]
    return [key for key in keys if _is_possible(tune, key)]


def _signatures(tune: _Tune) -> list[int]:
    """The notated signature in fifths, and the next ones whose further sharps or flats the tune has more than not.

    A file without a signature may lack one: then the next signatures fit a tune without the notes by which they differ.
    """
    notated = tune.signature.fifths
    chosen = [notated]
    for step, altered, plain in ((1, 6, -1), (-1, -2, 5)):
        place = notated
        while abs(place) < 7 and _alters(tune, place + altered, place + plain):
            place += step
            chosen.append(place)
        is_open = not tune.counts[notated + altered] and not tune.counts[notated + plain]
        if is_open and tune.signature == KeySignature():
            chosen.append(notated + step)
    return chosen


def _alters(tune: _Tune, altered: int, plain: int) -> bool:
    """Whether a tune has a note more often, and longer, than the one of the signature."""
    more_often = tune.counts[altered] >= _FEWEST_ALTERED and tune.counts[altered] > tune.counts[plain]
    return more_often and tune.lengths[altered] > tune.lengths[plain]


def _score(tune: _Tune, key: Key) -> float:
    """The log odds of a key, up to a constant."""
    tonic = key.tonic_fifths
    third, fifth = tonic + (4 if key.has_major_third else -3), tonic + 1
    ends = tune.phrase_ends
    return (
        _PRIORS[key.mode]
        + _FINAL_TONIC * (tune.final == tonic)
        + _FINAL_THIRD * (tune.final == third)
        + _FINAL_FIFTH_OF_MINOR * (key.mode == "minor" and tune.final == fifth)
        + _PHRYGIAN_CLOSE * (key.mode == "phrygian" and tune.approach == tonic - 5 and tune.final == tonic)
        + _FIRST_TONIC * (tune.first == tonic)
        + _FIRST_FIFTH * (tune.first == fifth)
        + _TONIC_SHARE * tune.share(tonic)
        + _FIFTH_SHARE * tune.share(fifth)
        + _STRONG_TRIAD_SHARE * tune.strong_share(tonic, third, fifth)
        + _PHRASE_END_SHARE * sum(place in (tonic, third, fifth) for place in ends) / max(len(ends), 1)
        - _IN_SCALE * math.log(_SMALL_SHARE + _outside(tune, key))
        + _stated(tune.signature, key)
    )


def _outside(tune: _Tune, key: Key) -> float:
    """The share of notes outside the scale, without the raised degrees of cadences."""
    lowest = key.signature.fifths - 1
    allowed = {*range(lowest, lowest + 7), *(key.tonic_fifths + degree for degree in _RAISED.get(key.mode, ()))}
    return 1 - tune.share(*(place for place in tune.lengths if place in allowed))


def _stated(signature: KeySignature, key: Key) -> float:
    """What a mode in the file adds to its key; writers put `major` where nobody has chosen a mode."""
    if signature.mode is None or Key.of(signature) != _plain(signature, key):
        return 0.0
    return _STATED.get(signature.mode, _STATED_CHURCH_MODE)


def _plain(signature: KeySignature, key: Key) -> Key:
    """The key by the name of the mode that the file uses: minor for aeolian, major for ionian."""
    names = {"ionian": "major", "aeolian": "minor"}
    return (
        Key(key.tonic_fifths, signature.mode) if names.get(signature.mode or "") == key.mode and signature.mode else key
    )
