"""The promises, on real files: given music comes back unchanged, and MuseScore accepts what is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from lxml import etree

from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.musicxml.document import load_document, parse, serialize
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.validation.document import check_document, split_by_origin
from scoregen.score.elements import Score
from scoregen.system.errors import InputError
from scoregen.tasks.compose import PieceOptions, SamplingOptions, compose
from tests.notation.musescore import COMMAND, irregular_lengths, note_records, through_musescore

ONE = SamplingOptions(candidates=1)


def harmonised(text: bytes, name: str, weights: Path) -> tuple[Score, bytes]:
    score = compose(read_musicxml(text, name), checkpoint=weights, sampling=ONE).score
    return score, musicxml_text(score, {"scoregen:seed": "0"})


def differences(before: bytes, after: bytes, score: Score) -> list[str]:
    """Every given child of the document and of its parts that is missing or changed.

    A measure with a filled voice is compared without its notes.
    """
    old, new = parse(before, "before"), parse(after, "after")
    found = []
    for part in old.findall("part"):
        there = [other.findall("measure") for other in new.findall(f"part[@id='{part.get('id')}']")]
        refilled = [any(v.origin != "given" for v in m.voices if v.slot.part == part.get("id")) for m in score.measures]
        for index, measure in enumerate(part.findall("measure")):
            if [shape(measure, refilled[index])] != [shape(other[index], refilled[index]) for other in there]:
                found.append(f"part {part.get('id')}, measure {measure.get('number')}")
    for child in old:
        if child.tag == "part-list":
            kept = Counter(canonical(entry) for entry in child) - Counter(canonical(e) for e in new.find("part-list"))
            found += [f"part-list: {len(kept)} entries"] if kept else []
        elif child.tag == "identification":
            left = Counter(map(canonical, child)) - Counter(map(canonical, new.find("identification")))
            found += [str(entry[:60]) for entry in left if b"<miscellaneous>" not in entry]
        elif child.tag != "part":
            found += [] if canonical(child) in [canonical(other) for other in new] else [str(child.tag)]
    return found


NOTES = ("note", "backup", "forward")


def shape(measure: etree._Element, refilled: bool) -> list[bytes]:
    """The children of a measure, without breaks of systems and pages, which were set for fewer staves.

    Of a filled measure all except the notes and the changes of divisions for them.
    """
    children = [child for child in measure if not (refilled and child.tag in NOTES) and not is_break(child)]
    return [
        canonical(child)
        for child in children
        if not (refilled and child.tag == "attributes" and [item.tag for item in child] == ["divisions"])
    ]


def is_break(child: etree._Element) -> bool:
    """Whether a child says nothing but that a system or a page begins."""
    layout = ("system-layout", "page-layout", "staff-layout")
    breaks = {"new-system", "new-page"}
    return child.tag == "print" and set(child.attrib) <= breaks and all(item.tag in layout for item in child)


def canonical(element: etree._Element) -> bytes:
    """Canonical text; plain text for a comment, since lxml crashes on its canonical text."""
    if not isinstance(element.tag, str):
        return etree.tostring(element, with_tail=False)
    parser = etree.XMLParser(remove_blank_text=True)
    again = etree.fromstring(etree.tostring(element, with_tail=False), parser)
    return etree.tostring(again, method="c14n", with_comments=False)


def outcomes(texts: Iterator[tuple[str, Callable[[], bytes]]], weights: Path) -> dict[str, str]:
    """By file: '' if it came back unchanged and valid, else the one-line message that refused it."""
    found = {}
    for name, load in texts:
        try:
            text = load()
            score, written = harmonised(text, name, weights)
            assert split_by_origin(check_document(written, name), score).generated == (), name
        except InputError as error:
            assert "\n" not in str(error)
            found[name] = str(error)
            continue
        assert differences(text, written, score) == [], name
        found[name] = ""
    return found


def real_files(folder: Path, every: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for path in sorted((folder / "files").iterdir())[::every]:
        yield path.name, lambda path=path: load_document(path)  # type: ignore[misc]


def vocal_lines(folder: Path, count: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for path in sorted((folder / "scores").glob("*.mxl"))[: 12 * count : 12]:
        yield path.name, lambda path=path: _first_part(load_document(path), path.name)  # type: ignore[misc]


def _first_part(text: bytes, name: str) -> bytes:
    """The document with the singer's part only."""
    root = parse(text, name)
    for other in root.findall("part")[1:]:
        root.remove(other)
    entries = root.find("part-list")
    kept = root.find("part").get("id")
    for entry in [entry for entry in entries if entry.get("id") != kept]:
        entries.remove(entry)
    return serialize(root)


def test_a_sample_of_real_files_comes_back_untouched(untrained: Path, shared_data: Callable[[str], Path]) -> None:
    found = outcomes(real_files(shared_data("realworld-musicxml"), 12), untrained)
    assert sum(not reason for reason in found.values()) >= 6, found


def test_a_sample_of_songs_comes_back_untouched(untrained: Path, shared_data: Callable[[str], Path]) -> None:
    found = outcomes(vocal_lines(shared_data("openscore-lieder"), 4), untrained)
    assert not any(found.values()), found


@pytest.mark.slow
def test_every_real_file_comes_back_untouched(
    untrained: Path, shared_data: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    found = outcomes(real_files(shared_data("realworld-musicxml"), 1), untrained)
    for name, reason in found.items():
        record_property(name, reason or "untouched")
    assert sum(not reason for reason in found.values()) >= 110, found


@pytest.mark.slow
def test_a_hundred_songs_come_back_untouched(untrained: Path, shared_data: Callable[[str], Path]) -> None:
    found = outcomes(vocal_lines(shared_data("openscore-lieder"), 100), untrained)
    assert len(found) >= 98
    assert sum(not reason for reason in found.values()) >= 90, {name: why for name, why in found.items() if why}


PIECES = [
    PieceOptions(measures=measures, key=key, time=time, anacrusis=anacrusis, phrases=2)
    for measures in (4, 7)
    for key in ("C major", "f# minor", "Eb major", "d dorian", "B major")
    for time, anacrusis in (
        ("4/4", Fraction(0)),
        ("4/4", Fraction(1)),
        ("3/4", Fraction(1)),
        ("2/2", Fraction(0)),
        ("6/8", Fraction(1, 2)),
        ("9/8", Fraction(1, 2)),
        ("12/8", Fraction(3, 2)),
        ("5/4", Fraction(0)),
        ("3/8", Fraction(0)),
        ("7/8", Fraction(1)),
    )
]


def accepted(number: int, weights: Path, folder: Path) -> None:
    """One new piece through MuseScore and back, alternately from the shipped and from untrained weights."""
    sampling = SamplingOptions(seed=number, candidates=1)
    score = compose(piece=PIECES[number % 100], checkpoint=weights if number % 2 else None, sampling=sampling).score
    folder.mkdir()
    text = musicxml_text(score)
    acceptance = through_musescore(text, folder)
    assert acceptance.complaints == ()
    assert acceptance.odd_lengths == irregular_lengths(text, score)
    assert note_records(acceptance.score) == note_records(score)


@pytest.mark.skipif(COMMAND is None, reason="MuseScore 3 (mscore3) is not installed")
def test_musescore_accepts_a_few_generated_scores(untrained: Path, tmp_path: Path) -> None:
    for number in (3, 14, 25, 36, 47, 58):
        accepted(number, untrained, tmp_path / str(number))


@pytest.mark.slow
@pytest.mark.skipif(COMMAND is None, reason="MuseScore 3 (mscore3) is not installed")
def test_musescore_accepts_two_hundred_generated_scores(untrained: Path, tmp_path: Path) -> None:
    for number in range(200):
        accepted(number, untrained, tmp_path / str(number))
