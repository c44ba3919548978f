"""Access tokens: fetched once for everybody, used until shortly before their end."""

import asyncio
from datetime import timedelta

import pytest

from bot.channels.tokens import AccessToken, TokenCache
from bot.core.clock import ManualClock
from bot.core.errors import PlatformBusy


class Mint:
    """Brings numbered tokens of one lifetime, and remembers what it was told."""

    def __init__(self, lifetime_seconds: int = 7200) -> None:
        self.told: list[bool] = []
        self.gate: asyncio.Event | None = None
        self.failures = 0
        self._lifetime_seconds = lifetime_seconds

    async def fetch(self, refused: bool) -> AccessToken:
        self.told.append(refused)
        if self.gate is not None:
            await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise PlatformBusy("busy", errcode=-1)
        return AccessToken(f"T{len(self.told)}", self._lifetime_seconds)


async def test_200_callers_at_once_fetch_one_token(clock: ManualClock) -> None:
    mint = Mint()
    tokens = TokenCache(mint.fetch, clock)
    assert set(await asyncio.gather(*(tokens.get() for _ in range(200)))) == {"T1"}
    assert mint.told == [False]


async def test_a_token_is_used_until_five_minutes_before_its_end(clock: ManualClock) -> None:
    mint = Mint()
    tokens = TokenCache(mint.fetch, clock)
    await tokens.get()
    clock.advance(timedelta(seconds=7200 - 301))
    assert await tokens.get() == "T1"
    clock.advance(timedelta(seconds=1))
    assert await tokens.get() == "T2"


async def test_a_token_of_a_short_life_is_used_for_half_of_it(clock: ManualClock) -> None:
    mint = Mint(60)
    tokens = TokenCache(mint.fetch, clock)
    await tokens.get()
    clock.advance(timedelta(seconds=29))
    assert await tokens.get() == "T1"
    clock.advance(timedelta(seconds=1))
    assert await tokens.get() == "T2"


async def test_only_the_token_that_was_refused_is_dropped(clock: ManualClock) -> None:
    mint = Mint()
    tokens = TokenCache(mint.fetch, clock)
    assert await tokens.get() == "T1"
    tokens.invalidate("T1")
    assert await tokens.get() == "T2"
    tokens.invalidate("T1")
    assert await tokens.get() == "T2"
    assert len(mint.told) == 2


async def test_whoever_fetches_is_told_of_a_refusal_until_there_is_a_new_token(
    clock: ManualClock,
) -> None:
    mint = Mint()
    tokens = TokenCache(mint.fetch, clock)
    tokens.invalidate(await tokens.get())
    mint.failures = 1
    with pytest.raises(PlatformBusy):
        await tokens.get()
    await tokens.get()
    clock.advance(timedelta(hours=2))
    await tokens.get()
    assert mint.told == [False, True, True, False]


async def test_everybody_who_waits_hears_of_a_failure_and_the_next_caller_tries_again(
    clock: ManualClock,
) -> None:
    mint = Mint()
    mint.failures = 1
    tokens = TokenCache(mint.fetch, clock)
    results = await asyncio.gather(*(tokens.get() for _ in range(20)), return_exceptions=True)
    assert [type(result) for result in results] == [PlatformBusy] * 20
    assert await tokens.get() == "T2"


async def test_a_caller_that_gives_up_does_not_take_the_token_from_the_others(
    clock: ManualClock,
) -> None:
    mint = Mint()
    mint.gate = asyncio.Event()
    tokens = TokenCache(mint.fetch, clock)
    callers = [asyncio.create_task(tokens.get()) for _ in range(3)]
    await asyncio.sleep(0)
    callers[0].cancel()
    await asyncio.wait([callers[0]])
    mint.gate.set()
    assert callers[0].cancelled()
    assert await asyncio.gather(*callers[1:]) == ["T1", "T1"]
    assert len(mint.told) == 1


async def test_a_token_that_nobody_waits_for_any_more_is_kept_for_the_next(
    clock: ManualClock,
) -> None:
    mint = Mint()
    mint.gate = asyncio.Event()
    tokens = TokenCache(mint.fetch, clock)
    caller = asyncio.create_task(tokens.get())
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait([caller])
    mint.gate.set()
    assert await tokens.get() == "T1"
    assert len(mint.told) == 1


async def test_closing_ends_a_request_that_is_under_way(clock: ManualClock) -> None:
    mint = Mint()
    mint.gate = asyncio.Event()
    tokens = TokenCache(mint.fetch, clock)
    caller = asyncio.create_task(tokens.get())
    await asyncio.sleep(0)
    await tokens.close()
    await asyncio.wait([caller])
    assert caller.cancelled()


def test_a_token_does_not_show_itself() -> None:
    assert "T-SECRET" not in repr(AccessToken("T-SECRET", 7200))
