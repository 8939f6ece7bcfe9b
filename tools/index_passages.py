"""Write the novelty index of weights for any ensemble: hashes of passages of the outer voices of training movements.

    scoregen corpus build DATA... -o runs/shards
    python tools/index_passages.py runs/shards -o scoregen/weights/ensembles

`--measure` also prints the shares of held-out movements that have passages of some lengths in common with the training
movements of all corpora: what music of these styles has in common anyway.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from scoregen.corpora.manifest import Split
from scoregen.corpora.shards import load_shards
from scoregen.model.sampling.novelty_limit import save_index
from scoregen.tokens.events import TokenScore
from scoregen.tokens.window_hashes import NoveltyIndex, shared_windows

LENGTHS = (12, 16, 20, 24, 32, 48)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", type=Path, help="the folder of the corpora")
    parser.add_argument("-o", type=Path, required=True, help="the weights that were trained on them")
    parser.add_argument("--measure", action="store_true")
    arguments = parser.parse_args()
    corpora = sorted(path for path in arguments.shards.iterdir() if path.is_dir())
    index = NoveltyIndex.of_outer_voices(piece for corpus in corpora for piece in _pieces(corpus, "train"))
    save_index(index, arguments.o)
    print(f"{arguments.o.with_suffix('.novelty')}: {sum(map(len, index.tables.values()))} windows")
    for corpus in corpora if arguments.measure else ():
        found = [
            shared_windows(index, index.read(piece), np.ones(len(piece.measures), dtype=np.bool_))
            for piece in _pieces(corpus, "valid")
        ]
        longest = np.array([each.longest for each in found])
        shares = ", ".join(f"{length}: {100 * np.mean(longest >= length):.0f} %" for length in LENGTHS)
        print(
            f"{corpus.name}: of {len(found)} held-out movements have a passage of {shares}; median {np.median(longest)}"
        )


def _pieces(corpus: Path, split: Split) -> Iterator[TokenScore]:
    return (piece.tokens for piece in load_shards(corpus, split))


if __name__ == "__main__":
    main()
