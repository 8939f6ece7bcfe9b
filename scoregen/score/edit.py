"""Edits that return a new score: blank or replace voices, add parts, append measures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from scoregen.score.elements import Barline, Chord, Element, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.metre import last_key, last_time
from scoregen.score.rhythm import NoteValue
from scoregen.score.spanners import without_slurs
from scoregen.system.errors import InputError
from scoregen.system.wording import measures_named


@dataclass(frozen=True, slots=True)
class Selection:
    """Parts by name (empty: all) and measures by printed number, first and last (None: all)."""

    names: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None

    @classmethod
    def parse(cls, text: str, option: str = "--blank") -> Selection:
        """Parse `alto`, `alto,tenor:5-8`, `:5-8` or `:5`. An InputError for anything else names the option."""
        names, colon, span = text.partition(":")
        first, dash, last = span.partition("-")
        chosen = tuple(name.strip() for name in names.split(",") if name.strip())
        numbers = (first, last if dash else first) if colon else ()
        if not all(number.strip().isdigit() for number in numbers) or not (chosen or numbers):
            raise InputError(f"{option} {text!r} cannot be parsed; expected parts, measures or both: alto,tenor:5-8")
        low, high = (int(number) for number in numbers) if numbers else (None, None)
        if low is not None and high is not None and low > high:
            raise InputError(f"{option} {text!r}: the measures run backwards; expected the lower number first")
        return cls(chosen, low, high)

    def measures(self, score: Score) -> tuple[int, ...]:
        """The indices of the selected measures; InputError if the score has none of them."""
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


def named_part(score: Score, name: str, option: str) -> Part:
    """A part by its number, id or name; an InputError that names the option lists the parts."""
    if name.isdigit() and 1 <= int(name) <= len(score.parts):
        return score.parts[int(name) - 1]
    found = next((part for part in score.parts if name.lower() in (part.id.lower(), part.name.lower())), None)
    if found is None:
        listing = ", ".join(f"{number} ({part.name or part.id})" for number, part in enumerate(score.parts, 1))
        raise InputError(f"{option}: there is no part {name!r}; expected one of: {listing}")
    return found


def blank_voices(score: Score, slots: Collection[Slot], indices: Iterable[int]) -> Score:
    """The score with these voices blank in these measures, and no tie or slur leading into or out of them."""
    chosen = set(indices)
    blank = {slot: Voice(slot, (), "blank") for slot in slots}
    measures = [
        _with_voices(measure, dict(blank)) if index in chosen else _untied(measure, slots, index, chosen)
        for index, measure in enumerate(score.measures)
    ]
    return replace(score, measures=without_slurs(measures, lambda slot, index: index in chosen and slot in blank))


def _untied(measure: Measure, slots: Collection[Slot], index: int, blank: Collection[int]) -> Measure:
    """A measure next to blank ones, without the ties whose other end is removed."""
    voices = [
        replace(voice, elements=without_outer_ties(voice.elements, start=index - 1 in blank, end=index + 1 in blank))
        if voice.slot in slots
        else voice
        for voice in measure.voices
    ]
    return replace(measure, voices=tuple(voices)) if index - 1 in blank or index + 1 in blank else measure


def without_outer_ties(elements: tuple[Element, ...], *, start: bool, end: bool) -> tuple[Element, ...]:
    """The elements without the ties that lead into the first of them, or out of the last."""
    timed = [index for index, element in enumerate(elements) if not element.grace]
    row = list(elements)
    if timed and start:
        row[timed[0]] = with_notes(row[timed[0]], lambda note: replace(note, tied_from_previous=False))
    if timed and end:
        row[timed[-1]] = with_notes(row[timed[-1]], lambda note: replace(note, tied_to_next=False))
    return tuple(row)


def with_notes(element: Element, change: Callable[[Note], Note]) -> Element:
    """An element with `change` applied to each of its notes; a rest is unchanged."""
    if isinstance(element, Chord):
        return Chord(tuple(change(note) for note in element.notes))
    return change(element) if isinstance(element, Note) else element


def insert_voices(score: Score, voices: Iterable[tuple[int, Voice]]) -> Score:
    """The score with voices, given with their measure index, in place of those with the same slot.

    Slurs are kept; a slur without a note at its end is later not written.
    """
    by_index: dict[int, dict[Slot, Voice]] = {}
    for index, voice in voices:
        by_index.setdefault(index, {})[voice.slot] = voice
    measures = [_with_voices(measure, by_index.get(index, {})) for index, measure in enumerate(score.measures)]
    return replace(score, measures=tuple(measures))


def with_parts(score: Score, parts: Sequence[Part]) -> Score:
    """The score with exactly these parts, in this order; new parts are blank throughout.

    Breaks of systems and pages go if parts are added: they were set for fewer staves.
    """
    old = {part.id for part in score.parts}
    new = [Slot(part.id) for part in parts if part.id not in old]
    kept = {part.id for part in parts}
    measures = score.measures if old <= kept else tuple(_of_parts(measure, kept) for measure in score.measures)
    if new:
        measures = tuple(replace(measure, break_before=None) for measure in measures)
    return blank_voices(replace(score, parts=tuple(parts), measures=measures), new, range(len(score.measures)))


def place_for(parts: Sequence[Part], above: Sequence[str], below: Sequence[str]) -> int:
    """The index after the part of the role above, else before the part of the next role that has one."""
    ids = [part.id for part in parts]
    return ids.index(above[-1]) + 1 if above else ids.index(below[0]) if below else 0


def free_part_id(parts: Sequence[Part]) -> str:
    """The first of P1, P2 and so on that no part has."""
    used = {part.id for part in parts}
    return next(name for number in range(1, len(parts) + 2) if (name := f"P{number}") not in used)


def select_voices(score: Score, slots: Collection[Slot]) -> Score:
    """These voices alone, in the measures of the score, without the document that it was read from."""
    kept = {slot.part for slot in slots}
    chosen = (
        replace(measure, voices=tuple(voice for voice in measure.voices if voice.slot in slots))
        for measure in score.measures
    )
    marked = [_of_parts(measure, kept) for measure in chosen]
    measures = without_slurs(marked, lambda slot, index: slot not in slots)
    parts = tuple(part for part in score.parts if part.id in kept)
    return replace(score, parts=parts, measures=measures, document=None)


def append_measures(score: Score, count: int, slots: Collection[Slot]) -> Score:
    """The score with `count` blank measures after its end; the final barline moves to the new end.

    A last measure that is shortened by an anacrusis is unchanged.
    """
    if not score.measures:
        raise InputError("an empty score cannot be extended; expected at least one measure")
    last = score.measures[-1]
    number = next((int(m.number) for m in reversed(score.measures) if m.number.isdigit()), 0)
    voices = tuple(Voice(slot, (), "blank") for slot in slots)
    time, key = last_time(last), last_key(last)
    new = [
        Measure(str(number + index), time.duration, time, key, voices, own_keys=last.own_keys)
        for index in range(1, count + 1)
    ]
    moved = last.barline if last.barline.repeat_times == 0 else Barline("light-heavy")
    new[-1] = replace(new[-1], barline=moved)
    kept = last if last.barline.repeat_times else replace(last, barline=Barline())
    return replace(score, measures=(*score.measures[:-1], kept, *new))


def extended(score: Score, count: int, slots: Sequence[Slot]) -> Score:
    """The score with new blank measures, in which parts without a role rest."""
    if not 1 <= count <= 400:
        raise InputError(f"--extend {count}: expected 1 to 400 measures")
    longer = append_measures(score, count, slots)
    others = {slot.part: slot for slot in reversed(score.slots) if slot.part not in {slot.part for slot in slots}}
    rests = [
        (index, Voice(slot, (Rest(NoteValue.of(longer.measures[index].duration)),), "generated"))
        for index in range(len(score.measures), len(longer.measures))
        for slot in others.values()
    ]
    return insert_voices(longer, rests)


def with_rests(score: Score, slots: Collection[Slot]) -> Score:
    """The score in which these voices rest where they are blank."""
    rests = [
        (index, replace(voice, elements=(Rest(NoteValue.of(measure.duration)),), origin="given"))
        for index, measure in enumerate(score.measures)
        for voice in measure.voices
        if voice.is_blank and voice.slot in slots
    ]
    return insert_voices(score, rests) if rests else score


def has_blanks(score: Score) -> bool:
    """Whether a voice is blank anywhere."""
    return any(voice.is_blank for measure in score.measures for voice in measure.voices)


def is_silent(score: Score, part_id: str, indices: Iterable[int] | None = None) -> bool:
    """Whether a part has no notes, in the whole score or in some measures."""
    chosen = range(len(score.measures)) if indices is None else indices
    return all(
        voice.is_silent for index in chosen for voice in score.measures[index].voices if voice.slot.part == part_id
    )


def _of_parts(measure: Measure, parts: Collection[str]) -> Measure:
    """The measure with the directions, chord symbols and spanners of these parts and of the whole score."""
    if not (measure.directions or measure.chord_symbols or measure.spanners):
        return measure
    return replace(
        measure,
        directions=tuple(item for item in measure.directions if item.part is None or item.part in parts),
        chord_symbols=tuple(item for item in measure.chord_symbols if item.part in parts),
        spanners=tuple(item for item in measure.spanners if item.part in parts),
    )


def _with_voices(measure: Measure, new: dict[Slot, Voice]) -> Measure:
    if not new:
        return measure
    kept = tuple(new.pop(voice.slot, voice) for voice in measure.voices)
    return replace(measure, voices=kept + tuple(new.values()))


def with_full_rests_blank(score: Score, slots: Sequence[Slot], all_slots: Sequence[Slot]) -> tuple[Score, list[str]]:
    """The score with whole-measure rests of `slots` blank where another role sings, and the notices."""
    notices = []
    for slot in slots:
        indices = [
            index
            for index, measure in enumerate(score.measures)
            if not measure.is_short
            and _rests_alone(measure.voice(slot))
            and not all(_is_silent_voice(measure.voice(other)) for other in all_slots)
        ]
        if indices:
            score = blank_voices(score, [slot], indices)
            measures = measures_named([measure.number for measure in score.measures], indices)
            counts = "counts as blank and is" if len(indices) == 1 else "count as blanks and are"
            rests = f"the whole-measure rest{'s' if len(indices) > 1 else ''} of {measures} {counts} filled"
            notices.append(f"{_voice_name(score, slot)}: {rests}")
    return score, notices


def _voice_name(score: Score, slot: Slot) -> str:
    """The name of a part, with staff and voice if it has several."""
    own = [other for other in score.slots if other.part == slot.part]
    staff = f", staff {slot.staff}" if len({other.staff for other in own}) > 1 else ""
    voice = f", voice {slot.voice}" if sum(other.staff == slot.staff for other in own) > 1 else ""
    return f"{score.part_name(slot.part)}{staff}{voice}"


def _is_silent_voice(voice: Voice | None) -> bool:
    return voice is None or voice.is_silent


def _rests_alone(voice: Voice | None) -> bool:
    return voice is None or (len(voice.elements) <= 1 and voice.is_silent)
