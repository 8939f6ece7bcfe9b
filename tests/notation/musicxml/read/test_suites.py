"""The reader against music21 on whole suites: no file breaks it, and no note is lost.

Every file is read or refused in one line. Notes are counted one by one (chord members, grace notes and
unpitched ones too), and the length of the piece is compared. The tables give, file by file, the reason for a
difference; a file that is not in them must agree, and one that is must differ.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from scoregen.notation.musicxml.document import load_document
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.score.check import problems
from scoregen.score.elements import Score
from scoregen.system.errors import InputError, ReadError, RefusedError

SECONDS = 10.0

REFUSED: dict[str, tuple[type[InputError], str]] = {
    "099_MuseScore_0__Mozart_-_Piano_Sonata_No._16_-_Allegro.mxl": (
        ReadError,
        "part P1, measure 18: the alter is 9 semitones",
    ),
    "177_bad-or-odd-encoding__ly33d_Spanners_OctaveShifts.xml": (
        ReadError,
        "the XML is broken: it does not begin with a tag",
    ),
}

NOTES_DIFFER = {
    "02e-Rests-NoType.xml": "music21 puts the last note, whose <staff> is missing, on both staves and counts it twice",
}

LENGTHS_DIFFER = {
    "03e-Rhythm-No-Divisions.xml": "no <divisions>: 4 is a whole note as its type says; music21 makes it 1/2520",
    "03f-Rhythm-Forward.xml": "the last <forward> fills the measure to 4 quarters; music21 ends at the last note",
    "11h-TimeSignatures-SenzaMisura.xml": "the measure rest without metre lasts 6/2 quarters; music21 makes it 4",
    "21f-Chord-ElementInBetween.xml": "music21 lets chord members behind a direction sound after the chord",
    "013_Finale_2002_for_Windows__movement3.mxl": "music21 makes a quarter rest of a <forward> of duration 0, so that "
    "measures 3, 17 and 36 last 119/24",
    "049_Finale_2014_for_Mac__concertino_clarinet.mxl": "all notes of measure 1 end at 3 quarters; for music21 a "
    "metronome mark that is set behind the last note lengthens it to 25/8",
    "057_Finale_for_Macintosh__bwv171.6.mxl": "the implicit measures X1 and X2 are upbeats of one quarter after "
    "incomplete measures; music21 fills them up",
    "076_Finale_v27_for_Mac__aloha_oe.mxl": "the last measure has 3 of 4 quarters and its whole-measure rest as well; "
    "music21 lengthens that rest to 4",
    "129_Noteworthy_Composer__O_Holy_Night-Adam-1871.xml": "its measures are overfull in some parts and hold notes of "
    "duration 0; for us the longest part and the note types count, for music21 every part by itself",
    "163_Sibelius_5__madrigal.5.1.mxl": "silent parts hold two whole-measure rests a measure, which music21 adds up",
    "205_no_software_tag__test_ts_map_ts_starts_not_at_zero.xml": "one part's notes fill 5/2 quarters, the other's "
    "whole rest 5 without a time signature; music21 makes that rest 4",
}

ONLY_WE_READ = {
    "093_Lyre__lyre_timewise.xml": "score-timewise",
    "176_Software_1__k006a_Header_Scaling_Decimals.xml": "score-timewise",
    "210_timewise__hello_timewise.xml": "score-timewise",
    "178_bad-or-odd-encoding__UTFEncodedInput.xml": "ISO 8859-1 that says it is UTF-8",
    "179_bad-or-odd-encoding__Clefs.xml": "an empty line before the XML declaration",
    "180_bad-or-odd-encoding__MozaChloSample.xml": "UTF-8 that says it is UTF-16",
    "181_bad-or-odd-encoding__MozaVeilSample.xml": "UTF-8 that says it is UTF-16",
    "182_bad-or-odd-encoding__test_fingerings_multiple_per_note_sibelius.musicxml": "UTF-8 that says it is UTF-16",
}

SUITES = {"xmltestsuite": (166, 0), "realworld-musicxml": (175, 2)}
"""Number of files, number of refusals."""


def paths(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "files").iterdir() if path.is_file())


@cache
def reading(path: Path) -> Score | InputError:
    try:
        return read_musicxml(load_document(path), path.name)
    except InputError as error:
        return error


def count_notes(score: Score) -> int:
    voices = (voice for measure in score.measures for voice in measure.voices)
    return sum(len(element.notes) for voice in voices for element in voice.elements)


@pytest.mark.parametrize("suite", SUITES)
def test_every_file_loads_or_is_refused_by_name(suite: str, shared_data: Callable[[str], Path]) -> None:
    files, refusals = SUITES[suite]
    found = paths(shared_data(suite))
    assert len(found) == files
    refused = {}
    for path in found:
        started = time.process_time()
        result = reading(path)
        assert time.process_time() - started < SECONDS, path.name
        if isinstance(result, InputError):
            refused[path.name] = result
        else:
            assert problems(result) == (), path.name
    assert len(refused) == refusals
    for name, error in refused.items():
        kind, message = REFUSED[name]
        assert type(error) is kind and message in str(error) and name in str(error) and "\n" not in str(error)


@pytest.fixture(scope="module", params=SUITES)
def compared(
    request: pytest.FixtureRequest, shared_data: Callable[[str], Path]
) -> Iterator[list[tuple[str, Score, object]]]:
    """Name, score and music21's score (or its exception) of every file that is read."""
    rows = []
    for path in paths(shared_data(request.param)):
        ours = reading(path)
        if isinstance(ours, Score):
            rows.append((path.name, ours, theirs(path)))
    yield rows


def theirs(path: Path) -> object:
    """Notes and length as music21 reads them, or its exception."""
    from music21 import converter, stream

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            score = converter.parse(str(path), forceSource=True, format="musicxml")
        except Exception as error:
            return error
        assert isinstance(score, stream.Stream)
        return music21_notes(score), Fraction(score.highestTime).limit_denominator(10_000)


def music21_notes(score: object) -> int:
    from music21 import chord, harmony

    notes = [element for element in score.recurse().notes if not isinstance(element, harmony.Harmony)]  # type: ignore[attr-defined]
    return sum(len(element.notes) if isinstance(element, chord.ChordBase) else 1 for element in notes)


@pytest.mark.slow
def test_notes_and_lengths_agree_with_music21(compared: list[tuple[str, Score, object]]) -> None:
    notes, lengths, alone = set(), set(), set()
    for name, ours, oracle in compared:
        if not isinstance(oracle, tuple):
            alone.add(name)
            continue
        if count_notes(ours) != oracle[0]:
            notes.add(name)
        if ours.duration != oracle[1]:
            lengths.add(name)
    names = {name for name, _, _ in compared}
    assert notes == NOTES_DIFFER.keys() & names
    assert lengths == LENGTHS_DIFFER.keys() & names
    assert alone == ONLY_WE_READ.keys() & names


def bach_chorales() -> list[Path]:
    import music21

    return sorted((Path(music21.__file__).parent / "corpus" / "bach").glob("*.mxl"))


def test_every_bach_chorale_loads() -> None:
    chorales = bach_chorales()
    assert len(chorales) == 408
    for path in chorales[::4]:
        score = reading(path)
        assert isinstance(score, Score), score
        assert problems(score) == ()


def test_every_goudimel_psalm_loads(shared_data: Callable[[str], Path]) -> None:
    psalms = sorted((shared_data("goudimel") / "scores").glob("*.mxl"))
    assert len(psalms) == 30
    scores = [reading(path) for path in psalms]
    assert all(isinstance(score, Score) and len(score.parts) == 4 for score in scores)


@pytest.mark.slow
def test_every_bach_chorale_agrees_with_music21() -> None:
    for path in bach_chorales():
        ours, oracle = reading(path), theirs(path)
        assert isinstance(ours, Score) and isinstance(oracle, tuple)
        assert count_notes(ours) == oracle[0], path.name
        if path.name != "bwv171.6.mxl":  # see LENGTHS_DIFFER
            assert ours.duration == oracle[1], path.name


CORPORA = {"josquin-jrp": 3, "openscore-quartets": 9, "orchestral-stress": 4, "openscore-lieder": 25}
"""Every how manyth file is read."""


@pytest.mark.slow
@pytest.mark.parametrize("corpus", CORPORA)
def test_corpora_load_without_losing_a_note(corpus: str, shared_data: Callable[[str], Path]) -> None:
    """Except polymetre; the notes are counted in the text itself."""
    for path in sorted((shared_data(corpus) / "scores").glob("*.mxl"))[:: CORPORA[corpus]]:
        text = load_document(path)
        try:
            score = read_musicxml(text, path.name)
        except RefusedError as error:
            assert "the parts have different metres at once" in str(error)
            continue
        assert problems(score) == (), path.name
        assert count_notes(score) == len(re.findall(rb"<note[ >]", text)) - len(re.findall(rb"<rest[ />]", text))
