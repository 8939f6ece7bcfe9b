"""Tunes for tests, written as text: `C4:1 D4:1/2,(word E4:1^ R:2 | ...`.

A note is a pitch, its length in quarters after a colon, and then optional signs: `^` fermata, `'` breath mark, `~` tied
to the next note, and a syllable after a comma: `(be`, `-mid`, `end)` or `word`. `|` ends a measure, `||` with a double
bar.
"""

from __future__ import annotations

import re
from fractions import Fraction

from scoregen.score.elements import Barline, Element, Lyric, Measure, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue

SLOT = Slot("P1")
_NOTE = re.compile(r"([A-G][#b]*\d|R):([\d/]+)([\^'~]*)(?:,(\S+))?")


def tune(text: str, time: str = "4/4", key: str = "C major", name: str = "Soprano") -> Score:
    """The tune as a score of one part; the first measure may be an anacrusis."""
    metre, signature = TimeSignature.parse(time), Key.parse(key).signature
    columns = re.findall(r"([^|]+)(\|\|?|$)", text)
    measures, tied = [], False
    for number, (content, bar) in enumerate(columns, 1):
        elements: list[Element] = []
        ends, now = [], Fraction(0)
        for pitch, length, signs, syllable in _NOTE.findall(content):
            value = NoteValue.of(Fraction(length))
            ends += [now] if "^" in signs else []
            now += value.duration
            elements.append(Rest(value) if pitch == "R" else _note(pitch, value, signs, syllable, tied=tied))
            tied = "~" in signs
        double = Barline("light-light" if bar == "||" else "regular")
        voice = Voice(SLOT, tuple(elements))
        is_upbeat = number == 1 and now < metre.duration
        measures.append(
            Measure(str(number), now, metre, signature, (voice,), is_upbeat, double, phrase_ends=tuple(ends))
        )
    return Score((Part("P1", name),), tuple(measures))


def _note(pitch: str, value: NoteValue, signs: str, syllable: str, *, tied: bool) -> Note:
    lyrics = (_lyric(syllable),) if syllable else ()
    return Note(
        value,
        Pitch.parse(pitch),
        tied_from_previous=tied,
        tied_to_next="~" in signs,
        fermata="^" in signs,
        articulations=("breath-mark",) if "'" in signs else (),
        lyrics=lyrics,
    )


def _lyric(text: str) -> Lyric:
    kind = {"(": "begin", "-": "middle"}.get(text[0]) or ("end" if text.endswith(")") else "single")
    return Lyric(text.strip("()-"), kind)


PLAIN = (
    "C4:1 D4:1 E4:1 C4:1 | F4:1 E4:1 D4:2^ | E4:1 F4:1 G4:1 E4:1 | F4:1 D4:1 C4:2^ |"
    "G4:1 F4:1 E4:1 G4:1 | A4:1 G4:1 G4:2^ | E4:1 F4:1 G4:1 A4:1 | G4:1 D4:1 C4:2^ |"
)
"""Four phrases with fermatas, which close on D, C, G and C."""
