"""The transposition at which a score lies best for an ensemble, and the notes that are uncomfortable there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from scoregen.generation.arranging.lines.players import OCTAVES, Player
from scoregen.score.elements import Score
from scoregen.score.ensemble import Ensemble
from scoregen.score.instruments import family_of
from scoregen.score.pitch import UNISON, Interval
from scoregen.score.timeline import SoundingNote, changes, pitch_of, pitched_notes

WIDEST = 11
"""The widest transposition that is looked at, in semitones; players change octaves by themselves."""
_IMPOSSIBLE, _OCTAVE = 6, 2
_LEAST_GAP = 12
"""The mean distance in semitones that melody and bass should have, if the ranges of their players are as far apart."""
_ACCIDENTALS, _MOVED = 0.02, 0.05
"""The price of each sharp or flat of the new key, and of each semitone, as the mean discomfort of a note."""


def fitting_intervals(score: Score, ensemble: Ensemble) -> tuple[Interval, ...]:
    """The intervals at which the outer lines of a score lie best for the outer players of an ensemble, best first."""
    melody, bass = _outer_lines(score)
    players = [Player.of(role, "") for role in ensemble.roles]
    if not melody or any(player.role.staves > 1 for player in players):
        return (UNISON,)
    lowest = min(players, key=lambda player: sum(player.comfortable))
    gap = min((sum(players[0].comfortable) - sum(lowest.comfortable)) / 2, _LEAST_GAP) or 1
    fifths = score.measures[0].key.fifths

    def price(semitones: int) -> float:
        high, above = _discomfort(melody, players[0], semitones)
        low, below = _discomfort(bass, lowest, semitones)
        squeezed = max(gap - (above - below), 0) / gap
        return high + low + squeezed + moving_price(semitones, fifths)

    order = sorted(range(-WIDEST, WIDEST + 1), key=lambda each: (price(each), abs(each), each))
    return tuple(Interval.nearest(each, fifths) if each else UNISON for each in order)


def moving_price(semitones: int, fifths: int) -> float:
    """The price of a transposition in itself: its distance, and the accidentals of the new key."""
    key = abs(fifths + Interval.nearest(semitones, fifths).fifths) if semitones else abs(fifths)
    return _ACCIDENTALS * key + _MOVED * abs(semitones)


def _discomfort(line: Mapping[int, int], player: Player, semitones: int) -> tuple[float, float]:
    """The mean discomfort of a line in the player's best octave, and its mean pitch there."""
    total = sum(line.values())

    def price(shift: int) -> float:
        moved = {pitch + semitones + shift: count for pitch, count in line.items()}
        out = sum(count for pitch, count in moved.items() if not player.can_play([pitch]))
        return (sum(player.discomfort(p) * count for p, count in moved.items()) + _IMPOSSIBLE * out) / total

    prices = {shift: price(shift) + _OCTAVE * abs(shift) / 12 for shift in OCTAVES}
    shift = min(OCTAVES, key=lambda each: prices[each])
    return prices[shift], sum(pitch * count for pitch, count in line.items()) / total + semitones + shift


def _outer_lines(score: Score) -> tuple[Counter[int], Counter[int]]:
    """How often each pitch is struck in the melody, which sings or is highest, and in the bass."""
    sung = {part.id for part in score.parts if family_of(part) == "voice"}
    melody, bass = Counter[int](), Counter[int]()
    sounding: list[SoundingNote] = []
    for change in changes(pitched_notes(score)):
        sounding = [note for note in sounding if note.end > change.time] + [*change.starts]
        if sounding:
            singing = [note for note in sounding if note.slot.part in sung]
            melody[max(pitch_of(note).midi_pitch for note in singing or sounding)] += 1
            bass[min(pitch_of(note).midi_pitch for note in sounding)] += 1
    return melody, bass


def uncomfortable_notes(score: Score, players: Sequence[Player]) -> dict[str, list[SoundingNote]]:
    """By the title of a role the notes outside its comfortable range."""
    by_part = {player.part: player for player in players}
    found: dict[str, list[SoundingNote]] = {}
    for note in pitched_notes(score):
        player = by_part.get(note.slot.part)
        if player is not None and player.discomfort(pitch_of(note).midi_pitch):
            found.setdefault(player.role.title, []).append(note)
    return found
