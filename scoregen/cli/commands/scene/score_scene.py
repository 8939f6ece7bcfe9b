"""`scoregen score-scene`: music that meets the hit points of a scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.console.arguments import Ensemble, Force, Json, Landscape, Outputs, Paper, Quiet, StaffSize
from scoregen.cli.console.conversion import Writing, conversion
from scoregen.cli.console.outputs import file_word, output_files
from scoregen.cli.console.terminal import file_in_errors, print_json

if TYPE_CHECKING:
    from scoregen.tasks.score_scene import SceneMusic


def score_scene_command(
    cues: Annotated[Path, typer.Argument(metavar="CUES", help="The cues of the scene, a TOML file.")],
    output: Outputs = None,
    ensemble: Ensemble = "satb",
    cue_sheet: Annotated[
        Path | None, typer.Option("--cue-sheet", metavar="FILE", help="Write the cue sheet, a .md file.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="Write the plan of the music, a .toml file.")
    ] = None,
    stems: Annotated[
        Path | None, typer.Option("--stems", metavar="FOLDER", help="Write a recording of each part, as .wav files.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same notes.")] = 0,
    candidates: Annotated[int, typer.Option("--candidates", min=1, help="Number of drafts to sample and rank.")] = 8,
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compose music whose hit points fall on the cues of a scene, given in seconds, frames or timecode.

    Tempos and measures are solved so that every cue is on a downbeat with the least change of tempo. Without -o,
    CUES.ENSEMBLE.musicxml is written in the current folder.
    """
    from scoregen.model.network.config import SamplingOptions
    from scoregen.notation.engraving.pages import engraving_options
    from scoregen.notation.files import check_tools
    from scoregen.plan.piece.writing import plan_text
    from scoregen.plan.scene.cues import read_scene
    from scoregen.score.ensemble import load_ensemble
    from scoregen.system.files import check_targets, write_files
    from scoregen.tasks import score_scene as tasks

    writing = Writing(engraving_options(paper, staff_size, landscape), force, as_json, quiet)
    outputs = output_files(output, [cues], load_ensemble(ensemble).name, ".musicxml")[cues]
    check_targets([cue_sheet] if cue_sheet else [], [".md"], force=force)
    check_targets([plan] if plan else [], [".toml"], force=force)
    if stems:
        check_tools(".wav")
    scene = read_scene(cues)
    with conversion(outputs, writing) as work:
        options = SamplingOptions(seed=seed, candidates=candidates)
        with file_in_errors(cues):
            music = tasks.score_scene(scene, ensemble=ensemble, sampling=options, progress=work.stage("composing"))
        written = work.write(music.score, music.notices)
        texts = [(cue_sheet, tasks.cue_sheet(scene, music)), (plan, plan_text(music.plan))]
        files = [(path, text.encode()) for path, text in texts if path is not None]
        files += _stems(music, stems / cues.stem) if stems else ()
        others = write_files(files, force=force)
        work.paths += others
    if as_json:
        print_json(_report(music, [*written, *others]))


def _stems(music: SceneMusic, stem: Path) -> list[tuple[Path, bytes]]:
    """The recording of each part, equally long, at its level in the whole."""
    from scoregen.notation.sound.audio_files import audio_file
    from scoregen.notation.sound.performance import part_audio

    names = [file_word(part.name or part.id) for part in music.score.parts]
    paths = [stem.with_name(f"{stem.name}-{number}-{name}.wav") for number, name in enumerate(names, 1)]
    return [(path, audio_file(audio, ".wav")) for path, audio in zip(paths, part_audio(music.score), strict=True)]


def _report(music: SceneMusic, files: list[Path]) -> dict[str, Any]:
    """The result for programs."""
    start, sections = 0.0, []
    for section in music.plan.sections:
        seconds = float(section.seconds)
        row = {"name": section.name, "start": start, "seconds": seconds, "measures": section.measures}
        sections.append({**row, "time": str(section.time), "tempo": float(section.tempo), "key": str(section.key)})
        start += seconds
    return {
        "files": [str(path) for path in files],
        "cues": [
            {
                **{"name": cue.cue.name, "hit": cue.cue.kind, "timecode": cue.code, "asked": float(cue.cue.time)},
                **{"seconds": cue.seconds, "measure": cue.measure, "beat": cue.beat, "exact": cue.exact},
                "sounds": cue.sounds,
            }
            for cue in music.cues
        ],
        "sections": sections,
        "notices": list(music.notices),
    }
