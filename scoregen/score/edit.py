"""Edits that return a new score: blanks made, parts added, measures appended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from scoregen.errors import InputError
from scoregen.score.elements import Barline, Measure, Part, Score, Slot, Voice


@dataclass(frozen=True, slots=True)
class Selection:
    """Parts by name (empty: all) and measures by printed number, first and last (None: all)."""

    names: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None

    @classmethod
    def parse(cls, text: str) -> Selection:
        """From `alto`, `alto,tenor:5-8`, `:5-8` or `:5`; InputError for anything else."""
        names, colon, span = text.partition(":")
        first, _, last = span.partition("-")
        chosen = tuple(name.strip() for name in names.split(",") if name.strip())
        numbers = (first, last or first) if colon else ()
        if not all(number.strip().isdigit() for number in numbers) or not (chosen or numbers):
            raise InputError(f"--blank {text!r} is not understood; expected parts, measures or both: alto,tenor:5-8")
        low, high = (int(number) for number in numbers) if numbers else (None, None)
        if low is not None and high is not None and low > high:
            raise InputError(f"--blank {text!r}: the measures run backwards; expected the lower number first")
        return cls(chosen, low, high)

    def measures(self, score: Score) -> tuple[int, ...]:
        """The indices of the selected measures; InputError where the score has none of them."""
        if self.first is None or self.last is None:
            return tuple(range(len(score.measures)))
        chosen = tuple(
            index
            for index, measure in enumerate(score.measures)
            if measure.number.isdigit() and self.first <= int(measure.number) <= self.last
        )
        if not chosen:
            numbers = f"{score.measures[0].number} to {score.measures[-1].number}" if score.measures else "none"
            raise InputError(f"the score has no measures {self.first}-{self.last}; its measures: {numbers}")
        return chosen


def blanked(score: Score, slots: Collection[Slot], indices: Iterable[int]) -> Score:
    """The score with these voices blank in these measures."""
    chosen = set(indices)
    measures = [
        _with_voices(measure, {slot: Voice(slot, (), "blank") for slot in slots}) if index in chosen else measure
        for index, measure in enumerate(score.measures)
    ]
    return replace(score, measures=tuple(measures))


def filled(score: Score, voices: Iterable[tuple[int, Voice]]) -> Score:
    """The score with voices put in place of the ones at their address, by measure index."""
    by_index: dict[int, dict[Slot, Voice]] = {}
    for index, voice in voices:
        by_index.setdefault(index, {})[voice.slot] = voice
    measures = [_with_voices(measure, by_index.get(index, {})) for index, measure in enumerate(score.measures)]
    return replace(score, measures=tuple(measures))


def with_parts(score: Score, parts: Sequence[Part]) -> Score:
    """The score with exactly these parts, in this order; those it did not have are blank throughout."""
    known = {part.id for part in score.parts}
    new = [Slot(part.id) for part in parts if part.id not in known]
    return blanked(replace(score, parts=tuple(parts)), new, range(len(score.measures)))


def extended(score: Score, count: int, slots: Collection[Slot]) -> Score:
    """The score with `count` blank measures after its end, the final barline moved to the new end.

    A last measure cut short for an anacrusis stays as it is.
    """
    if not score.measures:
        raise InputError("an empty score cannot be extended; expected at least one measure")
    last = score.measures[-1]
    number = next((int(m.number) for m in reversed(score.measures) if m.number.isdigit()), 0)
    voices = tuple(Voice(slot, (), "blank") for slot in slots)
    new = [
        Measure(str(number + index), last.time.duration, last.time, last.key, voices, own_keys=last.own_keys)
        for index in range(1, count + 1)
    ]
    moved = last.barline if last.barline.repeat_times == 0 else Barline("light-heavy")
    new[-1] = replace(new[-1], barline=moved)
    kept = last if last.barline.repeat_times else replace(last, barline=Barline())
    return replace(score, measures=(*score.measures[:-1], kept, *new))


def silent(score: Score, part_id: str, indices: Iterable[int] | None = None) -> bool:
    """Whether a part has no notes, in the whole score or in some measures."""
    chosen = range(len(score.measures)) if indices is None else indices
    return all(
        voice.is_silent for index in chosen for voice in score.measures[index].voices if voice.slot.part == part_id
    )


def _with_voices(measure: Measure, new: dict[Slot, Voice]) -> Measure:
    if not new:
        return measure
    kept = tuple(new.pop(voice.slot, voice) for voice in measure.voices)
    return replace(measure, voices=kept + tuple(new.values()))
