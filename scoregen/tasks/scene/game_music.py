"""Music for a game: sections that loop, bridges from each to each other, and layers of parts that add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scoregen.model.network.config import SamplingOptions
from scoregen.plan.piece.articulation import without_fermatas
from scoregen.plan.piece.piece_plan import PiecePlan, SectionPlan
from scoregen.plan.scene.loops import Loop, looping, loops_of_hits, loops_of_sections
from scoregen.score.elements import Measure, Part, Score, Slot
from scoregen.score.timeline import pitch_of, pitched_notes
from scoregen.system.errors import InputError
from scoregen.tasks.compose import compose
from scoregen.tasks.scene.bridges import Bridge, Place, bridges
from scoregen.tasks.scene.passages import numbered, passage

MOST_LOOPS = 12
"""More would need over 132 bridges."""
USUAL_LAYERS, MOST_LAYERS = 3, 4
MOST_BRIDGE_MEASURES = 2


@dataclass(frozen=True, slots=True)
class GameOptions:
    """`layers`: their number; `bridge`: the measures of a bridge, None for one, or two where a measure is short."""

    layers: int = USUAL_LAYERS
    bridge: int | None = None

    def check(self) -> None:
        """InputError for a number out of range."""
        for name, value, most in (("layers", self.layers, MOST_LAYERS), ("bridge", self.bridge, MOST_BRIDGE_MEASURES)):
            if value is not None and not 1 <= value <= most:
                raise InputError(f"--{name}: found {value}; expected 1 to {most}")


@dataclass(frozen=True, slots=True)
class GameSection:
    """A section that loops: its name, its plan at its start, and its measures as they sound alone."""

    name: str
    plan: SectionPlan
    score: Score


@dataclass(frozen=True, slots=True)
class Layer:
    """Voices that are heard from an intensity on, and the names of their parts."""

    slots: frozenset[Slot]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GameMusic:
    """The whole score, its sections, the bridges between them, by the indices of sections, and its layers in order."""

    score: Score
    plan: PiecePlan
    sections: tuple[GameSection, ...]
    bridges: tuple[Bridge, ...]
    layers: tuple[Layer, ...]

    @property
    def transitions_score(self) -> Score | None:
        """All bridges in one score; None without any."""
        return joined([each.score for each in self.bridges]) if self.bridges else None


@dataclass(frozen=True, slots=True)
class Sections:
    """The score of some sections that loop, the plan that it was composed by, and notices."""

    score: Score
    plan: PiecePlan
    notices: tuple[str, ...]


def compose_sections(
    plan: PiecePlan,
    *,
    ensemble: str = "satb",
    sampling: SamplingOptions | None = None,
    progress: Callable[[float], None] | None = None,
    change: Callable[[PiecePlan], PiecePlan] = lambda plan: plan,
) -> Sections:
    """Compose the sections of a plan, each of which leads back to its start, as `change` changes them.

    InputError for a plan that cannot loop.
    """
    loops = loops_of_sections(plan)
    check_loops(plan, loops)
    planned = change(looping(plan, loops, (sampling or SamplingOptions()).seed))
    done = compose(ensemble=ensemble, plan=planned, sampling=sampling, progress=progress)
    return Sections(without_fermatas(done.score), planned, done.notices)


def check_loops(plan: PiecePlan, loops: Sequence[Loop]) -> None:
    """InputError for an anacrusis, which would sound once only, and for too many loops."""
    if plan.anacrusis:
        raise InputError("found an anacrusis; expected music that loops to begin on a downbeat; omit anacrusis")
    if len(loops) > MOST_LOOPS:
        raise InputError(
            f"found {len(loops)} sections, which would need {len(loops) * (len(loops) - 1)} transitions; expected at"
            f" most {MOST_LOOPS}"
        )


def game_of(
    score: Score,
    plan: PiecePlan,
    ensemble: str,
    sampling: SamplingOptions | None = None,
    options: GameOptions | None = None,
    progress: Callable[[float], None] | None = None,
) -> GameMusic:
    """The music of a game, from the score that was composed by a plan of loops. InputError for options out of range.

    A plan with rehearsal marks is that of a scene, whose loops lead from one to the next.
    """
    options = options or GameOptions()
    options.check()
    loops = loops_of_hits(plan) if any(section.mark for section in plan.sections) else loops_of_sections(plan)
    check_loops(plan, loops)
    sections = tuple(_section(score, plan, loop) for loop in loops)
    places = [Place(each.name, each.score, each.plan.key) for each in sections]
    chosen = sampling or SamplingOptions()
    found = bridges(places, ensemble=ensemble, sampling=chosen, measures=options.bridge, progress=progress)
    return GameMusic(score, plan, sections, found, layers_of(score, options.layers))


def _section(score: Score, plan: PiecePlan, loop: Loop) -> GameSection:
    start = _first_measure(plan, loop.sections[0])
    length = sum(plan.sections[index].measures for index in loop.sections)
    return GameSection(loop.name, plan.sections[loop.sections[0]], passage(score, start, start + length))


def _first_measure(plan: PiecePlan, section: int) -> int:
    """The index of the measure with which a section begins for the first time."""
    before = plan.order[: plan.order.index(section)]
    return sum(plan.sections[index].measures for index in before)


def layers_of(score: Score, count: int) -> tuple[Layer, ...]:
    """The parts in `count` layers, of a single part its staves: first the bass and the calmest, last the most active.

    There are at most as many layers as parts or staves.
    """
    units = _units(score)
    onsets = {slot: 0 for unit, _ in units for slot in unit}
    heights: dict[Slot, list[float]] = {}
    for note in pitched_notes(score):
        onsets[note.slot] += 1
        heights.setdefault(note.slot, []).append(float(pitch_of(note).chromatic))
    means = [_mean([height for slot in unit for height in heights.get(slot, ())]) for unit, _ in units]
    bass = min(range(len(units)), key=lambda number: means[number])
    order = sorted(range(len(units)), key=lambda n: (n != bass, sum(onsets[slot] for slot in units[n][0]), n))
    return tuple(_layer([units[number] for number in row]) for row in _divided(order, min(count, len(units))))


def _units(score: Score) -> list[tuple[list[Slot], str]]:
    """What a layer can have: the parts, or the staves of a single one, with their names."""
    if len(score.parts) > 1:
        return [(_slots(score, part), part.name or part.id) for part in score.parts]
    (part,) = score.parts
    staves = [[slot for slot in score.slots if slot.staff == staff] for staff in range(1, part.staves + 1)]
    return [(own, f"{part.name or part.id}, staff {number}") for number, own in enumerate(staves, 1) if own]


def _slots(score: Score, part: Part) -> list[Slot]:
    return [slot for slot in score.slots if slot.part == part.id]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 1000.0


def _divided(order: Sequence[int], count: int) -> list[Sequence[int]]:
    """The row in parts; the first are larger."""
    size, rest = divmod(len(order), count)
    rows, start = [], 0
    for number in range(count):
        stop = start + size + (number < rest)
        rows.append(order[start:stop])
        start = stop
    return rows


def _layer(units: Sequence[tuple[list[Slot], str]]) -> Layer:
    return Layer(frozenset(slot for slots, _ in units for slot in slots), tuple(name for _, name in units))


def joined(scores: Sequence[Score]) -> Score:
    """Scores of equal parts one after the other, with a double bar after each."""
    measures = list[Measure]()
    for each in scores:
        last = replace(each.measures[-1], barline=replace(each.measures[-1].barline, style="light-light"))
        measures += (*each.measures[:-1], last)
    return replace(scores[0], measures=numbered(measures), document=None)
