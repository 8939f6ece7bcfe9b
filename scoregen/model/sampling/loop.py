"""Drawing from the network: every blank filled, slice by slice, voice by voice, all drafts at once.

The network proposes (`decoding`), the constraints of `tokens.constraints` dispose: each choice is
drawn from the network's distribution over what is still allowed, so that every draft decodes. What
leans on a choice without deciding it stands in `preferences`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scoregen.model.engine.decoding import Decoder
from scoregen.model.engine.layers import log_softmax
from scoregen.model.network.alphabet import UNSCORED
from scoregen.model.network.config import SamplingOptions
from scoregen.model.network.inference_mode import at_work
from scoregen.model.network.inputs import Bools, Floats, Ints
from scoregen.model.sampling.decision_context import Turn
from scoregen.model.sampling.decoding_context import EVENT_TOKENS, Sheet, advance_token
from scoregen.model.sampling.drafts import Draft, drafted
from scoregen.model.sampling.hypothesis import Now, Page, Waiting
from scoregen.model.sampling.novelty_limit import NoveltyLimit
from scoregen.model.sampling.nucleus import Scores, chosen
from scoregen.model.sampling.request import Job
from scoregen.model.sampling.voice_leading_costs import Prices, priced
from scoregen.tokens import constraints
from scoregen.tokens.constraints import Carry, State

LEAST = -1e4
"""Nats: a network that training has driven wild is sure beyond what floats can hold."""

Progress = Callable[[float], None]
Judge = Callable[[Draft, range], float]
"""What a draft of some measures costs; its figures are those of the measures that were written last."""


def fill(
    job: Job,
    options: SamplingOptions,
    round_number: int = 0,
    progress: Progress = lambda done: None,
    *,
    stops: Sequence[int] = (),
    judge: Judge | None = None,
) -> tuple[Draft, ...]:
    """Fill every blank, as many times as `options.candidates`; the same seed and round draw the same.

    At each of the measure indices `stops` all drafts wait for each other, and all go on from the one that
    the judge finds to cost least. Raises ConstraintError where nothing can be written.
    """
    with at_work():
        return _Sampler(job, options, round_number).run(progress, stops, judge)


class _Sampler:
    """The drafts in the making, all of them at the same slice of their own."""

    def __init__(self, job: Job, options: SamplingOptions, round_number: int) -> None:
        voices, rows = len(job.tokens.slots), options.candidates
        self.novelty, self.leanings, self.options = job.novelty, job.leanings, options
        self.sections, self.priced = job.sections, job.priced
        self.sheet = Sheet(job.network, job.tokens, job.rules, job.chords)
        self.decoder = Decoder(job.network, 1, voices, np.unique(self.sheet.keys).tolist())
        self.limit = NoveltyLimit(job.novelty, 1, voices) if job.novelty else None
        start = self._absorb()
        self._spread(np.zeros(rows, dtype=np.intp))
        self.seed = (options.seed % 2**64, round_number)
        self.pages = [self._page(start, (*self.seed, row)) for row in range(rows)]

    def run(self, progress: Progress, stops: Sequence[int], judge: Judge | None) -> tuple[Draft, ...]:
        begin = self.sheet.first
        for stop in stops:
            if judge and begin < stop < self.sheet.stop:
                waiting = self._write(stop, progress)
                costs = [judge(*each.page.part(self.sheet.tokens, begin, self.novelty)) for each in waiting]
                self._go_on(waiting[int(np.argmin(costs))])
                begin = stop
        finished = [each.page for each in self._write(self.sheet.stop, progress)]
        rest = self.sheet.tokens.measures[self.sheet.stop :]
        return tuple(
            drafted(
                self.sheet.tokens,
                replace(self.sheet.tokens, measures=(*page.done, *rest)),
                page.nats,
                page.choices,
                self.novelty,
            )
            for page in sorted(finished, key=lambda page: page.number)
        )

    def _write(self, stop: int, progress: Progress) -> list[Waiting]:
        """Every draft up to a measure; they come there one after the other."""
        sheet, rows = self.sheet, len(self.pages)
        waiting: list[Waiting] = []
        while self.pages:
            self._slice()
            waiting += [self._put_by(row) for row, page in enumerate(self.pages) if page.measure == stop]
            self._keep([page for page in self.pages if page.measure < stop])
            left = sum(stop - page.measure for page in self.pages) / rows
            progress((stop - left - sheet.first) / (sheet.stop - sheet.first))
        return waiting

    def _put_by(self, row: int) -> Waiting:
        return Waiting(self.pages[row], self.decoder.fork(row), self.limit.fork(row) if self.limit else None)

    def _go_on(self, best: Waiting) -> None:
        """As many drafts as before, all from one; each has luck of its own."""
        self.decoder, self.limit, page = best.decoder, best.limit, best.page
        self._spread(np.zeros(self.options.candidates, dtype=np.intp))
        self.pages = [
            page.go_on(row, np.random.default_rng((*self.seed, row, page.measure)))
            for row in range(self.options.candidates)
        ]

    def _page(self, start: State, seed: tuple[int, int, int]) -> Page:
        measures, done = self.sheet.measures, self.sheet.tokens.measures[: self.sheet.first]
        nats, choices = np.zeros(measures), np.zeros(measures, dtype=np.int64)
        return Page(self.sheet.first, start, list(done), np.random.default_rng(seed), nats, choices, seed[-1])

    def _absorb(self) -> State:
        """Read what is given before the first blank; the state in which that measure begins."""
        sheet, piece = self.sheet, self.sheet.piece
        count = int(np.searchsorted(piece.measure, sheet.first))
        if count:
            places = sheet.places(piece.measure[:count], piece.position[piece.point[:count]])
            self.decoder.absorb(places, piece.events[:count], piece.sounding[:count], piece.advance[:count])
            for row in range(count if self.limit else 0):
                self._hear(piece.sounding[row : row + 1], places.position[row : row + 1])
        state = constraints.begin(sheet.rules[0], (None,) * len(sheet.tokens.slots))
        for measure in range(sheet.first):
            while not constraints.finished(state):
                state = _through_given(state)
            state = self._begin(measure + 1, state)
        return state

    def _hear(self, sounding: Ints, position: Ints) -> None:
        if self.limit:
            self.limit.hear(sounding, position)

    def _spread(self, rows: NDArray[np.intp]) -> None:
        self.decoder.keep(rows)
        if self.limit:
            self.limit.keep(rows)

    def _keep(self, pages: list[Page]) -> None:
        if len(pages) < len(self.pages):
            kept = {id(page) for page in pages}
            self._spread(np.array([row for row, page in enumerate(self.pages) if id(page) in kept], dtype=np.intp))
            self.pages = pages

    def _slice(self) -> None:
        """One slice of every draft."""
        sheet, decoder = self.sheet, self.decoder
        measure = np.array([page.measure for page in self.pages])
        position = sheet.starts[measure] + np.array([page.state.tick for page in self.pages])
        order, free = sheet.orders[measure], sheet.free[measure]
        listening = bool(free.any())
        decoder.open(sheet.places(measure, position), order, listening=listening)
        now = Now(order, decoder.sounding.copy(), position, sheet.closes[position], ~free.all(1))
        for step in range(order.shape[1]):
            if listening:
                decoder.listen()
            decoder.tell(self._events(step, free[:, step], now))
        self._hear(decoder.sounding, position)
        leaning = None
        if self.leanings:
            left = sheet.ends[measure] - position
            leaning = self.leanings.added_to_advances(now.given, sheet.on_beat[position], left)
        decoder.close(self._advances(free.any(1), listening, leaning))

    def _events(self, step: int, free: Bools, now: Now) -> Ints:
        """[R] what the next voice of every draft does: drawn, or as it is given."""
        events = np.zeros(len(free), dtype=np.int64)
        rows = np.flatnonzero(free)
        if len(rows):
            events[rows] = self._draw_events(rows, step, now)
        for row in np.flatnonzero(~free):
            page = self.pages[row]
            events[row] = self.sheet.given_event(page.measure, int(now.order[row, step]), page.state.tick)
            page.state = constraints.give(page.state)
        return events

    def _draw_events(self, rows: NDArray[np.intp], step: int, now: Now) -> Ints:
        """Draw from what the network, the constraints and the preferences leave."""
        chances = _chances(self.decoder.event_logits())[rows]
        pages = [self.pages[row] for row in rows]
        scores = np.where(self._allowed(rows, step, now), chances - self._prices(rows, step, now), -np.inf)
        drawn = self._draw(pages, scores)
        for page, event, chance in zip(pages, drawn.tolist(), chances[np.arange(len(rows)), drawn], strict=True):
            page.state = constraints.taken(page.state, (int(EVENT_TOKENS[event]),))
            page.nats[page.measure] -= chance
            page.choices[page.measure] += 1
        return drawn

    def _allowed(self, rows: NDArray[np.intp], step: int, now: Now) -> Bools:
        """[R, E] what the constraints leave, and of that what is new enough, if anything is."""
        allowed = np.stack([self.sheet.event_mask(self.pages[row].state) for row in rows])
        if not self.limit or step < now.order.shape[1] - 1:
            return allowed
        known = self.limit.known(self.decoder.sounding, now.position, now.order[:, step])
        if known is None:
            return allowed
        new = allowed & ~known[rows]
        return np.where(new.any(1, keepdims=True), new, allowed)

    def _prices(self, rows: NDArray[np.intp], step: int, now: Now) -> Prices:
        """[R, E] what each event costs, less what the calibration adds to it."""
        voice, others = now.order[rows, step], now.order[rows, :step]
        turn = Turn(
            voice,
            self.decoder.before[rows, voice],
            self.decoder.recall.age[rows, voice],
            now.was[rows],
            others,
            self.decoder.sounding[rows[:, None], others],
            now.closes[rows],
            now.given[rows],
        )
        prices = priced(turn, self.options) if self.priced else np.zeros((len(rows), len(EVENT_TOKENS)), np.float32)
        return prices - self.leanings.added(turn) if self.leanings else prices

    def _draw(self, pages: Sequence[Page], scores: Scores) -> Ints:
        luck = np.array([page.luck.random() for page in pages])
        return chosen(scores, luck, self.options.temperature, self.options.top_p)

    def _advances(self, free: Bools, listening: bool, leaning: Floats | None) -> Ints:
        """[R] the advances to the next slices, which are opened, and the measures too where a barline comes.

        `leaning` [R, A] is what the calibration adds to them.
        """
        masks = np.stack([self.sheet.advance_mask(page.state) for page in self.pages])
        advances = np.where(masks.any(1), masks.argmax(1), UNSCORED)
        if listening:
            chances = _chances(self.decoder.advance_logits())
            rows = np.flatnonzero(masks.any(1) & free)
            pages = [self.pages[row] for row in rows]
            scores = chances if leaning is None else chances + leaning
            advances[rows] = self._draw(pages, np.where(masks[rows], scores[rows], -np.inf))
            for page, chance in zip(pages, chances[rows, advances[rows]], strict=True):
                page.nats[page.measure] -= chance
                page.choices[page.measure] += 1
        for page, advance in zip(self.pages, advances.tolist(), strict=True):
            self._move(page, advance_token(page.state, advance))
        return advances

    def _move(self, page: Page, token: int) -> None:
        page.state = constraints.advance(page.state, token)
        if not constraints.finished(page.state):
            return
        measure = self.sheet.tokens.measures[page.measure]
        page.done.append(replace(measure, slices=constraints.slices(page.state)))
        page.measure += 1
        if page.measure < self.sheet.stop:
            page.state = self._begin(page.measure, page.state)

    def _begin(self, measure: int, before: State) -> State:
        """The state in which a measure begins after another.

        A given note is never tied to a new one, nor the other way round, and nothing into a new section.
        """
        if measure in self.sections:
            return constraints.begin(self.sheet.rules[measure], ((),) * len(self.sheet.tokens.slots))
        old, new = self.sheet.rules[measure - 1].given, self.sheet.rules[measure].given
        carried: Carry = tuple(
            sounding if (was is None) == (comes is None) else ()
            for sounding, was, comes in zip(constraints.carry(before), old, new, strict=True)
        )
        return constraints.begin(self.sheet.rules[measure], carried)


def _chances(logits: Floats) -> Scores:
    """[R, ...] log p, never so low that the only choice that is allowed could not be drawn."""
    found: Scores = np.fmax(log_softmax(logits), np.float32(LEAST))
    return found


def _through_given(state: State) -> State:
    """The next slice of a measure in which all is given."""
    for _ in state.rules.order:
        state = constraints.give(state)
    return constraints.advance(state, int(np.flatnonzero(constraints.allowed(state))[0]))
