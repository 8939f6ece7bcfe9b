"""Analysis of a score: keys, chords, cadences, phrases, form and texture, as values.

`analyze` returns the analysis; `tasks.annotation` writes it into the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from html import escape
from typing import Any

from scoregen.analysis.form.cadences import Cadence, cadences
from scoregen.analysis.form.phrases import phrases
from scoregen.analysis.form.repetition import Repeat, Section, repeats, sections
from scoregen.analysis.form.texture import Texture, textures
from scoregen.analysis.harmony.chords import ChordSpan, chord_spans, harmonic_moments
from scoregen.analysis.harmony.keys import KeyRegion, key_regions, main_key
from scoregen.analysis.harmony.lead_sheets import given_chords
from scoregen.analysis.harmony.roman_numerals import degree, span_numeral, span_symbol
from scoregen.analysis.harmony.tune_keys import tune_key
from scoregen.analysis.moments import Moment, highest_line, moments
from scoregen.analysis.spelling_faults import spelling_notice
from scoregen.score.display import html_table
from scoregen.score.elements import Score
from scoregen.score.keys import Key
from scoregen.score.navigation import closing_measure
from scoregen.score.theory.chord_kinds import note_name
from scoregen.score.timeline import measure_onsets, metrical_starts
from scoregen.system.errors import InputError

HARMONIC = Fraction(1, 2)
"""The minimum share of the time with two different pitch names, for chords to be named."""
MELODY_ONLY = "only one note sounds at a time; the analysis names no chords"
SYMBOLS_USED = "the chords are the chord symbols of the score; only their keys are analysed"


@dataclass(frozen=True, slots=True, repr=False)
class Analysis:
    """The analysis of a score. `notices` name what was not analysed, and why."""

    key: Key | None
    keys: tuple[KeyRegion, ...]
    chords: tuple[ChordSpan, ...]
    cadences: tuple[Cadence, ...]
    sections: tuple[Section, ...]
    repeats: tuple[Repeat, ...]
    textures: tuple[Texture, ...]
    notices: tuple[str, ...] = ()
    score: Score | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        found = {"chord": self.chords, "cadence": self.cadences, "section": self.sections, "repeat": self.repeats}
        counts = ", ".join(f"{len(items)} {name}{'' if len(items) == 1 else 's'}" for name, items in found.items())
        return f"<Analysis of {self.score!r}: {self.key}, {counts}>"

    def _repr_html_(self) -> str:
        if self.score is None:
            return f"<pre>{escape(repr(self))}</pre>"
        table = plain(self.score, self)
        chords = [(c["measure"], f"{c['beat']:g}", c["key"], c["numeral"], c["symbol"]) for c in table["chords"]]
        cadences = [(c["measure"], c["kind"], c["key"], " ".join(c["numerals"])) for c in table["cadences"]]
        return f"<p>{escape(f'Key: {self.key}')}</p>" + "".join(
            html_table(head, rows)
            for head, rows in (
                (("Measure", "Cadence", "Key", "Chords"), cadences),
                (("Measure", "Beat", "Key", "Numeral", "Chord"), chords),
            )
            if rows
        )


def analyze(score: Score) -> Analysis:
    """Find keys, chords, cadences, sections, repeats and textures of a score.

    Onsets are in quarters from its start. Raises InputError if the score has no pitched note.
    """
    cuts = moments(score)
    if not cuts:
        raise InputError("found no pitched notes; expected a score with notes to analyse")
    spans = chord_spans(score)
    keys = key_regions(spans)
    notices: tuple[str, ...] = ()
    if given_chords(score):
        notices = (SYMBOLS_USED,)
    elif not _is_harmonic(harmonic_moments(score)):
        spans, notices, keys = (), (MELODY_ONLY,), _one_region(keys, score)
    parts = phrases(score, cuts, spans)
    return Analysis(
        key=main_key(keys, closing_measure(score.measures)),
        keys=keys,
        chords=spans,
        cadences=cadences(parts, spans, cuts),
        sections=sections(score, parts, highest_line(cuts)),
        repeats=repeats(score),
        textures=textures(score, cuts),
        notices=(*spelling_notice(score), *notices),
        score=score,
    )


def _is_harmonic(cuts: Sequence[Moment]) -> bool:
    full = sum((cut.duration for cut in cuts if len({n.pitch.fifths for n in cut.notes}) > 1), Fraction(0))
    return full >= HARMONIC * sum((cut.duration for cut in cuts), Fraction(0))


def _one_region(keys: Sequence[KeyRegion], score: Score) -> tuple[KeyRegion, ...]:
    """One key for the whole score: a melody alone does not define its modulations. It is that of `compose`."""
    return (KeyRegion(keys[0].onset, keys[-1].end, tune_key(score), keys[0].measure_index),) if keys else ()


class ScorePositions:
    """Converts onsets of a score to measure numbers and beats."""

    def __init__(self, score: Score) -> None:
        self._measures = score.measures
        self._onsets = measure_onsets(score)
        self._starts = metrical_starts(score)

    def position(self, index: int, onset: Fraction) -> Fraction:
        """Quarters from the start of a measure."""
        return onset - self._onsets[index]

    def number(self, index: int) -> str:
        return self._measures[index].number

    def beat(self, index: int, onset: Fraction) -> str:
        """The beat from 1, with a decimal part inside the beat: the upbeat of 4/4 is 4."""
        place = self._starts[index] + self.position(index, onset)
        groups = self._measures[index].time.groups
        beat = 1
        for group in groups[:-1]:
            if place < group:
                break
            place, beat = place - group, beat + 1
        return f"{float(beat + place / groups[beat - 1]):.2f}".rstrip("0").rstrip(".")


def plain(score: Score, analysis: Analysis) -> dict[str, Any]:
    """The analysis as JSON values; onsets and durations are in quarters, onsets from the start of the score."""
    places = ScorePositions(score)
    by_onset = {cadence.onset: cadence for cadence in analysis.cadences}
    return {
        "key": str(analysis.key) if analysis.key is not None else None,
        "keys": [
            {**_position(places, region.measure_index, region.onset), "end": float(region.end), "key": str(region.key)}
            for region in analysis.keys
        ],
        "chords": [_plain_chord(places, span) for span in analysis.chords],
        "phrases": [_plain_section(places, section) for section in analysis.sections],
        "cadences": [
            {
                **_position(places, cadence.measure_index, cadence.onset),
                "kind": cadence.kind,
                "key": str(cadence.key),
                "numerals": list(cadence.chords),
            }
            for cadence in by_onset.values()
        ],
        "repeats": [_plain_repeat(places, repeat) for repeat in analysis.repeats],
        "texture": [
            {
                "first_measure": places.number(texture.first),
                "last_measure": places.number(texture.last),
                "kind": texture.kind,
                "voices": texture.voices,
                "together": texture.together,
            }
            for texture in analysis.textures
        ],
        "notices": list(analysis.notices),
    }


def _position(places: ScorePositions, index: int, onset: Fraction) -> dict[str, Any]:
    return {
        "measure_index": index,
        "measure": places.number(index),
        "beat": float(places.beat(index, onset)),
        "onset": float(onset),
    }


def _plain_chord(places: ScorePositions, span: ChordSpan) -> dict[str, Any]:
    applied = span.function.target
    scale_degree = degree(span.function.offset - (applied or 0), span.key.mode)
    return {
        **_position(places, span.measure_index, span.onset),
        "duration": float(span.duration),
        "key": str(span.key),
        "numeral": span_numeral(span),
        "symbol": span_symbol(span),
        "root": note_name(span.chord.root),
        "bass": note_name(span.chord.bass),
        "quality": span.chord.quality,
        "inversion": span.chord.inversion,
        "third": not span.lacks_third,
        "degree": scale_degree.number,
        "applied_to": note_name(span.key.tonic_fifths + applied) if applied is not None else None,
        "foreign_notes": [
            {
                "part": foreign.note.slot.part,
                "onset": float(foreign.note.onset),
                "pitch": str(foreign.note.pitch),
                "kind": foreign.kind,
            }
            for foreign in span.foreign
        ],
    }


def _plain_section(places: ScorePositions, section: Section) -> dict[str, Any]:
    phrase = section.phrase
    return {
        "letter": section.letter,
        "first_measure": places.number(phrase.first_measure),
        "last_measure": places.number(phrase.last_measure),
        "onset": float(phrase.onset),
        "end": float(phrase.end),
        "fermata": phrase.has_fermata,
        "played_twice": section.repeats,
    }


def _plain_repeat(places: ScorePositions, repeat: Repeat) -> dict[str, Any]:
    return {
        "first_measure": places.number(repeat.first),
        "last_measure": places.number(repeat.last),
        "again_first_measure": places.number(repeat.again),
        "again_last_measure": places.number(repeat.again_last),
        "kind": repeat.kind,
        "steps": repeat.steps,
    }
