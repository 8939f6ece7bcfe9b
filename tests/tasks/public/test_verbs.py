"""The functions of the public interface: what goes in, what comes out, and how errors speak."""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from pathlib import Path

import pytest

import scoregen
from scoregen.analysis.rules.rule_sets import RULES
from scoregen.notation.files import write_score
from scoregen.notation.interchange import objects
from scoregen.system.errors import InputError
from tests.chorales import chorale

MELODY = Path(__file__).resolve().parents[3] / "corpora" / "samples" / "morning-song.musicxml"


@pytest.fixture
def composed(untrained: Path) -> scoregen.Composition:
    return scoregen.compose(MELODY, checkpoint=untrained, seed=3, count=2, candidates=2, passes=0)


@pytest.fixture
def hymn(tmp_path: Path) -> Path:
    path = tmp_path / "hymn.musicxml"
    write_score(chorale(1, measures=4), path)
    return path


def test_a_path_a_text_and_a_score_are_the_same_score(hymn: Path) -> None:
    score = scoregen.read_score(hymn)
    assert scoregen.read_score(str(hymn)) == score
    assert scoregen.read_score(score) is score
    assert scoregen.analyze(hymn) == scoregen.analyze(score)
    assert scoregen.check(str(hymn)).findings == scoregen.check(score).findings


def test_options_of_sampling_are_keywords(composed: scoregen.Composition, untrained: Path) -> None:
    options = scoregen.SamplingOptions(seed=3, candidates=2, passes=0)
    again = scoregen.compose(scoregen.read_score(MELODY), checkpoint=untrained, sampling=options, count=2)
    assert [each.score for each in again.alternatives] == [each.score for each in composed.alternatives]
    other = scoregen.compose(MELODY, checkpoint=untrained, seed=4, candidates=2, passes=0)
    assert other.score != composed.score
    assert other.alternatives[0].provenance["sampling"]["seed"] == 4


def test_options_of_a_new_piece_are_keywords(untrained: Path) -> None:
    piece = scoregen.compose(key="g minor", time="3/4", measures=4, seed=1, candidates=1, checkpoint=untrained).score
    assert [str(measure.time) for measure in piece.measures] == ["3/4"] * 4
    assert piece.measures[0].key.fifths == -2


def test_one_selection_needs_no_list(composed: scoregen.Composition, untrained: Path) -> None:
    one = scoregen.compose(composed, blank="alto", checkpoint=untrained, candidates=1)
    assert one.alternatives[0].provenance["blank"] == ["alto"]


def test_a_result_is_saved_with_its_provenance(composed: scoregen.Composition, tmp_path: Path) -> None:
    written = composed.save(tmp_path / "new" / "song.musicxml", str(tmp_path / "song.mid"))
    assert [path.name for path in written] == ["song.musicxml", "song.mid"]
    assert "scoregen:seed" in (tmp_path / "new" / "song.musicxml").read_text(encoding="utf-8")
    composed.alternatives[1].save(tmp_path / "second.mid")
    assert (tmp_path / "second.mid").read_bytes() != (tmp_path / "song.mid").read_bytes()
    with pytest.raises(scoregen.ScoregenError, match=r"song\.mid: the file exists; force=True overwrites it"):
        composed.save(tmp_path / "song.mid")
    composed.save(tmp_path / "song.mid", force=True)


def test_render_takes_any_score_and_any_format(hymn: Path, composed: scoregen.Composition, tmp_path: Path) -> None:
    scoregen.render(hymn, tmp_path / "hymn.pdf", tmp_path / "hymn.mid")
    assert (tmp_path / "hymn.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "hymn.mid").read_bytes().startswith(b"MThd")
    scoregen.render(composed, tmp_path / "song.musicxml")
    assert len(scoregen.read_score(tmp_path / "song.musicxml").parts) == 4
    assert "scoregen:seed" in (tmp_path / "song.musicxml").read_text(encoding="utf-8")
    with pytest.raises(scoregen.ScoregenError, match=r"hymn\.pdf: .*force=True"):
        scoregen.render(hymn, tmp_path / "hymn.pdf")


def test_options_of_pages_are_keywords(hymn: Path, tmp_path: Path) -> None:
    scoregen.render(hymn, tmp_path / "letter.svg", paper="letter", landscape=True)
    assert '<svg width="279.4mm" height="215.9mm"' in (tmp_path / "letter.svg").read_text(encoding="utf-8")[:200]
    with pytest.raises(scoregen.ScoregenError, match="paper 'foolscap' is unknown"):
        scoregen.render(hymn, tmp_path / "other.svg", paper="foolscap")


def test_render_writes_findings_and_analyses_into_the_score(hymn: Path, tmp_path: Path) -> None:
    report = scoregen.check(hymn)
    assert report.findings
    scoregen.render(report, tmp_path / "marked.musicxml")
    short = RULES[report.findings[0].rule].short
    assert f"1 {short}" in (tmp_path / "marked.musicxml").read_text(encoding="utf-8")
    analysis = scoregen.analyze(hymn)
    scoregen.render(analysis, tmp_path / "analysed.musicxml")
    assert "<words" in (tmp_path / "analysed.musicxml").read_text(encoding="utf-8")
    assert "<words" not in hymn.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: scoregen.compose(MELODY, key="C major", measures=4), r"key=|measures="),
        (lambda: scoregen.compose(MELODY, seed=1, extend=1000), r"extend= 1000: expected 1 to 400 measures"),
        (lambda: scoregen.compose(MELODY, device="tpu"), r"the device is 'tpu'; expected auto, cpu, cuda"),
        (lambda: scoregen.read_score("missing.mid"), r"missing\.mid: there is no such file"),
        (lambda: scoregen.read_score(42), r"found a value of type int; expected a Score, a file name, a music21"),
        (lambda: scoregen.check([]), r"found a value of type list; expected a Score"),
        (lambda: scoregen.check(MELODY, "lenient"), r"there is no rule set 'lenient'"),
        (lambda: scoregen.train(MELODY.parent, "/tmp/x.y"), r"found the suffix \.y; expected a name without a dot"),
    ],
)
def test_errors_speak_python(call: object, expected: str) -> None:
    with pytest.raises(scoregen.ScoregenError, match=expected) as caught:
        call()  # type: ignore[operator]
    assert " --" not in f" {caught.value}"


def test_an_unknown_keyword_is_a_type_error_with_the_known_ones() -> None:
    with pytest.raises(TypeError, match=r"compose\(\) has no keyword 'sed'; expected one of: add, anacrusis, .*seed"):
        scoregen.compose(MELODY, sed=1)
    with pytest.raises(TypeError, match=r"got sampling= and seed=; use one of them"):
        scoregen.compose(MELODY, seed=1, sampling=scoregen.SamplingOptions())


def test_reprs_are_one_short_line(composed: scoregen.Composition, hymn: Path) -> None:
    report, analysis = scoregen.check(hymn), scoregen.analyze(hymn)
    assert repr(scoregen.read_score(MELODY)) == "<Score 'Morning Song': 1 part (Soprano), 9 measures>"
    written = scoregen.render(hymn, hymn.with_suffix(".mid"))
    assert repr(written) == f"<WrittenFiles {hymn.with_suffix('.mid')}>"
    assert repr(scoregen.Score((), ())) == "<Score: 0 parts, 0 measures>"
    for value in (composed, composed.alternatives[0], report, report.findings[0], analysis):
        assert len(repr(value)) < 300
        assert "\n" not in repr(value)
        assert type(value).__name__ in repr(value)


def test_results_show_themselves_in_notebooks(composed: scoregen.Composition, hymn: Path, untrained: Path) -> None:
    assert composed._repr_html_().startswith("<svg ")
    report, analysis = scoregen.check(hymn), scoregen.analyze(hymn)
    assert report._repr_html_().count("<tr>") == len(report.findings) + 1
    assert report.findings[0].rule in report.findings[0]._repr_html_()
    assert analysis._repr_html_().count("<tr>") >= len(analysis.chords) + 1
    assert "Key: " in analysis._repr_html_()
    page = scoregen.explain(hymn, given="soprano", checkpoint=untrained)._repr_html_()
    assert page.startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;')


def test_texts_of_the_score_cannot_steer_a_notebook(tmp_path: Path) -> None:
    text = MELODY.read_text(encoding="utf-8").replace("Soprano", "&lt;script&gt;alert(1)&lt;/script&gt;")
    (tmp_path / "bad.musicxml").write_text(text, encoding="utf-8")
    for rules in ("strict", "free"):
        assert "<script" not in scoregen.check(tmp_path / "bad.musicxml", rules)._repr_html_()


def test_a_score_that_cannot_be_engraved_shows_its_repr() -> None:
    from scoregen.notation.results import html

    assert (
        html(scoregen.Score((), ()), ["one <b>"], "<Score>")
        == "<pre>&lt;Score&gt;</pre><ul><li>one &lt;b&gt;</li></ul>"
    )


def test_music21_goes_in_and_comes_out(composed: scoregen.Composition) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from music21 import converter, stream

        tune = converter.parse("tinynotation: 3/4 c4 d e f2.")
    assert isinstance(tune, stream.Stream)
    score = scoregen.read_score(tune)
    notes = [str(note.pitch) for voice in (v for m in score.measures for v in m.voices) for note in pitched(voice)]
    assert notes == ["C4", "D4", "E4", "F4"]
    assert score.metadata.title is None and [part.id for part in score.parts] == ["P1"] and score.notices == ()
    assert [str(measure.time) for measure in score.measures] == ["3/4", "3/4"]
    result = composed.to_music21()
    assert isinstance(result, stream.Score)
    assert [part.partName for part in result.parts] == [part.name for part in composed.score.parts]
    assert scoregen.analyze(result).key == scoregen.analyze(composed).key


def test_chords_and_ties_of_music21_are_counted_and_what_is_lost_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from music21 import chord, harmony, note, stream, tie

        first, second = note.Note("C4"), note.Note("C4")
        first.tie, second.tie = tie.Tie("start"), tie.Tie("stop")
        played = [harmony.ChordSymbol("Am"), first, second, chord.Chord("C4 E4 G4"), note.Rest()]
        music = stream.Stream(played)
    assert scoregen.read_score(music).notices == ()
    found = objects._music21_pitches(music)
    assert found == {60: 2, 64: 1, 67: 1}
    monkeypatch.setattr(objects, "_music21_pitches", lambda music: found + Counter({72: 2}))
    assert scoregen.read_score(music).notices == ("music21: 2 notes not kept",)


def pitched(voice: scoregen.Voice) -> list[scoregen.Note]:
    return [element for element in voice.elements if isinstance(element, scoregen.Note)]


def test_partitura_goes_in_and_comes_out(composed: scoregen.Composition) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        result = composed.to_partitura()
    notes = [note for m in composed.score.measures for v in m.voices for note in pitched(v)]
    words = sum(bool(lyric.text) for note in notes for lyric in note.lyrics)
    told = [str(each.message) for each in caught if "syllable" in str(each.message)]
    assert told == [f"partitura: {words} syllables not kept"] and words > 1
    assert type(result).__module__.startswith("partitura")
    assert len(result.parts) == 4
    for music in (result, result.parts[0], list(result.parts)):
        score = scoregen.read_score(music)
        assert len(score.parts) == (1 if music is result.parts[0] else 4)
        assert sum(len(pitched(v)) for m in score.measures for v in m.voices) > 0 and score.notices == ()


def test_every_function_documents_itself() -> None:
    for name in ("compose", "render", "check", "analyze", "explain", "train", "evaluate", "novelty_report"):
        function = getattr(scoregen, name)
        assert inspect.getdoc(function)
        assert function.__module__ == "scoregen.tasks.public.verbs"


def test_a_hymn_is_arranged_for_instruments(hymn: Path) -> None:
    done = scoregen.arrange(hymn, "string quartet")
    assert [part.name for part in done.score.parts] == ["Violin I", "Violin II", "Viola", "Cello"]
    assert sum(done.account.counts().values()) == len(done.account.notes)
    kept = scoregen.arrange(hymn, "piano", keep=1)
    assert len(kept.score.parts) == 2
    with pytest.raises(scoregen.ScoregenError, match="keep="):
        scoregen.arrange(hymn, "piano", keep="oboe")


def test_a_piece_in_words() -> None:
    made = scoregen.compose(
        ensemble="string-quartet", mood="very sad", form="period", measures=4, seed=2, candidates=1, passes=0
    )
    assert len(made.score.parts) == 4 and len(made.score.measures) == 4
    story = scoregen.compose(story="They laugh and dance.", seconds=5, candidates=1, passes=0)
    assert story.score.measures[0].tempos[0].per_minute > 84
    short = scoregen.compose(seconds=20, seed=2, candidates=1, passes=0)
    assert 15 < len(short.score.measures) * 4 * 60 / float(short.score.measures[0].tempos[0].per_minute) < 25
    with pytest.raises(InputError, match="the mood word 'xyzzy' is unknown"):
        scoregen.compose(mood="xyzzy")
