"""The keys of the sections of a piece: from the home key away and back.

Where a form asks for another key, one is drawn by how long pieces of the mode stay in it (`key_shares`). A mood decides
the mode; a section of the other mode is in the relative key, and in the parallel one if it is tense.
"""

from __future__ import annotations

import random

from scoregen.plan.forms.grammar import key_shares
from scoregen.score.keys import Key

NEAR, FAR = 1, 2
"""The steps on the line of fifths of signatures that a near and a far key differ by, at least for a far one."""
MOST_SIGNS = 6
RELATIVE = {"major": (3, "minor"), "minor": (-3, "major")}
"""The relative key: fifths from the tonic, and its mode."""


def related_key(home: Key, relation: str, mode: str | None, tension: float, chance: random.Random) -> Key:
    """The key of a section by its relation to home (`home`, `away`, `far`, `parallel`) and the mode that it has."""
    if relation == "parallel":
        return _reachable(Key(home.tonic_fifths, "minor" if home.has_major_third else "major"), home)
    if relation == "home":
        return home if mode in (None, home.mode) else _in_mode(home, mode, tension)
    return _away(home, relation, mode, chance)


def _in_mode(home: Key, mode: str, tension: float) -> Key:
    if home.mode not in RELATIVE:
        return Key(home.tonic_fifths, mode)
    away, _ = RELATIVE[home.mode]
    return _reachable(Key(home.tonic_fifths + (0 if tension > PARALLEL else away), mode), home)


PARALLEL = 0.4
"""The tension from which a section of the other mode has the same tonic."""


def _away(home: Key, relation: str, mode: str | None, chance: random.Random) -> Key:
    """A key that is not home, drawn by the shares of keys; a far one has two signs more or fewer at least."""
    shares: dict[Key, float] = {}
    for name, share in key_shares("major" if home.has_major_third else "minor").items():
        fifths, own = name.split()
        key = Key(home.tonic_fifths + int(fifths), own)
        if key != home and own in ("major", "minor") and abs(key.signature.fifths) <= MOST_SIGNS:
            shares[key] = share
    distance = {key: abs(key.signature.fifths - home.signature.fifths) for key in shares}
    fitting = [key for key in shares if (distance[key] >= FAR) == (relation == "far")]
    of_mode = [key for key in fitting if mode is None or key.mode == mode]
    choices = of_mode or fitting or list(shares)
    if not choices:
        return _reachable(Key(home.tonic_fifths + 1, home.mode), home)
    return chance.choices(choices, [shares[key] for key in choices])[0]


def _reachable(key: Key, home: Key) -> Key:
    """The key, or home if its signature has too many signs."""
    return key if abs(key.signature.fifths) <= MOST_SIGNS else home
