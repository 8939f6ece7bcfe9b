"""A note of new voices for every syllable of a given one: what a choir sings, all of its voices can say.

A new voice may move between two syllables; further notes are sung on the one before. Where the tune alone moves, by
the rhythm of the plan, a new voice says the syllable on the note that it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.plan.drafts import DraftPlans
from scoregen.score.arrangement.sung_texts import staves_without_words
from scoregen.score.arrangement.syllables import syllable_onsets
from scoregen.score.arrangement.word_stretches import wordless_measures
from scoregen.score.elements import Measure, Score, Slot
from scoregen.system.wording import measures_named
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan
from scoregen.tokens.constraints.plans.struck_notes import StruckNotes


def with_given_syllables(plans: DraftPlans, score: Score, slots: Sequence[Slot], singers: Sequence[int]) -> DraftPlans:
    """The plans of drafts in which new singers (indices in `slots`) begin a note with each syllable of the given words.

    The words of a measure are those of its given voice with most syllables, of equal ones the first.
    """
    found = {index: _syllables(measure) for index, measure in enumerate(score.measures)}
    sung = {index: onsets for index, onsets in found.items() if onsets}
    if not sung:
        return plans
    new = {index: _new_singers(score.measures[index], slots, singers) for index in sung}
    return plans.changed(lambda plan: {**plan, **{i: _struck(plan.get(i), sung[i], new[i]) for i in sung}})


def _syllables(measure: Measure) -> frozenset[Fraction]:
    given = (frozenset(syllable_onsets(voice)) for voice in measure.voices if voice.origin == "given")
    return max(given, key=len, default=frozenset())


def _new_singers(measure: Measure, slots: Sequence[Slot], singers: Sequence[int]) -> list[int]:
    given = {voice.slot for voice in measure.voices if voice.origin == "given"}
    return [index for index in singers if slots[index] not in given]


def _struck(plan: MeasurePlan | None, onsets: frozenset[Fraction], singers: Sequence[int]) -> MeasurePlan:
    plan = plan or MeasurePlan()
    repeated = frozenset() if plan.onsets is None else onsets - plan.onsets
    own = StruckNotes(onsets - repeated, complete=False, repeated=repeated)
    open_places = None if plan.onsets is None else plan.onsets | repeated
    return replace(plan, struck={**dict.fromkeys(singers, own), **plan.struck}, onsets=open_places)


def wordless_notices(score: Score, rhythm: str) -> tuple[str, ...]:
    """A notice for new voices that sound without the given words, with their measures; `rhythm` is that of the plan."""
    wordless = wordless_measures(score, staves_without_words(score))
    numbers = [measure.number for measure in score.measures]
    advice = "; --rhythm follow gives each a note" if rhythm == "plain" else ""
    return tuple(
        f"{', '.join(names)}: no words in {measures_named(numbers, indices)}, where syllables are quicker than notes"
        f"{advice}"
        for indices in dict.fromkeys(map(tuple, wordless.values()))
        for names in [[score.part_name(slot.part) for slot, own in wordless.items() if tuple(own) == indices]]
    )
