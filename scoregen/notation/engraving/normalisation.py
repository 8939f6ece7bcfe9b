"""What verovio 6.4 misreads or cannot read, put into a form that it draws; on its copy of the document only."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scoregen.notation.engraving.divisions import unify_divisions
from scoregen.notation.engraving.lyric_lines import number_lyric_lines
from scoregen.notation.engraving.tuplets import divide_tuplets
from scoregen.score.rhythm import NOTE_TYPES, NoteValue
from scoregen.system.numbers import exact_number

if TYPE_CHECKING:
    from lxml.etree import _Element

_PROSE = frozenset(
    ("text", "elision", "words", "credit-words", "rehearsal", "display-text", "other-dynamics", "other-direction")
)
"""Elements whose blanks are part of the text."""
_CONDENSED_STAVES = 9
"""The number of staves from which those that rest are hidden, system by system."""
_LONG_MARK = 3
"""The most characters of a rehearsal mark that stands over the middle of its barline."""
_MOST_ACTUAL = 9
"""The most notes of a tuplet that a missing type is completed with."""
_BEFORE_TYPE = frozenset(
    (
        "grace",
        "cue",
        "chord",
        "pitch",
        "unpitched",
        "rest",
        "duration",
        "tie",
        "instrument",
        "footnote",
        "level",
        "voice",
    )
)
_REST_ITEMS = frozenset(("note", "backup", "forward", "attributes", "barline", "print", "sound"))


def normalise(root: _Element) -> None:
    """Change what verovio would draw wrong, drop or crash on."""
    _trim(root)
    _remove_what_verovio_cannot_read(root)
    unify_divisions(root)
    _complete_parts(root)
    _equalise_measure_numbers(root)
    keep_common_multirests(root)
    _join_blank_elisions(root)
    number_lyric_lines(root)
    _complete_types(root)
    divide_tuplets(root)
    _begin_at_measure(root)


def _begin_at_measure(root: _Element) -> None:
    """Let a rehearsal mark of words begin where its measure does: verovio centres it there, in part off the page."""
    for mark in elements(root, "//rehearsal[not(@halign)]"):
        if len(mark.text or "") > _LONG_MARK:
            mark.set("halign", "left")


def elements(root: _Element, path: str) -> list[_Element]:
    """The elements at an XPath."""
    found: Any = root.xpath(path)
    return list(found)


def keep_common_multirests(root: _Element) -> None:
    """The signs of multi-measure rests where all parts rest, in every part; no others.

    Verovio condenses the measures of all parts where one of them has the sign.
    """
    lengths: dict[int, int] = {}
    for index, length in _multirests(root):
        lengths[index] = min(length, lengths.get(index, length))
    remove_multirests(root)
    end = 0
    for index, length in sorted(lengths.items()):
        if index >= end and _all_rest(root, index, length):
            end = index + length
            for part in root.findall("part"):
                _add_multirest(part.findall("measure")[index], length)


def remove_multirests(root: _Element) -> None:
    """Remove multi-measure rests, so that every measure is engraved and can be counted."""
    for style in elements(root, "//measure-style[multiple-rest]"):
        _remove(style)


def condensed_measures(root: _Element) -> frozenset[int]:
    """The indices of the measures that are drawn as a multi-measure rest."""
    return frozenset(index + offset for index, length in _multirests(root) for offset in range(length))


def _multirests(root: _Element) -> Iterator[tuple[int, int]]:
    """The index of the first measure and the length of each sign, part by part."""
    for part in root.findall("part"):
        for index, measure in enumerate(part.findall("measure")):
            for rest in measure.findall("attributes/measure-style/multiple-rest"):
                if (rest.text or "").strip().isdecimal():
                    yield index, int(rest.text or 0)


def _add_multirest(measure: _Element, length: int) -> None:
    attributes = measure.find("attributes")
    if attributes is None:
        attributes = measure.makeelement("attributes")
        measure.insert(0, attributes)
    style, rest = measure.makeelement("measure-style"), measure.makeelement("multiple-rest")
    rest.text = str(length)
    style.append(rest)
    attributes.append(style)


def is_verse_number(text: str) -> bool:
    """Whether verovio draws a text of lyrics as the number of a verse, as the `1.` before a syllable."""
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def rests(measure: _Element) -> bool:
    """Whether a measure of a part has no notes but rests."""
    return all(note.find("rest") is not None for note in measure.iterfind("note"))


def may_condense(root: _Element) -> bool:
    """Whether staves that rest in a whole system may be hidden: in scores of many staves that are never silent."""
    parts = root.findall("part")
    staves = sum(max([1, *(int(_number(each.text) or 1) for each in part.iter("staves"))]) for part in parts)
    columns = zip(*(part.findall("measure") for part in parts), strict=False)
    silent = "".join("r" if all(map(rests, column)) else "n" for column in columns)
    return staves >= _CONDENSED_STAVES and "rrr" not in silent


def _all_rest(root: _Element, start: int, length: int) -> bool:
    """Whether all parts rest in at least two measures, without marks that a multi-measure rest would hide."""
    if length < 2:
        return False
    for part in root.findall("part"):
        measures = part.findall("measure")[start : start + length]
        if len(measures) < length or not all(
            rests(measure) and _is_plain(measure, first=index == 0) for index, measure in enumerate(measures)
        ):
            return False
    return True


def _is_plain(measure: _Element, *, first: bool) -> bool:
    """Whether a multi-measure rest hides nothing of the measure."""
    changes = () if first else ("attributes/key", "attributes/time", "attributes/clef", "print")
    marks = ("note/notations", "note/lyric", *changes)
    return {child.tag for child in measure} <= _REST_ITEMS and all(measure.find(mark) is None for mark in marks)


def _trim(root: _Element) -> None:
    """Remove blanks and line breaks around numbers and names: verovio reads a root altered by ` -1 ` as natural."""
    for element in elements(root, "//*[not(*) and string() != normalize-space()]"):
        if element.tag not in _PROSE:
            element.text = (element.text or "").strip()


def _remove_what_verovio_cannot_read(root: _Element) -> None:
    """Remove what verovio crashes on, and what would drop or change notes.

    It crashes on a part of 0 staves and ends on a measure that does not control others. It drops the notes of a
    chord if a later one has a beam, and draws measure repeats of any length as single ones. Pages show written
    pitch, so <transpose> is removed, by which verovio would change key signatures. It shows hidden alterations of
    numerals, and hides a staff in the one measure that says so. The name of a single part stands on its first system.
    """
    unwanted = (
        "//staves[.='0'] | //transpose | //numeral-alter[@print-object='no'] | //note[chord]/beam"
        " | //measure-style[measure-repeat > 1 or (measure-repeat and @number)]"
        " | //part-list[count(score-part) = 1]/score-part/part-abbreviation"
    )
    for element in elements(root, unwanted):
        _remove(element)
    for measure in elements(root, "//measure[@non-controlling]"):
        del measure.attrib["non-controlling"]
    for details in elements(root, "//staff-details[@print-object='no']"):
        del details.attrib["print-object"]


def _complete_parts(root: _Element) -> None:
    """Attributes for a part without any, which verovio would omit."""
    for part in root.findall("part"):
        first = part.find("measure")
        if first is not None and first.find("attributes") is None:
            attributes, divisions = root.makeelement("attributes"), root.makeelement("divisions")
            divisions.text = "1"
            attributes.append(divisions)
            first.insert(0, attributes)


def _equalise_measure_numbers(root: _Element) -> None:
    """Number the measures of all parts like the first: verovio drops measures that have another number."""
    numbers: list[str] = []
    for part in root.findall("part"):
        for index, measure in enumerate(part.findall("measure")):
            if index < len(numbers):
                measure.set("number", numbers[index])
            else:
                numbers.append(measure.get("number", ""))


def _join_blank_elisions(root: _Element) -> None:
    """Two texts joined by an elision of blanks become one: verovio would draw an undertie."""
    for elision in list(root.iter("elision")):
        following = elision.getnext()
        previous = elision.getprevious()
        if not elision.text or elision.text.strip() or previous is None or previous.tag != "text":
            continue
        if following is not None and following.tag == "syllabic":
            _replace_syllabic(elision, following)
            following = elision.getnext()
        if following is not None and following.tag == "text" and not is_verse_number(previous.text or ""):
            following.text = f"{previous.text or ''}\N{NO-BREAK SPACE}{following.text or ''}"
            _remove(previous)
            _remove(elision)


def _replace_syllabic(elision: _Element, later: _Element) -> None:
    """The syllabic of the second text holds for both, since it says whether a hyphen follows."""
    own = elements(elision, "preceding-sibling::syllabic")
    if own:
        own[0].text = later.text
        _remove(later)


def _complete_types(root: _Element) -> None:
    """Note types where they are missing, by the duration; verovio takes a rest without type for a whole measure."""
    for part in elements(root, "//part[measure/note[not(type) and not(grace)]]"):
        divisions, length = Fraction(1), Fraction(4)
        for measure in part.findall("measure"):
            for child in measure:
                if child.tag == "attributes":
                    divisions = _number(child.findtext("divisions")) or divisions
                    length = _measure_length(child) or length
                elif child.tag == "note" and child.find("type") is None:
                    _add_type(child, divisions, length)


def _add_type(note: _Element, divisions: Fraction, measure: Fraction) -> None:
    duration = (_number(note.findtext("duration")) or Fraction(0)) / divisions
    rest = note.find("rest")
    if duration <= 0 or (rest is not None and (rest.get("measure") == "yes" or duration == measure)):
        return
    value = NoteValue.of(duration * _ratio(note))
    if value.actual > _MOST_ACTUAL:
        value = _longest_plain(duration)
    before = next((child for child in note if child.tag not in _BEFORE_TYPE), None)
    for tag, text in (("type", value.type), *(("dot", None),) * value.dots):
        if tag == "dot" and note.find("dot") is not None:
            continue
        element = note.makeelement(tag)
        element.text = text
        if before is None:
            note.append(element)
        else:
            before.addprevious(element)


def _longest_plain(duration: Fraction) -> NoteValue:
    """The longest value without a tuplet that is not longer than the duration, or the shortest of all."""
    values = (NoteValue(name, dots) for name in NOTE_TYPES for dots in (0, 1))
    return max(
        (value for value in values if value.duration <= duration),
        key=lambda value: value.duration,
        default=NoteValue("1024th"),
    )


def _ratio(note: _Element) -> Fraction:
    actual = _number(note.findtext("time-modification/actual-notes"))
    normal = _number(note.findtext("time-modification/normal-notes"))
    return actual / normal if actual and normal else Fraction(1)


def _measure_length(attributes: _Element) -> Fraction | None:
    beats, unit = _number(attributes.findtext("time/beats")), _number(attributes.findtext("time/beat-type"))
    return 4 * beats / unit if beats and unit else None


def _number(text: str | None) -> Fraction | None:
    try:
        return exact_number(text) if text else None
    except ValueError:
        return None


def _remove(element: _Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
