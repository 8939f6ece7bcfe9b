"""The agreement of `scoregen analyze` with expert analyses of chorales, compared with music21, and its speed.

    python tests/benchmarks/bench_analysis.py DATA [--split test] [--limit N] [--music21] [--cache FILE] [--json]
    python tests/benchmarks/bench_analysis.py --speed

DATA holds index.json and rntxt/ of "When in Rome". Agreement is the share of the sounding time, in
percent of all chorales together, as in N. Napoles Lopez and others, AugmentedNet (2021) and G. Micchi
and others (2020): *key* (tonic and mode), *degree* (with the target of an applied chord), *quality*,
*inversion*, and *full*, all of these at once; *root* is the sounding root. *cadence* is the share of
phrase ends with the kind that follows from the expert's own labels. The weights were fitted to
analyses that ship with music21 (`fit_harmony.py`); their chorales are excluded. Features were selected on the
valid split; the test split was held out.

--music21 adds music21's `analyze('key')` over the whole piece and `romanNumeralFromChord` on every
chord of `chordify()`. --speed measures the analysis of a chorale of 16 measures and the whole command.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

from expert_analyses import AnalysedChorale, Label, label_of, load_analyses, training_analyses

from scoregen.analysis.form.cadences import cadences
from scoregen.analysis.form.phrases import phrases
from scoregen.analysis.harmony.chords import ChordName, ChordSpan, chord_spans
from scoregen.analysis.harmony.roman_numerals import Degree, degree
from scoregen.analysis.moments import Moment, moments
from scoregen.corpora.manifest import load_corpus
from scoregen.notation.files import read_score
from scoregen.score.keys import Key
from scoregen.score.theory.chord_kinds import MEMBERS
from scoregen.tasks.analyze import analyze

TASKS = ("key", "degree", "quality", "inversion", "root", "full")
SPEED_PIECE = "bach/bwv65.7.mxl"
RUNS = 5

Labels = Sequence[Label]


def ours(piece: AnalysedChorale) -> Labels:
    return [
        Label(s.onset, s.end, s.key.mode, s.key.tonic_fifths, s.function, s.chord.inversion)
        for s in chord_spans(piece.score)
    ]


def music21s(piece: AnalysedChorale) -> Labels:
    import music21

    parse_arguments = music21.converter.parse(str(_path(piece)), forceSource=True)
    key = parse_arguments.analyze("key")
    result = []
    for chord in parse_arguments.chordify().recurse().getElementsByClass("Chord"):
        onset = Fraction(chord.getOffsetInHierarchy(parse_arguments)).limit_denominator(96)
        label = label_of(music21.roman.romanNumeralFromChord(chord, key))
        result.append(label._replace(onset=onset, end=onset + Fraction(chord.quarterLength).limit_denominator(96)))
    return result


def _path(piece: AnalysedChorale) -> Path:
    return next(result.path for result in load_corpus("bach-chorales").pieces if result.name == piece.name)


def agreement(piece: AnalysedChorale, result: Labels) -> dict[str, Fraction]:
    """Quarters with equal labels, by task, and `time`, the quarters that have a label."""
    total = dict.fromkeys((*TASKS, "time"), Fraction(0))
    for start, end, expert, own in _overlay(moments(piece.score), piece.labels, result):
        right = _right(expert, own)
        total["time"] += end - start
        for task in TASKS:
            total[task] += (end - start) * right[task]
    return total


def _overlay(cuts: Sequence[Moment], experts: Labels, result: Labels):  # type: ignore[no-untyped-def]
    for moment in cuts:
        edges = {moment.onset, moment.end}
        for label in (*_touching(experts, moment), *_touching(result, moment)):
            edges |= {time for time in (label.onset, label.end) if moment.onset < time < moment.end}
        for start, end in itertools.pairwise(sorted(edges)):
            expert = next((label for label in experts if label.onset <= start < label.end), None)
            if expert is not None:
                yield start, end, expert, next((label for label in result if label.onset <= start < label.end), None)


def _touching(labels: Labels, moment: Moment) -> Labels:
    return [label for label in labels if label.onset < moment.end and label.end > moment.onset]


def _right(expert: Label, own: Label | None) -> dict[str, bool]:
    if own is None:
        return dict.fromkeys(TASKS, False)
    right = {
        "key": (expert.mode, expert.tonic) == (own.mode, own.tonic),
        "inversion": expert.inversion == own.inversion,
    }
    if expert.function is None or own.function is None:
        return right | {"degree": False, "quality": False, "root": False, "full": False}
    right["degree"] = _degree(expert) == _degree(own)
    right["quality"] = expert.function.quality == own.function.quality
    right["full"] = all(right.values())
    right["root"] = expert.tonic + expert.function.offset == own.tonic + own.function.offset
    return right


def _degree(label: Label) -> tuple[Degree, Degree | None]:
    assert label.function is not None
    target = label.function.target
    applied = degree(target, label.mode) if target is not None else None
    return degree(label.function.offset - (target or 0), label.mode), applied


def cadence_agreement(piece: AnalysedChorale) -> tuple[int, int]:
    """Phrase ends at which the kind of cadence is the expert's, and phrase ends."""
    cuts, spans = moments(piece.score), chord_spans(piece.score)
    ends = phrases(piece.score, cuts, spans)
    own = {result.onset: result.kind for result in _cadences(ends, spans, cuts)}
    theirs = {result.onset: result.kind for result in _cadences(ends, _expert_spans(piece), cuts)}
    return sum(own.get(onset) == kind for onset, kind in theirs.items()), len(theirs)


def _cadences(ends, spans, cuts):  # type: ignore[no-untyped-def]
    """Cadences by the onset of the close of their phrases."""
    result = []
    for phrase in ends:
        for cadence in cadences([phrase], spans, cuts):
            result.append(
                type(cadence)(phrase.closing, cadence.measure_index, cadence.kind, cadence.key, cadence.chords)
            )
    return result


def _expert_spans(piece: AnalysedChorale) -> list[ChordSpan]:
    spans = []
    for label in piece.labels:
        if label.function is not None:
            low = min(label.inversion, len(MEMBERS[label.function.quality]) - 1)
            name = ChordName(label.tonic + label.function.offset, label.function.quality, low)
            key = Key(label.tonic, label.mode)
            spans.append(ChordSpan(label.onset, label.end - label.onset, 0, key, name, label.function))
    return spans


def percents(pieces: Sequence[AnalysedChorale], method: Callable[[AnalysedChorale], Labels]) -> dict[str, float]:
    quarters = [agreement(piece, method(piece)) for piece in pieces]
    time_ = sum(count["time"] for count in quarters)
    return {task: round(float(100 * sum(count[task] for count in quarters) / time_), 1) for task in TASKS}


def speed() -> dict[str, float]:
    """Medians: seconds of processor time for an analysis and for the whole command, and its wall time."""
    path = next(piece.path for piece in load_corpus("bach-chorales").pieces if piece.name == SPEED_PIECE)
    score = read_score(path)
    inside, command, wall = [], [], []
    for _ in range(RUNS):
        started = time.process_time()
        analyze(score)
        inside.append(time.process_time() - started)
    for _ in range(RUNS):
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "scoregen", "analyze", str(path)], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        command.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        wall.append(time.perf_counter() - started)
    return {
        "measures": len(score.measures),
        "analysis_processor_seconds": round(statistics.median(inside), 3),
        "command_processor_seconds": round(statistics.median(command), 2),
        "command_seconds": round(statistics.median(wall), 2),
    }


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--split", default="test", choices=("train", "valid", "test"))
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N chorales of the split")
    parser.add_argument("--music21", action="store_true")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.data is None and not arguments.speed:
        parser.error("DATA is missing; --speed needs none")
    return arguments


def main() -> None:
    arguments = parse_arguments()
    warnings.simplefilter("ignore")
    if arguments.speed:
        report: dict[str, object] = dict(speed())
    else:
        pieces, left_out = load_analyses(arguments.data, arguments.cache)
        training_names = {piece.name for piece in training_analyses()}
        pieces = [piece for piece in pieces if piece.split == arguments.split and piece.name not in training_names]
        pieces = pieces[: arguments.limit]
        same, ends = (sum(column) for column in zip(*map(cadence_agreement, pieces), strict=True))
        scoregen = {**percents(pieces, ours), "cadence": round(100 * same / ends, 1)}
        report = {"split": arguments.split, "chorales": len(pieces), "left out of all splits": len(left_out)}
        report |= {"phrase ends": ends, "scoregen": scoregen}
        if arguments.music21:
            report["music21"] = percents(pieces, music21s)
    print(json.dumps(report) if arguments.json else "\n".join(f"{name}: {value}" for name, value in report.items()))


if __name__ == "__main__":
    main()
