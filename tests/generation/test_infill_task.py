"""What is blank on a page, what the network reads of it, and what is said about it."""

from __future__ import annotations

import pytest

from scoregen.generation.infill_task import InfillTask, infill_task
from scoregen.score.elements import Slot
from scoregen.score.ensemble import load_ensemble
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.system.errors import InputError
from tests.generation.pages import BASS, REST, TENOR, TUNE, PagePart, page, sung

SATB = load_ensemble("satb")
CHORDS = TUNE.replace("q:G4", "q:D4+G4").replace("q:B4", "q:D4+B4")
MIXOLYDIAN = "q:G4 q:B4 q:D5 q:B4 | q:C5 q:A4 h:F4 | q:G4 q:A4 q:B4 q:A4 | q:F4 q:A4 h:G4"


def task_of(*parts: PagePart, blank: tuple[str, ...] = (), extend: int = 0, **options: object) -> InfillTask:
    fifths = options.pop("fifths", 1)
    return infill_task(page(*parts, fifths=fifths), SATB, {}, blank, extend, **options)  # type: ignore[arg-type]


def notes(task: InfillTask, slot: Slot) -> list[str]:
    voices = (measure.voice(slot) for measure in task.score.measures)
    return [str(note.pitch) for v in voices if v for element in v.elements for note in element.notes]


def test_a_melody_gets_a_part_for_every_other_role() -> None:
    task = task_of(sung("Soprano", TUNE))
    assert [part.name for part in task.page.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert task.understanding.added == ("alto", "tenor", "bass")
    assert task.page_slots == task.slots


def test_a_page_of_two_voices_stays_one() -> None:
    task = task_of(sung("Soprano", TUNE), sung("Alto"))
    assert [part.name for part in task.page.parts] == ["Soprano", "Alto"]
    assert [part.name for part in task.score.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert task.page_slots == task.slots[:2]
    assert any("no staff is added for tenor,bass" in notice for notice in task.notices)
    assert task.understanding.blank == ("Alto",)


def test_parts_are_added_on_request_or_if_nothing_else_is_blank() -> None:
    asked = task_of(sung("Soprano", TUNE), sung("Alto"), add=("bass",))
    assert [part.name for part in asked.page.parts] == ["Soprano", "Alto", "Bass"]
    full = task_of(sung("Soprano", TUNE), sung("Bass", "w:G2 | w:C3 | w:D3 | w:G2", BASS))
    assert [part.name for part in full.page.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    with pytest.raises(InputError, match="no role 'viola' to add"):
        task_of(sung("Soprano", TUNE), add=("viola",))


def test_the_notes_of_chords_are_read_as_two_voices_and_stay_on_the_page() -> None:
    task = task_of(sung("Women", CHORDS))
    soprano, alto = task.slots[:2]
    assert notes(task, soprano)[:4] == ["G4", "A4", "B4", "G4"]
    assert notes(task, alto)[:4] == ["D4", "A4", "D4", "D4"]
    assert task.page.measures[0].voices[0].elements == page(sung("Women", CHORDS)).measures[0].voices[0].elements
    assert task.understanding.given == ("soprano", "alto")


def test_closed_score_is_filled_in_place() -> None:
    task = task_of(PagePart("Choir", (TENOR, BASS), {(1, 1): TUNE, (2, 5): REST}))
    blank = {voice.slot for measure in task.page.measures for voice in measure.voices if voice.is_blank}
    assert [part.name for part in task.page.parts] == ["Choir"]
    assert blank == {Slot("P1", 1, 2), Slot("P1", 2, 5), Slot("P1", 2, 6)}


def test_one_voice_of_a_shared_staff_can_be_emptied_if_it_is_a_voice_of_its_own() -> None:
    both = PagePart("Women", (TENOR,), {(1, 1): TUNE, (1, 2): TUNE.replace("5", "4")})
    task = task_of(both, blank=("alto:2",), add=())
    assert [(m.number, v.slot.voice) for m in task.page.measures for v in m.voices if v.is_blank] == [("2", 2)]
    with pytest.raises(InputError, match="share the chords"):
        task_of(sung("Women", CHORDS), blank=("alto:2",))


def test_measures_are_appended_to_both_voices_of_a_staff_of_chords() -> None:
    task = task_of(sung("Women", CHORDS), extend=2)
    assert [v.slot for v in task.page.measures[-1].voices if v.is_blank] == [Slot("P1", 1, 1), Slot("P1", 1, 2)]


def test_a_mode_reaches_what_the_network_reads_and_its_scale() -> None:
    task = task_of(sung("Soprano", MIXOLYDIAN), fifths=0)
    assert {str(key) for key in task.keys} == {"G mixolydian"}
    assert task.score.measures[0].key.mode == "mixolydian"
    assert task.scales[0] == frozenset(range(-1, 6))
    assert "G mixolydian" in str(task.understanding)


def test_a_raised_note_of_the_tune_belongs_to_its_mode() -> None:
    task = task_of(sung("Soprano", "q:D4 q:F4 q:A4 q:B4 | q:A4 q:C#4 h:D4"), fifths=0, key=Key.parse("D dorian"))
    assert Pitch.parse("C#4").fifths in (task.scales[0] or ())


def test_the_asked_key_holds() -> None:
    task = task_of(sung("Soprano", MIXOLYDIAN), fifths=0, key=Key.parse("C-Dur"))
    assert {str(key) for key in task.keys} == {"C major"}
    assert task.scales == (None,) * 4


def test_a_wrong_signature_is_told_and_the_page_keeps_it() -> None:
    task = task_of(sung("Soprano", TUNE.replace("q:C5", "q:F#5").replace("q:D5", "q:F#5")), fifths=0)
    assert any("no accidentals, but the notes are in G major (1 sharp)" in notice for notice in task.notices)
    assert task.score.measures[0].key.fifths == 1
    assert task.page.measures[0].key.fifths == 0


def test_a_voice_out_of_its_range_is_told_with_the_transposition_that_fits() -> None:
    high = TUNE.replace("5", "6").replace("4", "5")
    told = next(notice for notice in task_of(sung("Soprano", high)).notices if "above A5" in notice)
    assert "D6 in measure 3" in told
    assert "--transpose auto (-P4, to D major) fits" in told


def test_other_choirs_are_read_at_an_interval_and_told() -> None:
    low = "q:G3 q:A3 q:B3 q:G3 | q:C4 q:B3 h:A3 | q:B3 q:C4 q:D4 q:B3 | q:A3 q:A3 h:G3"
    task = task_of(
        sung("Tenor 1", low, TENOR), sung("Tenor 2", clef=TENOR), sung("Baritone", clef=BASS), sung("Bass", clef=BASS)
    )
    assert notes(task, task.slots[0])[0] == "D4"
    assert any("Tenor 2 as alto" in notice for notice in task.notices)
    assert [part.name for part in task.page.parts] == ["Tenor 1", "Tenor 2", "Baritone", "Bass"]


def test_nothing_blank_is_an_error_that_names_what_is_left_over() -> None:
    names = ("Descant", "Soprano", "Alto", "Tenor", "Bass")
    with pytest.raises(InputError, match="no blanks; left as they are: Tenor"):
        task_of(*(sung(name, TUNE) for name in names))


CHOIR = (sung("Soprano", TUNE), sung("Alto", TUNE), sung("Tenor", TUNE, TENOR), sung("Bass", TUNE, BASS))


def blank_parts(task: InfillTask) -> set[str]:
    """The names of the parts of a page that have blanks."""
    voices = (voice for measure in task.page.measures for voice in measure.voices)
    return {task.page.part(voice.slot.part).name for voice in voices if voice.is_blank}


def test_a_selection_of_measures_empties_only_the_parts_that_are_asked_for() -> None:
    assert blank_parts(task_of(*CHOIR, blank=(":2",), parts=("alto",))) == {"Alto"}
    assert blank_parts(task_of(*CHOIR[:3], extend=1, parts=("bass",))) == {"Bass"}


@pytest.mark.parametrize(
    ("blank", "parts", "message"),
    [
        (("bass:2",), ("alto",), "--blank: there is no part 'bass' to fill; expected one of: alto"),
        (
            ("alto:2",),
            ("alto", "tenor"),
            "--parts: tenor has notes already, which are kept; --blank tenor replaces them",
        ),
    ],
)
def test_a_selection_that_disagrees_with_the_parts_that_are_asked_for(
    blank: tuple[str, ...], parts: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        task_of(*CHOIR, blank=blank, parts=parts)
