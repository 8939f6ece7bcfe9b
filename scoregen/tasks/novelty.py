"""What of a score stands in a corpus: where, how long, in which work, and whether that is much.

How much is much, the corpus itself says: its held-out works share passages with the others too. A score
whose longest passage is as long as every second of theirs is as new as they are. The score is compared with
all works, held-out ones with the others only: in doubt it looks a little less new than they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scoregen.evaluation.passages.corpus_index import CorpusIndex, WorkSequences
from scoregen.evaluation.passages.event_sequences import EventSequence
from scoregen.evaluation.passages.ngram_index import NgramIndex, Passage
from scoregen.evaluation.reference_corpus.index_cache import open_works
from scoregen.evaluation.reference_corpus.pieces import score_work
from scoregen.score.elements import Score
from scoregen.system.errors import InputError
from scoregen.version import __version__

if TYPE_CHECKING:
    from scoregen.pictures.passages_picture import Bar

SHORTEST_SHARED = 4
"""Events: shorter passages are everybody's and are not listed."""
ALL_VOICES = "all voices"
USUAL, RARE = 0.5, 0.05
"""Shares of the corpus's own works that have as much in common with the others: from the first on a score is as
new as they are, below the second it has borrowed."""
FEWEST = 20
"""Works without which no distribution is told of."""

Verdict = Literal["new", "usual", "borrowed", "copied", "unknown"]


@dataclass(frozen=True, slots=True)
class PassageSource:
    """A place in the corpus, and the semitones that lead from there to the score."""

    work: str
    voice: str | None
    measure: str
    semitones: int


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """A passage of the score, by measure numbers and in events, and the nearest of the corpus.

    `begins` and `ends` are places on an axis of measures, counted from 0.
    """

    first_measure: str
    last_measure: str
    begins: float
    ends: float
    events: int
    similarity: float
    source: PassageSource


@dataclass(frozen=True, slots=True)
class VoiceNovelty:
    """All voices together, or the melody of one.

    `longest`: events of the longest passage that stands in the corpus as it is, 0 for none; `shared`:
    all of at least SHORTEST_SHARED, longest first; `similar`: the nearest passages, in the order of the
    score; `reference`: the longest of works of the corpus, a work a number.
    """

    voice: str
    events: int
    longest: int
    reference: tuple[int, ...]
    shared: tuple[SharedPassage, ...]
    similar: tuple[SharedPassage, ...]

    @property
    def as_much(self) -> float | None:
        """The share of the corpus's own works with as long a passage; None where too few are known."""
        if len(self.reference) < FEWEST:
            return None
        return sum(length >= self.longest for length in self.reference) / len(self.reference)

    @property
    def verdict(self) -> Verdict:
        """What that means."""
        if self.longest == self.events >= SHORTEST_SHARED:
            return "copied"
        share = self.as_much
        return "unknown" if share is None else "new" if share >= USUAL else "usual" if share >= RARE else "borrowed"


@dataclass(frozen=True, slots=True)
class NoveltyReport:
    """`held_out`: the reference is what works kept from the others share with them, else what each shares with all."""

    corpus: str
    works: int
    held_out: bool
    measures: tuple[str, ...]
    lines: tuple[VoiceNovelty, ...]
    notices: tuple[str, ...]


def novelty_report(
    score: Score,
    against: Path | str | None,
    *,
    name: str = "the score",
    index: Path | str | None = None,
    without: Sequence[str] = (),
    progress: Callable[[float], None] | None = None,
) -> NoveltyReport:
    """Compare a score with the works of a corpus (a folder, or one by its name), but for those of `without`.

    These are patterns of names, such as `*/bwv13.6.mxl`. `index` names the file in which what is made of
    the corpus is kept; with it alone, `against` being None, nothing else is asked. `name` is what errors call the
    score. InputError where one of them is not there, or nothing sounds in the score.
    """
    asked = score_work(score, name)
    opened = open_works(None if against is None else str(against), Path(index) if index else None, progress)
    return report(asked, opened.repertoire, without, opened.notices)


def report(
    asked: WorkSequences, repertoire: CorpusIndex, without: Sequence[str] = (), notices: Sequence[str] = ()
) -> NoveltyReport:
    """The report on one work."""
    about = repertoire.about
    hidden = _hidden(repertoire, without)
    numbers, melodies = asked.work.numbers, about["reference"]["melodies"]
    lines = [
        _line(voice, melody, numbers, repertoire, repertoire.melodies, hidden, known)
        for voice, melody, known in zip_longest(asked.work.voices, asked.melodies, melodies[: len(asked.melodies)])
    ]
    if len(lines) > 1:
        known = about["reference"]["texture"]
        lines.insert(0, _line(ALL_VOICES, asked.texture, numbers, repertoire, repertoire.texture, hidden, known))
    told = [*notices]
    if refused := about["refused"]:
        told.append(f"{len(refused)} of {len(refused) + len(repertoire)} scores were left out; the first: {refused[0]}")
    works = len(repertoire) - len(hidden)
    return NoveltyReport(about["corpus"], works, about["held_out"], numbers, tuple(lines), tuple(told))


def in_words(report: NoveltyReport) -> list[str]:
    """The verdict, a sentence a line."""
    return [f"{line.voice}: {_sentence(line, report)}" for line in report.lines]


def report_json(report: NoveltyReport) -> dict[str, Any]:
    """The report for a program to read."""
    table = asdict(report)
    for row, line in zip(table["lines"], report.lines, strict=True):
        row |= {"as_much": line.as_much, "verdict": line.verdict}
    return {"version": __version__, **table, "words": in_words(report)}


def _line(
    voice: str,
    strand: EventSequence,
    numbers: Sequence[str],
    repertoire: CorpusIndex,
    index: NgramIndex,
    hidden: Sequence[int],
    reference: Sequence[int] | None,
) -> VoiceNovelty:
    nearest = index.nearest(strand, [index.span(number, number + 1) for number in hidden])

    def located(passages: Iterable[Passage]) -> tuple[SharedPassage, ...]:
        return tuple(_located(passage, strand, numbers, repertoire, index) for passage in passages)

    shared = [passage for passage in nearest.shared if passage.length >= SHORTEST_SHARED]
    shared.sort(key=lambda passage: -passage.length)
    return VoiceNovelty(
        voice, len(strand), nearest.longest, tuple(reference or ()), located(shared), located(nearest.similar)
    )


def _located(
    passage: Passage, strand: EventSequence, numbers: Sequence[str], repertoire: CorpusIndex, index: NgramIndex
) -> SharedPassage:
    row = index.strand_at(passage.place)
    work = repertoire.work(int(index.works[row]))
    voice = work.voices[index.voices[row]] if index is repertoire.melodies else None
    semitones = int(strand.pitches[passage.at]) - int(index.pitches[passage.place])
    last = passage.first + passage.length - 1
    return SharedPassage(
        numbers[strand.measures[passage.first]],
        numbers[strand.measures[last]],
        _place(strand, passage.first),
        _place(strand, last + 1),
        passage.length,
        passage.similarity,
        PassageSource(work.name, voice, work.numbers[index.measures[passage.place]], semitones),
    )


def _place(strand: EventSequence, event: int) -> float:
    """An event on an axis of measures: those of one measure lie at equal distances."""
    measures = strand.measures
    if event >= len(measures):
        return float(measures[-1]) + 1
    inside = measures == measures[event]
    return float(measures[event]) + float(inside[:event].sum() / inside.sum())


def _hidden(repertoire: CorpusIndex, without: Sequence[str]) -> list[int]:
    """The numbers of the works to leave out; InputError where a pattern matches none."""
    names = repertoire.names() if without else []
    found = set()
    for pattern in without:
        hits = [number for number, name in enumerate(names) if fnmatchcase(name, pattern)]
        if not hits:
            raise InputError(f"no work of {repertoire.about['corpus']} is called {pattern!r}; one is called {names[0]}")
        found.update(hits)
    return sorted(found)


def _sentence(line: VoiceNovelty, report: NoveltyReport) -> str:
    unit = "changes of sonority" if line.voice == ALL_VOICES else "notes"
    if not line.longest:
        return f"no two {unit} in a row stand in {report.corpus}"
    if line.verdict == "copied":
        return f"all of it, {line.events} {unit}, stands in {report.corpus}: {origin(line.shared[0].source)}"
    text = f"no passage longer than {line.longest} {unit} stands in {report.corpus}"
    if line.as_much is None:
        return f"{text}; too few works to say how much that is"
    works = "held-out works share" if report.held_out else "works share"
    return f"{text}; {100 * line.as_much:.0f} % of its {works} as much with the others: {_MEANING[line.verdict]}"


_MEANING: Mapping[Verdict, str] = {
    "new": "as new as they are",
    "usual": "within what is usual",
    "borrowed": "more than is usual",
}


def spread(found: SharedPassage) -> str:
    """The measures of a passage."""
    first, last = found.first_measure, found.last_measure
    return f"measure {first}" if first == last else f"measures {first}-{last}"


def origin(source: PassageSource) -> str:
    """Where a passage comes from."""
    voice = f", {source.voice}" if source.voice else ""
    return f"{source.work}{voice}, measure {source.measure}"


def picture(report: NoveltyReport, title: str, kind: str) -> bytes:
    """The report as a picture: svg, png or pdf."""
    from scoregen.pictures.passages_picture import Row, draw_passages

    rows = []
    for line in report.lines:
        known = sorted(line.reference) if line.as_much is not None else []
        usual, rare = (float(known[int(share * len(known))]) if known else None for share in (1 - USUAL, 1 - RARE))
        unit = "changes" if line.voice == ALL_VOICES else "notes"
        rows.append(Row(line.voice, unit, _bars(line.shared), _bars(line.similar), usual, rare))
    return draw_passages(rows, report.measures, title, kind)


def _bars(passages: Sequence[SharedPassage]) -> list[Bar]:
    from scoregen.pictures.passages_picture import Bar

    return [
        Bar(found.begins, found.ends, found.events, found.similarity, _short_origin(found.source)) for found in passages
    ]


def _short_origin(source: PassageSource) -> str:
    """For a label: the name of the file without its folder and suffix."""
    voice = f" {source.voice}" if source.voice else ""
    return f"{Path(source.work).stem}{voice} m. {source.measure}"
