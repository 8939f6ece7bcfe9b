"""What is written on: the given score, or the blank page of a new piece, and what is blank on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scoregen.generation.composing.request import ComposeRequest
from scoregen.generation.composing.writer import Writer
from scoregen.generation.ensemble_task import ensemble_task, without_phrase_ends
from scoregen.generation.infill_task import InfillTask, infill_task
from scoregen.generation.ranges import transposition_of
from scoregen.notation.graft.transposition import transposed
from scoregen.plan.easy_parts import easy_playing, easy_rules, fewer_notes
from scoregen.plan.form import blank_piece
from scoregen.plan.sections import Sections
from scoregen.score.elements import Score
from scoregen.score.keys import Key

if TYPE_CHECKING:
    from scoregen.plan.piece.planned_piece import PlannedPiece


@dataclass(frozen=True, slots=True)
class Page:
    """The score with its blanks.

    `new`: a new piece with its phrase ends, None for a given score; `planned`: the same by a plan file; `form` and
    `lengths`: its sections and their lengths.
    """

    given: Score
    new: Score | None
    planned: PlannedPiece | None
    form: Sections
    lengths: tuple[int, ...]


def blank_page(request: ComposeRequest, writer: Writer) -> Page:
    """The page of a request, moved by its interval."""
    seed = writer.options.seed
    if request.score is not None:
        return Page(_moved(request.score, request, writer), None, None, (0,), ())
    planned = None
    if request.plan:
        from scoregen.plan.piece.planned_piece import planned_piece

        planned = planned_piece(request.plan, writer.ensemble, writer.style, seed)
        new, form, lengths = planned.score, planned.order, planned.lengths
    else:
        options = request.piece_options
        new, form, lengths = blank_piece(options, writer.ensemble, writer.style, seed), options.sections, ()
    blank = without_phrase_ends(new) if writer.is_for_instruments else new
    return Page(_moved(blank, request, writer), new, planned, form, lengths)


def _moved(score: Score, request: ComposeRequest, writer: Writer) -> Score:
    if request.transpose is None:
        return score
    return transposed(score, transposition_of(request.transpose, score, writer.ensemble, request.roles))


def _keys(page: Page) -> tuple[Key, ...]:
    """The key of each measure of a planned piece, whatever its motif sounds like; () for any other page."""
    return tuple(Key.of(measure.key) for measure in page.given.measures) if page.planned else ()


def mark_blanks(request: ComposeRequest, writer: Writer, page: Page) -> InfillTask:
    """What is blank on the page, and how the network reads it. InputError if nothing is."""
    asked = (page.given, writer.ensemble, request.roles, request.blank, request.extend, writer.style)
    key, add = _keys(page) or request.asked_key, request.add
    parts = (*request.parts, *add) if request.parts else ()
    if writer.is_for_instruments:
        task = ensemble_task(*asked, key=key, add=add, wanted=parts)
    else:
        task = infill_task(*asked, key=key, add=add, parts=parts, players=writer.pretrained.players)
    if request.plan is not None and request.plan.has_moods:
        task = replace(task, rules=fewer_notes(task.rules, task.singers))
    if not request.is_easy:
        return task
    if writer.is_for_instruments:
        return replace(task, rules=easy_playing(task.rules, task.singers))
    return replace(task, rules=easy_rules(task.rules, task.singers, task.interval))
