"""Composition: fills the blanks of a score.

Harmonising, filling holes, continuing and composing are one operation on different scores. A page with its blanks is
planned, the model samples drafts, and the best drafts are returned as scores in which each voice has its origin: given
or generated.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.generation.composing.drafting import draw_drafts
from scoregen.generation.composing.page import blank_page, mark_blanks
from scoregen.generation.composing.planning import make_plans
from scoregen.generation.composing.request import ComposeRequest
from scoregen.generation.composing.writer import load_writer
from scoregen.model.network.config import SamplingOptions
from scoregen.plan.form import PieceOptions
from scoregen.score.arrangement.sung_texts import LYRICS, LyricsChoice
from scoregen.score.elements import Score
from scoregen.score.ensemble import ensemble_to_fill
from scoregen.styles.library import ensemble_for
from scoregen.styles.style import DEFAULT as DEFAULT_STYLE
from scoregen.system.errors import InputError
from scoregen.tasks.composition import Alternative, Composition, Work, composition
from scoregen.tasks.layout import LayoutOptions

if TYPE_CHECKING:
    from scoregen.plan.piece.piece_plan import PiecePlan

__all__ = ["Alternative", "Composition", "PieceOptions", "SamplingOptions", "compose"]


def compose(
    score: Score | None = None,
    *,
    ensemble: str | None = None,
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
    plan: PiecePlan | None = None,
    progress: Callable[[float], None] | None = None,
) -> Composition:
    """Fill what is blank in a score for an ensemble; without a score, write a new piece.

    `ensemble` is by default the `usual_ensemble`.
    `roles` assigns parts to roles (`{"soprano": "1"}`); `blank` empties parts, measures or both
    (`"alto,tenor:5-8"`); `extend` appends measures; `key` is the key of a given score, which is found without it;
    `add` names roles or other instruments that get a new part, `parts` the only ones that are written, of a new piece
    too; `transpose` moves the score, given parts included, by an interval (`-M2`), by semitones, or (`auto`) to where
    the given voices fit their ranges; `style` is a shipped style, an own one (the name or the path of what `train`
    wrote) or a mixture (`"bach:0.7,mine:0.3"`; `styles.library`), whose costs of parallels and crossing apply unless
    `sampling` sets its own. `chords` is a progression for the new voices, in chord symbols or numerals
    (`"I vi | ii65 V7 | I"`), `figured_bass` the figures under a given bass (`"6 | 6/5 #"`). Without
    them, `chord_symbols` is `follow` if new voices sound only members of the chords that the symbols or figures of the
    score name, `suggest` if they do where voice leading allows, or `ignore`. `lyrics` names the verses that new parts
    get: all, or the first; `layout` lays the result out as open or closed score or adds a
    rehearsal reduction. `plan` describes a new piece in place of `piece` and `chords` (`plan.piece`). Raises
    InputError if there is nothing to fill, and RefusedError if no notes can be written for what is given.
    """
    request = ComposeRequest(
        score=score,
        ensemble=ensemble or usual_ensemble(score, style, plan),
        style=style,
        roles=roles or {},
        blank=blank,
        extend=extend,
        key=key,
        add=add,
        parts=parts,
        transpose=transpose,
        piece=piece,
        sampling=sampling or SamplingOptions(),
        count=count,
        checkpoint=checkpoint,
        device=device,
        chords=chords,
        chord_symbols=chord_symbols,
        figured_bass=figured_bass,
        plan=plan,
    )
    shape = layout or LayoutOptions()
    _check(request, lyrics, shape)
    writer = load_writer(request)
    if writer.is_for_instruments and shape != LayoutOptions():
        name = writer.ensemble.name
        raise InputError(f"--layout and --reduction are for choirs of up to four voices; leave them out for {name}")
    page = blank_page(request, writer)
    task = mark_blanks(request, writer, page)
    started = time.perf_counter()
    planning = make_plans(request, writer, page, task)
    drafts = draw_drafts(writer, task, planning, progress)
    seconds = time.perf_counter() - started
    return composition(Work(request, writer, page, task, planning, lyrics, shape), drafts, seconds)


def usual_ensemble(score: Score | None, style: str, plan: PiecePlan | None = None) -> str:
    """The name of the ensemble if the caller names none: the instrumentation of a plan, that of a page of instruments
    with empty parts, or that of the pieces of an own style, else a choir of four voices."""
    if plan is not None and plan.instrumentation:
        return plan.instrumentation
    found = ensemble_to_fill(score) if score is not None else None
    return found.name if found else ensemble_for(style)


def _check(request: ComposeRequest, lyrics: str, layout: LayoutOptions) -> None:
    """InputError for an argument that is wrong in itself, before weights are loaded."""
    request.check()
    if lyrics not in LYRICS:
        raise InputError(f"found {lyrics!r} for lyrics; expected one of: {', '.join(LYRICS)}")
    layout.check()
