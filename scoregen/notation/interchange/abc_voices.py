"""Reads the text of an ABC tune: fields change the voices, lines of music go into them (`abc_music`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from scoregen.notation.interchange.abc_fields import key_of, metre_of, read_properties, staff_groups, tempo_of
from scoregen.notation.interchange.abc_music import close_voice, read_token
from scoregen.notation.interchange.abc_tokens import tokens
from scoregen.notation.interchange.abc_tune import AbcTune, AbcVoice
from scoregen.notation.interchange.abc_words import put_signs, put_words

_FIELD = re.compile(r"([A-Za-z]):(?![|:])\s*(.*)")
_KEPT_FIELDS = "ABDFGHNORSZ"


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
    for voice in tune.voices.values():
        close_voice(tune, voice)
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
            _sing(tune, value)
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


def _sing(tune: AbcTune, words: str) -> None:
    """Put a line of words under the notes of the voice, as their next verse."""
    voice = tune.voice
    voice.verse += 1
    left = put_words([(index, event.lyrics) for index, event in voice.unsung], str(voice.verse), words)
    tune.places.setdefault("syllable", set()).update(measure - 1 for measure in left)


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
            read_token(tune, tune.voice, token)
