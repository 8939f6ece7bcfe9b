"""The plan of a scene's music: a section from each hit to the next, at the tempo that was solved.

A cadence leads over the barline to the tonic on the hit. A silence is a measure of rest from the hit on. An accent is a
sforzato of all voices, which begin anew there. Hits that were left out are within a section.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.plan.chords.chord_rows import free_rows, set_chord, text_of_rows
from scoregen.plan.piece.piece_plan import OPEN, Level, PiecePlan, SectionPlan, letters
from scoregen.plan.piece.reading import with_keys
from scoregen.plan.scene.cues import Cue, Scene
from scoregen.plan.scene.hit_points import Hit, NoTempoError, Segment, solved
from scoregen.plan.scene.suggested_harmony import tonic_of
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.system.errors import InputError, Place

DOMINANT = "V"
ACCENT = "sfz"
_SHORT = 60
"""The seconds of a segment up to which a tempo with two decimals is exact enough: it ends 5 ms off at most."""


@dataclass(frozen=True, slots=True)
class ScenePlan:
    """The plan, the segments of the solution, and for each cue its place in quarters, None if it was left out."""

    plan: PiecePlan
    segments: tuple[Segment, ...]
    places: tuple[Fraction | None, ...]


def plan_of_scene(scene: Scene) -> ScenePlan:
    """The plan of the music. InputError if no tempos in the range lead from one cue to another."""
    segments = _segments(scene)
    by_time = {cue.time: cue for cue in scene.cues}
    cues = [by_time.get(segment.start) for segment in segments]
    keys, moods = _keys(scene, segments), _moods(scene, segments)
    sections, named = list[SectionPlan](), list[dict[str, str]]()
    tempos = _printed_tempos(segments)
    for number, (segment, cue) in enumerate(zip(segments, cues, strict=True)):
        following = cues[number + 1] if number + 1 < len(segments) else None
        own = list(_sections(scene, segment, number, cue, keys[number], following))
        own = [replace(section, tempo=tempos[number]) for section in own]
        sections += own
        named += [{"mood": moods[number]} if moods[number] else {}] * len(own)
    plan = PiecePlan(tuple(sections), tuple(range(len(sections))), scene.title)
    plan = with_keys(plan, named) if any(named) else plan
    return ScenePlan(plan, segments, tuple(_place(scene, segments, cue) for cue in scene.cues))


def _segments(scene: Scene) -> tuple[Segment, ...]:
    inner = [cue for cue in scene.cues if 0 < cue.time < scene.seconds]
    hits = [*(Hit(cue.time, cue.weight) for cue in inner), Hit(scene.seconds)]
    try:
        return solved(hits, scene.tempos)
    except NoTempoError as error:
        names = ["the start", *map(str, inner), "the end"]
        times = [Fraction(0), *(hit.time for hit in hits)]
        first, last = error.first + 1, error.last + 1
        tempos = f"{float(scene.tempos.slowest):g} to {float(scene.tempos.fastest):g}"
        raise InputError(
            f"no tempo of {tempos} beats per minute and no step up to {float(100 * scene.tempos.jump):g} percent leads"
            f" from {names[first]} to {names[last]}, {float(times[last] - times[first]):g} s; widen slowest, fastest or"
            " jump, or give a cue a weight under 1",
            Place(inner[min(last, len(inner)) - 1].place if inner else None),
        ) from None


def _printed_tempos(segments: Sequence[Segment]) -> list[Fraction]:
    """The tempos with few decimals, each of which makes up for what the ones before it were early or late."""
    tempos, now = list[Fraction](), Fraction(0)
    for segment in segments:
        seconds = segment.start + segment.seconds - now
        digits = 100 if seconds <= _SHORT else 10_000
        tempos.append(Fraction(round(60 * segment.beats / seconds * digits), digits))
        now += 60 * segment.beats / tempos[-1]
    return tempos


def _keys(scene: Scene, segments: Sequence[Segment]) -> list[Key]:
    """The key of each segment: that of the last cue with a key."""
    return [
        next((cue.key for cue in reversed(scene.cues) if cue.key and cue.time <= segment.start), scene.key)
        for segment in segments
    ]


def _moods(scene: Scene, segments: Sequence[Segment]) -> list[str]:
    """The mood of each segment, that of the last cue with a mood; "" without one."""
    named = [(Fraction(0), scene.mood), *((cue.time, cue.mood) for cue in scene.cues)]
    return [
        next((mood for time, mood in reversed(named) if mood and time <= segment.start), "") for segment in segments
    ]


def _sections(
    scene: Scene, segment: Segment, number: int, cue: Cue | None, key: Key, following: Cue | None
) -> Iterator[SectionPlan]:
    """The section of a segment, and one of a measure for beats that fill no measure.

    `cue` is None for a start without one, `following` for the last segment.
    """
    whole, rest = segment.measures(scene.tempos.beats)
    name = letters(number)
    accent = ACCENT if cue and cue.kind == "accent" else ""
    opening = scene.dynamics if number == 0 else ""
    mark = (cue.dynamics if cue else "") or accent or opening
    lengths = [(whole, scene.time)] * bool(whole) + [(1, _metre(scene.time, rest))] * bool(rest)
    lengths = lengths[::-1] if following is None else lengths  # music ends with a whole measure
    cadential = following is not None and following.kind == "cadence"
    silence = 1 if cue and cue.kind == "silence" else 0
    is_hit = cue is not None and not silence
    for index, (measures, time) in enumerate(lengths):
        is_last = index + 1 == len(lengths)
        section = SectionPlan(f"{name}{index or ''}", measures, key, time, segment.tempo)
        if index == 0:
            levels = (Level(0, mark),) if mark else ()
            section = replace(
                section, dynamics=levels, mark=name, text=cue.name if cue else "", silence=silence, hit=is_hit
            )
        begins = cue is not None and cue.kind == "cadence" and index == 0
        if begins or (cadential and is_last):
            section = replace(section, chords=_progression(section, begins=begins, leads=cadential and is_last))
        yield section if is_last and not cadential else replace(section, cadences=(OPEN,))


def _metre(time: TimeSignature, beats: int) -> TimeSignature:
    unit = 3 if time.is_compound else 1
    return TimeSignature((unit * beats,), time.beat_type)


def _progression(section: SectionPlan, *, begins: bool, leads: bool) -> str:
    """Nothing fixed but the tonic at the start and the dominant on the last beat."""
    beats = len(section.time.groups)
    rows = free_rows(section.measures, beats)
    if begins:
        set_chord(rows, 0, 0, tonic_of(section.key))
    if leads:
        set_chord(rows, -1, beats - 1, DOMINANT)
    return text_of_rows(rows)


def _place(scene: Scene, segments: Sequence[Segment], cue: Cue) -> Fraction | None:
    """The place of a cue in quarters, if a segment begins or the music ends with it."""
    beat, place = scene.time.groups[0], Fraction(0)
    for segment in segments:
        if segment.start == cue.time:
            return place
        place += segment.beats * beat
    return place if cue.time == scene.seconds else None
