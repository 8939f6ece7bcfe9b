"""What the shipped weights make of held-out melodies, beside what Bach made of them.

Harmonises the sopranos of the validation chorales and prints, for the model and for Bach:
parallel fifths and octaves per 100 changes of sonority, the share of sonorities with crossed
voices, the share of leaps (over a fifth) among melodic moves of the lower voices, how often the
piece ends on the bass note that Bach ends on, and changes of sonority a measure.

    python tests/benchmarks/bench_harmonising.py [--pieces N] [--seed S] [--json]
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scoregen.analysis.voice_leading import crossings, parallels, verticalities
from scoregen.composition import SamplingOptions, compose
from scoregen.corpora.manifest import load_corpus
from scoregen.notation.files import read_score
from scoregen.score.elements import Score, Slot
from scoregen.score.ensemble import load_ensemble, match_roles, role_slots


def held_out(count: int) -> Iterator[tuple[Score, tuple[Slot, ...]]]:
    """Validation chorales in exactly four parts, with the voice of each role."""
    satb = load_ensemble("satb")
    chosen = 0
    for piece in load_corpus("bach-chorales").split("valid"):
        score = read_score(piece.path)
        matched = match_roles(score, satb)
        if len(score.parts) == len(matched) == 4 and chosen < count:
            chosen += 1
            yield score, role_slots(score, [matched[role.name] for role in satb.roles])


def melody_of(score: Score, slot: Slot) -> Score:
    measures = tuple(
        replace(measure, voices=tuple(voice for voice in measure.voices if voice.slot == slot))
        for measure in score.measures
    )
    return replace(score, parts=(score.part(slot.part),), measures=measures, document=None)


def figures(score: Score, slots: Sequence[Slot]) -> dict[str, float]:
    """Counts of one piece."""
    moments = verticalities(score, slots)
    faults = parallels(score, slots)
    moves = [
        abs(after - before)
        for lower, higher in itertools.pairwise(moments)
        for before, after in zip(lower.pitches[1:], higher.pitches[1:], strict=True)
        if before is not None and after is not None and before != after
    ]
    return {
        "changes": len(moments),
        "fifths": sum(fault.semitones == 7 for fault in faults),
        "octaves": sum(fault.semitones == 0 for fault in faults),
        "crossings": crossings(score, slots),
        "moves": len(moves),
        "leaps": sum(move > 7 for move in moves),
        "measures": len(score.measures),
    }


def final_bass(score: Score, slots: Sequence[Slot]) -> int | None:
    sounding = [moment.pitches[-1] for moment in verticalities(score, slots) if moment.pitches[-1] is not None]
    return sounding[-1] % 12 if sounding else None


def rates(counts: Sequence[dict[str, float]]) -> dict[str, float]:
    total = {key: sum(count[key] for count in counts) for key in counts[0]}
    return {
        "fifths_per_100": round(100 * total["fifths"] / total["changes"], 3),
        "octaves_per_100": round(100 * total["octaves"] / total["changes"], 3),
        "clean_pieces_percent": round(100 * sum(not c["fifths"] + c["octaves"] for c in counts) / len(counts), 1),
        "crossed_percent": round(100 * total["crossings"] / total["changes"], 2),
        "leaps_percent": round(100 * total["leaps"] / total["moves"], 2),
        "changes_per_measure": round(total["changes"] / total["measures"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, default=76)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    model, bach, same_end, seconds = [], [], 0, 0.0
    for score, slots in held_out(options.pieces):
        done = compose(
            melody_of(score, slots[0]), sampling=SamplingOptions(options.seed), checkpoint=options.checkpoint
        )
        satb = load_ensemble("satb")
        found = role_slots(done.score, list(match_roles(done.score, satb).values()))
        model.append(figures(done.score, found))
        bach.append(figures(score, slots))
        same_end += final_bass(done.score, found) == final_bass(score, slots)
        seconds += done.sampling_seconds
    report = {
        "pieces": len(model),
        "model": {**rates(model), "ends_on_bachs_bass_percent": round(100 * same_end / len(model), 1)},
        "bach": rates(bach),
        "sampling_seconds_a_piece": round(seconds / len(model), 3),
    }
    print(json.dumps(report, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
