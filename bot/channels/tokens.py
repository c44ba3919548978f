"""The access token of one secret: fetched once for everybody, dropped when the platform says so.

However many callers ask at the same time, one request is under way; a caller that gives up does
not take it from the others.

Source: developer.work.weixin.qq.com/document/path/91039 (asking too often is itself throttled;
the platform may revoke a token early).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.clock import Clock

EARLY_REFRESH_SECONDS = 300
"""A token is not used in the last five minutes of its life."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What the platform gave: ``lifetime_seconds`` counts from the request."""

    value: str
    lifetime_seconds: int

    def __repr__(self) -> str:
        return f"AccessToken(…, lifetime_seconds={self.lifetime_seconds})"


class TokenCache:
    """Holds the token that ``fetch`` brings. What ``fetch`` raises, all who wait for it get.

    ``fetch`` is told whether the platform refused the last one, so that the same would not do.
    """

    def __init__(self, fetch: Callable[[bool], Awaitable[AccessToken]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._value = ""
        self._use_until: datetime | None = None
        self._refused = False
        self._fetching: asyncio.Task[str] | None = None

    async def get(self) -> str:
        """A token that is good for minutes to come, fetched if there is none."""
        if self._use_until is not None and self._clock.now() < self._use_until:
            return self._value
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._refresh())
            self._fetching.add_done_callback(self._fetched)
        return await asyncio.shield(self._fetching)

    def invalidate(self, value: str) -> None:
        """Forget this token; a newer one that took its place meanwhile stays."""
        if value == self._value:
            self._use_until = None
            self._refused = True

    async def close(self) -> None:
        """End a request that is under way; whoever waits for it is cancelled."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def _refresh(self) -> str:
        asked_at = self._clock.now()
        token = await self._fetch(self._refused)
        self._refused = False
        early = min(EARLY_REFRESH_SECONDS, token.lifetime_seconds / 2)
        self._value = token.value
        self._use_until = asked_at + timedelta(seconds=token.lifetime_seconds - early)
        return token.value

    def _fetched(self, _task: asyncio.Task[str]) -> None:
        self._fetching = None
