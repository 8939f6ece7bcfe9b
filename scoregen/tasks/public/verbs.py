"""The functions that take a score: the tasks, for any kind of score, with errors that name keywords."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoregen.score.elements import Score
from scoregen.system.errors import InputError
from scoregen.system.wording import python_errors
from scoregen.tasks.public.scores import ScoreLike, as_score

if TYPE_CHECKING:
    from scoregen.analysis.rules.report import Report
    from scoregen.analysis.rules.rule_sets import RuleSet
    from scoregen.notation.files import WrittenFiles
    from scoregen.tasks.analyze import Analysis
    from scoregen.tasks.arrange import Arrangement
    from scoregen.tasks.compose import Composition
    from scoregen.tasks.evaluate import Comparison
    from scoregen.tasks.explain import Explanation
    from scoregen.tasks.novelty import NoveltyReport
    from scoregen.tasks.train import Training


def read_score(music: ScoreLike) -> Score:
    """A score of any kind as a `Score`: a file name, a music21 stream, a partitura score.

    Raises ReadError, RefusedError or ToolError if it cannot be read.
    """
    with python_errors():
        return as_score(music)


def write_score(music: ScoreLike, path: Path | str, *, force: bool = False, **options: Any) -> WrittenFiles:
    """Write a score in the format that the suffix names; see `render` for several files."""
    return render(music, path, force=force, **options)


def render(music: ScoreLike, *paths: Path | str, force: bool = False, **options: Any) -> WrittenFiles:
    """Write a score to files: pages (.pdf .svg .png), sound (.mid) or notation (.musicxml .mxl).

    A report of `check` or an analysis is written into its score. `options` are those of pages (`paper="letter"`,
    `landscape=True`, `scale`; the fields of `EngravingOptions`) and of `notation.files.write_all` (`dpi`). Nothing is
    overwritten without `force`.
    """
    from scoregen.notation.files import write_all
    from scoregen.notation.results import ScoreResult
    from scoregen.tasks.analyze import Analysis
    from scoregen.tasks.annotation import annotated

    with python_errors():
        score = as_score(music)
        options = _with_engraving(options)
        if isinstance(music, ScoreResult):
            return music.save(*paths, force=force, **options)
        if isinstance(music, Analysis):
            score, _ = annotated(score, music, numerals="page" if _only_pages(paths) else "text")
        return write_all(_marked(music) or score, paths, force=force, **options)


def _with_engraving(options: Mapping[str, Any]) -> dict[str, Any]:
    """Single options of pages as the value `engraving`."""
    from scoregen.notation.engraving.options import EngravingOptions

    names = {each.name for each in fields(EngravingOptions)} & set(options)
    others = {name: value for name, value in options.items() if name not in names}
    return {**others, "engraving": EngravingOptions(**{name: options[name] for name in names})} if names else others


def _only_pages(paths: Sequence[Path | str]) -> bool:
    return all(Path(path).suffix.lower() in (".pdf", ".svg", ".png") for path in paths)


def _marked(music: ScoreLike) -> Score | None:
    """The score of a report with its findings; None for any other value."""
    from scoregen.analysis.rules.report import Report
    from scoregen.tasks.check import marked_score

    return marked_score(music) if isinstance(music, Report) else None


def compose(
    score: ScoreLike | None = None,
    *,
    ensemble: str | None = None,
    roles: Mapping[str, str] | None = None,
    blank: str | Sequence[str] = (),
    extend: int = 0,
    count: int = 1,
    progress: Callable[[float], None] | None = None,
    **options: Any,
) -> Composition:
    """Fill what is blank in a score for an ensemble; without a score, write a new piece.

    `score`: anything that `read_score` takes. `ensemble` is by default that of a plan, of a page of instruments with
    empty parts, or of the pieces of an own style, else `satb`. `roles` assigns parts to roles (`{"soprano": "1"}`);
    `blank` empties parts, measures or both (`"alto,tenor:5-8"`); `extend` appends measures; `count` is the number of
    alternatives.

    `options` are those of sampling (`seed=1`, `temperature`, `top_p`, `candidates`, `passes`, `span`), those of a new
    piece (`key="g minor"`, `time="3/4"`, `measures`, `tempo`, `anacrusis`, `phrases`, `form`), those that ask for one
    in words (`mood="tender, then uneasy"`, `story="..."`, `form="rondo"`, `seconds`), and `style`, `checkpoint`,
    `device`, or `piece` and `sampling` as values (`PieceOptions`, `SamplingOptions`).

    Raises InputError if there is nothing to fill, and RefusedError if no notes can be written for what is given.
    """
    from scoregen.tasks.compose import compose as task

    with python_errors():
        music = None if score is None else as_score(score)
        chosen: dict[str, Any] = {
            "ensemble": ensemble,
            "roles": roles,
            "extend": extend,
            "count": count,
            "progress": progress,
        }
        chosen["blank"] = (blank,) if isinstance(blank, str) else blank
        return task(music, **chosen, **_sorted_options(_in_words(options, ensemble), new=music is None))


def _in_words(options: Mapping[str, Any], ensemble: str | None) -> Mapping[str, Any]:
    """The options with a plan in place of those that ask for a piece in words."""
    from scoregen.plan.forms.asked import in_small_form, plan_asked
    from scoregen.plan.forms.grammar import is_form
    from scoregen.score.ensemble import load_ensemble

    in_words = {"mood", "story", "seconds"} & set(options)
    if not in_words and not is_form(str(options.get("form", ""))):
        return options
    if not in_words and ensemble is not None:
        small = in_small_form(options, load_ensemble(ensemble))
        if small is not None:
            return small
    form, mood, story = (str(options.get(name, "")) for name in ("form", "mood", "story"))
    taken = ("form", "mood", "story", "measures", "seconds", "key", "time", "tempo")
    plan = plan_asked(form, mood, story, options, int(options.get("seed", 0))).plan
    return {"plan": plan, **{name: value for name, value in options.items() if name not in taken}}


def _sorted_options(options: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """Single options in the values that the task takes: `sampling` and `piece`."""
    from scoregen.model.network.config import SamplingOptions
    from scoregen.plan.form import PieceOptions

    own, sampling, piece = _option_names()
    chosen: dict[str, dict[str, Any]] = {"own": {}, "sampling": {}, "piece": {}}
    for name, value in options.items():
        home = "piece" if name in piece and (new or name not in own) else "sampling" if name in sampling else "own"
        if home == "own" and name not in own:
            expected = ", ".join(sorted({*own, *sampling, *piece}))
            raise TypeError(f"compose() has no keyword {name!r}; expected one of: {expected}")
        chosen[home][name] = value
    if chosen["piece"] and not new:
        raise InputError(f"{next(iter(chosen['piece']))}= is for a new piece, but a score was given; omit one of them")
    result = chosen["own"]
    for name, kind in (("sampling", SamplingOptions), ("piece", PieceOptions)):
        if chosen[name] and name in result:
            raise TypeError(f"compose() got {name}= and {next(iter(chosen[name]))}=; use one of them")
        if chosen[name]:
            result[name] = kind(**chosen[name])
    return result


def _option_names() -> tuple[set[str], set[str], set[str]]:
    """The keywords of the task, of sampling and of a new piece."""
    from scoregen.model.network.config import SamplingOptions
    from scoregen.plan.form import PieceOptions
    from scoregen.tasks.compose import compose as task

    own = set(inspect.signature(task).parameters) - {"score"}
    return own, {each.name for each in fields(SamplingOptions)}, {each.name for each in fields(PieceOptions)}


def arrange(
    score: ScoreLike, ensemble: str, *, keep: str | int | Sequence[str | int] = (), **options: Any
) -> Arrangement:
    """Redistribute the notes of a score among the players of another ensemble: melody, bass and inner voices.

    `ensemble` is a name (`"string-quartet"`) or a file; `keep` names parts that stay as they are, by number or name.
    `options` are those of `tasks.arrange.arrange`: `transpose`, `fill`. The result has the score, what became of every
    note (`account`), and notices. Raises InputError for unknown names and for a score without pitched notes.
    """
    from scoregen.tasks.arrange import arrange as task

    with python_errors():
        kept = (keep,) if isinstance(keep, (str, int)) else keep
        return task(as_score(score), ensemble=ensemble, keep=[str(part) for part in kept], **options)


def check(score: ScoreLike, rules: RuleSet | str = "strict") -> Report:
    """Check the part-writing of a score against a rule set: a value, a name (strict, bach, free) or a file.

    Raises InputError if the score has no notes, or if the rule set is invalid.
    """
    from scoregen.tasks.check import check as task

    with python_errors():
        return task(as_score(score), rules)


def analyze(score: ScoreLike) -> Analysis:
    """Find keys, chords, cadences, sections, repeats and textures of a score.

    Raises InputError if the score has no pitched note.
    """
    from scoregen.tasks.analyze import analyze as task

    with python_errors():
        return task(as_score(score))


def explain(score: ScoreLike, *, given: str | Sequence[str] = (), **options: Any) -> Explanation:
    """Explain every note that was not given: its probability, the alternatives, and what it depends on.

    `given` selects the given music (`"soprano"`). `options` are those of `tasks.explain.explain`: `ensemble`, `roles`,
    `rules`, `checkpoint`, `progress`.
    """
    from scoregen.tasks.explain import explain as task

    with python_errors():
        return task(as_score(score), given=(given,) if isinstance(given, str) else given, **options)


def novelty_report(score: ScoreLike, against: str | None = None, **options: Any) -> NoveltyReport:
    """Find the nearest passages of a corpus, in any key; `options` are those of `tasks.novelty.novelty_report`."""
    from scoregen.tasks.novelty import novelty_report as task

    with python_errors():
        return task(as_score(score), against, **options)


def evaluate(folder: Path | str, against: Path | str, **options: Any) -> Comparison:
    """Compare a folder of pieces with a corpus; `options` are those of `tasks.evaluate.evaluate`."""
    from scoregen.tasks.evaluate import evaluate as task

    with python_errors():
        return task(folder, against, **options)


def train(corpus: Path | str, out: Path | str, **options: Any) -> Training:
    """Train on a folder of scores and write OUT.safetensors; `options` are those of `tasks.train.train`.

    Single options of training are keywords: `scoregen.train("hymns", "mine", steps=200)`.
    """
    from scoregen.tasks.train import train as task

    with python_errors():
        return task(corpus, out, **options)
