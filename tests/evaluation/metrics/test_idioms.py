"""The figures of idioms on small pieces whose counts are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from scoregen.evaluation.metrics.idioms import ALL, LABELS, Counts, idiom_counts, idiom_rates, score_idiom_counts
from scoregen.evaluation.metrics.lines import lines_of, rhythm
from scoregen.score.elements import Measure, Score, Slot
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import KeySignature
from scoregen.score.metre import TimeSignature
from scoregen.score.pitch import Pitch
from scoregen.tokens.decode import decode
from scoregen.tokens.encode import interleave
from scoregen.tokens.events import ABSENT, HOLD, REST, Event, Header, TokenMeasure, TokenScore, ascending
from scoregen.tokens.voice_descriptions import VoiceDescription

FOUR, COMMON = Fraction(4), TimeSignature((4,), 4)
VIOLIN = VoiceDescription("strings", 0, 0, 1, 0, 55, 105, False)
VIOLA = VoiceDescription("strings", 1, 0, 1, 0, 48, 88, False)
RIGHT = VoiceDescription("keyboard", 0, 0, 2, 0, 21, 108, False)
RIGHT_2 = VoiceDescription("keyboard", 0, 0, 2, 1, 21, 108, False)
LEFT = VoiceDescription("keyboard", 0, 1, 2, 0, 21, 108, False)


def pitch(text: str) -> Pitch:
    return Pitch(text[0], text.count("#") - text.count("b"), int(text[-1]))


def voice(text: str) -> dict[Fraction, Event]:
    """The events of a measure in quarters: `C4+E4` a chord, `-` a hold, `r` a rest, `.` an absent voice."""
    if text == ".":
        return {Fraction(0): ABSENT}
    events = {}
    for beat, word in enumerate(text.split()):
        simple = {"-": HOLD, "r": REST}.get(word)
        events[Fraction(beat)] = simple or Event("attack", ascending(map(pitch, word.split("+"))))
    return {onset: event for onset, event in events.items() if onset == 0 or event != HOLD}


def piece(*measures: Sequence[str], fifths: int = 0) -> TokenScore:
    """A piece in 4/4 from the text of each voice, measure by measure."""
    rows = tuple(
        TokenMeasure(
            Header(str(number), COMMON, KeySignature(fifths), FOUR), interleave([voice(text) for text in measure])
        )
        for number, measure in enumerate(measures, 1)
    )
    return TokenScore(tuple(Slot(f"P{number}") for number in range(len(measures[0]))), rows)


def share(counts: Counts, name: str, group: str = ALL) -> Fraction:
    cases, possible = counts[group][name]
    return Fraction(int(cases), int(possible))


def test_rhythms_are_compared_with_the_measure_before_and_with_other_lines() -> None:
    tokens = piece(("C5 D5 E5 -", "C4 D4 E4 -"), ("G5 A5 B5 -", "G4 - - -"), ("G5 - - -", "r - - -"))
    counts = idiom_counts(tokens, [VIOLIN, VIOLA])
    assert counts[ALL]["rhythm_as_before"] == (1, 3)  # of the second measures and the violin's third
    assert counts[ALL]["rhythm_as_another"] == (2, 5)
    assert counts["strings"]["silent_measures"] == (1, 6)


def test_a_rhythm_tells_attacks_holds_and_rests_apart() -> None:
    tokens = piece(("C5 - - C5", "r C4 r -"), ("- - C5 -", "r - - C4"))
    upper, lower = lines_of(tokens, [VIOLIN, VIOLA]).lines
    beats = [Fraction(0), Fraction(1), Fraction(2), Fraction(3)]
    assert rhythm(upper.by_measure()[0]) == ((beats[0], "attack"), (beats[3], "attack"))
    assert rhythm(upper.by_measure()[1]) == ((beats[0], "hold"), (beats[2], "attack"))
    assert rhythm(lower.by_measure()[0]) == ((beats[0], "rest"), (beats[1], "attack"), (beats[2], "rest"))


def test_steps_are_counted_between_attacks_without_a_rest_between() -> None:
    counts = idiom_counts(piece(("C5 C5 D5 B5",), ("r C5 D6 -",)), [VIOLIN])
    assert counts[ALL]["repeated"] == (1, 4)
    assert counts[ALL]["steps"] == (1, 4)
    assert counts[ALL]["leaps_fifth"] == (2, 4)
    assert counts[ALL]["leaps_octave"] == (1, 4)
    assert counts[ALL]["rests"] == (1, 8)
    assert counts[ALL]["attacks_a_quarter"] == (6, 8)


def test_the_steps_of_a_left_hand_are_those_of_its_bass() -> None:
    tokens = piece(("C5+G5 C5+A5 r r", "C3+G3 C3+A3 r r"))
    counts = [idiom_counts(tokens, [RIGHT, LEFT]), idiom_counts(piece(("C3+G3 C3+A3 r r",)), [LEFT])]
    assert counts[0][ALL]["repeated"] == (1, 2)
    assert counts[1][ALL]["repeated"] == (1, 1)


def test_chords_and_hands_by_staves_join_the_voices_of_a_staff() -> None:
    tokens = piece(("C5 D5 E5 F5", "E4+G4 - - D3", "C3 - - -"))
    by_voice = idiom_counts(tokens, [RIGHT, RIGHT_2, LEFT])
    by_staff = idiom_counts(tokens, [RIGHT, RIGHT_2, LEFT], grouping="staves")
    assert by_voice[ALL]["chord_notes"] == (2, 8)
    assert by_staff[ALL]["chord_notes"] == (3 + 2, 8)
    assert by_staff[ALL]["notes_a_chord"] == (3 + 2, 2)
    assert by_staff[ALL]["span_octave"] == (1, 4)
    assert by_staff[ALL]["span_tenth"] == (1, 4)
    assert by_staff[ALL]["span_twelfth"] == (1, 4)
    assert by_staff[ALL]["refused"] == (1, 4)


@pytest.mark.parametrize(
    ("upper", "over"),
    [("C4", ()), ("C#4", ("octave",)), ("F4", ("octave", "tenth")), ("G#4", ("octave", "tenth", "twelfth"))],
)
def test_a_span_counts_only_if_it_is_wider(upper: str, over: Sequence[str]) -> None:
    counts = idiom_counts(piece((f"C3+{upper} - - -", "C2 - - -")), [RIGHT, LEFT])
    found = [name for name in ("octave", "tenth", "twelfth") if counts[ALL][f"span_{name}"] == (1, 1)]
    assert found == list(over)


def test_double_stops_and_those_that_no_hand_can_stop() -> None:
    counts = idiom_counts(piece(("G3+D4 G3+A3 C5 -",)), [VIOLIN])
    assert counts[ALL]["double_stops"] == (2, 3)
    assert counts[ALL]["refused"] == (1, 2)  # both notes lie on the lowest string


def test_range_is_that_of_the_role_where_there_is_one() -> None:
    tokens = piece(("G3 C4 A5 B5",))
    sung = VoiceDescription("voice", 0, 0, 1, 0, 50, 90, True)
    counts = idiom_counts(tokens, [sung], [load_ensemble("voice-piano").roles[0]])
    assert counts[ALL]["out_of_range"] == (2, 4)
    assert counts[ALL]["uncomfortable"] == (3, 4)
    assert "out_of_range" not in idiom_counts(tokens, [sung])[ALL]


def test_foreign_notes_are_told_by_spelling() -> None:
    counts = idiom_counts(piece(("Bb4 A#4 F#4 G4",), fifths=-1), [VIOLIN])
    assert counts[ALL]["foreign"] == (2, 4)


def test_crossed_lines_need_both_to_sound() -> None:
    counts = idiom_counts(piece(("C4 E4 G4 r", "D4 - - -")), [VIOLIN, VIOLA])
    assert counts[ALL]["crossed"] == (1, 3)


def test_beats_within_a_chord_need_three_pitch_classes() -> None:
    lines = ("C5 C5 C5 C5", "E4 D4 E4 Ab4"), ("G5 B4 G5 B4", "E4 D4 D4 F4")
    pair = [idiom_counts(piece((a, b)), [VIOLIN, VIOLA]) for a, b in lines]
    assert all("tertian" not in counts[ALL] for counts in pair)
    trio = idiom_counts(piece(("C5 C5 C5 B4", "E4 D4 E4 F4", "G3 G3 B3 D3")), [VIOLIN, VIOLA, VIOLA])
    assert trio[ALL]["tertian"] == (3, 4)  # C D G is no chord


def test_changes_and_the_longest_stretch_are_those_of_all_lines() -> None:
    tokens = piece(("C5 C5 D5 -", "E4 - - -"), ("- - - D5", "- - - -"))
    counts = idiom_counts(tokens, [VIOLIN, VIOLA])
    assert counts[ALL]["changes_a_quarter"] == (2, 8)
    assert counts[ALL]["longest_stretch"] == (5, 1)


def test_measures_that_are_left_out_count_for_nothing() -> None:
    tokens = piece(("C5 D5 E5 F5",), ("C5 C6 C5 C6",), ("C5 - - -",))
    counts = idiom_counts(tokens, [VIOLIN], left_out={1})
    assert counts[ALL]["leaps_fifth"] == (0, 3)
    assert counts[ALL]["attacks_a_quarter"] == (5, 8)
    assert counts[ALL]["longest_stretch"] == (4, 1)
    assert "rhythm_as_before" not in counts[ALL]


def test_an_absent_voice_has_no_measures() -> None:
    counts = idiom_counts(piece(("C5 - - -", "."), ("C5 - - -", "E4 - - -")), [VIOLIN, VIOLA])
    assert counts[ALL]["silent_measures"] == (0, 3)
    assert counts[ALL]["rhythm_as_another"] == (2, 2)


def test_families_are_counted_apart_and_together() -> None:
    singer = VoiceDescription("voice", 0, 0, 1, 0, 55, 81, True)
    piano = VoiceDescription("keyboard", 1, 0, 1, 0, 21, 108, False)
    counts = idiom_counts(piece(("C5 C5 D5 -", "E4 E5 - -")), [singer, piano])
    assert share(counts, "repeated", "voice") == Fraction(1, 2)
    assert counts["keyboard"]["leaps_fifth"] == (1, 1)
    assert counts[ALL]["leaps_fifth"] == (1, 3)
    assert "crossed" not in counts[ALL]


def test_rates_are_pooled_over_pieces() -> None:
    pieces = [idiom_counts(piece((text,)), [VIOLIN]) for text in ("C5 C5 C5 C5", "C5 D5 - -")]
    rates = idiom_rates(pieces)[ALL]
    assert rates["repeated"].value == pytest.approx(75)
    assert rates["attacks_a_quarter"].value == pytest.approx(6 / 8)
    assert set(rates) <= set(LABELS)


def test_a_score_is_read_as_its_tokens_are() -> None:
    tokens = piece(("C5 C5 D5 -", "C3+E3 - r -"), ("- G4 G4 r", "C3 - C4 -"))
    slots = (Slot("P1"), Slot("P2"))
    frame = [Measure(str(number), FOUR, COMMON, KeySignature(0)) for number in (1, 2)]
    parts = (
        load_ensemble("string-quartet").roles[0].part("P1", None),
        load_ensemble("piano").roles[0].part("P2", None),
    )
    score = decode(replace(tokens, slots=slots), Score(parts, tuple(frame)))
    own = [VIOLIN, replace(RIGHT, part=1)]
    assert score_idiom_counts(score) == idiom_counts(tokens, own)
    role = load_ensemble("string-quartet").roles[0]
    assert score_idiom_counts(score, {"P1": role}) == idiom_counts(tokens, own, [role, None])
