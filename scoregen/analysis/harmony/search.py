"""Joint search for keys and chords: the best path through (key, numeral, inversion), moment by moment.

The Viterbi search with a beam runs over moments, not over beats, because a chord may begin with any note. The
score of a path is a sum of weighted features (`features`). The model is a linear-chain conditional random field
(C. Sutton and A. McCallum, An Introduction to Conditional Random Fields, 2012), trained with the structured
perceptron of M. Collins (2002). Joint search over key and numeral follows C. Raphael and J. Stoddard,
Functional Harmonic Analysis Using Probabilistic Models (2004).
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from scoregen.analysis.harmony import features as features
from scoregen.analysis.harmony.features import Function, Sound, Window
from scoregen.analysis.harmony.weights import HarmonyWeights
from scoregen.score.theory.chord_kinds import MEMBERS

CHORDS_A_MOMENT = 5
CHORDS_A_BEAT = 3
CHORDS_CARRIED = 5
KEYS_A_MOMENT = 7
KEY_WINDOW = 10  # moments on each side that decide which keys are searched
BEAM = 40
_REACH = 5  # the most fifths between a key and the key of the signature


class HarmonyPlace(NamedTuple):
    """A key: its mode, major or minor, and its tonic on the line of fifths."""

    mode: str
    tonic: int


class HarmonyState(NamedTuple):
    key: HarmonyPlace
    function: Function
    inversion: int

    @property
    def sound(self) -> Sound:
        return Sound(self.key.tonic + self.function.offset, self.function.quality, self.inversion)


Way = tuple[Function | None, int]
"""A chord in a key, None if the key does not know it, and its inversion."""
Loss = Callable[[int, HarmonyState], float]


class _Row(dict[tuple[Function | None, int], float]):
    """The scores of the chords before a chord."""

    def __init__(self, scorer: Scorer, mode: str, second: Function, inversion: int) -> None:
        self.scorer, self.mode, self.second, self.inversion = scorer, mode, second, inversion

    def __missing__(self, before: tuple[Function | None, int]) -> float:
        names = features.follows(self.mode, *before, self.second, self.inversion)
        score = self[before] = self.scorer.total(names)
        return score


class Scorer:
    """Weighted sums of features, each computed once per piece."""

    def __init__(self, weights: HarmonyWeights, signatures: Sequence[int], windows: Sequence[Window]) -> None:
        self.table = weights
        self.get = weights.weights.get
        self.windows = windows
        self.signatures = signatures
        self._follows: dict[tuple[str, Function, int], _Row] = {}
        self._alone: dict[tuple[object, ...], float] = {}
        self._leaves: dict[tuple[str, Function], float] = {}
        self._enters: dict[tuple[str, Function, int], float] = {}
        self._changes: dict[tuple[object, ...], float] = {}
        self._readings: dict[tuple[str, int, str], tuple[Function, ...]] = {}

    def total(self, names: Sequence[str]) -> float:
        get = self.get
        return sum(get(name, 0.0) for name in names)

    def readings(self, mode: str, offset: int, quality: str) -> tuple[Function, ...]:
        key = (mode, offset, quality)
        if key not in self._readings:
            self._readings[key] = self.table.readings(mode, offset, quality)
        return self._readings[key]

    def follows(self, mode: str, second: Function, inversion: int) -> _Row:
        """The scores of the chords before a chord of a key, by function and inversion, as far as they are needed."""
        key = (mode, second, inversion)
        row = self._follows.get(key)
        if row is None:
            row = self._follows[key] = _Row(self, mode, second, inversion)
        return row

    def alone(self, mode: str, function: Function, inversion: int) -> float:
        key = (mode, function, inversion)
        score = self._alone.get(key)
        if score is None:
            score = self._alone[key] = self.total(features.alone(mode, function, inversion))
        return score

    def leaves(self, mode: str, function: Function) -> float:
        key = (mode, function)
        score = self._leaves.get(key)
        if score is None:
            score = self._leaves[key] = self.total(features.leaves(mode, function))
        return score

    def enters(self, mode: str, function: Function, inversion: int) -> float:
        key = (mode, function, inversion)
        score = self._enters.get(key)
        if score is None:
            score = self._enters[key] = self.total(features.enters(mode, function, inversion))
        return score

    def change(self, old: HarmonyPlace, new: HarmonyPlace, window: Window) -> float:
        key = (old.mode, new.mode, new.tonic - old.tonic, window.moment.begins_phrase, window.moment.strength)
        score = self._changes.get(key)
        if score is None:
            score = self.total(features.key_change(old.mode, new.mode, new.tonic - old.tonic, window))
            self._changes[key] = score
        return score

    def keys_at(self) -> list[list[HarmonyPlace]]:
        """For each moment the keys that best fit the moments around it."""
        fits: list[dict[HarmonyPlace, float]] = []
        cache: dict[tuple[object, ...], dict[HarmonyPlace, float]] = {}
        for window, signature in zip(self.windows, self.signatures, strict=True):
            case = (window.places, window.closing_bass, signature)
            if case not in cache:
                cache[case] = {
                    place: self.total(features.key_fit(window, place.mode, place.tonic)) for place in _near(signature)
                }
            fits.append(cache[case])
        keys = []
        for index, signature in enumerate(self.signatures):
            around = fits[max(0, index - KEY_WINDOW) : index + KEY_WINDOW + 1]
            total = {
                place: sum(fit.get(place, -9.0) for fit in around)
                + self.get(features.home(place.mode, place.tonic, signature), 0.0)
                for place in _near(signature)
            }
            keys.append(heapq.nlargest(KEYS_A_MOMENT, total, key=lambda place: total[place]))
        return keys


def best_path(
    scorer: Scorer,
    *,
    given: Sequence[Sound] = (),
    gold: Sequence[HarmonyState] = (),
    loss: Loss | None = None,
) -> list[HarmonyState]:
    """The best state of each moment. `given` is the chord of each moment, if only the keys are searched.

    In training, `gold` states stay reachable and `loss` is added to the scores.
    """
    keys = scorer.keys_at()
    beam: dict[HarmonyState, tuple[float, int]] = {}
    history: list[list[tuple[HarmonyState, int]]] = []
    for index in range(len(scorer.windows)):
        if given:
            states = _given_states(scorer, keys[index], given[index])
        else:
            states = _states(scorer, keys[index], _sounds(scorer.windows[index], beam))
        if gold:
            states[gold[index]] = True
        scored = _step(scorer, index, tuple(states or beam or _tonics(keys[index])), beam)
        if loss is not None:
            scored = [(score + loss(index, state), state, back) for score, state, back in scored]
        kept = heapq.nlargest(BEAM, scored, key=itemgetter(0))
        history.append([(state, back) for _, state, back in kept])
        beam = {state: (score, rank) for rank, (score, state, _) in enumerate(kept)}
    return _walk_back(history)


def _given_states(scorer: Scorer, keys: Sequence[HarmonyPlace], sound: Sound) -> dict[HarmonyState, bool]:
    """All functions of a given chord in the keys; a chord that no key knows is chromatic in each."""
    chromatic = {
        HarmonyState(key, Function(sound.root - key.tonic, sound.quality), sound.inversion): True for key in keys
    }
    return _states(scorer, keys, [sound]) or chromatic


def _tonics(keys: Sequence[HarmonyPlace]) -> list[HarmonyState]:
    """The states at the start of a piece if no chord fits."""
    return [HarmonyState(key, Function(0, key.mode), 0) for key in keys]


def _walk_back(history: Sequence[Sequence[tuple[HarmonyState, int]]]) -> list[HarmonyState]:
    path, rank = [], 0
    for column in reversed(history):
        state, rank_before = column[rank]
        path.append(state)
        rank = rank_before
    return path[::-1]


def _step(
    scorer: Scorer, index: int, states: Sequence[HarmonyState], beam: dict[HarmonyState, tuple[float, int]]
) -> list[tuple[float, HarmonyState, int]]:
    """Score every state of a moment by its best path from the moment before; with the rank of the state before."""
    window = scorer.windows[index]
    signature = scorer.signatures[index]
    moment = window.moment
    staying = scorer.total(features.goes_on(window))
    starting: dict[str, float] = {}
    fits: dict[Sound, float] = {}
    key_fits: dict[HarmonyPlace, float] = {}
    arrivals = _Arrivals(scorer, beam, window)
    rows = []
    for state in states:
        key, function, inversion = state
        sound = Sound(key.tonic + function.offset, function.quality, inversion)
        if sound not in fits:
            fits[sound] = scorer.total(features.emission(window, sound))
        if key not in key_fits:
            names = [*features.key_fit(window, *key), features.home(*key, signature)]
            key_fits[key] = scorer.total(names)
        if function.quality not in starting:
            names = features.begins(window, function.quality, features.length_word(moment))
            starting[function.quality] = scorer.total(names)
        local = fits[sound] + key_fits[key]
        if moment.ends_phrase:
            local += scorer.total(features.at_phrase_end(key.mode, function, inversion))
        if index == len(scorer.windows) - 1:
            local += scorer.total(features.last_function(key.mode, function))
        entering = starting[function.quality] + scorer.alone(key.mode, function, inversion)
        if not beam:
            score, rank = entering + scorer.total(features.first_key(*key, signature)), 0
        else:
            score, rank = arrivals.best(state)
            score += entering
            stay = beam.get(state)
            if stay is not None and stay[0] + staying > score:
                score, rank = stay[0] + staying, stay[1]
        rows.append((score + local, state, rank))
    return rows


class _Arrivals:
    """The best transition from a beam to a new chord."""

    def __init__(self, scorer: Scorer, beam: dict[HarmonyState, tuple[float, int]], window: Window) -> None:
        self.scorer = scorer
        self.window = window
        self.by_key: dict[HarmonyPlace, list[tuple[tuple[Function, int], float, int]]] = {}
        for state, (score, rank) in beam.items():
            self.by_key.setdefault(state.key, []).append((state[1:], score, rank))
        self.crossings: dict[HarmonyPlace, list[tuple[Way, float, int]]] = {}

    def best(self, state: HarmonyState) -> tuple[float, int]:
        key, function, inversion = state
        follows, own = self.scorer.follows(key.mode, function, inversion), state[1:]
        best, best_rank = float("-inf"), 0
        for before, score, rank in self.by_key.get(key, ()):
            total = score + follows[before]
            if total > best and before != own:
                best, best_rank = total, rank
        entering = self.scorer.enters(key.mode, function, inversion)
        for way, score, rank in self._crossings(key):
            total = score + entering + follows[way]
            if total > best:
                best, best_rank = total, rank
        return best, best_rank

    def _crossings(self, key: HarmonyPlace) -> list[tuple[Way, float, int]]:
        """The last chords of other keys, as functions of this key, each with its best score."""
        if key not in self.crossings:
            ways: dict[Way, tuple[float, int]] = {}
            for old_key, states in self.by_key.items():
                if old_key == key:
                    continue
                cost = self.scorer.change(old_key, key, self.window)
                for (old, inversion), score_before, rank in states:
                    score = score_before + cost + self.scorer.leaves(old_key.mode, old)
                    offset = old_key.tonic + old.offset - key.tonic
                    readings = self.scorer.readings(key.mode, offset, old.quality)
                    way = (readings[0] if readings else None, inversion)
                    if way not in ways or score > ways[way][0]:
                        ways[way] = (score, rank)
            self.crossings[key] = [(way, score, rank) for way, (score, rank) in ways.items()]
        return self.crossings[key]


def _states(scorer: Scorer, keys: Sequence[HarmonyPlace], sounds: Sequence[Sound]) -> dict[HarmonyState, bool]:
    """All functions of the chords in the keys, in a fixed order."""
    return {
        HarmonyState(key, function, sound.inversion): True
        for key in keys
        for sound in sounds
        for function in scorer.readings(key.mode, sound.root - key.tonic, sound.quality)
    }


def _sounds(window: Window, beam: Mapping[HarmonyState, object]) -> list[Sound]:
    """The candidate chords of a moment: those that fit it, those that fit its beat, and the best that may continue."""
    sounds: dict[Sound, bool] = {}
    for root, quality in (*_fitting(window.places, CHORDS_A_MOMENT), *_fitting(window.beat_places, CHORDS_A_BEAT)):
        members = MEMBERS[quality]
        lowest = window.bass - root
        inversions = (members.index(lowest),) if lowest in members else (0, 1)
        for inversion in inversions:
            sounds[Sound(root, quality, inversion)] = True
    continuing = dict.fromkeys((state.sound for state in beam), True)
    return [*sounds, *(sound for sound in list(continuing)[:CHORDS_CARRIED] if sound not in sounds)]


@lru_cache(maxsize=65536)
def _fitting(places: frozenset[int], count: int) -> tuple[tuple[int, str], ...]:
    """The chords with the fewest non-chord tones and missing members, best first."""
    ranked = []
    for quality, members in MEMBERS.items():
        for root, inside in Counter([place - member for member in members for place in places]).items():
            foreign = len(places) - inside
            missing = len(members) - inside
            if inside >= min(2, len(places)):
                no_third = root + members[1] not in places
                ranked.append((2 * foreign + missing + no_third, len(members), abs(root), root, quality))
    return tuple((root, quality) for *_, root, quality in heapq.nsmallest(count, ranked))


@lru_cache(maxsize=64)
def _near(signature: int) -> tuple[HarmonyPlace, ...]:
    """All keys with a near signature, the nearest first."""
    keys = [HarmonyPlace(mode, signature + step + at) for step in range(-_REACH, _REACH + 1) for mode, at in _MODES]
    return tuple(sorted(keys, key=lambda place: abs(place.tonic - signature - dict(_MODES)[place.mode])))


_MODES = (("major", 0), ("minor", 3))
