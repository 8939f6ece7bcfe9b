"""Scores made by hand, each for one aspect of notation, and the effect of writing on a score."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.notation.musicxml.write.part_list import SYMBOLS
from scoregen.notation.musicxml.write.spanners import Tie, paired_ties
from scoregen.score.elements import (
    Barline,
    Chord,
    Clef,
    Element,
    Instrument,
    Lyric,
    Measure,
    Metadata,
    Note,
    Part,
    Rest,
    Score,
    Slot,
    Tempo,
    Voice,
)
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Interval, Pitch, Unpitched
from scoregen.score.rhythm import NoteValue
from scoregen.score.timeline import measure_onsets

TYPES = {"w": "whole", "h": "half", "q": "quarter", "e": "eighth", "s": "16th", "t": "32nd"}
TREBLE, TENOR, BASS = Clef("G", 2), Clef("G", 2, -1), Clef("F", 4)


def value(text: str) -> NoteValue:
    """`q` is a quarter, `q.` a dotted one, `e3` an eighth of a triplet."""
    triplet = text.endswith("3")
    name = text.removesuffix("3")
    return NoteValue(TYPES[name[0]], name.count("."), *((3, 2) if triplet else (1, 1)))


def line(text: str) -> tuple[Element, ...]:
    """`q:C4 e.:Bb3+D4 s:r h:F#4~`: value, pitches or r (x is an invisible rest), a tie that begins or ends."""
    return tuple(_element(word) for word in text.split())


def _element(word: str) -> Element:
    name, _, what = word.partition(":")
    if what in ("r", "x"):
        return Rest(value(name), visible=what == "r")
    notes = tuple(_note(value(name), text) for text in what.split("+"))
    return notes[0] if len(notes) == 1 else Chord(notes)


def _note(length: NoteValue, text: str) -> Note:
    pitch = Pitch.parse(text.strip("~^"))
    return Note(length, pitch, text.startswith("~"), text.endswith("~"), fermata=False)


def measure(number: str, time: str, voices: dict[Slot, str | tuple[Element, ...]], **rest: object) -> Measure:
    """A measure as long as its first voice."""
    made = tuple(Voice(slot, line(text) if isinstance(text, str) else text) for slot, text in voices.items())
    length = made[0].duration if made else TimeSignature.parse(time).duration
    key = rest.pop("key", KeySignature(0, "major"))
    return Measure(number, length, TimeSignature.parse(time), key, made, **rest)  # type: ignore[arg-type]


def melody(*measures: str, time: str = "4/4", key: int = 0) -> Score:
    """One part, one voice."""
    rows = [
        measure(str(number), time, {Slot("P1"): text}, key=KeySignature(key, "major"))
        for number, text in enumerate(measures, 1)
    ]
    return Score((Part("P1", "Melody"),), tuple(rows))


def voice_part(number: int, name: str, clef: Clef) -> Part:
    instrument = Instrument(name, f"voice.{name.lower()}", 53)
    return Part(f"P{number}", name, f"{name[0]}.", (clef,), instrument, group="Choir")


def hymn() -> Score:
    """Four voices, two verses, an anacrusis and its complement, a fermata, a tempo."""
    parts = tuple(
        voice_part(number, name, clef)
        for number, (name, clef) in enumerate(
            (("Soprano", TREBLE), ("Alto", TREBLE), ("Tenor", TENOR), ("Bass", BASS)), start=1
        )
    )
    s, a, t, b = (Slot(part.id) for part in parts)
    key = KeySignature(1, "major")
    first = measure(
        "0",
        "3/4",
        {s: (_sung("q", "D5", "O", "Oh"),), a: "q:G4", t: "e:B3 e:C4", b: "q:G3"},
        key=key,
        implicit=True,
        tempos=(Tempo(Fraction(0), NoteValue("quarter"), Fraction(88), "Andante"),),
    )
    middle = measure("1", "3/4", {s: "q.:E5 e:D5 q:C#5", a: "h:G4 q:A4~", t: "q:C4 q:B3 q:E4", b: "h.:C3"}, key=key)
    last = measure(
        "2",
        "3/4",
        {s: (replace(_note(value("h"), "D5"), fermata=True),), a: "q:~A4 q:F#4", t: "h:D4", b: "e:D3 s:E3 s:F#3 q:D3"},
        key=key,
        implicit=True,
        barline=Barline("light-heavy"),
        phrase_ends=(Fraction(0),),
    )
    return Score(parts, (first, middle, last), Metadata("A Hymn", composer="Nobody", rights="Public domain"))


def _sung(length: str, pitch: str, *verses: str) -> Note:
    lyrics = tuple(Lyric(text, "begin", str(number)) for number, text in enumerate(verses, 1))
    return replace(_note(value(length), pitch), lyrics=lyrics)


def clarinet_and_piano() -> Score:
    """A transposing part and a part with two staves, three voices and a chord; repeat and endings."""
    clarinet = Part(
        "P1",
        "Clarinet in B♭",
        "Cl.",
        (TREBLE,),
        Instrument("Clarinet", "wind.reed.clarinet.bflat", 72),
        Interval(-1, -2),
    )
    piano = Part("P2", "Piano", "Pno.", (TREBLE, BASS), Instrument("Piano", "keyboard.piano", 1))
    c, right, inner, left = Slot("P1"), Slot("P2"), Slot("P2", 1, 2), Slot("P2", 2)
    key = KeySignature(-2, "minor")
    rows = (
        measure(
            "1",
            "4/4",
            {c: "w:r", right: "h:D5 h:Eb5", inner: "q:x q:Bb4 h:G4", left: "w:G2+D3"},
            key=key,
            repeat_start=True,
        ),
        measure(
            "2",
            "4/4",
            {c: "e3:G4 e3:A4 e3:Bb4 q:C5 h:D5", right: "w:D5+G5", left: "e:G2 e:A2 e:Bb2 e:C3 h:D3"},
            key=key,
            endings=(1,),
            barline=Barline("light-heavy", 2),
        ),
        measure(
            "3", "4/4", {c: "w:G4", right: "w:Bb4", left: "w:G2"}, key=key, endings=(2,), barline=Barline("light-heavy")
        ),
    )
    return Score((clarinet, piano), rows, Metadata("Duo"))


def as_written(score: Score) -> Score:
    """The score as its new document represents it: with the losses that the writer documents, and no others."""
    ties = {part.id: paired_ties(score, part.id) for part in score.parts}
    rows = []
    for index, (row, onset) in enumerate(zip(score.measures, measure_onsets(score), strict=True)):
        voices = tuple(_as_written(voice, onset, ties[voice.slot.part]) for voice in row.voices)
        row = replace(row, voices=_with_silent_staves(row, voices, score), phrase_ends=_fermatas(voices))
        if index == 0 and score.has_anacrusis and row.number == "0":
            row = replace(row, implicit=True)
        if index == len(score.measures) - 1 and row.barline == Barline():
            row = replace(row, barline=Barline("light-heavy"))
        rows.append(row)
    parts = tuple(
        replace(
            part,
            group="bracket" if part.group not in (None, *SYMBOLS) else part.group,
            other_instruments=_declared(part, score),
        )
        for part in score.parts
    )
    return replace(score, parts=parts, measures=tuple(rows), document=None)


def _declared(part: Part, score: Score) -> tuple[Instrument, ...]:
    """The part's further instruments, including those that only its notes name."""
    voices = (voice for row in score.measures for voice in row.voices if voice.slot.part == part.id)
    pitches = (note.pitch for voice in voices for element in voice.elements for note in element.notes)
    names = dict.fromkeys(pitch.instrument for pitch in pitches if isinstance(pitch, Unpitched) and pitch.instrument)
    known = {instrument.name for instrument in (part.instrument, *part.other_instruments) if instrument is not None}
    new = tuple(Instrument(name, percussion=True) for name in names if name not in known)
    return (*part.other_instruments, *new)


def _as_written(voice: Voice, onset: Fraction, ties: frozenset[Tie]) -> Voice:
    if len(voice.elements) == 1 and isinstance(voice.elements[0], Rest):
        rest = voice.elements[0]
        return replace(voice, elements=(replace(rest, value=NoteValue.of(rest.duration)),), origin="given")
    elements = []
    for element in voice.elements:
        notes = tuple(
            replace(
                note,
                tied_from_previous=note.tied_from_previous and Tie(onset, note.pitch) in ties,
                tied_to_next=note.tied_to_next and Tie(onset + note.duration, note.pitch) in ties,
            )
            for note in element.notes
        )
        onset += element.duration
        elements.append(Chord(notes) if len(notes) > 1 else notes[0] if notes else element)
    return replace(voice, elements=tuple(elements), origin="given")


def _with_silent_staves(row: Measure, voices: tuple[Voice, ...], score: Score) -> tuple[Voice, ...]:
    """A staff without a voice gets a whole-measure rest."""
    present = {voice.slot[:2] for voice in voices}
    rest = (Rest(NoteValue.of(row.duration)),)
    missing = [
        Voice(Slot(part.id, staff), rest)
        for part in score.parts
        for staff in range(1, part.staves + 1)
        if (part.id, staff) not in present
    ]
    order = {part.id: index for index, part in enumerate(score.parts)}
    return tuple(sorted((*voices, *missing), key=lambda voice: (order[voice.slot.part], voice.slot)))


def _fermatas(voices: tuple[Voice, ...]) -> tuple[Fraction, ...]:
    found = set()
    for voice in voices:
        onset = Fraction(0)
        for element in voice.elements:
            found |= {onset} if element.fermata else set()
            onset += element.duration
    return tuple(sorted(found))
