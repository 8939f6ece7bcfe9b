"""Plans of any music: a chord that explains little of what sounds is a gap, and shards keep plans and gaps."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from scoregen.corpora.shards import FileRecord, Shard, ShardPiece, shard_path, write_shard
from scoregen.corpora.variants import faster, halved, paired
from scoregen.model.features.inputs import piece_arrays
from scoregen.model.features.metric_features import HARMONY_FEATURES
from scoregen.model.features.outline import PieceOutline
from scoregen.notation.files import read_score
from scoregen.plan.harmonic_plan import chords_of, plan_steps, with_harmony
from scoregen.plan.supported_plans import LEAST_SUPPORT, plan_shard, support, with_piece_plan, with_supported_harmony
from scoregen.score.elements import Slot
from scoregen.score.keys import Key
from scoregen.system.resources import folder
from scoregen.tokens.encode import encode
from scoregen.tokens.events import Harmony, TokenScore
from scoregen.tokens.text import from_json, to_json
from scoregen.tokens.voice_descriptions import VoiceDescription
from tests.corpora.music import SOURCE, measure, score, voice

C = Harmony(Fraction(0), Key(0, "major"), 0, "major")
UPPER, MIDDLE, LOWER = Slot("P1"), Slot("P2"), Slot("P3")


def three(number: str, upper: str, middle: str, lower: str) -> object:
    return measure(number, voice(UPPER, upper), voice(MIDDLE, middle), voice(LOWER, lower))


def cluster_between_triads() -> TokenScore:
    """C major, two measures of chromatic clusters, and a full cadence in C major."""
    rows = (
        *(("E4 E4", "G3 G3", "C3 C3"), ("F4 F4", "A3 A3", "F3 F3")),
        *(("C#4 F#4", "D4 G4", "Eb4 Ab4"), ("F#4 B4", "G4 C5", "Ab4 C#5")),
        *(("D4 D4", "B3 B3", "G2 G2"), ("C4 C4", "G3 E3", "C3 C3")),
    )
    return encode(score(*(three(str(number), *row) for number, row in enumerate(rows, 1))))  # type: ignore[arg-type]


def chords(tokens: TokenScore) -> list[Harmony | None]:
    headers = [each.header for each in tokens.measures]
    return chords_of(headers, plan_steps(headers))


def test_the_share_of_a_chord_counts_lengths_and_doublings() -> None:
    one, two = Fraction(1), Fraction(2)
    assert support(C, [{0: two, 4: one}, {1: one, 2: one}]) == 0.8
    assert support(C, [{0: one}, {2: one}]) == 0.5
    assert support(C, [{}]) == 1.0


def test_chords_that_explain_what_sounds_stay_and_others_are_gaps() -> None:
    planned = with_supported_harmony(cluster_between_triads())
    every, kept = chords(with_harmony(planned)), chords(planned)
    assert all(chord is None or chord == other for chord, other in zip(kept, every, strict=True))
    assert None not in kept[:8] and None not in kept[-8:]
    assert kept[8:16].count(None) >= 4
    assert [(kept[-step].root, kept[-step].quality) for step in (8, 1)] == [(1, "major"), (0, "major")]  # type: ignore[union-attr]


def test_a_chorale_keeps_nearly_all_of_its_plan() -> None:
    planned = with_supported_harmony(encode(read_score(folder("corpora") / "samples" / "nun-danket.musicxml")))
    found = chords(planned)
    assert found.count(None) < 0.1 * len(found)
    assert 0.5 < LEAST_SUPPORT < 0.8


def test_a_refused_measure_has_no_plan_and_the_next_one_has() -> None:
    tokens = cluster_between_triads()
    piece = ShardPiece("one", tokens, (), {1: "a septuplet"}, SOURCE)
    found = chords(with_piece_plan(piece).tokens)
    assert found[4:8] == [None] * 4 and None not in found[:4]
    assert None in chords(with_piece_plan(replace(piece, reasons={5: "a septuplet"})).tokens)[-4:]


def test_the_network_reads_a_gap_as_an_unknown_harmony() -> None:
    planned = with_supported_harmony(cluster_between_triads(), {1})
    metric = piece_arrays(planned).metric[:, HARMONY_FEATURES]
    assert metric[0, 0] == 1 and not metric[2:4].any() and metric[-1, 0] == 1
    outline = PieceOutline.of([each.header for each in planned.measures])
    whole = PieceOutline.of([each.header for each in with_supported_harmony(cluster_between_triads()).measures])
    first = (0, Fraction(0))
    assert np.any(np.array(outline.metric(*first)) != np.array(whole.metric(*first)))  # no next chord is known


def test_plans_with_gaps_come_back_from_text_and_go_into_other_metres() -> None:
    planned = with_supported_harmony(cluster_between_triads(), {1})
    assert from_json(to_json(planned)) == planned
    names = [chord and (chord.root, chord.quality) for chord in chords(planned)]
    assert None in names
    for other in (faster(planned, Fraction(2)), halved(faster(planned, Fraction(2))), paired(planned)):
        found = [chord and (chord.root, chord.quality) for chord in chords(other)]
        assert found.count(None) * len(names) == names.count(None) * len(found)


def test_pickups_and_changes_of_metre_have_their_plans(tmp_path: Path) -> None:
    (tmp_path / "tune.abc").write_text("X:1\nM:3/4\nL:1/4\nK:C\n[CEG]|[CEG][CEG][CEG]|[M:2/4][DGB][DGB]|[CEG]2|]\n")
    tokens = encode(read_score(tmp_path / "tune.abc"))
    planned = with_supported_harmony(tokens)
    assert [each.header.duration for each in planned.measures] == [1, 3, 2, 2]
    assert [[(str(c.onset), c.root) for c in each.header.harmony] for each in planned.measures] == [
        [("0", 0)],
        [],
        [("0", 1)],
        [("0", 0)],
    ]
    assert not any(each.header.unplanned for each in planned.measures)


def test_shards_are_planned_once(tmp_path: Path) -> None:
    tokens = cluster_between_triads()
    each = VoiceDescription("strings", 0, 0, 1, 0, 55, 90, False)
    piece = ShardPiece("one", tokens, (each,) * len(tokens.slots), {}, SOURCE)
    path = write_shard(shard_path(tmp_path, 0), [FileRecord(SOURCE, (piece,))])
    assert plan_shard(path) == 1
    assert Shard(path).piece(0) == with_piece_plan(piece) != piece
    written = path.stat().st_mtime_ns
    assert plan_shard(path) == 1 and path.stat().st_mtime_ns == written
