"""The plans of drafts: for each draft its own cadences and open onsets, drawn from one seed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from scoregen.plan.cadence_setting import Setting
from scoregen.plan.chords.given_line import GivenMusic, GivenNote
from scoregen.plan.easy_parts import WIDEST_LEAP, WIDEST_PLAYED_LEAP
from scoregen.plan.form import Chords, cadence_chords, leading_chords
from scoregen.plan.measure_plans import in_measures, timed_chords
from scoregen.plan.melody_cadences import melody_cadences, opening_tonic
from scoregen.plan.phrase_ends import PhraseEnd, arrivals, phrase_ends, with_phrase_ends
from scoregen.plan.played_frame import played_chords
from scoregen.plan.pulse import Rhythm, open_onsets, played_onsets, pulse_of
from scoregen.plan.sections import Sections, section_starts
from scoregen.score.elements import Score, Slot
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.score.theory.chord_kinds import CHORD_KINDS, MEMBERS, note_name
from scoregen.score.timeline import measure_onsets, pitch_of, pitched_notes
from scoregen.styles.style import Style
from scoregen.tokens.constraints.plans.measure_plan import GivenChords, Plan
from scoregen.tokens.constraints.plans.planned_chords import PlannedChord

MINOR_SEVENTH = MEMBERS["dominant"][3]
NEAREST_FIFTHS = range(-5, 7)
"""The positions on the line of fifths that spell the twelve pitch classes around a tonic."""


@dataclass(frozen=True, slots=True)
class DraftPlans:
    """The plans of the drafts of a task, by alternative: its drafts take them in turn.

    `score` is the task with the phrase ends that were found in it; `ends` are the places of planned chords by measure
    index, which all drafts share.
    """

    score: Score
    plans: tuple[tuple[Plan, ...], ...]
    ends: Mapping[int, tuple[Fraction, ...]]

    @property
    def widest_leap(self) -> int | None:
        """The semitones of the widest leap of the drafts; None for any."""
        return next((own.widest_leap for own in self.plans[0][0].values()), None)

    def changed(self, change: Callable[[Plan], Plan]) -> DraftPlans:
        """These plans, each as it is changed."""
        return replace(self, plans=tuple(tuple(change(plan) for plan in drafts) for drafts in self.plans))


@dataclass(frozen=True, slots=True)
class Manner:
    """How new voices are written: their style, rhythm, whether they are easy, and whether instruments play them.

    `closes` are the cadences of the phrases of a new piece, where its form names them.
    """

    style: Style
    rhythm: Rhythm = "follow"
    easy: bool = False
    is_played: bool = False
    closes: tuple[str, ...] = ()

    @property
    def widest_leap(self) -> int | None:
        """The semitones of the widest leap; None for any."""
        return None if not self.easy else WIDEST_PLAYED_LEAP if self.is_played else WIDEST_LEAP


@dataclass(frozen=True, slots=True)
class GivenTask:
    """A score with blanks: its voices, of which the last is the lowest, and the key of each measure.

    `symbols` are the chords of chord symbols, which decide where there are any. `bass` is the slot of the lowest voice
    if that is not the last one.
    """

    score: Score
    slots: Sequence[Slot]
    keys: Sequence[Key]
    symbols: GivenChords = field(default_factory=dict)
    bass: Slot | None = None

    @property
    def new_voices(self) -> int:
        """The number of voices that are blank anywhere."""
        return len({voice.slot for measure in self.score.measures for voice in measure.voices if voice.is_blank})


def plans_for_given(task: GivenTask, manner: Manner, seed: int, count: int, drafts: int) -> DraftPlans:
    """Plans for a score with blanks: for each of `count` alternatives one for each draft."""
    music = GivenMusic.of(task.score, task.slots, chords=manner.is_played)
    ends = phrase_ends(task.score, music)
    bass = task.bass or task.slots[-1]
    setting = Setting(music, bass, pulse_of(task.score, music.line), task.keys, manner.style, manner.rhythm == "plain")
    rests = () if manner.is_played else arrivals(task.score, music, ends)
    plans = tuple(
        tuple(
            _plan_for_given(task, setting, ends, rests, manner, f"{seed} {number} {draft}") for draft in range(drafts)
        )
        for number in range(count)
    )
    return DraftPlans(with_phrase_ends(task.score, music, ends), plans, _places(ends))


def _plan_for_given(
    task: GivenTask,
    setting: Setting,
    ends: Sequence[PhraseEnd],
    rests: Sequence[PhraseEnd],
    manner: Manner,
    seed: str,
) -> Plan:
    cadences = melody_cadences(setting, ends, random.Random(f"{seed} cadences"), rests)
    if manner.is_played:
        chords = played_chords(cadences, setting, task.score, random.Random(f"{seed} end"))
    else:
        timed = timed_chords(cadences, setting.music, task.score.duration, manner.rhythm, manner.style)
        opening = opening_tonic(setting, _downbeats(task.score))
        chords = {opening.onset: PlannedChord(opening.members), **timed} if opening else timed
    line = setting.music.line
    starts = {*_phrase_starts(line, ends), *_onsets_of(task.symbols, task.score)}
    if manner.is_played and manner.rhythm == "follow" and line:
        given = (note for each in setting.music.lines.values() for note in each)
        onsets: frozenset[Fraction] | None = played_onsets(task.score, given, starts, easy=manner.easy)
    else:
        chance = random.Random(f"{seed} onsets")
        onsets = open_onsets(setting.pulse, line, starts, task.new_voices, manner.rhythm, chance)
    return with_symbols(in_measures(task.score, chords, onsets, manner.widest_leap), task.symbols)


def _downbeats(score: Score) -> list[Fraction]:
    """The starts of full measures."""
    return [start for start, each in zip(measure_onsets(score), score.measures, strict=True) if not each.is_short]


def with_symbols(plan: Plan, symbols: GivenChords) -> Plan:
    """The plan with the given chords."""
    return {index: replace(each, given_chords=symbols.get(index, {})) for index, each in plan.items()}


def _onsets_of(symbols: GivenChords, score: Score) -> list[Fraction]:
    starts = measure_onsets(score)
    return [starts[index] + onset for index, chords in symbols.items() for onset in chords]


def _phrase_starts(line: Sequence[GivenNote], ends: Sequence[PhraseEnd]) -> frozenset[Fraction]:
    """The onsets of the notes after phrase ends and rests, and of the first note."""
    closing = {end.onset for end in ends}
    starts = {line[0].onset} if line else set()
    for note, following in itertools.pairwise(line):
        if note.onset in closing or following.onset > note.end:
            starts.add(following.onset)
    return frozenset(starts)


def _places(ends: Sequence[PhraseEnd]) -> dict[int, tuple[Fraction, ...]]:
    places: dict[int, tuple[Fraction, ...]] = {}
    for end in ends:
        places[end.measure_index] = (*places.get(end.measure_index, ()), end.place)
    return places


def plans_for_piece(
    score: Score, form: Sections, manner: Manner, seed: int, count: int, symbols: GivenChords
) -> DraftPlans:
    """Plans for a new piece, which has each section of its form once: one for each of `count` alternatives.

    The first is that of the seed itself.
    """
    plans = tuple(
        (with_symbols(_plan_for_piece(score, form, manner, each), symbols),) for each in alternative_seeds(seed, count)
    )
    goals = cadence_chords(score, seed, form, manner.style, manner.closes)
    return DraftPlans(score, plans, {index: tuple(goals[index]) for index in goals if index not in symbols})


def alternative_seeds(seed: int, count: int) -> list[int]:
    """A seed for the plan of each of `count` alternatives; that of the first is the seed itself."""
    return [seed, *(random.Random(f"{seed} plan {number}").getrandbits(32) for number in range(1, count))]


def _plan_for_piece(score: Score, form: Sections, manner: Manner, seed: int) -> Plan:
    goals = cadence_chords(score, seed, form, manner.style, manner.closes)
    leading = leading_chords(score, goals, seed, manner.style, form)
    lasts = {(start or len(score.measures)) - 1 for start in section_starts(score, form)}
    return plan_of_chords(score, goals, leading, lasts, manner)


def plan_of_chords(score: Score, goals: Chords, leading: Chords, lasts: Collection[int], manner: Manner) -> Plan:
    """The plan of a new piece with the chords of its phrase ends and those that lead to them.

    `lasts` are the measures with which sections end.
    """
    starts = measure_onsets(score)
    tonics = [Key.of(measure.key).tonic_fifths for measure in score.measures]
    chords: dict[Fraction, PlannedChord] = {}
    for index, places in leading.items():
        tonic, beat = tonics[index], score.measures[index].time.groups[0]
        chords |= {
            starts[index] + onset: _leading(_spelled(each, tonic), tonic, beat) for onset, each in places.items()
        }
    for index, places in goals.items():
        for onset, members in places.items():
            is_final = index in lasts and onset == max(places)
            stay = manner.style.cadences.stay
            chords[starts[index] + onset] = PlannedChord(_spelled(members, tonics[index]), is_final, stay)
    pulse = pulse_of(score, ())
    onsets = frozenset(pulse.starts[:-1]) if manner.rhythm == "plain" else None
    return in_measures(score, chords, onsets, manner.widest_leap)


def _leading(members: tuple[int, ...], tonic: int, beat: Fraction) -> PlannedChord:
    """A chord a beat before a goal: a dominant leads into it; any other chord stays until then in the outer voices."""
    is_dominant = members[1] - members[0] == MEMBERS["dominant"][1] and members[0] - tonic != MINOR_SEVENTH
    return PlannedChord(members, stay=Fraction(0) if is_dominant else beat, leads=is_dominant)


def _spelled(classes: Sequence[int], tonic: int) -> tuple[int, ...]:
    """Pitch classes on the line of fifths: the root near the tonic, the other members near the root."""
    root = next(tonic + step for step in NEAREST_FIFTHS if 7 * (tonic + step) % 12 == classes[0])
    others = [next(root + step for step in NEAREST_FIFTHS if 7 * (root + step) % 12 == each) for each in classes[1:]]
    return (root, *others)


def closing_chords(score: Score, ends: Mapping[int, Sequence[Fraction]]) -> list[dict[str, str]]:
    """The chords of a finished piece at planned places, for its provenance: the measure, the onset, and the chord.

    A chord that is no triad in root position is empty.
    """
    notes, starts = pitched_notes(score), measure_onsets(score)
    rows = []
    for index, places in sorted(ends.items()):
        for place in places:
            time = starts[index] + place
            pitches = [pitch_of(note) for note in notes if note.onset <= time < note.end]
            rows.append({"measure": score.measures[index].number, "onset": str(place), "chord": _triad(pitches)})
    return rows


def _triad(pitches: Sequence[Pitch]) -> str:
    """The name of a consonant triad in root position with its third; empty for any other chord."""
    if not pitches:
        return ""
    root = min(pitches, key=lambda pitch: pitch.chromatic).fifths
    above = {pitch.fifths - root for pitch in pitches}
    for kind in ("major", "minor"):
        root_third = set(MEMBERS[kind][:2])
        if root_third <= above <= set(MEMBERS[kind]):
            return note_name(root) + CHORD_KINDS[kind].suffix
    return ""
