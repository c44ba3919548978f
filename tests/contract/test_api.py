"""The server API: a stale token is replaced once, silence is told apart, no secret in an error."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.channels import http as http_module
from bot.channels.api import PlatformApi, account_api, wecom_api
from bot.channels.http import File, read_file, request_json, send_result
from bot.core.clock import ManualClock
from bot.core.errors import (
    ChatUnreachable,
    CodeUsedUp,
    ContentRefused,
    LimitReached,
    PersonUnreachable,
    PlatformBusy,
    PlatformError,
    SettingsWrong,
    TokenStale,
    TransportError,
    WindowClosed,
)
from bot.core.events import MediaKind
from bot.core.ports import Outcome, Pause, SendResult
from bot.platforms.errcodes import ACCOUNT, WECOM, Refusals, refused
from bot.platforms.limits import SECRET_REPAIR_SECONDS, WINDOW_RETRY_SECONDS

from .support import (
    CORP_ID,
    SECRET,
    FakePlatform,
    HangUp,
    Raw,
    Reply,
    Silence,
    everything_said,
    uploaded_file,
)

OK = {"errcode": 0, "errmsg": "ok"}


@pytest.fixture
async def api(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock
) -> PlatformApi:
    return wecom_api(session, platform.base_url, CORP_ID, SECRET, clock)


@pytest.fixture
async def account(
    session: aiohttp.ClientSession, platform: FakePlatform, clock: ManualClock
) -> PlatformApi:
    return account_api(session, platform.base_url, "wx0000000000000000", SECRET, clock)


def refusal(errcode: int) -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": f"refused, secret {SECRET}, ACCESS-TOKEN-1"}


# Token


async def test_200_callers_at_once_share_one_token(
    api: PlatformApi, platform: FakePlatform
) -> None:
    answers = await asyncio.gather(
        *(api.get("user/get", params={"userid": str(n)}) for n in range(200))
    )
    assert answers == [OK] * 200
    (request,) = platform.calls("gettoken")
    assert request.query == {"corpid": CORP_ID, "corpsecret": SECRET}
    tokens = {call.query["access_token"] for call in platform.calls("user/get")}
    assert tokens == {"ACCESS-TOKEN-1"}


async def test_a_token_lives_as_long_as_the_platform_says(
    api: PlatformApi, platform: FakePlatform, clock: ManualClock
) -> None:
    platform.reply("gettoken", {**OK, "access_token": "SHORT", "expires_in": 1000})
    await api.get("user/get", params={})
    clock.advance(timedelta(seconds=699))
    await api.get("user/get", params={})
    assert platform.token_requests == 1
    clock.advance(timedelta(seconds=1))
    await api.get("user/get", params={})
    assert platform.token_requests == 2


@pytest.mark.parametrize("errcode", [40014, 41001, 42001])
async def test_a_stale_token_is_replaced_and_the_call_repeated(
    api: PlatformApi, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("message/send", refusal(errcode), {**OK, "msgid": "m-1"})
    assert (await api.post("message/send", json={"touser": "lisi"}))["msgid"] == "m-1"
    first, second = platform.calls("message/send")
    assert first.body == second.body == {"touser": "lisi"}
    assert first.query["access_token"] == "ACCESS-TOKEN-1"
    assert second.query["access_token"] == "ACCESS-TOKEN-2"


async def test_a_token_that_is_always_stale_is_replaced_once_and_not_for_ever(
    api: PlatformApi, platform: FakePlatform
) -> None:
    platform.reply("message/send", *[refusal(42001)] * 9)
    with pytest.raises(TokenStale) as caught:
        await api.post("message/send", json={})
    assert caught.value.errcode == 42001
    assert len(platform.calls("message/send")) == 2
    assert platform.token_requests == 2


async def test_200_callers_with_one_stale_token_fetch_one_new_token(
    api: PlatformApi, platform: FakePlatform
) -> None:
    await api.get("user/get", params={})
    platform.reply("message/send", *[refusal(42001)] * 200)
    await asyncio.gather(*(api.post("message/send", json={"touser": str(n)}) for n in range(200)))
    assert platform.token_requests == 2
    assert len(platform.calls("message/send")) == 400


@pytest.mark.parametrize("errcode", [40001, 40013])
async def test_a_wrong_secret_is_asked_for_once_and_does_not_loop(
    api: PlatformApi, platform: FakePlatform, errcode: int
) -> None:
    platform.reply("gettoken", *[refusal(errcode)] * 9)
    with pytest.raises(SettingsWrong) as caught:
        await api.post("message/send", json={})
    assert caught.value.errcode == errcode
    assert platform.token_requests == 1
    assert platform.calls("message/send") == []


async def test_a_secret_refused_by_the_call_itself_does_not_loop_either(
    api: PlatformApi, platform: FakePlatform
) -> None:
    platform.reply("message/send", *[refusal(40001)] * 9)
    with pytest.raises(SettingsWrong):
        await api.post("message/send", json={})
    assert (platform.token_requests, len(platform.calls("message/send"))) == (1, 1)


async def test_closing_ends_a_token_request_that_is_under_way(
    api: PlatformApi, platform: FakePlatform
) -> None:
    platform.gate = asyncio.Event()
    caller = asyncio.create_task(api.get("user/get", params={}))
    await platform.token_asked.wait()
    await api.close()
    await asyncio.wait([caller])
    assert caller.cancelled()


async def test_an_account_asks_for_a_stable_token_and_forces_a_new_one_only_after_a_refusal(
    account: PlatformApi, platform: FakePlatform
) -> None:
    platform.reply("message/custom/send", refusal(40001))
    await account.post("message/custom/send", json={})
    first, second = platform.calls("stable_token")
    assert first.body == {
        "grant_type": "client_credential",
        "appid": "wx0000000000000000",
        "secret": SECRET,
        "force_refresh": False,
    }
    assert second.body == {**first.body, "force_refresh": True}
    assert first.query == {}


# Media


async def test_a_file_is_uploaded_under_its_own_name_and_kind(
    api: PlatformApi, platform: FakePlatform
) -> None:
    platform.reply("media/upload", {**OK, "media_id": "MEDIA-1"})
    file = File("新品手册.pdf", b"%PDF\r\n\r\n--x", "application/pdf")
    assert await api.upload_media(MediaKind.FILE, file) == "MEDIA-1"
    (call,) = platform.calls("media/upload")
    assert call.query == {"type": "file", "access_token": "ACCESS-TOKEN-1"}
    assert uploaded_file(call.body) == ("新品手册.pdf", "application/pdf", b"%PDF\r\n\r\n--x")


async def test_an_upload_is_repeated_with_a_new_token_too(
    api: PlatformApi, platform: FakePlatform
) -> None:
    platform.reply("media/upload", refusal(42001), {**OK, "media_id": "MEDIA-1"})
    assert await api.upload_media(MediaKind.FILE, File("a.pdf", b"%PDF-1.7")) == "MEDIA-1"
    first, second = platform.calls("media/upload")
    assert uploaded_file(first.body) == uploaded_file(second.body)


async def test_an_upload_without_a_media_id_is_no_upload(
    api: PlatformApi, platform: FakePlatform
) -> None:
    platform.reply("media/upload", OK)
    with pytest.raises(TransportError, match="media/upload"):
        await api.upload_media(MediaKind.FILE, File("a.pdf", b"%PDF-1.7"))


async def test_a_file_is_read_as_it_is(api: PlatformApi, platform: FakePlatform) -> None:
    body = bytes(range(256)) * 40
    platform.reply("media/get", Raw(body, headers={"Content-Type": "image/jpeg"}))
    assert await api.read_media("MEDIA-1") == body
    (call,) = platform.calls("media/get")
    assert call.query == {"media_id": "MEDIA-1", "access_token": "ACCESS-TOKEN-1"}


async def test_a_refusal_in_place_of_a_file_is_an_error(
    api: PlatformApi, platform: FakePlatform
) -> None:
    platform.reply("media/get", refusal(40007))
    with pytest.raises(ContentRefused):
        await api.read_media("MEDIA-1")


async def test_a_file_that_only_looks_like_json_is_a_file(
    session: aiohttp.ClientSession, platform: FakePlatform
) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    platform.reply("/file", Raw(b'{"errcode": 40007}', headers=headers))
    body = await read_file(session, f"{platform.base_url}/file", name="x")
    assert body == b'{"errcode": 40007}'


# Errors


SILENCES: list[Reply] = [
    HangUp(),
    Raw(b""),
    Raw(b"<html>"),
    Raw(b"\xff"),
    Raw(b"[]"),
    Raw(b'{"errcode": "0"}'),
    Raw(b'{"errcode": null}'),
    Raw(b"[" * 100_000),
    Raw(b'{"errcode": 0, "padding": "' + b"x" * 5_000_000 + b'"}'),
    Raw(json.dumps(OK).encode(), status=500),
    Raw(json.dumps(OK).encode(), status=404),
    Raw(status=302, headers={"Location": "/cgi-bin/elsewhere"}),
]


@pytest.mark.parametrize("reply", SILENCES)
async def test_anything_but_an_answer_is_silence_after_which_the_call_may_have_worked(
    api: PlatformApi, platform: FakePlatform, reply: Reply
) -> None:
    platform.reply("message/send", reply)
    with pytest.raises(TransportError) as caught:
        await api.post("message/send", json={})
    assert caught.value.reached
    assert len(platform.calls("message/send")) == 1
    assert platform.calls("elsewhere") == []


async def test_an_answer_without_an_errcode_is_an_answer(
    api: PlatformApi, platform: FakePlatform
) -> None:
    platform.reply("user/get", {"name": "李四"})
    assert await api.get("user/get", params={}) == {"name": "李四"}


async def test_a_platform_that_never_answers_is_given_up(
    api: PlatformApi, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.get("user/get", params={})  # the token is there
    send = http_module._send

    async def impatient(*args: Any, **kwargs: Any) -> Any:
        kwargs["patience"] = aiohttp.ClientTimeout(total=0.05)
        return await send(*args, **kwargs)

    monkeypatch.setattr(http_module, "_send", impatient)
    platform.reply("message/send", Silence())
    with pytest.raises(TransportError) as caught:
        await api.post("message/send", json={})
    assert caught.value.reached


async def test_a_refused_connection_means_that_nothing_was_sent(
    session: aiohttp.ClientSession, unused_base_url: str
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
    "reply",
    [
        HangUp(),
        Raw(status=500),
        Raw(b"{"),
        {**OK, "access_token": "", "expires_in": 7200},
        {**OK, "access_token": "T"},
    ],
)
async def test_without_a_token_nothing_was_sent_however_the_token_failed(
    api: PlatformApi, platform: FakePlatform, reply: Reply
) -> None:
    platform.reply("gettoken", reply, reply)  # aiohttp itself repeats a GET that was cut off
    with pytest.raises(TransportError) as caught:
        await api.post("message/send", json={})
    assert not caught.value.reached
    assert platform.calls("message/send") == []


@pytest.mark.parametrize("reply", [HangUp(), Raw(status=500), Raw(b"{"), refusal(45009)])
async def test_no_error_shows_a_secret_or_a_token(
    api: PlatformApi, platform: FakePlatform, reply: Reply
) -> None:
    said = []
    for path, replies in (("gettoken", [reply] * 2), ("message/send", [reply])):
        platform.reply(path, *replies)
        with pytest.raises((TransportError, PlatformError)) as caught:
            await api.post("message/send", json={})
        said.append(everything_said(caught.value))
    assert len(said) == 2
    assert all(SECRET not in text and "ACCESS-TOKEN" not in text for text in said)
    assert "gettoken" in said[0]
    assert "message/send" in said[1]


async def test_an_unreachable_platform_shows_no_secret_either(
    session: aiohttp.ClientSession, unused_base_url: str, clock: ManualClock
) -> None:
    api = wecom_api(session, unused_base_url, CORP_ID, SECRET, clock)
    with pytest.raises(TransportError) as caught:
        await api.post("message/send", json={})
    assert SECRET not in everything_said(caught.value)


async def test_a_refusal_names_its_code_and_says_what_it_means(
    api: PlatformApi, platform: FakePlatform
) -> None:
    platform.reply("message/send", refusal(60020))
    with pytest.raises(SettingsWrong) as caught:
        await api.post("message/send", json={})
    assert "message/send with errcode 60020: this machine's address" in caught.value.message
    assert caught.value.data == {"errcode": 60020, "call": "message/send"}


@pytest.mark.parametrize(
    ("table", "errcode", "error", "words"),
    [
        (WECOM, -1, PlatformBusy, "busy"),
        (WECOM, 40001, SettingsWrong, "secret is wrong"),
        (ACCOUNT, 40001, TokenStale, "token is not valid"),
        (WECOM, 45009, LimitReached, "too many calls"),
        (WECOM, 48002, SettingsWrong, "permission"),
        (WECOM, 60011, PersonUnreachable, "visible scope"),
        (WECOM, 60111, PersonUnreachable, "no such user"),
        (WECOM, 86003, ChatUnreachable, "no such chat"),
        (WECOM, 93000, ChatUnreachable, "removed from the group"),
        (WECOM, 93004, ChatUnreachable, "stopped"),
        (WECOM, 93008, ChatUnreachable, "not in the group"),
        (WECOM, 846605, CodeUsedUp, "place for the answer is gone"),
        (WECOM, 846608, CodeUsedUp, "time for the answer is over"),
        (WECOM, 45002, ContentRefused, "too long"),
        (ACCOUNT, 45015, WindowClosed, "48 hours"),
        (WECOM, 123456789, PlatformError, "90455"),
    ],
)
def test_every_code_leads_to_an_error_with_words(
    table: Refusals, errcode: int, error: type[PlatformError], words: str
) -> None:
    refusal = refused("x", errcode, table)
    assert type(refusal) is error
    assert words in refusal.message


# Outcomes


@pytest.mark.parametrize(
    ("error", "outcome", "pauses", "retry_after_seconds"),
    [
        (PlatformBusy, Outcome.RETRY, Pause.ROW, None),
        (TokenStale, Outcome.RETRY, Pause.ROW, None),
        (WindowClosed, Outcome.RETRY, Pause.ROW, WINDOW_RETRY_SECONDS),
        (SettingsWrong, Outcome.RETRY, Pause.CHANNEL, SECRET_REPAIR_SECONDS),
        (PersonUnreachable, Outcome.DEAD, Pause.ROW, None),
        (ChatUnreachable, Outcome.DEAD, Pause.ROW, None),
        (CodeUsedUp, Outcome.DEAD, Pause.ROW, None),
        (ContentRefused, Outcome.DEAD, Pause.ROW, None),
        (PlatformError, Outcome.DEAD, Pause.ROW, None),
    ],
)
@pytest.mark.parametrize("repeat_is_safe", [True, False])
def test_a_refusal_may_pass_or_will_not_whether_or_not_repeating_is_safe(
    error: type[PlatformError],
    outcome: Outcome,
    pauses: Pause,
    retry_after_seconds: float | None,
    repeat_is_safe: bool,
) -> None:
    result = send_result(error("why", errcode=17), repeat_is_safe=repeat_is_safe)
    assert result == SendResult(outcome, "why", 17, retry_after_seconds, pauses)


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
    assert send_result(error, repeat_is_safe=repeat_is_safe) == SendResult(outcome, "why")


async def test_a_text_that_no_encoding_can_carry_is_sent_all_the_same(
    api: PlatformApi, platform: FakePlatform
) -> None:
    await api.post("message/send", json={"text": {"content": "a\ud83d"}})
    assert platform.calls("message/send")[0].body == {"text": {"content": "a?"}}
