"""Call and response: an answering phrase that keeps key, metre and motif."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scoregen.generation.improvising.answer import Answer, answer_to, motif_kept
from scoregen.generation.variation.theme import theme_of
from scoregen.notation.results import ScoreResult
from scoregen.score.elements import Score
from scoregen.score.timeline import pitch_of
from scoregen.system.errors import InputError

MOST_MEASURES = 32


@dataclass(frozen=True, slots=True, repr=False)
class AnsweringPhrase(ScoreResult):
    """The answer as a score; `summary` says what it keeps, for programs."""

    score: Score
    summary: dict[str, Any]
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<AnsweringPhrase in {self.summary['key']}: {self.score!r}>"


def answer(score: Score, *, seed: int = 0) -> AnsweringPhrase:
    """The answer to a phrase. InputError for a score without a phrase, and for one that is too long to be one."""
    if len(score.measures) > MOST_MEASURES:
        raise InputError(f"found {len(score.measures)} measures; expected a phrase of at most {MOST_MEASURES}")
    theme = theme_of(score)
    done = answer_to(theme, str(seed))
    kept = motif_kept(
        [pitch_of(note) for note in theme.line[: done.motif]], [event.pitch for event in done.events[: done.motif]]
    )
    summary = {
        "key": str(done.key),
        "time": str(score.measures[-1].time),
        "phrase_is_open": done.is_open,
        "ends_on_tonic": done.events[-1].pitch.fifths == done.key.tonic_fifths,
        "motif_notes": done.motif,
        "motif_kept": round(kept, 3),
        "moved": done.moved,
    }
    return AnsweringPhrase(done.score, summary, (*score.notices, _line(done, kept)))


def _line(done: Answer, kept: float) -> str:
    opening = "leaves off the tonic" if done.is_open else "ends on the tonic"
    return (
        f"the phrase is in {done.key} and {opening}; the answer begins with its motif of {done.motif} notes"
        f" ({100 * kept:.0f} % of its steps in the same direction) and ends on the tonic"
    )
