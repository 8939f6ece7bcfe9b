"""Chords for voices of any kind: several staves, chords in a voice, voices that come and go.

While a fixed chord lasts, new voices sound only its members, or rest. Where it begins, the lowest of the voices that
are not given sounds its bass below all others, and its essential tones are heard as far as the other voices are enough
for them: the third first. An inversion, or a bass that a symbol names, stays below as long as the chord. Planned chords
(`planned_chords`) are such chords for as long as they are planned; under the last one all voices sound and hold it to
its end. Everywhere a new voice sounds with the given ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from scoregen.tokens.constraints.incomplete_chords import heights_of
from scoregen.tokens.constraints.next_onsets import no_later
from scoregen.tokens.constraints.places import NEITHER
from scoregen.tokens.constraints.plans.broken_chords import due_onset, next_due, sounded
from scoregen.tokens.constraints.plans.chord_turns import Wanted, event_mask
from scoregen.tokens.constraints.plans.given_chords import ChordSpan
from scoregen.tokens.constraints.plans.stretches import Moment, Stretch, Stretches
from scoregen.tokens.constraints.state import ConstraintState, left_pitches, next_step, onset, unrestricted_tokens
from scoregen.tokens.constraints.voice_masks import Mask, VoiceRule, every_token, only_word
from scoregen.tokens.vocabulary import vocabulary

HAND_TONES = 2
"""The essential tones that a hand takes: third and seventh."""
MOST_SINGLE = 6
"""The most voices among which a leading note or a seventh is not doubled."""
MOST_TUTTI = 8
"""The most voices that all sound in the last chord."""


def ensemble_chord_mask(rows: Stretches, from_lowest: Sequence[int]) -> Callable[[ConstraintState], Mask]:
    """The mask (`MeasureRules.extra`) of a measure with these chords; `from_lowest` are the voices in this order."""

    voices = tuple(from_lowest)
    moments: dict[tuple[int, int], Moment] = {}

    def mask(state: ConstraintState) -> Mask:
        base, key = unrestricted_tokens(state), (state.tick, len(state.rules.plan.spans))
        moment = moments.get(key)
        if moment is None:
            moment = moments[key] = Moment.of(rows, state)
        if next_step(state) == ("onset",):
            wanted: Iterable[Mask] = [_next_onsets(rows, moment, state)]
        else:
            wanted = _Voice(rows, moment.stretch, state, moment.begin, moment.following, voices).choices()
        return next((each for each in wanted if (base & each).any()), every_token())

    return mask


def _next_onsets(rows: Stretches, moment: Moment, state: ConstraintState) -> Mask:
    """The places of the next slice: none beyond the next chord, and none inside a held one."""
    place = moment.place
    places = (moment.following, next_due(rows, place, state))
    mask = no_later(state, min((each for each in places if each is not None), default=None))
    if place is None or not (rows[place].holds or rows[place].rests):
        return mask
    words = vocabulary()
    after = min((each for each in rows if each > place), default=None)
    last = len(state.rules.plan.spans) if after is None else int(after * words.ticks_per_quarter)
    closed = [tick for tick in range(state.tick + 1, last) if tick not in state.rules.plan.stops]
    mask = mask.copy()
    mask[[words.place_id(tick) for tick in closed if tick < len(state.rules.plan.spans)]] = False
    return mask


@dataclass(frozen=True, slots=True)
class _Voice:
    """The turn of a voice; `begin`: where the stretch begins; `following`: the onset of the next chord."""

    rows: Stretches
    stretch: Stretch
    state: ConstraintState
    begin: Fraction
    following: Fraction | None
    from_lowest: tuple[int, ...]

    @property
    def slot(self) -> int:
        return self.state.rules.order[self.state.turn]

    @property
    def begins(self) -> bool:
        """Whether the stretch begins here."""
        return onset(self.state) == self.begin

    @property
    def chord(self) -> ChordSpan:
        return self.stretch.span

    def choices(self) -> Iterator[Mask]:
        """The masks of the voice, the strictest first."""
        if self.state.rules.given[self.slot] is not None:
            return
        if self._must_wait() or (self.stretch.holds and not self.begins):
            yield only_word("hold")
        if self.stretch.rests or (self.stretch.holds and not self.begins):
            yield only_word("rest")
            yield only_word("hold")
        yield from (event_mask(self.state, wanted) for wanted in self._wanted())

    def _must_wait(self) -> bool:
        """Whether a note that began here would have another division than the next chord in the same beat."""
        if self.following is None or self.state.tick == 0:
            return False
        plan, tick = self.state.rules.plan, int(self.following * vocabulary().ticks_per_quarter)
        if tick >= len(plan.spans) or plan.spans[tick] != plan.spans[self.state.tick]:
            return False
        return self.state.divisions[self.slot] & plan.divisions[self.state.tick] & plan.divisions[tick] == NEITHER

    def _wanted(self) -> Iterator[Wanted]:
        """What the event should be, the strictest first; the members of a fixed chord are in all of them."""
        sounds = self._is_needed() or self._is_tutti()
        if not self.chord.binds(self.state, begins=self.begins or self._is_due()):
            yield from [Wanted(None, sounds=True)] if sounds else []
            return
        members = self.chord.members
        yield from self._as_bass(sounds=sounds) if self.slot == self._bass() else self._above(sounds=sounds)
        yield Wanted(members, sounds=sounds)
        yield Wanted(members)

    def _as_bass(self, *, sounds: bool) -> Iterator[Wanted]:
        """Where the chord begins, and while its bass stays, the lowest note is that bass, below all others."""
        chord, hand = self.chord, self._is_hand(self.slot)
        begins, classes = self._begins(), self._share() if self._asks() else frozenset()
        if begins or chord.stays:
            tones = chord.bass_tones(begins=begins)
            for ceiling in (self._lowest_of(given=True), self._lowest_of(given=False)):
                yield Wanted(chord.members, lowest=tones, ceiling=ceiling, classes=classes, sounds=True)
            yield Wanted(chord.members, lowest=tones, sounds=True)
        elif classes:
            yield Wanted(chord.members, classes=classes, sounds=True)
        elif not hand and chord.basses:
            yield Wanted(chord.basses, sounds=sounds)

    def _above(self, *, sounds: bool) -> Iterator[Wanted]:
        """A voice above the bass: essential tones that are still missing, and tendency tones where they tend."""
        begins, members = self._begins(), self.chord.members
        floor = self._floor() if begins or self.chord.stays else 0
        if not self._asks():
            yield Wanted(members - self._taken(), low=floor, sounds=sounds)
            return
        urgent, classes = self._missing_here()
        yield from (
            Wanted(frozenset({goal}), low=floor, near=near, sounds=True)
            for goal, near in self._goals(self.slot)
            if not urgent or goal in urgent or self.chord.essential[0] not in urgent
        )
        taken = self._taken()
        for tones in ((urgent or members) - taken, urgent or members):
            if tones:
                yield Wanted(tones, low=floor, classes=classes, sounds=sounds or bool(urgent or classes))
        yield Wanted(members, low=floor, sounds=sounds)

    def _begins(self) -> bool:
        return self.begins and self.chord.bass is not None

    def _asks(self) -> bool:
        """Whether the voice takes essential tones here: where the chord begins, a hand when they are due."""
        if self.chord.bass is None or not self._is_hand(self.slot):
            return self._begins()
        due = due_onset(self.rows, self.begin, self.state)
        return self.begins if due == self.begin else due <= onset(self.state)

    def _is_due(self) -> bool:
        return self._is_hand(self.slot) and due_onset(self.rows, self.begin, self.state) == onset(self.state)

    def _is_tutti(self) -> bool:
        """Whether all voices sound in this chord."""
        new = [slot for slot in self.state.rules.order if self.state.rules.given[slot] is None]
        return self.stretch.holds and self.begins and len(new) <= MOST_TUTTI

    def _is_needed(self) -> bool:
        """Whether given voices sound, and no other new voice does or can."""
        order, sounding = self.state.rules.order, self.state.sounding
        given = self.state.rules.given
        if self._later() or not any(sounding[slot] for slot in order if given[slot] is not None):
            return False
        return not any(sounding[slot] for slot in order[: self.state.turn] if given[slot] is None)

    def _later(self) -> list[int]:
        """The new voices that are written after this one."""
        given, order = self.state.rules.given, self.state.rules.order
        return [slot for slot in order[self.state.turn + 1 :] if given[slot] is None]

    def _bass(self) -> int | None:
        """The lowest of the voices, if it is new; None if a given voice sounds below, or a melody is alone."""
        here = self._here()
        return None if self._is_melody() or self.state.rules.given[here[0]] is not None else here[0]

    def _here(self) -> list[int]:
        """The new voices and the given ones that sound, from the lowest to the highest."""
        given, sounding = self.state.rules.given, self.state.sounding
        return [slot for slot in self.from_lowest if given[slot] is None or sounding[slot]]

    def _is_melody(self) -> bool:
        """Whether the voice is alone, and no hand: it has no harmony to complete."""
        here = self._here()
        return len(here) == 1 and not self._is_hand(here[0])

    def _is_hand(self, slot: int) -> bool:
        return self.state.rules.voices[slot].is_hand

    def _floor(self) -> int:
        """The MIDI number above the bass, or above the lowest pitch with which the bass can still be written."""
        bass = self._bass()
        if bass is None:
            return 0
        if bass in self.state.rules.order[: self.state.turn]:
            return min(heights_of(self.state.sounding[bass]), default=0)
        return _lowest_pitch(self.state.rules.voices[bass], self.chord.bass_tones(begins=self._begins()))

    def _lowest_of(self, *, given: bool) -> int:
        """The MIDI number of the lowest note that is written, of given voices too or of new ones alone."""
        written = self.state.rules.order[: self.state.turn]
        chosen = [slot for slot in written if given or self.state.rules.given[slot] is None]
        later = [slot for slot in self._later() if self.state.sounding[slot]] if self.chord.stays else []
        heights = (height for slot in (*chosen, *later) for height in heights_of(self.state.sounding[slot]))
        return min(heights, default=127)

    def _missing(self) -> list[int]:
        """The essential tones that no written voice has, nor the bass, nor has sounded since the chord began."""
        written = self.state.rules.order[: self.state.turn]
        present = {each % 12 for slot in written for each in heights_of(self.state.sounding[slot])}
        if self.begin < onset(self.state):
            present |= sounded(self.state, self.begin)
        if self._bass() is not None and self.chord.bass is not None:
            present.add(7 * self.chord.bass % 12)
        return [tone for tone in self.chord.essential if 7 * tone % 12 not in present]

    def _missing_here(self) -> tuple[frozenset[int], frozenset[int]]:
        """What a voice must take of the missing tones: one of some, or, by pitch class, all of some for a hand."""
        bass, reserved = self._bass(), {goal for slot in self._later() for goal, _ in [*self._goals(slot)][:1]}
        missing = [] if self._is_melody() else [tone for tone in self._missing() if tone not in reserved]
        others = sum(self._share_of(slot) for slot in self._later() if slot != bass)
        own = self._share_of(self.slot)
        count = max(0, min(len(missing), own + others) - others)
        if not count:
            return frozenset(), frozenset()
        if own == 1:
            return frozenset(missing[: 1 + others]), frozenset()
        return frozenset(), frozenset(7 * tone % 12 for tone in missing[:count])

    def _share(self) -> frozenset[int]:
        """The pitch classes that a bass has to take beside its own, as no other new voice is there for them."""
        given, bass = self.state.rules.given, self.slot
        others = [slot for slot in self.state.rules.order if given[slot] is None and slot != bass]
        missing = self._missing()[:HAND_TONES] if not others and self._is_hand(bass) else []
        return frozenset(7 * tone % 12 for tone in missing)

    def _share_of(self, slot: int) -> int:
        """The number of missing tones that a voice can take; none if it has a tendency tone to resolve."""
        if self._is_hand(slot):
            return HAND_TONES
        return int(slot == self.slot or not any(self._goals(slot)))

    def _taken(self) -> frozenset[int]:
        """The tones that sound once and that another voice has; where the chord begins, one that is written already."""
        order = self.state.rules.order
        if len(order) > MOST_SINGLE:
            return frozenset()
        others = order[: self.state.turn] if self.begins else [slot for slot in order if slot != self.slot]
        sounding = {each % 12 for slot in others for each in heights_of(self.state.sounding[slot])}
        return frozenset(tone for tone in self.chord.single if 7 * tone % 12 in sounding)

    def _goals(self, slot: int) -> Iterator[tuple[int, frozenset[int]]]:
        """The tones to which a tendency tone of a single line moves, each with what it leaves."""
        left = left_pitches(self.state, slot)
        if len(left) != 1 or self._is_hand(slot):
            return
        pitch = vocabulary().value(left[0])
        for goal in self.chord.resolutions.get(pitch.fifths, ()):
            yield goal, frozenset({int(pitch.midi_pitch)})


@lru_cache(maxsize=1 << 10)
def _lowest_pitch(rule: VoiceRule, tones: frozenset[int]) -> int:
    """The MIDI number of the lowest pitch of a rule that is one of these tones; 0 if it has none."""
    classes = [7 * tone % 12 for tone in tones]
    pitches = zip(vocabulary().pitches, rule.pitches, strict=True)
    return min((each.midi_pitch for each, may in pitches if may and each.pitch_class in classes), default=0)
