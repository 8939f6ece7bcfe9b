"""The features of the harmonic analysis, as names; `weights.harmony_weights` reads their weights.

There are four kinds of features: how the notes of a moment fit a chord (emission), how they fit a key, what
happens when a chord begins or continues, and which numeral follows which. Positions on the line of fifths are
relative to the root or the tonic, so that no feature depends on the key.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from scoregen.analysis.moments import LineNote, Moment
from scoregen.score.theory.chord_kinds import FOUR_NOTES, MEMBERS

FOREIGN = "foreign"
_SHORT = Fraction(1, 2)
_FAR = 8  # fifths from a tonic; notes farther away share one feature


class Sound(NamedTuple):
    """A chord without a key: its root on the line of fifths, its quality, and its inversion."""

    root: int
    quality: str
    inversion: int


class Function(NamedTuple):
    """A chord relative to a key: fifths from the tonic to the root, its quality, and its target if it is applied.

    `target` is the number of fifths from the tonic to the tonicised degree, None for the key itself.
    """

    offset: int
    quality: str
    target: int | None = None

    def __str__(self) -> str:
        applied = "" if self.target is None else f"/{self.target}"
        return f"{self.offset}{self.quality}{applied}"


class NoteView(NamedTuple):
    """A note of a moment, in the form that emission features use.

    `place` is its position on the line of fifths; `before` and `after` are the pitch classes of the previous
    and the next note of its line, None at a rest or an end.
    """

    place: int
    kind: str
    length: str
    where: str
    pitch_class: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """A moment with the positions on the line of fifths that sound in it and in its beat.

    `closing_bass` is the bass at the next fermata, None if there is none.
    """

    moment: Moment
    notes: tuple[NoteView, ...]
    places: frozenset[int]
    beat_places: frozenset[int]
    attacks: int
    bass_moves: bool
    bass: int
    closing_bass: int | None


def windows(cuts: Sequence[Moment]) -> list[Window]:
    """Each moment with the notes of its beat and the bass at the end of its phrase."""
    of_beat: dict[tuple[int, int], set[int]] = {}
    places = [frozenset(note.pitch.fifths for note in moment.notes) for moment in cuts]
    for moment, own in zip(cuts, places, strict=True):
        of_beat.setdefault(moment.beat, set()).update(own)
    closing = _closing_basses(cuts)
    return [
        Window(
            moment,
            tuple(_view(note, moment) for note in moment.notes),
            places[index],
            frozenset(of_beat[moment.beat]),
            min(4, sum(note.onset == moment.onset for note in moment.notes)),
            moment.bass.onset == moment.onset and moment.bass.before != 0,
            moment.bass.pitch.fifths,
            closing[index],
        )
        for index, moment in enumerate(cuts)
    ]


def _view(note: LineNote, moment: Moment) -> NoteView:
    own = note.pitch.pitch_class
    return NoteView(
        note.pitch.fifths,
        foreign_kind(note, moment),
        "short" if note.duration <= _SHORT else "long",
        "bass" if note is moment.bass else "upper",
        own,
        None if note.before is None else (own - note.before) % 12,
        None if note.after is None else (own + note.after) % 12,
    )


def _closing_basses(cuts: Sequence[Moment]) -> list[int | None]:
    """For each moment the bass at the next fermata; None after the last one."""
    basses: list[int | None] = []
    closing = None
    for moment in reversed(cuts):
        if moment.ends_phrase:
            closing = moment.bass.pitch.fifths
        basses.append(closing)
    return basses[::-1]


def foreign_kind(note: LineNote, moment: Moment) -> str:
    """The kind of a non-chord tone, from its line."""
    held = note.onset < moment.onset or note.before == 0
    if note.is_left_by_step and held:
        return "suspension"
    if held:
        return "pedal" if not note.is_left_by_step and note.duration >= 1 else "held"
    if note.is_reached_by_step and note.is_left_by_step:
        returns = note.before is not None and note.after is not None and note.before * note.after < 0
        return "neighbour" if returns else "passing"
    if note.is_left_by_step:
        return "appoggiatura"
    return "escape" if note.is_reached_by_step else "free"


def emission(window: Window, sound: Sound) -> list[str]:
    """How the notes of a moment fit a chord: which members sound, and how each note moves in its line.

    The features of a member name the kind of chord (`m`) and its size, triad or seventh chord (`mt`); for rare
    kinds the training data are too few for the former. A passing seventh is not a chord tone, and a non-chord
    tone should come from a chord tone and go to one.
    """
    members = MEMBERS[sound.quality]
    size = "7" if sound.quality in FOUR_NOTES else "3"
    names = []
    for index, member in enumerate(members):
        place = sound.root + member
        sounds = "now" if place in window.places else "beat" if place in window.beat_places else "no"
        names += [f"m {sound.quality} {index} {sounds}", f"mt {size} {index} {sounds}"]
    classes = {7 * (sound.root + member) % 12 for member in members}
    weight = "strong" if window.moment.strength <= 1 else "beat" if window.moment.strength == 2 else "weak"
    for note in window.notes:
        member = note.place - sound.root
        if member in members:
            names.append(f"ms {size} {members.index(member)} {note.kind} {note.length} {weight}")
        else:
            names += _foreign(note, classes, weight)
    lowest = window.bass - sound.root
    if lowest == members[sound.inversion]:
        names.append("b own")
    else:
        names.append(f"b {'other' if lowest in members else FOREIGN} {weight}")
    return names


def _foreign(note: NoteView, classes: Container[int], weight: str) -> list[str]:
    """The features of a non-chord tone of a chord with these pitch classes."""
    place = f"{note.length} {note.where} {weight}"
    comes = "start" if note.before is None else "home" if note.before in classes else "away"
    goes = "end" if note.after is None else "home" if note.after in classes else "away"
    kind = note.kind
    return [f"f {kind} {place}", f"ft {kind}", f"fw {place}", "fn", f"fb {kind} {comes}", f"fr {kind} {goes}"]


def key_fit(window: Window, mode: str, tonic: int) -> list[str]:
    """The notes of a moment, and the bass at the end of its phrase, relative to a tonic."""
    names = [f"kn {mode} {max(-_FAR, min(_FAR, place - tonic))}" for place in window.places]
    if window.closing_bass is not None:
        names.append(f"kb {mode} {window.closing_bass - tonic}")
    return names


def home(mode: str, tonic: int, signature: int) -> str:
    """The distance of a key from the key signature of the moment: 0 for the major key of the signature."""
    return f"kh {mode} {tonic - signature}"


def begins(window: Window, quality: str, duration: str) -> list[str]:
    """A chord begins at this moment."""
    strength = window.moment.strength
    bass = "moves" if window.bass_moves else "stays"
    return [f"o {strength} {bass} {window.attacks}", f"q {quality} {duration} {strength}"]


def goes_on(window: Window) -> list[str]:
    """The chord of the moment before continues."""
    bass = "moves" if window.bass_moves else "stays"
    return [f"s {window.moment.strength} {bass} {window.attacks}"]


def length_word(moment: Moment) -> str:
    return "short" if moment.duration <= _SHORT else "long"


def alone(mode: str, function: Function, inversion: int) -> list[str]:
    return [f"u {mode} {function}", f"ui {mode} {function} {inversion}"]


def at_phrase_end(mode: str, function: Function, inversion: int) -> list[str]:
    return [f"p {mode} {function} {inversion}"]


def follows(mode: str, first: Function | None, low: int, second: Function, inversion: int) -> list[str]:
    """A succession of two numerals in one key; `first` is None if the first chord has no numeral in this key."""
    if first is None:
        return [f"bn {mode} {second}"]
    return [f"bi {mode} {first} {second}", f"bj {mode} {first} {low} {second} {inversion}"]


def key_change(mode: str, new_mode: str, fifths: int, window: Window) -> list[str]:
    """A change to a key whose tonic is this number of fifths higher."""
    where = "phrase" if window.moment.begins_phrase else window.moment.strength
    return [f"kc {mode} {new_mode} {fifths}", f"kp {where}"]


def leaves(mode: str, function: Function) -> list[str]:
    """The last chord before a key change."""
    return [f"kg {mode} {function}"]


def enters(mode: str, function: Function, inversion: int) -> list[str]:
    """The first chord after a key change."""
    return [f"ke {mode} {function}", f"kf {mode} {function.offset} {inversion}"]


def first_key(mode: str, tonic: int, signature: int) -> list[str]:
    return [f"k1 {mode} {tonic - signature}"]


def last_function(mode: str, function: Function) -> list[str]:
    return [f"z {mode} {function}"]
