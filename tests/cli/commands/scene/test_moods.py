"""`--mood`, `--story` and named forms of `plan` and `compose` as a user meets them."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from scoregen.cli.app import run
from scoregen.notation.files import read_score
from scoregen.plan.piece.reading import parse_plan, read_plan

Captured = pytest.CaptureFixture[str]
FAST = ("--candidates", "1", "--passes", "0")
STORY = "The lake is calm and quiet. Then a monster leaps out, and she screams in terror! They laugh: it was a dream."


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path


def test_a_story_becomes_a_plan_and_a_quartet(story: Path, tmp_path: Path, capsys: Captured) -> None:
    plan, score = tmp_path / "plan.toml", tmp_path / "music.musicxml"
    assert run(["plan", "--story", str(story), "--seconds", "20", "-o", str(plan)]) == 0
    text = plan.read_text(encoding="utf-8")
    assert "# The lake is calm and quiet." in text and "calm (calm)" in text and "terror (fear)" in text
    assert run(["compose", "--plan", str(plan), "-o", str(score), *FAST, "-q"]) == 0
    music, sections = read_score(score), read_plan(plan).sections
    assert len(music.parts) == 4, "the ensemble of the plan"
    tempos = [float(tempo.per_minute) for measure in music.measures for tempo in measure.tempos]
    assert tempos == [float(section.tempo) for section in sections]
    assert len(music.measures) == sum(section.measures for section in sections)


def test_the_same_story_gives_the_same_notes_without_a_plan_file(story: Path, tmp_path: Path) -> None:
    plan, first, second = tmp_path / "plan.toml", tmp_path / "a.musicxml", tmp_path / "b.musicxml"
    options = ["--story", str(story), "--seconds", "12"]
    assert run(["plan", *options, "-o", str(plan), "-q"]) == 0
    assert run(["compose", "--plan", str(plan), "-o", str(first), *FAST, "-q"]) == 0
    assert run(["compose", *options, "-o", str(second), *FAST, "-q"]) == 0
    assert read_score(first).measures == read_score(second).measures


def test_a_mood_chooses_the_ensemble_unless_it_is_named(tmp_path: Path) -> None:
    options = ["compose", "--mood", "very sad", "--form", "period", "--measures", "4", *FAST, "-q"]
    assert run([*options, "-o", str(tmp_path / "a.musicxml")]) == 0
    assert len(read_score(tmp_path / "a.musicxml").parts) == 4
    assert run([*options, "--ensemble", "sab", "-o", str(tmp_path / "b.musicxml")]) == 0
    assert len(read_score(tmp_path / "b.musicxml").parts) == 3


def test_a_form_by_its_name(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "a.musicxml"
    assert run(["compose", "--form", "aaba", "--measures", "8", "-o", str(out), *FAST, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["alternatives"]
    measures = read_score(out).measures
    assert len(measures) == 8
    assert [v.elements for v in measures[0].voices] == [v.elements for v in measures[2].voices], "the theme comes again"
    assert run(["plan", "--form", "AABA", "--measures", "16"]) == 0
    assert 'form = "A A B A"' in capsys.readouterr().out


@pytest.mark.parametrize("form", ["AABA", "aaba", ""])
def test_a_length_in_seconds_needs_no_mood(form: str, capsys: Captured) -> None:
    assert run(["plan", "--seconds", "40", *(["--form", form] if form else [])]) == 0
    plan = parse_plan(capsys.readouterr().out)
    assert abs(plan.seconds - 40) < Fraction(1, 50)
    assert plan.form.split() == list("AABA" if form else "ABA")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plan", "--mood", "tendr"], "--mood: the mood word 'tendr' is unknown; did you mean tender"),
        (["plan", "--mood", " "], "--mood: found no mood"),
        (["plan", "--form", "period", "--phrases", "2"], "--phrases: a mood, a story, a named form and a length"),
        (["plan", "--form", "zzz"], "found the form 'zzz'; expected one of: aaba, chorale"),
        (["plan", "--form", "ABC", "--seconds", "20"], "found the form 'ABC'; expected one of: aaba, chorale"),
        (["plan", "--form", "rondo", "--seconds", "5"], "--seconds: found 4 measures for the 5 sections of rondo"),
        (["plan", "--mood", "valence 0.2, valence 0.4"], "--mood: valence: found it twice"),
        (["compose", "SCORE", "--seconds", "20"], "--seconds is for a new piece, but found"),
        (["compose", "--mood", "calm", "--chords", "I V"], "--chords: --mood describes the piece"),
        (["compose", "--mood", "calm", "--plan", "a.toml"], "--plan: --mood describes the piece"),
        (["compose", "--mood", "calm", "--story", "STORY"], "--mood: a story has its own moods"),
        (["compose", "--story", "none.txt"], "none.txt: the file cannot be read"),
        (["compose", "--story", "EMPTY"], "empty.txt: found no words"),
        (["compose", "--story", "LONG"], "long.txt: found 100000 words; expected at most 5000"),
        (["compose", "SCORE", "--mood", "calm"], "--mood is for a new piece, but found"),
        (["plan", "SCORE", "--mood", "calm"], "--mood describes a new piece, but found"),
        (["compose", "--form", "rondo", "--measures", "4"], "found 4 measures for the 5 sections of rondo"),
    ],
)
def test_faults_are_one_line_with_exit_code_2(
    arguments: list[str], message: str, story: Path, tmp_path: Path, repository: Path, capsys: Captured
) -> None:
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / "long.txt").write_text("word " * 100_000, encoding="utf-8")
    names = {"STORY": str(story), "EMPTY": str(tmp_path / "empty.txt"), "LONG": str(tmp_path / "long.txt")}
    names["SCORE"] = str(repository / "corpora/samples/nun-danket.musicxml")
    assert run([names.get(each, each) for each in arguments]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and message in error


def test_a_form_of_instruments_is_filled_by_the_network(tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "a.musicxml"
    options = ["compose", "--ensemble", "lead-sheet", "--form", "period", *FAST, "--seed", "1", "--show-plan"]
    assert run([*options, "-o", str(out)]) == 0
    assert "form: period (a a): measures 5-6 as 1-2 in the melody" in capsys.readouterr().err
    measures = read_score(out).measures
    assert len(measures) == 8
    assert measures[0].voices[0].elements == measures[4].voices[0].elements
    assert run([*options, "--measures", "8", "--form", "none", "--force", "-o", str(out)]) == 0
    assert "form:" not in capsys.readouterr().err
