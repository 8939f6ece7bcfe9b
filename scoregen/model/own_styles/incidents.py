"""Incidents: how often pieces do what the voice-leading costs of a style price, and how often they could have.

Each kind has the name of its cost (`VoiceLeadingCosts`). Cases and occasions are counted on pieces in tokens, so that
finished pieces and bare drafts are counted alike.

T slices, V voices, K pairs of voices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoregen.score.theory.chord_kinds import semitones
from scoregen.score.theory.parallel_motion import SAMPLING
from scoregen.tokens.events import TokenScore
from scoregen.tokens.parallel_motion import pairs, parallel_motions
from scoregen.tokens.sonorities import SILENT, Sonorities, sonorities
from scoregen.tokens.successions import headers, places, sets_over_lowest
from scoregen.tokens.tendencies import DISSONANT, STEP, phrase_ends, spelled, tendencies, unresolved

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Counts = tuple[float, float]
"""Cases and occasions."""


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """A piece from slice to slice: pitches [T, V], and [T - 1, V] the steps and which voices move between two notes."""

    pitches: Ints
    step: Ints
    moves: Bools


def incidents(pieces: Iterable[TokenScore]) -> dict[str, Counts]:
    """Cases and occasions by kind, summed over the pieces."""
    total: dict[str, Counts] = {}
    for tokens in pieces:
        for kind, (cases, occasions) in _of_piece(tokens).items():
            before = total.get(kind, (0.0, 0.0))
            total[kind] = before[0] + float(cases), before[1] + float(occasions)
    return total


def _of_piece(tokens: TokenScore) -> Mapping[str, tuple[float, float]]:
    piece = sonorities(tokens)
    pitches = piece.pitches
    step = np.diff(pitches, axis=0)
    moves = (step != 0) & (pitches[1:] != SILENT) & (pitches[:-1] != SILENT)
    music = _Moves(pitches, step, moves)
    return {
        **_melodic(music, spelled(tokens)),
        **_between_voices(music),
        **_with_the_bass(music),
        **_tendencies(tokens, piece),
        **_on_beats(tokens, piece),
        "open_phrase_end": _open_ends(tokens, piece),
    }


def _melodic(music: _Moves, fifths: Ints) -> dict[str, Counts]:
    """Leaps and augmented steps, of all moves."""
    size, total = np.abs(music.step), music.moves.sum()
    wider = np.sign(music.step) * np.diff(fifths, axis=0)
    cases = {
        "augmented_step": (wider >= 6) & (size > 1),
        "leap_over_octave": size > 12,
        "leap_of_seventh": np.isin(size, (10, 11)),
        "leap_of_octave": size == 12,
    }
    return {kind: ((flags & music.moves).sum(), total) for kind, flags in cases.items()}


def _between_voices(music: _Moves) -> dict[str, Counts]:
    """Parallels of the pairs that both move; crossing and overlap of the moves of neighbours."""
    upper, lower = pairs(music.pitches.shape[1])
    both = (music.moves[:, upper] & music.moves[:, lower]).sum()
    here, before = music.pitches[1:], music.pitches[:-1]
    crossed = _beyond(here[:, :-1], here[:, 1:], music.moves[:, :-1] | music.moves[:, 1:])
    overlap = _beyond(before[:, :-1], here[:, 1:], music.moves[:, 1:]) | _beyond(
        here[:, :-1], before[:, 1:], music.moves[:, :-1]
    )
    return {
        "parallel": (parallel_motions(music.pitches, SAMPLING).either.sum(), both),
        "crossing": (crossed.sum(), music.moves.sum()),
        "overlap": ((overlap & ~crossed).sum(), music.moves.sum()),
    }


def _beyond(above: Ints, below: Ints, moves: Bools) -> Bools:
    """Where a voice is higher than the one above it, both sounding."""
    result: Bools = (below > above) & (above != SILENT) & (below != SILENT) & moves
    return result


def _with_the_bass(music: _Moves) -> dict[str, Counts]:
    """Direct motion of the outer voices, and unequal fifths over the lowest one."""
    both = music.moves[:, :-1] & music.moves[:, -1:]
    interval = (music.pitches[:, :-1] - music.pitches[:, -1:]) % 12
    perfect = np.isin(interval[1:, 0], (0, 7)) & (interval[1:, 0] != interval[:-1, 0])
    similar = music.step[:, 0] * music.step[:, -1] > 0
    direct = both[:, 0] & similar & perfect & (np.abs(music.step[:, 0]) > 2)
    unequal = both & (interval[:-1] == 6) & (interval[1:] == 7)
    return {"direct_motion": (direct.sum(), both[:, 0].sum()), "unequal_fifths": (unequal.sum(), both.sum())}


def _tendencies(tokens: TokenScore, piece: Sonorities) -> dict[str, Counts]:
    """Sevenths, leading notes and cross relations that go astray; sevenths that leave and that stay count alike."""
    pitches, every = piece.pitches, np.ones_like(piece.pitches, dtype=np.bool_)
    found, table, sets = unresolved(tokens, piece, every), tendencies(), sets_over_lowest(pitches)
    degree = (pitches - pitches[:, -1:]) % 12
    sounds = pitches != SILENT
    sevenths = ((table.seventh[sets][:, None] == degree) & sounds).sum()
    leading = ((table.leading[sets][:, None] == degree) & sounds).sum()
    attacks = (np.diff(pitches, axis=0) != 0).sum()
    return {
        "seventh_leaves": (found.sevenths.sum(), sevenths),
        "seventh_stays": (found.sevenths.sum(), sevenths),
        "leading_note_leaves": (found.leading_notes.sum(), leading),
        "doubled_leading_note": (found.doubled.sum(), leading),
        "cross_relation": (found.relations.sum(), attacks),
    }


def _on_beats(tokens: TokenScore, piece: Sonorities) -> dict[str, Counts]:
    """Seconds and sevenths over the lowest voice that are reached by leap on a beat, of the attacks there."""
    on_beat = places(headers(tokens)).on_beat[piece.onset[1:]] == 1
    here, before = piece.pitches[1:], piece.pitches[:-1]
    attacked = (here[:, :-1] != before[:, :-1]) & (here[:, :-1] != SILENT) & (here[:, -1:] != SILENT) & on_beat[:, None]
    leaps = np.abs(here[:, :-1] - before[:, :-1]) > STEP
    dissonant = np.isin((here[:, :-1] - here[:, -1:]) % 12, DISSONANT)
    return {"unprepared_dissonance": ((attacked & leaps & dissonant).sum(), attacked.sum())}


def _open_ends(tokens: TokenScore, piece: Sonorities) -> Counts:
    """Phrase ends without a triad in root position, of all phrase ends."""
    ticks = [tick for tick, _ in phrase_ends(tokens)]
    rows = np.searchsorted(piece.onset, ticks, side="right") - 1
    members = sum(1 << degree for degree in {*semitones("major"), *semitones("minor")})
    sets = sets_over_lowest(piece.pitches)[rows]
    return float(((sets & ~members) != 0).sum()), float(len(ticks))
