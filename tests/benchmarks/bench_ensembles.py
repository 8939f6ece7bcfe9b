"""Compose short scores for every ensemble, and follow each through the schema, the gate and MuseScore and back.

Half of the scores of an ensemble are new pieces, half are written under a tune of corpora/tunes that one of its parts
is given. Keys, metres, anacruses, rhythm, difficulty and the part that has the tune change from score to score.

The first columns count the new notes alone. *Extreme* notes leave the range of their role, *uncomfortable* ones its
comfortable range; *unplayable* are chords that their hand, bow or player cannot hold; *crossed* are the onsets at which
the hands of a keyboard cross; *ledger* are the notes with more than four ledger lines.

The last columns count scores. *Changed* are those whose given notes did not come back; *invalid* those that the
schema or the gate refuses, or that are read back with other notes; *damaged* those about which MuseScore complains,
whose measures it lengthens, or which it writes with other notes or voices; *keys* those with a written key signature
of more than six accidentals; *failed* those that could not be composed. Every fault is named by seed.

    python tests/benchmarks/bench_ensembles.py [--only NAME ...] [--scores N] [--first SEED] [--candidates N]
        [--keep DIR] [--results FILE [--seconds S] [--again]]

Every score that is measured adds a line to the file of results, and a score that has one there is not composed again,
so that a long run can be done in pieces: `--seconds` ends a piece, `--again` forgets the scores that had a fault. The
table adds up the whole file.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path

from scoregen.notation.files import read_score, write_score
from scoregen.notation.graft.transposition import transposed
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.plan.form import PieceOptions
from scoregen.score.elements import Score, Slot, Voice
from scoregen.score.ensemble import Ensemble, Role, ensemble_names, load_ensemble
from scoregen.score.pitch import Interval
from scoregen.score.timeline import pitch_of, pitched_notes
from scoregen.system.resources import folder
from scoregen.tasks.compose import SamplingOptions, compose
from tests.benchmarks.ensemble_figures import MOST_ACCIDENTALS, Figures, given_rows, measured
from tests.benchmarks.musescore_jobs import convert_all, differences, voices_of_measures

BATCH = 5
"""The scores that are composed before MuseScore converts them together."""
METRES = ("4/4", "3/4", "6/8", "2/2", "5/4", "2/4", "9/8", "12/8", "3/8", "7/8")
KEYS = (
    *("C major", "A minor", "G major", "D minor", "Bb major", "B minor", "Eb major", "E major", "F# minor", "Ab major"),
    *("C minor", "B major", "G# minor", "Db major", "F minor", "F# major", "Eb minor", "Gb major", "D major"),
    *("F major", "D dorian", "G mixolydian", "A phrygian"),
)
RHYTHMS = ("follow", "follow", "flowing", "plain")
DIFFICULTIES = ("normal", "normal", "normal", "easy")


@dataclass(frozen=True, slots=True)
class Piece:
    """One finished score, its file, and the given one."""

    seed: int
    ensemble: Ensemble
    score: Score
    path: Path
    given: Score | None


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured of one score; its faults are in `figures`."""

    ensemble: str
    seed: int
    figures: Figures

    def line(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def of(line: str) -> Result:
        values = json.loads(line)
        return Result(values["ensemble"], values["seed"], Figures(**values["figures"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=ensemble_names())
    parser.add_argument("--scores", type=int, default=50)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--candidates", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--again", action="store_true")
    arguments = parser.parse_args()
    found = known_results(arguments.results, forget=arguments.again)
    end = time.monotonic() + arguments.seconds
    for batch in open_batches(arguments, {(each.ensemble, each.seed) for each in found}):
        if time.monotonic() > end:
            break
        with tempfile.TemporaryDirectory() as temporary:
            target = arguments.keep or Path(temporary)
            target.mkdir(parents=True, exist_ok=True)
            new = tested(load_ensemble(batch[0]), batch[1], arguments.candidates, target.resolve())
        found += new
        if arguments.results:
            arguments.results.write_text("".join(f"{each.line()}\n" for each in found))
    print_table(found)


def known_results(file: Path | None, *, forget: bool) -> list[Result]:
    """The results of a file; `forget` those with a fault."""
    if not file or not file.exists():
        return []
    found = [Result.of(line) for line in file.read_text().splitlines()]
    return [each for each in found if not (forget and each.figures.faults)]


def open_batches(arguments: argparse.Namespace, known: set[tuple[str, int]]) -> list[tuple[str, list[int]]]:
    """The seeds of each ensemble that have no result, a few at a time, in turn."""
    batches = []
    for start in range(arguments.first, arguments.first + arguments.scores, BATCH):
        end = min(start + BATCH, arguments.first + arguments.scores)
        for name in arguments.only:
            seeds = [seed for seed in range(start, end) if (name, seed) not in known]
            batches += [(name, seeds)] if seeds else []
    return batches


def print_table(results: Sequence[Result]) -> None:
    """A row for each ensemble with its faults, and the sums."""
    rows: dict[str, Figures] = {}
    for each in results:
        rows.setdefault(each.ensemble, Figures()).add(each.figures)
    print(Figures.heading())
    for name in sorted(rows):
        print(rows[name].row(name))
        for each in sorted((each for each in results if each.ensemble == name), key=lambda each: each.seed):
            for fault in each.figures.faults:
                print(f"  {each.seed}: {fault}")
    total = Figures()
    for figures in rows.values():
        total.add(figures)
    print(total.row("all"))


def tested(ensemble: Ensemble, seeds: Sequence[int], candidates: int, target: Path) -> list[Result]:
    """The figures of the scores of some seeds."""
    results, pieces = list[Result](), list[Piece]()
    for seed in seeds:
        try:
            pieces.append(composed(ensemble, seed, candidates, target))
        except Exception:  # a bench goes on after any bug
            own = Figures(scores=1, failed=1, faults=[traceback.format_exc(limit=-3)])
            results.append(Result(ensemble.name, seed, own))
    accepted = convert_all([piece.path for piece in pieces], target) if pieces else {}
    for piece in pieces:
        own = measured(piece.score, ensemble)
        text = piece.path.read_bytes()
        changed, invalid = kept_faults(piece), file_faults(piece, text)
        damaged = differences(text, read_musicxml(text, piece.path.name), accepted[piece.path])
        own.scores, own.changed, own.invalid, own.damaged = 1, bool(changed), bool(invalid), bool(damaged)
        own.faults += [*changed, *invalid, *damaged[:4]]
        results.append(Result(ensemble.name, piece.seed, own))
    return results


def composed(ensemble: Ensemble, seed: int, candidates: int, target: Path) -> Piece:
    """Compose and write the score of a seed."""
    chance = random.Random(f"{ensemble.name} {seed}")
    options = SamplingOptions(seed=seed, candidates=candidates, passes=0, rhythm=chance.choice(RHYTHMS))
    options = replace(options, difficulty=chance.choice(DIFFICULTIES))
    given = None
    if seed % 2 or ensemble.name == "lead-sheet":
        piece = new_piece(chance)
        done = compose(None, ensemble=ensemble.name, piece=piece, sampling=options)
    else:
        given = given_part(ensemble, chance)
        done = compose(given, ensemble=ensemble.name, sampling=options)
    path = target / f"{ensemble.name}-{seed}.musicxml"
    write_score(done.score, path, force=True)
    return Piece(seed, ensemble, done.score, path, given)


def new_piece(chance: random.Random) -> PieceOptions:
    time = chance.choice(METRES)
    unit = int(time.split("/")[1])
    anacrusis = Fraction(chance.choice((0, 0, 4)), unit)
    return PieceOptions(chance.randint(4, 12), chance.choice(KEYS), time, anacrusis=anacrusis)


def given_part(ensemble: Ensemble, chance: random.Random) -> Score:
    """The first measures of a tune, in another key, as a part of the ensemble in its comfortable range."""
    tunes = sorted((folder("corpora") / "tunes").glob("*.musicxml"))
    tune = read_score(chance.choice(tunes))
    role = chance.choice([role for role in ensemble.roles if role.staves == 1] or ensemble.roles)
    tune = replace(tune.excerpt(0, chance.randint(4, 12)), document=None)
    tune = transposed(tune, interval_into(tune, role, chance))
    slot = next(note.slot for note in pitched_notes(tune))
    part = role.part("P1", None, tune.measures[0].key.fifths)
    measures = tuple(
        replace(
            measure,
            voices=tuple(voices_for(measure.voice(slot), part.staves)),
            spanners=(),
            directions=(),
            chord_symbols=(),
        )
        for measure in tune.measures
    )
    score = Score((part,), measures, tune.metadata)
    return read_musicxml(write_musicxml(score), "tune")


def voices_for(voice: Voice | None, staves: int) -> list[Voice]:
    """The voice of a tune on the first of some staves; the others are blank."""
    found = [replace(voice, slot=Slot("P1"))] if voice is not None else []
    return found + [Voice(Slot("P1", staff), origin="blank") for staff in range(2, staves + 1)]


def interval_into(tune: Score, role: Role, chance: random.Random) -> Interval:
    """One of the intervals that bring a tune nearest to the middle of a comfortable range, in up to six accidentals."""
    heights = [pitch_of(note).midi_pitch for note in pitched_notes(tune)]
    low, high = (pitch.midi_pitch for pitch in role.comfortable)
    fifths = tune.measures[0].key.fifths
    shift = round((low + high - min(heights) - max(heights)) / 2) + chance.randint(-3, 3)
    near = (Interval.nearest(shift + step, fifths) for step in (0, 1, -1))
    return next(each for each in near if abs(fifths + each.fifths) <= MOST_ACCIDENTALS)


def kept_faults(piece: Piece) -> list[str]:
    """Whether the given notes are in the file as they were."""
    if piece.given is None:
        return []
    back = read_score(piece.path)
    part = piece.given.parts[0].id
    same = given_rows(back, part) == given_rows(piece.given, part)
    return [] if same else ["the given notes did not come back"]


def file_faults(piece: Piece, text: bytes) -> list[str]:
    """What the schema and the gate find, and whether the file is read with the notes that were written."""
    found = [f"invalid: {problem}" for problem in check_document(text, piece.path.name)]
    if voices_of_measures(read_musicxml(text, piece.path.name)) != voices_of_measures(piece.score):
        found.append("read back with other notes")
    return found


if __name__ == "__main__":
    main()
