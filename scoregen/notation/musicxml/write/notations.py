"""The notations of a note: ties, slurs, tuplet brackets, articulations, fermatas, lyrics."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from scoregen.notation.musicxml.note_marks import ARTICULATIONS, ELISION, ORNAMENTS, TECHNIQUES
from scoregen.notation.musicxml.write.elements import add
from scoregen.notation.musicxml.write.spanners import SlurMark
from scoregen.notation.musicxml.write.tuplets import TupletBrackets
from scoregen.score.elements import SYLLABICS, Lyric, Note, Rest

_GROUPS = {"ornaments": ORNAMENTS, "technical": TECHNIQUES}
_NO_TOKEN = re.compile(r"[^\w.:-]")
"""The characters that the schema does not accept in the number of a verse."""


def write_notations(
    parent: etree._Element,
    item: Note | Rest,
    ties: Sequence[str],
    brackets: TupletBrackets | None,
    order: int,
    slurs: Sequence[SlurMark] = (),
    *,
    below: bool = False,
) -> None:
    """Append the <notations> of a note or rest, if it has any; only the first note of a chord has a bracket.

    The fermata of a voice below another is inverted.
    """
    notations = etree.Element("notations")
    for name in ties:
        add(notations, "tied", attributes={"type": name})
    for slur in slurs:
        placement = {"placement": slur.placement} if slur.placement is not None else {}
        add(notations, "slur", attributes={"type": slur.type, "number": str(slur.number), **placement})
    if brackets is not None and order not in brackets.alone:
        _tuplet(notations, order, brackets)
    if isinstance(item, Note) and item.articulations:
        _articulations(notations, item.articulations)
    if item.fermata:
        add(notations, "fermata", attributes={"type": "inverted" if below else "upright"})
    if len(notations):
        parent.append(notations)


def write_lyric(parent: etree._Element, lyric: Lyric) -> None:
    """Append the syllables under a note of one verse, or the end of a melisma line."""
    element = add(parent, "lyric", attributes={"number": _NO_TOKEN.sub("-", "".join(lyric.verse.split())) or "1"})
    if not lyric.text:
        add(element, "extend", attributes={"type": "stop"})
        return
    syllables = [text for text in lyric.text.split(ELISION) if text.strip()] or [lyric.text]
    for place, text in enumerate(syllables):
        if place:
            add(element, "elision", ELISION)
        goes_on = place == len(syllables) - 1 and lyric.syllabic in ("begin", "middle")
        add(element, "syllabic", SYLLABICS[place == 0 and lyric.syllabic in ("middle", "end"), goes_on])
        add(element, "text", text)
    if lyric.extend:
        add(element, "extend")


def _tuplet(notations: etree._Element, order: int, brackets: TupletBrackets) -> None:
    for indices, name in ((brackets.stops, "stop"), (brackets.starts, "start")):
        if order in indices:
            add(notations, "tuplet", attributes={"type": name})


def _articulations(notations: etree._Element, names: Sequence[str]) -> None:
    """Ornaments, techniques and articulations by MusicXML's names; other names as <other-articulation>."""
    for group, known in _GROUPS.items():
        if own := [name for name in names if name in known]:
            parent = add(notations, group)
            for name in own:
                add(parent, name)
    if own := [name for name in names if not any(name in known for known in _GROUPS.values())]:
        parent = add(notations, "articulations")
        for name in own:
            if name in ARTICULATIONS:
                add(parent, name)
            else:
                add(parent, "other-articulation", name)
