"""Makes the gallery of the documentation: for every scene in docs/gallery a picture and a sound, and the page.

    python tools/make_gallery.py [--only 3-dawn]

The first line of a scene's file is a comment: what it is, then its ensemble, as in `# A door opens. String quartet.`
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from scoregen.model.network.config import SamplingOptions
from scoregen.notation.engraving.options import engraving_options
from scoregen.notation.engraving.pages import engrave, to_png
from scoregen.notation.graft.document import musicxml_document
from scoregen.notation.sound.audio_files import audio_file
from scoregen.notation.sound.loudness import normalised
from scoregen.notation.sound.performance import score_audio
from scoregen.plan.piece.writing import plan_text
from scoregen.plan.scene.cues import read_scene
from scoregen.tasks.score_scene import SceneMusic, score_scene

DOCS = Path(__file__).resolve().parent.parent / "docs"
FOLDER, PAGE = DOCS / "gallery", DOCS / "gallery.md"
PLANS = FOLDER / "plans"
ENSEMBLES = {
    **{"string quartet": "string-quartet", "choir of four voices": "satb", "piano": "piano"},
    **{"brass quartet": "brass-quartet", "wind quintet": "wind-quintet", "piano trio": "piano-trio"},
    **{"recorder quartet": "recorder-quartet"},
}
MOST_BYTES = 3_000_000
DPI = 96
HEAD = """# Gallery

Eight small scenes: the cues, the plan and the music that `scoregen score-scene` makes of them, and its sound. `python
tools/make_gallery.py` makes the pictures, the plans and the sounds again; nothing is edited by hand. The sounds are
played by FluidSynth with the soundfont FluidR3_GM (MIT licence). [Scenes](scenes.md) describes the files.
"""


def description(scene: Path) -> tuple[str, str]:
    """What a scene is, and its ensemble."""
    line = scene.read_text(encoding="utf-8").partition("\n")[0].removeprefix("#").strip()
    text, _, ensemble = line.removesuffix(".").rpartition(". ")
    return f"{text}.", ENSEMBLES[ensemble.lower()]


def make(scene: Path) -> SceneMusic:
    """Compose a scene, and write its picture and its sound next to it, and its plan."""
    music = score_scene(read_scene(scene), ensemble=description(scene)[1], sampling=SamplingOptions(seed=1))
    options = engraving_options("a5", 5.0, landscape=True)
    pages = engrave(musicxml_document(music.score, {}).text, options)
    scene.with_suffix(".png").write_bytes(to_png(pages[:1], DPI)[0])
    PLANS.mkdir(exist_ok=True)
    (PLANS / scene.name).write_text(plan_text(music.plan), encoding="utf-8")
    sound = score_audio(music.score)
    mono = normalised(replace(sound, samples=sound.samples.mean(axis=1, keepdims=True)))  # half as large
    scene.with_suffix(".ogg").write_bytes(audio_file(mono, ".ogg"))
    for notice in music.notices:
        print(f"{scene.stem}: {notice}", flush=True)
    return music


def page(scenes: list[Path]) -> str:
    """The text of the page."""
    parts = [HEAD]
    for scene in scenes:
        text, ensemble = description(scene)
        title = read_scene(scene).title
        links = f"[Sound](gallery/{scene.stem}.ogg), [cues](gallery/{scene.name}), [plan](gallery/plans/{scene.name})"
        command = (
            f"scoregen score-scene {scene.name} --ensemble {ensemble} --seed 1 -o {scene.stem.partition('-')[2]}.ogg"
        )
        parts.append(
            f"## {title}\n\n{text}\n\n![The first page of {title}](gallery/{scene.stem}.png)\n\n{links}\n\n"
            f"```text\n{command}\n```\n"
        )
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="make this scene alone")
    only = parser.parse_args().only
    scenes = sorted(FOLDER.glob("*.toml"))
    for scene in scenes:
        if only in (None, scene.stem):
            make(scene)
    PAGE.write_text(page(scenes), encoding="utf-8")
    size = sum(file.stat().st_size for file in FOLDER.rglob("*.*"))
    print(f"{size / 1e6:.2f} MB of at most {MOST_BYTES / 1e6:.0f}")


if __name__ == "__main__":
    main()
