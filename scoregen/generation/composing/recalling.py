"""The measures of a new piece that come again, by its form."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from itertools import accumulate

from scoregen.plan.forms.journey import related_key
from scoregen.plan.forms.small_forms import SmallForm
from scoregen.plan.played_plans import PlayedVoices
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.tokens.constraints.plans.measure_plan import GivenChords
from scoregen.tokens.constraints.recalls import Move, Recall, Recalls


def recalls_of(
    form: SmallForm, piece: Score, played: PlayedVoices, chords: GivenChords, keys: Mapping[int, Key]
) -> Recalls:
    """The returns of a form by measure, as far as their measures have the same length and the same given chords.

    `keys` are the local keys of measures: what returns in another key needs one, and no chords may be given.
    """
    upbeats = 1 if piece.has_anacrusis else 0
    every = frozenset(range(len(played.slots)))
    found: dict[int, Recall] = {}
    for each in form.returns:
        for number in range(each.measures):
            place, source = each.start + upbeats + number, each.source + upbeats + number
            is_alike = piece.measures[place].duration == piece.measures[source].duration
            if not is_alike or _chords(chords, place) != _chords(chords, source):
                break
            move = _move(keys, source, place) if each.is_moved and not chords else None
            if move is not None or not each.is_moved:
                voices = played.melody if each.melody_alone else every
                found[place] = Recall(source, voices, each.is_varied, move)
    return found


def _move(keys: Mapping[int, Key], source: int, place: int) -> Move | None:
    """The move from the key of a measure to that of another one; None if it is the same."""
    home, goal = keys.get(source), keys.get(place)
    return None if home is None or goal is None or home == goal else Move.between(home, goal)


def themes_of(form: SmallForm | None, piece: Score) -> tuple[int, ...]:
    """The measures with which what comes again begins, by index."""
    upbeats = 1 if piece.has_anacrusis else 0
    return tuple(dict.fromkeys(each.source + upbeats for each in form.returns)) if form else ()


def last_sung_of(form: SmallForm | None, piece: Score) -> int | None:
    """The measure before a postlude, by index; None without one."""
    return len(piece.measures) - form.postlude - 1 if form and form.postlude else None


def local_keys(form: SmallForm, piece: Score, seed: int) -> Mapping[int, Key]:
    """The keys of the measures of a form, by index: home where phrases begin and close, and another one for each
    stretch that is away. Inside a phrase at home the harmony may leave its key. None in a mode."""
    home, upbeats = Key.of(piece.measures[0].key), 1 if piece.has_anacrusis else 0
    if home.mode not in ("major", "minor"):
        return {}
    starts = list(accumulate((phrase.measures for phrase in form.phrases), initial=upbeats))
    framed = (0, *starts[:-1], *(end - 1 for end in starts[1:]))
    chance, keys = random.Random(f"{seed} keys"), dict.fromkeys(framed, home)
    for measure in form.away:
        before = keys.get(measure + upbeats - 1, home)
        keys[measure + upbeats] = before if before != home else related_key(home, "away", None, 0.0, chance)
    return keys


def _chords(chords: GivenChords, index: int) -> Mapping[Fraction, tuple[frozenset[int], int | None]]:
    """The members and the bass of the given chords of a measure."""
    return {onset: (span.members, span.bass) for onset, span in chords.get(index, {}).items()}
