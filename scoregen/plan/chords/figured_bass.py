"""The chords of a figured bass: of the figures in a score, or of a text under its lowest voice.

    6 | 6/5 # | 4-3 _ 7 |      a measure between `|`, its notes in order; `/` joins figures, `-` divides a note

A note without figures has a triad if it lasts a beat or stands on one; a shorter note between beats is passing, and the
chord before it goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.plan.chords.chord_symbols import ChordTimeline, GivenChord
from scoregen.plan.chords.given_line import GivenMusic, GivenNote
from scoregen.score.directions import Figure, FiguredBass
from scoregen.score.elements import Score, Slot
from scoregen.score.theory.chord_kinds import note_name
from scoregen.score.theory.figures import figured_tones, read_figures
from scoregen.score.timeline import measure_onsets
from scoregen.system.errors import InputError

_Figured = Mapping[Fraction, Sequence[Figure]]
"""Figures by their onsets in quarters from the start of the score."""
_EXPECTED = "expected figures such as 6, 6/5, #, 4-3, or _ for none"


def figured_timeline(score: Score, slots: Sequence[Slot], text: str | None) -> ChordTimeline:
    """The chords of the figures under a given line; empty if there are none, or no given note under them.

    `text` replaces the figures of the score and stands under the lowest of the slots. InputError names figures that are
    not understood, and a measure that has more of them than notes.
    """
    marked = _marked(score)
    part = next(iter(marked), None)
    slot = next((slot for slot in reversed(slots) if text or slot.part == part), None)
    if slot is None:
        return {}
    line = GivenMusic.of(score, [slot]).lines[slot]
    figures = _written(score, line, text) if text else marked[part or ""]
    if text and not line:
        raise InputError("--figured-bass: the lowest voice has no notes; expected a given bass under the figures")
    return _timeline(score, line, figures) if figures else {}


def _marked(score: Score) -> dict[str, dict[Fraction, Sequence[Figure]]]:
    """The figures in a score by part."""
    rows: dict[str, dict[Fraction, Sequence[Figure]]] = {}
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for direction in measure.directions:
            if isinstance(direction.value, FiguredBass) and direction.part:
                rows.setdefault(direction.part, {})[start + direction.onset] = direction.value.figures
    return rows


def _written(score: Score, line: Sequence[GivenNote], text: str) -> dict[Fraction, Sequence[Figure]]:
    """The figures of a text."""
    rows = text.strip().removeprefix("|").removesuffix("|").split("|")
    if len(rows) > len(score.measures):
        raise InputError(f"--figured-bass: found {len(rows)} measures; expected at most {len(score.measures)}")
    found: dict[Fraction, Sequence[Figure]] = {}
    for index, row in enumerate(rows):
        notes, words = [note for note in line if note.measure_index == index], row.split()
        if len(words) > len(notes):
            raise InputError(
                f"--figured-bass, measure {score.measures[index].number}: found {len(words)} figures for {len(notes)}"
                " notes; expected at most one for each"
            )
        for note, word in zip(notes, words, strict=False):
            found |= dict(_on_note(note, word, score.measures[index].number))
    return found


def _on_note(note: GivenNote, word: str, number: str) -> Iterator[tuple[Fraction, Sequence[Figure]]]:
    parts = word.split("-")
    for place, part in enumerate(parts):
        figures = read_figures(part)
        if figures is None:
            raise InputError(f"--figured-bass, measure {number}: found {part!r}; {_EXPECTED}")
        if figures or place:
            yield note.onset + note.duration * place / len(parts), figures


def _timeline(score: Score, line: Sequence[GivenNote], figures: _Figured) -> ChordTimeline:
    starts = measure_onsets(score)
    rows: dict[int, dict[Fraction, GivenChord]] = {}
    for note in line:
        onset = note.onset - starts[note.measure_index]
        beats = score.measures[note.measure_index].time.groups
        places = [place for place in figures if note.onset <= place < note.end]
        if note.onset not in places and (note.duration >= beats[0] or onset % beats[0] == 0):
            places = [note.onset, *places]
        for place in places:
            index = max(number for number, start in enumerate(starts) if start <= place)
            rows.setdefault(index, {})[place - starts[index]] = _chord(score, note, figures.get(place, ()), index)
        _continue(rows, starts, note)
    return rows


def _continue(rows: dict[int, dict[Fraction, GivenChord]], starts: Sequence[Fraction], note: GivenNote) -> None:
    """Let the last chord of a note that is tied over barlines go on in the measures after it."""
    for index in range(note.measure_index + 1, len(starts)):
        if starts[index] >= note.end:
            break
        before = rows.get(index - 1, {})
        if before and Fraction(0) not in rows.get(index, {}):
            rows.setdefault(index, {})[Fraction(0)] = replace(before[max(before)], begins=False)


def _chord(score: Score, note: GivenNote, figures: Sequence[Figure], index: int) -> GivenChord:
    tones = figured_tones(note.pitch, figures, score.measures[index].key)
    name = "/".join(_text(figure) for figure in figures) or "5/3"
    return GivenChord(tones, name=f"{name} over {note_name(note.pitch.fifths)}", bass_stays=True)


def _text(figure: Figure) -> str:
    signs = {"sharp": "#", "flat": "b", "natural": "n", "double-sharp": "x", "flat-flat": "bb"}
    prefix, suffix = (signs.get(name, "+" if name else "") for name in (figure.prefix, figure.suffix))
    return f"{prefix}{figure.number or ''}{suffix}"
