"""What is written on the page from a draft."""

from pathlib import Path

from scoregen.notation.files import read_score
from scoregen.score.elements import Score
from scoregen.system.resources import folder
from scoregen.tasks.compose import SamplingOptions, compose

OPTIONS = SamplingOptions(candidates=1, passes=0)


def fermatas(score: Score, part: int) -> int:
    """The notes of a part with a fermata."""
    voices = [
        voice for measure in score.measures for voice in measure.voices if voice.slot.part == score.parts[part].id
    ]
    return sum(element.fermata for voice in voices for element in voice.elements if element.notes)


def test_new_voices_have_fermatas_only_where_given_ones_have_them(untrained: Path) -> None:
    tunes = folder("corpora") / "tunes"
    plain = compose(read_score(tunes / "stille-nacht.musicxml"), checkpoint=untrained, sampling=OPTIONS).score
    assert [fermatas(plain, part) for part in range(4)] == [0, 0, 0, 0]
    marked = compose(read_score(tunes / "eventide.musicxml"), checkpoint=untrained, sampling=OPTIONS).score
    assert [fermatas(marked, part) for part in range(4)] == [4, 4, 4, 4]
