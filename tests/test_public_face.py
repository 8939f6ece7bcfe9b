"""`import scoregen`: its names, and what it imports only on use."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import scoregen

HEAVY = ("torch", "music21", "partitura", "verovio", "typst", "mido", "numpy", "lxml", "fontTools", "typer", "rich")


def run_python(code: str) -> str:
    """The output of a new interpreter."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def type_checked_names() -> set[str]:
    """The names that a type checker sees."""
    tree = ast.parse(Path(scoregen.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    return {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}


def test_all_is_sorted_and_complete() -> None:
    assert scoregen.__all__ == sorted(scoregen.__all__)
    assert set(scoregen.__all__) == {name for names in scoregen._HOMES.values() for name in names}
    assert set(scoregen.__all__) == type_checked_names()
    assert set(scoregen.__all__) <= set(dir(scoregen))


@pytest.mark.parametrize("name", scoregen.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(scoregen, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'composer'"):
        scoregen.composer  # noqa: B018


def test_importing_scoregen_imports_no_library() -> None:
    loaded = run_python("import scoregen, sys; print(*{name.partition('.')[0] for name in sys.modules})").split()
    assert not set(loaded) & set(HEAVY)


def test_reading_does_not_import_torch() -> None:
    sample = Path(scoregen.__file__).parent.parent / "corpora" / "samples" / "morning-song.musicxml"
    code = f"import scoregen, sys; scoregen.read_score({str(sample)!r}); print('torch' in sys.modules)"
    assert run_python(code) == "False"


def test_compose_is_the_function_whatever_is_imported_first() -> None:
    code = "import {home}; import scoregen; print(callable(scoregen.compose))"
    assert run_python(code.format(home=scoregen.compose.__module__)) == "True"
    assert (
        run_python("import scoregen; scoregen.compose; import scoregen.cli; print(callable(scoregen.compose))")
        == "True"
    )


@pytest.mark.parametrize("name", scoregen.__all__)
def test_no_name_is_hidden_by_a_module(name: str) -> None:
    """`import scoregen.tasks.novelty` makes `scoregen.tasks.novelty` that module, whatever the name was before."""
    folder = Path(scoregen.__file__).parent
    assert not (folder / f"{name}.py").exists()
    assert not (folder / name).is_dir()


def test_what_a_verb_needs_is_imported_when_it_is_called(repository: Path) -> None:
    sample = repository / "corpora" / "samples" / "nun-danket.musicxml"
    code = f"""
import sys, scoregen, scoregen.tasks.novelty
score = scoregen.read_score({str(sample)!r})
print(scoregen.analyze(score).key, len(scoregen.check(score, "free").findings), scoregen.tasks.novelty.__name__)
print(sorted({{"torch", "sklearn", "matplotlib", "music21", "partitura"}} & set(sys.modules)))
"""
    assert run_python(code).splitlines() == ["G major 0 scoregen.tasks.novelty", "[]"]


def test_a_score_shows_itself_as_svg(repository: Path) -> None:
    score = scoregen.read_score(repository / "corpora" / "samples" / "morning-song.musicxml")
    picture = score._repr_svg_()
    assert picture is not None
    assert picture.startswith("<svg ")
    assert "Morning Song" in picture


def test_a_score_that_cannot_be_engraved_shows_its_repr() -> None:
    assert scoregen.Score(parts=(), measures=())._repr_svg_() is None


def test_pages_are_one_below_the_other() -> None:
    from scoregen.notation.notebook import stack

    page = '<svg width="210mm" height="297mm" viewBox="0 0 210 297"><g/></svg>'
    assert stack([page, page]) == (
        '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="594mm" viewBox="0 0 210 594">'
        '<svg y="0" width="210" height="297" viewBox="0 0 210 297"><g/></svg>'
        '<svg y="297" width="210" height="297" viewBox="0 0 210 297"><g/></svg></svg>'
    )
