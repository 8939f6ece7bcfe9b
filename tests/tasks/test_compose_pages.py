"""Pages of other kinds than one melody: their staves are filled in place and in their key; what was understood is said.

The network has learned nothing, so that what holds here holds with any.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.notation.files import read_score, write_score
from scoregen.score.elements import Score
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError
from scoregen.tasks.compose import Composition, compose
from tests.generation.pages import BASS, REST, TENOR, TREBLE, TUNE, PagePart, page, sung

FEW = SamplingOptions(seed=1, candidates=2, passes=0)
MIXOLYDIAN = "q:G4 q:B4 q:D5 q:B4 | q:C5 q:A4 h:F4 | q:G4 q:A4 q:B4 q:A4 | q:F4 q:A4 h:G4"
LOW = "q:G3 q:A3 q:B3 q:G3 | q:C4 q:B3 h:A3 | q:B3 q:C4 q:D4 q:B3 | q:A3 q:A3 h:G3"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return tmp_path / "page.musicxml"


def composed(score: Score, file: Path, untrained: Path, **options: object) -> Composition:
    """The composition of a page that was written to a file and read from it."""
    write_score(score, file, force=True)
    return compose(read_score(file), checkpoint=untrained, sampling=FEW, **options)  # type: ignore[arg-type]


def pitches(score: Score, part: str, origin: str) -> list[Pitch]:
    return [
        note.pitch
        for measure in score.measures
        for voice in measure.voices
        if voice.slot.part == part and voice.origin == origin
        for element in voice.elements
        for note in element.notes
        if isinstance(note.pitch, Pitch)
    ]


def written(composition: Composition, folder: Path) -> Score:
    write_score(composition.score, folder / "done.musicxml", force=True)
    return read_score(folder / "done.musicxml")


def test_a_two_part_page_stays_a_two_part_page(document: Path, tmp_path: Path, untrained: Path) -> None:
    done = composed(page(sung("Soprano", TUNE), sung("Alto")), document, untrained)
    again = written(done, tmp_path)
    assert [part.name for part in again.parts] == ["Soprano", "Alto"]
    assert pitches(done.score, "P2", "generated")
    assert {parallel.lower.part for alternative in done.alternatives for parallel in alternative.parallels} <= {"P2"}


def test_a_page_in_closed_score_is_written_in_place(document: Path, tmp_path: Path, untrained: Path) -> None:
    score = page(PagePart("Choir", (TREBLE, BASS), {(1, 1): TUNE, (2, 5): REST}))
    again = written(composed(score, document, untrained), tmp_path)
    assert [(part.name, part.staves) for part in again.parts] == [("Choir", 2)]
    by_staff = [slot.staff for slot in again.slots if pitches_of(again, slot)]
    assert by_staff == [1, 1, 2, 2]
    given = read_score(document).measures
    assert [m.voice(again.slots[0]) for m in again.measures] == [m.voice(again.slots[0]) for m in given]


def pitches_of(score: Score, slot: object) -> list[object]:
    voices = (voice for measure in score.measures for voice in measure.voices if voice.slot == slot)
    return [note for voice in voices for element in voice.elements for note in element.notes]


def test_women_and_men_get_the_voices_of_their_staves(document: Path, tmp_path: Path, untrained: Path) -> None:
    again = written(composed(page(sung("Women", TUNE), sung("Men", clef=BASS)), document, untrained), tmp_path)
    assert [part.name for part in again.parts] == ["Women", "Men"]
    assert [slot.part for slot in again.slots if pitches_of(again, slot)] == ["P1", "P1", "P2", "P2"]


@pytest.mark.parametrize(
    "parts",
    [
        (sung("Women", TUNE), PagePart("Men", (BASS,), {})),
        (PagePart("Choir", (TREBLE, BASS), {(1, 1): TUNE}),),
    ],
)
def test_two_voices_of_a_staff_without_rests_have_slots_of_their_own(
    parts: tuple[PagePart, ...], document: Path, tmp_path: Path, untrained: Path
) -> None:
    again = written(composed(page(*parts), document, untrained), tmp_path)
    assert len([slot for slot in again.slots if pitches_of(again, slot)]) == 4


def test_men_sing_in_their_own_ranges_and_order(document: Path, untrained: Path) -> None:
    score = page(
        sung("Tenor 1", LOW, TENOR), sung("Tenor 2", clef=TENOR), sung("Baritone", clef=BASS), sung("Bass", clef=BASS)
    )
    done = composed(score, document, untrained)
    assert [part.name for part in done.score.parts] == ["Tenor 1", "Tenor 2", "Baritone", "Bass"]
    for part, low, high in (("P2", "C3", "A4"), ("P3", "D2", "E4"), ("P4", "D2", "E4")):
        found = [pitch.midi_pitch for pitch in pitches(done.score, part, "generated")]
        assert found
        assert Pitch.parse(low).midi_pitch <= min(found) <= max(found) <= Pitch.parse(high).midi_pitch
    assert pitches(done.score, "P1", "given") == pitches(read_score(document), "P1", "given")


def test_a_mixolydian_tune_gets_no_sharps_unless_asked(document: Path, untrained: Path) -> None:
    score = page(sung("Soprano", MIXOLYDIAN), fifths=0)
    done = composed(score, document, untrained)
    new = [pitch for part in ("P2", "P3", "P4") for pitch in pitches(done.score, part, "generated")]
    assert new
    assert all(pitch.alter == 0 for pitch in new)
    assert done.understanding.keys == ("G mixolydian",)
    asked = composed(score, document, untrained, key="G-Dur")
    assert asked.understanding.keys == ("G major",)
    assert asked.alternatives[0].provenance["key"] == "G-Dur"


def test_a_page_and_its_document_are_transposed_on_request(document: Path, tmp_path: Path, untrained: Path) -> None:
    score = page(sung("Soprano", TUNE.replace("5", "6").replace("4", "5")))
    again = written(composed(score, document, untrained, transpose="auto"), tmp_path)
    assert [str(pitch) for pitch in pitches(again, "P1", "given")][:4] == ["D5", "E5", "F#5", "D5"]
    assert {measure.key.fifths for measure in again.measures} == {2}
    down = written(composed(score, document, untrained, transpose="-M2"), tmp_path)
    assert {measure.key.fifths for measure in down.measures} == {-1}
    by_number = written(composed(score, document, untrained, transpose="-2"), tmp_path)
    assert by_number.measures[0].key == down.measures[0].key


def test_roles_are_added_on_request(document: Path, untrained: Path) -> None:
    done = composed(page(sung("Soprano", TUNE), sung("Alto")), document, untrained, add=("tenor", "bass"))
    assert [part.name for part in done.score.parts] == ["Soprano", "Alto", "Tenor", "Bass"]


def test_what_was_understood_is_one_line(document: Path, untrained: Path) -> None:
    done = composed(
        page(sung("Voice", TUNE), sung("Piano RH", TUNE), sung("Piano LH", TUNE, clef=BASS)), document, untrained
    )
    assert str(done.understanding) == (
        "Voice = soprano; left as it is: Piano RH, Piano LH; G major, 4/4 (beat: quarter); given: Voice; "
        "to write: alto, tenor, bass (new: alto, tenor, bass)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"key": "X dur"}, "--key: 'X dur' is not a key"),
        ({"transpose": "third"}, "--transpose 'third' is not an interval"),
        ({"transpose": "40"}, "at most 24 semitones"),
        ({"add": ("kazoo",)}, "no role 'kazoo' to add"),
    ],
)
def test_a_wrong_request_is_one_line(options: dict[str, object], message: str, document: Path, untrained: Path) -> None:
    with pytest.raises(InputError, match=message):
        composed(page(sung("Soprano", TUNE)), document, untrained, **options)
