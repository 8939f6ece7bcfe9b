"""Music for games: bridges, layers, and recordings that loop."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from scoregen.analysis.harmony.chords import chord_spans
from scoregen.model.network.config import SamplingOptions
from scoregen.notation.midi.write import to_midi
from scoregen.notation.sound.audio import Audio
from scoregen.notation.sound.loops import seam, spectral_flux
from scoregen.notation.sound.synthesis import synthesise
from scoregen.notation.validation.document import check_document
from scoregen.plan.piece.piece_plan import PiecePlan, SectionPlan
from scoregen.plan.piece.reading import parse_plan
from scoregen.score.directions import Direction, Dynamic
from scoregen.score.elements import Score, Tempo
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.rhythm import NoteValue
from scoregen.system.errors import InputError
from scoregen.system.resources import folder
from scoregen.tasks.scene.game_audio import game_audio
from scoregen.tasks.scene.game_files import JSON_FILE, game_files
from scoregen.tasks.scene.game_music import (
    GameMusic,
    GameOptions,
    GameSection,
    compose_sections,
    game_of,
    joined,
    layers_of,
)
from scoregen.tasks.scene.passages import passage
from tests.notation.handmade import BASS, TENOR, TREBLE, clarinet_and_piano, melody, voice_part
from tests.notation.sound.playing import needs_sound
from tests.tasks.scene.schema import faults

FAST = SamplingOptions(candidates=1, passes=0)
PLAN = """
[[section]]
name = "calm"
measures = 2
key = "d minor"
tempo = 60
dynamics = "p"
[[section]]
name = "fight"
measures = 2
key = "A major"
tempo = 135
dynamics = "f"
"""


@pytest.fixture(scope="module")
def game() -> GameMusic:
    done = compose_sections(parse_plan(PLAN), sampling=FAST)
    return game_of(done.score, done.plan, "satb", FAST)


def test_bridges_lead_from_each_section_to_each_other(game: GameMusic) -> None:
    assert [(each.source, each.target) for each in game.bridges] == list(permutations(range(2), 2))
    for bridge in game.bridges:
        target = game.sections[bridge.target].plan.key
        assert bridge.score.measures[0].key == target.signature
        last = chord_spans(bridge.score)[-1].chord
        assert last.root == target.tonic_fifths + 1, "the dominant of the key to which it leads"
        (tempo,) = bridge.score.measures[0].tempos
        assert float(tempo.per_minute) == pytest.approx((60 * 135) ** 0.5, abs=0.01)
        voices = [voice for measure in bridge.score.measures for voice in measure.voices]
        assert len(voices) == 4 and all(each.elements for each in voices)
    text = game.transitions_score
    assert text is not None
    wedges = [spanner for measure in text.measures for spanner in measure.spanners]
    assert {getattr(each, "type", "") for each in wedges} >= {"crescendo", "diminuendo"}


def test_sections_begin_on_their_tonic_and_end_on_their_dominant(game: GameMusic) -> None:
    for section in game.sections:
        chords = [span.chord.root for span in chord_spans(section.score)]
        tonic = section.plan.key.tonic_fifths
        assert (chords[0], chords[-1]) == (tonic, tonic + 1)


def test_a_short_measure_makes_a_bridge_of_two(game: GameMusic) -> None:
    assert {len(each.score.measures) for each in game.bridges} == {1}
    done = compose_sections(parse_plan(PLAN.replace("measures", "time = '2/4'\nmeasures")), sampling=FAST)
    found = game_of(done.score, done.plan, "satb", FAST, GameOptions(layers=2))
    lengths = {found.sections[each.target].name: len(each.score.measures) for each in found.bridges}
    assert lengths == {"calm": 1, "fight": 2}, "2/4 lasts 2 s at 60, 0.9 s at 135"


@pytest.mark.parametrize(
    ("text", "message"), [("anacrusis = 1\n", "an anacrusis"), ("", "13 sections, which would need 156 transitions")]
)
def test_a_plan_that_cannot_loop_is_refused(text: str, message: str) -> None:
    sections = "".join(f"[[section]]\nname = 'n{number}'\nmeasures = 1\n" for number in range(1 if text else 13))
    with pytest.raises(InputError, match=message):
        compose_sections(parse_plan(text + sections), sampling=FAST)
    with pytest.raises(InputError, match="--layers: found 5; expected 1 to 4"):
        GameOptions(layers=5).check()


def test_layers_are_parts_or_the_staves_of_one() -> None:
    score = two_sections().score
    assert [layer.parts for layer in layers_of(score, 3)] == [("Bass", "Tenor"), ("Soprano",), ("Alto",)]
    assert [len(layer.parts) for layer in layers_of(score, 1)] == [4]
    assert [len(layer.parts) for layer in layers_of(score, 4)] == [1, 1, 1, 1]
    both = clarinet_and_piano()
    own = both.parts[1].id
    measures = (replace(m, voices=tuple(v for v in m.voices if v.slot.part == own)) for m in both.measures)
    piano = replace(both, parts=both.parts[1:], measures=tuple(measures))
    assert [layer.parts for layer in layers_of(piano, 4)] == [("Piano, staff 2",), ("Piano, staff 1",)]


def two_sections() -> GameMusic:
    """Two sections of two measures for a choir, whose last chords ring on into their beginnings."""
    rows = {
        "Soprano": ("h:E5 q:F5 q:D5", "h:E5 h:D5"),
        "Alto": ("q:G4 q:G4 q:A4 q:A4", "q:G4 q:G4 q:G4 q:F4"),
        "Tenor": ("w:C4", "h:C4 h:B3"),
        "Bass": ("w:C3", "h:C3 h:G2"),
    }
    clefs = (TREBLE, TREBLE, TENOR, BASS)
    parts = tuple(
        voice_part(number, name, clef) for number, (name, clef) in enumerate(zip(rows, clefs, strict=True), 1)
    )
    lines = [replace(melody(*texts), parts=(part,)) for part, texts in zip(parts, rows.values(), strict=True)]
    voices = [
        tuple(
            replace(each.measures[index].voices[0], slot=each.measures[index].voices[0].slot._replace(part=part.id))
            for each, part in zip(lines, parts, strict=True)
        )
        for index in range(2)
    ]
    measures = [replace(lines[0].measures[index], voices=voices[index]) for index in range(2)]
    tempos = [Tempo(Fraction(0), NoteValue("quarter"), Fraction(each)) for each in (97, 141)]
    marks = [tuple(Direction(Fraction(0), Dynamic(mark), part.id) for part in parts) for mark in ("p", "f")]
    every = [
        replace(
            measures[index], tempos=(tempos[number],) if index == 0 else (), directions=marks[number] * (index == 0)
        )
        for number in range(2)
        for index in range(2)
    ]
    score = Score(parts, tuple(replace(each, number=str(number)) for number, each in enumerate(every, 1)))
    plans = [SectionPlan(name, 2, Key.parse("C"), TimeSignature.parse("4/4")) for name in ("one", "two")]
    sections = tuple(GameSection(plan.name, plan, passage(score, 2 * n, 2 * n + 2)) for n, plan in enumerate(plans))
    return GameMusic(score, PiecePlan(tuple(plans), (0, 1)), sections, (), layers_of(score, 3))


def levels(samples: np.ndarray, hop: int = 2205) -> np.ndarray:
    """The level of every 50 ms in decibels."""
    rows = samples[: len(samples) // hop * hop].reshape(-1, hop * samples.shape[1]).astype(np.float64)
    return 10 * np.log10(np.mean(rows**2, axis=1) + 1e-12)


@needs_sound
def test_loops_sound_as_music_that_is_played_twice() -> None:
    """The join of a loop against the same place in a recording of the section, played three times."""
    game = two_sections()
    audio = game_audio(game)
    for section, sound in zip(game.sections, audio.sections, strict=True):
        loop, length = sound.mix.loop, sound.mix.length
        tempo = section.score.measures[0].tempos[0].quarters_per_minute
        assert length == round(float(8 * 60 / tempo) * loop.rate)
        assert seam(sound.mix).is_smooth
        direct = synthesise(to_midi(joined([section.score] * 3), swells=True)).samples
        again = np.concatenate([loop.samples, loop.samples])
        gain = 10 ** ((levels(direct[length : 3 * length]) - levels(again)).mean() / 20)
        differences = np.abs(levels(direct[length : 3 * length]) - levels(gain * again))
        assert differences.max() < 2.5 and differences.mean() < 0.5
        dry = np.concatenate([sound.mix.audio.samples[:length]] * 2)
        start = slice(length // 2205, length // 2205 + 4)
        without = np.abs(levels(direct[length : 3 * length])[start] - levels(gain * dry)[start]).max()
        assert without > 2 * differences[start].max(), "without its tail the beginning is another"
        near = slice((length - 4096) // 256, (length + 2048) // 256)
        joins = [spectral_flux(Audio(each.astype(np.float32)))[near].max() for each in (direct[length:], again * gain)]
        assert joins[1] < 1.25 * joins[0], "the join is no louder an event than the downbeat that it is"


@needs_sound
def test_layers_add_up_and_positions_are_those_of_the_music() -> None:
    game = two_sections()
    audio = game_audio(game)
    sections = [game.sections[0], game.sections[1]]
    for section, sound in zip(sections, audio.sections, strict=True):
        total = sum(layer.audio.samples for layer in sound.layers)
        assert float(np.abs(total - sound.mix.audio.samples).max()) < 1e-6
        assert all(layer.audio.level() > -60 for layer in sound.layers)
        quarter = 60 / float(section.score.measures[0].tempos[0].quarters_per_minute) * sound.mix.audio.rate
        assert sound.beats == pytest.approx([number * quarter for number in range(8)], abs=1)
        assert sound.measures == (sound.beats[0], sound.beats[4])
    loud = [sound.mix.audio.level() for sound in audio.sections]
    assert loud[1] > loud[0] + 6, "sections keep their levels"


@needs_sound
def test_the_record_follows_its_schema(game: GameMusic) -> None:
    made = game_files(game, game_audio(game), ["calm", "fight"], ".wav")
    record = json.loads(made.files[JSON_FILE])
    schema = json.loads((folder("grammars") / "game" / "music-1.schema.json").read_text(encoding="utf-8"))
    assert list(faults(record, schema, schema)) == []
    assert list(faults({**record, "version": 2, "extra": 1}, schema, schema)) == [
        *["/version: expected 1", ": extra is unknown"]
    ]
    recordings = [*record["sections"], *record["transitions"]]
    named = {file for row in recordings for kind in ("once", "loop") if kind in row
             for file in (row[kind]["mix"], *row[kind]["layers"])}  # fmt: skip
    assert named | {JSON_FILE, record["score"], record["transitions_score"]} == set(made.files)
    assert list(check_document(made.files[record["transitions_score"]], "")) == []
    loop = made.files["calm.loop.wav"]
    frames = record["sections"][0]["loop"]["frames"]
    at = loop.index(b"smpl")
    assert int.from_bytes(loop[at + 8 + 48 : at + 8 + 52], "little") == frames - 1
    assert int.from_bytes(loop[4:8], "little") == len(loop) - 8
    assert "all 8 loops join without a seam" in made.notice
