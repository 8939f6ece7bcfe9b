"""The chords of a score: root, quality, inversion, key and non-chord tones.

`chord_spans` is the entry point. The search (`search`) finds keys and chords together, so that every span has a
key; `keys.key_regions` only merges them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scoregen.analysis.harmony.features import Function, foreign_kind, windows
from scoregen.analysis.harmony.search import HarmonyState, Scorer, best_path
from scoregen.analysis.harmony.weights import HarmonyWeights, harmony_weights
from scoregen.analysis.moments import LineNote, Moment, moments
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.score.theory.chord_kinds import AUGMENTED_SIXTHS, CHORD_KINDS, FOUR_NOTES, MEMBERS, note_name


@dataclass(frozen=True, slots=True)
class ChordName:
    """A chord. `root` is a position on the line of fifths, `quality` the kind in MusicXML's terms.

    `inversion` is the index of the member in the bass: 0 for root position, 3 for the seventh.
    """

    root: int
    quality: str
    inversion: int = 0

    @property
    def members(self) -> tuple[int, ...]:
        """Root, third, fifth and seventh on the line of fifths."""
        return tuple(self.root + member for member in MEMBERS[self.quality])

    @property
    def bass(self) -> int:
        return self.members[self.inversion]

    @property
    def seventh(self) -> int | None:
        """The seventh on the line of fifths; None in a triad."""
        return self.members[3] if self.quality in FOUR_NOTES - AUGMENTED_SIXTHS else None

    def __str__(self) -> str:
        """The chord symbol, such as `G7/B`."""
        low = f"/{note_name(self.bass)}" if self.inversion else ""
        return f"{note_name(self.root)}{CHORD_KINDS[self.quality].suffix}{low}"


@dataclass(frozen=True, slots=True)
class ForeignNote:
    """A non-chord tone: a note that is not a member of its chord.

    `kind` is passing, neighbour, suspension, appoggiatura, escape, held, pedal or free.
    """

    note: LineNote
    kind: str


@dataclass(frozen=True, slots=True)
class ChordSpan:
    """One chord with its onset and duration, in quarters from the start of the score.

    `function` is relative to `key`: fifths from the tonic to the root, the quality, and the target of an applied chord.
    """

    onset: Fraction
    duration: Fraction
    measure_index: int
    key: Key
    chord: ChordName
    function: Function
    foreign: tuple[ForeignNote, ...] = ()
    begins_phrase: bool = False
    ends_phrase: bool = False

    @property
    def end(self) -> Fraction:
        return self.onset + self.duration


def chord_spans(score: Score, weights: HarmonyWeights | None = None) -> tuple[ChordSpan, ...]:
    """The chords of a score in order. Silence has no chord, and a score without pitches gives ().

    A span ends at the next one or at a silence; a chord that continues over a phrase end is cut there.
    `weights` are the shipped ones by default.
    """
    cuts = moments(score)
    signatures = [score.measures[moment.measure_index].key.fifths for moment in cuts]
    path = best_path(Scorer(weights or harmony_weights(), signatures, windows(cuts)))
    return tuple(_span(group) for group in _grouped(cuts, path))


def _grouped(cuts: Sequence[Moment], path: Sequence[HarmonyState]) -> list[list[tuple[Moment, HarmonyState]]]:
    groups: list[list[tuple[Moment, HarmonyState]]] = []
    for moment, state in zip(cuts, path, strict=True):
        goes_on = groups and groups[-1][-1][1] == state and groups[-1][-1][0].end == moment.onset
        if goes_on and not moment.begins_phrase:
            groups[-1].append((moment, state))
        else:
            groups.append([(moment, state)])
    return groups


def _span(group: Sequence[tuple[Moment, HarmonyState]]) -> ChordSpan:
    (first, state), last = group[0], group[-1][0]
    chord = ChordName(*state.sound)
    members = frozenset(chord.members)
    notes = {note: moment for moment, _ in reversed(group) for note in moment.notes}
    foreign = [
        ForeignNote(note, foreign_kind(note, moment))
        for note, moment in notes.items()
        if note.pitch.fifths not in members
    ]
    return ChordSpan(
        first.onset,
        last.end - first.onset,
        first.measure_index,
        Key(state.key.tonic, state.key.mode),
        chord,
        state.function,
        tuple(sorted(foreign, key=lambda tone: (tone.note.onset, tone.note.slot))),
        first.begins_phrase,
        any(moment.ends_phrase for moment, _ in group),
    )


def chord_at(spans: Sequence[ChordSpan], onset: Fraction) -> ChordSpan | None:
    """The chord at an onset; None in silence."""
    return next((span for span in spans if span.onset <= onset < span.end), None)


def by_key(spans: Sequence[ChordSpan]) -> list[tuple[Key, tuple[ChordSpan, ...]]]:
    """Runs of spans in one key, in order."""
    return [(key, tuple(run)) for key, run in itertools.groupby(spans, key=lambda span: span.key)]
