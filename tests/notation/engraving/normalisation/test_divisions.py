"""Divisions that change inside a part."""

from fractions import Fraction

import pytest
from lxml import etree

from scoregen.notation.engraving.normalisation.divisions import unify_divisions


def part(*measures: str) -> etree._Element:
    body = "".join(f"<measure>{content}</measure>" for content in measures)
    return etree.fromstring(f"<score-partwise><part>{body}</part></score-partwise>")


def quarters(root: etree._Element) -> list[Fraction]:
    """The lengths in quarters, in document order."""
    current, lengths = 1, []
    for element in root.iter("divisions", "duration", "offset"):
        if element.tag == "divisions":
            current = int(element.text or 0)
        else:
            lengths.append(Fraction(int(element.text or 0), current))
    return lengths


CHANGING = (
    "<attributes><divisions>1</divisions></attributes><note><duration>4</duration></note>"
    "<backup><duration>4</duration></backup><attributes><divisions>2</divisions></attributes>"
    "<note><duration>3</duration></note><note><duration>5</duration></note>"
    "<attributes><divisions>1</divisions></attributes>",
    "<direction><offset>-1</offset></direction><note><duration>2</duration></note>"
    "<attributes><divisions>3</divisions></attributes><note><duration>1</duration></note>",
)


def test_lengths_stay_the_same_with_one_number_of_divisions() -> None:
    root = part(*CHANGING)
    before = quarters(root)
    unify_divisions(root)
    assert quarters(root) == before == [4, 4, Fraction(3, 2), Fraction(5, 2), -1, 2, Fraction(1, 3)]
    assert {element.text for element in root.iter("divisions")} == {"6"}


@pytest.mark.parametrize("divisions", ["1", "x", ""])
def test_a_part_with_one_number_stays_as_it_is(divisions: str) -> None:
    root = part(f"<attributes><divisions>{divisions}</divisions></attributes><note><duration>4</duration></note>")
    before = etree.tostring(root)
    unify_divisions(root)
    assert etree.tostring(root) == before
