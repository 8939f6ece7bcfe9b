"""Plans of new pieces: what the user left open is drawn from the grammars of forms and the table of moods."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from scoregen.plan.form import FASTEST, SLOWEST
from scoregen.plan.forms.grammar import Form, FormSection, draw_form
from scoregen.plan.forms.journey import related_key
from scoregen.plan.forms.motifs import MEASURES, draw_ground, draw_motif, tune_of
from scoregen.plan.forms.progressions import NEUTRAL_DISSONANCE, Wish, draw_progression
from scoregen.plan.forms.section_drawing import Frame, PieceWish, divided, section_of, tempo_of
from scoregen.plan.mood.affect import NEUTRAL, Affect, total
from scoregen.plan.mood.mood_text import resampled
from scoregen.plan.mood.music_table import ensemble_of, traits_of
from scoregen.plan.piece.motif import parse_motif
from scoregen.plan.piece.piece_plan import PiecePlan, SectionPlan
from scoregen.score.keys import Key
from scoregen.score.metre import TimeSignature
from scoregen.system.errors import InputError

INTENSE = Affect(0.0, 0.6, 0.2)
"""What a section of intensity 1 has more than the others."""


def plan_of_wish(wish: PieceWish, seed: int = 0) -> PiecePlan:
    """A plan of a form. InputError for an unknown form, or fewer measures than it needs."""
    chance = random.Random(f"{seed} plan")
    form = draw_form(wish.form or _usual_form(wish), chance)
    home = wish.home(chance)
    moods = _moods(form, wish)
    lengths = _lengths(form, wish, moods)
    motif, peak = _motif(form, wish, moods[0], chance), _peak(form, moods)
    sections: list[SectionPlan] = []
    for number, section in enumerate(form.sections):
        key = _key(section, form, home, moods[number] if wish.moods else None, chance)
        frame = Frame(section.name, lengths[number], key, wish.time, moods[number], is_peak=number == peak)
        same = next((each for each in sections if form.same_harmony and each.key == key), None)
        sections.append(_section(section, frame, form, wish, motif, same, chance))
    ensemble = ensemble_of(total(moods).times(1 / len(moods))) if wish.moods else ""
    plan = PiecePlan(tuple(sections), form.order, wish.title, instrumentation=ensemble)
    return in_seconds(plan, wish.seconds) if wish.seconds else plan


def _usual_form(wish: PieceWish) -> str:
    """The form of a piece that names none, by its length: one with room for three sections is ternary."""
    is_timed = wish.seconds is not None and wish.measures is None
    measures = _measures_in(wish, wish.moods or (NEUTRAL,)) if is_timed else wish.measures
    return "ternary" if measures is None or measures >= TERNARY else "period"


TERNARY = 12
"""The measures of the shortest piece of three sections."""


def in_seconds(plan: PiecePlan, seconds: Fraction) -> PiecePlan:
    """The plan with its tempos changed by one factor, so that the piece lasts some seconds to a hundredth.

    Tempos are whole numbers, but that of the last section, which makes up for the rounding of the others.
    """
    factor = plan.seconds / seconds
    sections = [replace(each, tempo=_possible(each.tempo * factor, 1)) for each in plan.sections]
    last = plan.order[-1]
    others = sum((sections[index].seconds for index in plan.order if index != last), Fraction(0))
    left = (seconds - others) / plan.order.count(last)
    beats = sections[last].measures * len(sections[last].time.groups)
    sections[last] = replace(sections[last], tempo=_possible(60 * beats / left, 100))
    return replace(plan, sections=tuple(sections))


def _possible(tempo: Fraction, parts: int) -> Fraction:
    """A tempo in parts of a beat per minute. InputError if it is out of range."""
    if not SLOWEST <= tempo <= FASTEST:
        raise InputError(f"found a tempo of {float(tempo):.0f} for these seconds; change --seconds")
    return Fraction(round(tempo * parts), parts)


def _moods(form: Form, wish: PieceWish) -> list[Affect]:
    """The mood of each section: that of the curve where the section first comes, changed as the form says."""
    curve = resampled(wish.moods or (NEUTRAL,), len(form.order))
    first = [curve[form.order.index(number)] for number in range(len(form.sections))]
    return [
        (mood + section.mood + INTENSE.times(section.intensity)).clipped
        for mood, section in zip(first, form.sections, strict=True)
    ]


def _lengths(form: Form, wish: PieceWish, moods: Sequence[Affect]) -> list[int]:
    """The measures of each section, in pairs where the whole allows it; those that come once are longer, if any is."""
    measures = wish.measures or (_measures_in(wish, moods) if wish.seconds else form.measures)
    count = len(form.order)
    each = measures // count
    if each < 2:
        option = "measures" if wish.measures or not wish.seconds else "seconds"
        raise InputError(
            f"--{option}: found {measures} measures for the {count} sections of {form.name}; expected"
            f" {2 * count} at least"
        )
    once = [number for number in range(len(form.sections)) if form.order.count(number) == 1]
    each -= each % 2 if once and each > SHORT else 0
    lengths, rest = [each] * len(form.sections), measures - each * count
    for number in itertools.cycle(once):
        added = min(rest, 2)
        lengths[number], rest = lengths[number] + added, rest - added
        if not rest:
            break
    return lengths


SHORT = 4
"""The measures of a section that is not shortened to an even number."""


def _measures_in(wish: PieceWish, moods: Sequence[Affect]) -> int:
    """The measures that fill the seconds of the wish at the mean tempo, in fours."""
    assert wish.seconds is not None
    tempo = sum((tempo_of(traits_of(mood), wish.tempo) for mood in moods), Fraction(0)) / len(moods)
    return max(4, 4 * round(wish.seconds * tempo / 60 / len(wish.time.groups) / 4))


def _motif(form: Form, wish: PieceWish, mood: Affect, chance: random.Random) -> str:
    if form.motif_part == "lowest":
        return draw_ground(wish.time, chance)
    return draw_motif(wish.time, traits_of(mood).density, mood, chance)


def _peak(form: Form, moods: Sequence[Affect]) -> int:
    """The section with the climax: the most aroused one, of equals the last that comes once."""
    ranks = [(round(mood.arousal, 3), form.order.count(number) == 1, number) for number, mood in enumerate(moods)]
    return max(ranks)[2]


def _key(section: FormSection, form: Form, home: Key, mood: Affect | None, chance: random.Random) -> Key:
    """The key of a section. Sections on one harmony keep the tonic, whatever mode their mood has."""
    mode = traits_of(mood).mode if mood is not None and section.relation != "parallel" else None
    if form.same_harmony and mode is not None:
        relation = "home" if mode == home.mode else "parallel"
        return related_key(home, relation, None, 0.0, chance)
    return related_key(home, section.relation, mode, mood.tension if mood else 0.0, chance)


def _section(
    section: FormSection,
    frame: Frame,
    form: Form,
    wish: PieceWish,
    motif: str,
    same: SectionPlan | None,
    chance: random.Random,
) -> SectionPlan:
    """A section of a form; `same` is an earlier one whose harmony it has, if there is one."""
    theme = section.theme
    phrases = divided(frame.measures, theme.shares)
    cadences = theme.cadences[-len(phrases) :]
    places = _places(theme.motif, phrases) if form.motif_part != "lowest" else _every(frame.measures, motif, wish.time)
    plan = section_of(frame, phrases, cadences, motif, places, wish, chance)
    if form.motif_part == "lowest":
        plan = _on_ground(plan, motif, wish, chance)
    if same is not None and same.measures == plan.measures:
        plan = replace(plan, chords=same.chords, phrases=same.phrases, cadences=same.cadences)
    return replace(plan, motif_part=form.motif_part if plan.motif else "")


def _on_ground(plan: SectionPlan, motif: str, wish: PieceWish, chance: random.Random) -> SectionPlan:
    """The section with one progression for each time of the ground."""
    length = len(parse_motif(motif, wish.time))
    times, rest = divmod(plan.measures, length)
    if not times or rest:
        return plan
    tune = tune_of(motif, plan.key, wish.time, (1,))
    chords = draw_progression((length,), ("half",), plan.key, wish.time, Wish(NEUTRAL_DISSONANCE, 1.0), tune, chance)
    return replace(plan, chords=" | ".join([chords] * times), phrases=(plan.measures,), cadences=("half",))


def _places(phrases_with: Sequence[float], phrases: Sequence[int]) -> tuple[int, ...]:
    """The measures at which a motif comes, as far as it and a closing measure fit into their phrases."""
    places = list[int]()
    for where in phrases_with:
        number = int(where) - 1
        if number >= len(phrases):
            continue
        offset = int((where - int(where)) * phrases[number])
        if phrases[number] - offset >= MEASURES + (1 if not offset or number + 1 == len(phrases) else 0):
            start = sum(phrases[:number]) + 1 + offset
            places += [start] if not places or start - places[-1] >= MEASURES else []
    return tuple(places)


def _every(measures: int, motif: str, time: TimeSignature) -> tuple[int, ...]:
    """The measures at which a ground comes again."""
    length = len(parse_motif(motif, time))
    return tuple(range(1, measures - length + 2, length))
