"""Figuration is counted as its prices apply: rhythms that change, notes that repeat, chords of bows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.corpora.shards import ShardPiece, ShardSource
from scoregen.model.own_styles.figuration import figuration
from scoregen.model.own_styles.prices import figuration_prices
from scoregen.notation.files import read_score
from scoregen.styles.style import load_style
from scoregen.tokens.encode import encode_measures, pitched_slots
from scoregen.tokens.voice_descriptions import VoiceDescription

HAND = VoiceDescription("keyboard", 0, 0, 1, 0, 40, 90, False)
BOW, SINGER = replace(HAND, family="strings"), replace(HAND, family="voice", sung=True)


def piece(notes: str, described: VoiceDescription, folder: Path) -> ShardPiece:
    path = folder / "tune.abc"
    path.write_text(f"X:1\nT:Tune\nM:2/4\nL:1/4\nK:C\n{notes}\n")
    score = read_score(path)
    tokens, _ = encode_measures(score, pitched_slots(score))
    return ShardPiece("tune", tokens, (described,), {}, ShardSource("tune", "", "train", "a", "a", ""))


@pytest.mark.parametrize(
    ("notes", "described", "expected"),
    [
        ("c d|e f|g a|", HAND, {"rhythm_change": (0, 4), "repeated_note": (0, 5), "double_stop": (0, 0)}),
        ("c d|e2|g a|", HAND, {"rhythm_change": (2, 4), "repeated_note": (0, 4), "double_stop": (0, 0)}),
        ("c c|c d|d z|d2|", HAND, {"rhythm_change": (1, 5), "repeated_note": (3, 4), "double_stop": (0, 0)}),
        ("[ce] d|[eg] f|", BOW, {"rhythm_change": (0, 2), "repeated_note": (0, 3), "double_stop": (2, 4)}),
        ("c c|c c|", SINGER, {"rhythm_change": (0, 0), "repeated_note": (0, 0), "double_stop": (0, 0)}),
    ],
)
def test_cases_and_occasions(
    notes: str, described: VoiceDescription, expected: dict[str, tuple[int, int]], tmp_path: Path
) -> None:
    assert figuration([piece(notes, described, tmp_path)]) == expected


def test_what_the_pieces_do_more_often_than_drafts_has_no_price(tmp_path: Path) -> None:
    song = load_style("song").voice_leading
    pieces = figuration([piece("c c|c c|" * 20, HAND, tmp_path)])
    drafts = figuration([piece("c d|e2|" * 20, HAND, tmp_path)])
    prices = figuration_prices(song, pieces, drafts)
    assert prices["repeated_note"] == 0 < song.repeated_note
    assert prices["rhythm_change"] > song.rhythm_change
    assert prices["double_stop"] == song.double_stop  # nobody had an occasion
    assert figuration_prices(song, drafts, pieces)["repeated_note"] > song.repeated_note
