"""Scenes with music: every hit is proved from the times of the MIDI file."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoregen.model.network.config import SamplingOptions
from scoregen.notation.graft.document import musicxml_document
from scoregen.notation.midi.tracks import note_times
from scoregen.notation.midi.write import to_midi
from scoregen.notation.validation.document import check_document
from scoregen.plan.piece.planned_piece import planned_piece
from scoregen.plan.scene.cues import parse_scene
from scoregen.plan.scene.scene_plan import plan_of_scene
from scoregen.plan.scene.timecode import RATES, timecode
from scoregen.score.ensemble import load_ensemble
from scoregen.styles.style import load_style
from scoregen.system.errors import InputError
from scoregen.tasks.scene.cue_sheets import cue_sheet
from scoregen.tasks.score_scene import SceneMusic, cue_times, score_scene
from tests.plan.scene.test_cues import DOOR

FRAME = 1 / 25
FAST = SamplingOptions(candidates=1, passes=0)


def check(music: SceneMusic) -> None:
    notes = note_times(to_midi(music.score))
    for found in music.cues:
        wanted = float(found.cue.time)
        near = [note.start for note in notes if abs(note.start - wanted) <= FRAME]
        if found.cue.kind == "silence":
            assert not [note for note in notes if note.start < wanted + FRAME and note.stop > wanted + FRAME]
        else:
            assert len(near) >= len(music.score.parts), "all voices begin together"
        assert found.exact and found.sounds
        assert abs(found.error) <= FRAME
    assert max(note.stop for note in notes) == pytest.approx(40, abs=FRAME)


@given(st.sampled_from(sorted(RATES)), st.integers(0, 90_000), st.lists(st.integers(40, 900), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_hits_fall_on_their_frames_in_the_midi_file(name: str, first: int, steps: list[int]) -> None:
    """Whatever the frame rate and the times, if there are tempos at all: the error is far below a frame."""
    rate = RATES[name]
    frames = [first + frame for frame in itertools.accumulate(steps)]
    cues = "".join(f"[[cue]]\nat = '{timecode(rate.seconds(frame), rate)}'\n" for frame in frames[:-1])
    text = f"frame_rate = '{name}'\nstart = '{first}f'\nend = '{frames[-1]}f'\nslowest = 40\nfastest = 200\njump = 1\n"
    scene = parse_scene(text + (cues or f"[[cue]]\nat = '{first}f'\n"))
    try:
        planned = plan_of_scene(scene)
    except InputError:
        planned = None
    assume(planned is not None)
    assert planned is not None
    blank = planned_piece(planned.plan, load_ensemble("satb"), load_style(), 0).score
    found = cue_times(scene, planned, blank)
    assert found and all(cue.exact for cue in found)
    assert max(abs(cue.error) for cue in found) * float(rate.exact) < 0.35
    assert [cue.code for cue in found[:1]] == [timecode(rate.seconds(frames[0] if cues else first), rate)]


def test_a_choir_meets_every_hit() -> None:
    scene = parse_scene(DOOR)
    music = score_scene(scene, sampling=FAST)
    check(music)
    assert list(check_document(musicxml_document(music.score, {}).text, "")) == []
    elements = (each for measure in music.score.measures for voice in measure.voices for each in voice.elements)
    assert not any(element.fermata for element in elements), "nothing stops the music"
    sheet = cue_sheet(scene, music, ".md").decode()
    assert "| the door opens | cadence | 00:00:26:00 | 26.000 | 10 | 1 | 26.000 |" in sheet
    assert any("4 of 4 cues are on their beats" in notice for notice in music.notices)


def test_a_quartet_meets_every_hit() -> None:
    check(score_scene(parse_scene(DOOR), ensemble="string quartet", sampling=FAST))


def test_a_hit_that_is_left_out_is_said() -> None:
    text = 'end = 16\n[[cue]]\nat = 8\n[[cue]]\nat = 8.9\nname = "cat"\nweight = 0.05\n'
    music = score_scene(parse_scene(text), sampling=FAST)
    assert [found.exact for found in music.cues] == [True, False]
    assert any(
        "'cat' at 8.9 s is left out" in notice or "cat at 8.9 s is left out" in notice for notice in music.notices
    )


def test_a_cue_where_no_note_can_begin_is_said() -> None:
    text = "end = 8\n[[cue]]\nat = 4\n[[cue]]\nat = 8\nname = 'out'\nhit = 'cadence'\n"
    music = score_scene(parse_scene(text), sampling=FAST)
    assert any("the cue 'out' at 8 s is at the end of the music, where no note begins" in n for n in music.notices)


def test_chords_that_were_only_suggested_are_not_reported() -> None:
    scene = parse_scene("end = 16\ntempo = 90\n[[cue]]\nat = 8\nhit = 'cadence'\n")
    music = score_scene(scene, sampling=FAST)
    (line,) = [notice for notice in music.notices if notice.startswith("given chords")]
    assert line == "given chords: all 2 chords sound"
    assert sum(section.chords.count("(") for section in music.plan.sections) >= 3, "there are suggestions"
