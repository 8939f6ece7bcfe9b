"""The files of a game's music: recordings, scores, and `music.json`, which says how they go together.

`grammars/game/music-1.schema.json` describes `music.json`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scoregen.notation.graft.document import musicxml_document
from scoregen.notation.sound.audio_files import audio_file
from scoregen.notation.sound.loops import Seam, Stretch, seam
from scoregen.score.elements import Score, Tempo
from scoregen.system.version import __version__
from scoregen.tasks.scene.game_audio import GameAudio, PassageAudio
from scoregen.tasks.scene.game_music import GameMusic

FORMAT, VERSION = "scoregen game music", 1
JSON_FILE, SCORE_FILE, TRANSITIONS_FILE = "music.json", "sections.musicxml", "transitions.musicxml"


@dataclass(frozen=True, slots=True)
class GameFiles:
    """The content of each file by its name, and the joins of the loops, by the names of their files."""

    files: dict[str, bytes]
    seams: dict[str, Seam]

    @property
    def notice(self) -> str:
        """One line on the joins."""
        rough = [name for name, each in self.seams.items() if not each.is_smooth]
        count = len(self.seams)
        if rough:
            return f"{len(rough)} of {count} loops have a step or a change of sound at their join: {', '.join(rough)}"
        largest = max((each.step / (each.largest_step or 1) for each in self.seams.values()), default=0.0)
        return (
            f"all {count} loops join without a seam: the step at a join is at most {100 * largest:.0f} percent of the"
            " largest inside, and no spectral change there exceeds the others"
        )


def game_files(game: GameMusic, audio: GameAudio, names: Sequence[str], suffix: str) -> GameFiles:
    """All files. `names` are words for the files of the sections, `suffix` is that of the recordings."""
    made = GameFiles({}, {})
    sections = [
        {
            **_section(game, number, name),
            **_passage(made, each.score, sound, name, suffix, loops=True),
        }
        for number, (each, sound, name) in enumerate(zip(game.sections, audio.sections, names, strict=True))
    ]
    transitions = []
    for bridge, sound in zip(game.bridges, audio.bridges, strict=True):
        name = f"{names[bridge.source]}-to-{names[bridge.target]}"
        ends = {"from": game.sections[bridge.source].name, "to": game.sections[bridge.target].name}
        transitions.append({**ends, **_passage(made, bridge.score, sound, name, suffix, loops=False)})
    record = {**_head(game, audio), "sections": sections, "transitions": transitions}
    for file, score in ((SCORE_FILE, game.score), (TRANSITIONS_FILE, game.transitions_score)):
        if score is not None:
            made.files[file] = musicxml_document(score, {}).text
    made.files[JSON_FILE] = f"{json.dumps(record, indent=1, ensure_ascii=False)}\n".encode()
    return made


def _head(game: GameMusic, audio: GameAudio) -> dict[str, Any]:
    layers = [
        {"layer": number, "intensity": round(number / len(game.layers), 4), "parts": list(layer.parts)}
        for number, layer in enumerate(game.layers, 1)
    ]
    mix = audio.sections[0].mix.audio
    about = {"format": FORMAT, "version": VERSION, "generator": f"scoregen {__version__}", "title": game.plan.title}
    sound = {"sample_rate": mix.rate, "channels": int(mix.samples.shape[1])}
    scores = {"score": SCORE_FILE} | ({"transitions_score": TRANSITIONS_FILE} if game.bridges else {})
    return {**about, **sound, **scores, "layers": layers}


def _section(game: GameMusic, number: int, name: str) -> dict[str, Any]:
    section = game.sections[number]
    mood = {} if section.plan.mood is None else {"mood": str(section.plan.mood)}
    return {"name": section.name, "word": name, "key": str(section.plan.key), **mood}


def _passage(
    made: GameFiles, score: Score, sound: PassageAudio, name: str, suffix: str, *, loops: bool
) -> dict[str, Any]:
    """The record of a passage; its recordings are added to the files."""
    first = score.measures[0]
    rate, exit_ = sound.mix.audio.rate, sound.mix.length
    record: dict[str, Any] = {
        "time": str(first.time),
        "tempo": round(_beats_per_minute(first.tempos[0], first.time.groups[0]), 4),
        "seconds": round(exit_ / rate, 6),
        "length": exit_,
        "measures": list(sound.measures),
        "beats": list(sound.beats),
        "once": _stems(made, sound, name, suffix, "once"),
    }
    if loops:
        record["loop"] = _stems(made, sound, f"{name}.loop", suffix, "loop")
    return record


def _stems(made: GameFiles, sound: PassageAudio, name: str, suffix: str, kind: str) -> dict[str, Any]:
    """The files of the mix and of each layer; a `once` file has the tail after its exit, a `loop` none."""
    rows = [(f"{name}{suffix}", sound.mix)]
    rows += [(f"{name}.{number}{suffix}", each) for number, each in enumerate(sound.layers, 1)]
    for file, stretch in rows:
        audio = stretch.loop if kind == "loop" else stretch.audio
        made.files[file] = audio_file(audio, suffix, loops=kind == "loop")
        if kind == "loop":
            made.seams[file] = seam(stretch)
    frames = _frames(sound.mix, kind)
    return {"mix": rows[0][0], "layers": [file for file, _ in rows[1:]], "frames": frames}


def _frames(stretch: Stretch, kind: str) -> int:
    return stretch.length if kind == "loop" else len(stretch.audio.samples)


def _beats_per_minute(tempo: Tempo, beat: Any) -> float:
    return float(tempo.quarters_per_minute / beat)
