"""Explanation of each note: its probability, the alternatives, the rules that they break, and its attribution.

    explanation = explain(read_score("chorale.musicxml"), given=["soprano"])
    write_explanation(explanation, [Path("page.html")])

The network evaluates a finished score in the order in which it composes: slice by slice, voice by voice.
`docs/explaining.md` defines each number and its limits.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.analysis.counterpoint.lines import Counterpoint, counterpoint_of
from scoregen.analysis.harmony.chord_tones import NoteRole, note_roles
from scoregen.analysis.rules.alternatives import FaultChange, Surroundings
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.rule_sets import DEFAULT, RuleSet, load_rule_set
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, measure_onsets, pitch_of, sounding_notes
from scoregen.system.wording import python_errors
from scoregen.tasks.explain.report import names, plain
from scoregen.tasks.explain.request import (
    ExplainRequest,
    explain_request,
    played_request,
    usual_ensemble,
)
from scoregen.tasks.explain.weights import sampler_settings, style_of
from scoregen.tasks.explain.writing_record import writing_record
from scoregen.tokens.voice_descriptions import low_voices

if TYPE_CHECKING:
    from scoregen.model.inspection.choice_record import ChoiceRecord
    from scoregen.tasks.explain.plans import PlannedStep

SUFFIXES = (".html", ".json")
OPTIONS = 6
"""Number of alternatives for each note, including the note itself."""


@dataclass(frozen=True, slots=True)
class NoteExplanation:
    """A generated note: the record of its choice, its function in its chords, and the fault changes of its options.

    `fault_changes` belong to `choice.options`; that of the chosen option is empty. `findings` are the faults of the
    score that involve the note.
    """

    note: SoundingNote
    choice: ChoiceRecord
    roles: tuple[NoteRole, ...]
    fault_changes: tuple[FaultChange, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """The explanation of a score. `roles` are the names of its voices.

    `given_notes` are the notes that `choice.notes` refers to, None for a note that is not in the score as read.
    `places` are the measure index and onset of every slice. `plan` is the harmonic plan that the notes follow, with its
    alternatives.
    """

    task: ExplainRequest
    roles: tuple[str, ...]
    notes: tuple[NoteExplanation, ...]
    given_notes: tuple[SoundingNote | None, ...]
    places: tuple[tuple[int, Fraction], ...]
    rules: str
    weights: str
    notices: tuple[str, ...]
    plan: tuple[PlannedStep, ...] = ()

    @property
    def score(self) -> Score:
        return self.task.score

    def __repr__(self) -> str:
        return f"<Explanation of {self.score!r}: {len(self.notes)} notes (rules: {self.rules})>"

    def _repr_html_(self) -> str:
        content = escape(page(self).decode(), quote=True)
        return f'<iframe srcdoc="{content}" width="100%" height="640" style="border:0"></iframe>'

    def save(self, *paths: Path | str, force: bool = False) -> None:
        """Write the page (.html) or its data (.json). Nothing is overwritten without `force`."""
        with python_errors():
            write_explanation(self, [Path(path) for path in paths], force=force)


def explain(
    score: Score,
    *,
    ensemble: str | None = None,
    roles: Mapping[str, str] | None = None,
    given: Sequence[str] = (),
    rules: str | None = None,
    checkpoint: Path | None = None,
    style: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Explanation:
    """Explain every note that was not given.

    `roles` assigns parts to roles. `given` selects the given music (`"soprano"`, `"soprano,bass:1-4"`); a score that
    scoregen wrote contains this in its provenance, as well as its `ensemble` (otherwise that of its parts, or satb) and
    its `style` (as in `compose`). The alternatives are checked by `rules`, by default those of strict part-writing for
    a choir, and the free ones for instruments. Raises InputError if the score lacks a voice or has nothing to explain,
    and RefusedError if the network cannot read it.
    """
    from scoregen.generation.harmony_plans import planner_style
    from scoregen.model.inspection.attribution import choice_records
    from scoregen.model.sampling.mixture import load_chosen
    from scoregen.tasks.explain.plans import explained_plan

    report_progress = progress or (lambda fraction: None)
    record = writing_record(score)
    players = load_ensemble(ensemble or record.ensemble or usual_ensemble(score))
    chosen, missing = style_of(record, players, style)
    pretrained = load_chosen(chosen, players, checkpoint, may_stand_in=True)
    is_played = pretrained.knows_descriptions
    rule_set = load_rule_set(rules or ("free" if is_played else DEFAULT))
    if is_played:
        task = played_request(score, players, roles or {}, given, record, chosen.style)
    else:
        task = explain_request(score, players, roles or {}, given, record, pretrained.players)
    settings, checksum = sampler_settings(task, pretrained, chosen), pretrained.weights.checksum
    report_progress(0.2)
    records = task.as_written(choice_records(settings, task.tokens, task.given_columns, OPTIONS))
    report_progress(0.7)
    music = counterpoint_of(score)
    by_place = _by_place(task)
    notes = [
        _explained(music, rule_set, note, choice)
        for choice in records.choices
        if (note := _note_at(task, choice.voice, choice.measure, choice.onset, by_place)) is not None
    ]
    report_progress(1.0)
    explained_notes = {explained.note for explained in notes}
    given_notes = tuple(
        _note_at(task, given_note.voice, given_note.measure, given_note.onset, by_place)
        for given_note in records.given_notes
    )
    notices = [
        *score.notices,
        *task.notices,
        *music.notices,
        *_left_out(task, explained_notes, by_place),
        *missing,
        *_other_weights(task, checksum),
    ]
    return Explanation(
        task,
        task.names,
        tuple(notes),
        given_notes,
        records.places,
        rule_set.name,
        checksum,
        tuple(dict.fromkeys(notices)),
        explained_plan(
            pretrained.planner,
            task.tokens,
            task.given_columns,
            planner_style(chosen.style, players) if is_played else None,
            -task.interval,
        ),
    )


_Places = Mapping[tuple[int, Fraction], Sequence[SoundingNote]]
"""The notes of the roles by voice and onset."""


def _by_place(task: ExplainRequest) -> _Places:
    notes: dict[tuple[int, Fraction], list[SoundingNote]] = defaultdict(list)
    for note in sounding_notes(task.score):
        if note.slot in task.slots and isinstance(note.pitch, Pitch):
            notes[task.slots.index(note.slot), note.onset].append(note)
    return notes


def _note_at(task: ExplainRequest, voice: int, measure: int, onset: Fraction, by_place: _Places) -> SoundingNote | None:
    """The note that the network reads at a place: the highest of a chord, or the lowest in a low voice."""
    notes = by_place.get((voice, measure_onsets(task.score)[measure] + onset), ())
    outer = min if low_voices(len(task.slots), task.descriptions)[voice] else max
    return outer(notes, key=lambda note: pitch_of(note).chromatic, default=None)


def _explained(music: Counterpoint, rules: RuleSet, note: SoundingNote, choice: ChoiceRecord) -> NoteExplanation:
    roles = note_roles(music.chords, note)
    line = next((index for index, own in enumerate(music.lines) if own.leads and own.slot == note.slot), None)
    if line is None:
        return NoteExplanation(note, choice, roles, (FaultChange((), ()),) * len(choice.options), ())
    around = Surroundings(music, rules, line, note)
    fault_changes = tuple(
        FaultChange((), ()) if index == choice.chosen else around.exchange(option.kind, option.pitch)
        for index, option in enumerate(choice.options)
    )
    return NoteExplanation(note, choice, roles, fault_changes, around.findings())


def _left_out(task: ExplainRequest, explained: Container[SoundingNote], by_place: _Places) -> Iterator[str]:
    """Notices on the generated notes that are not explained."""
    missing: dict[int, list[str]] = defaultdict(list)
    for (voice, _), notes in by_place.items():
        for note in notes:
            if not task.given[note.measure_index][voice] and note not in explained:
                missing[voice].append(task.score.measures[note.measure_index].number)
    for voice, numbers in sorted(missing.items()):
        name = task.score.part(task.slots[voice].part).name or task.slots[voice].part
        shown = ", ".join(dict.fromkeys(numbers))
        count = "1 note is" if len(numbers) == 1 else f"{len(numbers)} notes are"
        yield (
            f"{name}, measures {shown}: {count} not explained; the outer note of each chord is explained, and values"
            " down to 64ths and triplets of 32nds are read"
        )


def _other_weights(task: ExplainRequest, checksum: str) -> Iterator[str]:
    if task.record.weights is not None and task.record.weights != checksum:
        yield "the score was written with other weights than this explanation uses; name its --style or --checkpoint"


def write_explanation(
    explanation: Explanation, paths: Sequence[Path], *, command: str = "", force: bool = False
) -> None:
    """Write the page (.html), or the same data as JSON. Both contain `command`, which reproduces them."""
    from scoregen.system.files import check_targets, write_files

    check_targets(paths, SUFFIXES, force=force)
    files: list[tuple[Path, bytes]] = []
    for path in paths:
        if path.suffix.lower() == ".json":
            text = json.dumps({"command": command, **plain(explanation)}, indent=1, ensure_ascii=False)
            files.append((path, f"{text}\n".encode()))
        else:
            files.append((path, page(explanation, command)))
    write_files(files, force=force)


def page(explanation: Explanation, command: str = "") -> bytes:
    """The page: one self-contained file."""
    from scoregen.notation.engraving.fonts import font_faces
    from scoregen.notation.engraving.options import EngravingOptions
    from scoregen.notation.engraving.pages import engrave
    from scoregen.notation.graft.ids import with_note_ids
    from scoregen.pictures.explanation_page import explanation_page, letters
    from scoregen.tasks.explain.plans import plan_table
    from scoregen.tasks.explain.writing_record import ranking_table

    text, _ = with_note_ids(explanation.score, names(explanation))
    options = EngravingOptions("screen", scale=60, margin=4, heading=False, fit_height=True, embed_fonts=False)
    pages = engrave(text, options)
    data = plain(explanation)
    ranking = explanation.task.record.ranking
    table = ranking_table(ranking) if ranking is not None else ()
    faces = font_faces(pages, letters(data))
    return explanation_page(data, pages, faces, command, plan_table(explanation.plan), table)
