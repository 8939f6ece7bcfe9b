"""The report of a build: what is kept, and every file that is left out with its reason, by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from scoregen.corpora.manifest import SPLITS, SUFFIXES
from scoregen.corpora.refusals import refusal_kind
from scoregen.corpora.shards import CorpusIndex, ShardSource
from scoregen.corpora.shards.corpus_index import REPORT
from scoregen.system.files import write_files

_OTHER_NOTATION = {
    ".sib": "Sibelius", ".mus": "Finale", ".musx": "Finale", ".ly": "LilyPond", ".nwc": "NoteWorthy", ".cap": "capella",
    ".gp": "Guitar Pro", ".gp3": "Guitar Pro", ".gp4": "Guitar Pro", ".gp5": "Guitar Pro", ".gpx": "Guitar Pro",
    ".enc": "Encore", ".mup": "Mup", ".dorico": "Dorico", ".rosegarden": "Rosegarden", ".ove": "Overture",
    ".wav": "a recording", ".mp3": "a recording", ".flac": "a recording", ".ogg": "a recording",
    ".m4a": "a recording", ".pdf": "pages", ".png": "a picture", ".jpg": "a picture", ".tif": "a picture",
}  # fmt: skip
NO_READER = "no notation that scoregen reads"


def unread_files(folder: Path) -> tuple[str, ...]:
    """The files of a folder that look like music but have no reader, each with the reason."""
    return tuple(
        f"{path.relative_to(folder).as_posix()}: {NO_READER}: {_OTHER_NOTATION[path.suffix.lower()]}"
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _OTHER_NOTATION and path.suffix.lower() not in SUFFIXES and path.name[0] != "."
    )


def write_report(folder: Path, index: CorpusIndex, sources: Sequence[ShardSource], unread: Sequence[str]) -> None:
    """Write the report into the folder of a corpus; OutputError if that fails."""
    text = "".join(f"{line}\n" for line in report_lines(index, sources, unread))
    write_files([(folder / REPORT, text.encode(errors="surrogateescape"))], force=True)


def report_lines(index: CorpusIndex, sources: Sequence[ShardSource], unread: Sequence[str] = ()) -> Iterator[str]:
    """What a build kept and left out, then a line for each file that is left out."""
    yield from summary_lines(index, sources, unread)
    refused = sorted([*(f"{source.file}: {source.lost}" for source in sources if source.lost), *unread])
    if refused:
        yield ""
        yield from refused


def summary_lines(index: CorpusIndex, sources: Sequence[ShardSource], unread: Sequence[str] = ()) -> Iterator[str]:
    """One line for what is kept, and one for each kind of reason why files are left out."""
    lost = Counter(refusal_kind(source.lost) for source in sources if source.lost)
    lost.update(NO_READER for _ in unread)
    files, kept = len(sources) + len(unread), sum(not source.lost for source in sources)
    splits = ", ".join(f"{split} {len(index.of_split(split))}" for split in SPLITS)
    yield (
        f"{index.name}: {kept} of {files} files kept: {len(index.columns['row'])} movements ({splits}), "
        f"{int(index.columns['measures'].sum())} measures"
    )
    yield from (f"left out {count}: {kind}" for kind, count in lost.most_common())
