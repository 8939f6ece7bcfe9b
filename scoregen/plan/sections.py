"""Forms: pieces of sections, some of which are repeated.

A form is written in letters, such as `AAB` or `ABA`. The sections of a piece have equal length. Each letter is
composed once, and the piece is assembled from copies, so that repeated sections are identical.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scoregen.score.elements import Barline, Measure, Score
from scoregen.system.errors import InputError

Sections = tuple[int, ...]
"""A form as numbers: `AABA` is 0, 0, 1, 0."""


def parsed_form(form: str) -> Sections:
    """The sections of a form; one section for an empty form. InputError unless it consists of letters from A on."""
    letters = "".join(form.split()).upper()
    distinct = "".join(dict.fromkeys(letters))
    if distinct != "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(distinct)]:
        raise InputError(f"found the form {form!r}; expected letters from A on, such as AAB or ABA")
    return tuple(distinct.index(letter) for letter in letters) or (0,)


def section_length(measures: int, form: Sections) -> int:
    """The length of a section, in a piece of `measures` measures that has each section once."""
    return measures // (max(form) + 1)


def section_starts(score: Score, form: Sections) -> tuple[int, ...]:
    """The first measure of each section, in a piece that has each section once."""
    length = section_length(len(score.measures), form)
    return tuple(range(0, len(score.measures), length))


def unfolded(score: Score, form: Sections) -> Score:
    """The whole piece, from a score that has each section once."""
    if form == (0,):
        return score
    length = section_length(len(score.measures), form)
    measures = [
        replace(measure, tempos=() if place else measure.tempos)
        for place, section in enumerate(form)
        for measure in score.measures[length * section : length * (section + 1)]
    ]
    return replace(score, measures=numbered(measures, length))


def first_occurrence(index: int, measures: int, form: Sections) -> int:
    """The index in the whole piece of a measure of a score that has each section once, in `measures` measures."""
    length = section_length(measures, form)
    section, place = divmod(index, length)
    return form.index(section) * length + place


def numbered(measures: Sequence[Measure], length: int) -> tuple[Measure, ...]:
    """The measures with numbers, and with a double bar after each section of `length` measures.

    An anacrusis at the start of the piece has the number 0; those within it are X1, X2 and so on.
    """
    count = upbeats = 0
    result = []
    for index, measure in enumerate(measures):
        if measure.implicit:
            number, upbeats = (f"X{upbeats}" if index else "0"), upbeats + 1
        else:
            count += 1
            number = str(count)
        ends = (index + 1) % length == 0
        style = "light-heavy" if index == len(measures) - 1 else "light-light" if ends else "regular"
        result.append(replace(measure, number=number, barline=Barline(style)))
    return tuple(result)
