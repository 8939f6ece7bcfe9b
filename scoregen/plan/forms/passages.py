"""Plans of passages, each with a mood of its own: a curve of moods, or a story.

A passage is a section. All have one motif, so that the theme comes back in other keys and modes; the first and the last
passage are in the home key.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scoregen.plan.forms.drawing import in_seconds
from scoregen.plan.forms.journey import related_key
from scoregen.plan.forms.motifs import MEASURES, draw_motif
from scoregen.plan.forms.section_drawing import Frame, PieceWish, closing_cadence, divided, section_of, tempo_of
from scoregen.plan.mood.affect import NEUTRAL, Affect, total
from scoregen.plan.mood.causes import Cause
from scoregen.plan.mood.music_table import ensemble_of, traits_of
from scoregen.plan.mood.story import Sentence
from scoregen.plan.piece.piece_plan import OPEN, PiecePlan, SectionPlan, letters
from scoregen.score.keys import Key
from scoregen.system.errors import InputError

MOST_PASSAGES = 8
NEAR = 0.4
"""The distance of moods under which neighbouring sentences are one passage."""
FADING = 0.8
"""The share of the mood before that a sentence without words of mood has."""
WORDS_A_SECOND = 2.2
SHORTEST = 8
"""The seconds of the shortest passage of a story, unless the length of the whole is given."""
LONGEST_LABEL = 36
NO_MOOD = (
    "found no word of mood in the story, which is read in English and German: the music is neutral; name a --mood, or"
    " edit the mood of each section in the plan"
)
LONGEST_PHRASE = 4
"""The measures of a phrase, at most one more."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Music of one mood: its weight in the whole (words of a story), its text, and the words of mood."""

    mood: Affect
    weight: float = 1.0
    texts: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()

    def joined(self, other: Passage) -> Passage:
        """Both as one, with the mean mood by their weights."""
        weight = self.weight + other.weight
        mood = (self.mood.times(self.weight) + other.mood.times(other.weight)).times(1 / weight)
        return Passage(mood, weight, (*self.texts, *other.texts), (*self.causes, *other.causes))


@dataclass(frozen=True, slots=True)
class PassagePlan:
    """A plan of passages, for each section remarks on where its mood comes from, and notices for the user."""

    plan: PiecePlan
    remarks: Mapping[str, Sequence[str]]
    notices: tuple[str, ...] = ()


def passages_of_moods(moods: Sequence[Affect]) -> list[Passage]:
    return [Passage(mood) for mood in moods]


def passages_of_story(sentences: Sequence[Sentence]) -> list[Passage]:
    """The sentences, those of like moods together, in as many passages as a piece can have."""
    rows = [Passage(each.affect, each.words, (each.text,), each.causes) for each in sentences]
    rows = _without_gaps(rows)
    while len(rows) > 1:
        gaps = [a.mood.distance(b.mood) for a, b in itertools.pairwise(rows)]
        place = min(range(len(gaps)), key=lambda each: gaps[each])
        if gaps[place] >= NEAR and len(rows) <= MOST_PASSAGES:
            break
        rows[place : place + 2] = [rows[place].joined(rows[place + 1])]
    return rows


def _without_gaps(rows: Sequence[Passage]) -> list[Passage]:
    """The passages, where one without a word of mood keeps most of the mood before it."""
    found, last = list[Passage](), next((row.mood for row in rows if row.causes), NEUTRAL)
    for row in rows:
        mood = row.mood if row.causes else (last.times(FADING) + row.mood).clipped
        found.append(replace(row, mood=mood))
        last = mood
    return found


def plan_of_passages(passages: Sequence[Passage], wish: PieceWish, seed: int = 0) -> PassagePlan:
    """A plan with a section for each passage. InputError if the measures are too few."""
    chance = random.Random(f"{seed} passages")
    wish = replace(wish, moods=tuple(each.mood for each in passages))
    home = wish.home(chance)
    lengths = _lengths(passages, wish)
    motif = draw_motif(wish.time, "moving", passages[0].mood, chance)
    peak = max(range(len(passages)), key=lambda number: (round(passages[number].mood.arousal, 3), number))
    sections = []
    for number, (passage, measures) in enumerate(zip(passages, lengths, strict=True)):
        key = _key(number, len(passages), home, passage.mood, chance)
        frame = Frame(letters(number), measures, key, wish.time, passage.mood, is_peak=number == peak)
        section = _section(frame, motif, wish, chance, is_last=number + 1 == len(passages))
        sections.append(replace(section, text=_label(passage)))
    mean = total(each.mood.times(each.weight) for each in passages).times(1 / sum(each.weight for each in passages))
    plan = PiecePlan(tuple(sections), tuple(range(len(sections))), wish.title, instrumentation=ensemble_of(mean))
    plan = in_seconds(plan, wish.seconds) if wish.seconds else plan
    remarks = {letters(number): _remarks(passage) for number, passage in enumerate(passages)}
    is_mute = all(each.texts and not each.causes for each in passages)
    return PassagePlan(plan, remarks, (NO_MOOD,) if is_mute else ())


def _lengths(passages: Sequence[Passage], wish: PieceWish) -> list[int]:
    """The measures of each passage by its weight: of the measures or seconds wished, else as long as it is read."""
    weights = [max(each.weight, min(6.0, passages[0].weight)) for each in passages]
    beats = len(wish.time.groups)
    if wish.measures is not None:
        if wish.measures < 2 * len(passages):
            raise InputError(
                f"--measures: found {wish.measures} measures for {len(passages)} passages; expected"
                f" {2 * len(passages)} at least"
            )
        return _apportioned(wish.measures, weights)
    has_text = any(each.texts for each in passages)
    usual = [max(each.weight / WORDS_A_SECOND, SHORTEST) if each.texts else DEFAULT_SECONDS for each in passages]
    seconds = [float(wish.seconds) * each / sum(weights) for each in weights] if wish.seconds else usual
    found = []
    for passage, own in zip(passages, seconds, strict=True):
        exact = own * float(tempo_of(traits_of(passage.mood), wish.tempo)) / 60 / beats
        step = 4 if not wish.seconds and not has_text else 2
        found.append(max(2, step * round(exact / step)))
    return found


DEFAULT_SECONDS = 20.0
"""The seconds of a passage of a curve of moods."""


def _apportioned(measures: int, weights: Sequence[float]) -> list[int]:
    """Measures by weights, two at least, that sum to the whole; the largest remainders get what is left."""
    free = measures - 2 * len(weights)
    exact = [free * each / sum(weights) for each in weights]
    found = [2 + int(each) for each in exact]
    order = sorted(range(len(weights)), key=lambda number: int(exact[number]) - exact[number])
    for number in order[: measures - sum(found)]:
        found[number] += 1
    return found


def _key(number: int, count: int, home: Key, mood: Affect, chance: random.Random) -> Key:
    mode = traits_of(mood).mode
    inner = 0 < number < count - 1
    relation = "away" if inner and mode == home.mode and number % 2 == 1 else "home"
    return related_key(home, relation, mode, mood.tension, chance)


def _section(frame: Frame, motif: str, wish: PieceWish, chance: random.Random, *, is_last: bool) -> SectionPlan:
    count = max(1, round(frame.measures / LONGEST_PHRASE))
    phrases = divided(frame.measures, (1,) * count)
    last = closing_cadence(frame.mood, chance, is_last=is_last)
    inner = tuple("half" if number % 2 == 0 else OPEN for number in range(len(phrases) - 1))
    places = (1,) if phrases[0] > MEASURES else ()
    return section_of(frame, phrases, (*inner, last), motif, places, wish, chance)


def _label(passage: Passage) -> str:
    """The first words of a passage, for the page."""
    words, label = " ".join(passage.texts).split(), ""
    for word in words:
        if len(label) + len(word) + 1 > LONGEST_LABEL:
            return f"{label} …"
        label = f"{label} {word}".strip()
    return label


def _remarks(passage: Passage) -> list[str]:
    """The sentences, and the words that their mood comes from."""
    causes = "; ".join(dict.fromkeys(map(str, passage.causes)))
    words = [f"words: {causes}"] if passage.texts else []
    if passage.texts and not passage.causes:
        words = ["words: none with a mood; that of the passage before goes on"]
    return [*(" ".join(text.split()) for text in passage.texts), *words]
