"""The plan of what a user asks for in words: a form, a mood, or a story, with the options of a new piece."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from scoregen.plan.form import FASTEST, MOST_MEASURES, SLOWEST
from scoregen.plan.forms.drawing import plan_of_wish
from scoregen.plan.forms.grammar import draw_form, is_form
from scoregen.plan.forms.passages import PassagePlan, passages_of_moods, passages_of_story, plan_of_passages
from scoregen.plan.forms.section_drawing import PieceWish
from scoregen.plan.forms.small_forms import fewest_phrases
from scoregen.plan.mood.mood_text import parse_mood
from scoregen.plan.mood.story import read_story
from scoregen.score.ensemble import Ensemble
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.styles.defaults import default_style
from scoregen.styles.style import DEFAULT
from scoregen.system.errors import InputError, Place, ReadError

USUAL_PHRASE = 4
"""The measures of a phrase of music for instruments."""
LONGEST_STORY = 1 << 20
"""The most bytes of a story."""


def in_small_form(options: Mapping[str, Any], ensemble: Ensemble) -> dict[str, Any] | None:
    """The options of a new piece without a mood, in the small form (`small_forms`) that its `form` names, as long as it
    usually is; None if the network does not fill that form for instruments: it is another one, or the piece is too
    short for it, or for a choir."""
    form = str(options.get("form", ""))
    name = form.strip().lower()
    fewest = fewest_phrases(name) if is_form(form) else None
    if fewest is None or default_style(ensemble) == DEFAULT:
        return None
    measures = options.get("measures")
    if measures is not None and measures < USUAL_PHRASE * fewest:
        return None
    others = {option: value for option, value in options.items() if option != "form"}
    return {"measures": draw_form(name, random.Random(0)).measures, **others, "small_form": name}


def plan_asked(
    form: str = "", mood: str = "", story: str = "", options: Mapping[str, Any] | None = None, seed: int = 0
) -> PassagePlan:
    """The plan of a form, a mood in words or numbers, or a story; `options` has measures, seconds, key, time, tempo.

    A mood of several steps without a form, and a story, have a section for each passage. InputError for what is not
    understood.
    """
    wish = _wish(form, options or {})
    if story:
        if mood or form:
            raise InputError(
                f"--{'mood' if mood else 'form'}: a story has its own moods and sections; omit one of them"
            )
        return _checked(plan_of_passages(passages_of_story(read_story(story)), wish, seed))
    moods = _moods(mood)
    if len(moods) > 1 and not form:
        return _checked(plan_of_passages(passages_of_moods(moods), wish, seed))
    return _checked(PassagePlan(plan_of_wish(replace(wish, moods=moods), seed), {}))


def _checked(found: PassagePlan) -> PassagePlan:
    if found.plan.measures > MOST_MEASURES:
        raise InputError(
            f"found {found.plan.measures} measures; expected at most {MOST_MEASURES}; shorten it with --measures"
        )
    return found


def _moods(text: str) -> tuple[Any, ...]:
    if not text:
        return ()
    try:
        return parse_mood(text)
    except InputError as error:
        raise InputError(f"--mood: {error.message}") from None


def _wish(form: str, options: Mapping[str, Any]) -> PieceWish:
    if options.get("measures") and options.get("seconds"):
        raise InputError("--seconds: --measures gives the length already; omit one of them")
    try:
        key = Key.parse(options["key"]) if options.get("key") else None
        time = TimeSignature.parse(options.get("time") or "4/4")
    except ValueError as error:
        raise InputError(str(error)) from None
    if key is not None and key.mode not in ("major", "minor"):
        raise InputError(f"--key: found {key}; progressions are drawn in major and minor; write a plan for other modes")
    tempo, seconds = options.get("tempo"), options.get("seconds")
    if tempo is not None and not SLOWEST <= tempo <= FASTEST:
        raise InputError(f"found a tempo of {tempo}; expected {SLOWEST} to {FASTEST} beats per minute")
    if seconds is not None and not 4 <= seconds <= 3600:
        raise InputError(f"--seconds: found {float(seconds):g}; expected 4 to 3600")
    length = Fraction(str(seconds)) if seconds is not None else None
    return PieceWish(form, options.get("measures"), length, key, time, Fraction(tempo) if tempo else None)


def story_text(path: Path) -> str:
    """The text of a story in a file. ReadError if there is none in UTF-8, InputError if it is empty or too long."""
    try:
        with path.open("rb") as stream:
            data = stream.read(LONGEST_STORY + 1)
    except OSError as error:
        raise ReadError(f"the file cannot be read: {error.strerror}", Place(str(path))) from None
    if len(data) > LONGEST_STORY:
        raise InputError(
            f"found over {LONGEST_STORY} bytes; expected a story of at most {LONGEST_STORY}", Place(str(path))
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ReadError("this is no text in UTF-8; expected a story as plain text", Place(str(path))) from None
    try:
        read_story(text)
    except InputError as error:
        raise InputError(error.message, Place(str(path))) from None
    return text
