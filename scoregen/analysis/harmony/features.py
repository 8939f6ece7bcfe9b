"""What the harmonic analysis looks at: one name a feature, whose weights `harmony_weights` reads.

The features are of four kinds: how the notes of a moment fit a chord (emission), how they fit a key,
what happens where a chord begins or goes on, and which numeral follows which. A place on the line of
fifths is always told from the root or the tonic, so that nothing depends on the key's name.
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
_FAR = 8  # fifths from a tonic beyond which all notes are alike


class Sound(NamedTuple):
    """A chord as it stands: its root on the line of fifths, its quality, and which member is lowest."""

    root: int
    quality: str
    inversion: int


class Function(NamedTuple):
    """A chord in a key: fifths from the tonic to the root, its quality, and what it is applied to.

    `target` is the fifths from the tonic to the degree that is tonicised, None in the key itself.
    """

    offset: int
    quality: str
    target: int | None = None

    def __str__(self) -> str:
        applied = "" if self.target is None else f"/{self.target}"
        return f"{self.offset}{self.quality}{applied}"


class Look(NamedTuple):
    """A note of a moment as every chord looks at it.

    `place` is on the line of fifths, `pitch_class`, `before` and `after` count semitones; these two are the
    pitch classes that its line comes from and goes to, None at a rest or an end.
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
    """A moment with the places on the line of fifths that sound in it and in its beat.

    `closing_bass` is the lowest place where the next fermata stands, None without one.
    """

    moment: Moment
    looks: tuple[Look, ...]
    places: frozenset[int]
    beat_places: frozenset[int]
    attacks: int
    bass_moves: bool
    bass: int
    closing_bass: int | None


def windows(cuts: Sequence[Moment]) -> list[Window]:
    """Each moment with what its beat holds, and where its phrase ends."""
    of_beat: dict[tuple[int, int], set[int]] = {}
    places = [frozenset(note.pitch.fifths for note in moment.notes) for moment in cuts]
    for moment, own in zip(cuts, places, strict=True):
        of_beat.setdefault(moment.beat, set()).update(own)
    closing = _closing_basses(cuts)
    return [
        Window(
            moment,
            tuple(_look(note, moment) for note in moment.notes),
            places[index],
            frozenset(of_beat[moment.beat]),
            min(4, sum(note.onset == moment.onset for note in moment.notes)),
            moment.bass.onset == moment.onset and moment.bass.before != 0,
            moment.bass.pitch.fifths,
            closing[index],
        )
        for index, moment in enumerate(cuts)
    ]


def _look(note: LineNote, moment: Moment) -> Look:
    own = note.pitch.pitch_class
    return Look(
        note.pitch.fifths,
        foreign_kind(note, moment),
        "short" if note.duration <= _SHORT else "long",
        "bass" if note is moment.bass else "upper",
        own,
        None if note.before is None else (own - note.before) % 12,
        None if note.after is None else (own + note.after) % 12,
    )


def _closing_basses(cuts: Sequence[Moment]) -> list[int | None]:
    """For each moment the lowest place at the next fermata; past the last one there is none."""
    found: list[int | None] = []
    closing = None
    for moment in reversed(cuts):
        if moment.ends_phrase:
            closing = moment.bass.pitch.fifths
        found.append(closing)
    return found[::-1]


def foreign_kind(note: LineNote, moment: Moment) -> str:
    """What a note that is no member of the chord is in its line."""
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
    """How the notes of a moment fit a chord: which members are heard, and what each note does in its line.

    A member is told by the kind of chord, and by whether that is a triad or a seventh chord (`mt`): few
    analyses teach the first for rare kinds. A seventh that passes is none, and a foreign note should
    come from the chord and go to it.
    """
    members = MEMBERS[sound.quality]
    size = "7" if sound.quality in FOUR_NOTES else "3"
    found = []
    for index, member in enumerate(members):
        place = sound.root + member
        heard = "now" if place in window.places else "beat" if place in window.beat_places else "no"
        found += [f"m {sound.quality} {index} {heard}", f"mt {size} {index} {heard}"]
    classes = {7 * (sound.root + member) % 12 for member in members}
    weight = "strong" if window.moment.strength <= 1 else "beat" if window.moment.strength == 2 else "weak"
    for look in window.looks:
        member = look.place - sound.root
        if member in members:
            found.append(f"ms {size} {members.index(member)} {look.kind} {look.length} {weight}")
        else:
            found += _foreign(look, classes, weight)
    lowest = window.bass - sound.root
    if lowest == members[sound.inversion]:
        found.append("b own")
    else:
        found.append(f"b {'other' if lowest in members else FOREIGN} {weight}")
    return found


def _foreign(look: Look, classes: Container[int], weight: str) -> list[str]:
    """What a note is that is no member of a chord of these pitch classes."""
    place = f"{look.length} {look.where} {weight}"
    comes = "start" if look.before is None else "home" if look.before in classes else "away"
    goes = "end" if look.after is None else "home" if look.after in classes else "away"
    kind = look.kind
    return [f"f {kind} {place}", f"ft {kind}", f"fw {place}", "fn", f"fb {kind} {comes}", f"fr {kind} {goes}"]


def key_fit(window: Window, mode: str, tonic: int) -> list[str]:
    """Which places of the scale the notes of a moment are."""
    found = [f"kn {mode} {max(-_FAR, min(_FAR, place - tonic))}" for place in window.places]
    if window.closing_bass is not None:
        found.append(f"kb {mode} {window.closing_bass - tonic}")
    return found


def home(mode: str, tonic: int, signature: int) -> str:
    """Where a key stands from the signature of the moment: 0 for the major key of the signature."""
    return f"kh {mode} {tonic - signature}"


def begins(window: Window, quality: str, duration: str) -> list[str]:
    """A chord begins here."""
    strength = window.moment.strength
    bass = "moves" if window.bass_moves else "stays"
    return [f"o {strength} {bass} {window.attacks}", f"q {quality} {duration} {strength}"]


def goes_on(window: Window) -> list[str]:
    """The chord of the moment before goes on."""
    bass = "moves" if window.bass_moves else "stays"
    return [f"s {window.moment.strength} {bass} {window.attacks}"]


def length_word(moment: Moment) -> str:
    return "short" if moment.duration <= _SHORT else "long"


def alone(mode: str, function: Function, inversion: int) -> list[str]:
    return [f"u {mode} {function}", f"ui {mode} {function} {inversion}"]


def at_phrase_end(mode: str, function: Function, inversion: int) -> list[str]:
    return [f"p {mode} {function} {inversion}"]


def follows(mode: str, first: Function | None, low: int, second: Function, inversion: int) -> list[str]:
    """One numeral after another in one key; `first` is None where the chord has no numeral in it."""
    if first is None:
        return [f"bn {mode} {second}"]
    return [f"bi {mode} {first} {second}", f"bj {mode} {first} {low} {second} {inversion}"]


def key_change(mode: str, new_mode: str, fifths: int, window: Window) -> list[str]:
    """A key gives way to one whose tonic lies so many fifths above."""
    where = "phrase" if window.moment.begins_phrase else window.moment.strength
    return [f"kc {mode} {new_mode} {fifths}", f"kp {where}"]


def leaves(mode: str, function: Function) -> list[str]:
    """The last chord of a key that is left."""
    return [f"kg {mode} {function}"]


def enters(mode: str, function: Function, inversion: int) -> list[str]:
    """The first chord of a key that is come to."""
    return [f"ke {mode} {function}", f"kf {mode} {function.offset} {inversion}"]


def first_key(mode: str, tonic: int, signature: int) -> list[str]:
    return [f"k1 {mode} {tonic - signature}"]


def last_function(mode: str, function: Function) -> list[str]:
    return [f"z {mode} {function}"]
