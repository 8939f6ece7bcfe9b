"""Music for a scene: tempos that lead from hit to hit, notes by `compose`, and the proof from the MIDI file's times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.model.network.config import SamplingOptions
from scoregen.notation.midi.tracks import note_times, seconds_at
from scoregen.notation.midi.write import to_midi
from scoregen.notation.results import ScoreResult
from scoregen.plan.chords.chord_report import ChordReport
from scoregen.plan.piece.articulation import without_fermatas
from scoregen.plan.piece.piece_plan import PiecePlan
from scoregen.plan.scene.cues import Cue, Scene
from scoregen.plan.scene.scene_plan import ScenePlan, plan_of_scene
from scoregen.plan.scene.suggested_harmony import with_suggested_harmony
from scoregen.plan.scene.timecode import timecode
from scoregen.score.elements import Score
from scoregen.score.timeline import Beat, beats
from scoregen.tasks.compose import compose
from scoregen.tasks.composition import Composition

_SAME = 0.005
"""Seconds within which a note begins at a hit."""


@dataclass(frozen=True, slots=True)
class CueTime:
    """What became of a cue: where it falls in the music, when the MIDI file is there, and whether notes do as it asks.

    `seconds` are those of the MIDI file at `measure` and `beat`; `exact` is false for a cue that was left out, which is
    then at the nearest beat. `sounds` is whether a note begins there, for a silence whether none sounds.
    """

    cue: Cue
    code: str
    measure: str
    beat: int
    seconds: float
    exact: bool
    sounds: bool

    @property
    def error(self) -> float:
        """Seconds by which the music is late."""
        return self.seconds - float(self.cue.time)


@dataclass(frozen=True, slots=True, repr=False)
class SceneMusic(ScoreResult):
    """The music of a scene with its plan, its cues, and notices."""

    score: Score
    plan: PiecePlan
    cues: tuple[CueTime, ...]
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<SceneMusic of {self.score!r}, {len(self.cues)} cues>"


def score_scene(
    scene: Scene,
    *,
    ensemble: str = "satb",
    sampling: SamplingOptions | None = None,
    progress: Callable[[float], None] | None = None,
    change: Callable[[PiecePlan], PiecePlan] = lambda plan: plan,
) -> SceneMusic:
    """Compose the music of a scene, by its plan as `change` changes it: sections keep their measures and tempos.

    Harmony that is still open then is drawn by the seed, and suggested.

    InputError if no tempos lead from one cue to the next.
    """
    planned = plan_of_scene(scene)
    seed = (sampling or SamplingOptions()).seed
    planned = replace(planned, plan=with_suggested_harmony(change(planned.plan), seed))
    done = compose(ensemble=ensemble, plan=planned.plan, sampling=sampling, progress=progress)
    score = without_fermatas(done.score)
    cues = cue_times(scene, planned, score)
    return SceneMusic(score, planned.plan, cues, (*_of_composing(done), *_notices(cues)))


def _of_composing(done: Composition) -> Iterator[str]:
    """The notices of composing; of the chords, those that are fixed are reported, not those that were suggested."""
    report = str(done.chords)
    yield from (notice for notice in done.notices if notice != report)
    fixed = tuple(each for each in done.chords.outcomes if each.fixed) if done.chords else ()
    if fixed:
        yield str(ChordReport(fixed))


def cue_times(scene: Scene, planned: ScenePlan, score: Score) -> tuple[CueTime, ...]:
    """The cues against the times of the MIDI file of a score."""
    midi = to_midi(score)
    notes = [(note.start, note.stop) for note in note_times(midi)]
    places = [*beats(score), Beat(len(score.measures), 0, score.duration)]  # beat 0 is the end of the music
    times = seconds_at(midi, [each.onset for each in places])
    found = []
    for cue, place in zip(scene.cues, planned.places, strict=True):
        number = _number(places, times, place, cue)
        beat = places[number]
        name = score.measures[beat.measure_index if beat.number else -1].number
        code = timecode(scene.start + cue.time, scene.rate)
        does = _does(cue, times[number], notes)
        found.append(CueTime(cue, code, name, beat.number, times[number], place is not None, does))
    return tuple(found)


def _number(places: Sequence[Beat], times: Sequence[float], place: Fraction | None, cue: Cue) -> int:
    """The beat of a cue: the one at its place, or for a cue that was left out the nearest in time."""
    if place is None:
        return min(range(len(times)), key=lambda index: abs(times[index] - float(cue.time)))
    return min(range(len(places)), key=lambda index: abs(places[index].onset - place))


def _does(cue: Cue, seconds: float, notes: Sequence[tuple[float, float]]) -> bool:
    if cue.kind == "silence":
        return not any(start < seconds + _SAME < stop - _SAME for start, stop in notes)
    return any(abs(start - seconds) < _SAME for start, _ in notes)


def _notices(cues: Sequence[CueTime]) -> list[str]:
    exact = [cue for cue in cues if cue.exact]
    largest = max((abs(cue.error) for cue in exact), default=0.0)
    lines = [f"{len(exact)} of {len(cues)} cues are on their beats; the largest error is {1000 * largest:.1f} ms"]
    for cue in cues:
        if not cue.exact:
            side = "later" if cue.error > 0 else "earlier"
            lines.append(f"the cue {cue.cue} is left out: the nearest beat is {abs(cue.error):.2f} s {side}")
        elif not cue.beat and cue.cue.kind != "silence":
            lines.append(f"the cue {cue.cue} is at the end of the music, where no note begins; let the music end later")
        elif not cue.sounds:
            lines.append(
                f"the cue {cue.cue}: {'a note sounds' if cue.cue.kind == 'silence' else 'no note begins'} there"
            )
    return lines
