"""The scorecard: thirteen checks, their weights, and the sum."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.persona.score import manner, selfhood, truth
from bot.persona.score.material import Material, Road
from bot.persona.score.style import Likeness, compare
from bot.persona.score.verdict import CheckName, Verdict

PASS: Final = 95.0
"""Points from which a persona may go out, when nothing failed hard."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A check: what it looks at, and how many points it is worth."""

    weight: int
    run: Callable[[Material], Verdict]


CHECKS: Final[Mapping[CheckName, Weighed]] = {
    CheckName.IDENTITY: Weighed(15, selfhood.check_identity),
    CheckName.SCOPE: Weighed(10, selfhood.check_scope),
    CheckName.SELF_REFERENCE: Weighed(8, selfhood.check_self_reference),
    CheckName.HONEST_BOT: Weighed(10, selfhood.check_honest_bot),
    CheckName.MODEL_TALK: Weighed(8, selfhood.check_model_talk),
    CheckName.TONE: Weighed(10, manner.check_tone),
    CheckName.CATCH_PHRASE: Weighed(5, manner.check_catch_phrase),
    CheckName.LANGUAGE: Weighed(5, manner.check_language),
    CheckName.CLAIMS: Weighed(12, truth.check_claims),
    CheckName.FACTS: Weighed(8, truth.check_facts),
    CheckName.MEMORY: Weighed(4, truth.check_memory),
    CheckName.DIVERSITY: Weighed(3, manner.check_diversity),
    CheckName.BOUNDARY: Weighed(2, selfhood.check_boundary),
}
"""They sum up to 100."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a persona reached. ``style`` is None without sample lines."""

    verdicts: Mapping[CheckName, Verdict]
    style: Likeness | None

    @property
    def total(self) -> float:
        """Points, 0 to 100."""
        return sum(points(name, verdict) for name, verdict in self.verdicts.items())

    @property
    def hard_fails(self) -> tuple[CheckName, ...]:
        """Checks that forbid to go out whatever the sum is."""
        return tuple(name for name, verdict in self.verdicts.items() if verdict.hard)


def score(material: Material) -> Scorecard:
    """Every check over everything that the persona says."""
    verdicts = {name: check.run(material) for name, check in CHECKS.items()}
    return Scorecard(verdicts, _style_of(material))


def points(name: CheckName, verdict: Verdict) -> float:
    """What a check gives."""
    return CHECKS[name].weight * verdict.share


def _style_of(material: Material) -> Likeness | None:
    """What is said every day, and the card's own answers, against the sample lines."""
    samples = material.persona.samples
    said = (s.text for s in material.on(Road.SPEECH, Road.POST, Road.ADVERT, Road.ANSWER))
    card = material.card
    approved = [*card.small_talk, *(text for few in card.deflections.values() for text in few)]
    return compare(samples, said=said, approved=approved) if samples and approved else None
