"""What is to be explained: which voices sing which roles, what of them was given, and who wrote the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from scoregen.analysis.counterpoint.voice_groups import leading_lines
from scoregen.model.network.config import SamplingOptions
from scoregen.score.edit import Selection
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import Ensemble, match_roles, role_slots
from scoregen.system.errors import InputError
from scoregen.tokens.encode import encode, pitched_slots
from scoregen.tokens.events import TokenScore

OPTION = "--given"
_FIELD = "scoregen:"


@dataclass(frozen=True, slots=True)
class ExplainRequest:
    """A score in tokens: the voice of each role, and by measure and voice whether it was given.

    `options` are those that the score was written with where it says so, else the defaults; `weights` the
    checksum of the weights that wrote it, None where nobody knows.
    """

    score: Score
    slots: tuple[Slot, ...]
    tokens: TokenScore
    given: tuple[tuple[bool, ...], ...]
    options: SamplingOptions
    weights: str | None
    notices: tuple[str, ...]


def explain_request(score: Score, ensemble: Ensemble, told: Mapping[str, str], given: Sequence[str]) -> ExplainRequest:
    """Settle what is explained. InputError where a role has no voice; RefusedError where tokens fail.

    Given is what `given` selects (`soprano`, `soprano,bass:1-4`); without it, what a score that scoregen
    wrote says of itself; of any other score, nothing.
    """
    if not any(element.notes for m in score.measures for voice in m.voices for element in voice.elements):
        raise InputError("the score holds no notes; there is nothing to explain")
    slots = _slots(score, ensemble, told)
    tokens = encode(score, slots, snap=True)
    story = _story(score)
    notices = [
        f"part {part.name or part.id!r} has no role in {ensemble.name}: it is shown, and not listened to"
        for part in score.parts
        if part.id not in {slot.part for slot in slots}
    ]
    known = _selected(score, slots, ensemble, given) if given else _given(score, slots, story)
    if all(all(row) for row in known):
        raise InputError("all of the score is given, so that nothing was chosen; name fewer parts with --given")
    return ExplainRequest(score, slots, tokens, known, _options(story), story.get("weights"), tuple(notices))


def _slots(score: Score, ensemble: Ensemble, told: Mapping[str, str]) -> tuple[Slot, ...]:
    """The voice of each role: a part each, or the four voices of a choir on two staves."""
    matched = match_roles(score, ensemble, told)
    missing = [role.name for role in ensemble.roles if role.name not in matched]
    if not missing:
        return role_slots(score, [matched[role.name] for role in ensemble.roles])
    lines = leading_lines(score, pitched_slots(score))
    if [line.name for line in lines] == [role.title.lower() for role in ensemble.roles]:
        return tuple(line.slot for line in lines)
    enough = len(score.parts) >= len(ensemble.roles)
    way = f"name parts with --role, as in --role {missing[0]}=1, or " if enough else ""
    raise InputError(
        f"no part was found for {', '.join(missing)}; the network explains {ensemble.name} as a whole: {way}have"
        " scoregen compose write what is missing"
    )


def _selected(
    score: Score, slots: Sequence[Slot], ensemble: Ensemble, given: Sequence[str]
) -> tuple[tuple[bool, ...], ...]:
    known = [[False] * len(slots) for _ in score.measures]
    for text in given:
        selection = Selection.parse(text, OPTION)
        voices = {voice for name in selection.names for voice in _named(score, slots, ensemble, name)}
        for index in selection.measures(score):
            for voice in voices if selection.names else range(len(slots)):
                known[index][voice] = True
    return tuple(map(tuple, known))


def _named(score: Score, slots: Sequence[Slot], ensemble: Ensemble, name: str) -> list[int]:
    """The voices that a role or a part names."""
    names = [role.name for role in ensemble.roles]
    if name.casefold() in names:
        return [names.index(name.casefold())]
    found = [
        voice
        for voice, slot in enumerate(slots)
        if name.casefold() in (slot.part.casefold(), score.part(slot.part).name.casefold())
    ]
    if not found:
        raise InputError(f"{OPTION}: there is no part {name!r}; expected one of: {', '.join(names)}")
    return found


def _given(score: Score, slots: Sequence[Slot], story: Mapping[str, Any]) -> tuple[tuple[bool, ...], ...]:
    """What voices say of themselves, else what the document says of its parts."""
    origins = [[voice.origin if (voice := m.voice(slot)) else None for slot in slots] for m in score.measures]
    if any("generated" in row for row in origins):
        return tuple(tuple(origin == "given" for origin in row) for row in origins)
    numbers = [measure.number for measure in score.measures]
    by_part = {part: _indices(runs, numbers) for part, runs in story.get("given", {}).items()}
    return tuple(tuple(index in by_part.get(slot.part, ()) for slot in slots) for index in range(len(score.measures)))


def _indices(runs: str, numbers: Sequence[str]) -> set[int]:
    """The measures that runs such as `1-4 7` name."""
    found: set[int] = set()
    for run in runs.split():
        first, dash, last = run.partition("-")
        if first in numbers and (not dash or last in numbers):
            found.update(range(numbers.index(first), numbers.index(last if dash else first) + 1))
    return found


def _story(score: Score) -> dict[str, Any]:
    """What a score that scoregen wrote says of itself in its miscellaneous fields; empty of any other."""
    named = {name.removeprefix(_FIELD): text for name, text in score.metadata.miscellaneous if name.startswith(_FIELD)}
    if not any(name.startswith("generated:") for name in named):
        return {}
    given = {name.removeprefix("given:"): text for name, text in named.items() if name.startswith("given:")}
    return {"given": given, "weights": named.get("weights"), "options": named.get("options", "{}")}


def _options(story: Mapping[str, Any]) -> SamplingOptions:
    """The sampling options that a score was written with; the defaults where it does not say."""
    try:
        told = json.loads(story.get("options", "{}"))["sampling"]
        return SamplingOptions(**{field.name: told[field.name] for field in fields(SamplingOptions)})
    except (ValueError, KeyError, TypeError, InputError):
        return SamplingOptions()
