"""The server API: one token for everybody, one repeat for a stale one, no secret in an error."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.channels.api import WeComApi, describe, request_json, send_result
from bot.channels.limits import MINUTE_BAN_SECONDS, SECRET_REPAIR_SECONDS
from bot.channels.tokens import AccessToken, TokenCache
from bot.core.clock import ManualClock
from bot.core.errors import PlatformError, TransportError
from bot.core.ports import Outcome

from .support import CORP_ID, SECRET, FakePlatform, HangUp, Raw, Reply, everything_said

OK = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
async def api(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock
) -> WeComApi:
    return WeComApi(session, platform.base_url, CORP_ID, SECRET, clock)


def refusal(errcode: int) -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": f"refused, secret {SECRET}, ACCESS-TOKEN-1"}


# Token


async def test_200_callers_at_once_fetch_one_token(api: WeComApi, platform: FakePlatform) -> None:
    answers = await asyncio.gather(
        *(api.get("user/get", params={"userid": str(n)}) for n in range(200))
    )
    assert answers == [OK] * 200
    assert platform.token_requests == 1
    (request,) = platform.calls("gettoken")
    assert request.query == {"corpid": CORP_ID, "corpsecret": SECRET}
    tokens = {call.query["access_token"] for call in platform.calls("user/get")}
    assert tokens == {"ACCESS-TOKEN-1"}


async def test_a_token_is_used_until_five_minutes_before_its_end(
    api: WeComApi, platform: FakePlatform, clock: ManualClock
) -> None:
    await api.get("user/get", params={})
    clock.advance(timedelta(seconds=7200 - 301))
    await api.get("user/get", params={})
    assert platform.token_requests == 1
    clock.advance(timedelta(seconds=1))
    await api.get("user/get", params={})
    assert platform.token_requests == 2


@pytest.mark.parametrize("errcode", [40014, 41001, 42001])
async def test_a_stale_token_is_replaced_and_the_call_repeated(
    api: WeComApi, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("message/send", refusal(errcode), {**OK, "msgid": "m-1"})
    assert (await api.send_message({"touser": "lisi"}))["msgid"] == "m-1"
    first, second = platform.calls("message/send")
    assert first.body == second.body == {"touser": "lisi"}
    assert first.query["access_token"] == "ACCESS-TOKEN-1"
    assert second.query["access_token"] == "ACCESS-TOKEN-2"


async def test_a_token_that_is_always_stale_is_replaced_once_and_not_for_ever(
    api: WeComApi, platform: FakePlatform
) -> None:
    platform.reply("message/send", *[refusal(42001)] * 9)
    with pytest.raises(PlatformError) as caught:
        await api.send_message({})
    assert caught.value.errcode == 42001
    assert len(platform.calls("message/send")) == 2
    assert platform.token_requests == 2


async def test_200_callers_with_one_stale_token_fetch_one_new_token(
    api: WeComApi, platform: FakePlatform
) -> None:
    await api.get("user/get", params={})
    platform.reply("message/send", *[refusal(42001)] * 200)
    await asyncio.gather(*(api.send_message({"touser": str(n)}) for n in range(200)))
    assert platform.token_requests == 2
    assert len(platform.calls("message/send")) == 400


@pytest.mark.parametrize("errcode", [40001, 40013])
async def test_a_wrong_secret_is_asked_for_once_and_does_not_loop(
    api: WeComApi, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("gettoken", *[refusal(errcode)] * 9)
    with pytest.raises(PlatformError) as caught:
        await api.send_message({})
    assert caught.value.errcode == errcode
    assert platform.token_requests == 1
    assert platform.calls("message/send") == []


async def test_a_secret_refused_by_the_call_itself_does_not_loop_either(
    api: WeComApi, platform: FakePlatform
) -> None:
    platform.reply("message/send", *[refusal(40001)] * 9)
    with pytest.raises(PlatformError):
        await api.send_message({})
    assert (platform.token_requests, len(platform.calls("message/send"))) == (1, 1)


async def test_everybody_who_waits_hears_of_a_failed_token_and_the_next_caller_tries_again(
    api: WeComApi, platform: FakePlatform
) -> None:
    platform.reply("gettoken", refusal(-1))
    results = await asyncio.gather(
        *(api.get("user/get", params={}) for _ in range(20)), return_exceptions=True
    )
    assert [type(result) for result in results] == [PlatformError] * 20
    assert platform.token_requests == 1
    assert await api.get("user/get", params={}) == OK


async def test_a_caller_that_gives_up_does_not_take_the_token_from_the_others(
    api: WeComApi, platform: FakePlatform
) -> None:
    platform.gate = asyncio.Event()
    callers = [asyncio.create_task(api.get("user/get", params={})) for _ in range(3)]
    await platform.token_asked.wait()
    callers[0].cancel()
    await asyncio.wait([callers[0]])
    platform.gate.set()
    assert callers[0].cancelled()
    assert await asyncio.gather(*callers[1:]) == [OK, OK]
    assert platform.token_requests == 1


async def test_a_token_that_nobody_waits_for_any_more_is_kept_for_the_next(
    api: WeComApi, platform: FakePlatform
) -> None:
    platform.gate = asyncio.Event()
    caller = asyncio.create_task(api.get("user/get", params={}))
    await platform.token_asked.wait()
    caller.cancel()
    await asyncio.wait([caller])
    platform.gate.set()
    assert await api.get("user/get", params={}) == OK
    assert platform.token_requests == 1


async def test_closing_ends_a_token_request_that_is_under_way(
    api: WeComApi, platform: FakePlatform
) -> None:
    platform.gate = asyncio.Event()
    caller = asyncio.create_task(api.get("user/get", params={}))
    await platform.token_asked.wait()
    await api.close()
    await asyncio.wait([caller])
    assert caller.cancelled()


class Mint:
    """Brings numbered tokens of one lifetime."""

    def __init__(self, lifetime_seconds: int) -> None:
        self.count = 0
        self._lifetime_seconds = lifetime_seconds

    async def fetch(self) -> AccessToken:
        self.count += 1
        return AccessToken(f"T{self.count}", self._lifetime_seconds)


async def test_only_the_token_that_was_refused_is_dropped(clock: ManualClock) -> None:
    mint = Mint(7200)
    tokens = TokenCache(mint.fetch, clock)
    assert await tokens.get() == "T1"
    tokens.invalidate("T1")
    assert await tokens.get() == "T2"
    tokens.invalidate("T1")
    assert await tokens.get() == "T2"
    assert mint.count == 2


async def test_a_token_of_a_short_life_is_used_for_half_of_it(clock: ManualClock) -> None:
    mint = Mint(60)
    tokens = TokenCache(mint.fetch, clock)
    await tokens.get()
    clock.advance(timedelta(seconds=29))
    assert await tokens.get() == "T1"
    clock.advance(timedelta(seconds=1))
    assert await tokens.get() == "T2"


def test_a_token_does_not_show_itself() -> None:
    assert "T-SECRET" not in repr(AccessToken("T-SECRET", 7200))


# Errors


SILENCES: list[Reply] = [
    HangUp(),
    Raw(b""),
    Raw(b"<html>"),
    Raw(b"\xff"),
    Raw(b"[]"),
    Raw(b"{}"),
    Raw(b'{"errcode": "0"}'),
    Raw(b"[" * 100_000),
    Raw(b'{"errcode": 0, "padding": "' + b"x" * 2_000_000 + b'"}'),
    Raw(json.dumps(OK).encode(), status=500),
    Raw(json.dumps(OK).encode(), status=404),
    Raw(status=302, headers={"Location": "/cgi-bin/elsewhere"}),
]


@pytest.mark.parametrize("reply", SILENCES)
async def test_anything_but_an_answer_is_silence_after_which_the_call_may_have_worked(
    api: WeComApi, platform: FakePlatform, reply: Reply
) -> None:
    platform.reply("message/send", reply)
    with pytest.raises(TransportError) as caught:
        await api.send_message({})
    assert caught.value.reached
    assert len(platform.calls("message/send")) == 1
    assert platform.calls("elsewhere") == []


async def test_a_refused_connection_means_that_nothing_was_sent(
    session: aiohttp.ClientSession, unused_base_url: str, clock: ManualClock
) -> None:
    with pytest.raises(TransportError) as caught:
        await request_json(session, "POST", f"{unused_base_url}/x", name="x", body={})
    assert not caught.value.reached


@pytest.mark.parametrize("start", ["", "nonsense", "http://", "http://[bad/", "ftp://127.0.0.1/x"])
async def test_an_address_that_is_none_means_that_nothing_was_sent_and_is_not_repeated(
    session: aiohttp.ClientSession, start: str
) -> None:
    with pytest.raises(TransportError) as caught:
        await request_json(session, "GET", f"{start}?key={SECRET}", name="x")
    assert not caught.value.reached
    assert SECRET not in everything_said(caught.value)


@pytest.mark.parametrize(
    "reply", [HangUp(), Raw(status=500), Raw(b"{"), {**OK, "access_token": ""}]
)
async def test_without_a_token_nothing_was_sent_however_the_token_failed(
    api: WeComApi, platform: FakePlatform, reply: Reply
) -> None:
    platform.reply("gettoken", reply, reply)  # aiohttp itself repeats a GET that was cut off
    with pytest.raises(TransportError) as caught:
        await api.send_message({})
    assert not caught.value.reached


@pytest.mark.parametrize("reply", [HangUp(), Raw(status=500), Raw(b"{"), refusal(45009)])
async def test_no_error_shows_a_secret_or_a_token(
    api: WeComApi, platform: FakePlatform, reply: Reply
) -> None:
    said = []
    for path, replies in (("gettoken", [reply] * 2), ("message/send", [reply])):
        platform.reply(path, *replies)
        with pytest.raises((TransportError, PlatformError)) as caught:
            await api.send_message({})
        said.append(everything_said(caught.value))
    assert len(said) == 2
    assert all(SECRET not in text and "ACCESS-TOKEN" not in text for text in said)
    assert "gettoken" in said[0]
    assert "message/send" in said[1]


async def test_an_unreachable_platform_shows_no_secret_either(
    session: aiohttp.ClientSession, unused_base_url: str, clock: ManualClock
) -> None:
    api = WeComApi(session, unused_base_url, CORP_ID, SECRET, clock)
    with pytest.raises(TransportError) as caught:
        await api.send_message({})
    assert SECRET not in everything_said(caught.value)


async def test_a_refusal_names_its_code_and_says_what_it_means(
    api: WeComApi, platform: FakePlatform
) -> None:
    platform.reply("message/send", refusal(60020))
    with pytest.raises(
        PlatformError, match=r"message/send with errcode 60020: .*console"
    ) as caught:
        await api.send_message({})
    assert caught.value.data == {"errcode": 60020, "call": "message/send"}


@pytest.mark.parametrize(
    ("errcode", "words"),
    [
        (93000, "removed from the group"),
        (93004, "stopped"),
        (93008, "not in the group"),
        (846605, "answer is gone"),
        (48002, "permission"),
        (45004, "out of description size limit"),
        (123456789, "90455"),
    ],
)
def test_every_code_has_words(errcode: int, words: str) -> None:
    assert words in describe(errcode)


# Outcomes


@pytest.mark.parametrize(
    ("errcode", "outcome", "retry_after_seconds"),
    [
        (-1, Outcome.RETRY, None),
        (6000, Outcome.RETRY, None),
        (40014, Outcome.RETRY, None),
        (41001, Outcome.RETRY, None),
        (42001, Outcome.RETRY, None),
        (45033, Outcome.RETRY, None),
        (45009, Outcome.RETRY, MINUTE_BAN_SECONDS),
        (40001, Outcome.RETRY, SECRET_REPAIR_SECONDS),
        (40013, Outcome.RETRY, SECRET_REPAIR_SECONDS),
        (60020, Outcome.RETRY, SECRET_REPAIR_SECONDS),
        (40003, Outcome.DEAD, None),
        (40008, Outcome.DEAD, None),
        (40050, Outcome.DEAD, None),
        (45002, Outcome.DEAD, None),
        (48002, Outcome.DEAD, None),
        (60011, Outcome.DEAD, None),
        (60111, Outcome.DEAD, None),
        (81013, Outcome.DEAD, None),
        (86003, Outcome.DEAD, None),
        (93000, Outcome.DEAD, None),
        (93004, Outcome.DEAD, None),
        (93008, Outcome.DEAD, None),
        (301002, Outcome.DEAD, None),
        (123456789, Outcome.DEAD, None),
    ],
)
@pytest.mark.parametrize("repeat_is_safe", [True, False])
def test_a_refusal_may_pass_or_will_not_whether_or_not_repeating_is_safe(
    errcode: int, outcome: Outcome, retry_after_seconds: float | None, repeat_is_safe: bool
) -> None:
    result = send_result(PlatformError("why", errcode=errcode), repeat_is_safe=repeat_is_safe)
    assert result.outcome is outcome
    assert (result.reason, result.errcode) == ("why", errcode)
    assert result.retry_after_seconds == retry_after_seconds


@pytest.mark.parametrize(
    ("reached", "repeat_is_safe", "outcome"),
    [
        (False, False, Outcome.RETRY),
        (False, True, Outcome.RETRY),
        (True, False, Outcome.UNKNOWN),
        (True, True, Outcome.RETRY),
    ],
)
def test_silence_is_unknown_only_when_something_may_have_been_shown_and_a_repeat_would_show_again(
    reached: bool, repeat_is_safe: bool, outcome: Outcome
) -> None:
    error = TransportError("why", reached=reached)
    assert send_result(error, repeat_is_safe=repeat_is_safe).outcome is outcome


async def test_a_text_that_no_encoding_can_carry_is_sent_all_the_same(
    api: WeComApi, platform: FakePlatform
) -> None:
    await api.send_message({"text": {"content": "a\ud83d"}})
    assert platform.calls("message/send")[0].body == {"text": {"content": "a?"}}
