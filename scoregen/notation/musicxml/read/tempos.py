"""Tempo marks: printed metronome marks, tempos that only sound, and their words."""

from __future__ import annotations

import re
from fractions import Fraction

from lxml import etree

from scoregen.notation.musicxml.read.values import optional_number, text_of
from scoregen.score.elements import Tempo
from scoregen.score.rhythm import NOTE_TYPES, NoteValue

_PER_MINUTE = re.compile(r"\d{1,6}(\.\d{1,6})?")


def read_tempo(
    onset: Fraction, metronome: etree._Element | None, sound: etree._Element | None, words: str | None
) -> Tempo | None:
    """The printed metronome mark if it has a number, else the sounding tempo in quarters; None without either."""
    found = _metronome(metronome) if metronome is not None else None
    implicit = found is None
    tempo = optional_number(sound.get("tempo")) if found is None and sound is not None else None
    if tempo is not None:
        found = NoteValue("quarter"), Fraction(tempo)
    if found is None or found[1] <= 0:
        return None
    return Tempo(onset, found[0], found[1], words, number_implicit=implicit)


def _metronome(element: etree._Element) -> tuple[NoteValue, Fraction] | None:
    unit = text_of(element.find("beat-unit"))
    per_minute = _PER_MINUTE.search(text_of(element.find("per-minute")) or "")
    if unit not in NOTE_TYPES or per_minute is None:
        return None
    return NoteValue(unit, len(element.findall("beat-unit-dot"))), Fraction(per_minute.group())
