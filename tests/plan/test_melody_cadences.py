"""Under a given melody every phrase closes on a chord that fits it, and the last one on the tonic."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.plan.cadence_setting import PlacedChord, Setting
from scoregen.plan.chords.given_line import GivenMusic
from scoregen.plan.melody_cadences import MelodyCadence, melody_cadences, opening_tonic
from scoregen.plan.phrase_ends import phrase_ends
from scoregen.plan.pulse import pulse_of
from scoregen.score.elements import Score, Slot
from scoregen.score.keys import Key
from scoregen.score.timeline import measure_onsets, pitched_notes
from scoregen.styles.style import load_style
from scoregen.tasks.compose import compose
from tests.plan.tunes import PLAIN, SLOT, tune

BASS = Slot("P4")
A7 = (3, 7, 4, 1)
MINOR = "A4:1 C5:1 B4:1 A4:1 | E5:1 D5:1 C5:2^ | B4:1 C5:1 D5:1 B4:1 | C5:1 B4:1 A4:2^ |"
HELD = "C4:1 | F4:1 A4:1 F4:1 | G4:2 E4:1 | F4:2 D4:1 | E4:2 C4:1 | F4:1 A4:1 F4:1 | A4:1 F4:1 G4:1 | F4:3~ | F4:2 |"


def setting_of(score: Score, key: str, bass: Slot = BASS) -> Setting:
    music = GivenMusic.of(score, [SLOT])
    keys = (Key.parse(key),) * len(score.measures)
    return Setting(music, bass, pulse_of(score, music.line), keys, load_style())


def cadences(score: Score, key: str, seed: int = 0, bass: Slot = BASS) -> tuple[MelodyCadence, ...]:
    setting = setting_of(score, key, bass)
    return melody_cadences(setting, phrase_ends(score, setting.music), random.Random(seed))


def opening(score: Score, key: str) -> PlacedChord | None:
    starts = zip(measure_onsets(score), score.measures, strict=True)
    return opening_tonic(setting_of(score, key), [start for start, each in starts if not each.is_short])


def test_every_phrase_end_has_a_chord_with_the_note_of_the_melody() -> None:
    for seed in range(50):
        plan = cadences(tune(PLAIN), "C major", seed)
        assert [cadence.goal.onset for cadence in plan] == [6, 14, 22, 30]
        for cadence, note in zip(plan, (2, 0, 1, 0), strict=True):
            assert note in cadence.goal.members
        assert plan[-1].goal.members == (0, 4, 1)
        assert plan[-1].before is not None
        assert (plan[-1].before.onset, plan[-1].before.members) == (29, (1, 5, 2, -1))


def test_seeds_draw_different_plans_by_the_weights_of_the_style() -> None:
    first = Counter(cadences(tune(PLAIN), "C major", seed)[1].goal.members for seed in range(300))
    assert set(first) == {(0, 4, 1), (3, 0, 4), (-1, 3, 0)}
    assert first[0, 4, 1] > 200


def test_minor_ends_with_a_leading_note_and_often_a_picardy_third() -> None:
    lasts = [cadences(tune(MINOR, key="a minor"), "a minor", seed)[-1] for seed in range(200)]
    assert Counter(last.goal.members for last in lasts)[3, 7, 4] > 150
    assert {last.goal.members for last in lasts} == {(3, 7, 4), (3, 0, 4)}
    assert {last.before.members for last in lasts if last.before} == {(4, 8, 5, 2)}


def test_modes_without_a_leading_note_keep_their_seventh() -> None:
    text = "G4:1 B4:1 D5:1 B4:1 | C5:1 A4:1 G4:2^ | G4:1 A4:1 B4:1 C5:1 | A4:1 F4:1 G4:2^ |"
    plans = [cadences(tune(text, key="G mixolydian"), "G mixolydian", seed)[-1] for seed in range(50)]
    assert {plan.goal.members for plan in plans} == {(1, 5, 2)}
    assert {plan.before.members for plan in plans if plan.before} == {(-1, 3, 0)}


def test_a_repeated_tonic_follows_the_dominant_of_the_note_before() -> None:
    text = "C4:1 D4:1 E4:1 F4:1 | G4:1 F4:1 E4:2^ | F4:1 E4:1 D4:1 E4:1 | C4:1 B3:1 C4:1 C4:1^ |"
    lasts = [cadences(tune(text), "C major", seed)[-1] for seed in range(50)]
    places = Counter((last.before.onset, last.early, last.goal.onset) for last in lasts if last.before)
    assert places == {(13, 14, 15): 50}


def test_a_melody_that_ends_on_its_minor_chord_gets_the_dominant_before_it_and_no_major_third() -> None:
    text = "A4:1 B4:1 C5:1 A4:1 | B4:1 C5:1 B4:2^ | C5:1 D5:1 E5:1 D5:1 | C5:1 A4:1 A4:2^ |"
    lasts = [cadences(tune(text, key="a minor"), "a minor", seed)[-1] for seed in range(30)]
    assert {last.goal.members for last in lasts} == {(3, 0, 4)}
    assert {(last.before.members, last.early) for last in lasts if last.before} == {((4, 8, 5, 2), 12)}


def test_a_minor_melody_with_a_natural_seventh_ends_as_in_aeolian() -> None:
    text = "E4:1 G4:1 A4:1 B4:1 | A4:1 G4:1 E4:2^ | G4:1 A4:1 B4:1 G4:1 | E4:1 D4:1 E4:2^ |"
    lasts = [cadences(tune(text, key="e minor"), "e minor", seed)[-1] for seed in range(100)]
    assert {last.before.members for last in lasts if last.before} <= {(2, 6, 3), (5, 2, 6)}
    assert all(last.before for last in lasts)
    share = load_style().melody_cadences.picardy["aeolian"]
    assert abs(sum(last.goal.members == (4, 8, 5) for last in lasts) / 100 - share) < 0.15


def test_a_leading_note_in_the_tune_excludes_the_relative_major() -> None:
    text = "A4:1 B4:1 C5:1 A4:1 | B4:1 {}:1 E4:2^ | A4:1 B4:1 C5:1 D5:1 | C5:1 B4:1 A4:2^ |"
    firsts = {
        name: {
            cadences(tune(text.format(name), key="a minor"), "a minor", seed)[0].goal.members[0] for seed in range(60)
        }
        for name in ("G#4", "A4")
    }
    assert firsts["G#4"] == {3, 4} and firsts["A4"] == {0, 3, 4}


def test_no_dominant_moves_in_octaves_or_fifths_with_the_tune() -> None:
    for last in ("D5:1 G4:2^", "A4:1 D5:2^"):
        text = f"C5:1 E5:1 C5:1 E5:1 | F5:1 {last} | E5:1 F5:1 D5:1 E5:1 | C5:1 B4:1 C5:2^ |"
        plans = [cadences(tune(text), "C major", seed)[0] for seed in range(60)]
        assert any(plan.goal.members[0] == 1 for plan in plans)
        assert not any(plan.before for plan in plans if plan.goal.members[0] == 1)


def test_a_given_bass_has_the_roots() -> None:
    text = "C3:1 F3:1 E3:1 C3:1 | D3:1 G2:1 C3:2^ | A2:1 F2:1 D3:1 E3:1 | F3:1 G3:1 C3:2^ |"
    plan = cadences(tune(text, name="Bass"), "C major", bass=SLOT)
    assert plan[-1].goal.members == (0, 4, 1) and plan[-1].before is not None
    assert plan[-1].before.members[0] == 1


def test_a_note_that_no_chord_of_the_style_contains_has_no_plan() -> None:
    text = "C4:1 D4:1 E4:1 F4:1 | G4:1 G4:1 C#5:2^ | E4:1 F4:1 D4:1 E4:1 | F4:1 D4:1 C#4:2^ |"
    assert cadences(tune(text), "C major") == ()


def sounding(score: Score, time: Fraction) -> list[int]:
    """The pitch classes at a time, by part."""
    return [note.pitch.pitch_class for note in pitched_notes(score) if note.onset <= time < note.end]


@pytest.mark.parametrize(
    ("text", "time", "key", "final"),
    [
        (PLAIN, "4/4", "C major", Fraction(30)),
        (MINOR, "4/4", "a minor", Fraction(14)),
        (HELD, "3/4", "F major", Fraction(19)),
    ],
)
@pytest.mark.parametrize("rhythm", ["follow", "flowing", "plain"])
def test_a_melody_ends_on_its_tonic_whatever_the_network(
    untrained: Path, text: str, time: str, key: str, final: Fraction, rhythm: str
) -> None:
    sampling = SamplingOptions(candidates=2, passes=1, rhythm=rhythm)  # type: ignore[arg-type]
    given = tune(text, time, key)
    score = compose(given, checkpoint=untrained, sampling=sampling).score
    tonic = Key.parse(key).triad[0]
    chord = sounding(score, final)
    assert chord[-1] == tonic and {(tonic + 3) % 12, (tonic + 4) % 12} & set(chord)
    assert set(chord) <= {tonic, (tonic + 3) % 12, (tonic + 4) % 12, (tonic + 7) % 12}
    assert sounding(score, given.duration - Fraction(1, 16)) == chord
    before = [note for note in pitched_notes(score) if note.onset < final <= note.end]
    bass = [note for note in before if note.slot.part == score.parts[-1].id][-1]
    assert bass.pitch.pitch_class == (tonic + 7) % 12
    leading = [note for note in before if note.pitch.fifths == Key.parse(key).tonic_fifths + 5]
    assert len(leading) == 1
    resolved = [note for note in pitched_notes(score) if note.onset == final and note.slot == leading[0].slot]
    moved = resolved[0].pitch.midi_pitch - leading[0].pitch.midi_pitch
    is_inner = leading[0].slot.part in {part.id for part in score.parts[1:-1]}
    assert moved == 1 or (moved == -4 and is_inner)


def test_alternatives_of_a_melody_differ_in_their_plans() -> None:
    from scoregen.plan.drafts import GivenTask, Manner, plans_for_given

    score = tune(PLAIN)
    task = GivenTask(score, [SLOT, BASS], [Key.of(measure.key) for measure in score.measures])
    plans = plans_for_given(task, Manner(load_style()), 0, 3, 8).plans
    assert [len(group) for group in plans] == [8, 8, 8]
    chords = {
        tuple(sorted((index, *plan[index].chords.items()) for index in plan)) for group in plans for plan in group
    }
    assert len(chords) > 3


def test_new_voices_rest_with_the_tune_and_an_extension_ends_on_the_tonic(untrained: Path) -> None:
    text = "R:4 | R:2 C5:1 D5:1 | E5:1 D5:1 C5:2 | R:4 | R:3 G4:1 | A4:1 B4:1 C5:2 | R:4 |"
    sampling = SamplingOptions(candidates=2, passes=1)
    score = compose(tune(text), checkpoint=untrained, sampling=sampling).score
    tune_sounds = [(note.onset, note.end) for note in pitched_notes(score) if note.slot.part == "P1"]
    for note in pitched_notes(score):
        assert any(low <= note.onset < high for low, high in tune_sounds)
    longer = compose(tune(PLAIN), extend=2, checkpoint=untrained, sampling=sampling).score
    for measure in longer.measures[8:]:
        assert all(any(element.notes for element in voice.elements) for voice in measure.voices)
    chord = sounding(longer, Fraction(38))
    assert chord[-1] == 0 and set(chord) <= {0, 4, 7} and 4 in chord


@pytest.mark.parametrize(
    ("text", "key", "before", "root"),
    [
        ("A4:1 D5:2 B4:1 | A4:1 B4:1 C5:2^ | D5:1 C5:1 A4:1 D5:1 | C5:1 B4:1 C5:2^ |", "F major", (1, 5, 2, -1), 0),
        ("E4:1 A4:1 B4:1 C5:1 | B4:1 A4:1 E4:2^ | G4:1 A4:1 G4:1 E4:1 | F4:1 E4:1 D4:2^ |", "a minor", A7, 2),
    ],
)  # fmt: skip
def test_a_tune_that_allows_no_dominant_of_its_tonic_ends_on_a_triad_that_follows_one(
    text: str, key: str, before: tuple[int, ...], root: int
) -> None:
    lasts = [cadences(tune(text, key=key), key, seed)[-1] for seed in range(20)]
    assert {last.before.members for last in lasts if last.before} == {before}
    assert {last.goal.members[0] for last in lasts} == {root}


def test_a_phrygian_tune_ends_on_its_own_final() -> None:
    text = "A4:1 G4:1 D5:1 C5:1 | C5:1 Bb4:1 A4:2^ | D5:1 C5:1 Bb4:1 D5:1 | C5:1 Bb4:1 A4:2^ |"
    lasts = [cadences(tune(text, key="A phrygian"), "A phrygian", seed)[-1] for seed in range(20)]
    assert {last.goal.members[0] for last in lasts} == {3}
    assert {last.before.members for last in lasts if last.before} <= {(1, -2, 2), (2, -1, 3)}


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("C5:1 | B4:1 D5:1 C5:1 B4:1 | G4:3 |", "G mixolydian", (1, (1, 5, 2))),
        ("A4:1 F4:1 E4:1 D4:1 | D4:4 |", "D dorian", (0, (2, -1, 3))),
        ("R:1 A4:1 F4:1 E4:1 | D4:4 |", "D dorian", (4, (2, -1, 3))),
    ],
)
def test_a_modal_tune_begins_with_its_tonic(text: str, key: str, expected: tuple[int, tuple[int, ...]]) -> None:
    found = opening(tune(text, key=key), key)
    assert found == PlacedChord(Fraction(expected[0]), expected[1])


@pytest.mark.parametrize(("text", "key"), [("B4:1 D5:1 C5:1 B4:1 | E4:4 |", "D dorian"), (PLAIN, "C major")])
def test_a_tune_that_excludes_its_tonic_or_is_not_modal_begins_freely(text: str, key: str) -> None:
    assert opening(tune(text, key=key), key) is None


def test_a_dorian_tune_ends_with_its_leading_note_raised() -> None:
    text = "D4:1 F4:1 A4:1 B4:1 | A4:1 G4:1 A4:2^ | A4:1 C5:1 B4:1 A4:1 | F4:1 E4:1 D4:2^ |"
    lasts = [cadences(tune(text, key="D dorian"), "D dorian", seed)[-1] for seed in range(20)]
    assert {last.before.members for last in lasts if last.before} == {(3, 7, 4)}


def test_a_dorian_tune_has_dominants_before_the_ends_of_its_other_phrases() -> None:
    text = "F4:1 E4:1 D4:2^ | A4:1 G4:1 F4:2^ | F4:1 E4:1 D4:2^ |"
    found = [cadences(tune(text, key="D dorian"), "D dorian", seed)[:2] for seed in range(40)]
    home = [row[0].before.members[:3] for row in found if row[0].before and row[0].goal.members[0] == 2]
    away = [row[1].before.members[:3] for row in found if row[1].before and row[1].goal.members[0] == -1]
    assert home.count((3, 7, 4)) > 0.7 * len(home) > 20
    assert set(away) == {(0, 4, 1)}
