"""Composition: fills the blanks of a score.

Harmonising, filling holes, continuing and composing are one operation on different scores. `infill_task` marks what
is blank, the model samples drafts, and the best drafts are returned as scores in which each voice has its origin:
given or generated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.analysis.rules.findings import at_least
from scoregen.analysis.rules.parallels import Parallel, parallels
from scoregen.generation.candidates import draw_candidates
from scoregen.generation.ensemble_task import (
    ensemble_task,
    network_style,
    voice_descriptions,
    without_phrase_ends,
)
from scoregen.generation.filling import filled_page, filled_reading
from scoregen.generation.infill_task import InfillTask, check_parts, infill_task
from scoregen.generation.ranges import transposition_of
from scoregen.generation.reranking import RankingCriteria
from scoregen.generation.understanding import Understanding
from scoregen.generation.voice_rules import comfortable_range
from scoregen.model.network.config import SamplingOptions
from scoregen.notation.graft.transposition import transposed
from scoregen.notation.results import ScoreResult
from scoregen.plan.chords.chord_report import ChordReport, chord_report
from scoregen.plan.chords.chord_text import chord_measures
from scoregen.plan.chords.steering import chord_notices, given_chords, given_timeline
from scoregen.plan.drafts import (
    DraftPlans,
    GivenTask,
    Manner,
    closing_chords,
    plans_for_given,
    plans_for_piece,
)
from scoregen.plan.easy_parts import easy_rules
from scoregen.plan.form import PieceOptions, blank_piece
from scoregen.plan.plan_text import PlanRow, plan_rows
from scoregen.plan.sections import Sections, section_starts, unfolded
from scoregen.score.arrangement.sung_texts import LYRICS, LyricsChoice, with_given_marks
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, load_ensemble, with_instruments
from scoregen.score.keys import Key
from scoregen.styles.library import StyleChoice, choose_style
from scoregen.styles.style import DEFAULT as DEFAULT_STYLE
from scoregen.styles.style import Style
from scoregen.system.errors import InputError
from scoregen.tasks.check import check
from scoregen.tasks.layout import NEW_SCORE, LayoutOptions, lay_out_given
from scoregen.tasks.provenance import novelty_record, provenance, provenance_fields
from scoregen.tokens.constraints.measure_plan import GivenChords, Plan
from scoregen.tokens.encode import encode
from scoregen.tokens.events import TokenScore

if TYPE_CHECKING:
    from scoregen.model.engine.protocol import Engine
    from scoregen.model.harmony.planner import Planner
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.pretrained import Pretrained

__all__ = ["Alternative", "Composition", "PieceOptions", "SamplingOptions", "compose"]


@dataclass(frozen=True, slots=True, repr=False)
class Alternative(ScoreResult):
    """One finished score, the log likelihood of its generated part in nats, and its provenance.

    `parallels` are all parallel fifths and octaves between its voices, given and generated. `plan` is the harmonic plan
    that its notes were written under, () without one.
    """

    score: Score
    log_likelihood: float
    parallels: tuple[Parallel, ...]
    provenance: dict[str, Any]
    plan: tuple[PlanRow, ...] = ()

    def __repr__(self) -> str:
        return f"<Alternative {self.provenance['rank']} of {self.score!r}: {self.log_likelihood:.1f} nats>"

    def _fields(self) -> Mapping[str, str]:
        return provenance_fields(self.provenance)


@dataclass(frozen=True, slots=True, repr=False)
class Composition(ScoreResult):
    """The result of `compose`: the alternatives, best first, notices for the user, and what was understood.

    `chords` is the report on the given chords in the best one; None if none is given.
    `score`, `save` and the conversions use the best.
    """

    alternatives: tuple[Alternative, ...]
    notices: tuple[str, ...]
    sampling_seconds: float
    understanding: Understanding
    chords: ChordReport | None = None

    @property
    def score(self) -> Score:
        return self.alternatives[0].score

    def __repr__(self) -> str:
        count = len(self.alternatives)
        return f"<Composition of {self.score!r}, {count} alternative{'' if count == 1 else 's'}>"

    def _fields(self) -> Mapping[str, str]:
        return provenance_fields(self.alternatives[0].provenance)


def compose(
    score: Score | None = None,
    *,
    ensemble: str = "satb",
    style: str = DEFAULT_STYLE,
    roles: Mapping[str, str] | None = None,
    blank: Sequence[str] = (),
    extend: int = 0,
    key: str | None = None,
    add: Sequence[str] = (),
    parts: Sequence[str] = (),
    transpose: str | None = None,
    piece: PieceOptions | None = None,
    sampling: SamplingOptions | None = None,
    count: int = 1,
    checkpoint: Path | str | None = None,
    device: str = "auto",
    chords: str | None = None,
    chord_symbols: str = "follow",
    figured_bass: str | None = None,
    lyrics: LyricsChoice = "all",
    layout: LayoutOptions | None = None,
    progress: Callable[[float], None] | None = None,
) -> Composition:
    """Fill what is blank in a score for an ensemble; without a score, write a new piece.

    `roles` assigns parts to roles (`{"soprano": "1"}`); `blank` empties parts, measures or both
    (`"alto,tenor:5-8"`); `extend` appends measures; `key` is the key of a given score, which is found without it;
    `add` names roles or other instruments that get a new part, `parts` the only ones that are written, of a new piece
    too; `transpose` moves the score, given parts included, by an interval (`-M2`),
    by semitones, or (`auto`) to where the given voices fit their ranges; `style` is a shipped style, an own one (the
    name or the path of what `train` wrote) or a mixture (`"bach:0.7,mine:0.3"`; `styles.library`), whose costs of
    parallels and crossing apply unless `sampling` sets its own. `chords` is a progression for the new
    voices, in chord symbols or numerals (`"I vi | ii65 V7 | I"`), `figured_bass` the figures under a given bass
    (`"6 | 6/5 #"`). Without them, `chord_symbols` is `follow` if new voices sound only members of the chords that the
    symbols or figures of the score name, `suggest` if they do where voice leading allows, or `ignore`. `lyrics` names
    the verses that new parts get: all, or the first; `layout` lays the result out as open or closed score or adds a
    rehearsal reduction. Raises InputError if there is nothing to fill, and RefusedError if no notes can be written for
    what is given.
    """
    from scoregen.model.engine.loading import load_engine
    from scoregen.model.sampling.mixture import load_mixture
    from scoregen.model.sampling.pretrained import INSTRUMENTS, default_style

    if not 1 <= count <= 100:
        raise InputError(f"found a count of {count}; expected 1 to 100 alternatives")
    if lyrics not in LYRICS:
        raise InputError(f"found {lyrics!r} for lyrics; expected one of: {', '.join(LYRICS)}")
    shape = layout or LayoutOptions()
    shape.check()
    options = sampling or SamplingOptions()
    choir = with_instruments(load_ensemble(ensemble), (*add, *parts))
    if score is None and parts:
        check_parts(choir, parts, (), ())
        choir = replace(choir, roles=tuple(role for role in choir.roles if role.name in parts))
    chosen = choose_style(style if style != DEFAULT_STYLE else default_style(choir))
    pretrained = load_mixture(_weights_of(chosen, checkpoint), choir, may_stand_in=True)
    if pretrained.knows_descriptions:
        _refuse_choral(choir, options, chords, figured_bass, shape)
        chord_symbols = "ignore"
        chosen = choose_style(INSTRUMENTS) if style == DEFAULT_STYLE else chosen
    manner = chosen.style
    options = _with_costs(options, manner)
    engine = load_engine(pretrained.weights, device, options.candidates)
    piece_options = piece or (PieceOptions(measures=len(chord_measures(chords))) if chords else PieceOptions())
    given = blank_piece(piece_options, choir, manner, options.seed) if score is None else score
    if score is None and pretrained.knows_descriptions:
        given = without_phrase_ends(given)
    if transpose is not None:
        given = transposed(given, transposition_of(transpose, given, choir, roles or {}))
    form = piece_options.sections if score is None else (0,)
    players = pretrained.players
    asked = _asked_key(key)
    if pretrained.knows_descriptions:
        task = ensemble_task(given, choir, roles or {}, blank, extend, manner, key=asked, add=add, wanted=parts)
    else:
        task = infill_task(
            given, choir, roles or {}, blank, extend, manner, key=asked, add=add, parts=parts, players=players
        )
    if options.difficulty == "easy":
        task = replace(task, rules=easy_rules(task.rules, task.singers, task.interval))
    started = time.perf_counter()
    sections = section_starts(given, form) if score is None else ()
    timeline = given_timeline(task.score, task.slots, chords, chord_symbols, figured_bass)
    followed = given_chords(timeline)
    if pretrained.knows_descriptions:
        plans = DraftPlans(task.score, (({},),) * count, {})
    else:
        plans = _plans(task, form if score is None else None, manner, options, count, followed)
    drafts = _sample(engine, pretrained, task, choir, plans, manner, sections, options, progress)
    drafts = _least_faulty_first(task, drafts)
    seconds = time.perf_counter() - started
    calibration = pretrained.calibration.checksum if pretrained.calibration else None
    settings = {
        "calibration": calibration,
        "blank": list(blank),
        "extend": extend,
        "ensemble": choir.name,
        "roles": dict(roles or {}),
    }
    settings |= {name: value for name, value in (("key", key), ("add", list(add)), ("parts", list(parts))) if value}
    settings |= {"transpose": transpose} if transpose else {}
    settings |= {name: value for name, value in (("chords", chords), ("figured_bass", figured_bass)) if value}
    follows = bool(followed) and not (chords or figured_bass)
    settings |= {"chord_symbols": chord_symbols} if follows or chord_symbols != "follow" else {}
    settings |= {"style": style} if style != DEFAULT_STYLE else {}
    settings |= {"piece": _plain(asdict(piece_options))} if score is None else {}
    alternatives = []
    for rank, draft in enumerate(drafts, 1):
        done = with_given_marks(unfolded(filled_page(task, draft.tokens), form), lyrics)
        novelty = novelty_record(draft, done, form)
        closing = closing_chords(done, plans.ends) if form == (0,) else []
        results = {"rank": rank, "novelty": novelty, "phrase_ends": closing}
        record = provenance(done, pretrained.weights, options, {**settings, **results})
        found = parallels(unfolded(filled_reading(task, draft.tokens), form), task.page_slots)
        shown = lay_out_given(done, choir, shape)
        rows = plan_rows([measure.header for measure in draft.tokens.measures])
        alternatives.append(Alternative(shown, -draft.nats, found, record, rows))
    report = chord_report(filled_reading(task, drafts[0].tokens), task.score, task.slots, timeline)
    is_new = given.document is not None and alternatives[0].score.document is None
    return Composition(
        tuple(alternatives),
        (
            *given.notices,
            *task.notices,
            *chord_notices(task.score, timeline, chords, chord_symbols),
            *([str(report)] if report else []),
            *([NEW_SCORE] if is_new else []),
        ),
        seconds,
        _with_chords(task.understanding, follows=follows),
        report,
    )


def _refuse_choral(
    ensemble: Ensemble, options: SamplingOptions, chords: str | None, figures: str | None, layout: LayoutOptions
) -> None:
    """InputError for an option that is only for choirs of up to four voices so far."""
    asked = {
        "--chords": chords is not None,
        "--figured-bass": figures is not None,
        "--rhythm": options.rhythm == "plain",
        "--difficulty": options.difficulty != "normal",
        "--layout and --reduction": layout != LayoutOptions(),
    }
    names = [name for name, is_asked in asked.items() if is_asked]
    if names:
        raise InputError(f"{names[0]} is for choirs of up to four voices so far; leave it out for {ensemble.name}")


def _with_chords(understanding: Understanding, *, follows: bool) -> Understanding:
    """What was understood, with the use of chord symbols; a progression or figures of the caller replace them."""
    is_used = follows and understanding.chord_symbols != "none"
    return replace(understanding, chord_symbols="followed") if is_used else understanding


def _least_faulty_first(task: InfillTask, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    """Alternatives in the order of their errors of part-writing under the rules `strict`, then in their own."""
    if len(drafts) < 2:
        return drafts
    return tuple(sorted(drafts, key=lambda draft: _errors(filled_reading(task, draft.tokens))))


def _errors(score: Score) -> int:
    return len(at_least(check(score, "strict").findings, "error"))


def _asked_key(key: str | None) -> Key | None:
    try:
        return Key.parse(key) if key is not None else None
    except ValueError as error:
        raise InputError(f"--key: {error}") from None


def _plans(
    task: InfillTask, form: Sections | None, style: Style, options: SamplingOptions, count: int, symbols: GivenChords
) -> DraftPlans:
    """The plans of the drafts of all alternatives; `form` is that of a new piece, None for a given score."""
    manner = Manner(style, options.rhythm, options.difficulty == "easy")
    if form is None:
        keys = tuple(Key.of(measure.key) for measure in task.score.measures)
        given = GivenTask(task.score, task.slots, keys, symbols)
        return plans_for_given(given, manner, options.seed, count, options.candidates)
    return plans_for_piece(task.score, form, manner, options.seed, count, symbols)


def _sample(
    engine: Engine,
    pretrained: Pretrained,
    task: InfillTask,
    ensemble: Ensemble,
    plans: DraftPlans,
    style: Style,
    sections: Sequence[int],
    options: SamplingOptions,
    progress: Callable[[float], None] | None,
) -> tuple[Draft, ...]:
    """The drafts of `count` alternatives, best first."""
    from scoregen.model.sampling.request import SamplingRequest

    tokens = encode(plans.score, task.slots, snap=True)
    calibration = pretrained.calibration
    criteria = RankingCriteria.of(tokens, plans.ends, pretrained.successions, style)
    logit_bias = calibration.logit_bias if calibration else None
    page = None if len(task.page_slots) == len(task.slots) else tuple(map(task.slots.index, task.page_slots))
    requests = [
        SamplingRequest(
            engine,
            planned,
            task.rules,
            own,
            pretrained.index,
            logit_bias,
            pretrained.successions,
            frozenset(sections),
            style=style,
            scales=task.scales,
            page=page,
            descriptions=voice_descriptions(task) if pretrained.knows_descriptions else None,
            network_style=network_style(pretrained.weights.config.styles, ensemble),
            comfortable=tuple(
                comfortable_range(role, slot.staff, task.interval)
                for role, slot in zip(task.singers, task.slots, strict=True)
            ),
        )
        for planned, own in _with_harmony(pretrained.planner, tokens, plans.plans, options.seed)
    ]
    return draw_candidates(requests, criteria, options, progress or (lambda done: None))


def _weights_of(chosen: StyleChoice, checkpoint: Path | str | None) -> list[tuple[Path, float]]:
    """The weights of a style and their shares; a checkpoint that is named takes the place of shipped ones."""
    if checkpoint is None:
        return [(entry.weights, share) for entry, share in chosen.parts]
    if chosen.is_own:
        raise InputError(
            f"--checkpoint {checkpoint}: the style {chosen.style.name} has its own weights; omit one of them"
        )
    return [(Path(checkpoint), 1.0)]


def _with_harmony(
    planner: Planner | None, tokens: TokenScore, plans: Sequence[Sequence[Plan]], seed: int
) -> list[tuple[TokenScore, Sequence[Plan]]]:
    """The task of each alternative under its best harmonic plan, with the plan of measures that it goes with."""
    from scoregen.generation.harmony_plans import harmonic_plans, has_plans

    if planner is None or not has_plans(tokens):
        return [(tokens, own) for own in plans]
    best = [harmonic_plans(planner, tokens, own, f"{seed} {number}")[0] for number, own in enumerate(plans)]
    return [(each.tokens, (each.measures,)) for each in best]


def _with_costs(options: SamplingOptions, style: Style) -> SamplingOptions:
    """The options with the costs of the style where they name none."""
    costs = style.voice_leading.with_options(options.voice_leading, options.crossing)
    return replace(options, voice_leading=costs.parallel, crossing=costs.crossing)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, (int, str)) else str(value) for key, value in values.items()}
