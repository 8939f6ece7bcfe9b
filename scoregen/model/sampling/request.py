"""The request to the sampler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scoregen.model.engine.protocol import Engine
from scoregen.model.sampling.logit_bias import LogitBias
from scoregen.plan.forms.textures import Texture
from scoregen.styles.style import Style, load_style
from scoregen.tokens.constraints.plans.measure_plan import Plan
from scoregen.tokens.constraints.recalls import Recalls
from scoregen.tokens.constraints.state import VoiceRule
from scoregen.tokens.events import TokenScore
from scoregen.tokens.successions import SuccessionTable
from scoregen.tokens.voice_descriptions import VoiceDescription
from scoregen.tokens.window_hashes import NoveltyIndex


@dataclass(frozen=True, slots=True)
class SamplingRequest:
    """What is to be written, and by which network.

    `rules` hold the constraints of each voice. `plans` are what is planned in each measure: the drafts take them in
    turn. `novelty` is the index of the novelty limit, `logit_bias` the calibration, `successions` the table of the
    corpus (None: there is none). `sections` are the measure indices into which nothing is tied. Without
    `use_voice_leading_costs` the drafts come from the network alone; otherwise `style` sets the costs. `page` are the
    voices that are kept, None for all: the network writes the others too, for their harmony. `scales` are the notes of
    each measure's church mode on the line of fifths, None where all notes are free. `descriptions` tell what the voices
    are, for a network that knows no roles; `network_style` is the id of one of its styles, 0 for none. `comfortable`
    are the comfortable ranges of the voices in MIDI numbers, None for a voice that none is known of. `recalls` are the
    measures that come again: all that they have from others is blank in `tokens`. `textures` are those of the
    measures, () for none.
    """

    engine: Engine
    tokens: TokenScore
    rules: Sequence[VoiceRule]
    plans: Sequence[Plan] = ({},)
    novelty: NoveltyIndex | None = None
    logit_bias: LogitBias | None = None
    successions: SuccessionTable | None = None
    sections: frozenset[int] = frozenset()
    use_voice_leading_costs: bool = True
    style: Style = field(default_factory=load_style)
    page: tuple[int, ...] | None = None
    scales: tuple[frozenset[int] | None, ...] = ()
    descriptions: tuple[VoiceDescription, ...] | None = None
    network_style: int = 0
    comfortable: tuple[tuple[int, int] | None, ...] = ()
    recalls: Recalls = field(default_factory=dict)
    textures: tuple[Texture, ...] = ()
