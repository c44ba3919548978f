"""Everything that must be true between keys and between files."""

from collections.abc import Iterator

from bot.settings.checks import (
    earning,
    games,
    knowledge,
    learning,
    library,
    lottery,
    manners,
    memory,
    model,
    pay,
    persona,
    plan,
    references,
    screening,
    shop,
    speech,
    stage,
    tags,
    typed,
    wiring,
)
from bot.settings.checks.draft import Draft
from bot.settings.problems import Finding

CHECKS = (
    *wiring.CHECKS,
    *references.CHECKS,
    *stage.CHECKS,
    *speech.CHECKS,
    *typed.CHECKS,
    *plan.CHECKS,
    *library.CHECKS,
    *knowledge.CHECKS,
    *pay.CHECKS,
    *persona.CHECKS,
    *model.CHECKS,
    *lottery.CHECKS,
    *manners.CHECKS,
    *tags.CHECKS,
    *memory.CHECKS,
    *learning.CHECKS,
    *screening.CHECKS,
    *shop.CHECKS,
    *earning.CHECKS,
    *games.CHECKS,
)


def cross_check(draft: Draft) -> Iterator[Finding]:
    """All findings of all checks for which the draft holds enough."""
    for check in CHECKS:
        if check.applies(draft):
            yield from check.run(draft)
