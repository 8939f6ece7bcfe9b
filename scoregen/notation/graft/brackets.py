"""Adds brackets around new parts to the part list of a given document."""

from __future__ import annotations

from lxml import etree

from scoregen.notation.musicxml.insertion import insert, insert_after
from scoregen.notation.musicxml.write.part_list import PartEntry, group_start, group_stop
from scoregen.score.elements import Part, Score


def add_brackets(root: etree._Element, score: Score, entries: dict[str, PartEntry]) -> None:
    """Add a bracket around each run of new parts of one group that has no bracket in the document."""
    listing = root.find("part-list")
    if listing is None:
        return
    declared = [child for child in listing if child.tag == "score-part"]
    for run in _runs(score, entries, ungrouped=_ungrouped(listing)):
        ids = {entries[part.id].id if part.id in entries else part.id for part in run}
        members = [child for child in declared if child.get("id") in ids]
        group = next(part.group for part in run if part.id in entries and part.group is not None)
        number = _free_number(listing)
        insert(listing, listing.index(members[0]), group_start(group, number, run))
        insert_after(members[-1], group_stop(number))


def _runs(score: Score, entries: dict[str, PartEntry], ungrouped: set[str]) -> list[list[Part]]:
    """Runs of adjacent parts for new brackets: new parts of one group, and given parts that join them.

    A given part without a bracket joins if its instrument is a voice, or if every part of the score has one
    staff and no bracket: then the whole score counts as one choir.
    """
    new = {part.id for part in score.parts if part.id in entries and part.group is not None}
    free = {part.id for part in score.parts if (entries[part.id].id if part.id in entries else part.id) in ungrouped}
    one_choir = all(part.id in free and part.staves == 1 for part in score.parts)
    joins = {
        part.id
        for part in score.parts
        if part.id not in entries and (one_choir or (part.staves == 1 and _is_vocal(part)))
    }
    runs: list[list[Part]] = []
    group: str | None = None
    for part in score.parts:
        if part.id not in free & (new | joins):
            runs, group = [*runs, []], None
        elif not runs or (part.id in new and group not in (None, part.group)):
            runs, group = [*runs, [part]], part.group if part.id in new else None
        else:
            runs[-1].append(part)
            group = part.group if part.id in new else group
    return [run for run in runs if len(run) > 1 and any(part.id in new for part in run)]


def _is_vocal(part: Part) -> bool:
    return part.instrument is not None and (part.instrument.sound or "").startswith("voice.")


def _ungrouped(listing: etree._Element) -> set[str]:
    """Ids of the declared parts that are in no group."""
    depth: set[str] = set()
    found: set[str] = set()
    for child in listing:
        number = child.get("number", "1")
        if is_group(child, "start"):
            depth.add(number)
        elif is_group(child, "stop"):
            depth.discard(number)
        elif child.tag == "score-part" and not depth:
            found.add(child.get("id", ""))
    return found


def _free_number(listing: etree._Element) -> str:
    used = {group.get("number", "1") for group in listing.iterfind("part-group")}
    return next(str(number) for number in range(1, len(used) + 2) if str(number) not in used)


def is_group(element: etree._Element | None, kind: str) -> bool:
    """Whether an element of a part list starts or stops a group."""
    return element is not None and element.tag == "part-group" and element.get("type") == kind
