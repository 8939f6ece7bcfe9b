"""Two staves of a keyboard's sound are read as a choir's if they have its texture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoregen.generation.seating import seat
from scoregen.generation.understanding import page_notices
from scoregen.score.elements import Instrument, Lyric, Note, Score
from scoregen.score.ensemble import choir_notice, choir_staves, joined_hands, load_ensemble, recognise_ensemble
from scoregen.tasks.check import check
from scoregen.tasks.layout import LayoutOptions, lay_out_given
from tests.generation.pages import BASS, REST, TREBLE, PagePart, page

SATB = load_ensemble("satb")
PIANO = Instrument("Piano", "keyboard.piano", 1)
SOPRANO = "q:G4 q:A4 q:B4 q:G4 | q:C5 q:B4 h:A4 | q:B4 q:C5 q:D5 q:B4 | q:A4 q:F#4 h:G4"
ALTO = "q:D4 q:F#4 q:G4 q:D4 | q:E4 q:G4 h:F#4 | q:G4 q:G4 q:G4 q:G4 | q:E4 q:D4 h:D4"
TENOR = "q:B3 q:D4 q:D4 q:B3 | q:G3 q:D4 h:D4 | q:D4 q:E4 q:D4 q:D4 | q:C4 q:C4 h:B3"
LOW = "q:G3 q:D3 q:G3 q:G3 | q:C3 q:G3 h:D3 | q:G3 q:E3 q:B2 q:G2 | q:C3 q:D3 h:G2"
OCTAVES = LOW.replace("3", "+").replace("2", "3").replace("+", "4")


def chords(upper: str, lower: str) -> str:
    rows = zip(upper.split(), lower.split(), strict=True)
    return " ".join(a if a == "|" else f"{a[:2]}{b[2:]}+{a[2:]}" for a, b in rows)


def staves(*rows: str, name: str = "", parts: int = 1, instrument: Instrument = PIANO) -> Score:
    """A score with an upper and a lower staff, of one or two parts; each row is that of a staff, or two with `/`."""
    split = [row.split("/") for row in rows]
    if parts == 1:
        voices = {(at, 4 * (at - 1) + n): text for at, row in enumerate(split, 1) for n, text in enumerate(row, 1)}
        return page(PagePart(name, (TREBLE, BASS), voices, instrument))
    clefs = (TREBLE, BASS)
    own = [{(1, n): text for n, text in enumerate(row, 1)} for row in split]
    return page(*(PagePart(name, (clef,), row, instrument) for clef, row in zip(clefs, own, strict=True)))


HYMNS = [
    (f"{SOPRANO}/{ALTO}", f"{TENOR}/{LOW}"),
    (chords(SOPRANO, ALTO), chords(TENOR, LOW)),
    (f"{SOPRANO}/{ALTO}", REST),
    (REST, f"{TENOR}/{LOW}"),
]


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("rows", HYMNS)
def test_a_hymn_is_a_choir_whatever_it_sounds_like(rows: tuple[str, str], parts: int) -> None:
    score = staves(*rows, parts=parts)
    assert len(choir_staves(score)) == 2
    seating = seat(score, SATB, {})
    assert list(seating.lines) == ["soprano", "alto", "tenor", "bass"]
    assert recognise_ensemble(score) is None and not joined_hands(score).hands
    (notice,) = page_notices(score, SATB, SATB, seating, ())
    assert notice == choir_notice(score) and notice.endswith("--ensemble piano reads two hands")
    hands = joined_hands(score, is_keyboard=True).hands
    assert len(hands) == parts - 1, "who writes for a piano reads hands"


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ((SOPRANO, f"{TENOR}/{LOW}"), ""),  # a tune over chords
        ((f"{SOPRANO}/{ALTO}", LOW), ""),
        ((chords(SOPRANO, ALTO), chords(OCTAVES, LOW)), ""),  # octaves above a tenor
        ((f"{SOPRANO}/w:D4 | w:E4 | w:G4 | w:D4", f"{TENOR}/{LOW}"), ""),  # a tune over held notes
        ((SOPRANO, REST), ""),
        (HYMNS[0], "Piano"),
        (HYMNS[0], "Organ"),
    ],
)
def test_a_piano_stays_one(rows: tuple[str, str], name: str) -> None:
    score = staves(*rows, name=name)
    assert (choir_staves(score), choir_notice(score)) == ((), "")
    found = recognise_ensemble(score)
    assert (found is not None and found.name in ("piano", "organ")) or name == "Organ"


def test_words_tell_a_choir_in_a_part_that_is_called_piano() -> None:
    score = staves(*HYMNS[0], name="Piano")
    first = score.measures[0].voices[0]
    note = first.elements[0]
    assert isinstance(note, Note)
    sung = replace(first, elements=(replace(note, lyrics=(Lyric("Lord"),)), *first.elements[1:]))
    voices = (sung, *score.measures[0].voices[1:])
    measures = (replace(score.measures[0], voices=voices), *score.measures[1:])
    assert choir_staves(replace(score, measures=measures))


@pytest.mark.parametrize("parts", [1, 2])
def test_its_chords_are_checked_and_opened_as_voices(parts: int) -> None:
    score = staves(*HYMNS[1], parts=parts)
    found = {finding.rule for finding in check(score, "strict").findings}
    assert found == {"contrary-octaves", "parallel-fifths"}, "no hand plays it"
    opened = lay_out_given(score, SATB, LayoutOptions("open"))
    assert [part.name for part in opened.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
