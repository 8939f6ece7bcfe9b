"""Inserts elements into an existing document; its order and indentation are kept."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

_STEP = "  "


def insert(parent: etree._Element, index: int, element: etree._Element) -> None:
    """Insert a child, indented like its siblings."""
    children = list(parent)
    replace_children(parent, [*children[:index], element, *children[index:]])


def insert_after(sibling: etree._Element, element: etree._Element) -> None:
    parent = sibling.getparent()
    assert parent is not None  # the sibling is inside a document
    insert(parent, parent.index(sibling) + 1, element)


def replace_children(parent: etree._Element, children: Sequence[etree._Element]) -> None:
    """Give the parent these children; new ones get its indentation."""
    old = list(parent)
    inner = parent.text if _is_blank(parent.text) else None
    outer = old[-1].tail if old else None
    if not old and _is_blank(parent.tail):
        inner, outer = (parent.tail or "") + _STEP, parent.tail
    known = set(old)
    for child in old:
        parent.remove(child)
    for child in children:
        if inner is not None and child not in known:
            _indent(child, inner)
        parent.append(child)
        child.tail = inner if child not in known or child is old[-1] else child.tail
    if inner is not None:
        parent.text = inner
    if children:
        children[-1].tail = outer


def _is_blank(text: str | None) -> bool:
    return text is not None and "\n" in text and not text.strip()


def _indent(element: etree._Element, before: str) -> None:
    """Indent the children of a new element one step deeper than the element."""
    margin = before.rsplit("\n", 1)[-1]
    etree.indent(element, space=_STEP)
    for inner in element.iter():
        for name in ("text", "tail"):
            text = getattr(inner, name)
            if _is_blank(text) and (inner is not element or name == "text"):
                setattr(inner, name, text.replace("\n", "\n" + margin))
