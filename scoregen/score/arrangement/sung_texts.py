"""Words, dynamics, hairpins and breaths of the given parts for the generated ones.

A generated voice gets the syllables of the given voice whose rhythm it shares: measure by measure of the one with most
onsets in common. A syllable needs a note of its own that sounds where it is sung; further notes before the next
syllable are sung on it, under a slur. A word of which another measure lacks the rest is left out. In a closed score,
where voices share a staff, the words are printed once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from scoregen.score.arrangement.syllables import Struck, has_words, relabelled, struck_notes
from scoregen.score.arrangement.word_stretches import with_whole_lines
from scoregen.score.directions import Dynamic
from scoregen.score.elements import Chord, Element, Lyric, Measure, Part, Rest, Score, Slot, Voice
from scoregen.score.instruments import family_of
from scoregen.score.spanners import End, Slur, Spanner, Wedge

LyricsChoice = Literal["all", "first"]
LYRICS: tuple[LyricsChoice, ...] = ("all", "first")
"""Which verses new parts get."""
BREATHS = ("breath-mark", "caesura")
"""The articulations after which singers breathe."""


def with_given_marks(score: Score, lyrics: LyricsChoice = "all") -> Score:
    """The score with the words, dynamics, hairpins and breaths of given voices in its generated ones."""
    generated = {voice.slot for measure in score.measures for voice in measure.voices if voice.origin == "generated"}
    if not generated:
        return score
    sung = with_given_words(score, lyrics)
    return replace(sung, measures=tuple(_with_dynamics(sung.measures, score.parts, generated)))


def with_given_words(score: Score, lyrics: LyricsChoice = "all") -> Score:
    """The score with the words and breaths of given voices in its generated ones that are sung."""
    verses, shared = _verses(score, lyrics), staves_without_words(score)
    sung = [_sung(measure, verses, shared) for measure in score.measures]
    return with_whole_lines(replace(score, measures=tuple(sung)), score, shared)


def staves_without_words(score: Score) -> frozenset[tuple[str, int]]:
    """The staves that several voices share, and those that are played."""
    staves = Counter(slot[:2] for slot in score.slots)
    played = {part.id for part in score.parts if _is_played(part)}
    return frozenset(staff for staff, voices in staves.items() if voices > 1 or staff[0] in played)


def _is_played(part: Part) -> bool:
    """Whether a part is surely none that sings; many files give a choir the sound of a piano."""
    return part.staves > 1 or family_of(part) not in ("voice", "keyboard", "other")


def _verses(score: Score, lyrics: LyricsChoice) -> frozenset[str]:
    """The verses to copy: all, or the first by number."""
    found = {
        lyric.verse
        for measure in score.measures
        for voice in measure.voices
        for element in voice.elements
        for note in element.notes
        for lyric in note.lyrics
    }
    return frozenset(sorted(found, key=lambda verse: (len(verse), verse))[: 1 if lyrics == "first" else None])


def _sung(measure: Measure, verses: frozenset[str], shared: frozenset[tuple[str, int]]) -> Measure:
    """A measure with words and breaths in its generated voices; those of `shared` staves read the words above."""
    given = [voice for voice in measure.voices if voice.origin == "given"]
    voices, slurs = [], list[Spanner]()
    for voice in measure.voices:
        if voice.origin == "generated" and voice.elements:
            source = _source(voice, [other for other in given if has_words(other)])
            if source is not None and voice.slot[:2] not in shared:
                voice, melismas = _with_words(voice, source, verses)
                slurs += melismas
            voice = _with_breaths(voice, [other for other in given if other.slot[:2] != voice.slot[:2]])
        voices.append(voice)
    return replace(measure, voices=tuple(voices), spanners=(*measure.spanners, *slurs))


def _source(voice: Voice, given: Sequence[Voice]) -> Voice | None:
    """The given voice with most onsets in common, of equal ones the first."""
    own = {struck.onset for struck in struck_notes(voice)}
    return max(given, key=lambda other: len(own & {struck.onset for struck in struck_notes(other)}), default=None)


def _with_words(voice: Voice, source: Voice, verses: frozenset[str]) -> tuple[Voice, list[Spanner]]:
    """The voice with the syllables of a source, and the slurs of notes sung on one syllable.

    The voice stays without words if a syllable would have no note of its own.
    """
    own, theirs = struck_notes(voice), struck_notes(source)
    syllables = {struck.onset: _chosen(struck.note.lyrics, verses) for struck in theirs}
    notes = [(_note_at(own, onset), lyrics) for onset, lyrics in syllables.items() if lyrics]
    words = {note.index: lyrics for note, lyrics in notes if note is not None}
    if not words or len(words) < len(notes):
        return voice, []
    elements = [_with_lyrics(element, words.get(index, ())) for index, element in enumerate(voice.elements)]
    places = [_onset_at(own, struck.onset) for struck in theirs]
    slurs = [] if {struck.onset for struck in own} == set(places) else list(_melismas(voice, own, words, places))
    return replace(voice, elements=tuple(elements)), list(slurs)


def _note_at(own: Sequence[Struck], time: Fraction) -> Struck | None:
    """The note that sounds at a time and was struck in the measure."""
    return next((struck for struck in own if struck.onset <= time < struck.end), None)


def _onset_at(own: Sequence[Struck], time: Fraction) -> Fraction:
    """The onset of the note that sounds at a time, else the time."""
    note = _note_at(own, time)
    return note.onset if note else time


def _chosen(lyrics: Sequence[Lyric], verses: frozenset[str]) -> tuple[Lyric, ...]:
    return tuple(lyric for lyric in lyrics if lyric.verse in verses)


def _with_lyrics(element: Element, lyrics: tuple[Lyric, ...]) -> Element:
    return relabelled(element, lyrics) if lyrics else element


def _melismas(
    voice: Voice, own: Sequence[Struck], words: Container[int], given: Sequence[Fraction]
) -> Sequence[Spanner]:
    """A slur over each syllable's notes where the voice has more than the source."""
    slurs: list[Spanner] = []
    starts = [struck for struck in own if struck.index in words]
    sung = {struck.onset for struck in starts}
    for start in starts:
        following = min((onset for onset in sung if onset > start.onset), default=None)
        notes = [o for o in own if o.onset >= start.onset and (following is None or o.onset < following)]
        theirs = [onset for onset in given if onset >= start.onset and (following is None or onset < following)]
        joined = all(before.end == after.onset for before, after in pairwise(notes))
        if len(notes) > max(len(theirs), 1) and joined:
            slurs.append(Slur(voice.slot, start.onset, End(0, notes[-1].onset)))
    return slurs


def _with_breaths(voice: Voice, given: Sequence[Voice]) -> Voice:
    """The voice with a breath mark or caesura wherever a given voice has one and a note of it ends."""
    places = dict[Fraction, str]()
    for other in given:
        for end, element in _ends(other):
            marks = [mark for note in element.notes for mark in note.articulations if mark in BREATHS]
            if marks:
                places.setdefault(end, marks[0])
    if not places:
        return voice
    elements = [
        _with_articulation(element, places[end]) if end in places and element.notes and not element.grace else element
        for end, element in _ends(voice)
    ]
    return replace(voice, elements=tuple(elements))


def _ends(voice: Voice) -> list[tuple[Fraction, Element]]:
    now, found = Fraction(0), []
    for element in voice.elements:
        now += element.duration
        found.append((now, element))
    return found


def _with_articulation(element: Element, name: str) -> Element:
    if isinstance(element, Rest) or name in element.notes[0].articulations or element.notes[0].tied_to_next:
        return element
    first, *others = element.notes
    marked = replace(first, articulations=(*first.articulations, name))
    return Chord((marked, *others)) if isinstance(element, Chord) else marked


def _with_dynamics(measures: Sequence[Measure], parts: Sequence[Part], generated: set[Slot]) -> list[Measure]:
    """The measures with the dynamics and hairpins of the first given part that has some, in every new part."""
    given = {voice.slot.part for measure in measures for voice in measure.voices if voice.origin == "given"}
    new = [part.id for part in parts if part.id in {slot.part for slot in generated} - given]
    marked = {mark.part for measure in measures for mark in (*measure.directions, *measure.spanners) if _is_loud(mark)}
    source = next((part.id for part in parts if part.id in marked & given), None)
    if source is None:
        return list(measures)
    return [_copied(measure, source, new) for measure in measures]


def _is_loud(mark: object) -> bool:
    return isinstance(mark, Wedge) or isinstance(getattr(mark, "value", None), Dynamic)


def _copied(measure: Measure, source: str, new: Sequence[str]) -> Measure:
    marks = [mark for mark in measure.directions if mark.part == source and _is_loud(mark)]
    wedges = [wedge for wedge in measure.spanners if isinstance(wedge, Wedge) and wedge.part == source]
    directions = (*measure.directions, *(replace(mark, part=part, staff=1) for part in new for mark in marks))
    spanners = (*measure.spanners, *(replace(wedge, part=part, staff=1) for part in new for wedge in wedges))
    return replace(measure, directions=directions, spanners=spanners)
