"""`scoregen score-scene --game`: the folder of a game's music."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scoregen.cli.console.conversion import Conversion
from scoregen.cli.console.outputs import file_word
from scoregen.system.errors import InputError

if TYPE_CHECKING:
    from scoregen.model.network.config import SamplingOptions
    from scoregen.plan.piece.piece_plan import PiecePlan
    from scoregen.score.elements import Score
    from scoregen.tasks.scene.game_music import GameMusic, GameOptions

FORMATS = (".wav", ".flac", ".ogg")
"""MP3 adds silence to the ends of a file, and so cannot loop."""


@dataclass(frozen=True, slots=True)
class GameRequest:
    """The folder, the format of its recordings, and how its music is made."""

    folder: Path
    suffix: str
    options: GameOptions
    ensemble: str
    sampling: SamplingOptions

    @classmethod
    def of(
        cls, folder: Path, name: str, options: GameOptions, ensemble: str, sampling: SamplingOptions, *, force: bool
    ) -> GameRequest:
        """The request of the command line.

        InputError for an unknown format or a folder that cannot be written, ToolError for a missing program.
        """
        from scoregen.notation.files import check_tools
        from scoregen.system.files import check_target
        from scoregen.tasks.scene.game_files import JSON_FILE

        suffix = f".{name.lower().lstrip('.')}"
        if suffix not in FORMATS:
            raise InputError(f"--game-format: found {name!r}; expected one of: {', '.join(e[1:] for e in FORMATS)}")
        check_tools(suffix)
        options.check()
        check_target(folder / JSON_FILE, force=force)
        return cls(folder, suffix, options, ensemble, sampling)


def write_game(request: GameRequest, score: Score, plan: PiecePlan, work: Conversion) -> list[Path]:
    """Compose the transitions, play everything, and write the folder."""
    from scoregen.system.files import write_files
    from scoregen.tasks.scene.game_audio import game_audio
    from scoregen.tasks.scene.game_files import JSON_FILE, game_files
    from scoregen.tasks.scene.game_music import game_of

    advance = work.stage("composing transitions")
    game = game_of(score, plan, request.ensemble, request.sampling, request.options, advance)
    audio = game_audio(game, work.stage("playing"))
    work.stage("writing")
    made = game_files(game, audio, section_words(game), request.suffix)
    files = [(request.folder / name, data) for name, data in made.files.items()]
    written = write_files(files, force=work.writing.force)
    work.notices.append(made.notice)
    work.paths.append(request.folder / JSON_FILE)
    return list(written)


def section_words(game: GameMusic) -> list[str]:
    """A word for the files of each section: its name, numbered if another has the same."""
    words = [file_word(each.name) for each in game.sections]
    return [f"{word}-{number}" if words.count(word) > 1 else word for number, word in enumerate(words, 1)]
