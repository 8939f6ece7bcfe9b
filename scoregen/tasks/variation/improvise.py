"""A solo line over given chords: drafts by rule, of which the network chooses the likeliest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scoregen.generation.improvising.changes import Changes, changes_of_score, changes_of_text
from scoregen.generation.improvising.solo import Solo, SoloFigures, solo_over
from scoregen.generation.improvising.solo_style import DEFAULT, load_solo_style
from scoregen.generation.variation.network_ear import network_ear
from scoregen.notation.results import ScoreResult
from scoregen.score.elements import Score, Slot
from scoregen.score.instruments import InstrumentType, instrument_named, instruments, voice_types
from scoregen.system.errors import InputError
from scoregen.system.wording import counted

DRAFTS = 4
SLOWEST, FASTEST = 10, 400


@dataclass(frozen=True, slots=True)
class ImproviseOptions:
    """`instrument` by a name of `grammars/instruments.toml`, that of the style without one; `density` from 0 to 1.

    `key`, `time` and `tempo` are for chords given as text.
    """

    instrument: str | None = None
    style: str = DEFAULT
    density: float = 0.5
    seed: int = 0
    drafts: int = DRAFTS
    key: str = "C major"
    time: str = "4/4"
    tempo: int = 120

    def check(self) -> None:
        """InputError for a value that is not one of those expected."""
        if not 0 <= self.density <= 1:
            raise InputError(f"--density: found {self.density:g}; expected a number from 0 to 1")
        if not SLOWEST <= self.tempo <= FASTEST:
            raise InputError(f"--tempo: found {self.tempo}; expected {SLOWEST} to {FASTEST} beats per minute")
        load_solo_style(self.style)
        self.player()

    def player(self) -> InstrumentType:
        """The instrument or voice that plays; InputError for an unknown name, and for drums."""
        name = self.instrument or load_solo_style(self.style).instrument
        voices = {each.name: each for each in voice_types()}
        found = instrument_named(name) or voices.get(name.strip().lower())
        if found is None or not found.clefs:
            known = ", ".join(each.name for each in instruments())
            raise InputError(f"--instrument: found {name!r}; expected one of: {known}")
        return found


@dataclass(frozen=True, slots=True, repr=False)
class Improvisation(ScoreResult):
    """A solo with its figures; `drafts` is from how many the network chose."""

    score: Score
    figures: SoloFigures
    drafts: int
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Improvisation of {self.figures.notes} notes: {self.score!r}>"


def improvise(
    score: Score | None = None, options: ImproviseOptions | None = None, *, chords: str | None = None
) -> Improvisation:
    """A solo over the chord symbols of a score, or over a progression as text.

    InputError for a value out of range, and if there are no chords.
    """
    options = options or ImproviseOptions()
    options.check()
    changes = _changes(score, chords, options)
    style, player = load_solo_style(options.style), options.player()
    drafts = [
        solo_over(changes, style, player, options.density, f"{options.seed} {number}")
        for number in range(options.drafts)
    ]
    best = _likeliest(drafts)
    return Improvisation(
        best.score, best.figures, len(drafts), (*(score.notices if score else ()), _line(best.figures))
    )


def _changes(score: Score | None, chords: str | None, options: ImproviseOptions) -> Changes:
    if chords is not None and score is not None:
        raise InputError("found a score and --chords; omit one of them")
    if chords is not None:
        return changes_of_text(chords, options.key, options.time, options.tempo)
    if score is None:
        raise InputError("found no chords; name a lead sheet, or give --chords such as 'Dm7 G7 | Cmaj7'")
    return changes_of_score(score)


def _likeliest(drafts: list[Solo]) -> Solo:
    """The draft with the least nats a note under the weights for any ensemble; the first if there is no other."""
    if len(drafts) < 2:
        return drafts[0]
    slot = Slot(drafts[0].score.parts[0].id)
    ear = network_ear(drafts[0].score, slot)
    return min(drafts, key=lambda draft: ear.of(replace(draft.score, document=None)) / max(len(draft.events), 1))


def _line(figures: SoloFigures) -> str:
    """What the solo does, in one line."""
    return (
        f"{counted(figures.notes, 'note')} in {counted(figures.phrases, 'phrase')},"
        f" {figures.motif_returns} of them on the motif;"
        f" strong beats on chord tones: {100 * figures.strong_chord_tones:.0f} %, changes met by a third or seventh:"
        f" {100 * figures.guide_tones:.0f} %, foreign notes resolved by step: {100 * figures.resolved:.0f} %"
    )
