"""The voices of an ABC tune: their measures with notes at written pitch, before they become a score.

Accidentals hold for their step and octave until the barline (Walshaw, The ABC Music Standard 2.1, 2011).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from scoregen.notation.interchange.abc_fields import (
    StaffGroup,
    VoiceProperties,
    key_of,
    metre_of,
    read_properties,
    staff_groups,
    tempo_of,
)
from scoregen.notation.interchange.abc_tokens import Head, Token, heads, tokens
from scoregen.notation.interchange.abc_words import put_signs, put_words
from scoregen.notation.musicxml.tree import MAX_MEASURES
from scoregen.score.elements import Lyric, Tempo
from scoregen.score.keys import KeySignature
from scoregen.score.metre import MAX_QUARTERS, TimeSignature
from scoregen.score.pitch import Pitch

_FIELD = re.compile(r"([A-Za-z]):(?![|:])\s*(.*)")
_TUPLET_TIMES = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
_SHORT_SIGNS = {
    **{
        ".": "staccato",
        "~": "roll",
        "H": "fermata",
        "L": "accent",
        "M": "lowermordent",
        "O": "coda",
        "P": "uppermordent",
    },
    **{"S": "segno", "T": "trill", "u": "upbow", "v": "downbow", "J": "slide", "R": "roll"},
}
_KEPT_FIELDS = "ABDFGHNORSZ"


@dataclass(slots=True)
class Event:
    """Notes, a rest or grace notes. `length` is in quarters before the tuplet ratio; `signs` are decorations."""

    pitches: tuple[Pitch, ...]
    length: Fraction
    ratio: tuple[int, int] = (1, 1)
    grace: bool = False
    visible: bool = True
    tied: set[Pitch] = field(default_factory=set)
    signs: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    slurs: int = 0
    slur_ends: int = 0
    lyrics: list[Lyric] = field(default_factory=list)

    @property
    def duration(self) -> Fraction:
        return Fraction(0) if self.grace else self.length * self.ratio[1] / self.ratio[0]


@dataclass(slots=True)
class AbcMeasure:
    """A measure of one voice: its layers, its signatures, and the barlines around it."""

    key: KeySignature
    time: TimeSignature
    layers: list[list[Event]] = field(default_factory=lambda: [[]])
    repeat_start: bool = False
    ending: tuple[int, ...] = ()
    bar: str = ""
    tempos: list[tuple[Fraction, Tempo]] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)

    @property
    def duration(self) -> Fraction:
        return max(sum((event.duration for event in layer), Fraction(0)) for layer in self.layers)


@dataclass(slots=True)
class AbcVoice:
    """A voice while it is read."""

    properties: VoiceProperties
    key: KeySignature
    time: TimeSignature
    unit: Fraction
    measures: list[AbcMeasure] = field(default_factory=list)
    accidentals: dict[tuple[str, int], int | Fraction] = field(default_factory=dict)
    ties: dict[tuple[str, int], Pitch] = field(default_factory=dict)
    tuplet: tuple[int, int, int] = (1, 1, 0)  # the ratio, and the notes left
    broken: Fraction = Fraction(1)
    waiting: Event = field(default_factory=lambda: Event((), Fraction(0)))
    unsung: list[tuple[int, Event]] = field(default_factory=list)
    verse: int = 0

    @property
    def measure(self) -> AbcMeasure:
        if not self.measures or self.measures[-1].bar:
            self.measures.append(AbcMeasure(self.key, self.time))
            self.accidentals = {}
        return self.measures[-1]


@dataclass(slots=True)
class AbcTune:
    """A tune. `unread` counts what is not kept, by kind; `heads` the notes that were written."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    voices: dict[str, AbcVoice] = field(default_factory=dict)
    groups: tuple[StaffGroup, ...] = ()
    unread: Counter[str] = field(default_factory=Counter)
    heads: int = 0
    key: KeySignature = field(default_factory=KeySignature)
    time: TimeSignature = field(default_factory=lambda: TimeSignature((4,), 4))
    unit: Fraction | None = None
    current: str = ""
    in_body: bool = False

    @property
    def voice(self) -> AbcVoice:
        """The voice that is being written."""
        return self.voice_named(self.current or next(iter(self.voices), "1"))

    def voice_named(self, name: str) -> AbcVoice:
        if name not in self.voices:
            self.voices[name] = AbcVoice(VoiceProperties(), self.key, self.time, self.unit_length)
        return self.voices[name]

    @property
    def unit_length(self) -> Fraction:
        """In quarters: `L:`, else a sixteenth in a metre under 3/4, else an eighth."""
        default = Fraction(1, 4) if self.time.duration < 3 else Fraction(1, 2)
        return self.unit if self.unit is not None else default


def read_tune(text: str) -> AbcTune:
    """The tune of an ABC file with one tune."""
    tune = AbcTune()
    for line in _lines(text):
        if line.startswith("%%"):
            name, _, rest = line[2:].strip().partition(" ")
            tune.groups = staff_groups(rest) if name in ("score", "staves") else tune.groups
            continue
        line = re.sub(r"(?<!\\)%.*", "", line)
        found = _FIELD.match(line)
        if found is not None:
            _read_field(tune, found[1], found[2].strip())
        elif tune.in_body and line.strip():
            _read_music(tune, line)
    return tune


def _lines(text: str) -> Iterator[str]:
    """The lines; a field that goes on in `+:` is one line, and `I:` directives are `%%`."""
    pending = ""
    for line in text.split("\n"):
        if line.startswith("+:"):
            pending += " " + line[2:].strip()
            continue
        yield pending
        pending = "%%" + line[2:] if line.startswith("I:") else line
    yield pending


def _read_field(tune: AbcTune, name: str, value: str) -> None:
    if name == "w":
        if tune.in_body:
            _sing(tune.voice, value)
    elif name == "s":
        if tune.in_body:
            put_signs([(index, event.signs, event.texts) for index, event in tune.voice.unsung], value)
    elif name == "W":
        tune.unread["line of words below the tune"] += bool(value)
    elif name == "V":
        _read_voice(tune, value)
    elif name in "KMLQP":
        _read_change(tune, name, value)
    elif name in "TC" or name in _KEPT_FIELDS:
        tune.fields.setdefault(name, []).append(value)


def _sing(voice: AbcVoice, words: str) -> None:
    """Put a line of words under the notes, as their next verse."""
    voice.verse += 1
    put_words([(index, event.lyrics) for index, event in voice.unsung], str(voice.verse), words)


def _read_voice(tune: AbcTune, value: str) -> None:
    name, _, rest = value.partition(" ")
    voice = tune.voice_named(name)
    read_properties(rest, voice.properties)
    tune.current = name if tune.in_body else tune.current


def _read_change(tune: AbcTune, name: str, value: str) -> None:
    """A key, metre, unit length, tempo or part: of all voices in the header, else of the current one."""
    voices = [tune.voice] if tune.in_body else list(tune.voices.values())
    if name == "K":
        _change_key(tune, voices, value)
    elif name == "M" and (time := metre_of(value)) is not None:
        tune.time = tune.time if tune.in_body else time
        for voice in voices:
            voice.time = time
            _renew(voice)
    elif name == "L" and re.fullmatch(r"\d{1,3}/\d{1,3}|1", value.strip()) and not value.strip().endswith("/0"):
        unit = 4 * Fraction(value.strip())
        tune.unit = tune.unit if tune.in_body else unit
        for voice in voices:
            voice.unit = unit
    elif name == "Q":
        if tune.in_body:
            _add_tempo(tune.voice, value)
        else:
            tune.fields.setdefault("Q", []).append(value)
    elif name == "P" and tune.in_body:
        tune.voice.waiting.signs.append(f"part {value}")


def _change_key(tune: AbcTune, voices: Sequence[AbcVoice], value: str) -> None:
    """A key signature; the first `K:` ends the header."""
    if not tune.in_body:
        tune.key, tune.in_body = key_of(value), True
        voices = list(tune.voices.values()) or [tune.voice]
        for voice in voices:
            voice.time, voice.unit = tune.time, tune.unit_length
    for voice in voices:
        if re.match(r"\s*([A-G]|HP|Hp|none|exp|[\^_=])", value):
            voice.key = key_of(value)
            _renew(voice)
        read_properties(value, voice.properties)


def _renew(voice: AbcVoice) -> None:
    """A signature at the start of a measure is that measure's."""
    if voice.measures and not voice.measures[-1].bar and not any(voice.measures[-1].layers):
        voice.measures[-1].key, voice.measures[-1].time = voice.key, voice.time


def _add_tempo(voice: AbcVoice, text: str) -> None:
    tempo = tempo_of(text, voice.unit)
    if tempo is not None:
        measure = voice.measure
        measure.tempos.append((sum((event.duration for event in measure.layers[-1]), Fraction(0)), tempo))


def _read_music(tune: AbcTune, line: str) -> None:
    if tune.voice.verse:
        tune.voice.unsung, tune.voice.verse = [], 0
    for token in tokens(line):
        if token.kind == "field":
            _read_field(tune, token.text[1], token.text[3:-1].strip())
        else:
            _read_token(tune, tune.voice, token)


def _read_token(tune: AbcTune, voice: AbcVoice, token: Token) -> None:
    kind, text = token.kind, token.text
    if kind in ("note", "chord"):
        _add_notes(tune, voice, heads(text), token.length)
    elif kind == "rest":
        _add(voice, Event((), voice.unit * token.length, visible=text == "z"))
    elif kind == "rests":
        _add_whole_rests(voice, text)
    elif kind == "grace":
        _add_grace(tune, voice, heads(text))
    elif kind in ("bar", "volta"):
        _add_bar(voice, token)
    elif kind == "tie":
        _tie(voice)
    elif kind == "broken":
        _break_rhythm(voice, text)
    elif kind == "tuplet":
        voice.tuplet = _tuplet(text, voice.time)
    elif kind == "overlay":
        voice.measure.layers.append([])
        voice.accidentals = {}
    elif kind == "unknown":
        tune.unread["unknown character"] += 1
    else:
        _decorate(voice, kind, text)


def _decorate(voice: AbcVoice, kind: str, text: str) -> None:
    """A slur, a decoration or a text waits for the next note; a slur's end belongs to the last."""
    if kind == "slur":
        voice.waiting.slurs += 1
    elif kind == "slur_end" and (last := _last(voice)) is not None:
        last.slur_ends += 1
    elif kind == "text":
        voice.waiting.texts.append(text.strip('"'))
    elif kind == "decoration":
        voice.waiting.signs.append(text[1:-1])
    elif kind == "sign" and text in _SHORT_SIGNS:
        voice.waiting.signs.append(_SHORT_SIGNS[text])


def _last(voice: AbcVoice) -> Event | None:
    """The last event of the voice."""
    return next((layer[-1] for row in reversed(voice.measures) for layer in reversed(row.layers) if layer), None)


def _add_notes(tune: AbcTune, voice: AbcVoice, found: Sequence[Head], factor: Fraction) -> None:
    tune.heads += len(found)
    if not found:
        return
    inner = found[0].length
    event = Event(tuple(_pitch(voice, head) for head in found), voice.unit * factor * inner)
    event.tied = {pitch for pitch, head in zip(event.pitches, found, strict=True) if head.tied}
    voice.ties = {}
    for pitch in event.tied:
        voice.ties[pitch.step, pitch.octave] = pitch
    _add(voice, event)
    voice.unsung.append((len(voice.measures), event))


def _add_grace(tune: AbcTune, voice: AbcVoice, found: Sequence[Head]) -> None:
    tune.heads += len(found)
    value = Fraction(1, 2) if len(found) == 1 else Fraction(1, 4)
    for head in found:
        voice.measure.layers[-1].append(Event((_pitch(voice, head),), value, grace=True))


def _add(voice: AbcVoice, event: Event) -> None:
    """Add an event with all that waits for it. ValueError for a length that no note has."""
    if event.length > MAX_QUARTERS:
        quarters = float(min(event.length, Fraction(10**9)))
        raise ValueError(f"a note or rest lasts {quarters:g} quarters; at most {MAX_QUARTERS} are read")
    event.signs, event.texts, event.slurs = voice.waiting.signs, voice.waiting.texts, voice.waiting.slurs
    voice.waiting = Event((), Fraction(0))
    event.length *= voice.broken
    voice.broken = Fraction(1)
    actual, normal, left = voice.tuplet
    if left:
        event.ratio, voice.tuplet = (actual, normal), (actual, normal, left - 1)
    voice.measure.layers[-1].append(event)


def _add_whole_rests(voice: AbcVoice, text: str) -> None:
    """Measures of rest; the barline that follows closes the last of them. ValueError for more than are read."""
    for index in range(min(int(text[1:] or 1), 1000)):
        if index:
            voice.measure.bar = "|"
        if len(voice.measures) > MAX_MEASURES:
            raise ValueError(f"the tune has more than {MAX_MEASURES} measures")
        _add(voice, Event((), voice.time.duration, visible=text[0] == "Z"))


def _pitch(voice: AbcVoice, head: Head) -> Pitch:
    """The pitch by its own accidental, a tie, the measure, or the key."""
    place, octave = (head.step, head.octave), head.octave + voice.properties.octave
    _ = voice.measure  # begins a measure, which ends its accidentals
    if head.alter is not None:
        voice.accidentals[place] = head.alter
    elif (tied := voice.ties.get((head.step, octave))) is not None:
        return tied
    alter = voice.accidentals.get(place, voice.key.alter(head.step))
    return Pitch(head.step, alter, octave)


def _tie(voice: AbcVoice) -> None:
    last = _last(voice)
    if last is not None and last.pitches:
        last.tied = set(last.pitches)
        voice.ties = {(pitch.step, pitch.octave): pitch for pitch in last.pitches}


def _break_rhythm(voice: AbcVoice, text: str) -> None:
    """`>` makes the last note longer and the next one shorter."""
    short = Fraction(1, 2 ** len(text))
    last = next((event for event in reversed(voice.measure.layers[-1]) if not event.grace), None)
    if last is not None:
        first = 2 - short if text[0] == ">" else short
        last.length *= first
        voice.broken = 2 - first


def _tuplet(text: str, time: TimeSignature) -> tuple[int, int, int]:
    numbers = [int(part) if part else 0 for part in text[1:].split(":")]
    actual, normal, count = (*numbers, 0, 0)[:3]
    normal = normal or _TUPLET_TIMES.get(actual, 3 if time.is_compound else 2)
    return max(actual, 1), normal, count or actual


def _add_bar(voice: AbcVoice, token: Token) -> None:
    """A barline or the number of an ending."""
    text, ending = (token.text, token.ending) if token.kind == "bar" else ("", token.text.strip("["))
    if text and voice.measures and not voice.measures[-1].bar and any(voice.measures[-1].layers):
        voice.measures[-1].bar = text
        voice.accidentals = {}
    elif text and voice.measures and voice.measures[-1].bar and not any(map(str.isdigit, text)):
        voice.measures[-1].bar += text
    if text.endswith(":") or text == "::":
        voice.measure.repeat_start = True
    if ending:
        voice.measure.ending = _numbers(ending)


def _numbers(text: str) -> tuple[int, ...]:
    """`1,3` or `1-3`."""
    found: list[int] = []
    for part in text.strip(".,-").split(","):
        low, _, high = part.strip(".").partition("-")
        if low.isdigit():
            found.extend(range(int(low), min(int(high) if high.isdigit() else int(low), int(low) + 8) + 1))
    return tuple(found)
