"""Everything that must be true between keys and between files."""

from collections.abc import Iterator

from bot.settings.checks import (
    earning,
    library,
    lottery,
    pay,
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
    *pay.CHECKS,
    *lottery.CHECKS,
    *tags.CHECKS,
    *screening.CHECKS,
    *shop.CHECKS,
    *earning.CHECKS,
)


def cross_check(draft: Draft) -> Iterator[Finding]:
    """All findings of all checks for which the draft holds enough."""
    for check in CHECKS:
        if check.applies(draft):
            yield from check.run(draft)
