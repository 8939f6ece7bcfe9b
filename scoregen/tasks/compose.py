"""The main job: a score with blanks comes in, the same score with its blanks filled goes out.

Harmonising, filling holes, going on and inventing are one operation on different scores. What is
blank is settled here (`prepare`), the model draws drafts, and the best come back as scores whose
every voice says whether it was given or generated.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.analysis.rules.parallels import Parallel, parallels
from scoregen.generation.candidates import draw_candidates
from scoregen.generation.infill_task import InfillTask, infill_task
from scoregen.generation.reranking import RankingCriteria
from scoregen.model.network.config import SamplingOptions
from scoregen.plan.form import Chords, PieceOptions, blank_piece, cadence_chords, leading_chords
from scoregen.plan.sections import Sections, first_heard, section_starts, unfolded
from scoregen.score.edit import filled
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.system.errors import InputError
from scoregen.tokens.decode import decode
from scoregen.tokens.encode import encode
from scoregen.tokens.planned_chords import PlannedChord
from scoregen.version import __version__

if TYPE_CHECKING:
    from scoregen.model.engine.loading import LoadedModel
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.pretrained import Pretrained

__all__ = ["Alternative", "Composition", "PieceOptions", "SamplingOptions", "compose"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One finished score, how likely the model finds what it wrote, and where all of it comes from.

    `parallels` are the fifths and octaves between its voices, whoever wrote them.
    """

    score: Score
    log_likelihood: float
    parallels: tuple[Parallel, ...]
    provenance: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Composition:
    """What `compose` returns: the alternatives, best first, and what the user should be told."""

    alternatives: tuple[Alternative, ...]
    notices: tuple[str, ...]
    sampling_seconds: float

    @property
    def score(self) -> Score:
        return self.alternatives[0].score


def compose(
    score: Score | None = None,
    *,
    ensemble: str = "satb",
    roles: Mapping[str, str] | None = None,
    blank: Sequence[str] = (),
    extend: int = 0,
    piece: PieceOptions | None = None,
    sampling: SamplingOptions | None = None,
    count: int = 1,
    checkpoint: Path | str | None = None,
    device: str = "auto",
    progress: Callable[[float], None] | None = None,
) -> Composition:
    """Fill what is blank in a score for an ensemble; without a score, write a new piece.

    `roles` tells which part takes which role (`{"soprano": "1"}`); `blank` empties parts, measures
    or both (`"alto,tenor:5-8"`); `extend` appends measures. Raises InputError where there is
    nothing to fill, RefusedError where notes cannot be written against what is given.
    """
    from scoregen.model.sampling.pretrained import load_pretrained

    if not 1 <= count <= 100:
        raise InputError(f"{count} alternatives were asked for; expected 1 to 100")
    options = sampling or SamplingOptions()
    options = replace(options, candidates=max(options.candidates, count))
    players = load_ensemble(ensemble)
    pretrained = load_pretrained(Path(checkpoint) if checkpoint else None, players, device, options.candidates)
    wanted = piece or PieceOptions()
    given = score if score is not None else blank_piece(wanted, players)
    form = wanted.sections if score is None else (0,)
    task = infill_task(given, players, roles or {}, blank, extend)
    started = time.perf_counter()
    chords = {} if score is not None else cadence_chords(given, options.seed, form)
    leading = {} if score is not None else leading_chords(given, chords, options.seed)
    plan = _Plan(chords, leading, section_starts(given, form) if score is None else ())
    found = _sample(pretrained, task, plan, options, count, progress)
    seconds = time.perf_counter() - started
    calibrated = pretrained.calibration.checksum if pretrained.calibration else None
    story = {
        "calibration": calibrated,
        "blank": list(blank),
        "extend": extend,
        "ensemble": ensemble,
        "roles": dict(roles or {}),
    }
    story |= {"piece": _plain(asdict(wanted))} if score is None else {}
    alternatives = []
    for rank, draft in enumerate(found[:count], 1):
        done = unfolded(_finished(task, draft), form)
        new = _novelty(draft, done, form)
        record = provenance(done, pretrained.model, options, {**story, "rank": rank, "novelty": new})
        alternatives.append(Alternative(done, -draft.nats, parallels(done, task.slots), record))
    return Composition(tuple(alternatives), task.notices, seconds)


def provenance(score: Score, model: LoadedModel, options: SamplingOptions, story: Mapping[str, Any]) -> dict[str, Any]:
    """Where every measure of every part comes from, and what it takes to make it again."""
    return {
        "version": __version__,
        "weights": model.checksum,
        "sampling": asdict(options),
        **story,
        "measures": {
            part.id: [
                {"number": measure.number, "origin": _origin(measure.voices, part.id)} for measure in score.measures
            ]
            for part in score.parts
        },
    }


def provenance_fields(record: Mapping[str, Any]) -> dict[str, str]:
    """The same for a MusicXML file's miscellaneous fields: short texts by name."""
    fields = {
        "scoregen:version": str(record["version"]),
        "scoregen:weights": str(record["weights"]),
        "scoregen:seed": str(record["sampling"]["seed"]),
        "scoregen:options": json.dumps(_options_of(record), sort_keys=True, ensure_ascii=False),
        "scoregen:novelty": json.dumps(record["novelty"], sort_keys=True),
    }
    for part, measures in record["measures"].items():
        for origin in ("given", "generated", "mixed"):
            numbers = [entry["number"] for entry in measures if entry["origin"] == origin]
            if numbers:
                fields[f"scoregen:{origin}:{part}"] = _runs(numbers, [entry["number"] for entry in measures])
    return fields


def _options_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for: everything but what came of it."""
    return {key: value for key, value in record.items() if key not in ("version", "weights", "measures", "novelty")}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is settled of a new piece beside its blank score: where it is to close and on which chords, what
    leads there, and where sections begin."""

    chords: Chords
    leading: Chords
    sections: tuple[int, ...]


def _sample(
    pretrained: Pretrained,
    task: InfillTask,
    plan: _Plan,
    options: SamplingOptions,
    count: int,
    progress: Callable[[float], None] | None,
) -> tuple[Draft, ...]:
    """The drafts, best first; the `count` best have been gone over again."""
    from scoregen.model.sampling.request import SamplingRequest

    tokens = encode(task.score, task.slots, snap=True)
    calibration = pretrained.calibration
    aims = RankingCriteria.of(tokens, plan.chords, calibration.discriminator if calibration else None)
    engine = pretrained.model.engine
    logit_bias = calibration.logit_bias if calibration else None
    settled = _settled(plan, len(tokens.measures))
    request = SamplingRequest(
        engine, tokens, task.rules, settled, pretrained.index, logit_bias, frozenset(plan.sections)
    )
    return draw_candidates(request, aims, options, count, progress or (lambda done: None))


def _settled(plan: _Plan, measures: int) -> dict[int, dict[Fraction, PlannedChord]]:
    """The chords of a plan as constraints: each stays for a beat, the last one of a section to its end."""
    lasts = {(start or measures) - 1 for start in plan.sections}
    settled: dict[int, dict[Fraction, PlannedChord]] = {}
    for index, places in plan.leading.items():
        settled[index] = {onset: PlannedChord(members) for onset, members in places.items()}
    for index, places in plan.chords.items():
        for onset, members in places.items():
            final = index in lasts and onset == max(places)
            settled.setdefault(index, {})[onset] = PlannedChord(members, final, stay=Fraction(1))
    return settled


def _novelty(draft: Draft, score: Score, form: Sections) -> dict[str, Any]:
    """What the provenance says of it: the limit that was in force, and what was found, in the corpus of the weights.

    `scoregen novelty` tells from which work it comes.
    """
    from scoregen.tokens.window_hashes import LIMIT, SHORTEST

    found = draft.shared
    if found is None:
        return {"limit_events": None}
    measures = len(draft.tokens.measures)
    begins = score.measures[first_heard(found.measure, measures, form)].number if found.longest else None
    return {
        "limit_events": LIMIT,
        "longest_shared_events": found.longest,
        "longest_shared_from_measure": begins,
        f"shared_windows_of_{SHORTEST}_percent": round(100 * found.share, 1),
        "windows_over_the_limit": found.breaches,
    }


def _finished(task: InfillTask, draft: Draft) -> Score:
    """A draft as a score: its blanks filled, everything else as it came."""
    blank = {(index, voice.slot) for index, m in enumerate(task.score.measures) for voice in m.voices if voice.is_blank}
    voices = [
        (index, voice)
        for index, measure in enumerate(decode(draft.tokens, task.score).measures)
        for voice in measure.voices
        if (index, voice.slot) in blank
    ]
    return filled(task.score, voices)


def _origin(voices: Sequence[Any], part_id: str) -> str:
    origins = {voice.origin for voice in voices if voice.slot.part == part_id}
    return origins.pop() if len(origins) == 1 else "mixed" if origins else "given"


def _runs(numbers: Sequence[str], every: Sequence[str]) -> str:
    """Measure numbers as runs: `1-4 7 9-12`."""
    chosen = set(numbers)
    groups = [list(group) for is_chosen, group in groupby(every, key=chosen.__contains__) if is_chosen]
    return " ".join(group[0] if len(group) == 1 else f"{group[0]}-{group[-1]}" for group in groups)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, (int, str)) else str(value) for key, value in values.items()}
