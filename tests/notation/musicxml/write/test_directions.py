"""Directions as written: valid by the schema, in order, and the same when they are read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from scoregen.notation.files import read_score
from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.notation.validation.document import check_document
from scoregen.score.chord_symbols import ChordSymbol, SpelledPitchClass
from scoregen.score.directions import DYNAMIC_MARKS, Direction, Dynamic, Words
from scoregen.score.elements import Measure, Part, Score, Slot, Tempo
from scoregen.score.rhythm import NoteValue
from scoregen.score.spanners import End, Pedal, Slur, Wedge
from scoregen.system.errors import InputError
from scoregen.system.version import __version__
from tests.notation.expressive import expressive
from tests.notation.handmade import as_written, hymn, line, measure, melody

GOLDEN = Path(__file__).resolve().parents[3] / "cases" / "writing" / "expressive.musicxml"
ZERO, ONE, FOUR = Fraction(0), Fraction(1), Fraction(4)


def tree(score: Score) -> etree._Element:
    return etree.fromstring(write_musicxml(score))


def marked(**values: object) -> Score:
    """A measure of four quarters with these values."""
    score = melody("q:C5 q:D5 q:E5 q:F5")
    return replace(score, measures=(replace(score.measures[0], **values),))  # type: ignore[arg-type]


def test_golden() -> None:
    written = write_musicxml(expressive(), {"scoregen:seed": "7"}).decode()
    assert written.replace(f"scoregen {__version__}<", "scoregen<") == GOLDEN.read_text(encoding="utf-8")


def test_everything_is_valid_and_reads_back() -> None:
    text = write_musicxml(expressive())
    assert check_document(text, "") == ()
    assert read_musicxml(text, "") == as_written(expressive())


def test_what_holds_for_all_parts_is_in_the_first() -> None:
    first, second = tree(expressive()).findall("part")
    for tag in ("rehearsal", "segno", "coda", "metronome", "print"):
        assert first.find(f".//{tag}") is not None and second.find(f".//{tag}") is None


def test_breaks_are_declared() -> None:
    def supports(score: Score) -> list[tuple[str | None, ...]]:
        found = tree(score).iterfind("identification/encoding/supports[@element='print']")
        return [(item.get("attribute"), item.get("type"), item.get("value")) for item in found]

    assert supports(expressive()) == [("new-page", "yes", "yes"), ("new-system", "yes", "yes")]
    assert supports(hymn()) == [("new-page", "no", None), ("new-system", "no", None)]


def test_a_mark_inside_a_note_has_an_offset_and_one_at_the_end_none() -> None:
    places = (ZERO, Fraction(3, 2), FOUR)
    score = marked(directions=tuple(Direction(place, Words(str(place)), "P1") for place in places))
    row = tree(score).find("part/measure")
    assert row is not None
    tags = [child.tag for child in row if child.tag in ("note", "direction")]
    assert tags == ["direction", "note", "direction", "note", "note", "note", "direction"]
    assert [item.findtext("offset") for item in row.iterfind("direction")] == [None, "1", None]


def test_onsets_too_fine_for_the_divisions_are_rounded() -> None:
    fine = tuple(Direction(Fraction(1, prime), Words(str(prime)), "P1") for prime in (127, 131))
    assert tree(marked(directions=fine)).findtext("part/measure/attributes/divisions") == "1"
    assert check_document(write_musicxml(marked(directions=fine)), "") == ()


def test_numbers_keep_spanners_apart() -> None:
    slot = Slot("P1")
    slurs = (
        Slur(slot, ZERO, End(0, Fraction(3))),
        Slur(slot, ONE, End(0, Fraction(2))),
        Slur(slot, Fraction(3), End(0, Fraction(3))),
    )
    row = tree(marked(spanners=slurs)).findall("part/measure/note")
    numbers = [[(s.get("type"), s.get("number")) for s in note.iterfind("notations/slur")] for note in row]
    assert numbers == [[("start", "1")], [("start", "2")], [("stop", "2")], [("stop", "1")]]


def test_a_slur_whose_note_is_gone_is_left_out() -> None:
    score = marked(spanners=(Slur(Slot("P1"), ZERO, End(0, Fraction(1, 2))), Slur(Slot("P1"), ZERO, End(3, ZERO))))
    assert tree(score).find(".//slur") is None
    assert tree(marked(spanners=(Slur(Slot("P1", 1, 3), ZERO, End(0, ONE)),))).find(".//slur") is None


def test_a_line_that_never_ends_is_closed_at_the_end() -> None:
    lines = (Wedge("P1", ZERO, End(9, ZERO), "crescendo"), Pedal("P1", ONE, End(9, ZERO)))
    root = tree(marked(spanners=lines))
    assert [item.get("type") for item in root.iter("wedge")] == ["crescendo", "stop"]
    assert [item.get("type") for item in root.iter("pedal")] == ["start", "stop"]
    assert check_document(write_musicxml(marked(spanners=lines)), "") == ()


def test_pedal_lines_that_meet_change() -> None:
    lines = (Pedal("P1", ZERO, End(0, ONE), line=True), Pedal("P1", ONE, End(0, FOUR), line=True))
    assert [item.get("type") for item in tree(marked(spanners=lines)).iter("pedal")] == ["start", "change", "stop"]
    signs = tuple(replace(pedal, line=False) for pedal in lines)
    types = [item.get("type") for item in tree(marked(spanners=signs)).iter("pedal")]
    assert types == ["start", "stop", "start", "stop"]


@pytest.mark.parametrize(
    ("tempo", "printed"),
    [
        (Tempo(ZERO, NoteValue("half"), Fraction(60), "Largo"), ["words", "metronome"]),
        (Tempo(ZERO, NoteValue("half"), Fraction(60)), ["metronome"]),
        (Tempo(ZERO, NoteValue("quarter"), Fraction(120), "Largo", number_implicit=True), ["words"]),
        (Tempo(ZERO, NoteValue("quarter"), Fraction(120), number_implicit=True), []),
    ],
)
def test_a_tempo_prints_its_words_its_number_both_or_neither(tempo: Tempo, printed: list[str]) -> None:
    score = marked(tempos=(tempo,))
    root = tree(score)
    assert [item.tag for item in root.iterfind("part/measure/direction/direction-type/*")] == printed
    assert [sound.get("tempo") for sound in root.iter("sound")] == ["120"]
    assert read_musicxml(write_musicxml(score), "").measures[0].tempos == (tempo,)


def test_a_kind_of_chord_that_the_format_lacks_keeps_its_name() -> None:
    symbol = ChordSymbol(ZERO, "P1", SpelledPitchClass("C"), "quartal")
    kind = tree(marked(chord_symbols=(symbol,))).find("part/measure/harmony/kind")
    assert kind is not None and (kind.text, kind.get("text")) == ("other", "quartal")
    assert check_document(write_musicxml(marked(chord_symbols=(symbol,))), "") == ()


def test_a_given_document_is_written_as_it_was() -> None:
    text = write_musicxml(expressive())
    assert musicxml_text(read_musicxml(text, "")) == text


PLACES = st.integers(0, 8).map(lambda eighths: Fraction(eighths, 2))


@st.composite
def rows(draw: st.DrawFn, index: int, count: int) -> Measure:
    """A measure of two staves and three voices with any values, in the order in which they are read."""
    slots = (Slot("P1"), Slot("P1", 1, 2), Slot("P1", 2))
    notes = {slot: draw(st.sampled_from(("q:C4 q:D4 q:E4 q:F4", "e:C4 e:D4 q:E4 h:F4", "w:C4"))) for slot in slots}
    ends = st.builds(End, st.integers(0, count - 1 - index), PLACES)
    staves = st.integers(1, 2)
    directions = draw(
        st.lists(
            st.builds(
                Direction, PLACES, st.one_of(st.builds(Dynamic, st.sampled_from(sorted(DYNAMIC_MARKS))),
                st.builds(Words, st.sampled_from(("dolce", "cresc.")), st.booleans())), st.just("P1"), staves,
                st.sampled_from((None, "above")),
            ), max_size=4,
        )
    )  # fmt: skip
    lines = [draw(st.builds(Wedge, st.just("P1"), PLACES, ends, st.sampled_from(("crescendo", "diminuendo")), staves))]
    return measure(str(index + 1), "4/4", notes, directions=tuple(directions), spanners=tuple(lines))  # type: ignore[arg-type]


@st.composite
def marked_scores(draw: st.DrawFn) -> Score:
    count = draw(st.integers(1, 3))
    clefs = expressive().parts[1].clefs
    return Score((Part("P1", clefs=clefs),), tuple(draw(rows(index, count)) for index in range(count)))


def values(score: Score) -> Counter[str]:
    """Every direction and hairpin with its measure; spanners without length are left out."""
    found: Counter[str] = Counter()
    for index, row in enumerate(score.measures):
        lasting = [s for s in row.spanners if s.end.measures or s.end.onset > s.onset]
        found.update(f"{index} {item}" for item in (*row.directions, *lasting) if _is_named(item))
    return found


def _is_named(item: object) -> bool:
    """Above is the usual place of words."""
    return not (isinstance(item, Direction) and isinstance(item.value, Words) and item.placement == "above")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(marked_scores())
def test_any_marks_are_valid_and_read_back(score: Score) -> None:
    text = write_musicxml(score)
    assert check_document(text, "") == ()
    read = read_musicxml(text, "")
    assert values(score) <= values(read)
    assert read_musicxml(write_musicxml(replace(read, document=None)), "") == read


@st.composite
def slurred_scores(draw: st.DrawFn) -> Score:
    """Slurs between any two notes of two voices, any number at once."""
    slots = (Slot("P1"), Slot("P1", 1, 2))
    row = measure("1", "4/4", {slot: line("q:C4 q:D4 q:E4 q:F4") for slot in slots})
    notes = st.tuples(st.sampled_from(slots), st.integers(0, 3))
    found = []
    for (first, start), (last, stop) in draw(st.lists(st.tuples(notes, notes), max_size=5)):
        if start < stop:
            found.append(Slur(first, Fraction(start), End(0, Fraction(stop)), last if last != first else None))
    return Score((Part("P1"),), (replace(row, spanners=tuple(found)),))


@settings(max_examples=100, deadline=None)
@given(slurred_scores())
def test_slurs_read_back_between_the_notes_that_they_joined(score: Score) -> None:
    text = write_musicxml(score)
    assert check_document(text, "") == ()
    assert Counter(read_musicxml(text, "").measures[0].spanners) == Counter(score.measures[0].spanners)


def real_files(folder: Path) -> list[Path]:
    return [path for path in sorted((folder / "files").glob("*")) if path.stat().st_size < 60_000][::2]


LEAST = {
    "realworld-musicxml": {"Direction": 100, "Slur": 100, "Wedge": 20, "ChordSymbol": 10},
    "xmltestsuite": {"Direction": 20, "Slur": 10, "ChordSymbol": 20},
}
"""The least number of values in the compared files."""


@pytest.mark.parametrize("corpus", LEAST)
def test_real_files_keep_their_values(corpus: str, shared_data: Callable[[str], Path]) -> None:
    """Directions, chord symbols, breaks and lines come back equal, and so do slurs if the voices keep their numbers."""
    compared: Counter[str] = Counter()
    for path in real_files(shared_data(corpus)):
        try:
            score = read_score(path)
            text = write_musicxml(replace(score, document=None))
        except InputError:
            continue
        assert check_document(text, path.name) == (), path.name
        for row, again in zip(score.measures, read_musicxml(text, path.name).measures, strict=True):
            for name in ("directions", "chord_symbols", "tempos", "break_before"):
                assert getattr(again, name) == getattr(row, name), (path.name, row.number)
            assert _comparable(again) == _comparable(row), (path.name, row.number)
            compared.update(type(item).__name__ for item in (*row.directions, *row.chord_symbols, *row.spanners))
    assert all(compared[name] >= least for name, least in LEAST[corpus].items()), compared


def _comparable(row: Measure) -> Counter[object]:
    return Counter(s for s in row.spanners if not isinstance(s, Slur) or max(s.slot.voice, s.last_slot.voice) <= 4)
