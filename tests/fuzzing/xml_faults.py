"""Faults in XML by its structure: elements and attributes dropped, doubled, moved, exchanged, with extreme values."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence

from lxml import etree

from tests.fuzzing import extremes

Fault = Callable[[list["etree._Element"], random.Random], None]


def with_faults(text: bytes, others: Sequence[bytes], source: random.Random) -> bytes:
    """The text with one to five faults; parts of `others` may be put into it."""
    parser = etree.XMLParser(remove_blank_text=False, resolve_entities=False)
    root = etree.fromstring(text, parser)
    donor = etree.fromstring(source.choice(others), parser)
    for _ in range(source.choice((1, 1, 2, 3, 5))):
        elements = [each for each in root.iter() if isinstance(each.tag, str)]
        if len(elements) < 3:
            break
        if source.random() < 0.12:
            _graft(elements, donor, source)
        else:
            source.choice(FAULTS)(elements, source)
    return bytes(etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True))


def _below(elements: Sequence[etree._Element], source: random.Random) -> etree._Element:
    """Any element but the root."""
    return elements[source.randrange(1, len(elements))]


def _drop(elements: list[etree._Element], source: random.Random) -> None:
    chosen = _below(elements, source)
    parent = chosen.getparent()
    if parent is not None:
        parent.remove(chosen)


def _double(elements: list[etree._Element], source: random.Random) -> None:
    chosen = _below(elements, source)
    for _ in range(source.choice((1, 1, 1, 2, 30))):
        chosen.addnext(copy.deepcopy(chosen))


def _exchange(elements: list[etree._Element], source: random.Random) -> None:
    """Two elements, often of one kind, change their content, attributes and name."""
    one, other = _below(elements, source), _below(elements, source)
    same = [each for each in elements[1:] if each.tag == one.tag]
    other = source.choice(same) if source.random() < 0.5 else other
    if one is other or one in other.iterancestors() or other in one.iterancestors():
        return
    first, second = copy.deepcopy(one), copy.deepcopy(other)
    for place, new in ((one, second), (other, first)):
        parent = place.getparent()
        if parent is not None:
            parent.replace(place, new)


def _move(elements: list[etree._Element], source: random.Random) -> None:
    chosen, target = _below(elements, source), source.choice(elements)
    if target is not chosen and chosen not in target.iterancestors():
        target.insert(source.randrange(len(target) + 1), chosen)


def _rename(elements: list[etree._Element], source: random.Random) -> None:
    _below(elements, source).tag = _below(elements, source).tag


def _retext(elements: list[etree._Element], source: random.Random) -> None:
    leaves = [each for each in elements if not len(each)]
    chosen = source.choice(leaves or elements)
    words = [each.text for each in leaves if each.text]
    chosen.text = source.choice(words) if words and source.random() < 0.3 else extremes.text(source)


def _attribute(elements: list[etree._Element], source: random.Random) -> None:
    owners = [each for each in elements if each.attrib]
    if not owners:
        return
    chosen = source.choice(owners)
    name = source.choice([str(each) for each in chosen.attrib])
    fate = source.random()
    if fate < 0.3:
        del chosen.attrib[name]
    elif fate < 0.5:
        source.choice(elements).set(name, str(chosen.get(name)))
    else:
        chosen.set(name, extremes.text(source))


def _empty(elements: list[etree._Element], source: random.Random) -> None:
    chosen = source.choice(elements)
    for child in list(chosen):
        chosen.remove(child)
    chosen.text = None


def _wrap(elements: list[etree._Element], source: random.Random) -> None:
    chosen = _below(elements, source)
    parent = chosen.getparent()
    if parent is None:
        return
    place = parent.index(chosen)
    for _ in range(source.choice((1, 2, 200))):
        shell = etree.Element(_below(elements, source).tag)
        shell.append(chosen)
        chosen = shell
    parent.insert(place, chosen)


def _unwrap(elements: list[etree._Element], source: random.Random) -> None:
    """The children of an element in its place."""
    chosen = _below(elements, source)
    parent = chosen.getparent()
    if parent is not None:
        place = parent.index(chosen)
        for child in reversed(list(chosen)):
            parent.insert(place, child)
        parent.remove(chosen)


def _graft(elements: list[etree._Element], donor: etree._Element, source: random.Random) -> None:
    parts = [each for each in donor.iter() if isinstance(each.tag, str)]
    tag = source.choice(parts).tag
    goals = [each for each in elements if each.tag == getattr(source.choice(parts).getparent(), "tag", tag)]
    goal = source.choice(goals or elements)
    goal.insert(source.randrange(len(goal) + 1), copy.deepcopy(source.choice([p for p in parts if p.tag == tag])))


FAULTS: tuple[Fault, ...] = (
    *(_drop, _double, _exchange, _move, _rename, _retext, _retext, _retext, _attribute, _attribute),
    *(_empty, _wrap, _unwrap),
)
