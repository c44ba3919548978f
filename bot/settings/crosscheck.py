"""Everything that must be true between keys and between files."""

from collections.abc import Iterator

from bot.settings.checks import (
    campaign_words,
    campaigns,
    days,
    earning,
    experiments,
    games,
    items,
    knowledge,
    learning,
    library,
    lottery,
    manners,
    memory,
    model,
    outlets,
    pay,
    persona,
    plan,
    references,
    screening,
    shop,
    sop,
    speech,
    stage,
    submissions,
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
    *days.CHECKS,
    *library.CHECKS,
    *items.CHECKS,
    *knowledge.CHECKS,
    *pay.CHECKS,
    *persona.CHECKS,
    *model.CHECKS,
    *lottery.CHECKS,
    *manners.CHECKS,
    *tags.CHECKS,
    *memory.CHECKS,
    *submissions.CHECKS,
    *learning.CHECKS,
    *screening.CHECKS,
    *shop.CHECKS,
    *earning.CHECKS,
    *games.CHECKS,
    *outlets.CHECKS,
    *sop.CHECKS,
    *experiments.CHECKS,
    *campaigns.CHECKS,
    *campaign_words.CHECKS,
)


def cross_check(draft: Draft) -> Iterator[Finding]:
    """All findings of all checks for which the draft holds enough."""
    for check in CHECKS:
        if check.applies(draft):
            yield from check.run(draft)
