"""Reranking of drafts by likelihood, a critic, usual successions, faults of part-writing, cadences, and novelty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from scoregen.generation.ranking.ends import Cadences, ends_on_tonic, follows_dominant, unprepared_share
from scoregen.styles.style import Style, load_style
from scoregen.tokens.events import Event, TokenMeasure, TokenScore
from scoregen.tokens.sonorities import SILENT, Sonorities
from scoregen.tokens.successions import SuccessionTable, headers, piece_successions, places
from scoregen.tokens.tendencies import phrase_ends, suspensions, unresolved

if TYPE_CHECKING:
    from scoregen.model.critic.critic import Critic
    from scoregen.model.sampling.drafts import Draft, Ranking

WIDE_LEAP = 1.0
"""The cost of each leap that is too wide for easy parts: more than a draft gains by anything else."""


@dataclass(frozen=True, slots=True)
class RankingCriteria:
    """The criteria of a draft in addition to its likelihood.

    `blank`: by measure, whether each voice is blank; `open_end`: the last measure has a blank voice; `cadences`: the
    places of planned chords; `successions`: those of the corpus (None: they do not count); `style`: the weights;
    `widest_leap`: the semitones of the widest leap of easy parts (None: any); `comfortable`: by voice the lowest and
    highest MIDI number of its comfortable range (empty: ranges do not count); `critic`: what tells drafts from the
    corpus (None: it does not count); `flowing`: new voices move as they like; `fault_weight`: how much each fault
    weighs: drafts that are compared more often than every four measures have fewer faults, but as many nats per choice.
    """

    blank: tuple[tuple[bool, ...], ...]
    open_end: bool
    cadences: Cadences
    successions: SuccessionTable | None = None
    style: Style = field(default_factory=load_style)
    widest_leap: int | None = None
    comfortable: tuple[tuple[int, int] | None, ...] = ()
    critic: Critic | None = None
    flowing: bool = False
    fault_weight: float = 1.0

    @classmethod
    def of(
        cls,
        task: TokenScore,
        cadences: Cadences | None = None,
        successions: SuccessionTable | None = None,
        style: Style | None = None,
        widest_leap: int | None = None,
    ) -> RankingCriteria:
        """The criteria of a task; the end of a piece counts only if it is blank."""
        blank = tuple(tuple(event.kind == "blank" for event in measure.slices[0].events) for measure in task.measures)
        return cls(blank, any(blank[-1]), cadences or {}, successions, style or load_style(), widest_leap)

    @property
    def has_critic(self) -> bool:
        """Whether a critic counts: where all of the highest voice is given and nothing else, as it has learnt."""
        is_known = all(not voices[0] and all(voices[1:]) for voices in self.blank)
        return self.critic is not None and self.style.ranking.critic > 0 and is_known

    @property
    def open_measures(self) -> tuple[bool, ...]:
        """Whether nothing is given in each measure."""
        return tuple(all(voices) for voices in self.blank)

    def of_measures(self, chosen: range) -> RankingCriteria:
        """The criteria of a draft of these measures alone, without the end of the piece."""
        cadences = {index - chosen.start: places for index, places in self.cadences.items() if index in chosen}
        return replace(self, blank=self.blank[chosen.start : chosen.stop], open_end=False, cadences=cadences)


def rerank(drafts: Iterable[Draft], criteria: RankingCriteria) -> tuple[Draft, ...]:
    """The drafts, best first."""
    return tuple(sorted(drafts, key=lambda draft: cost(draft, criteria)))


def cost(draft: Draft, criteria: RankingCriteria) -> float:
    """The cost of a draft in nats per choice: the sum of its terms."""
    return sum(cost_terms(draft, criteria).values())


def cost_terms(draft: Draft, criteria: RankingCriteria) -> dict[str, float]:
    """The terms of the cost of a draft, in nats per choice, by what they price.

    The likelihood is in nats beyond those expected, in every measure at least the floor of the style.
    """
    from scoregen.model.sampling.drafts import measure_surprise

    weights, piece = criteria.style.ranking, draft.sonorities
    surprise: list[float] = measure_surprise(draft, weights.entropy).tolist()
    measures = zip(surprise, draft.measure_choices, criteria.open_measures, strict=True)
    floors = {True: weights.measure_floor, False: weights.given_measure_floor}
    nats = sum(max(nats, floors[is_open] * choices) for nats, choices, is_open in measures)
    off_tonic = criteria.open_end and not ends_on_tonic(draft.tokens)
    repeated = repeated_share(draft.tokens, criteria.blank) if weights.repeated_measure else 0.0
    unprepared = unprepared_share(draft.tokens, piece, criteria.cadences, criteria.style.cadences)
    return {
        "likelihood": nats / max(draft.choices, 1),
        "parallels": criteria.fault_weight * weights.parallel * draft.parallels,
        "an end off the tonic": weights.off_tonic_end * off_tonic,
        "unprepared cadences": weights.unprepared_cadence * unprepared,
        "passages of the corpus": weights.novelty_breach * draft.novelty_breaches,
        "repeated measures": weights.repeated_measure * repeated,
        "wide leaps": WIDE_LEAP * wide_leaps(piece, criteria),
        "notes out of range": criteria.fault_weight * weights.out_of_range * notes_out_of_range(piece, criteria),
        "octave leaps of the bass": criteria.fault_weight * weights.bass_octave * bass_octaves(piece, criteria),
        "critic": -weights.critic * critic_nats(draft, criteria),
        **(harmony_terms(draft, criteria) if weights.has_harmony else {}),
    }


def ranking_of(chosen: Mapping[str, float], compared: Sequence[Sequence[Mapping[str, float]]]) -> Ranking:
    """The record of the choice of a draft: the terms of its cost, and those of the drafts of every comparison.

    In each comparison the draft with the lowest sum was chosen.
    """
    from scoregen.model.sampling.drafts import Ranking

    gains = dict.fromkeys(chosen, 0.0)
    for rows in compared:
        best = min(rows, key=lambda row: sum(row.values()))
        for name in gains:
            gains[name] += (fmean(row[name] for row in rows) - best[name]) / len(compared)
    return Ranking(max(map(len, compared), default=1), len(compared), dict(chosen), gains)


def critic_nats(draft: Draft, criteria: RankingCriteria) -> float:
    """The nats per choice by which the critic finds a setting of a melody likelier in the corpus than among drafts."""
    if criteria.critic is None or not criteria.has_critic:
        return 0.0
    ratio = criteria.critic.log_ratio(draft.tokens, draft.sonorities, flowing=criteria.flowing)
    return ratio / max(draft.choices, 1)


def wide_leaps(piece: Sonorities, criteria: RankingCriteria) -> int:
    """The leaps of voices, to or from a blank measure, that are too wide for easy parts."""
    if criteria.widest_leap is None:
        return 0
    blank, pitches = np.array(criteria.blank)[piece.measure], piece.pitches
    sounds = (pitches[1:] != SILENT) & (pitches[:-1] != SILENT)
    wide = np.abs(pitches[1:] - pitches[:-1]) > criteria.widest_leap
    return int((wide & sounds & (blank[1:] | blank[:-1])).sum())


def notes_out_of_range(piece: Sonorities, criteria: RankingCriteria) -> int:
    """The notes of blank voices outside their comfortable ranges; a note that is held or repeated counts once."""
    if not criteria.style.ranking.out_of_range or not criteria.comfortable:
        return 0
    blank, pitches = np.array(criteria.blank)[piece.measure], piece.pitches
    low, high = np.array([each or (SILENT, 127) for each in criteria.comfortable]).T
    outside = blank & (pitches != SILENT) & ((pitches < low) | (pitches > high))
    return int(outside[0].sum() + (outside[1:] & (pitches[1:] != pitches[:-1])).sum())


def bass_octaves(piece: Sonorities, criteria: RankingCriteria) -> int:
    """The leaps of an octave or more of the lowest voice, where it is blank."""
    blank, low = np.array([voices[-1] for voices in criteria.blank])[piece.measure], piece.pitches[:, -1]
    sounds = (low[1:] != SILENT) & (low[:-1] != SILENT)
    return int((sounds & blank[1:] & (np.abs(np.diff(low)) >= 12)).sum())


def repeated_share(tokens: TokenScore, blank: Sequence[Sequence[bool]]) -> float:
    """The share of the measures in which the blank voices begin what they began in the measure before, no more."""
    rows = [_attacks(measure, voices) for measure, voices in zip(tokens.measures, blank, strict=True)]
    repeats = sum(bool(row) and row == before for before, row in pairwise(rows))
    return repeats / max(1, len(rows) - 1)


def _attacks(measure: TokenMeasure, voices: Sequence[bool]) -> frozenset[tuple[Fraction, int, Event]]:
    """The notes that some voices begin, with their places."""
    return frozenset(
        (piece.onset, voice, event)
        for piece in measure.slices
        for voice, event in enumerate(piece.events)
        if voices[voice] and event.pitches
    )


def harmony_terms(draft: Draft, criteria: RankingCriteria) -> dict[str, float]:
    """The terms of unusual successions, of notes that do not go where they tend, and of ends without a dominant."""
    weights, piece = criteria.style.ranking, draft.sonorities
    faults = unresolved(draft.tokens, piece, np.array(criteria.blank)[piece.measure])
    tendencies = (
        weights.unresolved_seventh * faults.sevenths.sum()
        + weights.unresolved_leading_note * faults.leading_notes.sum()
        + weights.doubled_leading_note * faults.doubled.sum()
        + weights.cross_relation * faults.relations.sum()
    )
    rare = succession_nats(draft, criteria.successions, weights.usual_succession, suspends=criteria.flowing)
    return {
        "rare successions": weights.unusual_succession * rare,
        "sevenths, leading notes, cross relations": criteria.fault_weight * float(tendencies),
        "ends without a dominant": weights.no_dominant * without_dominant(draft.tokens, piece, criteria),
    }


def succession_nats(
    draft: Draft, table: SuccessionTable | None, usual: float = 0.0, *, suspends: bool = False
) -> float:
    """The mean -log p of the successions of sonorities in the measures with choices, beyond `usual` nats each; 0
    without a table. If it `suspends`, those to and from a suspension that resolves, which are rare, cost nothing."""
    if table is None:
        return 0.0
    rows, reached = piece_successions(draft.sonorities, places(headers(draft.tokens)))
    chosen = np.array(draft.measure_choices)[draft.sonorities.measure[reached]] > 0
    if not chosen.any():
        return 0.0
    nats = np.maximum(table.nats(rows[chosen]) - usual, 0)
    if suspends:
        held = suspensions(draft.sonorities)
        nats[(held | np.append(False, held[:-1]))[reached[chosen]]] = 0
    return float(nats.mean())


def without_dominant(tokens: TokenScore, piece: Sonorities, criteria: RankingCriteria) -> float:
    """The share of blank phrase ends whose chord does not follow a dominant; an open end of the piece counts twice."""
    changes, chords = piece.changes(), criteria.style.cadences
    flags = []
    for tick, index in phrase_ends(tokens):
        if any(criteria.blank[index]):
            flags.append(not follows_dominant(changes, tick, chords))
    if criteria.open_end and flags:
        flags.append(flags[-1])
    return flags.count(True) / len(flags) if flags else 0.0
