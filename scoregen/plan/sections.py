"""Forms: a piece of sections, some of which come again.

A form is written in letters, `AAB` or `ABA`. The sections of a piece are equally long, each letter is
composed once, and the piece is put together from copies: what comes again is the same to the note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scoregen.score.elements import Barline, Measure, Score
from scoregen.system.errors import InputError

Sections = tuple[int, ...]
"""The form by numbers: `AABA` is 0, 0, 1, 0."""


def parsed_form(form: str) -> Sections:
    """The sections of a form, one for none. InputError unless it is of letters, from A on."""
    letters = "".join(form.split()).upper()
    known = "".join(dict.fromkeys(letters))
    if known != "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(known)]:
        raise InputError(f"{form!r} is no form; expected letters from A on, as in AAB or ABA")
    return tuple(known.index(letter) for letter in letters) or (0,)


def section_length(measures: int, form: Sections) -> int:
    """How many measures a section has, in a piece of so many that has each of them once."""
    return measures // (max(form) + 1)


def section_starts(score: Score, form: Sections) -> tuple[int, ...]:
    """The measure indices at which the sections of a piece begin that has each of them once."""
    length = section_length(len(score.measures), form)
    return tuple(range(0, len(score.measures), length))


def unfolded(score: Score, form: Sections) -> Score:
    """The whole piece, from one that has each section once."""
    if form == (0,):
        return score
    length = section_length(len(score.measures), form)
    measures = [
        replace(measure, tempos=() if place else measure.tempos)
        for place, section in enumerate(form)
        for measure in score.measures[length * section : length * (section + 1)]
    ]
    return replace(score, measures=numbered(measures, length))


def first_heard(index: int, measures: int, form: Sections) -> int:
    """Where a measure stands in the whole piece, given its index in one of so many measures with each section once."""
    length = section_length(measures, form)
    section, place = divmod(index, length)
    return form.index(section) * length + place


def numbered(measures: Sequence[Measure], length: int) -> tuple[Measure, ...]:
    """Measures of sections so long, counted through, with a double bar after each section.

    An upbeat counts as 0 at the start of the piece; one within it is called X1, X2 and so on.
    """
    count = upbeats = 0
    found = []
    for index, measure in enumerate(measures):
        if measure.implicit:
            number, upbeats = (f"X{upbeats}" if index else "0"), upbeats + 1
        else:
            count += 1
            number = str(count)
        ends = (index + 1) % length == 0
        style = "light-heavy" if index == len(measures) - 1 else "light-light" if ends else "regular"
        found.append(replace(measure, number=number, barline=Barline(style)))
    return tuple(found)
