"""The page of an explanation: the engraved score with coloured notes, and the data of each note.

The page is one file that loads nothing: it contains pictures, styles, data and script, and its content security policy
allows only these, by their hashes. All text of the score is escaped.
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
"""Number of colours: one per bit of surprisal, the last for all higher values."""

_FOLDER = Path(__file__).with_name("explanation")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_NOTE = re.compile(r'<g id="([gn]\d+)((?:-\d+)?)" class="note')


def explanation_page(
    data: Mapping[str, Any],
    pages: Sequence[str],
    faces: str,
    command: str,
    plan: Sequence[str] = (),
    ranking: Sequence[str] = (),
) -> bytes:
    """The page of an explanation in JSON values, with SVG pages whose notes have the ids of the explanation.

    `faces` are the CSS rules of the fonts of the pages; `command` reproduces the page; `plan` are the lines of the
    harmonic plan, `ranking` those of the costs of the draft.
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
        plan=escape("\n".join(plan)),
        ranking=escape("\n".join(ranking)) or "The score does not record it.",
        facts=escape(_facts(data)),
        command=escape(command),
        data=_as_script_data(data),
    )
    return filled.encode()


def letters(data: Mapping[str, Any]) -> str:
    """The characters of the text on the page outside its pictures, as far as they can be foreseen."""
    names = [data["title"], data["composer"], *data["notices"], *(voice["name"] for voice in data["voices"])]
    text = "".join(name for name in names if name) + _file("page.js") + "0123456789⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉°ø+"
    return "".join(sorted({*string.printable.strip(), *(letter for letter in text if letter.isprintable())}))


def step_of(nats: float) -> int:
    """The colour index of a surprisal: its integer part in bits."""
    return min(STEPS - 1, max(0, int(nats / math.log(2))))


def _file(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _coloured(page: str, colours: Mapping[str, str]) -> str:
    """The page with a colour class for each note. A note with an id but without an explanation was given."""

    def with_class(match: re.Match[str]) -> str:
        return f'<g id="{match[1]}{match[2]}" class="note {colours.get(match[1], "given")}'

    return _NOTE.sub(with_class, page)


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
    """JSON that cannot close the script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _facts(data: Mapping[str, Any]) -> str:
    mean = data["mean_nats"]
    facts = f"{len(data['notes'])} notes explained"
    if mean is not None:
        facts += f", on average one chance in {math.exp(mean):.2f} per note ({mean / math.log(2):.2f} bits)"
    version, checksum = data["version"], data["weights"][:12]
    return f"{facts}; rules: {data['rules']}; scoregen {version}, weights {checksum}; command:"
