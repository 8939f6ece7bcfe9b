"""Counts chords, keys, cadences and phrases of analysed scores: the weights of the grammars in `grammars/forms`.

    python tools/count_forms.py SCORES... -o counts.json [--seconds 600]
    python tools/count_forms.py --weights counts.json... -o grammars/forms/harmony.toml

Scores are analysed by `tasks.analyze`. Counted are the successions of numerals within a key, by its mode; the keys that
a piece visits, in fifths from its main key; how phrases close, by their place; and their lengths in measures.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from scoregen.analysis.harmony.roman_numerals import WITHOUT_THIRD, span_numeral
from scoregen.notation.files import read_score
from scoregen.score.theory.chord_text import parse_chord_text
from scoregen.score.timeline import measure_onsets
from scoregen.system.errors import ScoregenError
from scoregen.tasks.analyze import Analysis, analyze

LEAST_SHARE = 0.004
"""The least share of a numeral in its mode, and of a succession after its first chord."""
RAREST = 0.01
"""The least share of a key, a cadence or a length that is kept."""
LONGEST = 400
"""The most measures of a score that is analysed."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scores", nargs="*", type=Path)
    parser.add_argument("--weights", nargs="+", type=Path)
    parser.add_argument("-o", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args()
    if options.weights:
        options.o.write_text(weights(options.weights), encoding="utf-8")
    else:
        options.o.write_text(json.dumps(counted(options.scores, options.seconds), indent=1), encoding="utf-8")


def counted(scores: list[Path], seconds: float) -> dict[str, Any]:
    """The counts of as many scores as the time allows."""
    started, files = time.process_time(), 0
    chords: dict[str, Counter[str]] = defaultdict(Counter)
    keys: dict[str, Counter[str]] = defaultdict(Counter)
    closes: dict[str, Counter[str]] = defaultdict(Counter)
    lengths: Counter[str] = Counter()
    for path in scores:
        if time.process_time() - started > seconds:
            break
        try:
            score = read_score(path)
            if len(score.measures) > LONGEST:
                continue
            found = analyze(score)
        except (ScoregenError, ValueError, RecursionError) as error:
            print(f"{path.name}: {error}")
            continue
        files += 1
        count_chords(found, chords)
        count_keys(found, keys)
        count_phrases(found, closes, lengths)
    rows = {"chords": chords, "keys": keys, "closes": closes}
    return {"files": files, "lengths": lengths, **{name: dict(table) for name, table in rows.items()}}


def count_chords(found: Analysis, chords: dict[str, Counter[str]]) -> None:
    """The successions of numerals within a key; `>` before the first of a phrase."""
    for before, span in itertools.pairwise([None, *found.chords]):
        if span is None or span.key.mode not in ("major", "minor"):
            continue
        name = _name(span)
        if name is None:
            continue
        if before is None or span.begins_phrase:
            chords[span.key.mode][f"> {name}"] += 1
        elif before.key == span.key and (first := _name(before)) is not None and first != name:
            chords[span.key.mode][f"{first} {name}"] += 1


def _name(span: Any) -> str | None:
    """The numeral, if the vocabulary of plans has it."""
    text = span_numeral(span)
    try:
        return text if parse_chord_text(text, span.key) is not None else None
    except ValueError:
        return None


def count_keys(found: Analysis, keys: dict[str, Counter[str]]) -> None:
    """The quarters in each key, by its distance in fifths from the main key and its mode."""
    home = found.key
    if home is None or home.mode not in ("major", "minor"):
        return
    for region in found.keys:
        away = region.key.tonic_fifths - home.tonic_fifths
        keys[home.mode][f"{away:+d} {region.key.mode}"] += round(float(region.end - region.onset))


def count_phrases(found: Analysis, closes: dict[str, Counter[str]], lengths: Counter[str]) -> None:
    """How phrases close, by their place (odd, even, last), and their lengths in measures."""
    if found.score is None or not found.sections:
        return
    onsets = measure_onsets(found.score)
    kinds = {cadence.onset: cadence.kind for cadence in found.cadences}
    ends = [section.phrase.closing for section in found.sections]
    for number, (start, end) in enumerate(zip([None, *ends], ends, strict=False)):
        place = "last" if number + 1 == len(ends) else ("even" if number % 2 else "odd")
        kind = next(
            (kinds[onset] for onset in sorted(kinds) if (start is None or onset > start) and onset <= end), None
        )
        closes[place][kind or "open"] += 1
        inside = sum((start is None or onset > start) and onset <= end for onset in onsets)
        lengths[str(max(inside, 1))] += 1


def weights(files: list[Path]) -> str:
    """The grammar of chords as TOML: what follows what, as shares."""
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    sources = ", ".join(f"{row['files']} of {path.stem}" for row, path in zip(rows, files, strict=True))
    lines = [
        "# Shares of successions of chords, counted by tools/count_forms.py in the analyses of",
        f"# {sources}.",
        "",
    ]
    for mode in ("major", "minor"):
        total: Counter[str] = sum((Counter(row["chords"].get(mode, {})) for row in rows), Counter())
        lines += [f"[{mode}]", *_successions(total), ""]
    lines += ["[keys.major]", *_shares(_added(rows, "keys", "major")), "", "[keys.minor]"]
    lines += [*_shares(_added(rows, "keys", "minor")), ""]
    for place in ("odd", "even", "last"):
        lines += [f"[closes.{place}]", *_shares(_added(rows, "closes", place)), ""]
    return "\n".join([*lines, "[phrases]", *_shares(sum((Counter(row["lengths"]) for row in rows), Counter()))]) + "\n"


def _added(rows: list[dict[str, Any]], table: str, name: str) -> Counter[str]:
    return sum((Counter(row[table].get(name, {})) for row in rows), Counter())


def _successions(total: Counter[str]) -> list[str]:
    after: dict[str, Counter[str]] = defaultdict(Counter)
    for pair, count in total.items():
        first, second = pair.split()
        if WITHOUT_THIRD in pair:
            continue
        after[first][second] += count
    common = {name for name, own in after.items() if name == ">" or own.total() >= LEAST_SHARE * total.total()}
    lines = []
    for name in sorted(common, key=lambda each: -after[each].total()):
        own = {each: count for each, count in after[name].items() if each in common}
        kept = {each: count for each, count in own.items() if count >= LEAST_SHARE * sum(own.values())}
        ordered = sorted(kept.items(), key=lambda row: -row[1])
        shares = ", ".join(f'"{each}" = {count / sum(kept.values()):.3f}' for each, count in ordered)
        lines.append(f'"{name}" = {{ {shares} }}')
    return lines


def _shares(counts: Counter[str]) -> list[str]:
    kept = [(name, count) for name, count in counts.most_common() if count >= RAREST * counts.total()]
    return [f'"{name}" = {count / sum(count for _, count in kept):.3f}' for name, count in kept]


if __name__ == "__main__":
    main()
