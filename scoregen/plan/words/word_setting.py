"""Sets the words of a song without a tune: their rhythm before the notes are drawn, the words under them afterwards.

The highest singer has one note a syllable and rests where there are no words. Other singers begin a note with each
syllable, and may move between, but in the last measure with words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from scoregen.plan.drafts import DraftPlans
from scoregen.plan.words.syllables import Syllable, is_english, joined, syllables
from scoregen.plan.words.text_rhythm import SungMeasure, sung_measure
from scoregen.score.directions import Direction, Words
from scoregen.score.edit import with_notes
from scoregen.score.elements import Element, Lyric, Measure, Note, Score, Slot, Voice
from scoregen.score.timeline import pitched_notes
from scoregen.tokens.constraints.plans.measure_plan import MeasurePlan, Plan
from scoregen.tokens.constraints.plans.struck_notes import StruckNotes


@dataclass(frozen=True, slots=True)
class WordSetting:
    """The words of each measure with their rhythm; `crowded` are the indices of measures without room for theirs."""

    measures: Mapping[int, SungMeasure]
    crowded: tuple[int, ...] = field(default=())


def word_setting(score: Score) -> WordSetting | None:
    """The setting of the words of a score without notes; None if it has notes, or no words to sing."""
    texts = [" ".join(_texts(measure)) for measure in score.measures]
    if not any(texts) or pitched_notes(score):
        return None
    english = is_english(" ".join(texts))
    rows = joined([syllables(text, english=english) for text in texts])
    found = {index: _sung(score.measures, rows, index) for index in range(len(rows))}
    crowded = tuple(index for index, own in found.items() if own is None)
    return WordSetting({index: own for index, own in found.items() if own is not None}, crowded)


def _texts(measure: Measure) -> list[str]:
    return [each.value.text for each in measure.directions if _is_sung(each) and isinstance(each.value, Words)]


def _is_sung(direction: Direction) -> bool:
    return isinstance(direction.value, Words) and direction.value.sung


def _sung(measures: Sequence[Measure], rows: Sequence[Sequence[Syllable]], index: int) -> SungMeasure | None:
    measure = measures[index]
    if measure.duration != measure.time.duration:
        return None if rows[index] else SungMeasure(rest=Fraction(0))
    following = measures[index + 1] if index + 1 < len(measures) else None
    ends_line = following is None or following.break_before is not None or not rows[index + 1]
    return sung_measure(rows[index], measure.time, ends_line=ends_line)


def with_word_rhythm(
    plans: DraftPlans, setting: WordSetting, singers: Sequence[int], *, accompanied: bool
) -> DraftPlans:
    """The plans of drafts with the rhythm of the words for these voices, the highest first.

    Singers without instruments do not rest: their chords have to sound.
    """
    setting = setting if accompanied else without_rests(setting)
    return plans.changed(lambda plan: _with_rhythm(plan, setting, singers))


def without_rests(setting: WordSetting) -> WordSetting:
    """The setting without breaths; measures without words are free."""
    sung = {index: replace(own, rest=None) for index, own in setting.measures.items() if own.onsets}
    return WordSetting(sung, setting.crowded)


def _with_rhythm(plan: Plan, setting: WordSetting, singers: Sequence[int]) -> Plan:
    last = max((index for index, own in setting.measures.items() if own.onsets), default=-1)
    return {
        **plan,
        **{
            index: _struck(plan.get(index), own, singers, is_last=index == last)
            for index, own in setting.measures.items()
        },
    }


def _struck(plan: MeasurePlan | None, own: SungMeasure, singers: Sequence[int], *, is_last: bool) -> MeasurePlan:
    plan = plan or MeasurePlan()
    notes, rests = frozenset(own.onsets), frozenset(() if own.rest is None else (own.rest,))
    struck = {slot: StruckNotes(notes, rests, complete=is_last or slot == singers[0]) for slot in singers}
    places = notes | rests
    onsets = None if plan.onsets is None else plan.onsets | places
    return replace(plan, struck=struck, pulses=plan.pulses | places, onsets=onsets)


def underlaid(score: Score, setting: WordSetting, slots: Sequence[Slot]) -> Score:
    """The score with the words under the notes of these voices; a text that all of its notes took is no more above."""
    measures = list(score.measures)
    for index, own in setting.measures.items():
        measures[index] = _with_words(measures[index], own, slots)
    return replace(score, measures=tuple(measures))


def _with_words(measure: Measure, own: SungMeasure, slots: Sequence[Slot]) -> Measure:
    syllable_at = dict(zip(own.onsets, own.syllables, strict=True))
    voices = {voice.slot: _underlaid(voice, syllable_at) for voice in measure.voices if voice.slot in slots}
    is_set = all(_count(voice) == len(own.syllables) for slot, voice in voices.items() if slot == slots[0])
    kept = tuple(each for each in measure.directions if not (is_set and _is_sung(each)))
    return replace(measure, voices=tuple(voices.get(voice.slot, voice) for voice in measure.voices), directions=kept)


def _underlaid(voice: Voice, syllable_at: Mapping[Fraction, Syllable]) -> Voice:
    elements, onset = list[Element](), Fraction(0)
    for element in voice.elements:
        syllable = syllable_at.get(onset)
        elements.append(_sung_on(element, syllable) if syllable else element)
        onset += element.duration
    return replace(voice, elements=tuple(elements))


def _sung_on(element: Element, syllable: Syllable) -> Element:
    """A note or chord that is struck here with its syllable, at its first note; anything else as it is."""
    notes = element.notes
    if not notes or notes[0].tied_from_previous:
        return element
    first, lyric = notes[0], Lyric(syllable.text, syllable.syllabic)

    def sung(note: Note) -> Note:
        return replace(note, lyrics=(lyric,)) if note is first else note

    return with_notes(element, sung)


def _count(voice: Voice) -> int:
    return sum(bool(note.lyrics) for element in voice.elements for note in element.notes)


def word_notices(setting: WordSetting | None) -> tuple[str, ...]:
    """What was done with the words."""
    if setting is None:
        return ()
    said = ("the words have a note for each syllable; divide words by hyphens where a syllable is wrong",)
    if not setting.crowded:
        return said
    numbers = ", ".join(str(index + 1) for index in setting.crowded)
    plural = "s" if len(setting.crowded) > 1 else ""
    return (*said, f"measure{plural} {numbers}: the words do not fit into the measure, and are kept as text")
