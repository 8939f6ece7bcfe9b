"""The file of a calibration, NAME.calibration next to the weights: JSON with every feature under its name.

The file can be read and edited: 0.1 in `step`, `tenor`, `-1` makes a tenor's step down by a semitone
likelier by a factor of e^0.1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from scoregen.model.sampling.feature_matching import CHORDS, WIDEST, Features
from scoregen.model.sampling.logit_bias import LogitBias
from scoregen.model.sampling.treatment import INTERVALS, MANNERS, MOVES
from scoregen.system.errors import CONTENT_FAULTS, InputError
from scoregen.system.files import write_files

SUFFIX = ".calibration"
AGE_NAMES = ("0", "less than 1/4", "1/4", "1/2", "3/4", "1", "3/2", "2", "3", "4 or more")
"""The age of a note in quarters, each up to the next."""
PACE_NAMES = ("1/4", "1/2", "3/4", "1", "more")
"""The time to the next change in quarters, at most."""
PLACES = ("off a beat", "on a beat")
REACH_NAMES = tuple(f"{manner} to a {interval}" for manner in MANNERS for interval in INTERVALS)
MOST_NATS = 50
"""The largest bias: more would leave no choice."""
_DIGITS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The logit biases of both tasks, the provenance, and the SHA-256 of the file."""

    free: Features
    given: Features
    about: Mapping[str, Any]
    checksum: str = ""

    @property
    def logit_bias(self) -> LogitBias:
        return LogitBias.of(self.free, self.given)


def save_calibration(calibration: Calibration, weights: Path, roles: Sequence[str]) -> None:
    """Write a calibration next to some weights, without values that round to 0."""
    content = {
        "about": dict(calibration.about),
        "free": _by_name(calibration.free, roles),
        "given": _by_name(calibration.given, roles),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False)
    write_files([(weights.with_suffix(SUFFIX), f"{text}\n".encode())], force=True)


def load_calibration(weights: Path, roles: Sequence[str]) -> Calibration | None:
    """The calibration next to some weights, None if there is none; InputError if it cannot be read."""
    path = weights.with_suffix(SUFFIX)
    if not path.is_file():
        return None
    try:
        data = path.read_bytes()
        content = json.loads(data)
        free, given = (_features(content[task], roles) for task in ("free", "given"))
        return Calibration(free, given, content["about"], hashlib.sha256(data).hexdigest())
    except InputError:
        raise
    except CONTENT_FAULTS as error:
        raise InputError(
            f"{path} is no calibration ({type(error).__name__}: {error}); create it again or remove it"
        ) from error


def _by_name(biases: Features, roles: Sequence[str]) -> dict[str, Any]:
    voices = range(len(roles))
    pairs = [(upper, lower) for upper in voices for lower in voices if upper < lower]
    return {
        "step": {roles[voice]: _nonzero(biases.step[voice], _step_name) for voice in voices},
        "moving on after": {
            roles[voice]: _nonzero(biases.length[voice, :, 1], AGE_NAMES.__getitem__) for voice in voices
        },
        "interval": {f"{roles[u]} over {roles[v]}": _nonzero(biases.interval[u, v], str) for u, v in pairs},
        "sonority": _nonzero(biases.sonority, _chord_name),
        "next change": {
            place: _nonzero(row, PACE_NAMES.__getitem__) for place, row in zip(PLACES, biases.pace, strict=True)
        },
        "reached": {
            place: _nonzero(row, REACH_NAMES.__getitem__) for place, row in zip(PLACES, biases.reached, strict=True)
        },
        "left": {name: _nonzero(row, MOVES.__getitem__) for name, row in zip(INTERVALS, biases.left, strict=True)},
    }


def _features(named: Mapping[str, Any], roles: Sequence[str]) -> Features:
    result = Features.zeros(len(roles))
    for voice, role in enumerate(roles):
        for name, nats in named["step"][role].items():
            result.step[voice, _number(name, -WIDEST, WIDEST) + WIDEST] = float(nats)
        for name, nats in named["moving on after"][role].items():
            result.length[voice, AGE_NAMES.index(name)] = -float(nats), float(nats)
        for lower in range(voice + 1, len(roles)):
            for name, nats in named["interval"][f"{role} over {roles[lower]}"].items():
                result.interval[voice, lower, _number(name, 0, result.interval.shape[2] - 1)] = float(nats)
    for name, nats in named["sonority"].items():
        result.sonority[_chord_number(name)] = float(nats)
    later = (  # missing in older files
        ("next change", PLACES, result.pace, PACE_NAMES),
        ("reached", PLACES, result.reached, REACH_NAMES),
        ("left", INTERVALS, result.left, MOVES),
    )
    for kind, rows, table, names in later:
        for place, row in zip(rows, table, strict=True):
            for name, nats in named.get(kind, {}).get(place, {}).items():
                row[names.index(name)] = float(nats)
    parts = tuple(getattr(result, field.name) for field in fields(Features))
    if not all((np.abs(part) <= MOST_NATS).all() for part in parts):
        raise ValueError(f"a bias is not between -{MOST_NATS} and {MOST_NATS} nats")
    return result


def _number(name: str, least: int, most: int) -> int:
    """The number that a feature is named by. ValueError if it is out of range."""
    number = int(name)
    if not least <= number <= most:
        raise ValueError(f"{name!r} is out of range; expected {least} to {most}")
    return number


def _nonzero(values: np.typing.NDArray[np.float64], name: Any) -> dict[str, float]:
    return {name(index): number for index, value in enumerate(values) if (number := round(float(value), _DIGITS))}


def _step_name(index: int) -> str:
    return str(index - WIDEST)


def _chord_name(number: int) -> str:
    """Semitones over the lowest voice: `0 4 7`."""
    return " ".join(str(bit) for bit in range(12) if number >> bit & 1)


def _chord_number(name: str) -> int:
    classes = {int(bit) for bit in name.split()}
    if not all(0 <= bit < 12 for bit in classes):
        raise ValueError(f"{name!r} is no sonority; expected semitones over the lowest voice")
    number = sum(1 << bit for bit in classes)
    assert number < CHORDS
    return number
