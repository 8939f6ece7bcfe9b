"""The plans of measures of music for instruments: the frame of the piece, and the chords that are given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.plan.drafts import DraftPlans, GivenTask, Manner, plans_for_given, plans_for_piece
from scoregen.plan.played_frame import with_played_ends
from scoregen.plan.sections import Sections
from scoregen.score.elements import Score, Slot
from scoregen.score.keys import Key
from scoregen.tokens.constraints.plans.measure_plan import GivenChords, MeasurePlan, Plan
from scoregen.tokens.constraints.plans.struck_notes import StruckNotes
from scoregen.tokens.voice_descriptions import VoiceDescription, voices_from_lowest


@dataclass(frozen=True, slots=True)
class PlayedVoices:
    """A score with blanks, its voices, and their order from the lowest to the highest; `singers` among players."""

    score: Score
    slots: tuple[Slot, ...]
    from_lowest: tuple[int, ...]
    singers: frozenset[int] = frozenset()

    @classmethod
    def of(cls, score: Score, slots: Sequence[Slot], descriptions: Sequence[VoiceDescription]) -> PlayedVoices:
        singers = frozenset(voice for voice, each in enumerate(descriptions) if each.sung)
        accompanied = singers if len(singers) < len(slots) else frozenset()
        return cls(score, tuple(slots), voices_from_lowest(descriptions), accompanied)

    @property
    def melody(self) -> frozenset[int]:
        """The voices that have the theme: the singers, else the highest voice."""
        return self.singers or frozenset(self.from_lowest[-1:])

    @property
    def leaders(self) -> frozenset[int]:
        """The voices without which there is no music: the singers, or the voice of a single line."""
        return self.melody if self.singers or len(self.slots) == 1 else frozenset()

    @property
    def lowest_last(self) -> tuple[Slot, ...]:
        """The voices from the highest to the lowest."""
        return tuple(self.slots[voice] for voice in reversed(self.from_lowest))


def plans_for_instruments(
    task: PlayedVoices, manner: Manner, seed: int, count: int, drafts: int, symbols: GivenChords
) -> DraftPlans:
    """Plans for a score with blanks, as `plans_for_given` makes them for a choir."""
    keys = tuple(Key.of(measure.key) for measure in task.score.measures)
    given = GivenTask(task.score, task.slots, keys, symbols, bass=task.lowest_last[-1])
    return _played(task, plans_for_given(given, manner, seed, count, drafts))


def plans_for_new_music(
    task: PlayedVoices,
    piece: Score,
    form: Sections,
    manner: Manner,
    seed: int,
    count: int,
    symbols: GivenChords,
    themes: Collection[int] = (),
    last_sung: int | None = None,
) -> DraftPlans:
    """Plans for a new piece; `piece` is the blank score with its phrase ends, which the task does not have.

    In songs there is singing in every phrase, and a line that is alone sounds in every measure. `themes` are the
    measures with which what comes again begins: the melody is there. In the measure `last_sung` singers hold one note.
    """
    ends = with_played_ends(piece).measures
    measures = (replace(m, phrase_ends=each.phrase_ends) for m, each in zip(task.score.measures, ends, strict=True))
    planned = replace(task.score, measures=tuple(measures))
    plans = _played(task, plans_for_piece(planned, form, manner, seed, count, symbols))
    sung = range(len(planned.measures)) if len(task.slots) == 1 else _inside_phrases(planned)
    opening = dict.fromkeys(themes, task.melody) | dict.fromkeys(sung if task.leaders else (), task.leaders)
    held = dict.fromkeys(task.singers, StruckNotes(frozenset({Fraction(0)})))
    plans = plans.changed(lambda plan: _with_opening(plan, opening))
    return plans if last_sung is None else plans.changed(lambda plan: _with_struck(plan, last_sung, held))


def _inside_phrases(piece: Score) -> set[int]:
    """The indices of the measures that are neither the first nor the last of their phrase."""
    ends = [index for index, measure in enumerate(piece.measures) if measure.phrase_ends]
    starts = [0, *(end + 1 for end in ends)]
    return {index for start, end in zip(starts, ends, strict=False) for index in range(start + 1, end)}


def _with_opening(plan: Mapping[int, MeasurePlan], opening: Mapping[int, frozenset[int]]) -> Plan:
    return {index: replace(each, opening=opening.get(index, each.opening)) for index, each in plan.items()}


def _with_struck(plan: Plan, measure: int, struck: Mapping[int, StruckNotes]) -> Plan:
    return {**plan, measure: replace(plan[measure], struck=struck)}


def _played(task: PlayedVoices, plans: DraftPlans) -> DraftPlans:
    """The plans for the voices of a task, whose score keeps its phrase ends: players have no fermatas there."""
    return replace(plans.changed(lambda plan: _with_voices(plan, task.from_lowest)), score=task.score)


def _with_voices(plan: Mapping[int, MeasurePlan], order: tuple[int, ...]) -> dict[int, MeasurePlan]:
    return {index: replace(each, from_lowest=order) for index, each in plan.items()}
