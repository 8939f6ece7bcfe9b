"""An explanation as plain values, for programs and for the page: `docs/explaining.md` says what each means.

Chances are between 0 and 1; prices, leanings, surprisal and effects in nats; onsets in quarters.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scoregen.analysis.harmony.chord_tones import NoteRole
from scoregen.analysis.harmony.roman_numerals import figured, span_numeral
from scoregen.analysis.rules.findings import Finding, spot
from scoregen.score.timeline import SoundingNote, measure_onsets
from scoregen.version import __version__

if TYPE_CHECKING:
    from scoregen.model.inspection.choice_record import Option
    from scoregen.tasks.explain import Explanation, NoteExplanation

DIGITS = 4


def names(found: Explanation) -> dict[SoundingNote, str]:
    """A name for each note: n1, n2, ... for those explained, g1, ... for those given."""
    explained = {entry.note: f"n{number}" for number, entry in enumerate(found.notes, 1)}
    return explained | {note: f"g{number}" for number, note in enumerate(found.given_notes, 1) if note is not None}


def plain(found: Explanation) -> dict[str, Any]:
    """All of it."""
    score = found.score
    called = names(found)
    nats = [entry.weighed.nats for entry in found.notes]
    return {
        "version": __version__,
        "weights": found.weights,
        "rules": found.rules,
        "title": score.metadata.title or score.metadata.movement,
        "composer": score.metadata.composer,
        "voices": [
            {"role": role, "part": slot.part, "name": score.part(slot.part).name}
            for role, slot in zip(found.roles, found.task.slots, strict=True)
        ],
        "measures": [
            {"number": measure.number, "given": list(given)}
            for measure, given in zip(score.measures, found.task.given, strict=True)
        ],
        "notices": list(found.notices),
        "mean_nats": round(math.fsum(nats) / len(nats), DIGITS) if nats else None,
        "given_notes": [{"id": called[note], **_note(found, note)} for note in found.given_notes if note is not None],
        "notes": [{"id": called[entry.note], **_explained(found, entry, called)} for entry in found.notes],
    }


def _note(found: Explanation, note: SoundingNote) -> dict[str, Any]:
    return {
        "voice": found.task.slots.index(note.slot),
        **_place(found, note.onset, note.measure_index),
        "onset": float(note.onset),
        "duration": float(note.duration),
        "pitch": str(note.pitch),
    }


def _place(found: Explanation, onset: Fraction, measure: int) -> dict[str, Any]:
    """The index of a measure, and the beat as a musician counts it."""
    return {"measure": measure, "beat": str(spot(found.score, onset, measure)).rpartition("beat ")[2]}


def _explained(found: Explanation, entry: NoteExplanation, called: Mapping[SoundingNote, str]) -> dict[str, Any]:
    weighed = entry.weighed
    return {
        **_note(found, entry.note),
        "nats": round(weighed.nats, DIGITS),
        "alone_nats": round(weighed.alone_nats, DIGITS),
        "entropy_nats": round(weighed.entropy, DIGITS),
        "after": list(weighed.after),
        "roles": [_role(found, role) for role in entry.roles],
        "findings": _findings(entry.findings),
        "chosen": weighed.chosen,
        "options": [
            {
                **_option(option),
                "cost": round(option.cost, DIGITS),
                "logit_bias": round(option.logit_bias, DIGITS),
                "forbidden_by": list(option.forbidden_by),
                "breaks": _findings(verdict.broken),
                "mends": _findings(verdict.mended),
            }
            for option, verdict in zip(weighed.options, entry.verdicts, strict=True)
        ],
        "bans": [
            {
                "constraint": ban.constraint,
                "chance": round(ban.chance, DIGITS),
                "likeliest": [_option(option) for option in ban.likeliest],
            }
            for ban in weighed.bans
        ],
        "sources": [
            {**_source(found, source.row, weighed.voice, called), "nats": round(source.nats, DIGITS)}
            for source in weighed.sources
        ],
        "measures": [round(nats, DIGITS) for nats in weighed.measures],
        "given_notes": [
            {"id": called[note], "nats": round(nats, DIGITS)}
            for index, nats in weighed.notes
            if (note := found.given_notes[index]) is not None
        ],
    }


def _option(option: Option) -> dict[str, Any]:
    pitch = str(option.pitch) if option.pitch is not None else None
    return {"kind": option.kind, "pitch": pitch, "chance": round(option.chance, DIGITS)}


def _role(found: Explanation, role: NoteRole) -> dict[str, Any]:
    span = role.span
    return {
        **_place(found, span.onset, span.measure_index),
        "name": role.name,
        "is_member": role.is_member,
        "numeral": figured(span_numeral(span)),
        "chord": str(span.chord),
        "key": str(span.key),
    }


def _findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Each sentence once: a fault that two moments show is one to the reader."""
    found = {finding.message: finding for finding in findings}
    return [
        {"rule": finding.rule, "severity": finding.severity, "message": message} for message, finding in found.items()
    ]


def _source(found: Explanation, row: int, voice: int, called: Mapping[SoundingNote, str]) -> dict[str, Any]:
    measure, onset = found.places[row]
    start = measure_onsets(found.score)[measure] + onset
    slot = found.task.slots[voice]
    name = next((name for note, name in called.items() if note.slot == slot and note.onset == start), None)
    return {**_place(found, start, measure), "id": name}
