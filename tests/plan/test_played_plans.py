"""The plans of new music for instruments: in songs there is singing in every phrase."""

from __future__ import annotations

import pytest

from scoregen.model.network.config import SamplingOptions
from scoregen.plan.drafts import Manner
from scoregen.plan.form import PieceOptions, blank_piece
from scoregen.plan.played_frame import with_played_ends
from scoregen.plan.played_plans import PlayedVoices, plans_for_new_music
from scoregen.score.elements import Slot
from scoregen.score.ensemble import load_ensemble
from scoregen.score.timeline import measure_onsets, sounding_notes
from scoregen.styles.style import load_style
from scoregen.tasks.compose import compose
from scoregen.tokens.encode import pitched_slots
from scoregen.tokens.voice_descriptions import describe_voices

STYLE = load_style("instruments")


@pytest.mark.parametrize(("ensemble", "leading"), [("voice-piano", {0}), ("string-quartet", set()), ("satb", set())])
def test_only_singers_among_players_lead(ensemble: str, leading: set[int]) -> None:
    piece = blank_piece(PieceOptions(measures=8), load_ensemble(ensemble), STYLE, 1)
    slots = pitched_slots(piece) or piece.slots
    voices = PlayedVoices.of(piece, slots, describe_voices(piece, slots))
    assert voices.singers == leading
    plans = plans_for_new_music(voices, piece, (0,), Manner(STYLE, is_played=True), 1, 1, {})
    ends = {index for index, measure in enumerate(with_played_ends(piece).measures) if measure.phrase_ends}
    plan = plans.plans[0][0]
    sung = {index for index, own in plan.items() if own.opening}
    assert bool(sung) == bool(leading)
    assert not sung & (ends | {0} | {end + 1 for end in ends})


def test_a_new_song_is_sung_in_every_phrase() -> None:
    fast = SamplingOptions(6, candidates=1, passes=0)
    done = compose(ensemble="voice-piano", piece=PieceOptions(measures=8, key="D major"), sampling=fast).score
    starts = measure_onsets(done)
    singer = done.parts[0].id
    sung = [note for note in sounding_notes(done) if note.slot == Slot(singer)]
    for measure in (1, 2, 5, 6):
        assert any(note.onset <= starts[measure] < note.end for note in sung), measure
