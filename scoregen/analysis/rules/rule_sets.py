"""Rule sets: the rules that apply, the severity of each fault, and the limits (`grammars/rules/*.toml`).

A rule set has a table for each rule, with a severity for each kind of fault and with the limits. Rules and kinds
that are not listed are off. `base` names a rule set from which only the differences are listed:

    name = "mine"
    base = "strict"

    [spacing]
    upper = 14        # semitones

    [direct-fifths]
    outer = "note"
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

from scoregen.analysis.rules.findings import Finding, Severity
from scoregen.score.timeline import SoundingNote
from scoregen.system.errors import InputError, Place
from scoregen.system.resources import folder
from scoregen.system.toml_files import parse_toml, toml_text

DEFAULT = "strict"
OFF = "off"
ANY = "any"
"""The kind of a rule without kinds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule set can specify for a rule: the kinds of its faults, and its limits (whole numbers).

    `advice` says what to do about a finding, as the end of its sentence.
    """

    title: str
    short: str  # printed above the staff
    advice: str
    kinds: tuple[str, ...] = (ANY,)
    limits: tuple[str, ...] = ()


_PAIRS = ("outer", "inner")
_OTHER_WAY = "let one of them move the other way or stay"
RULES: dict[str, Rule] = {
    "parallel-fifths": Rule("parallel fifths", "par. 5ths", _OTHER_WAY, (*_PAIRS, "anticipation")),
    "parallel-octaves": Rule("parallel octaves", "par. 8ves", _OTHER_WAY, (*_PAIRS, "doubling")),
    "parallel-unisons": Rule("parallel unisons", "par. unis.", _OTHER_WAY, (*_PAIRS, "doubling")),
    "unison-passage": Rule("passage in unison", "unison", "nothing need be done if it is meant"),
    "contrary-fifths": Rule("fifths in contrary motion", "contr. 5ths", "lead one of them to another interval", _PAIRS),
    "contrary-octaves": Rule(
        "octaves in contrary motion", "contr. 8ves", "lead one of them to another interval", _PAIRS
    ),
    "unequal-fifths": Rule("unequal fifths", "uneq. 5ths", "lead the diminished fifth inward to a third", _PAIRS),
    "direct-fifths": Rule(
        "direct fifth", "direct 5th", "let the upper voice step, or move them in contrary motion", _PAIRS
    ),
    "direct-octaves": Rule(
        "direct octave", "direct 8ve", "let the upper voice step, or move them in contrary motion", _PAIRS
    ),
    "direct-unisons": Rule("direct unison", "direct unis.", "approach the unison by contrary motion or by step"),
    "voice-crossing": Rule("voice crossing", "crossing", "exchange the two notes"),
    "voice-overlap": Rule("voice overlap", "overlap", "keep each voice on its side of its neighbour's last note"),
    "spacing": Rule("spacing", "spacing", "bring the voices closer", (ANY,), ("upper", "lowest")),
    "augmented-interval": Rule("augmented interval", "augm.", "move by step or by the diminished inversion"),
    "large-leap": Rule("large leap", "leap", "fill the leap, or take another octave", (ANY,), ("steps", "bass_steps")),
    "range": Rule("range", "range", "change the octave or the chord's voicing", ("outside", "uncomfortable")),
    "doubled-leading-note": Rule("doubled leading note", "leading n. doubled", "double the root or the fifth instead"),
    "unresolved-leading-note": Rule(
        "unresolved leading note", "leading n.", "lead it up, or give it to an inner voice", (*_PAIRS, "falling")
    ),
    "unresolved-seventh": Rule("unresolved seventh", "7th", "lead it down, or take another member of the chord"),
    "unresolved-suspension": Rule(
        "unresolved suspension", "susp.", "lead it down, or strike a chord note instead", ("rising", "leaping")
    ),
    "missing-third": Rule("chord without third", "no 3rd", "let one voice take the third"),
    "doubled-third": Rule("doubled third", "3rd doubled", "double the root or the fifth instead"),
    "six-four": Rule("six-four chord", "6/4", "use root position or first inversion"),
    "retrogression": Rule("dominant to subdominant", "V-IV", "put the subdominant before the dominant"),
    "cross-relation": Rule(
        "cross relation", "cross rel.", "keep both forms of the note in one voice", ("simultaneous", *_PAIRS)
    ),
    "phrase-end": Rule("phrase end", "phrase end", "close on a major or minor triad in root position"),
    "final-cadence": Rule(
        "final cadence", "cadence", "close on the tonic in root position, with its third, after V or IV"
    ),
    "hand-span": Rule(
        "hand span", "span", "leave out a note or break the chord", ("impossible", "shared"), ("semitones",)
    ),
    "double-stop": Rule(
        "double stop", "stop", "divide the section or leave out a note", ("impossible", "wide"), ("stretch",)
    ),
}
"""All rules by name; the name is also the heading in docs/rules.md."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """`severities` by rule and kind; `limits` by rule and name. Kinds that are off are not included."""

    name: str
    title: str
    severities: Mapping[tuple[str, str], Severity]
    limits: Mapping[tuple[str, str], int]

    def applies(self, *rules: str) -> bool:
        """Whether any of these rules is on."""
        return any(rule in rules for rule, _ in self.severities)

    def limit(self, rule: str, name: str) -> int | None:
        """A limit; None if the set does not give it."""
        return self.limits.get((rule, name))

    def judge(
        self,
        rule: str,
        kind: str,
        onset: Fraction,
        measure_index: int,
        lines: Sequence[str],
        notes: Sequence[SoundingNote],
        message: str,
    ) -> Iterator[Finding]:
        """The finding with the severity of this rule and kind; none if they are off."""
        severity = self.severities.get((rule, kind))
        if severity is not None:
            yield Finding(rule, severity, onset, measure_index, tuple(lines), tuple(notes), message)


def rule_set_names() -> tuple[str, ...]:
    """The shipped rule sets."""
    return tuple(sorted(path.stem for path in (folder("grammars") / "rules").glob("*.toml")))


def load_rule_set(which: str) -> RuleSet:
    """A rule set by its name, or from a TOML file. InputError gives the fault and its place."""
    return _load(which, ())


def _load(which: str, under: tuple[str, ...]) -> RuleSet:
    if which in under:
        raise InputError(f"the rule set {which!r} is its own base; name another")
    text, file = _text(which, under)
    table = parse_toml(text, file)
    base = table.pop("base", None)
    if base is not None and not isinstance(base, str):
        raise InputError(f"base is {base!r}; expected the name of a rule set", Place(file))
    start = _load(base, (*under, which)) if base is not None else RuleSet("", "", {}, {})
    severities, limits = dict(start.severities), dict(start.limits)
    name, title = table.pop("name", Path(which).stem), table.pop("title", "")
    for rule, settings in table.items():
        _read_rule(rule, settings, severities, limits, file)
    return RuleSet(str(name), str(title), severities, limits)


def _text(which: str, under: tuple[str, ...]) -> tuple[str, str]:
    if which in rule_set_names():
        path = folder("grammars") / "rules" / f"{which}.toml"
    elif under and not which.endswith(".toml"):
        raise InputError(f"there is no rule set {which!r}; expected one of: {', '.join(rule_set_names())}")
    else:
        path = Path(which)
    if not os.path.lexists(path) or path.is_dir():
        expected = f"{', '.join(rule_set_names())}, or a TOML file"
        raise InputError(f"there is no rule set {which!r}; expected one of: {expected}")
    return toml_text(path), str(path)


def _read_rule(
    name: str,
    settings: Any,
    severities: dict[tuple[str, str], Severity],
    limits: dict[tuple[str, str], int],
    file: str,
) -> None:
    rule = RULES.get(name)
    if rule is None:
        raise InputError(f"there is no rule {name!r}; expected one of: {', '.join(RULES)}", Place(file))
    if not isinstance(settings, dict):
        raise InputError(f"{name} is {settings!r}; expected a table, as in [{name}]", Place(file))
    for key, value in settings.items():
        if key == "severity":
            for kind in rule.kinds:
                _set_severity(name, kind, value, severities, file)
        elif key in rule.kinds:
            _set_severity(name, key, value, severities, file)
        elif key in rule.limits and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            limits[name, key] = value
        else:
            keys = ("severity", *(kind for kind in rule.kinds if kind != ANY), *rule.limits)
            raise InputError(
                f"[{name}] has {key} = {value!r}; expected {', '.join(keys)}, limits as whole numbers", Place(file)
            )


def _set_severity(rule: str, kind: str, value: Any, severities: dict[tuple[str, str], Severity], file: str) -> None:
    if value == OFF:
        severities.pop((rule, kind), None)
    elif value in get_args(Severity):
        severities[rule, kind] = value
    else:
        expected = ", ".join((OFF, *get_args(Severity)))
        raise InputError(f"[{rule}] has the severity {value!r}; expected one of: {expected}", Place(file))
