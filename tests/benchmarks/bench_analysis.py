"""How far `scoregen analyze` agrees with expert analyses of chorales, beside music21, and how fast it is.

    python tests/benchmarks/bench_analysis.py DATA [--split test] [--limit N] [--music21] [--cache FILE] [--json]
    python tests/benchmarks/bench_analysis.py --speed

DATA holds index.json and rntxt/ of "When in Rome". Agreement is the share of the sounding time, in
percent of all chorales together, as in N. Napoles Lopez and others, AugmentedNet (2021) and G. Micchi
and others (2020): *key* (tonic and mode), *degree* (with what it is applied to), *quality*,
*inversion*, and *full*, all of these at once; *root* is the sounding root. *cadence* is the share of
phrase ends whose kind is the one that the expert's own labels make. The weights were fitted to
analyses that music21 brings (`fit_harmony.py`); their chorales are left out. Features were chosen by the
valid split; test was held out.

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

from expert_analyses import Analysed, Label, analysed, label_of, taught

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


def ours(piece: Analysed) -> Labels:
    return [
        Label(s.onset, s.end, s.key.mode, s.key.tonic_fifths, s.function, s.chord.inversion)
        for s in chord_spans(piece.score)
    ]


def music21s(piece: Analysed) -> Labels:
    import music21

    parsed = music21.converter.parse(str(_path(piece)), forceSource=True)
    key = parsed.analyze("key")
    found = []
    for chord in parsed.chordify().recurse().getElementsByClass("Chord"):
        onset = Fraction(chord.getOffsetInHierarchy(parsed)).limit_denominator(96)
        label = label_of(music21.roman.romanNumeralFromChord(chord, key))
        found.append(label._replace(onset=onset, end=onset + Fraction(chord.quarterLength).limit_denominator(96)))
    return found


def _path(piece: Analysed) -> Path:
    return next(found.path for found in load_corpus("bach-chorales").pieces if found.name == piece.name)


def r_drop(piece: Analysed, found: Labels) -> dict[str, Fraction]:
    """Quarters that agree, task by task, and `time`, the quarters that sound under a label."""
    total = dict.fromkeys((*TASKS, "time"), Fraction(0))
    for start, end, expert, own in _overlaid(moments(piece.score), piece.labels, found):
        right = _right(expert, own)
        total["time"] += end - start
        for task in TASKS:
            total[task] += (end - start) * right[task]
    return total


def _overlaid(cuts: Sequence[Moment], experts: Labels, found: Labels):  # type: ignore[no-untyped-def]
    for moment in cuts:
        edges = {moment.onset, moment.end}
        for label in (*_touching(experts, moment), *_touching(found, moment)):
            edges |= {time for time in (label.onset, label.end) if moment.onset < time < moment.end}
        for start, end in itertools.pairwise(sorted(edges)):
            expert = next((label for label in experts if label.onset <= start < label.end), None)
            if expert is not None:
                yield start, end, expert, next((label for label in found if label.onset <= start < label.end), None)


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


def cadence_agreement(piece: Analysed) -> tuple[int, int]:
    """Phrase ends at which the kind of cadence is the expert's, and phrase ends."""
    cuts, spans = moments(piece.score), chord_spans(piece.score)
    ends = phrases(piece.score, cuts, spans)
    own = {found.onset: found.kind for found in _closed(ends, spans, cuts)}
    theirs = {found.onset: found.kind for found in _closed(ends, _expert_spans(piece), cuts)}
    return sum(own.get(onset) == kind for onset, kind in theirs.items()), len(theirs)


def _closed(ends, spans, cuts):  # type: ignore[no-untyped-def]
    """Cadences by the onset at which their phrases close."""
    found = []
    for phrase in ends:
        for cadence in cadences([phrase], spans, cuts):
            found.append(
                type(cadence)(phrase.closing, cadence.measure_index, cadence.kind, cadence.key, cadence.chords)
            )
    return found


def _expert_spans(piece: Analysed) -> list[ChordSpan]:
    spans = []
    for label in piece.labels:
        if label.function is not None:
            low = min(label.inversion, len(MEMBERS[label.function.quality]) - 1)
            name = ChordName(label.tonic + label.function.offset, label.function.quality, low)
            key = Key(label.tonic, label.mode)
            spans.append(ChordSpan(label.onset, label.end - label.onset, 0, key, name, label.function))
    return spans


def percents(pieces: Sequence[Analysed], method: Callable[[Analysed], Labels]) -> dict[str, float]:
    counted = [r_drop(piece, method(piece)) for piece in pieces]
    time_ = sum(count["time"] for count in counted)
    return {task: round(float(100 * sum(count[task] for count in counted) / time_), 1) for task in TASKS}


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


def parsed() -> argparse.Namespace:
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
    arguments = parsed()
    warnings.simplefilter("ignore")
    if arguments.speed:
        report: dict[str, object] = dict(speed())
    else:
        pieces, left_out = analysed(arguments.data, arguments.cache)
        known = {piece.name for piece in taught()}
        pieces = [piece for piece in pieces if piece.split == arguments.split and piece.name not in known]
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
