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
from scoregen.generation.filling import filled_page, filled_reading
from scoregen.generation.infill_task import InfillTask, infill_task
from scoregen.generation.ranges import transposition_of
from scoregen.generation.reranking import RankingCriteria
from scoregen.generation.understanding import Understanding
from scoregen.model.network.config import SamplingOptions
from scoregen.notation.graft.transposition import transposed
from scoregen.notation.results import ScoreResult
from scoregen.plan.chord_symbols import GivenChord, chord_timeline, unread_symbols
from scoregen.plan.chord_text import chord_measures, text_timeline
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
from scoregen.plan.sections import Sections, first_occurrence, section_starts, unfolded
from scoregen.score.arrangement.sung_texts import LYRICS, LyricsChoice, with_given_marks
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key
from scoregen.styles.style import DEFAULT as DEFAULT_STYLE
from scoregen.styles.style import Style, load_style
from scoregen.system.errors import InputError
from scoregen.tasks.layout import NEW_SCORE, LayoutOptions, lay_out_given
from scoregen.tokens.constraints.given_chords import ChordSpan
from scoregen.tokens.constraints.measure_plan import GivenChords
from scoregen.tokens.encode import encode
from scoregen.version import __version__

if TYPE_CHECKING:
    from scoregen.model.engine.protocol import Engine
    from scoregen.model.network.checkpoint import Weights
    from scoregen.model.sampling.drafts import Draft
    from scoregen.model.sampling.pretrained import Pretrained

__all__ = ["Alternative", "Composition", "PieceOptions", "SamplingOptions", "compose"]

CHORD_SYMBOL_USES = ("follow", "ignore")


@dataclass(frozen=True, slots=True, repr=False)
class Alternative(ScoreResult):
    """One finished score, the log likelihood of its generated part in nats, and its provenance.

    `parallels` are all parallel fifths and octaves between its voices, given and generated.
    """

    score: Score
    log_likelihood: float
    parallels: tuple[Parallel, ...]
    provenance: dict[str, Any]

    def __repr__(self) -> str:
        return f"<Alternative {self.provenance['rank']} of {self.score!r}: {self.log_likelihood:.1f} nats>"

    def _fields(self) -> Mapping[str, str]:
        return provenance_fields(self.provenance)


@dataclass(frozen=True, slots=True, repr=False)
class Composition(ScoreResult):
    """The result of `compose`: the alternatives, best first, notices for the user, and what was understood.

    `score`, `save` and the conversions use the best.
    """

    alternatives: tuple[Alternative, ...]
    notices: tuple[str, ...]
    sampling_seconds: float
    understanding: Understanding

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
    transpose: str | None = None,
    piece: PieceOptions | None = None,
    sampling: SamplingOptions | None = None,
    count: int = 1,
    checkpoint: Path | str | None = None,
    device: str = "auto",
    chords: str | None = None,
    chord_symbols: str = "follow",
    lyrics: LyricsChoice = "all",
    layout: LayoutOptions | None = None,
    progress: Callable[[float], None] | None = None,
) -> Composition:
    """Fill what is blank in a score for an ensemble; without a score, write a new piece.

    `roles` assigns parts to roles (`{"soprano": "1"}`); `blank` empties parts, measures or both
    (`"alto,tenor:5-8"`); `extend` appends measures; `key` is the key of a given score, which is found without it;
    `add` names roles that get a new part; `transpose` moves the score, given parts included, by an interval (`-M2`),
    by semitones, or (`auto`) to where the given voices fit their ranges; `style` names a file of grammars/styles,
    whose costs of parallels and crossing apply unless `sampling` sets its own. `chords` is a progression for the new
    voices, in chord symbols or numerals (`"I vi | ii65 V7 | I"`). Without it, `chord_symbols` is `follow` if new
    voices sound only members of the chords that the symbols of the score name, or `ignore`. `lyrics` names the verses
    that new parts get: all, or the first; `layout` lays the result out as open or closed score or adds a rehearsal
    reduction. Raises InputError if there is nothing to fill, and RefusedError if no notes can be written for what is
    given.
    """
    from scoregen.model.engine.loading import load_engine
    from scoregen.model.sampling.pretrained import load_pretrained

    if not 1 <= count <= 100:
        raise InputError(f"found a count of {count}; expected 1 to 100 alternatives")
    if lyrics not in LYRICS:
        raise InputError(f"found {lyrics!r} for lyrics; expected one of: {', '.join(LYRICS)}")
    shape = layout or LayoutOptions()
    shape.check()
    options = sampling or SamplingOptions()
    players, manner = load_ensemble(ensemble), load_style(style)
    options = _with_costs(options, manner)
    pretrained = load_pretrained(Path(checkpoint) if checkpoint else None, players)
    engine = load_engine(pretrained.weights, device, options.candidates)
    piece_options = piece or (PieceOptions(measures=len(chord_measures(chords))) if chords else PieceOptions())
    given = blank_piece(piece_options, players, manner, options.seed) if score is None else score
    if transpose is not None:
        given = transposed(given, transposition_of(transpose, given, players, roles or {}))
    form = piece_options.sections if score is None else (0,)
    task = infill_task(given, players, roles or {}, blank, extend, manner, key=_asked_key(key), add=add)
    task = replace(task, rules=easy_rules(task.rules, players.roles)) if options.difficulty == "easy" else task
    started = time.perf_counter()
    sections = section_starts(given, form) if score is None else ()
    followed = _given_chords(task.score, chords, chord_symbols)
    plans = _plans(task, form if score is None else None, manner, options, count, followed)
    drafts = _sample(engine, pretrained, task, plans, manner, sections, options, progress)
    seconds = time.perf_counter() - started
    calibration = pretrained.calibration.checksum if pretrained.calibration else None
    settings = {
        "calibration": calibration,
        "blank": list(blank),
        "extend": extend,
        "ensemble": ensemble,
        "roles": dict(roles or {}),
    }
    settings |= {name: value for name, value in (("key", key), ("add", list(add)), ("transpose", transpose)) if value}
    settings |= {"chords": chords} if chords else {}
    settings |= {"chord_symbols": chord_symbols} if (followed and not chords) or chord_symbols != "follow" else {}
    settings |= {"style": style} if style != DEFAULT_STYLE else {}
    settings |= {"piece": _plain(asdict(piece_options))} if score is None else {}
    alternatives = []
    for rank, draft in enumerate(drafts, 1):
        done = with_given_marks(unfolded(filled_page(task, draft.tokens), form), lyrics)
        novelty = _novelty(draft, done, form)
        closing = closing_chords(done, plans.ends) if form == (0,) else []
        results = {"rank": rank, "novelty": novelty, "phrase_ends": closing}
        record = provenance(done, pretrained.weights, options, {**settings, **results})
        found = parallels(unfolded(filled_reading(task, draft.tokens), form), task.page_slots)
        shown = lay_out_given(done, players, shape)
        alternatives.append(Alternative(shown, -draft.nats, found, record))
    is_new = given.document is not None and alternatives[0].score.document is None
    return Composition(
        tuple(alternatives),
        (
            *given.notices,
            *task.notices,
            *_chord_notices(task.score, chords, chord_symbols),
            *([NEW_SCORE] if is_new else []),
        ),
        seconds,
        task.understanding,
    )


def _asked_key(key: str | None) -> Key | None:
    try:
        return Key.parse(key) if key is not None else None
    except ValueError as error:
        raise InputError(f"--key: {error}") from None


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
        "scoregen:phrase_ends": " ".join(_phrase_end(end) for end in record["phrase_ends"]),
    }
    for part, measures in record["measures"].items():
        for origin in ("given", "generated", "mixed"):
            numbers = [entry["number"] for entry in measures if entry["origin"] == origin]
            if numbers:
                fields[f"scoregen:{origin}:{part}"] = _runs(numbers, [entry["number"] for entry in measures])
    return fields


def _options_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a record, without its results."""
    results = ("version", "weights", "measures", "novelty", "phrase_ends")
    return {key: value for key, value in record.items() if key not in results}


def _phrase_end(end: Mapping[str, str]) -> str:
    """A phrase end as `4:2=G`: the number of the measure, the onset, and the chord."""
    return f"{end['measure']}:{end['onset']}={end['chord']}"


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
            tokens,
            task.rules,
            own,
            pretrained.index,
            logit_bias,
            pretrained.successions,
            frozenset(sections),
            style=style,
            scales=task.scales,
            page=page,
        )
        for own in plans.plans
    ]
    return draw_candidates(requests, criteria, options, progress or (lambda done: None))


def _with_costs(options: SamplingOptions, style: Style) -> SamplingOptions:
    """The options with the costs of the style where they name none."""
    costs = style.voice_leading.with_options(options.voice_leading, options.crossing)
    return replace(options, voice_leading=costs.parallel, crossing=costs.crossing)


def _given_chords(score: Score, chords: str | None, chord_symbols: str) -> dict[int, dict[Fraction, ChordSpan]]:
    """The chords of a progression, else of the symbols of a score, as constraints.

    InputError for a progression that is not understood, and for an unknown way to use symbols.
    """
    if chord_symbols not in CHORD_SYMBOL_USES:
        raise InputError(f"found {chord_symbols!r} for chord symbols; expected {' or '.join(CHORD_SYMBOL_USES)}")
    if chords:
        timeline = text_timeline(chords, score, Key.of(score.measures[0].key))
    else:
        timeline = chord_timeline(score) if chord_symbols == "follow" else {}
    return {
        index: {onset: _chord_span(chord) for onset, chord in entries.items()} for index, entries in timeline.items()
    }


def _chord_span(chord: GivenChord) -> ChordSpan:
    if chord.tones is None:
        return ChordSpan(frozenset())
    members = frozenset(chord.tones.members)
    return ChordSpan(members, chord.tones.essential, chord.tones.bass) if chord.begins else ChordSpan(members)


def _chord_notices(score: Score, chords: str | None, chord_symbols: str) -> tuple[str, ...]:
    """Notices of chord symbols that new voices do not follow."""
    unread = unread_symbols(score) if chord_symbols == "follow" and not chords else ()
    if not unread:
        return ()
    number, symbol = unread[0]
    name = f"{symbol.root.step} {symbol.kind}"
    return (
        f"{len(unread)} chord symbols are not understood and fix nothing, the first in measure {number} ({name});"
        " expected a kind of MusicXML with whole alterations",
    )


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
