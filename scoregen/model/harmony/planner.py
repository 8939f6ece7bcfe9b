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

from scoregen.model.features.metric_features import CLASSES
from scoregen.model.harmony.labels import ATTRIBUTES, KEY, QUALITY, ROOT
from scoregen.model.harmony.permissions import HAS_MEMBER, LOWEST, Bools, Ints, Permissions

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

AGES = 9
_GELU = float(np.sqrt(2 / np.pi))
STEPS_AT_ONCE = 64
"""The steps whose codes are read at once."""


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

    def check(self) -> None:
        """ValueError unless the weights are finite numbers, with one for every age, of sizes that fit together."""
        w = self._w
        read = 2 * w["context.weight_hh_l0"].shape[1]
        sizes = {
            "steps.weight_ih_l0": read + w["age.weight"].shape[1],
            "start.weight": read + w["steps.weight_hh_l0"].shape[1],
        }
        if any(w[name].shape[1] != size for name, size in sizes.items()) or len(w["age.weight"]) <= AGES:
            raise ValueError("the sizes of its weights do not fit together")
        if not all(np.isfinite(value).all() for value in w.values()):
            raise ValueError("a weight is not a finite number")

    def code(self, inputs: Floats) -> Floats:
        """[R, S, 2 context] the codes of the steps from their inputs [R, S, inputs]."""
        x = _gelu(self._linear("read", inputs))
        start = np.zeros((len(x), self._w["context.weight_hh_l0"].shape[1]), dtype=np.float32)
        forward = self._run(self._read_in("context", x), start, "context")
        backward = self._run(self._read_in("context", x[:, ::-1], "_reverse"), start, "context", "_reverse")[:, ::-1]
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
            if step % STEPS_AT_ONCE == 0:
                inner, outer = self._read_code(code[:, step : step + STEPS_AT_ONCE])
            now = step % STEPS_AT_ONCE
            z = self._read(past, inner[rows, now], outer[rows, now], is_first=step == 0)
            goes_on = allowed.allow(past.label, step) & (step > 0)
            change = draw(self._head("change", z), np.column_stack([goes_on, allowed.may[:, step] | ~goes_on])) == 1
            new = self._draw_chord(z, past.label, allowed, step, draw)
            change &= (new != past.label).any(1) | (step == 0)  # a chord that is drawn again goes on
            labels[:, step] = np.where(change[:, None], new, past.label)
            past.label, past.age = labels[:, step], np.where(change, 1, np.minimum(past.age + 1, AGES))
        return labels

    def nats(self, code: Floats, labels: Ints) -> Floats:
        """[R, S] -log p of the steps of plans [R, S, 4] over one code [S, 2 context]."""
        before = np.pad(labels[:, :-1], ((0, 0), (1, 0), (0, 0)))
        begins = (labels != before).any(2)
        begins[:, 0] = True
        hidden, ages = self._begin(len(labels)).hidden, _ages(begins)
        result = np.zeros(labels.shape[:2], dtype=np.float32)
        for start in range(0, labels.shape[1], STEPS_AT_ONCE):
            part = np.s_[:, start : start + STEPS_AT_ONCE]
            last = self._label_code(before[part], ages[part])
            if start == 0:
                last[:, 0] = 0
            inner, outer = self._read_code(code[None, start : start + STEPS_AT_ONCE])
            states = self._run(inner + self._read_last(last), hidden, "steps")
            hidden = states[:, -1]
            z = (outer + self._from_state(states)).reshape(-1, outer.shape[-1])
            now, last_labels = (each[part].reshape(-1, len(ATTRIBUTES)) for each in (labels, before))
            nats = self._chord_nats(z, now, last_labels, begins[part].reshape(-1))
            result[part] = nats.reshape(result[part].shape)
        return result

    def _chord_nats(self, z: Floats, now: Ints, before: Ints, begins: Bools) -> Floats:
        """[N] -log p of chords [N, 4] from the states [N, choice] before them."""
        every = np.arange(len(now))
        result: Floats = -_log_softmax(self._head("change", z))[every, begins.astype(int)]
        terms = np.zeros(len(now), dtype=np.float32)
        for index, name in enumerate(ATTRIBUTES):
            terms -= _log_softmax(self._logits(name, z, now, before))[every, now[:, index]]
            z = self._after(name, z, now)
        return np.where(begins, result + terms, result)

    def _begin(self, rows: int) -> _Past:
        width = self._w["steps.weight_hh_l0"].shape[1]
        nothing = np.zeros((rows, len(ATTRIBUTES)), dtype=np.int64)
        return _Past(nothing, np.zeros(rows, dtype=np.int64), np.zeros((rows, width), dtype=np.float32))

    def _read(self, past: _Past, inner: Floats, outer: Floats, *, is_first: bool) -> Floats:
        """[R, choice] the state before the choices of a step; the hidden state of the past moves on.

        `inner` and `outer` are what `_read_code` reads of the step.
        """
        last = self._label_code(past.label, past.age) * np.float32(not is_first)
        past.hidden = self._cell(inner + self._read_last(last), past.hidden, "steps")
        return outer + self._from_state(past.hidden)

    def _read_code(self, code: Floats) -> tuple[Floats, Floats]:
        """What the state of steps [..., 3 hidden] and their choices [..., choice] take from codes [..., 2 context]."""
        inner, outer = self._w["steps.weight_ih_l0"], self._w["start.weight"]
        width = code.shape[-1]
        hidden = outer.shape[1] - width
        return (
            code @ inner[:, :width].T + self._w["steps.bias_ih_l0"],
            code @ outer[:, hidden:].T + self._w["start.bias"],
        )

    def _read_last(self, last: Floats) -> Floats:
        """What the state of steps takes from the codes of the chords before them [..., embedding]."""
        return np.asarray(last @ self._w["steps.weight_ih_l0"][:, -last.shape[-1] :].T, dtype=np.float32)

    def _from_state(self, hidden: Floats) -> Floats:
        """What the choices of steps take from their states [..., hidden]."""
        return np.asarray(hidden @ self._w["start.weight"][:, : hidden.shape[-1]].T, dtype=np.float32)

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
                "inversion": allowed.inversions[:, step] & HAS_MEMBER[label[:, QUALITY]],
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
            basses = (label[:, ROOT, None] + LOWEST[label[:, QUALITY]]) % CLASSES
            single = allowed.avoid_doubling(mask, label, basses, step)
            return allowed.avoid_parallels(single, basses, before, step)
        if name == "root":
            is_fixed = ~allowed.inversions[:, step, 1:].any(1, keepdims=True)
            basses = np.broadcast_to(np.arange(CLASSES), (len(label), CLASSES))
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
            code = code + self._w[f"last.{name}.weight"][labels[..., index]]
        code = code + self._w["last.degree.weight"][(labels[..., ROOT] - labels[..., KEY]) % CLASSES]
        return np.asarray(code, dtype=np.float32)

    def _linear(self, name: str, x: Floats) -> Floats:
        return np.asarray(x @ self._w[f"{name}.weight"].T + self._w[f"{name}.bias"], dtype=np.float32)

    def _head(self, name: str, z: Floats) -> Floats:
        return self._linear(name, _gelu(z))

    def _read_in(self, name: str, x: Floats, way: str = "") -> Floats:
        """What a GRU takes from its inputs, [R, S, 3 hidden]."""
        w = self._w
        return np.asarray(x @ w[f"{name}.weight_ih_l0{way}"].T + w[f"{name}.bias_ih_l0{way}"], dtype=np.float32)

    def _run(self, inner: Floats, hidden: Floats, name: str, way: str = "") -> Floats:
        """[R, S, hidden] the states of a GRU over what it takes from its inputs [R, S, 3 hidden]."""
        states = np.empty((*inner.shape[:2], hidden.shape[1]), dtype=np.float32)
        for step in range(inner.shape[1]):
            hidden = states[:, step] = self._cell(inner[:, step], hidden, name, way)
        return states

    def _cell(self, inner: Floats, hidden: Floats, name: str, way: str = "") -> Floats:
        """One step of a GRU as in PyTorch; `inner` [R, 3 hidden] is what it takes from its input."""
        outer = hidden @ self._w[f"{name}.weight_hh_l0{way}"].T + self._w[f"{name}.bias_hh_l0{way}"]
        width = hidden.shape[1]
        gates = _sigmoid(inner[:, : 2 * width] + outer[:, : 2 * width])
        reset, update = gates[:, :width], gates[:, width:]
        new = np.tanh(inner[:, 2 * width :] + reset * outer[:, 2 * width :])
        return np.asarray((1 - update) * new + update * hidden, dtype=np.float32)


def _ages(begins: Bools) -> Ints:
    """[R, S] the ages of the chords before the steps at which chords begin [R, S]."""
    ages: Ints = np.zeros(begins.shape, dtype=np.int64)
    for step in range(1, begins.shape[1]):
        ages[:, step] = np.where(begins[:, step - 1], 1, np.minimum(ages[:, step - 1] + 1, AGES))
    return ages


def _rooted(logits: Floats, tonic: Ints, root: Ints) -> Floats:
    own, by_tonic, by_root = np.split(logits, 3, axis=1)
    places = np.arange(CLASSES)
    for terms, centre in ((by_tonic, tonic), (by_root, root)):
        own = own + np.take_along_axis(terms, (places - centre[:, None]) % CLASSES, axis=1)
    return own


def _gelu(x: Floats) -> Floats:
    return np.asarray(0.5 * x * (1 + np.tanh(_GELU * (x + 0.044715 * x * x * x))), dtype=np.float32)


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)), dtype=np.float32)


def _log_softmax(logits: Floats) -> Floats:
    top = logits.max(1, keepdims=True)
    return np.asarray(logits - top - np.log(np.exp(logits - top).sum(1, keepdims=True)), dtype=np.float32)
