"""Scores to arrange, and how they are read in tests."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from scoregen.generation.arranging.arrangement import Arranged, arranged
from scoregen.score.elements import Instrument, Lyric, Note, Part, Score, Slot, Voice
from scoregen.score.ensemble import load_ensemble
from scoregen.score.timeline import pitch_of, pitched_notes
from tests.notation.handmade import BASS, TREBLE, line, measure, voice_part


def played(ensemble: str, score: Score, **options: object) -> Arranged:
    return arranged(score, load_ensemble(ensemble), **options)  # type: ignore[arg-type]


def parts_of(score: Score, *names: str) -> dict[str, str]:
    """By the name of a part its notes in order, chords joined by a plus."""
    found = {}
    for part in score.parts:
        if not names or part.name in names:
            rows = [v for m in score.measures for v in m.voices if v.slot.part == part.id]
            words = ["+".join(str(note.pitch) for note in e.notes) or "r" for v in rows for e in v.elements]
            found[part.name] = " ".join(words)
    return found


def sounding(score: Score) -> set[tuple[Fraction, int]]:
    return {(note.onset, pitch_of(note).midi_pitch) for note in pitched_notes(score)}


def choir(*rows: tuple[str, str, str, str]) -> Score:
    """Soprano, alto, tenor and bass; one row of four lines for each measure."""
    names = (("Soprano", TREBLE), ("Alto", TREBLE), ("Tenor", BASS), ("Bass", BASS))
    parts = tuple(voice_part(number, name, clef) for number, (name, clef) in enumerate(names, 1))
    slots = [Slot(part.id) for part in parts]
    measures = [measure(str(n), "4/4", dict(zip(slots, row, strict=True))) for n, row in enumerate(rows, 1)]
    return Score(parts, tuple(measures))


def song(*rows: tuple[str, str, str], words: str = "") -> Score:
    """Voice and piano; a row of voice, right hand and left hand for each measure; words for the first notes."""
    voice = Part("P1", "Voice", "V.", (TREBLE,), Instrument("Voice", "voice.vocals", 53))
    piano = Part("P2", "Piano", "Pno.", (TREBLE, BASS), Instrument("Piano", "keyboard.piano", 1))
    slots = (Slot("P1"), Slot("P2"), Slot("P2", 2))
    measures = [measure(str(n), "4/4", dict(zip(slots, row, strict=True))) for n, row in enumerate(rows, 1)]
    score = Score((voice, piano), tuple(measures))
    return with_words(score, slots[0], words.split()) if words else score


def with_words(score: Score, slot: Slot, words: list[str]) -> Score:
    """The score with a syllable under each note of a voice, as far as they go."""
    left = list(words)
    measures = []
    for each in score.measures:
        voices = [_sung(voice, left) if voice.slot == slot else voice for voice in each.voices]
        measures.append(replace(each, voices=tuple(voices)))
    return replace(score, measures=tuple(measures))


def _sung(voice: Voice, words: list[str]) -> Voice:
    elements = []
    for element in voice.elements:
        sung = isinstance(element, Note) and words and not element.tied_from_previous
        elements.append(replace(element, lyrics=(Lyric(words.pop(0)),)) if sung else element)  # type: ignore[arg-type]
    return replace(voice, elements=tuple(elements))


def instruments(*entries: tuple[str, str]) -> Score:
    """One measure of instruments: the name of each and its line."""
    parts = tuple(Part(f"P{n}", name, name[:3], (TREBLE,)) for n, (name, _) in enumerate(entries, 1))
    voices = {Slot(part.id): line(text) for part, (_, text) in zip(parts, entries, strict=True)}
    return Score(parts, (measure("1", "4/4", voices),))
