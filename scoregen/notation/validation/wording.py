"""The messages of the schema validator (libxml2) in plain words: what was found, and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from scoregen.system.errors import Place

_MOST_NAMED = 6


def in_plain_words(found: Iterable[tuple[Place, str]]) -> Iterator[tuple[Place, str]]:
    """Each message in plain words; of the two that libxml2 has for one wrong value, the first."""
    wrong: tuple[Place, str] | None = None
    for place, message in found:
        subject = (place, message.partition(": ")[0])
        if not (subject == wrong and _VALUE.match(message)):
            yield place, plain_message(message)
        wrong = subject if "[facet " in message else None


def plain_message(message: str) -> str:
    """One message in plain words; one of an unknown form stays as it is."""
    for pattern, words in _FORMS:
        if found := pattern.match(message):
            return words(found)
    return message


def _in(found: re.Match[str]) -> str:
    """Where the value stands."""
    return f"attribute {found['attribute']} of <{found['element']}>" if found["attribute"] else f"<{found['element']}>"


def _elements(names: str) -> str:
    return _some([f"<{name.strip()}>" for name in names.split(",")])


def _some(names: list[str]) -> str:
    """A list, cut short if it is long."""
    shown = names if len(names) <= _MOST_NAMED else [*names[:_MOST_NAMED], "…"]
    return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"


_QUOTED = re.compile("'([^']*)'")
_SUBJECT = r"Element '(?P<element>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: "
_VALUE = re.compile(_SUBJECT + r"'(?P<value>.*)' is not a valid value of the (?:atomic|union|list) type '.*'\.$")
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(_SUBJECT + r"This element is not expected\. Expected is (?:one of )?\( (?P<names>.*) \)\.$"),
        lambda found: f"found <{found['element']}>; expected {_elements(found['names'])} at this place",
    ),
    (
        re.compile(_SUBJECT + r"This element is not expected\.$"),
        lambda found: f"found <{found['element']}>; expected no such element at this place",
    ),
    (
        re.compile(_SUBJECT + r"Missing child element\(s\)\. Expected is (?:one of )?\( (?P<names>.*) \)\.$"),
        lambda found: f"<{found['element']}> is incomplete; expected {_elements(found['names'])} in it",
    ),
    (
        re.compile(_SUBJECT + r"The attribute '(?P<name>.*)' is not allowed\.$"),
        lambda found: f"<{found['element']}> has the attribute {found['name']}; expected none of this name",
    ),
    (
        re.compile(_SUBJECT + r"The attribute '(?P<name>.*)' is required but missing\.$"),
        lambda found: f"<{found['element']}> lacks its attribute {found['name']}",
    ),
    (
        re.compile(
            _SUBJECT + r"\[facet 'enumeration'\] The value '(?P<value>.*)' is not an element of the set (?P<set>.*)$"
        ),
        lambda found: f"found {found['value']!r} in {_in(found)}; expected {_some(_QUOTED.findall(found['set']))}",
    ),
    (
        re.compile(_SUBJECT + r"\[facet '\w+'\] The value '(?P<value>.*?)' .*$"),
        lambda found: f"found {found['value']!r} in {_in(found)}; expected another value",
    ),
    (_VALUE, lambda found: f"found {found['value']!r} in {_in(found)}; expected a value of another kind"),
)
