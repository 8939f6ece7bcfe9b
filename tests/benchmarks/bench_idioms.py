"""Compare the idiom of drafts with that of held-out excerpts of the same keys, metres and lengths.

For each of N held-out movements of the corpus of a style, its first 16 measures are composed anew: nothing is given, or
the melody (the first violin, the singer). The table has the figures of `evaluation.metrics.idioms`, by staves, for the
excerpts and for the drafts, with 95 % intervals over pieces, the ratio, and a mark where it is off by more than 25 %.
Then come the checks of every draft: schema and content of its MusicXML, notes out of range, chords that no hand or
bow can play, and the time that it took.
Nothing of the program ranks or selects by these figures; the model card says which prices were chosen by them.

    python tests/benchmarks/bench_idioms.py STYLE [--shards FOLDER] [--checkpoint FILE] [--pieces N]
        [--given nothing|melody] [--candidates N] [--seed S] [--keep FOLDER] [--json]

STYLE is string-quartet, voice-piano or piano (the accompaniments of the songs). The folder of the shards is that of
`scoregen corpus build`. --keep saves the drafts and takes up those that are there.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from scoregen.corpora.shards import corpora_in
from scoregen.evaluation.metrics.bootstrap import Rate
from scoregen.evaluation.metrics.idioms import ALL, LABELS, Counts, idiom_counts, idiom_rates, score_idiom_counts
from scoregen.notation.files import read_score, write_score
from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.validation.document import check_document
from scoregen.score.elements import Score
from scoregen.score.ensemble import load_ensemble, match_roles
from scoregen.tasks.compose import SamplingOptions, compose
from tests.benchmarks.idiom_excerpts import STYLES, Excerpt, IdiomStyle, excerpts, request

TOLERANCE = 0.25
Rates = Mapping[str, Mapping[str, Rate]]


@dataclass(frozen=True, slots=True)
class Draft:
    score: Score
    wall: float
    cpu: float


def draft(excerpt: Excerpt, style: IdiomStyle, arguments: argparse.Namespace, number: int) -> Draft:
    path = arguments.keep / f"{number:03}.musicxml" if arguments.keep else None
    if path is not None and path.exists():
        return Draft(read_score(path), float("nan"), float("nan"))
    blank = request(excerpt, style, with_melody=arguments.given == "melody")
    sampling = SamplingOptions(arguments.seed + number, candidates=arguments.candidates)
    wall, cpu = time.perf_counter(), time.process_time()
    done = compose(blank, ensemble=style.ensemble, sampling=sampling, checkpoint=arguments.checkpoint)
    result = Draft(done.score, time.perf_counter() - wall, time.process_time() - cpu)
    if path is not None:
        write_score(done.score, path)
    return result


def draft_counts(score: Score, style: IdiomStyle) -> Counts:
    ensemble = load_ensemble(style.ensemble)
    roles = {part: ensemble.role(role) for role, part in match_roles(score, ensemble).items()}
    return score_idiom_counts(score, roles, "staves")


def excerpt_counts(excerpt: Excerpt) -> Counts:
    return idiom_counts(excerpt.tokens, excerpt.descriptions, excerpt.roles, excerpt.left_out, "staves")


def table(corpus: Rates, drafts: Rates) -> str:
    """A line a figure, by group; a single family is that of all lines."""
    groups = [group for group in corpus if group in drafts]
    groups = [ALL] if len(groups) == 2 else groups
    lines = [f"{'':46}{'corpus':>23}{'drafts':>23}   ratio"]
    for group in groups:
        lines.append(group)
        for name, (label, _) in LABELS.items():
            if name in corpus[group] and name in drafts[group]:
                lines.append(_line(label, corpus[group][name], drafts[group][name]))
    return "\n".join(lines)


def _line(label: str, corpus: Rate, drafts: Rate) -> str:
    ratio = drafts.value / corpus.value if corpus.value else 1.0 if not drafts.value else float("inf")
    mark = "  <<" if abs(ratio - 1) > TOLERANCE else ""
    return f"  {label:44}{_text(corpus):>23}{_text(drafts):>23}{ratio:8.2f}{mark}"


def _text(rate: Rate) -> str:
    return f"{rate.value:.2f} [{rate.low:.2f}, {rate.high:.2f}]"


def checks(drafts: Sequence[Draft], counts: Sequence[Counts]) -> list[str]:
    """The checks of the drafts, a line each."""
    problems = [check_document(musicxml_text(each.score), "") for each in drafts]
    wrong = sum(map(bool, problems))
    lines = [f"schema and content of MusicXML: {wrong} of {len(drafts)} drafts with a problem"]
    lines += sorted({f"    {problem}" for row in problems for problem in row})[:10]
    for name in ("out_of_range", "refused"):
        cases = [count[ALL].get(name, (0.0, 0.0)) for count in counts]
        lines.append(
            f"{LABELS[name][0].removesuffix(', %')}: {sum(a for a, _ in cases):.0f} of {sum(b for _, b in cases):.0f}"
        )
    timed = [each for each in drafts if each.wall == each.wall]
    if timed:
        wall, cpu = (float(np.mean([getattr(each, name) for each in timed])) for name in ("wall", "cpu"))
        lines.append(f"seconds an excerpt: {wall:.1f} by the clock, {cpu:.1f} of processor time")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("style", choices=STYLES)
    parser.add_argument("--shards", type=Path, default=Path("runs/shards"))
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--pieces", type=int, default=24)
    parser.add_argument("--given", choices=("nothing", "melody"), default="nothing")
    parser.add_argument("--candidates", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    style = STYLES[arguments.style]
    if arguments.given == "melody" and style.melody is None:
        raise SystemExit(f"{arguments.style} has no melody part to give")
    if not corpora_in(arguments.shards / style.corpus):
        raise SystemExit(
            f"skipped: {arguments.shards / style.corpus} has no held-out movements; scoregen corpus build makes them"
        )
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    held_out = excerpts(style, arguments.shards, arguments.pieces)
    drafts = [draft(excerpt, style, arguments, number) for number, excerpt in enumerate(held_out)]
    counts = [draft_counts(each.score, style) for each in drafts]
    corpus, own = idiom_rates([excerpt_counts(each) for each in held_out]), idiom_rates(counts)
    if arguments.json:
        plain = {
            side: {g: {n: asdict(r) for n, r in row.items()} for g, row in rates.items()}
            for side, rates in (("corpus", corpus), ("drafts", own))
        }
        print(json.dumps({"pieces": len(drafts), "figures": plain, "checks": checks(drafts, counts)}))
        return
    print(f"{arguments.style}, {arguments.given} given: {len(drafts)} excerpts")
    print(table(corpus, own))
    print(*checks(drafts, counts), sep="\n")


if __name__ == "__main__":
    main()
