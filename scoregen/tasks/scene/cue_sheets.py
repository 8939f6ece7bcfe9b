"""Cue sheets: every cue with its timecode, its place in the music and its error, as Markdown, CSV or a printed page."""

from __future__ import annotations

import csv
import io

from scoregen.plan.scene.cues import Scene
from scoregen.tasks.score_scene import CueTime, SceneMusic

SUFFIXES = (".md", ".csv", ".pdf")
HEAD = ("Cue", "Hit", "Timecode", "Seconds", "Measure", "Beat", "Music", "Error (frames)")
SECTIONS_HEAD = ("Section", "Starts at", "Measures", "Time", "Tempo", "Key")


def cue_sheet(scene: Scene, music: SceneMusic, suffix: str) -> bytes:
    """The file in the format of a suffix of `SUFFIXES`. ToolError if the page cannot be typeset."""
    if suffix == ".csv":
        return _csv(scene, music).encode()
    return _pdf(scene, music) if suffix == ".pdf" else _markdown(scene, music).encode()


def cue_rows(scene: Scene, music: SceneMusic) -> tuple[tuple[str, ...], ...]:
    """A row under `HEAD` for each cue."""
    return tuple(_row(scene, cue) for cue in music.cues)


def _row(scene: Scene, cue: CueTime) -> tuple[str, ...]:
    error = f"{cue.error * float(scene.rate.exact):+.2f}{'' if cue.exact else ' (left out)'}"
    place = str(cue.beat) if cue.beat else "end"
    times = (cue.code, f"{float(cue.cue.time):.3f}", cue.measure, place, f"{cue.seconds:.3f}")
    return (cue.cue.name, cue.cue.kind, *times, error)


def section_rows(music: SceneMusic) -> tuple[tuple[str, ...], ...]:
    """A row under `SECTIONS_HEAD` for each section of the plan."""
    rows, start = [], 0.0
    for section in music.plan.sections:
        shape = (str(section.measures), str(section.time), f"{float(section.tempo):.2f}", str(section.key))
        rows.append((section.name, f"{start:.3f}", *shape))
        start += float(section.seconds)
    return tuple(rows)


def _title(scene: Scene) -> str:
    return scene.title or "Cue sheet"


def _subtitle(scene: Scene) -> str:
    return f"{scene.rate.name} frames per second, {float(scene.seconds):.3f} seconds"


def _markdown(scene: Scene, music: SceneMusic) -> str:
    tables = (_table(HEAD, cue_rows(scene, music)), _table(SECTIONS_HEAD, section_rows(music)))
    return f"# {_title(scene)}\n\n{_subtitle(scene)}\n\n{tables[0]}\n\n## Sections\n\n{tables[1]}\n"


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in lines)


def _csv(scene: Scene, music: SceneMusic) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows((HEAD, *cue_rows(scene, music)))
    return written.getvalue()


def _pdf(scene: Scene, music: SceneMusic) -> bytes:
    from scoregen.notation.engraving.pdf import Table, tables_pdf

    cues = Table(HEAD, cue_rows(scene, music), frozenset(range(3, len(HEAD))))
    sections = Table(SECTIONS_HEAD, section_rows(music), frozenset({1, 2, 4}))
    return tables_pdf(_title(scene), _subtitle(scene), [cues, sections])
