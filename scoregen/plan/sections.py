"""Forms: pieces of sections, some of which are repeated.

A form is written in letters, such as `AAB` or `ABA`. The sections of a piece have equal length, except those of a plan
file, which has the length of each. Each letter is composed once, and the piece is assembled from copies, so that
repeated sections are identical.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from scoregen.score.elements import Barline, Measure, Score, Tempo
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


def section_lengths(measures: int, form: Sections, lengths: Sequence[int] = ()) -> tuple[int, ...]:
    """The lengths of the sections, in a piece of `measures` measures that has each once; equal without `lengths`."""
    return tuple(lengths) or (section_length(measures, form),) * (max(form) + 1)


def section_starts(score: Score, form: Sections, lengths: Sequence[int] = ()) -> tuple[int, ...]:
    """The first measure of each section, in a piece that has each section once."""
    own = section_lengths(len(score.measures), form, lengths)
    return tuple(sum(own[:section]) for section in range(len(own)))


def unfolded(score: Score, form: Sections, lengths: Sequence[int] = ()) -> Score:
    """The whole piece, from a score that has each section once."""
    if form == (0,):
        return score
    own, starts = section_lengths(len(score.measures), form, lengths), section_starts(score, form, lengths)
    measures: list[Measure] = []
    tempo: Tempo | None = None
    for section in form:
        for measure in score.measures[starts[section] : starts[section] + own[section]]:
            repeats = measure.tempos[:1] == (tempo,)
            measures.append(replace(measure, tempos=measure.tempos[repeats:]))
            tempo = measure.tempos[-1] if measure.tempos else tempo
    return replace(score, measures=numbered(measures, [own[section] for section in form]))


def first_occurrence(index: int, measures: int, form: Sections, lengths: Sequence[int] = ()) -> int:
    """The index in the whole piece of a measure of a score that has each section once, in `measures` measures."""
    own, section = section_lengths(measures, form, lengths), 0
    while index >= own[section]:
        index, section = index - own[section], section + 1
    return sum(own[earlier] for earlier in form[: form.index(section)]) + index


def numbered(measures: Sequence[Measure], lengths: Sequence[int]) -> tuple[Measure, ...]:
    """The measures with numbers, and with a double bar after each section of the `lengths`.

    An anacrusis at the start of the piece has the number 0; those within it are X1, X2 and so on.
    """
    count = upbeats = 0
    result = []
    ends = set(itertools.accumulate(lengths))
    for index, measure in enumerate(measures):
        if measure.implicit:
            number, upbeats = (f"X{upbeats}" if index else "0"), upbeats + 1
        else:
            count += 1
            number = str(count)
        style = "light-heavy" if index == len(measures) - 1 else "light-light" if index + 1 in ends else "regular"
        result.append(replace(measure, number=number, barline=Barline(style)))
    return tuple(result)
