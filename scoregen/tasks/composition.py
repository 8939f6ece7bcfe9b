"""The result of `compose`: finished scores with their provenance, and what the user is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from scoregen.analysis.rules.parallels import Parallel, parallels
from scoregen.generation.composing.page import Page
from scoregen.generation.composing.planning import Planning
from scoregen.generation.composing.request import ComposeRequest
from scoregen.generation.composing.writer import Writer
from scoregen.generation.filling import filled_page, filled_reading
from scoregen.generation.infill_task import InfillTask
from scoregen.generation.understanding import Understanding
from scoregen.notation.results import ScoreResult
from scoregen.plan.chords.chord_report import ChordReport, chord_report
from scoregen.plan.chords.steering import chord_notices
from scoregen.plan.chords.written_symbols import with_written_symbols
from scoregen.plan.drafts import closing_chords
from scoregen.plan.plan_text import PlanRow, moved_plan, plan_rows
from scoregen.plan.sections import unfolded
from scoregen.plan.words.given_words import wordless_notices
from scoregen.plan.words.word_setting import underlaid, word_notices
from scoregen.score.arrangement.sung_texts import LyricsChoice, with_given_marks
from scoregen.score.elements import Score
from scoregen.styles.style import DEFAULT as DEFAULT_STYLE
from scoregen.tasks.layout import NEW_SCORE, LayoutOptions, lay_out_given
from scoregen.tasks.provenance import novelty_record, provenance, provenance_fields, ranking_record

if TYPE_CHECKING:
    from scoregen.model.sampling.drafts import Draft


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

    `chords` is the report on the given chords in the best one; None if none is given. `form` is the small form of a new
    piece for instruments, with the measures that come again, "" without one.
    `score`, `save` and the conversions use the best.
    """

    alternatives: tuple[Alternative, ...]
    notices: tuple[str, ...]
    sampling_seconds: float
    understanding: Understanding
    chords: ChordReport | None = None
    form: str = ""

    @property
    def score(self) -> Score:
        return self.alternatives[0].score

    def __repr__(self) -> str:
        count = len(self.alternatives)
        return f"<Composition of {self.score!r}, {count} alternative{'' if count == 1 else 's'}>"

    def _fields(self) -> Mapping[str, str]:
        return provenance_fields(self.alternatives[0].provenance)


@dataclass(frozen=True, slots=True)
class Work:
    """Everything that led to the drafts."""

    request: ComposeRequest
    writer: Writer
    page: Page
    task: InfillTask
    planning: Planning
    lyrics: LyricsChoice
    layout: LayoutOptions

    @property
    def follows_symbols(self) -> bool:
        """Whether new voices follow chords of the score itself."""
        return bool(self.planning.followed) and not (self.request.chords or self.request.figured_bass)


def composition(work: Work, drafts: Sequence[Draft], seconds: float) -> Composition:
    """The drafts as finished scores, that with the fewest errors of part-writing first, and what there is to say."""
    settings, drafts = _settings(work), _least_faulty_first(work, drafts)
    alternatives = tuple(_alternative(work, draft, rank, settings) for rank, draft in enumerate(drafts, 1))
    report = chord_report(
        filled_reading(work.task, drafts[0].tokens),
        work.task.score,
        work.planning.voices,
        work.planning.timeline,
        is_played=work.writer.is_for_instruments,
    )
    notices = _notices(work, report, alternatives[0].score)
    form = str(work.page.small_form or "")
    return Composition(alternatives, notices, seconds, _understanding(work), report, form)


def _least_faulty_first(work: Work, drafts: Sequence[Draft]) -> Sequence[Draft]:
    if len(drafts) < 2:
        return drafts
    rules = "free" if work.writer.is_for_instruments else "strict"
    return sorted(drafts, key=lambda draft: _errors(filled_reading(work.task, draft.tokens), rules))


def _errors(score: Score, rules: str) -> int:
    from scoregen.analysis.rules.findings import at_least
    from scoregen.tasks.check import check

    return len(at_least(check(score, rules).findings, "error"))


def _settings(work: Work) -> dict[str, Any]:
    """The settings of the provenance; those that say no more than the default are left out."""
    request, calibration = work.request, work.writer.pretrained.calibration
    settings: dict[str, Any] = {
        "calibration": calibration.checksum if calibration else None,
        "blank": list(request.blank),
        "extend": request.extend,
        "ensemble": work.writer.ensemble.name,
        "roles": dict(request.roles),
    }
    asked = {"key": request.key, "add": list(request.add), "parts": list(request.parts)}
    asked |= {"transpose": request.transpose, "chords": request.chords, "figured_bass": request.figured_bass}
    settings |= {name: value for name, value in asked.items() if value}
    if work.follows_symbols or request.chord_symbols != "follow":
        settings["chord_symbols"] = request.chord_symbols
    if request.style != DEFAULT_STYLE:
        settings["style"] = request.style
    if request.plan is not None:
        from scoregen.plan.piece.writing import plan_text

        settings["plan"] = plan_text(request.plan)
    elif request.score is None:
        piece = asdict(request.piece_options)
        settings["piece"] = _plain({name: value for name, value in piece.items() if value or name != "small_form"})
        if work.page.small_form:
            settings["small_form"] = str(work.page.small_form)
    return settings


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, (int, str)) else str(value) for key, value in values.items()}


def _alternative(work: Work, draft: Draft, rank: int, settings: Mapping[str, Any]) -> Alternative:
    form, lengths = work.page.form, work.page.lengths
    written = with_given_marks(unfolded(_with_sung_words(work, draft), form, lengths), work.lyrics)
    done = work.page.hands.parted(written)
    results = {
        "rank": rank,
        "novelty": novelty_record(draft, done, form, lengths),
        "ranking": ranking_record(draft),
        "phrase_ends": closing_chords(done, work.planning.plans.ends) if form == (0,) else [],
    }
    record = provenance(done, work.writer.pretrained.weights, work.writer.options, {**settings, **results})
    found = parallels(unfolded(filled_reading(work.task, draft.tokens), form, lengths), work.task.page_slots)
    shown = lay_out_given(done, work.writer.ensemble, work.layout)
    rows = plan_rows(moved_plan([measure.header for measure in draft.tokens.measures], -work.task.interval))
    return Alternative(shown, -draft.nats, found, record, rows)


def _with_sung_words(work: Work, draft: Draft) -> Score:
    words = work.planning.words
    page = _filled(work, draft)
    return underlaid(page, words, work.planning.singers) if words else page


def _filled(work: Work, draft: Draft) -> Score:
    """The page with its blanks filled, with the articulation of its plan; music of moods has no fermatas."""
    page, plan, planned = filled_page(work.task, draft.tokens), work.request.plan, work.page.planned
    if work.page.new and len(page.slots) == 1:  # a lead sheet: whoever plays along reads the chords
        headers = [measure.header for measure in draft.tokens.measures]
        page = with_written_symbols(page, headers, work.planning.timeline)
    if not (plan and planned):
        return page
    from scoregen.plan.piece.articulation import articulated, without_fermatas

    page = without_fermatas(page) if plan.has_moods else page
    return articulated(page, plan, planned)


def _notices_of_plan(work: Work) -> Sequence[str]:
    if not (work.request.plan and work.page.planned):
        return ()
    from scoregen.plan.piece.planned_piece import notices_of_plan

    return notices_of_plan(work.request.plan, work.page.planned)


def _notices(work: Work, report: ChordReport | None, best: Score) -> tuple[str, ...]:
    request, given = work.request, work.page.given
    is_new_document = given.document is not None and best.document is None
    return (
        *given.notices,
        *work.page.hands.notices,
        *work.task.notices,
        *_notices_of_plan(work),
        *word_notices(work.planning.words),
        *wordless_notices(best, work.writer.options.rhythm),
        *chord_notices(work.task.score, work.planning.timeline, request.chords, request.chord_symbols),
        *([str(report)] if report else []),
        *([NEW_SCORE] if is_new_document else []),
    )


def _understanding(work: Work) -> Understanding:
    """What was understood, with the use of chord symbols; a progression or figures of the caller replace them."""
    understanding = work.task.understanding
    is_used = work.follows_symbols and understanding.chord_symbols != "none"
    return replace(understanding, chord_symbols="followed") if is_used else understanding
