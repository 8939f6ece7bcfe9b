"""A chord symbol as <harmony>: root, kind, inversion, bass, degrees, in this order."""

from __future__ import annotations

from lxml import etree

from scoregen.notation.musicxml.write.elements import add, decimal
from scoregen.score.chord_symbols import ChordSymbol, Degree, SpelledPitchClass
from scoregen.score.pitch import Interval, Pitch

KINDS = frozenset(
    (
        *("major", "minor", "augmented", "diminished", "dominant", "major-seventh", "minor-seventh"),
        *("diminished-seventh", "augmented-seventh", "half-diminished", "major-minor", "major-sixth"),
        *("minor-sixth", "dominant-ninth", "major-ninth", "minor-ninth", "dominant-11th", "major-11th"),
        *("minor-11th", "dominant-13th", "major-13th", "minor-13th", "suspended-second", "suspended-fourth"),
        *("Neapolitan", "Italian", "French", "German", "pedal", "power", "Tristan", "other", "none"),
    )
)
"""MusicXML's kinds; any other is written as `other`, with its name as text."""


def harmony(symbol: ChordSymbol, transposition: Interval, staff: int) -> etree._Element:
    """The element at the written pitch of a part with this transposition."""
    element = etree.Element("harmony")
    _pitch_class(element, "root", symbol.root, transposition)
    if symbol.kind == "none":
        _hide(element[0])
    known = symbol.kind in KINDS
    text = symbol.text if symbol.text is not None or known else symbol.kind
    add(element, "kind", symbol.kind if known else "other", {"text": text} if text is not None else None)
    if symbol.inversion is not None:
        add(element, "inversion", symbol.inversion)
    if symbol.bass is not None:
        _pitch_class(element, "bass", symbol.bass, transposition)
    for degree in symbol.degrees:
        _degree(element, degree)
    add(element, "staff", staff)
    return element


def _pitch_class(parent: etree._Element, name: str, sounding: SpelledPitchClass, transposition: Interval) -> None:
    written = Pitch(sounding.step, sounding.alter, 4).transposed(-transposition)
    element = add(parent, name)
    add(element, f"{name}-step", written.step)
    if written.alter:
        add(element, f"{name}-alter", decimal(written.alter))


def _hide(root: etree._Element) -> None:
    """Hide a root that the schema requires and that is not printed."""
    root[0].set("text", "")
    for alter in root.iterfind("root-alter"):
        alter.set("print-object", "no")


def _degree(parent: etree._Element, degree: Degree) -> None:
    element = add(parent, "degree")
    add(element, "degree-value", degree.value)
    add(element, "degree-alter", decimal(degree.alter))
    add(element, "degree-type", degree.type)
