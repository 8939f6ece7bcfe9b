"""Progressions as rows of words: for each measure a word for each of its beats, so that single chords can be set."""

from __future__ import annotations

from collections.abc import Sequence

FREE, PROLONGED = "N.C.", "/"

Rows = list[list[str]]


def free_rows(measures: int, beats: int) -> Rows:
    """Rows in which nothing is fixed."""
    return [[FREE] + [PROLONGED] * (beats - 1) for _ in range(measures)]


def beat_rows(text: str, measures: int, beats: int) -> Rows | None:
    """The rows of a progression that has a word for each beat; None for one that is written otherwise."""
    rows = [row.split() for row in text.strip().strip("|").split("|")]
    fits = len(rows) == measures and all(len(row) == beats and row[0] != PROLONGED for row in rows)
    return rows if fits else None


def text_of_rows(rows: Sequence[Sequence[str]]) -> str:
    return " | ".join(" ".join(row) for row in rows)


def is_free(rows: Sequence[Sequence[str]], measure: int, beat: int) -> bool:
    """Whether no chord is in force at a beat."""
    return next(word for word in reversed(rows[measure][: beat + 1]) if word != PROLONGED) == FREE


def set_chord(rows: Rows, measure: int, beat: int, chord: str) -> None:
    """Put a chord on a beat, for that beat alone: what was in force there goes on after it."""
    row = rows[measure]
    before = next(word for word in reversed(row[: beat + 1]) if word != PROLONGED)
    row[beat] = chord
    if beat + 1 < len(row) and row[beat + 1] == PROLONGED:
        row[beat + 1] = before
