"""The plan of a measure: its chords, the onsets that are open to blank voices, and their widest leap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial

import numpy as np

from scoregen.tokens.constraints.next_onsets import no_later
from scoregen.tokens.constraints.plans.ensemble_chords import ensemble_chord_mask
from scoregen.tokens.constraints.plans.given_chords import ChordSpan, given_chord_mask
from scoregen.tokens.constraints.plans.planned_chord_masks import planned_chord_mask
from scoregen.tokens.constraints.plans.planned_chords import PlannedChords
from scoregen.tokens.constraints.plans.small_leaps import Approach, approaching, small_leaps
from scoregen.tokens.constraints.plans.stretches import stretches
from scoregen.tokens.constraints.plans.struck_notes import StruckNotes, struck_mask
from scoregen.tokens.constraints.state import ConstraintState, is_on_beat, next_step, onset, unrestricted_tokens
from scoregen.tokens.constraints.voice_masks import KEPT_MASKS, Mask, every_token, without_words
from scoregen.tokens.vocabulary import vocabulary

Demand = Callable[[ConstraintState], Mask | None]
"""The mask of what is asked beside the chords; None where nothing is."""


@dataclass(frozen=True, slots=True)
class MeasurePlan:
    """What is planned in a measure before it is sampled.

    `chords`: the planned chords by onset; `given_chords`: those of chord symbols, which replace them; `onsets`: where
    blank voices may begin a note or rest, None for every place; `widest_leap`: the most semitones between two
    successive notes of a voice, None for any; `approaches`: what brings voices near fixed notes; `from_lowest`: for
    voices that may sound chords and come and go, their slots from the lowest to the highest, () for a choir; `ranges`:
    by slot the MIDI numbers between which blank voices keep, None for any; `pulses`: places that the next slice does
    not pass over; `opening`: the slots of the blank voices that sound at the start of the measure; `broken`: whether
    hands strike their chords anew, and between the beats of music with pulses single notes of them; `struck`: by slot
    the rhythm of voices that have a fixed one; `is_hit`: whether every blank voice begins a note at the start of the
    measure.
    """

    chords: PlannedChords = field(default_factory=dict)
    given_chords: Mapping[Fraction, ChordSpan] = field(default_factory=dict)
    onsets: frozenset[Fraction] | None = None
    widest_leap: int | None = None
    approaches: tuple[Approach, ...] = ()
    from_lowest: tuple[int, ...] = ()
    ranges: tuple[tuple[int, int] | None, ...] = ()
    pulses: frozenset[Fraction] = frozenset()
    opening: frozenset[int] = frozenset()
    broken: bool = False
    struck: Mapping[int, StruckNotes] = field(default_factory=dict)
    is_hit: bool = False

    def mask(self) -> Callable[[ConstraintState], Mask]:
        """The mask of the chords, leaps, rests, ranges and pulses (`MeasureRules.extra`)."""
        return _narrowed(self._chord_mask(), tuple(self._demands()))

    def _chord_mask(self) -> Callable[[ConstraintState], Mask]:
        if self.from_lowest:
            return ensemble_chord_mask(stretches(self.chords, self.given_chords), self.from_lowest)
        if self.given_chords:
            return given_chord_mask(self.given_chords)
        return planned_chord_mask(self.chords, self.widest_leap) if self.chords else lambda state: every_token()

    def _demands(self) -> Iterator[Demand]:
        """What is asked beside the chords; each holds where those before it leave it a choice."""
        if not self.from_lowest:
            yield _company
        if self.widest_leap is not None:
            yield partial(small_leaps, widest=self.widest_leap)
        if self.approaches:
            yield partial(approaching, approaches=self.approaches)
        if self.ranges:
            yield partial(_within_ranges, ranges=self.ranges)
        if self.opening:
            yield partial(_opening_notes, opening=self.opening)
        if self.is_hit:
            yield _begun_together
        if self.broken:
            yield partial(_struck_anew, breaks=bool(self.pulses))
        if self.struck:
            yield partial(struck_mask, struck=self.struck)
        if self.pulses:
            yield partial(_timely_slices, pulses=sorted(self.pulses))


Plan = Mapping[int, MeasurePlan]
"""The plans of the measures of a piece, by index."""
GivenChords = Mapping[int, Mapping[Fraction, ChordSpan]]
"""The chords of chord symbols, by measure index and onset."""


def _narrowed(
    chords: Callable[[ConstraintState], Mask], demands: Sequence[Demand]
) -> Callable[[ConstraintState], Mask]:
    """The mask of the chords with those of the demands, each where it leaves a choice."""

    def mask(state: ConstraintState) -> Mask:
        wanted, base = chords(state), None
        for own in (demand(state) for demand in demands):
            if own is not None:
                base = unrestricted_tokens(state) if base is None else base
                both = wanted & own
                wanted = both if (both & base).any() else wanted
        return wanted

    return mask if demands else chords


def _slot(state: ConstraintState) -> int | None:
    """The voice whose turn it is; None if the onset of the next slice comes next."""
    step = next_step(state)
    return None if step[0] == "onset" else step[1]


def _company(state: ConstraintState) -> Mask | None:
    """No voice begins a rest, or goes on with one, while a given voice sounds."""
    slot = _slot(state)
    if slot is None or not _a_given_voice_sounds(state):
        return None
    return _without_rest(rests=state.sounding[slot] == ())


def _a_given_voice_sounds(state: ConstraintState) -> bool:
    """Whether one sounds in this slice; given voices are written first."""
    given = state.rules.given
    return any(given[slot] is not None and state.sounding[slot] for slot in state.rules.order[: state.turn])


def _without_rest(*, rests: bool) -> Mask:
    """Every event but a rest; if the voice rests already, neither one that goes on."""
    return without_words("rest", "hold") if rests else without_words("rest")


def _within_ranges(state: ConstraintState, ranges: Sequence[tuple[int, int] | None]) -> Mask | None:
    slot = _slot(state)
    own = None if slot is None else ranges[slot]
    return None if own is None else _between(*own)


@lru_cache(maxsize=KEPT_MASKS)
def _between(lowest: int, highest: int) -> Mask:
    """Every token but the pitches outside a range."""
    words = vocabulary()
    mask = np.ones(len(words), dtype=np.bool_)
    for number, pitch in enumerate(words.pitches):
        mask[words.first_pitch + number] = lowest <= pitch.midi_pitch <= highest
    mask.flags.writeable = False
    return mask


def _opening_notes(state: ConstraintState, opening: frozenset[int]) -> Mask | None:
    """None of these voices rests at the start of the measure."""
    slot = _slot(state)
    if slot is None or slot not in opening or state.tick or state.written:
        return None
    return _without_rest(rests=not state.sounding[slot])


def _begun_together(state: ConstraintState) -> Mask | None:
    """Every blank voice begins a note at the start of the measure."""
    slot = _slot(state)
    if slot is None or state.tick or state.rules.given[slot] is not None:
        return None
    return without_words("rest", "hold", "tied")


def _struck_anew(state: ConstraintState, *, breaks: bool) -> Mask | None:
    """No hand ties a note into a new chord; if it `breaks` chords, it begins one, or a rest, on beats alone."""
    slot = _slot(state)
    if slot is None or not state.rules.voices[slot].is_hand or state.rules.given[slot] is not None:
        return None
    single = breaks and not state.written and not is_on_beat(state)
    return without_words("tied", "more", "rest") if single else without_words("tied")


def _timely_slices(state: ConstraintState, pulses: Sequence[Fraction]) -> Mask | None:
    """The next slice is no later than the next pulse."""
    if _slot(state) is not None:
        return None
    now = onset(state)
    return no_later(state, next((place for place in pulses if place > now), None))
