"""Encoding the pieces of a corpus, one voice for each role of an ensemble."""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.corpora.manifest import load_corpus
from scoregen.corpora.prepare import prepare
from scoregen.score.ensemble import load_ensemble


def tune(*names: str) -> str:
    voices = "".join(f'V:{number} name="{name}"\nCEGc|GEC2|\n' for number, name in enumerate(names, 1))
    return f"X:1\nM:4/4\nL:1/4\nK:C\n{voices}"


@pytest.mark.parametrize(
    ("further", "reason"), [("Quintus", "found a further sung part, Quintus"), ("Cello", None), (None, None)]
)
def test_a_piece_is_taught_with_all_its_voices_or_not_at_all(
    further: str | None, reason: str | None, tmp_path: Path
) -> None:
    names = ("Soprano", "Alto", "Tenor", "Bass", *((further,) if further else ()))
    (tmp_path / "piece.abc").write_text(tune(*names))
    found = prepare(load_corpus(str(tmp_path)), "train", load_ensemble("satb"))
    assert len(found.pieces) == (reason is None)
    assert [reason in line for line in found.refused] == ([] if reason is None else [True])
