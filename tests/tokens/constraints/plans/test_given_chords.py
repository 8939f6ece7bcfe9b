"""New voices follow the chord symbols of the given music, whatever the network prefers."""

import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.plan.chords.chord_symbols import GivenChord, chord_timeline
from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.elements import Score
from scoregen.score.theory.symbol_tones import SYMBOL_MEMBERS
from scoregen.score.timeline import SoundingNote, measure_onsets, pitch_of, pitched_notes
from scoregen.system.errors import InputError
from scoregen.system.resources import folder
from scoregen.tasks.compose import SamplingOptions, compose


def sample(name: str) -> Score:
    return read_score(folder("corpora") / name)


def with_symbols(score: Score, rows: dict[tuple[int, Fraction], tuple[str, int, str]]) -> Score:
    """The score with one chord symbol at each measure index and onset: step, alteration, kind."""
    part = score.parts[0].id
    measures = []
    for index, measure in enumerate(score.measures):
        own = [
            ChordSymbol(onset, part, SpelledPitchClass(step, alter), kind)
            for (place, onset), (step, alter, kind) in sorted(rows.items())
            if place == index
        ]
        measures.append(replace(measure, chord_symbols=tuple(own)))
    return replace(score, measures=tuple(measures))


def chords(score: Score) -> list[tuple[Fraction, Fraction, GivenChord]]:
    """The given chords with their start and end, in quarters from the start of the score."""
    starts, end = measure_onsets(score), score.duration
    points = [
        (starts[index] + onset, chord)
        for index, entries in chord_timeline(score).items()
        for onset, chord in sorted(entries.items())
    ]
    ends = [*(start for start, _ in points[1:]), end]
    return [(start, stop, chord) for (start, chord), stop in zip(points, ends, strict=True)]


def is_member(note: SoundingNote, tones: tuple[int, ...]) -> bool:
    return pitch_of(note).pitch_class in {7 * tone % 12 for tone in tones}


def assert_followed(score: Score) -> int:
    """Every note of a new voice belongs to every chord during which it sounds; returns the number of notes."""
    notes = pitched_notes(score)
    new = [note for note in notes if note.slot.part != score.parts[0].id]
    count = 0
    for start, stop, chord in chords(score):
        if chord.tones is None:
            continue
        inside = [note for note in new if note.onset < stop and note.end > start]
        assert all(is_member(note, chord.tones.members) for note in inside), (start, chord)
        count += len(inside)
        now = [note for note in notes if note.onset <= start < note.end]
        is_full = len({note.slot for note in now if note in new}) == 3
        if is_full and chord.begins and start.denominator == 1 and len(chord.tones.essential) <= 2:
            lowest = [note for note in now if note.slot.part == score.parts[-1].id]
            assert is_member(lowest[0], (chord.tones.bass,))
            assert all(any(is_member(note, (tone,)) for note in now) for tone in chord.tones.essential)
    return count


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "tune", ["samples/hymn-to-joy", "tunes/stille-nacht", "tunes/korobeiniki", "tunes/new-britain"]
)
def test_new_voices_sound_only_the_chords(untrained: Path, tune: str, seed: int) -> None:
    """Chords of every kind that are drawn at random, on beats and between them."""
    chooser, given = random.Random(f"{tune} {seed}"), sample(f"{tune}.musicxml")
    kinds = [kind for kind in SYMBOL_MEMBERS if kind not in ("Italian", "German", "French")]
    rows = {
        (index, onset): (chooser.choice("CDEFGAB"), chooser.choice((0, 0, 0, -1)), chooser.choice(kinds))
        for index, measure in enumerate(given.measures[:6])
        for onset in {Fraction(0), Fraction(chooser.randrange(int(2 * measure.duration)), 2)}
    }
    score = compose(with_symbols(given, rows), checkpoint=untrained, sampling=SamplingOptions(seed, candidates=2)).score
    assert assert_followed(score) > 20


def test_the_understanding_says_whether_symbols_steer(untrained: Path) -> None:
    options = SamplingOptions(candidates=1, passes=0)
    given = with_symbols(sample("samples/hymn-to-joy.musicxml"), {(0, Fraction(0)): ("F", 0, "major")})
    follow = compose(given, checkpoint=untrained, sampling=options)
    assert str(follow.understanding).endswith("chord symbols followed")
    for other in ({"chord_symbols": "ignore"}, {"chords": "F"}):
        done = compose(given, checkpoint=untrained, sampling=options, **other)
        assert str(done.understanding).endswith("chord symbols ignored")


def test_ignored_symbols_change_nothing(untrained: Path) -> None:
    given, options = sample("samples/hymn-to-joy.musicxml"), SamplingOptions(candidates=2)
    symbols = with_symbols(given, {(0, Fraction(0)): ("D", -1, "major")})
    ignored = compose(symbols, checkpoint=untrained, sampling=options, chord_symbols="ignore").score
    plain = compose(given, checkpoint=untrained, sampling=options).score
    assert pitched_notes(ignored) == pitched_notes(plain)
    with pytest.raises(InputError, match="follow, suggest or ignore"):
        compose(given, checkpoint=untrained, chord_symbols="maybe")


def test_a_symbol_that_is_not_understood_is_named(untrained: Path) -> None:
    given = with_symbols(sample("samples/hymn-to-joy.musicxml"), {(1, Fraction(0)): ("F", 0, "Tristan")})
    done = compose(given, checkpoint=untrained, sampling=SamplingOptions(candidates=1, passes=0))
    number = given.measures[1].number
    assert [
        notice for notice in done.notices if "'Tristan' is not understood" in notice and f"measure {number};" in notice
    ]
