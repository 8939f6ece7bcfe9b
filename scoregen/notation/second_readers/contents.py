"""What a file contains, by kind, and what is missing in the score that was read from it.

A second reader counts the file itself (`kern`, `mei`, `abc`, `musescore`, `capella`, `midi`). It shares no code with
the reader that makes the score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from scoregen.score.directions import Dynamic
from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch
from scoregen.score.spanners import Slur, Wedge
from scoregen.score.timeline import sounding_notes
from scoregen.system.wording import counted

KINDS = ("percussion note", "syllable", "slur", "dynamic", "hairpin", "chord symbol")
"""The kinds that are compared by number, in addition to the notes."""

_NEAR = Fraction(1, 48)
"""In quarters: onsets that differ less are equal, since files round those of tuplets."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a file.

    `notes` counts onsets in quarters with MIDI pitches, tied notes as one; `numbers` counts the other `KINDS`.
    `unread` are kinds of content that no reader supports, with their numbers. The onsets count only if `timed`.
    `places` says by kind where what is not kept stands, as far as its reader knows.
    """

    notes: Counter[tuple[Fraction, int]]
    numbers: Mapping[str, int]
    unread: Mapping[str, int] = field(default_factory=dict)
    timed: bool = True
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def pitches(self) -> Counter[int]:
        found: Counter[int] = Counter()
        for (_, pitch), count in self.notes.items():
            found[pitch] += count
        return found


@dataclass(frozen=True, slots=True)
class Losses:
    """The numbers of what differs: notes missing, added and at another onset, and of other kinds missing."""

    missing: int
    added: int
    moved: int
    others: Mapping[str, int]
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def keeps_notes(self) -> bool:
        """Whether every note is there, and at its place."""
        return not (self.missing or self.added or self.moved)

    @property
    def rank(self) -> int:
        """Of two readings the one with the lower rank is better; a missing note counts as much as three marks."""
        return 3 * (self.missing + self.added) + sum(self.others.values()) + self.moved

    def __bool__(self) -> bool:
        return self.rank > 0

    def __str__(self) -> str:
        notes = {"note": self.missing}
        found = ((name, number) for name, number in (notes | dict(self.others)).items() if number)
        parts = [f"{counted(number, name)}{self._place(name)}" for name, number in found]
        kept = [f"{' and '.join(parts)} not kept"] if len(parts) < 3 else [f"{', '.join(parts)} not kept"]
        changes = [*(kept if parts else []), *([f"{counted(self.added, 'note')} too many"] if self.added else [])]
        return "; ".join([*changes, *([f"{counted(self.moved, 'note')} moved"] if self.moved else [])])

    def _place(self, kind: str) -> str:
        return f" in {self.places[kind]}" if kind in self.places else ""


def score_contents(score: Score) -> Contents:
    """The contents of a score that was read."""
    sounding = sounding_notes(score, grace=True)
    notes = [note for note in sounding if isinstance(note.pitch, Pitch)]
    spanners = [spanner for measure in score.measures for spanner in measure.spanners]
    values = [direction.value for measure in score.measures for direction in measure.directions]
    heads = [
        note
        for measure in score.measures
        for voice in measure.voices
        for element in voice.elements
        for note in element.notes
    ]
    numbers = {
        "percussion note": len(sounding) - len(notes),
        "syllable": sum(bool(lyric.text) for note in heads for lyric in note.lyrics),
        "slur": sum(isinstance(spanner, Slur) for spanner in spanners),
        "dynamic": sum(isinstance(value, Dynamic) for value in values),
        "hairpin": sum(isinstance(spanner, Wedge) for spanner in spanners),
        "chord symbol": sum(len(measure.chord_symbols) for measure in score.measures),
    }
    return Contents(Counter((note.onset, note.pitch.midi_pitch) for note in notes), numbers)  # type: ignore[union-attr]


def losses(file: Contents, score: Contents, near: Fraction = _NEAR) -> Losses:
    """What a score lacks of a file. Onsets are compared in a score with the same notes.

    They are equal if they differ by `near` quarters at most.
    """
    missing, added = file.pitches - score.pitches, score.pitches - file.pitches
    others = {
        kind: file.numbers.get(kind, 0) - score.numbers.get(kind, 0)
        for kind in KINDS
        if score.numbers.get(kind, 0) < file.numbers.get(kind, 0)
    }
    moved = 0 if missing or added or not file.timed else _moved(file, score, near)
    return Losses(missing.total(), added.total(), moved, others | dict(file.unread), file.places)


def with_losses(score: Score, lost: Losses, source: str = "", advice: str = "") -> Score:
    """The score with one notice of what it lacks of its source, if anything, and advice."""
    if not lost:
        return score
    notice = f"{source}: {lost}" if source else str(lost)
    return replace(score, notices=(*score.notices, f"{notice}; {advice}" if advice else notice))


def _moved(file: Contents, score: Contents, near: Fraction) -> int:
    """How many notes of two countings with the same pitches are at another onset."""
    before, after = _onsets_by_pitch(file), _onsets_by_pitch(score)
    pairs = (pair for pitch, onsets in before.items() for pair in zip(onsets, after[pitch], strict=True))
    return sum(abs(old - new) > near for old, new in pairs)


def _onsets_by_pitch(contents: Contents) -> dict[int, list[Fraction]]:
    found: dict[int, list[Fraction]] = {}
    for (onset, pitch), count in sorted(contents.notes.items()):
        found.setdefault(pitch, []).extend([onset] * count)
    return found
