"""What is fixed before notes are drawn: the chords that are given, and the plans of the drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scoregen.generation.composing.page import Page
from scoregen.generation.composing.recalling import last_sung_of, local_keys, recalls_of, themes_of
from scoregen.generation.composing.request import ComposeRequest
from scoregen.generation.composing.writer import Writer
from scoregen.generation.ensemble_task import voice_descriptions
from scoregen.generation.infill_task import InfillTask
from scoregen.generation.voice_rules import comfortable_range
from scoregen.plan.chords.chord_symbols import ChordTimeline
from scoregen.plan.chords.steering import given_chords, given_timeline
from scoregen.plan.drafts import DraftPlans, GivenTask, Manner, plans_for_given, plans_for_piece
from scoregen.plan.played_plans import PlayedVoices, plans_for_instruments, plans_for_new_music
from scoregen.plan.sections import section_starts
from scoregen.plan.words.given_words import with_given_syllables
from scoregen.plan.words.word_setting import WordSetting, with_word_rhythm, word_setting
from scoregen.score.elements import Slot
from scoregen.score.ensemble import Role
from scoregen.score.keys import Key
from scoregen.tokens.constraints.plans.measure_plan import GivenChords
from scoregen.tokens.constraints.recalls import Recalls
from scoregen.tokens.voice_descriptions import VoiceDescription

if TYPE_CHECKING:
    from scoregen.plan.piece.section_manners import VoiceRange


@dataclass(frozen=True, slots=True)
class Planning:
    """`timeline`: the given chords; `followed`: those that new voices follow; `plans`: those of the drafts of every
    alternative; `sections`: the first measures of sections; `voices`: from the highest to the lowest; `descriptions`:
    what they are, in the order of the task, for weights that ask for it; `words`: those of a song without a tune, with
    their rhythm, and `singers`: the voices that sing them, the highest first; `recalls`: the measures that come
    again; `keys`: the local keys of measures, where the form says them."""

    timeline: ChordTimeline
    followed: GivenChords
    plans: DraftPlans
    sections: Sequence[int]
    voices: tuple[Slot, ...]
    descriptions: tuple[VoiceDescription, ...] | None
    words: WordSetting | None = None
    singers: tuple[Slot, ...] = ()
    recalls: Recalls = field(default_factory=dict)
    keys: Mapping[int, Key] = field(default_factory=dict)


def make_plans(request: ComposeRequest, writer: Writer, page: Page, task: InfillTask) -> Planning:
    """The plans of the drafts around the given chords."""
    described = voice_descriptions(task) if writer.is_for_instruments else None
    played = PlayedVoices.of(task.score, task.slots, described) if described else None
    voices = played.lowest_last if played else task.slots
    if request.plan and page.planned:
        from scoregen.plan.piece.planned_piece import given_by_plan

        timeline = given_by_plan(request.plan, page.planned)
    else:
        timeline = given_timeline(task.score, voices, request.chords, request.chord_symbols, request.figured_bass)
    followed = given_chords(timeline)
    sections = section_starts(page.given, page.form, page.lengths) if page.new else ()
    closes = page.small_form.closes if page.small_form else ()
    manner = Manner(writer.style, writer.options.rhythm, request.is_easy, writer.is_for_instruments, closes)
    if played:
        plans = _played_plans(request, page, played, manner, followed)
    else:
        plans = _sung_plans(request, page, task, manner, timeline, followed)
    if request.plan and page.planned:
        from scoregen.plan.piece.section_manners import with_manners

        plans = with_manners(plans, request.plan, page.planned, _ranges(task))
    singers = [index for index, role in enumerate(task.singers) if role is not None and role.is_sung]
    words = word_setting(page.given) if singers else None
    plans = with_word_rhythm(plans, words, singers, accompanied=len(singers) < len(task.singers)) if words else plans
    if writer.options.rhythm != "plain":
        plans = with_given_syllables(plans, task.score, task.slots, singers)
    keys = local_keys(page.small_form, page.given, writer.options.seed) if page.small_form else {}
    return Planning(
        timeline,
        followed,
        plans,
        sections,
        voices,
        described,
        words,
        tuple(task.slots[index] for index in singers),
        recalls_of(page.small_form, page.given, played, followed, keys) if page.small_form and played else {},
        keys,
    )


def _ranges(task: InfillTask) -> list[VoiceRange | None]:
    """The range of each voice that has a role, with its comfortable one."""
    return [_range(role, slot, task) for role, slot in zip(task.singers, task.slots, strict=True)]


def _range(role: Role | None, slot: Slot, task: InfillTask) -> VoiceRange | None:
    comfortable = comfortable_range(role, slot.staff, task.interval)
    if role is None or comfortable is None:
        return None
    low, high = (pitch.transposed(task.interval).midi_pitch for pitch in role.range_on(slot.staff))
    lowest = min((each for each in task.singers if each), key=lambda each: each.lowest.midi_pitch)
    from scoregen.plan.piece.section_manners import VoiceRange

    is_bass = role is lowest and slot.staff == role.staves
    return VoiceRange(low, high, comfortable, is_bass)


def _played_plans(
    request: ComposeRequest, page: Page, played: PlayedVoices, manner: Manner, followed: GivenChords
) -> DraftPlans:
    seed, count = request.sampling.seed, request.count
    if page.new is None:
        return plans_for_instruments(played, manner, seed, count, request.sampling.candidates, followed)
    themes, last = themes_of(page.small_form, page.new), last_sung_of(page.small_form, page.new)
    return plans_for_new_music(played, page.new, page.form, manner, seed, count, followed, themes, last)


def _sung_plans(
    request: ComposeRequest,
    page: Page,
    task: InfillTask,
    manner: Manner,
    timeline: ChordTimeline,
    followed: GivenChords,
) -> DraftPlans:
    seed, count = request.sampling.seed, request.count
    if page.new is None:
        keys = tuple(Key.of(measure.key) for measure in task.score.measures)
        given = GivenTask(task.score, task.slots, keys, followed)
        return plans_for_given(given, manner, seed, count, request.sampling.candidates)
    if request.plan and page.planned:
        from scoregen.plan.piece.planned_piece import plans_for_plan

        return plans_for_plan(request.plan, page.planned, timeline, manner, seed, count, followed)
    return plans_for_piece(task.score, page.form, manner, seed, count, followed)
