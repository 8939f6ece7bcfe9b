"""The planner without PyTorch: sampling plans and measuring them, with the weights that PyTorch trained.

The functions equal those of `planner_network.py`; a test compares them. A plan is sampled step by step, all plans of a
batch together.

R plans, S steps, V voices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.model.features.metric_features import CLASSES, QUALITIES
from scoregen.model.harmony.labels import ATTRIBUTES, INVERSION, KEY, QUALITY, ROOT
from scoregen.score.theory.chord_kinds import MEMBERS

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Weights = Mapping[str, Floats]

AGES = 9
_HAS_MEMBER = np.array([[index < len(MEMBERS[quality]) for index in range(4)] for quality in QUALITIES])
"""[9, 4] whether a quality has an inversion."""
_LOWEST = np.array([[(*MEMBERS[quality], 0)[index] % CLASSES for index in range(4)] for quality in QUALITIES])
"""[9, 4] the lowest note of a chord over its root, by fifths."""
_THIRD, _SEVENTH = 1, 3
_SINGLE = np.zeros_like(_HAS_MEMBER)
"""[9, 4] whether a member of a chord tends somewhere, so that the bass does not double it: leading notes, sevenths."""
_SINGLE[[QUALITIES.index(name) for name in ("major", "dominant")], _THIRD] = True
_SINGLE[[QUALITIES.index(name) for name in ("diminished", "half-diminished", "diminished-seventh")], 0] = True
_SINGLE[:, _SEVENTH] = _HAS_MEMBER[:, _SEVENTH]
_OCTAVE, _FIFTH = 0, 1
"""The intervals over the bass, by fifths, in which no voice follows it."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What each plan may choose at each step.

    `keys` [R, S, 24], `roots` [R, S, 12], `qualities` [R, S, 12, 9] by root and `inversions` [R, S, 4]. `may` [R, S]:
    whether a chord may begin; one must begin where the chord before is not allowed. `lines` [R, S, V] are the pitch
    classes of the voices that are given over a free bass, negative where there is none: the bass of a new chord follows
    none of them in octaves or fifths, and doubles none on a note that tends somewhere, if another one is allowed.
    """

    keys: Bools
    roots: Bools
    qualities: Bools
    inversions: Bools
    may: Bools
    lines: Ints

    def avoid_parallels(self, mask: Bools, basses: Ints, before: Ints, step: int) -> Bools:
        """A mask [R, N] without the choices whose basses [R, N] move in parallel with a given voice, where that leaves
        one; `before` [R, 4] are the labels of the last chords."""
        if not step or not self.lines.shape[2]:
            return mask
        last = bass_of(before)[:, None, None]
        came, comes = self.lines[:, step - 1, :, None], self.lines[:, step, :, None]
        interval = (came - last) % CLASSES
        moves = (came >= 0) & (comes >= 0) & (came != comes) & (basses[:, None] != last)
        follows = moves & ((interval == _OCTAVE) | (interval == _FIFTH))
        parallel = (follows & ((comes - basses[:, None]) % CLASSES == interval)).any(1)
        free: Bools = mask & ~parallel
        return np.where(free.any(1, keepdims=True), free, mask)

    def avoid_doubling(self, mask: Bools, labels: Ints, basses: Ints, step: int) -> Bools:
        """A mask of inversions [R, 4] without those that double a tendency note of a given voice, if one is left."""
        doubles = (self.lines[:, step, :, None] == basses[:, None]).any(1) & _SINGLE[labels[:, QUALITY]]
        free: Bools = mask & ~doubles
        return np.where(free.any(1, keepdims=True), free, mask)

    def allow(self, labels: Ints, step: int) -> Bools:
        """[R] whether the chords of labels [R, 4] are allowed at a step."""
        key, root, quality, inversion = labels.T
        rows = np.arange(len(labels))
        result: Bools = (
            self.keys[rows, step, key]
            & self.roots[rows, step, root]
            & self.qualities[rows, step, root, quality]
            & self.inversions[rows, step, inversion]
        )
        return result


@dataclass(slots=True)
class _Past:
    """The plans up to a step: the last label [R, 4], its age [R], and the state of the network [R, hidden]."""

    label: Ints
    age: Ints
    hidden: Floats


class Planner:
    """The planner with its weights."""

    def __init__(self, weights: Weights) -> None:
        self._w = {name: np.asarray(value, dtype=np.float32) for name, value in weights.items()}

    @property
    def inputs(self) -> int:
        """The number of inputs of a step: those of choirs, or those of any ensemble."""
        return int(self._w["read.weight"].shape[1])

    @property
    def is_finite(self) -> bool:
        """Whether all weights are finite numbers, with one for every age of a chord."""
        return len(self._w["age.weight"]) > AGES and all(np.isfinite(value).all() for value in self._w.values())

    def code(self, inputs: Floats) -> Floats:
        """[R, S, 2 context] the codes of the steps from their inputs [R, S, inputs]."""
        x = _gelu(self._linear("read", inputs))
        forward = self._run(x, "context", "")
        backward = self._run(x[:, ::-1], "context", "_reverse")[:, ::-1]
        return np.concatenate([forward, backward], axis=2)

    def sample(
        self,
        code: Floats,
        allowed: Permissions,
        generator: np.random.Generator,
        temperature: float = 1.0,
        rows: Ints | None = None,
    ) -> Ints:
        """Plans [R, S, 4] over codes [C, S, 2 context]; `rows` [R] names the code of each plan, by default its own."""
        rows = np.arange(len(code)) if rows is None else rows
        labels = np.zeros((len(rows), code.shape[1], len(ATTRIBUTES)), dtype=np.int64)
        past = self._begin(len(rows))

        def draw(logits: Floats, mask: Bools) -> Ints:
            usable = np.where(mask.any(1, keepdims=True), mask, True)
            noisy = logits / max(temperature, 1e-3) + generator.gumbel(size=logits.shape)
            chosen: Ints = np.where(usable, noisy, -np.inf).argmax(1)
            return chosen

        for step in range(code.shape[1]):
            z = self._read(past, code[rows, step], is_first=step == 0)
            goes_on = allowed.allow(past.label, step) & (step > 0)
            change = draw(self._head("change", z), np.column_stack([goes_on, allowed.may[:, step] | ~goes_on])) == 1
            new = self._draw_chord(z, past.label, allowed, step, draw)
            labels[:, step] = np.where(change[:, None], new, past.label)
            past.label, past.age = labels[:, step], np.where(change, 1, np.minimum(past.age + 1, AGES))
        return labels

    def nats(self, code: Floats, labels: Ints) -> Floats:
        """[R, S] -log p of the steps of plans [R, S, 4] over one code [S, 2 context]."""
        past, every = self._begin(len(labels)), np.arange(len(labels))
        result = np.zeros(labels.shape[:2], dtype=np.float32)
        for step in range(labels.shape[1]):
            z = self._read(past, np.tile(code[step], (len(labels), 1)), is_first=step == 0)
            now = labels[:, step]
            change = (now != past.label).any(1) | (step == 0)
            result[:, step] = -_log_softmax(self._head("change", z))[every, change.astype(int)]
            terms = np.zeros(len(labels), dtype=np.float32)
            for index, name in enumerate(ATTRIBUTES):
                terms -= _log_softmax(self._logits(name, z, now, past.label))[every, now[:, index]]
                z = self._after(name, z, now)
            result[:, step] += np.where(change, terms, 0)
            past.label, past.age = now, np.where(change, 1, np.minimum(past.age + 1, AGES))
        return result

    def _begin(self, rows: int) -> _Past:
        width = self._w["steps.weight_hh_l0"].shape[1]
        nothing = np.zeros((rows, len(ATTRIBUTES)), dtype=np.int64)
        return _Past(nothing, np.zeros(rows, dtype=np.int64), np.zeros((rows, width), dtype=np.float32))

    def _read(self, past: _Past, code: Floats, *, is_first: bool) -> Floats:
        """[R, choice] the state before the choices of a step; the hidden state of the past moves on."""
        last = self._label_code(past.label, past.age) * np.float32(not is_first)
        past.hidden = self._cell(np.concatenate([code, last], 1), past.hidden, "steps", "")
        return self._linear("start", np.concatenate([past.hidden, code], 1))

    def _draw_chord(
        self, z: Floats, before: Ints, allowed: Permissions, step: int, draw: Callable[[Floats, Bools], Ints]
    ) -> Ints:
        """[R, 4] a chord for every plan, attribute by attribute."""
        label, rows = np.zeros_like(before), np.arange(len(before))
        for index, name in enumerate(ATTRIBUTES):
            mask = {
                "key": allowed.keys[:, step],
                "root": allowed.roots[:, step],
                "quality": allowed.qualities[rows, step, label[:, ROOT]],
                "inversion": allowed.inversions[:, step] & _HAS_MEMBER[label[:, QUALITY]],
            }[name]
            mask = self._without_parallels(name, mask, label, before, allowed, step)
            label[:, index] = draw(self._logits(name, z, label, before), mask)
            z = self._after(name, z, label)
        return label

    @staticmethod
    def _without_parallels(name: str, mask: Bools, label: Ints, before: Ints, allowed: Permissions, step: int) -> Bools:
        """The mask of an attribute without a bass in parallel with a given voice, or one that doubles its leading note.

        The inversion decides about the bass, where it is fixed the root.
        """
        if name == "inversion":
            basses = (label[:, ROOT, None] + _LOWEST[label[:, QUALITY]]) % CLASSES
            single = allowed.avoid_doubling(mask, label, basses, step)
            return allowed.avoid_parallels(single, basses, before, step)
        if name == "root":
            is_fixed = ~allowed.inversions[:, step, 1:].any(1, keepdims=True)
            basses = np.tile(np.arange(CLASSES), (len(label), 1))
            return np.where(is_fixed, allowed.avoid_parallels(mask, basses, before, step), mask)
        return mask

    def _logits(self, name: str, z: Floats, label: Ints, before: Ints) -> Floats:
        """The logits of an attribute, given those before it."""
        logits = self._head(f"heads.{name}", z)
        return _rooted(logits, label[:, KEY] % CLASSES, before[:, ROOT]) if name == "root" else logits

    def _after(self, name: str, z: Floats, label: Ints) -> Floats:
        """The state after the choice of an attribute."""
        z = z + self._w[f"chosen.{name}.weight"][label[:, list(ATTRIBUTES).index(name)]]
        return z + self._w["chosen.degree.weight"][(label[:, ROOT] - label[:, KEY]) % CLASSES] if name == "root" else z

    def _label_code(self, labels: Ints, ages: Ints) -> Floats:
        code = self._w["age.weight"][np.minimum(ages, AGES)]
        for index, name in enumerate(ATTRIBUTES):
            code = code + self._w[f"last.{name}.weight"][labels[:, index]]
        code = code + self._w["last.degree.weight"][(labels[:, ROOT] - labels[:, KEY]) % CLASSES]
        return np.asarray(code, dtype=np.float32)

    def _linear(self, name: str, x: Floats) -> Floats:
        return np.asarray(x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"], dtype=np.float32)

    def _head(self, name: str, z: Floats) -> Floats:
        return self._linear(name, _gelu(z))

    def _run(self, x: Floats, name: str, way: str) -> Floats:
        hidden = np.zeros((len(x), self._w[f"{name}.weight_hh_l0{way}"].shape[1]), dtype=np.float32)
        out = []
        for step in range(x.shape[1]):
            hidden = self._cell(x[:, step], hidden, name, way)
            out.append(hidden)
        return np.stack(out, axis=1)

    def _cell(self, x: Floats, hidden: Floats, name: str, way: str) -> Floats:
        """One step of a GRU as in PyTorch."""
        w = self._w
        inner = x @ w[f"{name}.weight_ih_l0{way}"].T + w[f"{name}.bias_ih_l0{way}"]
        outer = hidden @ w[f"{name}.weight_hh_l0{way}"].T + w[f"{name}.bias_hh_l0{way}"]
        width = hidden.shape[1]
        gates = _sigmoid(inner[:, : 2 * width] + outer[:, : 2 * width])
        reset, update = gates[:, :width], gates[:, width:]
        new = np.tanh(inner[:, 2 * width :] + reset * outer[:, 2 * width :])
        return np.asarray((1 - update) * new + update * hidden, dtype=np.float32)


def bass_of(labels: Ints) -> Ints:
    """[...] the lowest pitch classes of chords with labels [..., 4]."""
    lowest: Ints = (labels[..., ROOT] + _LOWEST[labels[..., QUALITY], labels[..., INVERSION]]) % CLASSES
    return lowest


def _rooted(logits: Floats, tonic: Ints, root: Ints) -> Floats:
    own, by_tonic, by_root = np.split(logits, 3, axis=1)
    places = np.arange(CLASSES)
    for terms, centre in ((by_tonic, tonic), (by_root, root)):
        own = own + np.take_along_axis(terms, (places - centre[:, None]) % CLASSES, axis=1)
    return own


def _gelu(x: Floats) -> Floats:
    return np.asarray(0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x * x * x))), dtype=np.float32)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)), dtype=np.float32)


def _log_softmax(logits: Floats) -> Floats:
    top = logits.max(1, keepdims=True)
    return np.asarray(logits - top - np.log(np.exp(logits - top).sum(1, keepdims=True)), dtype=np.float32)
