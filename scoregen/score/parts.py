"""Parts: who plays or sings, on which staves, with which clefs and transposition."""

from __future__ import annotations

from dataclasses import dataclass

from scoregen.score.pitch import UNISON, Interval


@dataclass(frozen=True, slots=True)
class Clef:
    sign: str = "G"
    line: int = 2
    octave_change: int = 0

    @property
    def height(self) -> int:
        """The approximate MIDI pitch of the middle line, exact enough to distinguish clefs."""
        named_line = {"G": 67, "C": 60, "F": 53}.get(self.sign, 67) + 12 * self.octave_change
        return named_line + (3 - self.line) * 3

    @property
    def middle(self) -> int:
        """The staff position of the middle line, in the steps of `Pitch.diatonic`; an unknown sign counts as G."""
        known = {"G": 32, "C": 28, "F": 24}.get(self.sign)
        return (32 + 2 if known is None else known + 2 * (3 - self.line)) + 7 * self.octave_change

    def ledger_lines(self, place: int) -> int:
        """How many ledger lines a note at a staff position needs, in the steps of `Pitch.diatonic`."""
        return max(0, (abs(place - self.middle) - 4) // 2)


@dataclass(frozen=True, slots=True)
class Instrument:
    """`sound` is MusicXML's instrument-sound; `midi_program` counts from 1 (MIDI itself from 0).

    So does `midi_unpitched`, the key on the percussion channel; None derives it from the staff position.
    """

    name: str
    sound: str | None = None
    midi_program: int = 1
    percussion: bool = False
    midi_unpitched: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The music of one player or section. `transposition` is the interval from written to sounding pitch.

    `clefs` are the opening clefs, one per staff; `group` is the name of the bracket around the part.
    `other_instruments` are its instruments in addition to `instrument`: the rest of a percussion set. `hidden` are the
    numbers of the staves that the page never shows.
    """

    id: str
    name: str = ""
    abbreviation: str = ""
    clefs: tuple[Clef, ...] = (Clef(),)
    instrument: Instrument | None = None
    transposition: Interval = UNISON
    group: str | None = None
    other_instruments: tuple[Instrument, ...] = ()
    hidden: frozenset[int] = frozenset()

    @property
    def staves(self) -> int:
        return len(self.clefs)
