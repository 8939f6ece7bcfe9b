"""What a voice is, in ids: its number, and its description."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scoregen.model.features.voice_features import COLUMNS, FEATURES, feature_offsets, voice_features
from scoregen.tokens.voice_descriptions import VoiceDescription, low_voices

SINGER = VoiceDescription("voice", 0, 0, 1, 0, 60, 81, True)
RIGHT = VoiceDescription("keyboard", 1, 0, 2, 0, 55, 91, False)
LEFT = VoiceDescription("keyboard", 1, 1, 2, 1, 28, 60, False)


def features(*descriptions: VoiceDescription) -> dict[str, list[int]]:
    table = voice_features(len(descriptions), descriptions)
    assert table[:, 0].tolist() == list(range(len(descriptions)))
    return {name: table[:, 1 + column].tolist() for column, name in enumerate(FEATURES)}


def test_the_ids_follow_from_the_descriptions() -> None:
    assert features(SINGER, RIGHT, LEFT) == {
        "family": [1, 5, 5],
        "lowest": [9, 8, 1],
        "highest": [15, 17, 9],
        "rank from the top": [1, 0, 2],
        "rank from the bottom": [1, 2, 0],
        "staff": [0, 0, 1],
        "staves": [0, 1, 1],
        "voice": [0, 0, 1],
        "sung": [1, 0, 0],
    }


def test_a_rank_depends_on_the_other_voices_and_equals_keep_their_order() -> None:
    assert features(LEFT)["rank from the top"] == features(LEFT)["rank from the bottom"] == [0]
    assert features(RIGHT, RIGHT)["rank from the top"] == [0, 1]


def test_every_id_is_within_its_feature_for_any_description() -> None:
    odd = replace(SINGER, family="theremin", staff=9, staves=7, voice=12, lowest=0, highest=127)
    table = voice_features(40, [odd] * 39 + [replace(odd, lowest=-5, highest=0)])
    assert table.shape == (40, COLUMNS)
    assert (table[:, 1:] >= 0).all() and (table[:, 1:] < np.array(list(FEATURES.values()))).all()
    assert features(odd)["family"] == [0]


def test_features_have_separate_rows_in_one_table() -> None:
    offsets = feature_offsets()
    assert offsets[0] == 0 and np.diff(offsets).tolist() == list(FEATURES.values())[:-1]


def test_without_descriptions_only_the_number_counts() -> None:
    table = voice_features(3)
    assert table[:, 0].tolist() == [0, 1, 2] and not table[:, 1:].any()


def test_the_outer_note_of_a_low_voice_is_its_lowest() -> None:
    assert low_voices(3, [SINGER, RIGHT, LEFT]) == (False, False, True)
    assert low_voices(2, [LEFT, SINGER]) == (True, False), "not the last voice, but the low one"
    assert low_voices(4) == (False, False, False, True)
