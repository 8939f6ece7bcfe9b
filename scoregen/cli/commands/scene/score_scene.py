"""`scoregen score-scene`: music that meets the hit points of a scene, and music for games."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scoregen.cli.commands.scene.game import GameRequest, write_game
from scoregen.cli.console.arguments import (
    Ensemble,
    Force,
    Json,
    Landscape,
    Like,
    Outputs,
    Paper,
    Quiet,
    Seed,
    StaffSize,
    given_options,
    refuse_unused,
)
from scoregen.cli.console.conversion import Conversion, Writing, conversion
from scoregen.cli.console.liked import Liked
from scoregen.cli.console.outputs import file_word, output_files
from scoregen.cli.console.sampling_options import Candidates
from scoregen.cli.console.terminal import file_in_errors, print_json
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.notation.sound.audio import Audio
    from scoregen.plan.piece.piece_plan import PiecePlan
    from scoregen.plan.scene.cues import Scene
    from scoregen.tasks.score_scene import SceneMusic


def score_scene_command(
    context: typer.Context,
    cues: Annotated[
        Path, typer.Argument(metavar="CUES", help="The cues of the scene, or for --game the plan, a TOML file.")
    ],
    output: Outputs = None,
    ensemble: Ensemble = "satb",
    cue_sheet: Annotated[
        Path | None, typer.Option("--cue-sheet", metavar="FILE", help="Write the cue sheet, a .pdf, .md or .csv file.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="Write the plan of the music, a .toml file.")
    ] = None,
    stems: Annotated[
        Path | None, typer.Option("--stems", metavar="FOLDER", help="Write a recording of each part, as .wav files.")
    ] = None,
    game: Annotated[
        Path | None,
        typer.Option("--game", metavar="FOLDER", help="Write loops, transitions and layers with music.json."),
    ] = None,
    game_format: Annotated[
        str, typer.Option("--game-format", metavar="wav|flac|ogg", help="Format of the recordings of --game.")
    ] = "wav",
    layers: Annotated[int, typer.Option("--layers", min=1, max=4, help="Number of layers of --game.")] = 3,
    bridge: Annotated[
        int | None,
        typer.Option(
            "--bridge", min=1, max=2, help="Measures of a transition of --game.", show_default="1, or 2 short ones"
        ),
    ] = None,
    like: Like = None,
    seed: Seed = 0,
    candidates: Candidates = None,
    paper: Paper = None,
    staff_size: StaffSize = None,
    landscape: Landscape = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compose music whose hit points fall on the cues of a scene, given in seconds, frames or timecode.

    Tempos and measures are solved so that every cue is on a downbeat with the least change of tempo. Without -o,
    CUES.ENSEMBLE.musicxml is written in the current folder. --game takes a plan with sections as well.
    """
    from scoregen.model.network.config import SamplingOptions
    from scoregen.notation.engraving.options import engraving_options
    from scoregen.notation.files import check_tools
    from scoregen.plan.scene.cues import is_plan, read_scene
    from scoregen.score.ensemble import load_ensemble
    from scoregen.system.files import check_targets
    from scoregen.tasks.scene.cue_sheets import SUFFIXES
    from scoregen.tasks.scene.game_music import GameOptions

    if game is None:
        refuse_unused(context, "without --game", ("game_format", "layers", "bridge"))
    writing = Writing(engraving_options(paper, staff_size, landscape), force, as_json, quiet)
    outputs = output_files(output, [cues], load_ensemble(ensemble).name, ".musicxml")[cues]
    check_targets([cue_sheet] if cue_sheet else [], SUFFIXES, force=force)
    check_targets([plan] if plan else [], [".toml"], force=force)
    if stems:
        check_tools(".wav")
    sampling = SamplingOptions(**given_options(seed=seed, candidates=candidates))
    options = GameOptions(layers, bridge)
    asked = GameRequest.of(game, game_format, options, ensemble, sampling, force=force) if game else None
    liked = Liked.read(like) if like else None
    if is_plan(cues):
        _loops_of_plan(cues, asked, liked, outputs, writing, {"--cue-sheet": cue_sheet, "--stems": stems}, plan)
        return
    scene = read_scene(cues)
    with conversion(outputs, writing) as work:
        with file_in_errors(cues):
            music = _composed(scene, asked, liked, ensemble, sampling, work)
        parts = _parts(music, work) if stems else ()
        notices = (*music.notices, *(liked.notices(music.score) if liked else ()))
        written = work.write(music.score, notices, _sum(parts))
        files = _plan_file(plan, music.plan)
        files += _sheet(cue_sheet, scene, music)
        files += _stems(music, parts, stems / cues.stem) if stems else ()
        others = _write(files, work)
        others += write_game(asked, music.score, music.plan, work) if asked else ()
    if as_json:
        print_json(_report(music, [*written, *others]))


def _composed(
    scene: Scene, game: GameRequest | None, liked: Liked | None, ensemble: str, sampling: Any, work: Conversion
) -> SceneMusic:
    from scoregen.plan.scene.loops import looping, loops_of_hits
    from scoregen.tasks.scene.game_music import check_loops
    from scoregen.tasks.score_scene import score_scene

    def changed(plan: PiecePlan) -> PiecePlan:
        if game:
            check_loops(plan, loops_of_hits(plan))
            plan = looping(plan, loops_of_hits(plan), sampling.seed)
        return liked.made_like(plan, sampling.seed) if liked else plan

    advance = work.stage("composing")
    return score_scene(scene, ensemble=ensemble, sampling=sampling, progress=advance, change=changed)


def _loops_of_plan(
    file: Path,
    game: GameRequest | None,
    liked: Liked | None,
    outputs: Sequence[Path],
    writing: Writing,
    others: dict[str, Path | None],
    plan: Path | None,
) -> None:
    """Compose the sections of a plan as the music of a game."""
    from scoregen.plan.piece.reading import read_plan
    from scoregen.tasks.scene.game_music import compose_sections

    if game is None:
        raise InputError(f"{file} is a plan without cues; use --game, or compose it with `scoregen compose --plan`")
    if option := next((name for name, path in others.items() if path), None):
        raise InputError(f"{option} is for cues, but {file} is a plan; omit one of them")
    read = read_plan(file)
    with conversion(outputs, writing) as work:
        with file_in_errors(file):
            done = compose_sections(
                read,
                ensemble=game.ensemble,
                sampling=game.sampling,
                progress=work.stage("composing"),
                change=lambda made: liked.made_like(made, game.sampling.seed) if liked else made,
            )
        written = work.write(done.score, (*done.notices, *(liked.notices(done.score) if liked else ())))
        files = _write(_plan_file(plan, done.plan), work)
        files += write_game(game, done.score, done.plan, work)
    if writing.as_json:
        print_json({"files": [str(path) for path in (*written, *files)], "notices": work.notices})


def _write(files: Sequence[tuple[Path, bytes]], work: Conversion) -> list[Path]:
    from scoregen.system.files import write_files

    written = write_files(files, force=work.writing.force)
    work.paths += written
    return list(written)


def _plan_file(path: Path | None, plan: PiecePlan) -> list[tuple[Path, bytes]]:
    from scoregen.plan.piece.writing import plan_text

    return [(path, plan_text(plan).encode())] if path else []


def _sheet(path: Path | None, scene: Scene, music: SceneMusic) -> list[tuple[Path, bytes]]:
    from scoregen.tasks.scene.cue_sheets import cue_sheet

    return [(path, cue_sheet(scene, music, path.suffix.lower()))] if path else []


def _parts(music: SceneMusic, work: Conversion) -> tuple[Audio, ...]:
    """The recording of each part, equally long, at its level in the whole."""
    from scoregen.notation.sound.performance import part_audio

    work.stage("playing")
    return part_audio(music.score)


def _sum(parts: Sequence[Audio]) -> Audio | None:
    """The recording of the whole, to which its parts add up."""
    from scoregen.notation.sound.audio import mixed

    return mixed(parts) if parts else None


def _stems(music: SceneMusic, parts: Sequence[Audio], stem: Path) -> list[tuple[Path, bytes]]:
    from scoregen.notation.sound.audio_files import audio_file

    names = [file_word(part.name or part.id) for part in music.score.parts]
    paths = [stem.with_name(f"{stem.name}-{number}-{name}.wav") for number, name in enumerate(names, 1)]
    return [(path, audio_file(audio, ".wav")) for path, audio in zip(paths, parts, strict=True)]


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
