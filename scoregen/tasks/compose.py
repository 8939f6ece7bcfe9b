"""Composition: fills the blanks of a score.

Harmonising, filling holes, continuing and composing are one operation on different scores. `infill_task` marks what
is blank, the model samples drafts, and the best drafts are returned as scores in which each voice has its origin:
given or generated.
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
from scoregen.plan.sections import Sections, first_occurrence, section_starts, unfolded
from scoregen.score.edit import insert_voices
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.styles.style import DEFAULT as DEFAULT_STYLE
from scoregen.styles.style import Style, load_style
from scoregen.system.errors import InputError
from scoregen.tokens.constraints.planned_chords import PlannedChord
from scoregen.tokens.decode import decode
from scoregen.tokens.encode import encode
from scoregen.version import __version__

if TYPE_CHECKING:
    from scoregen.model.engine.protocol import Engine
    from scoregen.model.network.checkpoint import Weights
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.pretrained import Pretrained

__all__ = ["Alternative", "Composition", "PieceOptions", "SamplingOptions", "compose"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One finished score, the log likelihood of its generated part in nats, and its provenance.

    `parallels` are all parallel fifths and octaves between its voices, given and generated.
    """

    score: Score
    log_likelihood: float
    parallels: tuple[Parallel, ...]
    provenance: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Composition:
    """The result of `compose`: the alternatives, best first, and notices for the user."""

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
    style: str = DEFAULT_STYLE,
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

    `roles` assigns parts to roles (`{"soprano": "1"}`); `blank` empties parts, measures or both
    (`"alto,tenor:5-8"`); `extend` appends measures; `style` names a file of grammars/styles, whose costs of parallels
    and crossing apply unless `sampling` sets its own. Raises InputError if there is nothing to fill, and
    RefusedError if no notes can be written for what is given.
    """
    from scoregen.model.engine.loading import load_engine
    from scoregen.model.sampling.pretrained import load_pretrained

    if not 1 <= count <= 100:
        raise InputError(f"found a count of {count}; expected 1 to 100 alternatives")
    options = sampling or SamplingOptions()
    players, manner = load_ensemble(ensemble), load_style(style)
    options = _with_costs(options, manner)
    pretrained = load_pretrained(Path(checkpoint) if checkpoint else None, players)
    engine = load_engine(pretrained.weights, device, options.candidates)
    piece_options = piece or PieceOptions()
    given = score if score is not None else blank_piece(piece_options, players, manner)
    form = piece_options.sections if score is None else (0,)
    task = infill_task(given, players, roles or {}, blank, extend, manner)
    started = time.perf_counter()
    chords = {} if score is not None else cadence_chords(given, options.seed, form, manner)
    leading = {} if score is not None else leading_chords(given, chords, options.seed, manner)
    plan = _Plan(manner, chords, leading, section_starts(given, form) if score is None else ())
    drafts = _sample(engine, pretrained, task, plan, options, count, progress)
    seconds = time.perf_counter() - started
    calibration = pretrained.calibration.checksum if pretrained.calibration else None
    settings = {
        "calibration": calibration,
        "blank": list(blank),
        "extend": extend,
        "ensemble": ensemble,
        "roles": dict(roles or {}),
    }
    settings |= {"style": style} if style != DEFAULT_STYLE else {}
    settings |= {"piece": _plain(asdict(piece_options))} if score is None else {}
    alternatives = []
    for rank, draft in enumerate(drafts, 1):
        done = unfolded(_finished(task, draft), form)
        novelty = _novelty(draft, done, form)
        record = provenance(done, pretrained.weights, options, {**settings, "rank": rank, "novelty": novelty})
        alternatives.append(Alternative(done, -draft.nats, parallels(done, task.slots), record))
    return Composition(tuple(alternatives), task.notices, seconds)


def provenance(score: Score, weights: Weights, options: SamplingOptions, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The origin of every measure of every part, and everything that reproduces the score."""
    return {
        "version": __version__,
        "weights": weights.checksum,
        "sampling": asdict(options),
        **settings,
        "measures": {
            part.id: [
                {"number": measure.number, "origin": _origin(measure.voices, part.id)} for measure in score.measures
            ]
            for part in score.parts
        },
    }


def provenance_fields(record: Mapping[str, Any]) -> dict[str, str]:
    """The same record for the miscellaneous fields of a MusicXML file: short texts by name."""
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
    """The settings of a record, without its results."""
    return {key: value for key, value in record.items() if key not in ("version", "weights", "measures", "novelty")}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is fixed before sampling: the style, and of a new piece the cadence chords, the chords before them, and
    the starts of sections."""

    style: Style
    chords: Chords
    leading: Chords
    sections: tuple[int, ...]


def _sample(
    engine: Engine,
    pretrained: Pretrained,
    task: InfillTask,
    plan: _Plan,
    options: SamplingOptions,
    count: int,
    progress: Callable[[float], None] | None,
) -> tuple[Draft, ...]:
    """The drafts of `count` alternatives, best first."""
    from scoregen.model.sampling.request import SamplingRequest

    tokens = encode(task.score, task.slots, snap=True)
    calibration = pretrained.calibration
    criteria = RankingCriteria.of(tokens, plan.chords, pretrained.successions, plan.style)
    logit_bias = calibration.logit_bias if calibration else None
    chords = _planned_chords(plan, len(tokens.measures))
    request = SamplingRequest(
        engine,
        tokens,
        task.rules,
        chords,
        pretrained.index,
        logit_bias,
        pretrained.successions,
        frozenset(plan.sections),
        style=plan.style,
    )
    return draw_candidates(request, criteria, options, count, progress or (lambda done: None))


def _with_costs(options: SamplingOptions, style: Style) -> SamplingOptions:
    """The options with the costs of the style where they name none."""
    costs = style.voice_leading.with_options(options.voice_leading, options.crossing)
    return replace(options, voice_leading=costs.parallel, crossing=costs.crossing)


def _planned_chords(plan: _Plan, measures: int) -> dict[int, dict[Fraction, PlannedChord]]:
    """The chords of a plan as constraints: each lasts as the style says, the last one of a section to its end."""
    lasts = {(start or measures) - 1 for start in plan.sections}
    chords: dict[int, dict[Fraction, PlannedChord]] = {}
    for index, places in plan.leading.items():
        chords[index] = {onset: PlannedChord(members) for onset, members in places.items()}
    for index, places in plan.chords.items():
        for onset, members in places.items():
            final = index in lasts and onset == max(places)
            chords.setdefault(index, {})[onset] = PlannedChord(members, final, plan.style.cadences.stay)
    return chords


def _novelty(draft: Draft, score: Score, form: Sections) -> dict[str, Any]:
    """The novelty record of the provenance: the limit, and the passages shared with the corpus of the weights.

    `scoregen novelty` finds the works of the passages.
    """
    from scoregen.tokens.window_hashes import LIMIT, SHORTEST

    shared = draft.shared
    if shared is None:
        return {"limit_events": None}
    measures = len(draft.tokens.measures)
    begins = score.measures[first_occurrence(shared.measure, measures, form)].number if shared.longest else None
    return {
        "limit_events": LIMIT,
        "longest_shared_events": shared.longest,
        "longest_shared_from_measure": begins,
        f"shared_windows_of_{SHORTEST}_percent": round(100 * shared.share, 1),
        "windows_over_the_limit": shared.breaches,
    }


def _finished(task: InfillTask, draft: Draft) -> Score:
    """A draft as a score: its blanks filled, everything else unchanged."""
    blank = {(index, voice.slot) for index, m in enumerate(task.score.measures) for voice in m.voices if voice.is_blank}
    voices = [
        (index, voice)
        for index, measure in enumerate(decode(draft.tokens, task.score).measures)
        for voice in measure.voices
        if (index, voice.slot) in blank
    ]
    return insert_voices(task.score, voices)


def _origin(voices: Sequence[Any], part_id: str) -> str:
    origins = {voice.origin for voice in voices if voice.slot.part == part_id}
    return origins.pop() if len(origins) == 1 else "mixed" if origins else "given"


def _runs(numbers: Sequence[str], every: Sequence[str]) -> str:
    """Measure numbers as ranges: `1-4 7 9-12`."""
    chosen = set(numbers)
    groups = [list(group) for is_chosen, group in groupby(every, key=chosen.__contains__) if is_chosen]
    return " ".join(group[0] if len(group) == 1 else f"{group[0]}-{group[-1]}" for group in groups)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, (int, str)) else str(value) for key, value in values.items()}
