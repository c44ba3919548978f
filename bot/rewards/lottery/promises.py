"""Keeps the files to what was published: an edit that takes something from members is refused.

What is drawn follows the stored terms in any case. This gate tells the operator before he believes
that his edit is in force.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from bot.core.clock import Clock
from bot.core.errors import ConfigurationRefused
from bot.core.ids import GroupKey
from bot.rewards.lottery.changes import unfair_changes
from bot.rewards.lottery.lotteries import Lotteries, terms_for
from bot.rewards.lottery.rounds import Round
from bot.settings.checks.lottery import PROMOTION_RULES
from bot.settings.problems import Finding, Problem, Problems
from bot.settings.reload import LiveSettings
from bot.settings.settings import Settings
from bot.settings.yaml_file import parse_yaml

_FILE: Final = "rewards.yaml"


class Promises:
    """The open rounds, kept in memory so that a file can be judged when it is read."""

    def __init__(self, lotteries: Lotteries, clock: Clock) -> None:
        self._lotteries = lotteries
        self._clock = clock
        self._open: tuple[Round, ...] = ()

    async def guard(self, live: LiveSettings) -> None:
        """Stand at the gate of ``live``; raises ConfigurationRefused when it is broken already."""
        await self.recall()
        broken = self.broken_by(live.current)
        if broken is not None:
            raise ConfigurationRefused(str(broken))
        live.guard(self.broken_by)

    async def recall(self) -> None:
        """Take up what is published now."""
        self._open = await self._lotteries.read_open()

    def broken_by(self, settings: Settings) -> Problems | None:
        """What of ``settings`` breaks a promise; None when nothing does."""
        return broken_promises(self._open, settings, self._clock.now())


def broken_promises(rounds: Iterable[Round], settings: Settings, now: datetime) -> Problems | None:
    """What of ``settings`` breaks what open ``rounds`` have promised, with its lines."""
    running = [found for found in rounds if now < found.terms.ends_at]
    findings = [it for found in running for it in _findings(found, settings)]
    return Problems.of(_locate(settings, findings)) if findings else None


def _findings(found: Round, settings: Settings) -> Iterator[Finding]:
    groups = [GroupKey(group.key) for group in settings.bot.groups]
    ends = f"{found.terms.ends_at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
    for place, lottery in enumerate(settings.rewards.lotteries):
        if lottery.key != found.key:
            continue
        terms = terms_for(lottery, found, groups=groups, zone=settings.zone)
        for change in unfair_changes(found.terms, terms):
            rule = f"{PROMOTION_RULES} allows changes in the members' favour only until {ends}"
            what = f"{change.what}: {rule}"
            yield Finding(_FILE, ("lotteries", place, *change.field), what, change.instead)
        return
    what = f"the lottery {found.key} is published until {ends} and cannot be withdrawn"
    yield Finding(_FILE, ("lotteries",), what, f"put {found.key} back until then", "key")


def _locate(settings: Settings, findings: Iterable[Finding]) -> Iterator[Problem]:
    file = settings.directory / _FILE
    try:
        document, _ = parse_yaml(str(file), file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        document = None
    for it in findings:
        if document is None:
            yield Problem(str(file), 1, 1, "lotteries", it.what, it.instead)
        else:
            yield document.problem(it.path, it.what, it.instead, it.at)
