"""Where systems and pages begin: even systems, and no system alone on the last page.

Verovio fills each system before it begins the next, so that the last may hold a single measure. The systems that it
drew are divided anew here. `worker` loads this module by its path; it imports the standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

BAD_LAST_SYSTEM = 0.55
"""The part of the page's width below which a last system is too short."""
UNEVEN = 1.5
"""How much more uneven than the best division the systems may be."""
FEW_SYSTEMS = 12
"""The number of systems up to which they are divided anew only because they are uneven."""
_COUNT_WEIGHT = 0.02
_FAVOUR = 0.15
_FULLEST = 1.12
"""The most that the drawn widths of measures may exceed the room of a system: most were stretched when drawn."""

_SYSTEM = 'class="system"'
_MEASURE = re.compile(
    r'<g (?:data-)?id="([^"]*)" (?:data-)?class="measure"[^>]*>'
    r'(?:(?!class="measure")[\s\S])*?<path d="M(-?\d+) (-?\d+) L(-?\d+) \3"'
)

_BOX = re.compile(r'class="definition-scale"[^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"')
_MARGIN = re.compile(r'class="page-margin" transform="translate\(([\d.]+), ([\d.]+)\)"')
_STAFF = 720  # the height of a staff in the units of verovio's SVG
_STAFF_LINES = re.compile(r'class="staff"><path d="M-?\d+ -?\d+ L(-?\d+) (-?\d+)"')


@dataclass(frozen=True)
class Drawn:
    """The ids and widths of the measures of one drawn system."""

    measures: tuple[str, ...]
    widths: tuple[float, ...]

    @property
    def width(self) -> float:
        return sum(self.widths)


def drawn_systems(page: str) -> list[Drawn]:
    """The systems of an SVG page."""
    found = []
    for system in page.split(_SYSTEM)[1:]:
        measures = [(name, float(right) - float(left)) for name, left, _, right in _MEASURE.findall(system)]
        if measures:
            found.append(Drawn(tuple(name for name, _ in measures), tuple(width for _, width in measures)))
    return found


def fullness(page: str) -> float:
    """How much of an SVG page's height and width, without margins, its staves need; above 1 they leave the page."""
    box, margin = _BOX.search(page), _MARGIN.search(page)
    lines = _STAFF_LINES.findall(page)
    if box is None or margin is None or not lines:
        return 0.0
    left, top, width, height = (float(number) for number in (*margin.groups(), *box.groups()))
    lowest, right = max(float(y) for _, y in lines) + _STAFF, max(float(x) for x, _ in lines)
    return max(lowest / (height - 2 * top), right / (width - 2 * left))


def better_systems(systems: Sequence[Drawn], favoured: Collection[str], required: Collection[str] = ()) -> list[str]:
    """The first measures of more even systems, or none if the systems are even. A break before `favoured` is better.

    The systems between two measures that are `required` to begin one are divided by themselves.
    """
    groups: list[list[Drawn]] = [[]]
    for system in systems:
        if system.measures[0] in required and groups[-1]:
            groups.append([])
        groups[-1].append(system)
    better = [_better(group, favoured) for group in (*map(_unstretched, groups[:-1]), groups[-1])]
    if not any(better):
        return []
    rows = [own or [system.measures[0] for system in group[1:]] for own, group in zip(better, groups, strict=True)]
    firsts = [[group[0].measures[0]] for group in groups[1:]]
    return [name for first, row in zip([[], *firsts], rows, strict=True) for name in (*first, *row)]


def _unstretched(systems: list[Drawn]) -> list[Drawn]:
    """Systems of which the last was stretched to the width of the page: its measures get the usual width."""
    if len(systems) < 2:
        return systems
    usual = sum(system.width for system in systems[:-1]) / sum(len(system.measures) for system in systems[:-1])
    last = systems[-1]
    factor = min(1.0, usual * len(last.measures) / last.width)
    return [*systems[:-1], Drawn(last.measures, tuple(width * factor for width in last.widths))]


def _better(systems: Sequence[Drawn], favoured: Collection[str]) -> list[str]:
    """The first measures of more even systems than some that follow each other; none if these are even."""
    if len(systems) < 2:
        return []
    names = [name for system in systems for name in system.measures]
    widths = [width for system in systems for width in system.widths]
    counts = [len(system.measures) for system in systems]
    best = _division(widths, [name in favoured for name in names], [system.width for system in systems])
    if best is None or best == counts or not _needs_division(systems, counts, best):
        return []
    return [names[start] for start in accumulate(best[:-1])]


def better_pages(pages: Sequence[Sequence[Drawn]]) -> list[str]:
    """The first measures of all pages but the first, such that the last page has two systems; none if it has."""
    counts = [len(page) for page in pages]
    if len(counts) < 2 or counts[-1] != 1 or counts[-2] < 3:
        return []
    if len(counts) <= 3:
        share, more = divmod(sum(counts), len(counts))
        counts = [share + (index < more) for index in range(len(counts))]
    else:
        counts[-2:] = [counts[-2] - 1, 2]
    systems = [system for page in pages for system in page]
    return [systems[start].measures[0] for start in accumulate(counts[:-1])]


def with_breaks(text: str, systems: Collection[str], pages: Collection[str]) -> str:
    """MusicXML in which these measures begin systems and pages."""

    def opening(found: re.Match[str]) -> str:
        kind = "new-page" if found[1] in pages else "new-system" if found[1] in systems else ""
        return f'{found[0]}<print {kind}="yes"/>' if kind else found[0]

    return re.sub(r'<measure\b[^>]*?\bid="([^"]*)"[^>]*(?<!/)>', opening, text)


def _needs_division(systems: Sequence[Drawn], counts: Sequence[int], best: Sequence[int]) -> bool:
    short = systems[-1].width < BAD_LAST_SYSTEM * max(system.width for system in systems)
    uneven = len(systems) <= FEW_SYSTEMS and _spread(counts) > UNEVEN * _spread(best) + 1
    return short or counts[-1] == 1 or uneven


def _spread(counts: Sequence[int]) -> float:
    mean = sum(counts) / len(counts)
    return sum((count - mean) ** 2 for count in counts)


def _division(widths: Sequence[float], favoured: Sequence[bool], rooms: Sequence[float]) -> list[int] | None:
    """The numbers of measures of each system: the least sum of squared deviations of fullness and of counts.

    The last room counts as wide as the others, since verovio's last system may be short.
    """
    number, total = len(rooms), len(widths)
    if total < 2 * number:
        return None
    rooms = [*rooms[:-1], max(rooms)]
    ends = list(accumulate(widths, initial=0.0))
    mean, count = ends[-1] / sum(rooms), total / number
    costs: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for system, room in enumerate(rooms, 1):
        reached: dict[int, tuple[float, int]] = {}
        for start, (cost, _) in costs[-1].items():
            for end in range(start + 1, total - (number - system) + 1):
                fullness = (ends[end] - ends[start]) / room
                if fullness > _FULLEST and end > start + 1:
                    break
                more = (fullness / mean - 1) ** 2 + _COUNT_WEIGHT * (end - start - count) ** 2
                more += 10.0 * (end == start + 1)
                more -= _FAVOUR * (end < total and favoured[end])
                if end not in reached or cost + more < reached[end][0]:
                    reached[end] = cost + more, start
        costs.append(reached)
    return _counts(costs, total) if total in costs[-1] else None


def _counts(costs: Sequence[dict[int, tuple[float, int]]], total: int) -> list[int]:
    counts, end = [], total
    for reached in reversed(costs[1:]):
        start = reached[end][1]
        counts.append(end - start)
        end = start
    return counts[::-1]
