"""The given parts of a document: the voice of each element, and the state at each measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from lxml import etree

from scoregen.notation.musicxml.read.attributes import MAX_STAVES, PartState, read_clef
from scoregen.notation.musicxml.read.measure import read_measure
from scoregen.notation.musicxml.read.part_measure import PartMeasure
from scoregen.notation.musicxml.read.spanners import StrandKey
from scoregen.notation.musicxml.read.values import lenient_integer
from scoregen.notation.musicxml.read.voices import VOICES_A_STAFF, voice_numbers
from scoregen.score.elements import Clef, Slot
from scoregen.score.pitch import Interval
from scoregen.system.errors import Place, RefusedError
from scoregen.system.numbers import exact_number


@dataclass(frozen=True, slots=True)
class MeasureState:
    """The state in a measure: divisions before the first note and at the end, clefs by staff, transposition."""

    divisions: int
    end_divisions: int
    clefs: Mapping[int, Clef]
    transposition: Interval


@dataclass(frozen=True, slots=True)
class GivenPart:
    """A part of the document, read once."""

    id: str
    body: etree._Element
    elements: tuple[etree._Element, ...]
    measures: tuple[PartMeasure, ...]
    states: tuple[MeasureState, ...]
    keys: Mapping[tuple[int, int], StrandKey]
    """The voices of the file, by staff and voice number."""

    def voice_names(self, slots: Sequence[Slot]) -> dict[Slot, str]:
        """The <voice> texts of some voices of one measure, all different.

        A voice keeps its name in the file, else it gets the standard number, else the first free one.
        """
        taken = {name for _, name, _ in self.keys.values()}
        names: dict[Slot, str] = {}
        for slot in slots:
            key = self.keys.get((slot.staff, slot.voice))
            standard = str(VOICES_A_STAFF * (slot.staff - 1) + slot.voice)
            wishes = [key[1]] if key is not None else []
            free = (name for name in (standard, *map(str, range(1, 1000))) if name not in taken)
            names[slot] = next(name for name in (*wishes, *free) if name not in names.values())
        return names

    def voice_name(self, slot: Slot, index: int) -> str:
        """The <voice> text of a voice in a measure, different from those of the other staves there."""
        others = {strand.name for strand in self.measures[index].strands if strand.staff != slot.staff}
        name = self.voice_names([slot])[slot]
        if name not in others:
            return name
        taken = {name for _, name, _ in self.keys.values()}
        return next(free for free in map(str, range(1, 1000)) if free not in taken)

    def is_separate(self, slot: Slot, index: int) -> bool:
        """Whether the <voice> texts of a measure separate the notes of a voice from all others."""
        key = self.keys.get((slot.staff, slot.voice))
        if key is None:
            return True
        return not (key[2] or any(strand.key[2] for strand in self.measures[index].strands if strand.name == key[1]))

    def owns(self, slot: Slot, index: int) -> Callable[[etree._Element], bool]:
        """Whether a <note> of a measure belongs to a voice. Raises RefusedError if the file does not decide it."""
        key = self.keys.get((slot.staff, slot.voice))
        if key is None:
            return lambda note: False
        staff, name, _ = key
        namesakes = [strand.key for strand in self.measures[index].strands if strand.name == name]
        if not self.is_separate(slot, index):
            raise RefusedError(
                f"notes of voice {name!r} overlap and cannot be replaced; give each voice its own number",
                Place(part=self.id, measure=self.measures[index].number, voice=name),
            )
        if key not in namesakes:
            return lambda note: False
        alone = len(namesakes) == 1
        return lambda note: _voice(note) == name and (alone or _staff(note) == staff)


def read_given_part(body: etree._Element) -> GivenPart:
    """Read a part of a document that has been read as a score before."""
    state, clefs = PartState(), dict[int, Clef]()
    elements = tuple(body.findall("measure"))
    measures, states, divisions = [], [], 1
    for index, element in enumerate(elements):
        leading = _leading_attributes(element)
        clefs = _clefs_of(leading, clefs)
        measures.append(read_measure(element, state, index))
        end = _whole(state, body, element)
        changed = [int(exact_number(text)) for item in leading if (text := item.findtext("divisions")) is not None]
        divisions = changed[-1] if changed else divisions
        states.append(MeasureState(divisions, end, clefs, state.transposition(1)))
        clefs, divisions = _clefs_of(element.findall("attributes"), clefs), end
    numbers = voice_numbers(strand.key for measure in measures for strand in measure.strands)
    keys = {(key[0], number): key for key, number in numbers.items()}
    return GivenPart(body.get("id", ""), body, elements, tuple(measures), tuple(states), keys)


def _whole(state: PartState, body: etree._Element, element: etree._Element) -> int:
    if state.divisions != int(state.divisions):
        place = Place(part=body.get("id"), measure=element.get("number"))
        raise RefusedError(f"<divisions> is {state.divisions}; expected a whole number", place)
    return int(state.divisions)


def _leading_attributes(measure: etree._Element) -> list[etree._Element]:
    """The <attributes> before the first note."""
    leading = takewhile(lambda child: child.tag not in ("note", "backup", "forward"), measure)
    return [child for child in leading if child.tag == "attributes"]


def _clefs_of(attributes: Sequence[etree._Element], before: Mapping[int, Clef]) -> dict[int, Clef]:
    """The clefs after some <attributes>."""
    after = dict(before)
    for element in (clef for item in attributes for clef in item.iterfind("clef")):
        after[lenient_integer(element.get("number"), 1, 1, MAX_STAVES)] = read_clef(element)
    return after


def _voice(note: etree._Element) -> str:
    return (note.findtext("voice") or "").strip() or "1"


def _staff(note: etree._Element) -> int:
    return lenient_integer(note.findtext("staff"), 1, 1, MAX_STAVES)
