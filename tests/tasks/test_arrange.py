"""`arrange` as a task: what is kept, transposed and proposed, and what its errors say."""

from __future__ import annotations

import pytest

from scoregen.score.timeline import pitch_of, pitched_notes
from scoregen.system.errors import InputError
from scoregen.tasks.arrange import arrange
from tests.generation.arranging.sources import choir, parts_of, song

SONG = song(("q:C5 q:D5 h:E5", "h:E4+G4 h:G4+C5", "h:C3 h:C3"))


def test_a_part_is_kept_by_number_and_by_name() -> None:
    for name in ("1", "voice"):
        done = arrange(SONG, ensemble="string-quartet", keep=(name,)).score
        assert (done.parts[0].name, len(done.parts)) == ("Voice", 5)
        assert parts_of(done)["Voice"] == "C5 D5 E5"
    with pytest.raises(InputError, match=r"no part 'oboe'; expected one of: 1 \(Voice\), 2 \(Piano\)"):
        arrange(SONG, ensemble="string-quartet", keep=("oboe",))


def test_a_transposition_moves_the_score_first() -> None:
    done = arrange(SONG, ensemble="string-quartet", transpose="M2").score
    assert parts_of(done)["Violin I"].split()[0] == "D5"
    assert done.measures[0].key.fifths == 2
    with pytest.raises(InputError, match="--transpose"):
        arrange(SONG, ensemble="string-quartet", transpose="up")


def test_another_key_is_proposed_where_it_suits_and_auto_takes_it() -> None:
    wide = choir(("q:C4 q:G4 q:C5 q:F5", "w:C4", "w:G3", "w:C3"))
    proposed = [notice for notice in arrange(wide, ensemble="satb").notices if "--transpose" in notice]
    assert len(proposed) == 1
    there = arrange(wide, ensemble="satb", transpose="auto").score
    same = arrange(wide, ensemble="satb", transpose=proposed[0].split()[-1]).score
    assert [pitch_of(note) for note in pitched_notes(there)] == [pitch_of(note) for note in pitched_notes(same)]


def test_fill_is_for_the_ensemble_of_the_network() -> None:
    with pytest.raises(InputError, match="--fill"):
        arrange(SONG, ensemble="string-quartet", fill=True)
