"""What verovio 6.4 misreads or cannot read, put into a form that it draws; on its copy of the document only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoregen.notation.engraving.normalisation.accidentals import complete_accidentals
from scoregen.notation.engraving.normalisation.chord_texts import print_degrees_once
from scoregen.notation.engraving.normalisation.divisions import unify_divisions
from scoregen.notation.engraving.normalisation.lyric_lines import number_lyric_lines
from scoregen.notation.engraving.normalisation.multirests import keep_common_multirests, rests
from scoregen.notation.engraving.normalisation.note_types import complete_types
from scoregen.notation.engraving.normalisation.tree import elements, number, remove
from scoregen.notation.engraving.normalisation.tuplets import divide_tuplets

if TYPE_CHECKING:
    from lxml.etree import _Element

_PROSE = frozenset(
    ("text", "elision", "words", "credit-words", "rehearsal", "display-text", "other-dynamics", "other-direction")
)
"""Elements whose blanks are part of the text."""
_LONG_MARK = 3
"""The most characters of a rehearsal mark that stands over the middle of its barline."""


def normalise(root: _Element) -> None:
    """Change what verovio would draw wrong, drop or crash on."""
    _trim(root)
    _remove_hidden_parts(root)
    _remove_what_verovio_cannot_read(root)
    unify_divisions(root)
    _complete_parts(root)
    _equalise_measure_numbers(root)
    keep_common_multirests(root)
    _join_blank_elisions(root)
    number_lyric_lines(root)
    complete_types(root)
    complete_accidentals(root)
    print_degrees_once(root)
    divide_tuplets(root)
    _begin_at_measure(root)


def _remove_hidden_parts(root: _Element) -> None:
    """Remove the parts that the document hides throughout and that say nothing, as long as one is left."""
    parts = root.findall("part")
    hidden = [part for part in parts if _is_hidden(part)]
    for part in hidden if len(hidden) < len(parts) else ():
        for own in elements(root, "//score-part"):
            if own.get("id") == part.get("id"):
                remove(own)
        remove(part)


def _is_hidden(part: _Element) -> bool:
    """Whether no system shows the only staff of a part, and it has neither notes nor marks."""
    details = [each.get("print-object") for each in part.iter("staff-details") if each.get("print-object")]
    several = any((number(each.text) or 1) > 1 for each in part.iter("staves"))
    silent = all(map(rests, part.findall("measure"))) and part.find("measure/direction") is None
    return set(details) == {"no"} and not several and silent and part.find("measure/harmony") is None


def _begin_at_measure(root: _Element) -> None:
    """Let a rehearsal mark of words begin where its measure does: verovio centres it there, in part off the page."""
    for mark in elements(root, "//rehearsal[not(@halign)]"):
        if len(mark.text or "") > _LONG_MARK:
            mark.set("halign", "left")


def is_verse_number(text: str) -> bool:
    """Whether verovio draws a text of lyrics as the number of a verse, as the `1.` before a syllable."""
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


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
        remove(element)
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
            remove(previous)
            remove(elision)


def _replace_syllabic(elision: _Element, later: _Element) -> None:
    """The syllabic of the second text holds for both, since it says whether a hyphen follows."""
    own = elements(elision, "preceding-sibling::syllabic")
    if own:
        own[0].text = later.text
        remove(later)
