"""Counts the contents of a MuseScore file: the second reader of `.mscz` and `.mscx`, without notation.

It reads what MuseScore 3 and 4 save. In files of older versions notes have no places, and only pitches are compared.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from scoregen.notation.musicxml.mxl import is_zip
from scoregen.notation.musicxml.tree import parse_xml
from scoregen.notation.second_readers.contents import Contents
from scoregen.score.directions import DYNAMIC_MARKS

if TYPE_CHECKING:
    from lxml.etree import _Element

_LENGTHS = {
    **{"long": Fraction(16), "breve": Fraction(8), "whole": Fraction(4), "half": Fraction(2), "quarter": Fraction(1)},
    **{"eighth": Fraction(1, 2), **{f"{2**power}th": Fraction(4, 2**power) for power in range(4, 11)}},
    "32nd": Fraction(1, 8),
}
_GRACES = {"acciaccatura", "appoggiatura", "grace4", "grace16", "grace32"}
_GRACES_AFTER = {"grace8after", "grace16after", "grace32after"}
_OTTAVAS = {"8va": 12, "8vb": -12, "15ma": 24, "15mb": -24, "22ma": 36, "22mb": -36}
_WEDGES = ("0", "1")
_SMALL = "1"
_MOST_DOTS = 4


@dataclass(slots=True)
class _Staff:
    """The notes of a staff with onsets in quarters, and where its octave lines begin and end."""

    notes: list[tuple[Fraction, int]] = field(default_factory=list)
    ottavas: list[tuple[Fraction, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Place:
    """A place in a voice: the onset, the length of the measure, and the ratios of the open tuplets.

    `after` are the grace notes that follow the next chord; the file has them before it.
    """

    now: Fraction
    full: Fraction
    ratios: list[Fraction] = field(default_factory=list)
    after: list[int] = field(default_factory=list)


def musescore_contents(data: bytes, file: str) -> Contents | None:
    """The contents of a file; None if its score is not found. Raises ReadError for a damaged file."""
    text = _score_text(data)
    root = parse_xml(text, file) if text is not None else None
    score = root.find("Score") if root is not None else None
    if root is None or score is None:
        return None
    drums = _drum_staves(score)
    staves = [staff for staff in score.findall("Staff") if staff.get("id") not in drums]
    timed = root.get("version", "0")[:1] in "3456789" and not _has_written_tremolo(score)
    notes: Counter[tuple[Fraction, int]] = Counter()
    for staff in staves:
        notes.update(_notes(staff))
    return Contents(notes, _numbers(score.findall("Staff")), timed=timed)


def _score_text(data: bytes) -> bytes | None:
    """The text of the score itself; those of single parts are in a folder of the archive."""
    if not is_zip(data):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.endswith(".mscx") and "/" not in name]
        return archive.read(names[0]) if names else None


def _drum_staves(score: _Element) -> set[str | None]:
    """The ids of the staves of percussion; MuseScore 4 no longer numbers them in the parts."""
    found, number = set[str | None](), 0
    for part in score.findall("Part"):
        is_drums = any(each.text == "1" for each in part.iterfind("Instrument/useDrumset"))
        for _ in part.findall("Staff"):
            number += 1
            found |= {str(number)} if is_drums else set()
    return found


def _has_written_tremolo(score: _Element) -> bool:
    """Whether two notes share a tremolo: their lengths are not those of their heads."""
    signs = (*score.iter("Tremolo"), *score.iter("TremoloTwoChord"))
    return any(sign.tag == "TremoloTwoChord" or (sign.findtext("subtype") or "").startswith("c") for sign in signs)


def _numbers(staves: list[_Element]) -> Mapping[str, int]:
    """How often each kind stands in the staves; what only MuseScore's file has is left out."""
    each: Counter[str] = Counter()
    for staff in staves:
        each["syllable"] += sum(bool(_text(lyrics.find("text"))) for lyrics in staff.iter("Lyrics"))
        each["dynamic"] += sum(mark.findtext("subtype") in DYNAMIC_MARKS for mark in staff.iter("Dynamic"))
        each["chord symbol"] += sum(1 for _ in staff.iter("Harmony"))
        for spanner in staff.iter("Spanner"):
            begins = spanner.find("next") is not None
            each["slur"] += begins and spanner.get("type") == "Slur"
            kind = spanner.findtext("HairPin/subtype")
            each["hairpin"] += begins and spanner.get("type") == "HairPin" and kind in _WEDGES
    return each


def _text(element: _Element | None) -> str:
    return "".join(map(str, element.itertext())).strip() if element is not None else ""


def _notes(element: _Element) -> Iterator[tuple[Fraction, int]]:
    """Onset and sounding pitch of the notes of a staff that are not tied from others."""
    staff, onset, metre = _Staff(), Fraction(0), Fraction(4)
    for measure in element.findall("Measure"):
        if measure.find("multiMeasureRest") is not None:
            continue  # it stands beside the measures that it joins
        metre = next(map(_metre, measure.iter("TimeSig")), metre)
        full = _fraction(measure.get("len")) or metre
        for voice in measure.findall("voice") or [measure]:
            _read_voice(voice, _Place(onset, full), staff)
        onset += full
    for place, pitch in staff.notes:
        yield place, pitch + _shift(staff.ottavas, place)


def _shift(ottavas: list[tuple[Fraction, int]], place: Fraction) -> int:
    """The semitones of the octave lines at a place: each change is a line that begins, or ends with the opposite."""
    return sum(change for onset, change in ottavas if onset <= place)


def _metre(signature: _Element) -> Fraction:
    count, unit = signature.findtext("sigN") or "4", signature.findtext("sigD") or "4"
    return Fraction(4 * int(count), int(unit))


def _fraction(text: str | None) -> Fraction:
    """A length in whole notes, in quarters; 0 without one."""
    count, _, unit = (text or "0").partition("/")
    return 4 * Fraction(int(count), int(unit or 1) or 1)


def _read_voice(voice: _Element, place: _Place, staff: _Staff) -> None:
    for item in voice:
        if item.tag == "location":
            place.now += _fraction(item.findtext("fractions"))
        elif item.tag == "Tuplet":
            normal, actual = int(item.findtext("normalNotes") or 1), int(item.findtext("actualNotes") or 1)
            place.ratios.append(Fraction(normal, actual or 1))
        elif item.tag == "endTuplet" and place.ratios:
            place.ratios.pop()
        elif item.tag == "Spanner" and item.get("type") == "Ottava":
            _read_ottava(item, place.now, staff)
        elif item.tag in ("Chord", "Rest"):
            _read_event(item, place, staff)


def _read_ottava(item: _Element, now: Fraction, staff: _Staff) -> None:
    """An octave line begins, or the open one ends."""
    if item.find("next") is not None:
        change = _OTTAVAS.get(item.findtext("Ottava/subtype") or "8va", 0)
    else:
        change = -sum(each for _, each in staff.ottavas)
    staff.ottavas.append((now, change))


def _read_event(item: _Element, place: _Place, staff: _Staff) -> None:
    """A chord or a rest; the place goes on unless it is a grace note. A small chord is a cue, which does not sound."""
    kinds = {str(child.tag) for child in item}
    pitches = [] if item.findtext("small") == _SMALL else list(_pitches(item))
    if kinds & _GRACES_AFTER:
        place.after += pitches
        return
    staff.notes += [(place.now, pitch) for pitch in pitches]
    if not kinds & _GRACES:
        place.now += _length(item, place)
        staff.notes += [(place.now, pitch) for pitch in place.after]
        place.after = []


def _pitches(chord: _Element) -> Iterator[int]:
    """The pitches of the notes that begin."""
    for note in chord.findall("Note"):
        pitch = note.findtext("pitch") or ""
        if pitch.isdigit() and not _is_tied(note):
            yield int(pitch)


def _is_tied(note: _Element) -> bool:
    """Whether the note goes on from an earlier one."""
    ties = (each for each in note.findall("Spanner") if each.get("type") == "Tie")
    return any(tie.find("prev") is not None for tie in ties) or note.find("endSpanner") is not None


def _length(item: _Element, place: _Place) -> Fraction:
    kind = item.findtext("durationType") or "quarter"
    if kind == "measure":
        return _fraction(item.findtext("duration")) or place.full
    length = _LENGTHS.get(kind, Fraction(1)) * (2 - Fraction(1, 1 << min(int(item.findtext("dots") or 0), _MOST_DOTS)))
    for ratio in place.ratios:
        length *= ratio
    return length
