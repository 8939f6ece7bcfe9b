"""Compose short scores for every ensemble, and follow each through the schema, the gate and MuseScore and back.

Half of the scores of an ensemble are new pieces, half are written under a tune of corpora/tunes that one of its parts
is given. Keys, metres, anacruses and the part that has the tune change from score to score.

The first columns count the new notes alone. *Extreme* notes leave the range of their role, *uncomfortable* ones its
comfortable range; *unplayable* are chords that their hand, bow or player cannot hold; *crossed* are the onsets at which
the hands of a keyboard cross; *ledger* are the notes with more than four ledger lines.

The last columns count scores. *Changed* are those whose given notes did not come back; *invalid* those that the
schema or the gate refuses, or that are read back with other notes; *damaged* those about which MuseScore complains,
whose measures it lengthens, or which it writes with other notes or voices; *keys* those with a written key signature
of more than six accidentals; *failed* those that could not be composed. Every fault is named by seed.

    python tests/benchmarks/bench_ensembles.py [--only NAME ...] [--scores N] [--first SEED] [--candidates N]
        [--keep DIR] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
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

METRES = ("4/4", "3/4", "6/8", "2/2", "5/4", "2/4", "9/8", "12/8", "3/8", "7/8")
KEYS = (
    *("C major", "A minor", "G major", "D minor", "Bb major", "B minor", "Eb major", "E major", "F# minor", "Ab major"),
    *(
        "C minor",
        "B major",
        "G# minor",
        "Db major",
        "F minor",
        "F# major",
        "Eb minor",
        "Gb major",
        "D major",
        "F major",
    ),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One finished score, its file, and the given one."""

    seed: int
    ensemble: Ensemble
    score: Score
    path: Path
    given: Score | None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=ensemble_names())
    parser.add_argument("--scores", type=int, default=50)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--candidates", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    rows: dict[str, Figures] = {}
    print(Figures.heading(), flush=True)
    for name in arguments.only:
        with tempfile.TemporaryDirectory() as temporary:
            target = arguments.keep or Path(temporary)
            target.mkdir(parents=True, exist_ok=True)
            seeds = range(arguments.first, arguments.first + arguments.scores)
            rows[name], faults = tested(load_ensemble(name), seeds, arguments.candidates, target.resolve())
        print(rows[name].row(name), *faults, sep="\n", flush=True)
    total = Figures()
    for figures in rows.values():
        total.add(figures)
    print(total.row("all"))
    if arguments.json:
        arguments.json.write_text(json.dumps({name: asdict(each) for name, each in rows.items()}, indent=1))


def tested(ensemble: Ensemble, seeds: Sequence[int], candidates: int, target: Path) -> tuple[Figures, list[str]]:
    """The figures of the scores of some seeds, and their faults."""
    figures, faults, pieces = Figures(), list[str](), list[Piece]()
    for seed in seeds:
        figures.scores += 1
        try:
            pieces.append(composed(ensemble, seed, candidates, target))
        except Exception:  # a bench goes on after any bug
            figures.failed += 1
            faults.append(f"  {seed}: {traceback.format_exc(limit=-3)}")
    accepted = convert_all([piece.path for piece in pieces], target)
    for piece in pieces:
        own = measured(piece.score, ensemble)
        text = piece.path.read_bytes()
        changed, invalid = kept_faults(piece), file_faults(piece, text)
        damaged = differences(text, read_musicxml(text, piece.path.name), accepted[piece.path])
        own.changed, own.invalid, own.damaged = bool(changed), bool(invalid), bool(damaged)
        figures.add(own)
        faults += [f"  {piece.seed}: {fault}" for fault in (*own.faults, *changed, *invalid, *damaged[:4])]
    return figures, faults


def composed(ensemble: Ensemble, seed: int, candidates: int, target: Path) -> Piece:
    """Compose and write the score of a seed."""
    chance = random.Random(f"{ensemble.name} {seed}")
    options = SamplingOptions(seed=seed, candidates=candidates, passes=0)
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
    return PieceOptions(chance.randint(4, 7), chance.choice(KEYS), time, anacrusis=anacrusis)


def given_part(ensemble: Ensemble, chance: random.Random) -> Score:
    """The first measures of a tune, in another key, as a part of the ensemble in its comfortable range."""
    tunes = sorted((folder("corpora") / "tunes").glob("*.musicxml"))
    tune = read_score(chance.choice(tunes))
    role = chance.choice([role for role in ensemble.roles if role.staves == 1] or ensemble.roles)
    tune = replace(tune.excerpt(0, chance.randint(4, 8)), document=None)
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
