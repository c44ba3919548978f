"""Edited files: a good change is taken while running, a bad one is told to the operators."""

import asyncio
import hashlib
import os

import structlog

from bot.core.clock import Clock
from bot.core.messages import Outgoing, Text
from bot.core.metrics import Metrics
from bot.handlers.letters import letters_to_operators
from bot.members.roster import Roster
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.settings.problems import Problems
from bot.settings.reload import LiveSettings
from bot.settings.settings import Settings
from bot.store.db import Store

PROBLEMS_SHOWN = 5
"""How many problems an operator is told in private; `check` tells all."""


class ConfigurationWatch:
    """Follows the configuration folder of a running program."""

    def __init__(
        self,
        *,
        live: LiveSettings,
        store: Store,
        roster: Roster,
        voice: Voice,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._live = live
        self._store = store
        self._roster = roster
        self._voice = voice
        self._clock = clock
        self._metrics = metrics
        self._log = structlog.get_logger("configuration")
        self.problems: Problems | None = None
        """What is wrong with the files as they are; None when they are in force."""

    async def follow(self, stop: asyncio.Event) -> None:
        """Watch until ``stop`` is set."""
        directory = self._live.current.directory
        await self._live.watch(directory, os.environ, self._taken, self._refused, stop)

    async def _taken(self, _old: Settings, new: Settings) -> None:
        self.problems = None
        self._metrics.configuration_problems.set(0)
        self._log.info("configuration taken", fingerprint=new.fingerprint[:12])
        await self._roster.appoint(new, self._clock.now())

    async def _refused(self, problems: Problems) -> None:
        """The old settings stay; the operators are told, in the log and in private."""
        self.problems = problems
        self._metrics.configuration_problems.set(len(problems.problems))
        for problem in problems.problems:
            self._log.error("configuration not taken", problem=str(problem))
        now = self._clock.now()
        await post(self._store, self._notices(problems, int(now.timestamp())), now=now)

    def _notices(self, problems: Problems, second: int) -> list[Outgoing]:
        settings = self._live.current
        shown = problems.problems[:PROBLEMS_SHOWN]
        text = self._voice.say(
            "trouble.configuration",
            scope="operators",
            count=len(problems.problems),
            lines="\n".join(map(str, shown)),
        )
        digest = hashlib.sha256(str(problems).encode()).hexdigest()[:12]
        key = f"configuration/{digest}/{second}"
        return letters_to_operators(settings, key, Text(text))
