"""An explanation as JSON values, for programs and for the page; `docs/explaining.md` defines each of them.

Probabilities are between 0 and 1; costs, logit biases, surprisals and effects are in nats, onsets in quarters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scoregen.analysis.harmony.chord_tones import NoteRole
from scoregen.analysis.harmony.roman_numerals import span_numeral, typeset
from scoregen.analysis.rules.findings import Finding, spot
from scoregen.score.timeline import SoundingNote, measure_onsets
from scoregen.system.version import __version__

if TYPE_CHECKING:
    from scoregen.model.inspection.choice_record import Option
    from scoregen.tasks.explain import Explanation, NoteExplanation
    from scoregen.tasks.explain.plans import PlannedStep
    from scoregen.tasks.explain.writing_record import ChosenDraft

DIGITS = 4


def names(explanation: Explanation) -> dict[SoundingNote, str]:
    """An id for each note: n1, n2, ... for explained notes, g1, g2, ... for given ones."""
    explained = {entry.note: f"n{number}" for number, entry in enumerate(explanation.notes, 1)}
    return explained | {
        note: f"g{number}" for number, note in enumerate(explanation.given_notes, 1) if note is not None
    }


def plain(explanation: Explanation) -> dict[str, Any]:
    """The whole explanation."""
    score = explanation.score
    ids = names(explanation)
    nats = [entry.choice.nats for entry in explanation.notes]
    return {
        "version": __version__,
        "weights": explanation.weights,
        "rules": explanation.rules,
        "title": score.metadata.title or score.metadata.movement,
        "composer": score.metadata.composer,
        "voices": [
            {"role": role, "part": slot.part, "name": score.part(slot.part).name}
            for role, slot in zip(explanation.roles, explanation.task.slots, strict=True)
        ],
        "measures": [
            {"number": measure.number, "given": list(given)}
            for measure, given in zip(score.measures, explanation.task.given, strict=True)
        ],
        "notices": list(explanation.notices),
        "plan": [_planned(step) for step in explanation.plan],
        "ranking": _ranking(explanation.task.record.ranking),
        "mean_nats": round(math.fsum(nats) / len(nats), DIGITS) if nats else None,
        "given_notes": [
            {"id": ids[note], **_note(explanation, note)} for note in explanation.given_notes if note is not None
        ],
        "notes": [{"id": ids[entry.note], **_explained(explanation, entry, ids)} for entry in explanation.notes],
    }


def _planned(step: PlannedStep) -> dict[str, Any]:
    others = [{"chord": name, "share": round(share, DIGITS)} for name, share in step.alternatives]
    return {**asdict(step.row), "share": step.share, "alternatives": others}


def _ranking(ranking: ChosenDraft | None) -> dict[str, Any] | None:
    if ranking is None:
        return None
    return {
        "drafts": ranking.drafts,
        "comparisons": ranking.comparisons,
        "terms": [{"term": name, "cost": cost, "gain": gain} for name, cost, gain in ranking.terms],
    }


def _note(explanation: Explanation, note: SoundingNote) -> dict[str, Any]:
    return {
        "voice": explanation.task.slots.index(note.slot),
        **_place(explanation, note.onset, note.measure_index),
        "onset": float(note.onset),
        "duration": float(note.duration),
        "pitch": str(note.pitch),
    }


def _place(explanation: Explanation, onset: Fraction, measure: int) -> dict[str, Any]:
    """The index of a measure, and the beat, from 1."""
    return {"measure": measure, "beat": str(spot(explanation.score, onset, measure)).rpartition("beat ")[2]}


def _explained(explanation: Explanation, entry: NoteExplanation, ids: Mapping[SoundingNote, str]) -> dict[str, Any]:
    choice = entry.choice
    return {
        **_note(explanation, entry.note),
        "nats": round(choice.nats, DIGITS),
        "alone_nats": round(choice.alone_nats, DIGITS),
        "entropy_nats": round(choice.entropy, DIGITS),
        "after": list(choice.after),
        "roles": [_role(explanation, role) for role in entry.roles],
        "findings": _findings(entry.findings),
        "chosen": choice.chosen,
        "options": [
            {
                **_option(option),
                "cost": round(option.cost, DIGITS),
                "logit_bias": round(option.logit_bias, DIGITS),
                "forbidden_by": list(option.constraints),
                "breaks": _findings(change.new),
                "mends": _findings(change.gone),
            }
            for option, change in zip(choice.options, entry.fault_changes, strict=True)
        ],
        "bans": [
            {
                "constraint": ban.constraint,
                "chance": round(ban.chance, DIGITS),
                "likeliest": [_option(option) for option in ban.likeliest],
            }
            for ban in choice.bans
        ],
        "sources": [
            {**_source(explanation, source.row, choice.voice, ids), "nats": round(source.nats, DIGITS)}
            for source in choice.sources
        ],
        "measures": [round(nats, DIGITS) for nats in choice.measures],
        "given_notes": [
            {"id": ids[note], "nats": round(nats, DIGITS)}
            for index, nats in choice.notes
            if (note := explanation.given_notes[index]) is not None
        ],
    }


def _option(option: Option) -> dict[str, Any]:
    pitch = str(option.pitch) if option.pitch is not None else None
    return {"kind": option.kind, "pitch": pitch, "chance": round(option.chance, DIGITS)}


def _role(explanation: Explanation, role: NoteRole) -> dict[str, Any]:
    span = role.span
    return {
        **_place(explanation, span.onset, span.measure_index),
        "name": role.name,
        "is_member": role.is_member,
        "numeral": typeset(span_numeral(span)),
        "chord": str(span.chord),
        "key": str(span.key),
    }


def _findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Each sentence once: a fault that two moments share is one fault to the reader."""
    by_message = {finding.message: finding for finding in findings}
    return [
        {"rule": finding.rule, "severity": finding.severity, "message": message}
        for message, finding in by_message.items()
    ]


def _source(explanation: Explanation, row: int, voice: int, ids: Mapping[SoundingNote, str]) -> dict[str, Any]:
    measure, onset = explanation.places[row]
    start = measure_onsets(explanation.score)[measure] + onset
    slot = explanation.task.slots[voice]
    name = next((name for note, name in ids.items() if note.slot == slot and note.onset == start), None)
    return {**_place(explanation, start, measure), "id": name}
