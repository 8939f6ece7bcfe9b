"""The JSB chorales on a grid of 16ths, a standard benchmark: 229, 76 and 77 pieces, no metre, no key.

The user provides the file (`Jsb16thSeparated.json`, the split of Boulanger-Lewandowski as published with
Coconet by C.-Z. A. Huang, 2017). It is not part of scoregen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scoregen.corpora.manifest import Split
from scoregen.system.errors import InputError

VOICES = 4
SHA256 = "79294cc374f9252e95ef4b703161524c1c53dc1f712c236f00f1c1f5d54af5a7"
"""The checksum of the file that published figures are measured on."""

Frame = tuple[int, ...]
"""MIDI pitches of soprano, alto, tenor and bass in one 16th; -1 for a rest."""


@dataclass(frozen=True, slots=True)
class Jsb16:
    """The pieces of each split; `is_published`: the file is the published one."""

    splits: Mapping[Split, tuple[tuple[Frame, ...], ...]]
    is_published: bool

    def frames(self, split: Split) -> int:
        return sum(len(piece) for piece in self.splits[split])


def read_jsb16(path: Path) -> Jsb16:
    """Read the file. InputError names the split, piece and frame at which it is invalid."""
    try:
        data = path.read_bytes()
        table = json.loads(data)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: the file is not valid JSON ({error}); expected Jsb16thSeparated.json") from error
    names: tuple[Split, ...] = ("train", "valid", "test")
    if not isinstance(table, dict) or any(not isinstance(table.get(name), list) for name in names):
        raise InputError(f"{path}: expected lists of pieces under train, valid and test")
    splits = {
        name: tuple(_piece(f"{path}: {name}: piece {index}", piece) for index, piece in enumerate(table[name]))
        for name in names
    }
    return Jsb16(splits, hashlib.sha256(data).hexdigest() == SHA256)


def _piece(where: str, piece: object) -> tuple[Frame, ...]:
    if not isinstance(piece, list) or not piece:
        raise InputError(f"{where}: expected a list of frames")
    for index, frame in enumerate(piece):
        is_frame = isinstance(frame, list) and len(frame) == VOICES
        if not is_frame or not all(isinstance(pitch, int) and (pitch == -1 or 0 <= pitch < 128) for pitch in frame):
            raise InputError(f"{where}, frame {index}: found {frame!r}; expected four MIDI pitches, -1 for a rest")
    return tuple(tuple(frame) for frame in piece)
