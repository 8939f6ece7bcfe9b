"""Small MusicXML documents for the tests of the engraver, and what is drawn on a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from scoregen.notation.engraving.options import EngravingOptions
from scoregen.notation.engraving.pages import Engraving, engrave_and_compare

SVG = "{http://www.w3.org/2000/svg}"
ATTRIBUTES = (
    "<attributes><divisions>12</divisions><key><fifths>0</fifths></key><time><beats>4</beats><beat-type>4</beat-type>"
    "</time><clef><sign>G</sign><line>2</line></clef></attributes>"
)


def note(pitch: str = "C5", duration: int = 12, kind: str = "quarter", more: str = "", *, chord: bool = False) -> str:
    """A note; `more` follows its type."""
    return (
        f"<note>{'<chord/>' if chord else ''}<pitch><step>{pitch[0]}</step><octave>{pitch[1]}</octave></pitch>"
        f"<duration>{duration}</duration><voice>1</voice>{f'<type>{kind}</type>' if kind else ''}{more}</note>"
    )


def rest(more: str = "") -> str:
    return f"<note><rest measure='yes'/><duration>48</duration><voice>1</voice>{more}</note>"


def lyric(text: str, number: str | None = "1") -> str:
    numbered = "" if number is None else f" number='{number}'"
    return f"<lyric{numbered}><syllabic>single</syllabic><text>{text}</text></lyric>"


def document(*parts: Sequence[str], names: Sequence[str] = ()) -> bytes:
    """A score of parts, each the content of its measures; the first measure gets attributes if it has none."""
    declared, bodies = [], []
    for number, measures in enumerate(parts, 1):
        name = names[number - 1] if names else f"Part {number}"
        declared.append(f"<score-part id='P{number}'><part-name>{name}</part-name></score-part>")
        first = "" if "<attributes>" in measures[0] and "<clef>" in measures[0] else ATTRIBUTES
        texts = [
            content if content.startswith("<measure ") else f"<measure number='{index}'>{content}</measure>"
            for index, content in enumerate((first + measures[0], *measures[1:]), 1)
        ]
        bodies.append(f"<part id='P{number}'>{''.join(texts)}</part>")
    return (
        f"<score-partwise version='4.0'><part-list>{''.join(declared)}</part-list>{''.join(bodies)}</score-partwise>"
    ).encode()


def drawn(text: bytes, **options: object) -> Engraving:
    """The pages without fonts, and what they lack."""
    return engrave_and_compare(text, EngravingOptions(embed_fonts=False, **options))  # type: ignore[arg-type]


def texts(page: str, group: str) -> list[str]:
    """The text of each group of a class."""
    root = ElementTree.fromstring(page)
    groups = [item for item in root.iter(f"{SVG}g") if (item.get("class") or "").split()[:1] == [group]]
    return ["".join("".join(text.itertext()) for text in item.iter(f"{SVG}text")) for item in groups]


def heads(page: str) -> list[str]:
    """The glyphs of all noteheads and rests: E0A4 is black, E0A3 a half note, E4E5 a quarter rest."""
    return re.findall(r"#(E0A[234]|E4E[3-7])-", page.partition("</defs>")[2])
