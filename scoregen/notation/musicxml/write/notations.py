"""The notations of a note: ties, slurs, tuplet brackets, articulations, fermatas, lyrics."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from scoregen.notation.musicxml.write.elements import add
from scoregen.notation.musicxml.write.spanners import SlurMark
from scoregen.notation.musicxml.write.tuplets import TupletBrackets
from scoregen.score.elements import Lyric, Note, Rest

ARTICULATIONS = (
    *("accent", "strong-accent", "staccato", "tenuto", "detached-legato", "staccatissimo", "spiccato", "scoop"),
    *("plop", "doit", "falloff", "breath-mark", "caesura", "stress", "unstress", "soft-accent", "other-articulation"),
)
_NO_TOKEN = re.compile(r"[^\w.:-]")
"""The characters that the schema does not accept in the number of a verse."""
_SYLLABIC = ("single", "begin", "middle", "end")


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
    """Append one syllable of one verse, or the end of a melisma line."""
    element = add(parent, "lyric", attributes={"number": _NO_TOKEN.sub("-", "".join(lyric.verse.split())) or "1"})
    if not lyric.text:
        add(element, "extend", attributes={"type": "stop"})
        return
    add(element, "syllabic", lyric.syllabic if lyric.syllabic in _SYLLABIC else "single")
    add(element, "text", lyric.text)
    if lyric.extend:
        add(element, "extend")


def _tuplet(notations: etree._Element, order: int, brackets: TupletBrackets) -> None:
    for indices, name in ((brackets.stops, "stop"), (brackets.starts, "start")):
        if order in indices:
            add(notations, "tuplet", attributes={"type": name})


def _articulations(notations: etree._Element, names: Sequence[str]) -> None:
    """Articulations by MusicXML's names; other names as <other-articulation>."""
    parent = add(notations, "articulations")
    for name in names:
        if name in ARTICULATIONS:
            add(parent, name)
        else:
            add(parent, "other-articulation", name)
