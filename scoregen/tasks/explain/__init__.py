"""Why is this note there? What the network weighed, what each alternative would have broken, what it rests on.

    found = explain(read_score("chorale.musicxml"), given=["soprano"])
    write_explanation(found, [Path("page.html")])

The network is asked about a finished score as it is asked while it writes: slice by slice, voice by voice.
`docs/explaining.md` says what each number means, and what it does not.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.analysis.counterpoint.lines import Counterpoint, counterpoint_of, pitch_of
from scoregen.analysis.harmony.chord_tones import NoteRole, note_roles
from scoregen.analysis.rules.alternatives import Surroundings, Verdict
from scoregen.analysis.rules.findings import Finding
from scoregen.analysis.rules.rule_sets import DEFAULT, RuleSet, load_rule_set
from scoregen.generation.infill_task import voice_rule
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble, load_ensemble
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, measure_onsets, sounding_notes
from scoregen.tasks.explain.report import names, plain
from scoregen.tasks.explain.request import ExplainRequest, explain_request

if TYPE_CHECKING:
    from scoregen.model.inspection.attribution import SamplerSettings
    from scoregen.model.inspection.choice_record import ChoiceRecord

SUFFIXES = (".html", ".json")
OPTIONS = 6
"""Alternatives that are told of each note, the note itself among them."""


@dataclass(frozen=True, slots=True)
class NoteExplanation:
    """A note that was chosen, what was weighed, what it is in its chords, and what the rules say.

    `verdicts` are those on `weighed.options`, empty for what stands there; `findings` are faults in which
    the note takes part as it stands.
    """

    note: SoundingNote
    weighed: ChoiceRecord
    roles: tuple[NoteRole, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score explained: `roles` name its voices, `given` says by measure and voice what was known from the start.

    `given_notes` are the notes that `weighed.notes` counts, None where one is not in the score as it was read;
    `places` the measure index and onset of every slice.
    """

    task: ExplainRequest
    roles: tuple[str, ...]
    notes: tuple[NoteExplanation, ...]
    given_notes: tuple[SoundingNote | None, ...]
    places: tuple[tuple[int, Fraction], ...]
    rules: str
    weights: str
    notices: tuple[str, ...]

    @property
    def score(self) -> Score:
        return self.task.score


def explain(
    score: Score,
    *,
    ensemble: str = "satb",
    roles: Mapping[str, str] | None = None,
    given: Sequence[str] = (),
    rules: str = DEFAULT,
    checkpoint: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> Explanation:
    """Explain every note that was not given.

    `roles` tells which part takes which role, `given` what the network knew from the start (`"soprano"`,
    `"soprano,bass:1-4"`); a score that scoregen wrote says that itself. InputError where the score lacks a
    voice or holds nothing to explain, RefusedError where the network cannot read it.
    """
    from scoregen.model.inspection.attribution import choice_records

    told = progress or (lambda done: None)
    players = load_ensemble(ensemble)
    chosen = load_rule_set(rules)
    task = explain_request(score, players, roles or {}, given)
    writer, checksum = _writer(task, players, checkpoint)
    told(0.2)
    reading = choice_records(writer, task.tokens, task.given, OPTIONS)
    told(0.7)
    music = counterpoint_of(score)
    by_place = _by_place(task)
    notes = [
        _explained(music, chosen, note, weighed)
        for weighed in reading.weighed
        if (note := _note_at(task, weighed.voice, weighed.measure, weighed.onset, by_place)) is not None
    ]
    told(1.0)
    found = {explained.note for explained in notes}
    known = tuple(
        _note_at(task, given_note.voice, given_note.measure, given_note.onset, by_place)
        for given_note in reading.given_notes
    )
    notices = [*task.notices, *music.notices, *_left_out(task, found, by_place), *_other_weights(task, checksum)]
    sung = tuple(role.name for role in players.roles)
    return Explanation(
        task, sung, tuple(notes), known, reading.places, chosen.name, checksum, tuple(dict.fromkeys(notices))
    )


def _writer(task: ExplainRequest, players: Ensemble, checkpoint: Path | None) -> tuple[SamplerSettings, str]:
    """The writer with the options of the score, and the checksum of its weights."""
    from scoregen.model.inspection.attribution import SamplerSettings
    from scoregen.model.network.checkpoint import load_checkpoint
    from scoregen.model.sampling.pretrained import load_pretrained

    pretrained, network = load_pretrained(checkpoint, players), load_checkpoint(checkpoint).network
    reach = [voice_rule(role, task.score) for role in players.roles]
    logit_bias = pretrained.calibration.logit_bias if pretrained.calibration else None
    writer = SamplerSettings(network, reach, task.options, pretrained.index, logit_bias)
    return writer, pretrained.model.checksum


_Places = Mapping[tuple[int, Fraction], Sequence[SoundingNote]]
"""The notes of the roles by voice and onset."""


def _by_place(task: ExplainRequest) -> _Places:
    found: dict[tuple[int, Fraction], list[SoundingNote]] = defaultdict(list)
    for note in sounding_notes(task.score):
        if note.slot in task.slots and isinstance(note.pitch, Pitch):
            found[task.slots.index(note.slot), note.onset].append(note)
    return found


def _note_at(task: ExplainRequest, voice: int, measure: int, onset: Fraction, by_place: _Places) -> SoundingNote | None:
    """The note that the network reads there: of a chord the highest, in the last voice the lowest."""
    notes = by_place.get((voice, measure_onsets(task.score)[measure] + onset), ())
    outer = min if voice == len(task.slots) - 1 else max
    return outer(notes, key=lambda note: pitch_of(note).chromatic, default=None)


def _explained(music: Counterpoint, rules: RuleSet, note: SoundingNote, weighed: ChoiceRecord) -> NoteExplanation:
    roles = note_roles(music.chords, note)
    line = next((index for index, own in enumerate(music.lines) if own.leads and own.slot == note.slot), None)
    if line is None:
        return NoteExplanation(note, weighed, roles, (Verdict((), ()),) * len(weighed.options), ())
    around = Surroundings(music, rules, line, note)
    verdicts = tuple(
        Verdict((), ()) if index == weighed.chosen else around.instead(option.kind, option.pitch)
        for index, option in enumerate(weighed.options)
    )
    return NoteExplanation(note, weighed, roles, verdicts, around.findings())


def _left_out(task: ExplainRequest, found: Container[SoundingNote], by_place: _Places) -> Iterator[str]:
    """What is not explained of the voices that were not given."""
    missing: dict[int, list[str]] = defaultdict(list)
    for (voice, _), notes in by_place.items():
        for note in notes:
            if not task.given[note.measure_index][voice] and note not in found:
                missing[voice].append(task.score.measures[note.measure_index].number)
    for voice, numbers in sorted(missing.items()):
        name = task.score.part(task.slots[voice].part).name or task.slots[voice].part
        shown = ", ".join(dict.fromkeys(numbers))
        count = "1 note is" if len(numbers) == 1 else f"{len(numbers)} notes are"
        yield (
            f"{name}, measures {shown}: {count} not explained; the network reads one note of a chord, and rhythms"
            " down to the 64th and to triplets of 32nds"
        )


def _other_weights(task: ExplainRequest, checksum: str) -> Iterator[str]:
    if task.weights is not None and task.weights != checksum:
        yield "the score was written by other weights than these that explain it; name its own with --checkpoint"


def write_explanation(found: Explanation, paths: Sequence[Path], *, command: str = "", force: bool = False) -> None:
    """Write the page (.html), or the same data as JSON; `command` is what both name as what makes them again."""
    from scoregen.system.files import check_targets, write_files

    check_targets(paths, SUFFIXES, force=force)
    files: list[tuple[Path, bytes]] = []
    for path in paths:
        if path.suffix.lower() == ".json":
            text = json.dumps({"command": command, **plain(found)}, indent=1, ensure_ascii=False)
            files.append((path, f"{text}\n".encode()))
        else:
            files.append((path, page(found, command)))
    write_files(files, force=force)


def page(found: Explanation, command: str = "") -> bytes:
    """The page: one file that needs no network."""
    from scoregen.notation.engraving.fonts import font_faces
    from scoregen.notation.engraving.pages import EngravingOptions, engrave
    from scoregen.notation.graft.ids import with_note_ids
    from scoregen.pictures.explanation_page import explanation_page, letters

    text, _ = with_note_ids(found.score, names(found))
    how = EngravingOptions("screen", scale=60, margin=4, heading=False, fit_height=True, embed_fonts=False)
    pages = engrave(text, how)
    data = plain(found)
    return explanation_page(data, pages, font_faces(pages, letters(data)), command)
