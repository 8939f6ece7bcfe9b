"""The notes of a line of ABC: tokens become the events of a voice.

Accidentals hold for their step and octave until the barline (Walshaw, The ABC Music Standard 2.1, 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from scoregen.notation.interchange.abc_marks import END_SIGNS
from scoregen.notation.interchange.abc_tokens import Head, Token, heads
from scoregen.notation.interchange.abc_tune import AbcTune, AbcVoice, Event
from scoregen.notation.musicxml.tree import MAX_MEASURES
from scoregen.score.metre import MAX_QUARTERS, TimeSignature
from scoregen.score.pitch import Pitch

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


def read_token(tune: AbcTune, voice: AbcVoice, token: Token) -> None:
    """Read what is not a field into a voice. ValueError for lengths and numbers of measures beyond the limits."""
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
        tune.leave_out("unknown character", max(len(voice.measures) - 1, 0))
    elif kind == "sign" and text not in _SHORT_SIGNS:
        tune.leave_out("sign of the user", max(len(voice.measures) - 1, 0))
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
    elif kind == "sign":
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


def close_voice(tune: AbcTune, voice: AbcVoice) -> None:
    """What no note follows stands at the end of the last measure; a slur without an end is left out."""
    if voice.measures:
        voice.measures[-1].marks += voice.waiting.signs
        voice.measures[-1].texts += voice.waiting.texts
    for _ in range(voice.waiting.slurs):
        tune.leave_out("slur without a note", max(len(voice.measures) - 1, 0))


def _add_bar(voice: AbcVoice, token: Token) -> None:
    """A barline or the number of an ending. What ends there, such as `!D.C.!`, belongs to the measure before it."""
    if token.kind == "bar" and voice.measures:
        at_end = [sign for sign in voice.waiting.signs if sign in END_SIGNS]
        voice.measures[-1].marks += at_end
        voice.waiting.signs = [sign for sign in voice.waiting.signs if sign not in at_end]
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
