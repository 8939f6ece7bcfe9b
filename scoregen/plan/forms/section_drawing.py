"""A section of a plan: its progression, its dynamics, and the manner of its mood."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from scoregen.plan.form import FASTEST, SLOWEST
from scoregen.plan.forms.motifs import tune_of
from scoregen.plan.forms.progressions import Wish, draw_progression
from scoregen.plan.mood.affect import Affect
from scoregen.plan.mood.music_table import Traits, traits_of
from scoregen.plan.piece.piece_plan import DEFAULT_TEMPO, OPEN, Level, SectionPlan
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.score.spanners import WedgeType

TONICS = {"major": (0, 1, 2, -1, -2, -3), "minor": (3, 4, 2, 1, 5, 0)}
"""The tonics that are drawn, on the line of fifths: those of signatures of up to three signs."""
COMMON_TIME = TimeSignature((4,), 4)
LEVELS = ("pp", "p", "mp", "mf", "f", "ff")


@dataclass(frozen=True, slots=True)
class PieceWish:
    """What is wished of a new piece; the rest is drawn.

    `form` is the name of a form, "" for any; `measures` or `seconds` are those of the whole piece as it is played;
    `tempo` is that of neutral mood; `moods` are points of a curve over the piece, () for no mood.
    """

    form: str = ""
    measures: int | None = None
    seconds: Fraction | None = None
    key: Key | None = None
    time: TimeSignature = COMMON_TIME
    tempo: Fraction | None = None
    moods: tuple[Affect, ...] = ()
    title: str = ""

    def home(self, chance: random.Random) -> Key:
        """The key of the piece, in the mode of its first mood unless it is named."""
        if self.key is not None:
            return self.key
        mode = traits_of(self.moods[0]).mode if self.moods else "major"
        return Key(chance.choice(TONICS[mode]), mode) if self.moods else Key(0, mode)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is decided of a section before its phrases: `is_peak` for the one with the climax."""

    name: str
    measures: int
    key: Key
    time: TimeSignature
    mood: Affect
    is_peak: bool = False


def tempo_of(traits: Traits, neutral: Fraction | None) -> Fraction:
    """The tempo of a mood, where `neutral` takes the place of the tempo of neutral mood."""
    tempo = traits.tempo * (neutral or DEFAULT_TEMPO) / DEFAULT_TEMPO
    return Fraction(round(min(max(tempo, Fraction(SLOWEST)), Fraction(FASTEST))))


def section_of(
    frame: Frame,
    phrases: tuple[int, ...],
    cadences: tuple[str, ...],
    motif: str,
    places: tuple[int, ...],
    wish: PieceWish,
    chance: random.Random,
) -> SectionPlan:
    """A section with its progression, its dynamics, and, if moods are wished, the manner of its mood."""
    traits = traits_of(frame.mood)
    has_mood = bool(wish.moods)
    tune = tune_of(motif, frame.key, frame.time, places) if motif and places else {}
    wanted = Wish(traits.dissonance, traits.chords_a_measure) if has_mood else Wish()
    chords = draw_progression(phrases, cadences, frame.key, frame.time, wanted, tune, chance)
    plan = SectionPlan(
        frame.name,
        frame.measures,
        frame.key,
        frame.time,
        tempo_of(traits, wish.tempo) if has_mood else wish.tempo or DEFAULT_TEMPO,
        phrases,
        cadences,
        chords,
        fixed=False,
        dynamics=_dynamics(frame, traits),
        motif=motif if places else "",
        motif_at=places if places != (1,) else (),
    )
    return _in_manner(plan, frame.mood, traits) if has_mood else plan


def _in_manner(plan: SectionPlan, mood: Affect, traits: Traits) -> SectionPlan:
    rounded = Affect(*(round(each, 2) for each in (mood.valence, mood.arousal, mood.tension)))
    return replace(
        plan,
        mood=rounded,
        density=traits.density,
        register=traits.register,
        articulation=traits.articulation,
        texture=traits.texture,
    )


def _dynamics(frame: Frame, traits: Traits) -> tuple[Level, ...]:
    """One mark; in the section of the climax a crescendo to a mark louder two thirds on, and back."""
    place = LEVELS.index(traits.mark)
    if not frame.is_peak or frame.measures < PEAK_MEASURES:
        return (Level(0, traits.mark),)
    loud = min(max(place + 1, 2), len(LEVELS) - 1)
    marks = (LEVELS[loud - 2], LEVELS[loud - 1], LEVELS[loud], LEVELS[loud - 1])
    hairpins: tuple[WedgeType | None, ...] = ("crescendo", "crescendo", "diminuendo", None)
    places = [round(Fraction((frame.measures - 1) * number, 3)) for number in range(4)]
    return tuple(Level(*row) for row in zip(places, marks, hairpins, strict=True))


PEAK_MEASURES = 4
"""The measures of the shortest section that swells to a climax."""


def divided(measures: int, shares: Sequence[int]) -> tuple[int, ...]:
    """The lengths of phrases in measures by their shares; as many phrases as have room for a motif and a close."""
    shares = list(shares)
    while len(shares) > 1 and measures * min(shares) < SHORTEST_PHRASE * sum(shares):
        shares = shares[: len(shares) // 2]
    stops = [round(Fraction(measures * sum(shares[: number + 1]), sum(shares))) for number in range(len(shares))]
    return tuple(stop - start for start, stop in zip([0, *stops], stops, strict=False))


SHORTEST_PHRASE = 3
"""In measures."""


def closing_cadence(mood: Affect, chance: random.Random, *, is_last: bool) -> str:
    """How a passage of a mood closes: the last one fully, a tense one on the dominant or not at all."""
    if is_last:
        return "authentic"
    if mood.tension > TENSE:
        return chance.choices(("half", "deceptive", OPEN), (3, 1, 1))[0]
    return chance.choices(("authentic", "half", "deceptive"), (5, 3, 1))[0]


TENSE = 0.4
"""The tension from which a passage does not close."""
