"""Which of several drafts is best: new, likely, free of parallels, led to its cadences, at home when it ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from scoregen.evaluation.metrics.frames import sonority_frames
from scoregen.score.keys import Key, KeySignature
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import pitch_classes
from scoregen.styles.style import CadencePlan, Style, load_style, over
from scoregen.tokens.events import TokenScore
from scoregen.tokens.sonorities import SILENT, Sonorities
from scoregen.tokens.vocabulary import vocabulary

if TYPE_CHECKING:
    from scoregen.evaluation.metrics.discriminator import Discriminator
    from scoregen.model.sampling.drafts import Draft

Cadences = Mapping[int, Mapping[Fraction, tuple[int, ...]]]
"""By measure index and onset, the pitch classes of the chord that is settled there, the root first."""


@dataclass(frozen=True, slots=True)
class RankingCriteria:
    """What is asked of a draft beside being likely: whether the end is its own to write, and its cadences.

    `open_measures`: those of which nothing is given; `style` says what each thing weighs.
    """

    open_end: bool
    open_measures: tuple[bool, ...]
    cadences: Cadences
    discriminator: Discriminator | None = None
    style: Style = field(default_factory=load_style)

    @classmethod
    def of(
        cls,
        task: TokenScore,
        cadences: Cadences | None = None,
        discriminator: Discriminator | None = None,
        style: Style | None = None,
    ) -> RankingCriteria:
        """The aims of a task; how a piece ends counts only where the end is blank."""
        blank = [[event.kind == "blank" for event in measure.slices[0].events] for measure in task.measures]
        open_measures = tuple(all(voices) for voices in blank)
        return cls(any(blank[-1]), open_measures, cadences or {}, discriminator, style or load_style())

    def of_measures(self, chosen: range) -> RankingCriteria:
        """Of a draft of these measures alone, which do not end the piece."""
        cadences = {index - chosen.start: places for index, places in self.cadences.items() if index in chosen}
        return replace(
            self, open_end=False, open_measures=self.open_measures[chosen.start : chosen.stop], cadences=cadences
        )


def rerank(drafts: Iterable[Draft], aims: RankingCriteria) -> tuple[Draft, ...]:
    """The drafts, best first."""
    return tuple(sorted(drafts, key=lambda draft: cost(draft, aims)))


def cost(draft: Draft, aims: RankingCriteria) -> float:
    """Nats a choice, in an open measure no less than the style's, and what the faults of a draft add to them."""
    weights = aims.style.ranking
    measures = zip(draft.measure_nats, draft.measure_choices, aims.open_measures, strict=True)
    nats = sum(max(nats, weights.plain * choices if is_open else 0) for nats, choices, is_open in measures)
    astray = aims.open_end and not ends_at_home(draft.tokens)
    return (
        nats / max(draft.choices, 1)
        + weights.parallel * draft.parallels
        + weights.astray * astray
        + weights.unled * unled(draft.tokens, draft.sonorities, aims.cadences, aims.style.cadences)
        + weights.breach * draft.novelty_breaches
        - weights.discriminator * discriminator_log_odds(draft, aims)
    )


def discriminator_log_odds(draft: Draft, aims: RankingCriteria) -> float:
    """The log odds that the last eight measures come from the corpus, 0 where nobody can tell."""
    if aims.discriminator is None:
        return 0.0
    return aims.discriminator.log_odds(sonority_frames(draft.sonorities))


def unled(tokens: TokenScore, sounding: Sonorities, cadences: Cadences, plan: CadencePlan) -> float:
    """The share of the cadences that the chord before does not lead to; the first chord of a piece is none.

    `sounding` is what sounds together in the tokens.
    """
    if not cadences:
        return 0.0
    heard = sounding.changes()
    starts = [sum((measure.header.duration for measure in tokens.measures[:index]), Fraction(0)) for index in cadences]
    tonic = Key.of(tokens.measures[0].header.key).triad[0]
    led = [
        leads(heard, int((start + onset) * vocabulary().ticks_per_quarter), members[0], tonic, plan)
        for start, places in zip(starts, cadences.values(), strict=True)
        for onset, members in places.items()
        if start + onset > 0
    ]
    return led.count(False) / len(led) if led else 0.0


def leads(heard: Sonorities, tick: int, root: int, tonic: int, plan: CadencePlan) -> bool:
    """Whether the last sonority before a tick leads to a chord on a root."""
    before = heard.pitches[heard.onset < tick]
    if not len(before):
        return True
    classes = {int(pitch) % 12 for pitch in before[-1] if pitch != SILENT}
    chords = plan.leading_home if root == tonic else (*plan.leading_home, *plan.leading_away)
    return any(classes <= set(over(root, chord)) for chord in chords)


def ends_at_home(tokens: TokenScore) -> bool:
    """Whether the last sonority is a tonic triad with its root in the last voice."""
    final = final_pitches(tokens)
    if not final:
        return False
    classes = {pitch.pitch_class for pitch in final}
    triads = _tonics(tokens.measures[-1].header.key, final[0])
    return any(final[-1].pitch_class == triad[0] and classes <= set(triad) for triad in triads)


def final_pitches(tokens: TokenScore) -> tuple[Pitch, ...]:
    """The last pitch of every voice that has one, in slot order."""
    lasts = (_last_pitch(tokens, index) for index in range(len(tokens.slots)))
    return tuple(pitch for pitch in lasts if pitch is not None)


def _last_pitch(tokens: TokenScore, index: int) -> Pitch | None:
    for measure in reversed(tokens.measures):
        for piece in reversed(measure.slices):
            if piece.events[index].pitches:
                return piece.events[index].pitches[-1]
    return None


def _tonics(signature: KeySignature, melody: Pitch | None) -> tuple[tuple[int, ...], ...]:
    """The triads to end on. A signature without a mode leaves a major and a minor key; the one whose
    tonic the melody ends on is meant, if there is one. A minor piece may end in major."""
    modes = (signature.mode,) if signature.mode else ("major", "minor")
    keys = [Key.of(replace(signature, mode=mode)) for mode in modes]
    meant = [key for key in keys if melody and key.triad[0] == melody.pitch_class] or keys
    return tuple(triad for key in meant for triad in (key.triad, pitch_classes(key.triad[0], "major")))
