"""Validates a document before it is written: by the schema, then by its musical content.

The MusicXML 4.0 schema checks names, order and values. The other checks find voices that leave their measure,
parts of unequal length, and ties, beams and slurs without a partner. Problems that the given document already has
are separated from new ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from lxml import etree

from scoregen.notation.musicxml.tree import parse
from scoregen.notation.validation.measures import column_problems, measure_problems
from scoregen.notation.validation.spanners import spanner_problems
from scoregen.notation.validation.walk import walk
from scoregen.notation.validation.wording import in_plain_words
from scoregen.score.check import Problem
from scoregen.score.elements import Score
from scoregen.system import resources
from scoregen.system.errors import Place, one_line

_OF_LENGTH = (
    "the measure lasts",
    "the voice ends after",
    "a note has no <type>",
    "a note is notated as",
    "a tie has no",
)
"""The problems that a measure shows only beside another of full length."""
_UNEVEN = re.compile(r"(<\S+> number \S+ has )\d+ st\w+ and \d+ st\w+")
_IN_MEASURE = re.compile(r"^/score-partwise/part(?:\[(\d+)\])?(?=/|$)(?:/measure(?:\[(\d+)\])?)?")


class ProblemsByOrigin(NamedTuple):
    """Problems that the given document already has, and new ones."""

    given: tuple[Problem, ...]
    generated: tuple[Problem, ...]


def check_document(text: bytes, file: str) -> tuple[Problem, ...]:
    """All problems of a score-partwise document. Raises ReadError if it is not XML."""
    root = parse(text, file)
    return tuple(dict.fromkeys([*schema_problems(root, file), *_semantic_problems(root, file)]))


def schema_problems(root: etree._Element, file: str) -> tuple[Problem, ...]:
    """The errors of the MusicXML 4.0 schema."""
    schema = _schema()
    if schema.validate(root):
        return ()
    log = list(schema.error_log)  # type: ignore[call-overload]  # not iterable in the stubs
    found = ((_place(root, error.path, file), one_line(error.message)) for error in log)
    return tuple(Problem(place, message) for place, message in in_plain_words(found))


def split_by_origin(problems: Iterable[Problem], score: Score) -> ProblemsByOrigin:
    """Separate the problems of a document grafted from `score`: those that the given document had, and new ones.

    Without a document all music is generated, and all problems are new.
    """
    found = list(problems)
    if score.document is None or not found:
        return ProblemsByOrigin((), tuple(found))
    before = {_signature(problem) for problem in check_document(score.document, "")}
    irregular = set(_irregular_measures(parse(score.document, ""), score))
    new = tuple(
        problem for problem in found if not (_signature(problem) in before or _follows_from(problem, irregular))
    )
    return ProblemsByOrigin(tuple(problem for problem in found if problem not in new), new)


def _irregular_measures(root: etree._Element, score: Score) -> Iterator[tuple[str | None, str | None]]:
    """Part and number of the given measures whose durations do not add up to their length, and of the next ones."""
    for part in root.iterfind("part"):
        follows = False
        for measure, row in zip(walk(part, ""), score.measures, strict=False):
            is_irregular = measure.length != row.duration
            if is_irregular or follows:
                yield measure.place.part, measure.place.measure
            follows = is_irregular


def _follows_from(problem: Problem, irregular: Collection[tuple[str | None, str | None]]) -> bool:
    """Whether a problem of lengths is that of a given measure, seen beside new music of full length."""
    place = (problem.place.part, problem.place.measure)
    return place in irregular and problem.message.startswith(_OF_LENGTH)


def _signature(problem: Problem) -> tuple[str | None, str | None, str]:
    """Part, measure and what was found; what is expected instead depends on other elements.

    The ends of a line are counted in the whole part, so that the measure and the numbers depend on other lines.
    New parts have the endings of the given ones, with their faults.
    """
    if problem.message.startswith("an ending "):
        return None, problem.place.measure, problem.message
    uneven = _UNEVEN.fullmatch(problem.message)
    if uneven is not None:
        return problem.place.part, None, uneven[1]
    found = problem.message.partition(" Expected is ")[0].partition("; expected ")[0]
    return problem.place.part, problem.place.measure, found


def _semantic_problems(root: etree._Element, file: str) -> Iterator[Problem]:
    parts = [walk(part, file) for part in root.iterfind("part")]
    yield from _part_list_problems(root, file)
    for part in parts:
        for measure in part:
            yield from measure_problems(measure)
        yield from spanner_problems(part)
    yield from column_problems(parts)


def _part_list_problems(root: etree._Element, file: str) -> Iterator[Problem]:
    declared = [part.get("id") for part in root.iterfind("part-list/score-part")]
    present = [part.get("id") for part in root.iterfind("part")]
    for part_id in dict.fromkeys([*declared, *present]):
        if declared.count(part_id) != 1 or present.count(part_id) != 1:
            found = f"{declared.count(part_id)} times in the part list and {present.count(part_id)} times in the score"
            yield Problem(Place(file, part_id), f"the part is {found}; expected once each")


@cache
def _schema() -> etree.XMLSchema:
    """The compiled schema; its imports by URL are read from its own folder."""
    folder = resources.folder("grammars") / "musicxml"

    class Local(etree.Resolver):
        def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]  # its third argument is not in the stubs
            path = folder / system_url.rsplit("/", 1)[-1]
            return self.resolve_filename(str(path), context)  # type: ignore[attr-defined]  # not in the stubs

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.parse(str(folder / "musicxml.xsd"), parser))


def _place(root: etree._Element, path: str | None, file: str) -> Place:
    """Part and measure of a schema error, by the path of its element."""
    found = _IN_MEASURE.match(path or "")
    if found is None:
        return Place(file)
    part = root.findall("part")[int(found[1] or 1) - 1]
    measures = part.findall("measure")
    in_measure = "/measure" in found[0]
    number = measures[int(found[2] or 1) - 1].get("number") if in_measure and measures else None
    return Place(file, part.get("id"), number)
