"""Makes Capella files: archives of CapXML 2 with staves and voices."""

from __future__ import annotations

import io
import zipfile

from lxml import etree

HEAD = '<clefSign clef="treble"/><keySign fifths="0"/><timeSign time="3/4"/>'


def chord(pitches: str, base: str = "1/4", inside: str = "", tie: str = "", more: str = "", **attributes: str) -> str:
    own = "".join(f' {name}="{value}"' for name, value in attributes.items())
    heads = "".join(f'<head pitch="{pitch}">{tie}</head>' for pitch in pitches.split("+"))
    return f'<chord><duration base="{base}"{own}>{inside}</duration>{more}<heads>{heads}</heads></chord>'


def rest(base: str) -> str:
    return f'<rest><duration base="{base}"/></rest>'


def staff(name: str, *voices: str) -> str:
    inner = "".join(f"<voice><noteObjects>{voice}</noteObjects></voice>" for voice in voices)
    return f'<staff layout="{name}" defaultTime="3/4"><voices>{inner}</voices></staff>'


def file(*systems: str, transpose: int = 0) -> bytes:
    layout = (
        '<layout><staves><staffLayout description="a"><notation defaultClef="treble"/>'
        f'<sound instr="0" volume="80" transpose="{transpose}"/></staffLayout></staves></layout>'
    )
    inner = "".join(f"<system><staves>{system}</staves></system>" for system in systems)
    text = f'<score xmlns="http://www.capella.de/CapXML/2.0">{layout}<systems>{inner}</systems></score>'
    root = etree.fromstring(text)
    etree.indent(root)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("score.xml", etree.tostring(root, xml_declaration=True, encoding="utf-8"))
    return data.getvalue()


CHOIR = file(
    staff(
        "a",
        HEAD + chord("C5") + '<barline type="single"/>' + chord("E5", "1/2") + chord("F5"),
        HEAD + chord("A4") + '<barline type="single"/>' + chord("C5", "1/2") + chord("D5"),
    ),
    staff("a", chord("G5", "1/2", dots="1") + '<barline type="end"/>', chord("E5", "1/2", dots="1")),
)
