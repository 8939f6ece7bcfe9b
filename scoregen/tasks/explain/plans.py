"""The harmonic plan of an explanation: the chords that the notes follow, and those of other plans in their place.

The plan is that of the analysis of the finished score. The alternatives are plans that the planner draws around the
given music, as `compose` does before it writes a note.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.analysis.harmony.chords import ChordName
from scoregen.generation.harmony_plans import PLANS, harmonic_plans, has_plans
from scoregen.model.harmony.planner import Planner
from scoregen.model.harmony.planner_task import played_task
from scoregen.plan.harmonic_plan import with_harmony
from scoregen.plan.plan_text import PlanRow, moved_plan, plan_rows
from scoregen.score.pitch import UNISON, Interval
from scoregen.tokens.encode import interleave, voice_events
from scoregen.tokens.events import BLANK, Header, TokenMeasure, TokenScore

MOST = 3
"""The alternatives of a chord that are shown."""
_SEED = "explain"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A chord of the plan; the share of the drawn plans that have it there, and the chords that others have, by share.

    The chords are names such as `G7/B`; without a planner there are no shares.
    """

    row: PlanRow
    share: float | None
    alternatives: tuple[tuple[str, float], ...]


def explained_plan(
    planner: Planner | None,
    tokens: TokenScore,
    given: Sequence[Sequence[bool]],
    style: str | None = None,
    interval: Interval = UNISON,
) -> tuple[PlannedStep, ...]:
    """The plan of a finished score, moved by an interval; `given` by measure and voice.

    `style` is the one that the planner for any ensemble reads (`planner_style`), None for that of a choir.
    """
    headers = _moved(with_harmony(tokens), interval)
    rows = plan_rows(headers)
    if planner is None or not has_plans(tokens):
        return tuple(PlannedStep(row, None, ()) for row in rows)
    blank = _blanked(tokens, given)
    task = None if style is None else played_task(blank, style)
    drawn = [_moved(plan.tokens, interval) for plan in harmonic_plans(planner, blank, [{}], _SEED, PLANS, task)]
    places = [(index, chord.onset) for index, header in enumerate(headers) for chord in header.harmony]
    return tuple(
        _step(row, [_in_force(plan, *place) for plan in drawn]) for row, place in zip(rows, places, strict=True)
    )


def _moved(tokens: TokenScore, interval: Interval) -> list[Header]:
    return moved_plan([measure.header for measure in tokens.measures], interval)


def _step(row: PlanRow, names: Sequence[str]) -> PlannedStep:
    shares = {name: count / len(names) for name, count in Counter(names).most_common() if name}
    others = [(name, share) for name, share in shares.items() if name != row.chord]
    return PlannedStep(row, shares.get(row.chord, 0.0), tuple(others[:MOST]))


def _in_force(headers: Sequence[Header], index: int, onset: Fraction) -> str:
    """The name of the chord of a plan at a place, empty before its first one."""
    for number in range(index, -1, -1):
        chords = [chord for chord in headers[number].harmony if number < index or chord.onset <= onset]
        if chords:
            return str(ChordName(chords[-1].root, chords[-1].quality, chords[-1].inversion))
    return ""


def _blanked(tokens: TokenScore, given: Sequence[Sequence[bool]]) -> TokenScore:
    """The score with blanks where nothing was given."""
    measures = zip(tokens.measures, given, strict=True)
    return replace(tokens, measures=tuple(_blank_measure(measure, own) for measure, own in measures))


def _blank_measure(measure: TokenMeasure, given: Sequence[bool]) -> TokenMeasure:
    voices = [
        voice_events(measure, voice) if is_given else {Fraction(0): BLANK} for voice, is_given in enumerate(given)
    ]
    return replace(measure, slices=interleave(voices))


def plan_table(steps: Sequence[PlannedStep]) -> list[str]:
    """The plan as aligned lines: place, key, numeral, chord and share, and the alternatives with theirs."""
    return [
        f"{step.row.measure:>4} {step.row.beat:<5} {step.row.key:10} {step.row.numeral:9} "
        f"{_shared(step.row.chord, step.share):14} {step.row.cadence:10} "
        f"{', '.join(_shared(*other) for other in step.alternatives)}".rstrip()
        for step in steps
    ]


def _shared(name: str, share: float | None) -> str:
    return name if share is None else f"{name} {share:.0%}"
