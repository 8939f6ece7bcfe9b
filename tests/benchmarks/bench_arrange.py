"""Arrange real pieces for the ensembles that people ask for, and measure what a player notices first.

*Extreme* notes leave the range of their role, *uncomfortable* ones its comfortable range. *Impossible* chords are those
that no bow or hand reaches; notes that a hand holds count. *Third* counts the pieces whose last sonority has lost its
third. *Melody* is the share of the notes of the source's melody
(the singing part, else the highest line) whose pitch class is struck at their onset, *bass* the same for the lowest
line. In lines that are set for singers, melody counts where it is sung, and bass is the lowest note of each
beat; it must sound while it would. *New parallels* are fifths and octaves between two parts at an
onset at which the source has none with these notes; a part that doubles another in octaves does not count. Every
arrangement passes the gate and is read back with the same notes. Choirs sing in the key of `--transpose auto`, unless
--as-written is given.

    python tests/benchmarks/bench_arrange.py DATA [--only KIND ...] [--pieces N] [--measures N] [--as-written]

DATA is a folder with `openscore-lieder`, `openscore-quartets` and `orchestral-stress`; the chorales are music21's.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from scoregen.analysis.rules.parallels import parallels
from scoregen.generation.arranging.transposing import best_interval
from scoregen.notation.files import read_score, write_score
from scoregen.notation.graft.transposition import transposed
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import Ensemble, Role, load_ensemble
from scoregen.score.ensemble.playability import can_stop
from scoregen.score.instruments import family_of
from scoregen.score.pitch import Pitch
from scoregen.score.timeline import SoundingNote, changes, measure_onsets, pitch_of, pitched_notes
from scoregen.system.errors import ScoregenError
from scoregen.tasks.arrange import arrange

TARGETS = {
    "chorale": ("brass-quintet", "string-quartet", "saxophone-quartet", "ssa", "ttbb", "sab", "piano"),
    "song": ("satb", "string-quartet", "piano", "voice-piano"),
    "quartet": ("piano", "wind-quintet", "saxophone-quartet"),
    "orchestra": ("piano", "string-quartet"),
}
"""The ensembles that each kind of source is arranged for."""
FINGERS, HAND = 5, 16


@dataclass
class Figures:
    """Sums over arrangements."""

    pieces: int = 0
    notes: int = 0
    extreme: int = 0
    uncomfortable: int = 0
    impossible: int = 0
    thirds: int = 0
    melody: list[int] = field(default_factory=lambda: [0, 0])
    bass: list[int] = field(default_factory=lambda: [0, 0])
    lost: list[int] = field(default_factory=lambda: [0, 0])
    parallels: int = 0
    quarters: Fraction = Fraction(0)
    invalid: int = 0
    seconds: float = 0.0

    def add(self, other: Figures) -> None:
        for name in ("pieces", "notes", "extreme", "uncomfortable", "impossible", "thirds", "parallels", "invalid"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.quarters += other.quarters
        self.seconds += other.seconds
        for name in ("melody", "bass", "lost"):
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, [a + b for a, b in zip(mine, theirs, strict=True)])

    def row(self) -> str:
        def share(pair: Sequence[int]) -> str:
            return f"{100 * pair[0] / max(pair[1], 1):6.2f}"

        return (
            f"{self.pieces:4} {self.notes:7} {self.extreme:5} {100 * self.uncomfortable / max(self.notes, 1):6.2f}"
            f" {self.impossible:5} {self.thirds:5} {share(self.melody)} {share(self.bass)} {share(self.lost)}"
            f" {100 * self.parallels / max(float(self.quarters), 1):7.2f} {self.invalid:4} {self.seconds:7.1f}"
        )


HEADING = (
    "kind      ensemble           n   notes  extr  unc %  impo third melody%  bass%  lost %  par/100q  bad seconds"
)


def measured(source: Score, arranged: Score, ensemble: Ensemble, chosen: bool = False) -> Figures:
    """The figures of one arrangement; `chosen` if its lines are set for singers."""
    found = Figures(pieces=1, quarters=source.duration)
    roles = dict(zip((part.id for part in arranged.parts), ensemble.roles, strict=True))
    notes = pitched_notes(arranged)
    for note in notes:
        role, pitch = roles[note.slot.part], pitch_of(note).midi_pitch
        found.notes += 1
        found.extreme += not role.lowest.midi_pitch <= pitch <= role.highest.midi_pitch
        low, high = role.comfortable
        found.uncomfortable += not low.midi_pitch <= pitch <= high.midi_pitch
    given = {(time, chord) for time, _, chord in impossible_chords(source, [None] * len(source.parts))}
    hard = impossible_chords(arranged, ensemble.roles)
    found.impossible = sum((time, chord) not in given for time, _, chord in hard)
    melody, bass = outer_notes(source)
    if chosen:
        melody, bass = sung_notes(source, melody), lowest_of_beats(source)
    found.melody, found.bass = heard(melody, notes, chosen), heard(bass, notes, chosen)
    found.lost = [0, len(pitched_notes(source))]
    found.parallels = new_parallels(source, arranged)
    found.thirds = int(final_third(source) in {3, 4} and final_third(arranged) not in {3, 4})
    return found


def impossible_chords(score: Score, roles: Sequence[Role | None]) -> Iterator[tuple[Fraction, str, tuple[int, ...]]]:
    """Chords that their player cannot reach: the notes of a bow, and all notes under a hand.

    The other hand may take over a note that is tied over a barline.
    """
    written = list(written_notes(score))
    for part, role in zip(score.parts, roles, strict=True):
        own = [note for note in written if note.part == part.id]
        sounding: list[WrittenNote] = []
        for onset, starts in itertools.groupby(own, key=lambda note: note.onset):
            sounding = [note for note in sounding if note.end > onset] + list(starts)
            if part.staves == 1:
                chord = tuple(sorted({note.pitch for note in sounding}))
                kind = role.type if role else None
                if len(chord) > 1 and not (kind and kind.strings and can_stop(kind, chord, kind.stretch)):
                    yield onset, part.name, chord
                continue
            for staff in range(1, part.staves + 1):
                hand = {note.pitch for note in sounding if note.staff == staff}
                if hand and (max(hand) - min(hand) > HAND or len(hand) > FINGERS):
                    yield onset, f"{part.name}, staff {staff}", tuple(sorted(hand))


class WrittenNote(NamedTuple):
    """A note as it is written, tied notes one by one; times in quarters, a MIDI pitch."""

    onset: Fraction
    end: Fraction
    part: str
    staff: int
    pitch: int


def written_notes(score: Score) -> list[WrittenNote]:
    """The written notes of a score in time."""
    found = []
    for start, measure in zip(measure_onsets(score), score.measures, strict=True):
        for voice in measure.voices:
            onset = start
            for element in voice.elements:
                end = onset + element.duration
                for note in element.notes:
                    if isinstance(note.pitch, Pitch) and not element.grace and not note.cue:
                        staff = note.staff or voice.slot.staff
                        found.append(WrittenNote(onset, end, voice.slot.part, staff, note.pitch.midi_pitch))
                onset = end
    return sorted(found)


def final_third(score: Score) -> int | None:
    """The third over the bass of the last sonority in semitones, if it has one."""
    notes = pitched_notes(score)
    last = [pitch_of(note).midi_pitch for note in notes if note.end == max(each.end for each in notes)]
    return next((third for third in (3, 4) if third in {(pitch - min(last)) % 12 for pitch in last}), None)


def outer_notes(score: Score) -> tuple[list[SoundingNote], list[SoundingNote]]:
    """The notes of the melody and those of the bass, each struck note that leads at its onset."""
    sung = {part.id for part in score.parts if family_of(part) == "voice"}
    melody, bass = [], []
    sounding: list[SoundingNote] = []
    for change in changes(pitched_notes(score)):
        sounding = [note for note in sounding if note.end > change.time] + [*change.starts]
        if not change.starts:
            continue
        singing = [note for note in sounding if note.slot.part in sung]
        top = max(singing or sounding, key=lambda note: pitch_of(note).midi_pitch)
        low = min(sounding, key=lambda note: pitch_of(note).midi_pitch)
        melody += [top] if top in change.starts else []
        bass += [low] if low in change.starts else []
    return melody, bass


def sung_notes(score: Score, melody: Sequence[SoundingNote]) -> list[SoundingNote]:
    """The notes of a melody that are sung; all if nobody sings."""
    sung = {part.id for part in score.parts if family_of(part) == "voice"}
    return [note for note in melody if note.slot.part in sung] or list(melody)


def lowest_of_beats(score: Score) -> list[SoundingNote]:
    """The lowest note of each beat that is struck in it or before."""
    notes = pitched_notes(score)
    found: dict[SoundingNote, None] = {}
    for onset, measure in zip(measure_onsets(score), score.measures, strict=True):
        start = onset
        for group in measure.time.groups:
            own = [note for note in notes if note.onset < start + group and note.end > start]
            if own and start < onset + measure.duration:
                found[min(own, key=lambda note: pitch_of(note).midi_pitch)] = None
            start += group
    return list(found)


def heard(wanted: Sequence[SoundingNote], notes: Sequence[SoundingNote], sounding: bool) -> list[int]:
    """How many of some notes an arrangement strikes at their onsets, in any octave, and how many there are."""
    struck: dict[Fraction, set[int]] = defaultdict(set)
    for note in notes:
        struck[note.onset].add(pitch_of(note).pitch_class)
    by_class: dict[int, list[SoundingNote]] = defaultdict(list)
    for note in notes:
        by_class[pitch_of(note).pitch_class].append(note)
    count = 0
    for note in wanted:
        name = pitch_of(note).pitch_class
        if name in struck[note.onset]:
            count += 1
        elif sounding:
            count += any(other.onset < note.end and other.end > note.onset for other in by_class[name])
    return [count, len(wanted)]


Motion = tuple[Fraction, int, int, int, int]


def motions(score: Score) -> tuple[set[Motion], Counter[tuple[Fraction, int, int]]]:
    """The parallels between all voices by onset and pitch classes, and the motions of single voices."""
    slots = leading_slots(score)
    lines: dict[Slot, list[SoundingNote]] = defaultdict(list)
    for note in pitched_notes(score):
        lines[note.slot].append(note)
    steps: Counter[tuple[Fraction, int, int]] = Counter()
    at: dict[tuple[Slot, Fraction], tuple[int, int]] = {}
    for slot, own in lines.items():
        tops = {note.onset: note for note in sorted(own, key=lambda note: pitch_of(note).midi_pitch)}
        for before, after in itertools.pairwise([tops[onset] for onset in sorted(tops)]):
            pair = (pitch_of(before).pitch_class, pitch_of(after).pitch_class)
            steps[(after.onset, *pair)] += 1
            at[(slot, after.onset)] = pair
        lows = {note.onset: note for note in sorted(own, key=lambda note: -pitch_of(note).midi_pitch)}
        for before, after in itertools.pairwise([lows[onset] for onset in sorted(lows)]):
            steps[(after.onset, pitch_of(before).pitch_class, pitch_of(after).pitch_class)] += 1
    found = set()
    for each in parallels(score, slots):
        upper, lower = at.get((each.upper, each.onset)), at.get((each.lower, each.onset))
        if upper and lower:
            found.add((each.onset, *upper, *lower))
    return found, steps


def leading_slots(score: Score) -> tuple[Slot, ...]:
    """One voice of each single-staff part that sounds."""
    sounding = {note.slot for note in pitched_notes(score)}
    return tuple(slot for slot in score.slots if slot in sounding)


def new_parallels(source: Score, arranged: Score) -> int:
    """Parallels of an arrangement that the source has not, without octaves in which one line is doubled."""
    if any(part.staves > 1 for part in arranged.parts):
        return 0
    before, steps = motions(source)
    after, _ = motions(arranged)
    known = {(motion[0], frozenset((motion[1:3], motion[3:5]))) for motion in before}
    count = 0
    for onset, *pair in after:
        upper, lower = (pair[0], pair[1]), (pair[2], pair[3])
        doubled = upper == lower and steps[(onset, *upper)] >= 1
        count += not doubled and (onset, frozenset((upper, lower))) not in known
    return count


def pieces(data: Path, kind: str, count: int, measures: int) -> Iterator[tuple[str, Score]]:
    """The sources of a kind: the first measures of every so many files."""
    files = list(files_of(data, kind))
    step = max(len(files) // max(count, 1), 1)
    taken = 0
    for file in files[step // 2 :: step]:
        if taken >= count:
            return
        try:
            score = read_score(file)
        except ScoregenError:
            continue
        if not pitched_notes(score) or (kind == "chorale" and len(score.parts) != 4):
            continue
        taken += 1
        yield file.stem, score.excerpt(0, measures)


def files_of(data: Path, kind: str) -> Sequence[Path]:
    if kind == "chorale":
        from music21 import corpus

        return sorted(Path(path) for path in corpus.getComposer("bach") if Path(path).suffix == ".mxl")
    folder = {"song": "openscore-lieder", "quartet": "openscore-quartets", "orchestra": "orchestral-stress"}[kind]
    return sorted((data / folder / "scores").glob("*.mxl"))


def one(source: Score, name: str, *, as_written: bool = False) -> Figures:
    """Arrange a score for an ensemble, write it, read it back, and measure it.

    Choirs get it in a key that suits them.
    """
    ensemble = load_ensemble(name)
    if ensemble.is_choir and not as_written:
        source = transposed(source, best_interval(source, ensemble))
    started = time.perf_counter()
    result = arrange(source, ensemble=name)
    seconds = time.perf_counter() - started
    figures = measured(source, result.score, ensemble, chosen=result.for_singers)
    figures.lost = [result.account.count("left out"), len(result.account.notes)]
    figures.seconds = seconds
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "arranged.musicxml"
        try:
            write_score(result.score, target)
            figures.invalid = int(sounds(read_score(target)) != sounds(result.score))
        except ScoregenError as error:
            print(f"  {name}: {error}", file=sys.stderr)
            figures.invalid = 1
    return figures


def sounds(score: Score) -> Counter[tuple[str, Fraction, Fraction, int]]:
    return Counter(
        (score.part(note.slot.part).name, note.onset, note.duration, pitch_of(note).midi_pitch)
        for note in pitched_notes(score)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", nargs="*", default=list(TARGETS))
    parser.add_argument("--ensembles", nargs="*")
    parser.add_argument("--pieces", type=int)
    parser.add_argument("--measures", type=int, default=40)
    parser.add_argument("--as-written", action="store_true", help="no transposition for choirs")
    parser.add_argument("--each", action="store_true", help="a row for every piece")
    options = parser.parse_args()
    if not (options.data / "openscore-lieder").is_dir():
        print(f"skipped: {options.data} has no folder openscore-lieder")
        return
    usual = {"chorale": 20, "song": 20, "quartet": 10, "orchestra": 10}
    print(HEADING)
    total = Figures()
    for kind in options.only:
        sums: dict[str, Figures] = defaultdict(Figures)
        for piece, source in pieces(options.data, kind, options.pieces or usual[kind], options.measures):
            for name in options.ensembles or TARGETS[kind]:
                figures = one(source, name, as_written=options.as_written)
                sums[name].add(figures)
                total.add(figures)
                if options.each:
                    print(f"  {piece[:24]:24} {name:18} {figures.row()}", flush=True)
        for name, figures in sums.items():
            print(f"{kind:9} {name:18} {figures.row()}", flush=True)
    print(f"{'all':28} {total.row()}")


if __name__ == "__main__":
    main()
