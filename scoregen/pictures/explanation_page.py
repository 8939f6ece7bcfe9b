"""The page of an explanation: the engraved score, its notes coloured, and all that stands behind each of them.

One file that asks nobody for anything: pictures, styles, data and script are inside it, and its content
security policy allows only those (by their hashes). Text of the score is escaped wherever it stands.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import string
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

STEPS = 6
"""Colours: one a bit of surprisal, the last for all that is beyond."""

_FOLDER = Path(__file__).with_name("explanation")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_NOTE = re.compile(r'<g id="([gn]\d+)((?:-\d+)?)" class="note')


def explanation_page(data: Mapping[str, Any], pages: Sequence[str], faces: str, command: str) -> bytes:
    """The page of an explanation as plain values, with SVG pages whose notes carry its names as ids.

    `faces` are the CSS rules of the fonts that the pages are set in, `command` what makes the page again.
    """
    svg_styles = dict.fromkeys(style for page in pages for style in _STYLE.findall(page))
    style = f"\n{faces}\n{''.join(svg_styles)}\n{_file('page.css')}"
    script = f"\n{_file('page.js')}"
    colours = {note["id"]: f"s{step_of(note['nats'])}" for note in data["notes"]}
    title = data["title"] or "A score"
    filled = Template(_file("page.html")).substitute(
        policy=_policy(style, script),
        title=escape(f"{title} – explained"),
        heading=escape(title),
        composer=escape(data["composer"] or ""),
        given=" Grey notes were given." if data["given_notes"] else "",
        style=style,
        script=script,
        pages="\n".join(_coloured(_STYLE.sub("", page), colours) for page in pages),
        notices="".join(f"<li>{escape(notice)}</li>" for notice in data["notices"]),
        facts=escape(_facts(data)),
        command=escape(command),
        data=_as_script_data(data),
    )
    return filled.encode()


def letters(data: Mapping[str, Any]) -> str:
    """Every character that the page sets as text beside its pictures, or nearly."""
    names = [data["title"], data["composer"], *data["notices"], *(voice["name"] for voice in data["voices"])]
    told = "".join(name for name in names if name) + _file("page.js") + "0123456789⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉°ø+"
    return "".join(sorted({*string.printable.strip(), *(letter for letter in told if letter.isprintable())}))


def step_of(nats: float) -> int:
    """The colour of a surprisal: its whole bits."""
    return min(STEPS - 1, max(0, int(nats / math.log(2))))


def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _coloured(page: str, colours: Mapping[str, str]) -> str:
    """The page with a class for the colour of each note; a note that is named but not explained was given."""

    def named(found: re.Match[str]) -> str:
        return f'<g id="{found[1]}{found[2]}" class="note {colours.get(found[1], "given")}'

    return _NOTE.sub(named, page)


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _as_script_data(data: Mapping[str, Any]) -> str:
    """JSON that no text can break out of."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _facts(data: Mapping[str, Any]) -> str:
    mean = data["mean_nats"]
    found = f"{len(data['notes'])} notes explained"
    if mean is not None:
        found += f", one chance in {math.exp(mean):.2f} a note on average ({mean / math.log(2):.2f} bits)"
    version, checksum = data["version"], data["weights"][:12]
    return f"{found}; rules: {data['rules']}; scoregen {version}, weights {checksum}; made by:"
