"""Counts how voices share rhythms and keep them: the shares of `grammars/textures.toml`.

    python tools/count_textures.py CORPUS... [--movements 100] [--measures 32] [--split train]

Each argument is a corpus of `scoregen corpus build`, of which up to so many movements of the split are counted, evenly
spread, with their first measures. A line is a staff. In every measure in which it begins a note it *follows* an earlier
line with the same rhythm (the one of the measure before if it still can, else the nearest), or none; earlier lines are
those that are written before it: the outer ones of four, else the upper ones. It *keeps* its rhythm if that of its last
measure is the same. It *rests* in a measure in which it sounds nothing. The shares are told by family of instruments,
by what was so in the measure before, and by the number of lines that could be followed. Songs are counted a second time
without their singers.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scoregen.corpora.shards import load_shards
from scoregen.evaluation.metrics.lines import Line, Rhythm, lines_of, rhythm
from scoregen.plan.forms.textures import MOST_LEADERS, Before

Counts = Counter[tuple[object, ...]]
Rhythms = Sequence[dict[int, Rhythm]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--movements", type=int, default=100)
    parser.add_argument("--measures", type=int, default=32)
    parser.add_argument("--split", default="train")
    options = parser.parse_args()
    counts: Counts = Counter()
    for source in options.sources:
        pieces = list(load_shards(source, options.split))
        count = min(options.movements, len(pieces))
        for piece in (pieces[index * len(pieces) // count] for index in range(count)):
            tokens = replace(piece.tokens, measures=piece.tokens.measures[: options.measures])
            lines = lines_of(tokens, piece.descriptions, None, piece.refused, "staves").lines
            players = [line for line in lines if line.player.family != "voice"]
            for chosen in (lines, players) if len(players) < len(lines) else (lines,):
                count_piece(chosen, counts)
    print("\n".join(report(counts)))


def count_piece(lines: Sequence[Line], counts: Counts) -> None:
    """Adds the cases of a piece. Keys are the family, the figure, the leaders that there are, what was before."""
    rhythms = [_rhythms(line) for line in lines]
    order = [0, len(lines) - 1, *range(1, len(lines) - 1)] if len(lines) == 4 else list(range(len(lines)))
    for rank, number in enumerate(order):
        family, own = lines[number].player.family, rhythms[number]
        silent = {index: not any(m.sounding for m in row) for index, row in lines[number].by_measure().items()}
        for index, is_silent in silent.items():
            was: Before = "new" if index - 1 not in silent else "bound" if silent[index - 1] else "free"
            _add(counts, (family, "rests", 0, was), is_case=is_silent)
        followed: dict[int, int | None] = {}
        kept: dict[int, bool] = {}
        for index, now in own.items():
            leaders = [other for other in order[:rank] if index in rhythms[other]]
            before = followed.get(index - 1, "new")
            alike = [other for other in leaders if rhythms[other][index] == now]
            followed[index] = before if before in alike else nearest(alike, number)
            if leaders:
                state: Before = "new" if before == "new" else "free" if before is None else "bound"
                places = min(len(leaders), MOST_LEADERS)
                _add(counts, (family, "follows", places, state), is_case=bool(alike))
                if alike and state == "bound":
                    _add(counts, (family, "stays", 0, state), is_case=followed[index] == before)
            if index - 1 in own:
                was = "new" if index - 1 not in kept else "bound" if kept[index - 1] else "free"
                kept[index] = own[index - 1] == now
                _add(counts, (family, "keeps", 0, was), is_case=kept[index])


def nearest(leaders: Sequence[int], line: int) -> int | None:
    """The leader that is nearest to a line in the score; None without any."""
    return min(leaders, key=lambda other: abs(other - line), default=None)


def _rhythms(line: Line) -> dict[int, Rhythm]:
    """The rhythms of the measures in which a line begins a note."""
    rows = line.by_measure().items()
    return {index: rhythm(moments) for index, moments in rows if any(moment.attacked for moment in moments)}


def _add(counts: Counts, key: tuple[object, ...], *, is_case: bool) -> None:
    counts[*key, "cases"] += is_case
    counts[*key, "all"] += 1


def report(counts: Counts) -> Iterator[str]:
    for key in sorted({key[:-1] for key in counts}, key=str):
        cases, every = counts[*key, "cases"], counts[*key, "all"]
        yield f"{' '.join(map(str, key)):32} {cases / every:.2f} of {every}"


if __name__ == "__main__":
    main()
