"""Novelty of a score: the passages that it shares with a corpus, and whether their length is unusual.

The corpus supplies the scale, because its held-out works share passages with the other works too. A score is as
new as they are if at least half of them have a passage as long as its longest one. The score is compared with all
works, but held-out works only with the others, so that the score can look slightly less new than it is.
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
from scoregen.score.display import html_table
from scoregen.score.elements import Score
from scoregen.system.errors import InputError
from scoregen.system.version import __version__

if TYPE_CHECKING:
    from scoregen.pictures.passages_picture import Bar

SHORTEST_SHARED = 4
"""Events: shorter passages are common to all music and are not listed."""
ALL_VOICES = "all voices"
USUAL, RARE = 0.5, 0.05
"""Thresholds for the share of works of the corpus with as long a passage: from USUAL on a score is new, below RARE it
has borrowed."""
FEWEST = 20
"""The fewest works for a distribution."""

Verdict = Literal["new", "usual", "borrowed", "copied", "unknown"]


@dataclass(frozen=True, slots=True)
class PassageSource:
    """A place in the corpus, and the transposition from there to the score in semitones."""

    work: str
    voice: str | None
    measure: str
    semitones: int


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """A passage of the score, in measure numbers and events, and the nearest passage of the corpus.

    `begins` and `ends` are positions on an axis of measures, counted from 0.
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
    """The novelty of all voices together, or of the melody of one voice.

    `longest`: the length of the longest identical passage in events, 0 for none. `shared`: all identical
    passages of at least SHORTEST_SHARED events, longest first. `similar`: the nearest passages, in the order of
    the score. `reference`: the longest passage of each reference work of the corpus.
    """

    voice: str
    events: int
    longest: int
    reference: tuple[int, ...]
    shared: tuple[SharedPassage, ...]
    similar: tuple[SharedPassage, ...]

    @property
    def as_much(self) -> float | None:
        """The share of the reference works with as long a passage; None if there are too few works."""
        if len(self.reference) < FEWEST:
            return None
        return sum(length >= self.longest for length in self.reference) / len(self.reference)

    @property
    def verdict(self) -> Verdict:
        """The meaning of `as_much`."""
        if self.longest == self.events >= SHORTEST_SHARED:
            return "copied"
        share = self.as_much
        return "unknown" if share is None else "new" if share >= USUAL else "usual" if share >= RARE else "borrowed"


@dataclass(frozen=True, slots=True, repr=False)
class NoveltyReport:
    """`held_out`: the reference compares held-out works with the others, else each work with all others."""

    corpus: str
    works: int
    held_out: bool
    measures: tuple[str, ...]
    lines: tuple[VoiceNovelty, ...]
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        first = self.lines[0]
        return f"<NoveltyReport against {self.corpus}, {self.works} works: {first.voice} {first.verdict}>"

    def _repr_html_(self) -> str:
        rows = [(line.voice, line.events, line.longest, line.verdict) for line in self.lines]
        return html_table(("Voice", "Events", "Longest passage", "Verdict"), rows)


def novelty_report(
    score: Score,
    against: Path | str | None,
    *,
    name: str = "the score",
    index: Path | str | None = None,
    without: Sequence[str] = (),
    progress: Callable[[float], None] | None = None,
) -> NoveltyReport:
    """Compare a score with the works of a corpus (a folder or a name), except those that match `without`.

    `without` holds patterns of names, such as `*/bwv13.6.mxl`. `index` names the file of the corpus index; if
    `against` is None, the index alone is used. `name` is the name of the score in errors. Raises InputError if
    the corpus or the index does not exist, or if the score has no sounding note.
    """
    work = score_work(score, name)
    cached = open_works(None if against is None else str(against), Path(index) if index else None, progress)
    return report(work, cached.index, without, cached.notices)


def report(
    work: WorkSequences, corpus: CorpusIndex, without: Sequence[str] = (), notices: Sequence[str] = ()
) -> NoveltyReport:
    """The report on one work."""
    about = corpus.about
    excluded = _excluded(corpus, without)
    numbers, melodies = work.work.numbers, about["reference"]["melodies"]
    lines = [
        _line(voice, melody, numbers, corpus, corpus.melodies, excluded, reference)
        for voice, melody, reference in zip_longest(work.work.voices, work.melodies, melodies[: len(work.melodies)])
    ]
    if len(lines) > 1:
        reference = about["reference"]["texture"]
        lines.insert(0, _line(ALL_VOICES, work.texture, numbers, corpus, corpus.texture, excluded, reference))
    messages = [*notices]
    if refused := about["refused"]:
        messages.append(f"{len(refused)} of {len(refused) + len(corpus)} scores were left out; the first: {refused[0]}")
    works = len(corpus) - len(excluded)
    return NoveltyReport(about["corpus"], works, about["held_out"], numbers, tuple(lines), tuple(messages))


def sentences(report: NoveltyReport) -> list[str]:
    """The verdict, one sentence per line."""
    return [f"{line.voice}: {_sentence(line, report)}" for line in report.lines]


def report_json(report: NoveltyReport) -> dict[str, Any]:
    """The report as JSON values."""
    table = asdict(report)
    for row, line in zip(table["lines"], report.lines, strict=True):
        row |= {"as_much": line.as_much, "verdict": line.verdict}
    return {"version": __version__, **table, "words": sentences(report)}


def _line(
    voice: str,
    sequence: EventSequence,
    numbers: Sequence[str],
    corpus: CorpusIndex,
    index: NgramIndex,
    excluded: Sequence[int],
    reference: Sequence[int] | None,
) -> VoiceNovelty:
    nearest = index.nearest(sequence, [index.span(number, number + 1) for number in excluded])

    def located(passages: Iterable[Passage]) -> tuple[SharedPassage, ...]:
        return tuple(_located(passage, sequence, numbers, corpus, index) for passage in passages)

    shared = [passage for passage in nearest.shared if passage.length >= SHORTEST_SHARED]
    shared.sort(key=lambda passage: -passage.length)
    return VoiceNovelty(
        voice, len(sequence), nearest.longest, tuple(reference or ()), located(shared), located(nearest.similar)
    )


def _located(
    passage: Passage, sequence: EventSequence, numbers: Sequence[str], corpus: CorpusIndex, index: NgramIndex
) -> SharedPassage:
    row = index.sequence_at(passage.place)
    work = corpus.work(int(index.works[row]))
    voice = work.voices[index.voices[row]] if index is corpus.melodies else None
    semitones = int(sequence.pitches[passage.at]) - int(index.pitches[passage.place])
    last = passage.first + passage.length - 1
    return SharedPassage(
        numbers[sequence.measures[passage.first]],
        numbers[sequence.measures[last]],
        _place(sequence, passage.first),
        _place(sequence, last + 1),
        passage.length,
        passage.similarity,
        PassageSource(work.name, voice, work.numbers[index.measures[passage.place]], semitones),
    )


def _place(sequence: EventSequence, event: int) -> float:
    """The position of an event on an axis of measures; the events of a measure are equally spaced."""
    measures = sequence.measures
    if event >= len(measures):
        return float(measures[-1]) + 1
    inside = measures == measures[event]
    return float(measures[event]) + float(inside[:event].sum() / inside.sum())


def _excluded(corpus: CorpusIndex, without: Sequence[str]) -> list[int]:
    """The numbers of the works to exclude. InputError for a pattern that matches no work."""
    names = corpus.names() if without else []
    numbers: set[int] = set()
    for pattern in without:
        hits = [number for number, name in enumerate(names) if fnmatchcase(name, pattern)]
        if not hits:
            raise InputError(
                f"--without: {corpus.about['corpus']} has no work {pattern!r}; expected a name such as {names[0]}"
            )
        numbers.update(hits)
    return sorted(numbers)


def _sentence(line: VoiceNovelty, report: NoveltyReport) -> str:
    unit = "changes of sonority" if line.voice == ALL_VOICES else "notes"
    if not line.longest:
        return f"no two {unit} in a row occur in {report.corpus}"
    if line.verdict == "copied":
        return f"all of it, {line.events} {unit}, occurs in {report.corpus}: {origin(line.shared[0].source)}"
    text = f"no passage longer than {line.longest} {unit} occurs in {report.corpus}"
    if line.as_much is None:
        return f"{text}; too few works for a comparison"
    works = "held-out works share" if report.held_out else "works share"
    return f"{text}; {100 * line.as_much:.0f} % of its {works} as much with the others: {_MEANING[line.verdict]}"


_MEANING: Mapping[Verdict, str] = {
    "new": "as new as they are",
    "usual": "a usual length",
    "borrowed": "more than usual",
}


def measure_range(passage: SharedPassage) -> str:
    """The measures of a passage."""
    first, last = passage.first_measure, passage.last_measure
    return f"measure {first}" if first == last else f"measures {first}-{last}"


def origin(source: PassageSource) -> str:
    """The work, voice and measure of a passage."""
    voice = f", {source.voice}" if source.voice else ""
    return f"{source.work}{voice}, measure {source.measure}"


def picture(report: NoveltyReport, title: str, kind: str) -> bytes:
    """The report as a plot: svg, png or pdf."""
    from scoregen.pictures.passages_picture import Row, draw_passages

    rows = []
    for line in report.lines:
        lengths = sorted(line.reference) if line.as_much is not None else []
        usual, rare = (
            float(lengths[int(share * len(lengths))]) if lengths else None for share in (1 - USUAL, 1 - RARE)
        )
        unit = "changes" if line.voice == ALL_VOICES else "notes"
        rows.append(Row(line.voice, unit, _bars(line.shared), _bars(line.similar), usual, rare))
    return draw_passages(rows, report.measures, title, kind)


def _bars(passages: Sequence[SharedPassage]) -> list[Bar]:
    from scoregen.pictures.passages_picture import Bar

    return [
        Bar(passage.begins, passage.ends, passage.events, passage.similarity, _short_origin(passage.source))
        for passage in passages
    ]


def _short_origin(source: PassageSource) -> str:
    """A label: the name of the file without folder and suffix."""
    voice = f" {source.voice}" if source.voice else ""
    return f"{Path(source.work).stem}{voice} m. {source.measure}"
