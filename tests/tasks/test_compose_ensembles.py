"""Composition for any ensemble, with a network that has learned nothing: ranges and hands hold, the given stays."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from scoregen.notation.files import read_score
from scoregen.notation.graft.document import musicxml_text
from scoregen.notation.musicxml.read.score import read_musicxml
from scoregen.notation.musicxml.write.score import write_musicxml
from scoregen.score.check import problems
from scoregen.score.edit import blank_voices, has_blanks, insert_voices, is_silent, select_voices
from scoregen.score.elements import Clef, Element, Note, Part, Rest, Score, Slot, Voice
from scoregen.score.ensemble import ensemble_names, load_ensemble
from scoregen.score.ensemble.playability import can_play
from scoregen.score.keys import Key
from scoregen.score.pitch import Pitch
from scoregen.score.rhythm import NoteValue
from scoregen.score.theory.chord_kinds import note_name
from scoregen.score.timeline import pitch_of, pitched_notes
from scoregen.styles.defaults import INSTRUMENTS, default_style
from scoregen.styles.style import DEFAULT as DEFAULT_STYLE
from scoregen.system.errors import InputError
from scoregen.tasks.compose import PieceOptions, SamplingOptions, compose
from scoregen.tasks.layout import LayoutOptions
from tests.benchmarks.ensemble_figures import measured
from tests.score.ensemble.playable import playable_score

ONE = SamplingOptions(seed=5, candidates=1, passes=0)
SHORT = PieceOptions(measures=2, key="G minor", time="3/4")


@pytest.fixture(scope="session")
def untrained_for_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small untrained network that knows voices by their descriptions."""
    import torch

    from scoregen.model.network.checkpoint import save_checkpoint
    from scoregen.model.network.config import NetworkConfig
    from scoregen.model.network.network import Network

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "untrained-for-all"
    shape = NetworkConfig(roles=(), embedding=16, context=16, backbone=32, in_slice=32, strand=8)
    save_checkpoint(Network(shape), path, {})
    return path


def elements(score: Score, part: str) -> list[Element]:
    voices = [voice for measure in score.measures for voice in measure.voices if voice.slot.part == part]
    return [element for voice in voices for element in voice.elements]


def pitches(element: Element) -> list[Pitch]:
    return [note.pitch for note in element.notes if isinstance(note.pitch, Pitch)]


@pytest.mark.parametrize("name", ensemble_names())
def test_a_new_piece_can_be_played(name: str, untrained_for_all: Path, tmp_path: Path) -> None:
    ensemble = load_ensemble(name)
    score = compose(ensemble=name, piece=SHORT, checkpoint=untrained_for_all, sampling=ONE).score
    assert problems(score) == ()
    assert len(score.parts) == len(ensemble.roles)
    for part, role in zip(score.parts, ensemble.roles, strict=True):
        sounding = [pitches(element) for element in elements(score, part.id)]
        assert all(role.lowest.midi_pitch <= p.midi_pitch <= role.highest.midi_pitch for row in sounding for p in row)
        assert max(map(len, sounding)) <= max(role.notes_on(staff) for staff in range(1, role.staves + 1))
        if role.type is not None and not role.type.strings:
            assert all(can_play(role.type, row) for row in sounding if len(row) > 1)


def test_a_melody_gets_a_piano(repository: Path, untrained_for_all: Path, tmp_path: Path) -> None:
    given = read_score(repository / "corpora/samples/hymn-to-joy.musicxml")
    done = compose(given, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE)
    voice, piano = done.score.parts
    assert (piano.staves, piano.name) == (2, "Piano")
    assert elements(done.score, voice.id) == elements(given, given.parts[0].id)
    new = [note for element in elements(done.score, piano.id) for note in element.notes]
    assert new and not any(note.lyrics for note in new)
    assert "to write: piano (new: piano)" in str(done.understanding)


def test_measures_of_one_part_are_blank(untrained_for_all: Path) -> None:
    whole = compose(
        ensemble="string-quartet", piece=PieceOptions(measures=4), checkpoint=untrained_for_all, sampling=ONE
    )
    again = compose(
        whole.score, ensemble="string-quartet", blank=["viola:2-3"], checkpoint=untrained_for_all, sampling=ONE
    )
    assert "to write: viola (measures 2-3)" in str(again.understanding)
    for part in whole.score.parts:
        for index, (before, after) in enumerate(zip(whole.score.measures, again.score.measures, strict=True)):
            if part.name != "Viola" or index in (0, 3):
                own = [[voice.elements for voice in m.voices if voice.slot.part == part.id] for m in (before, after)]
                assert [len(each) for each in own] == [1, 1]
                assert [pitches(e) for e in own[0][0]] == [pitches(e) for e in own[1][0]]


def test_what_is_for_choirs_only_is_one_error(untrained_for_all: Path) -> None:
    layout = LayoutOptions(reduction=True)
    with pytest.raises(InputError, match="--layout and --reduction are for choirs of up to four voices"):
        compose(ensemble="piano", piece=SHORT, layout=layout, checkpoint=untrained_for_all, sampling=ONE)


@pytest.mark.parametrize("name", ["string-quartet", "ssaattbb", "piano", "organ"])
def test_numerals_sound_in_every_slice(name: str, untrained_for_all: Path) -> None:
    done = compose(ensemble=name, piece=SHORT, chords="i V65 | N.C. iv6 V7", checkpoint=untrained_for_all, sampling=ONE)
    assert done.chords is not None
    assert [each.name for each in done.chords.outcomes] == ["i", "V65", "iv6", "V7"]
    assert done.chords.departures == ()
    low = [min(row, key=lambda pitch: pitch.chromatic) for row in sounding_at(done.score, (0, 2, 4, 5))]
    assert [note_name(pitch.fifths) for pitch in low] == ["G", "F#", "Eb", "D"]


def test_a_figured_bass_under_a_given_cello(untrained_for_all: Path) -> None:
    whole = compose(ensemble="string-quartet", piece=SHORT, checkpoint=untrained_for_all, sampling=ONE).score
    cello = Voice(
        Slot(whole.parts[3].id), tuple(Note(NoteValue("quarter"), Pitch.parse(p)) for p in ("F#2", "G2", "D3"))
    )
    given = blank_voices(whole, [Slot(part.id) for part in whole.parts[:3]], range(2))
    given = insert_voices(given, [(0, cello)])
    done = compose(given, ensemble="string-quartet", figured_bass="6 _ #", checkpoint=untrained_for_all, sampling=ONE)
    assert done.chords is not None and done.chords.departures == ()
    first, second, third = ({pitch.pitch_class for pitch in row} for row in sounding_at(done.score, (0, 1, 2)))
    assert first == {6, 9, 2} and {2, 6} <= third <= {2, 6, 9}
    assert {7, 10} <= second <= {7, 10, 2}


@pytest.mark.parametrize("name", ["string-quartet", "piano", "brass-quintet"])
def test_a_new_piece_begins_and_ends_on_its_tonic(name: str, untrained_for_all: Path) -> None:
    piece = PieceOptions(measures=5, key="D minor")
    score = compose(ensemble=name, piece=piece, checkpoint=untrained_for_all, sampling=ONE).score
    first, dominant, last = sounding_at(score, (0, 15, 16))
    assert {pitch.pitch_class for pitch in first} <= {2, 5, 9}
    assert {1, 9} <= {pitch.pitch_class for pitch in dominant} <= {9, 1, 4, 7}
    assert {pitch.pitch_class for pitch in last} in ({2, 5, 9}, {2, 6, 9})
    assert [min(row, key=lambda p: p.chromatic).pitch_class for row in (dominant, last)] == [9, 2]
    final = score.measures[-1]
    assert [len(voice.elements) for voice in final.voices] == [1] * len(final.voices)
    assert all(voice.elements[0].notes for voice in final.voices)
    assert not any(note.fermata for part in score.parts for each in elements(score, part.id) for note in each.notes)


def test_a_part_under_a_melody_ends_with_it(repository: Path, untrained_for_all: Path) -> None:
    given = read_score(repository / "corpora/samples/hymn-to-joy.musicxml")
    done = compose(given, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE).score
    notes = pitched_notes(done)
    tune, new = ([n for n in notes if (n.slot.part == given.parts[0].id) == is_given] for is_given in (True, False))
    end = max(note.onset + note.duration for note in tune)
    last = [note for note in new if note.onset + note.duration == end]
    assert max(note.onset + note.duration for note in new) == end
    assert {note.slot.staff for note in last} == {1, 2}
    assert {pitch_of(note).pitch_class for note in last} == set(Key.of(given.measures[0].key).triad)


def test_easy_parts_are_comfortable_and_plain_ones_on_the_beat(untrained_for_all: Path) -> None:
    easy = replace(ONE, difficulty="easy", rhythm="plain")
    score = compose(ensemble="piano", piece=PieceOptions(measures=3), checkpoint=untrained_for_all, sampling=easy).score
    role = load_ensemble("piano").roles[0]
    low, high = (pitch.midi_pitch for pitch in role.comfortable)
    rows = [pitches(element) for element in elements(score, score.parts[0].id)]
    heights = [[pitch.midi_pitch for pitch in row] for row in rows if row]
    assert all(low <= height <= high for row in heights for height in row)
    assert all(max(row) - min(row) <= 12 for row in heights)
    assert all(note.onset.denominator == 1 for note in pitched_notes(score))


def test_measures_are_appended_where_a_part_has_no_role(repository: Path, untrained_for_all: Path) -> None:
    given = read_score(repository / "corpora/samples/hymn-to-joy.musicxml")
    both = compose(given, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE).score
    done = compose(both, ensemble="piano", extend=2, checkpoint=untrained_for_all, sampling=ONE)
    assert problems(done.score) == ()
    assert len(done.score.measures) == len(given.measures) + 2
    added = done.score.measures[-2:]
    silent = [voice for measure in added for voice in measure.voices if voice.slot.part == both.parts[0].id]
    assert len(silent) == 2 and all(voice.is_silent for voice in silent)
    assert any(note.measure_index >= len(given.measures) for note in pitched_notes(done.score))


def test_a_tune_in_a_part_called_piano_is_the_melody(repository: Path, untrained_for_all: Path) -> None:
    given = read_score(repository / "corpora/samples/hymn-to-joy.musicxml")
    named = replace(given, parts=(replace(given.parts[0], name="Piano"),))
    done = compose(named, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE)
    assert "Piano = voice" in str(done.understanding)
    assert [part.staves for part in done.score.parts] == [1, 2]


def sounding_at(score: Score, times: Sequence[int]) -> list[set[Pitch]]:
    """The pitches that sound at times in quarters."""
    notes = pitched_notes(score)
    return [{pitch_of(note) for note in notes if note.onset <= time < note.onset + note.duration} for time in times]


def test_a_part_that_is_no_role_is_kept_and_named(untrained_for_all: Path, repository: Path) -> None:
    given = read_score(repository / "corpora/samples/hymn-to-joy.musicxml")
    done = compose(given, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE)
    with pytest.raises(InputError, match="no blanks"):
        compose(done.score, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE)


def given_part(ensemble: str, staves: int | None = None, *, roles: int = 1) -> Score:
    """The first parts of a random score; with `staves`, the notes of the first staves only."""
    whole = playable_score(load_ensemble(ensemble), 3)
    ids = [part.id for part in whole.parts[:roles]]
    measures = [
        replace(
            measure,
            voices=tuple(v for v in measure.voices if v.slot.part in ids and v.slot.staff <= (staves or v.slot.staff)),
            chord_symbols=(),
        )
        for measure in whole.measures
    ]
    return read_musicxml(write_musicxml(Score(whole.parts[:roles], tuple(measures))), ensemble)


def written(score: Score) -> list[str]:
    """The names of the parts that have new notes."""
    voices = [v for m in score.measures for v in m.voices if v.origin == "generated" and not v.is_silent]
    return [part.name for part in score.parts if any(voice.slot.part == part.id for voice in voices)]


@pytest.mark.parametrize("name", ["wind-quintet", "small-orchestra", "piano", "satb-piano", "saxophone-quartet"])
def test_new_notes_are_comfortable(name: str, untrained_for_all: Path) -> None:
    ensemble = load_ensemble(name)
    piece = PieceOptions(measures=6)
    score = compose(ensemble=name, piece=piece, checkpoint=untrained_for_all, sampling=ONE).score
    figures = measured(score, ensemble)
    assert (figures.extreme, figures.unplayable) == (0, 0)
    assert figures.notes > 30
    assert figures.uncomfortable <= 0.02 * figures.notes
    assert figures.crossed <= 0.02 * figures.notes


@pytest.mark.parametrize("name", ["piano", "organ"])
def test_an_empty_staff_is_written_beside_a_given_one(name: str, untrained_for_all: Path) -> None:
    given = given_part(name, 1)
    done = compose(given, ensemble=name, checkpoint=untrained_for_all, sampling=ONE).score
    for before, after in zip(given.measures, done.measures, strict=True):
        assert after.voice(Slot("P1")) == before.voice(Slot("P1"))
        assert {v.slot.staff for v in after.voices if v.origin == "generated"} == set(
            range(2, done.parts[0].staves + 1)
        )


@pytest.mark.parametrize(
    ("ensemble", "given", "options", "expected"),
    [
        ("string-quartet", given_part("string-quartet"), {"parts": ["cello"]}, ["Cello"]),
        ("string-quartet", given_part("string-quartet"), {"parts": ["violin2", "viola"]}, ["Violin II", "Viola"]),
        ("string-quartet", given_part("string-quartet", roles=4), {"add": ["clarinet"]}, ["Clarinet in B♭"]),
        ("string-quartet", given_part("string-quartet", roles=4), {"parts": ["cello2"]}, ["Cello 2"]),
        (
            "string-quartet",
            given_part("string-quartet", roles=2),
            {"parts": ["cello"], "add": ["flute"]},
            ["Flute", "Cello"],
        ),
        ("voice-piano", given_part("voice-piano", roles=2), {"add": ["flute"]}, ["Flute"]),
        ("small-orchestra", given_part("voice-piano", roles=2), {"add": ["flute"]}, ["Flute"]),
        ("satb", given_part("lead-sheet"), {"parts": ["flute", "cello"]}, ["Flute", "Cello"]),
        ("voice-piano", given_part("ssa", roles=3), {"add": ["piano"]}, ["Piano"]),
        ("wind-quintet", given_part("wind-quintet"), {"add": ["oboe"]}, ["Oboe"]),
    ],
)
def test_only_what_is_asked_for_is_written(
    ensemble: str, given: Score, options: dict[str, list[str]], expected: list[str], untrained_for_all: Path
) -> None:
    done = compose(given, ensemble=ensemble, checkpoint=untrained_for_all, sampling=ONE, **options).score
    assert written(done) == expected
    assert len(done.parts) == len(given.parts) + len(expected)
    for part in given.parts:
        assert elements(done, part.id) == elements(given, part.id)


def test_a_piano_stands_below_all_singers(untrained_for_all: Path) -> None:
    given = given_part("ssa", roles=3)
    done = compose(given, ensemble="voice-piano", add=["piano"], checkpoint=untrained_for_all, sampling=ONE).score
    assert [part.name for part in done.parts] == [*(part.name for part in given.parts), "Piano"]


def test_a_new_piece_for_some_parts(untrained_for_all: Path) -> None:
    done = compose(
        ensemble="string-quartet", parts=["violin1", "cello"], piece=SHORT, checkpoint=untrained_for_all, sampling=ONE
    )
    assert [part.name for part in done.score.parts] == ["Violin I", "Cello"]


def test_parts_with_notes_are_kept(untrained_for_all: Path) -> None:
    full = given_part("string-quartet", roles=4)
    with pytest.raises(InputError, match="--parts: viola has notes already, which are kept; --blank viola"):
        compose(full, ensemble="string-quartet", parts=["viola"], checkpoint=untrained_for_all, sampling=ONE)


def test_blanks_of_parts_that_are_not_wanted_rest(untrained_for_all: Path) -> None:
    full = given_part("string-quartet", roles=4)
    second, viola = full.parts[1].id, full.parts[2].id
    two = blank_voices(full, [Slot(second), Slot(viola)], range(len(full.measures)))
    options = {"checkpoint": untrained_for_all, "sampling": ONE}
    done = compose(two, ensemble="string-quartet", parts=["violin2"], **options).score  # type: ignore[arg-type]
    assert not is_silent(done, second) and is_silent(done, viola)
    assert not has_blanks(done)


def test_recorders_are_no_choir() -> None:
    assert default_style(load_ensemble("recorder-quartet")) == INSTRUMENTS
    assert default_style(load_ensemble("ttb")) == DEFAULT_STYLE


def hands_page(*, is_left_empty: bool) -> Score:
    """A voice above a piano of two parts, the right and the left hand, as a MusicXML file has them."""
    clefs = {"Voice": Clef(), "Piano RH": Clef(), "Piano LH": Clef("F", 4)}
    parts = tuple(Part(f"P{number}", name, clefs=(clef,)) for number, (name, clef) in enumerate(clefs.items(), 1))
    pitched = {"P1": "G4", "P2": "E5", "P3": "C3"}
    score = playable_score(load_ensemble("voice-piano"), 2)
    measures = tuple(
        replace(
            measure,
            voices=tuple(
                Voice(
                    Slot(part.id),
                    (
                        Rest(NoteValue.of(measure.duration))
                        if is_left_empty and part.id == "P3"
                        else Note(NoteValue.of(measure.duration), Pitch.parse(pitched[part.id])),
                    ),
                )
                for part in parts
            ),
            directions=(),
            spanners=(),
            chord_symbols=(),
        )
        for measure in score.measures
    )
    return read_musicxml(write_musicxml(replace(score, parts=parts, measures=measures)), "page")


def test_two_hands_as_two_parts_are_one_role_and_stay_two_parts(untrained_for_all: Path) -> None:
    given = hands_page(is_left_empty=True)
    result = compose(given, checkpoint=untrained_for_all, sampling=ONE)
    assert result.understanding.roles == (("Voice", "voice"), ("Piano", "piano"))
    assert result.understanding.blank == ("piano (left hand)",)
    assert any("two hands of one instrument" in notice for notice in result.notices)
    done = result.score
    assert [part.name for part in done.parts] == ["Voice", "Piano RH", "Piano LH"]
    for part in ("P1", "P2"):
        assert elements(done, part) == elements(given, part)
    assert any(element.notes for element in elements(done, "P3"))
    assert {voice.origin for measure in done.measures for voice in measure.voices if voice.slot.part == "P3"} == {
        "generated"
    }
    again = read_musicxml(musicxml_text(done), "again")
    assert [part.name for part in again.parts] == ["Voice", "Piano RH", "Piano LH"]
    assert elements(again, "P3") == elements(done, "P3")


def test_one_hand_of_two_parts_is_emptied_by_its_name(untrained_for_all: Path) -> None:
    given = hands_page(is_left_empty=False)
    result = compose(
        given,
        ensemble="voice-piano",
        blank=["Piano LH:2"],
        checkpoint=untrained_for_all,
        sampling=ONE,
        roles={"piano": "3"},
    )
    assert result.understanding.blank == ("piano (left hand) (measure 2)",)
    generated = [
        (voice.slot.part, measure.number)
        for measure in result.score.measures
        for voice in measure.voices
        if voice.origin == "generated"
    ]
    assert generated == [("P3", "2")]


def test_a_voice_that_is_added_to_two_hands_gets_an_id_of_its_own(untrained_for_all: Path) -> None:
    given = hands_page(is_left_empty=False)
    piano = replace(given, document=None)
    piano = select_voices(piano, [slot for slot in piano.slots if slot.part != "P1"])
    done = compose(piano, ensemble="voice-piano", checkpoint=untrained_for_all, sampling=ONE).score
    assert [part.name for part in done.parts] == ["Voice", "Piano RH", "Piano LH"]
    assert len({part.id for part in done.parts}) == 3
    assert elements(done, "P2") == elements(given, "P2") and elements(done, "P3") == elements(given, "P3")


def test_new_music_for_instruments_comes_back_to_its_opening(untrained_for_all: Path) -> None:
    piece, ways = PieceOptions(measures=8, small_form="period"), set()
    for ensemble, seed in itertools.product(("string-quartet", "voice-piano", "lead-sheet"), range(1, 6)):
        sampling = replace(ONE, seed=seed)
        done = compose(ensemble=ensemble, piece=piece, sampling=sampling, checkpoint=untrained_for_all)
        melody = [[pitches(each) for each in measure.voices[0].elements] for measure in done.score.measures]
        is_exact, is_head = "varied" not in done.form, "measures 5 as 1" in done.form
        assert any(melody[0]) and melody[2:4] != melody[6:8]
        assert (melody[4] == melody[0]) == is_exact
        assert not is_exact or (melody[5] == melody[1]) != is_head
        assert done.form.startswith(f"period (a a): measures {'5 as 1' if is_head else '5-6 as 1-2'}")
        assert done.alternatives[0].provenance["small_form"] == done.form
        ways.add((is_exact, is_head))
    assert {(True, False), (False, False)} <= ways


def test_a_form_is_drawn_by_the_seed_and_left_out_where_it_is_not_wanted(untrained_for_all: Path) -> None:
    def form(seed: int, **options: object) -> str:
        piece = PieceOptions(**{"measures": 8, **options})  # type: ignore[arg-type]
        sampling = replace(ONE, seed=seed)
        return compose(ensemble="lead-sheet", piece=piece, sampling=sampling, checkpoint=untrained_for_all).form

    drawn = [form(seed).split()[0] for seed in range(8)]
    assert set(drawn) == {"period", "sentence"}
    assert form(1) == form(1)
    assert form(1, form="none") == form(1, form="free") == form(1, form="AB") == form(1, measures=6) == ""


def test_choirs_have_no_small_form() -> None:
    done = compose(piece=PieceOptions(measures=8), sampling=ONE)
    assert done.form == "" and "small_form" not in str(done.alternatives[0].provenance)


def test_songs_have_a_prelude_and_close_before_their_postlude(untrained_for_all: Path) -> None:
    """Seed 4 draws both, of two measures each."""
    piece, sampling = PieceOptions(measures=20, key="D minor", time="6/8"), replace(ONE, seed=4)
    done = compose(ensemble="voice-piano", piece=piece, sampling=sampling, checkpoint=untrained_for_all)
    assert "prelude of 2, postlude of 2" in done.form
    sung = [[pitches(each) for each in measure.voices[0].elements] for measure in done.score.measures]
    assert [index for index in (0, 1, 18, 19) if any(sung[index])] == []
    assert len(sung[17]) == 1 and sung[17][0]
    hands = [measure.voices[number] for measure in done.score.measures[:2] for number in (1, 2)]
    assert any(pitches(each) for voice in hands for each in voice.elements)
