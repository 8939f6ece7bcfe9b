"""What is written on: the given score, or the blank page of a new piece, and what is blank on it."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scoregen.generation.composing.request import ComposeRequest
from scoregen.generation.composing.writer import Writer
from scoregen.generation.ensemble_task import ensemble_task, without_phrase_ends
from scoregen.generation.infill_task import InfillTask, infill_task
from scoregen.generation.ranges import transposition_of
from scoregen.notation.graft.transposition import transposed
from scoregen.plan.easy_parts import easy_playing, easy_rules, fewer_notes
from scoregen.plan.form import PieceOptions, blank_piece
from scoregen.plan.forms.small_forms import SmallForm, draw_small_form, draw_song_form
from scoregen.plan.piece.given_parts import resting
from scoregen.plan.sections import Sections
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, HandReading, assigned_part, joined_hands
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.plan.piece.planned_piece import PlannedPiece


@dataclass(frozen=True, slots=True)
class Page:
    """The score with its blanks: the reading of its hands, in which a piano of two parts is one part.

    `new`: a new piece with its phrase ends, None for a given score; `planned`: the same by a plan file; `form` and
    `lengths`: its sections and their lengths; `small_form`: the form that was drawn for its phrases, None without one.
    """

    hands: HandReading
    new: Score | None
    planned: PlannedPiece | None
    form: Sections
    lengths: tuple[int, ...]
    small_form: SmallForm | None = None

    @property
    def given(self) -> Score:
        """The score before anything is written."""
        return self.hands.score


def blank_page(request: ComposeRequest, writer: Writer) -> Page:
    """The page of a request, moved by its interval."""
    seed = writer.options.seed
    if request.score is not None:
        return Page(_with_hands(_moved(request.score, request, writer), request, writer), None, None, (0,), ())
    planned = None
    if request.plan:
        from scoregen.plan.piece.planned_piece import planned_piece

        planned = planned_piece(request.plan, writer.ensemble, writer.style, seed)
    small = _small_form(request.piece_options, writer) if planned is None else None
    if planned is not None:
        new, form, lengths = planned.score, planned.order, planned.lengths
    else:
        options, stops = request.piece_options, small.stops if small else ()
        new, form, lengths = blank_piece(options, writer.ensemble, writer.style, seed, stops), options.sections, ()
        new = _with_silent_singers(new, small.played_alone, writer.ensemble) if small else new
    blank = without_phrase_ends(new) if writer.is_for_instruments else new
    moved = _moved(blank, request, writer)
    return Page(HandReading(moved, moved), new, planned, form, lengths, small)


def _with_silent_singers(piece: Score, alone: Collection[int], ensemble: Ensemble) -> Score:
    """The piece with rests of the singers in the measures that are played alone, counted without an anacrusis."""
    singers = {part.id for part, role in zip(piece.parts, ensemble.roles, strict=True) if role.is_sung}
    first = 1 if piece.has_anacrusis else 0
    indices = {number + first for number in alone} | ({0} if 0 in alone else set())
    measures = (resting(each, singers) if index in indices else each for index, each in enumerate(piece.measures))
    return replace(piece, measures=tuple(measures))


def _small_form(options: PieceOptions, writer: Writer) -> SmallForm | None:
    """The form of a new piece for instruments that names none; None for a choir."""
    if options.form or not writer.is_for_instruments:
        return None
    try:
        beats = len(TimeSignature.parse(options.time).groups)
    except ValueError as error:
        raise InputError(str(error)) from error
    chance = random.Random(f"{writer.options.seed} form")
    families = {role.family for role in writer.ensemble.roles}
    kind = "songs" if "voice" in families else "keyboard" if families == {"keyboard"} else "strings"
    usual = writer.style.phrases.measures(beats)
    if kind == "songs" and families != {"voice"} and not (options.phrases or options.small_form):
        return draw_song_form(options.measures, usual, chance)
    return draw_small_form(options.measures, usual, chance, options.phrases, kind, options.small_form)


def _with_hands(score: Score, request: ComposeRequest, writer: Writer) -> HandReading:
    """The reading of a score: players of one staff keep the parts that are assigned to them."""
    if not writer.is_for_instruments:
        return HandReading(score, score)
    ensemble = writer.ensemble
    large = [role.name for role in ensemble.roles if role.staves > 1]
    assigned = {role: assigned_part(score, ensemble, role, which) for role, which in request.roles.items()}
    apart = [part for role, part in assigned.items() if role not in large]
    return joined_hands(score, apart=apart, is_keyboard=len(large) == 1)


def _roles(request: ComposeRequest, writer: Writer, hands: HandReading) -> dict[str, str]:
    """The assignments of a request, to the parts of the read score."""
    if not hands.hands:
        return dict(request.roles)
    return {
        role: hands.part_id(assigned_part(hands.given, writer.ensemble, role, which))
        for role, which in request.roles.items()
    }


def _moved(score: Score, request: ComposeRequest, writer: Writer) -> Score:
    if request.transpose is None:
        return score
    return transposed(score, transposition_of(request.transpose, score, writer.ensemble, request.roles))


def _keys(page: Page) -> tuple[Key, ...]:
    """The key of each measure of a planned piece, whatever its motif sounds like; () for any other page."""
    return tuple(Key.of(measure.key) for measure in page.given.measures) if page.planned else ()


def mark_blanks(request: ComposeRequest, writer: Writer, page: Page) -> InfillTask:
    """What is blank on the page, and how the network reads it. InputError if nothing is."""
    roles = _roles(request, writer, page.hands)
    asked = (page.given, writer.ensemble, roles, request.blank, request.extend, writer.style)
    key, add = _keys(page) or request.asked_key, request.add
    parts = (*request.parts, *add) if request.parts else ()
    if writer.is_for_instruments:
        task = ensemble_task(*asked, key=key, add=add, wanted=parts, staves=page.hands.staves)
    else:
        task = infill_task(*asked, key=key, add=add, parts=parts, players=writer.pretrained.players)
    if request.plan is not None and request.plan.has_moods:
        task = replace(task, rules=fewer_notes(task.rules, task.singers))
    if not request.is_easy:
        return task
    if writer.is_for_instruments:
        return replace(task, rules=easy_playing(task.rules, task.singers))
    return replace(task, rules=easy_rules(task.rules, task.singers, task.interval))
