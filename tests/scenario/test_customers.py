"""Customers: their group, its employee's phone, our pages, and every other way to reach them."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog

from bot.store.sql import Dialect
from tests.scenario.town import Town, books_are_clean, town

OWNER, CUSTOMER, OUTSIDER = "tangyuan", "wmYUEYUE0001", "wmLAOXU00001"


@pytest.fixture(autouse=True)
def _no_logs() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
async def place(engine: Dialect, tmp_path: Path) -> AsyncIterator[Town]:
    del engine
    async with town(tmp_path) as opened:
        yield opened


class Page:
    """A visitor's browser on the group's page."""

    def __init__(self, place: Town, browser: aiohttp.ClientSession) -> None:
        self._act = f"{place.app.address}/m/friends/act"
        self._browser = browser
        self._number = 0

    async def act(self, **what: str) -> dict[str, Any]:
        self._number += 1
        body = {"id": f"{self._number:032x}", **what}
        async with self._browser.post(self._act, json=body) as response:
            assert response.status == 200, await response.text()
            answer = await response.json()
        assert answer["state"] == "done", answer
        return dict(answer["answer"] or {})

    async def say(self, text: str) -> str:
        return str((await self.act(text=text)).get("text", ""))


@asynccontextmanager
async def page_of(place: Town, who: str) -> AsyncIterator[Page]:
    """``who`` opens the page: through the platform's login and back."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        url = f"{place.app.address}/m/friends"
        async with browser.get(url, allow_redirects=False) as response:
            login = response.headers["Location"].split("#")[0]
        async with browser.get(f"{login}&sim_user={who}") as response:
            assert response.status == 200, await response.text()
            assert "禾间好友群" in await response.text()
        yield Page(place, browser)


async def healthy(place: Town) -> dict[str, Any]:
    """What /healthz says."""
    async with place.http.get(f"{place.app.address}/healthz") as response:
        return dict(await response.json())


async def phone(place: Town) -> list[dict[str, Any]]:
    """The mass sends that wait on the owner's phone, or did."""
    return list((await place.call("GET", f"/people/{OWNER}/tasks"))["tasks"])


async def group_texts(place: Town) -> list[str]:
    messages = (await place.call("GET", "/groups/friends/messages?after=0"))["messages"]
    return [message["text"] for message in messages if message["kind"] != "notice"]


async def cards_of(place: Town) -> list[dict[str, Any]]:
    """The task cards in the owner's chat with the app, as he sees them now."""
    messages = (await place.call("GET", f"/people/{OWNER}/messages?after=0"))["messages"]
    cards = [message for message in messages if message["kind"] == "card"]
    return [{**card, **card["card_states"].get(OWNER, {})} for card in cards]


async def announce(place: Town, words: str) -> dict[str, Any]:
    """The owner announces something on his group's page; returns the task on his phone."""
    async with page_of(place, OWNER) as page:
        await page.say(f"公告 {words}")
    await place.settle()
    return (await phone(place))[-1]


async def end_of(place: Town) -> tuple[str, str]:
    """State and reason of the last announcement's row."""
    rows = await place.app.store.read(
        "SELECT state, reason FROM outbox WHERE key LIKE '%/announce' ORDER BY id DESC LIMIT 1"
    )
    return rows[0]["state"], rows[0]["reason"]


async def test_a_post_goes_from_the_bot_to_the_phone_to_the_group(place: Town) -> None:
    task = await announce(place, "周六一起来拆新品")
    assert await group_texts(place) == [], "nothing is posted before somebody says yes"
    (card,) = await cards_of(place)
    assert "禾间好友群" in card["title"]
    assert "周六一起来拆新品" in card["text"]
    assert (await end_of(place))[0] == "handed"

    await place.call("POST", f"/people/{OWNER}/tasks/{task['msgid']}/confirm", {})
    assert any("周六一起来拆新品" in text for text in await group_texts(place))
    await place.pass_time(minutes=3)

    assert await end_of(place) == ("sent", f"confirmed by the employee ({OWNER})")
    (card,) = await cards_of(place)
    assert "已经发到" in card["text"]


async def test_an_employee_who_declines_calls_the_post_off(place: Town) -> None:
    task = await announce(place, "临时改期")
    (card,) = await cards_of(place)
    await place.call("POST", f"/people/{OWNER}/taps", {"message_id": card["id"]})
    await place.pass_time(minutes=3)

    assert await end_of(place) == ("dead", f"the employee declined it ({OWNER})")
    assert await group_texts(place) == []
    states = [other["state"] for other in await phone(place) if other["msgid"] == task["msgid"]]
    assert states == ["cancelled"]
    assert any("没有发" in note for note in await place.notes_to("ayun"))


async def test_a_post_that_nobody_confirms_is_called_off_at_its_deadline(place: Town) -> None:
    await announce(place, "没人理的公告")
    await place.pass_time(hours=7)

    assert await end_of(place) == ("dead", f"nobody confirmed it in time ({OWNER})")
    (card,) = await cards_of(place)
    assert "到时间没人点发送" in card["text"]


async def test_a_scheduled_post_brings_its_picture_and_the_way_to_the_page(place: Town) -> None:
    await place.pass_time(days=1)

    posts = await place.app.store.read(
        "SELECT message FROM outbox WHERE channel = 'contact' AND key LIKE 'slot/friends/%'"
    )
    assert posts
    links = await place.app.store.read(
        "SELECT token FROM post_link WHERE group_key = 'friends' AND url LIKE '%/m/friends'"
    )
    ways = [f"/r/{link['token']}" for link in links]
    assert all(any(way in post["message"] for way in ways) for post in posts)
    assert len(posts) <= 2, "one a day is all that the platform lets through"


async def test_a_customer_acts_on_the_page_and_is_known_by_the_platforms_word(place: Town) -> None:
    async with page_of(place, CUSTOMER) as page:
        assert "10 分" in await page.say("签到")
        assert re.search(r"10 分", await page.say("积分"))
        assert "隔天晚上一次" in await page.say("烟酰胺怎么用？")
    await books_are_clean(place)


async def test_who_is_in_no_group_of_ours_earns_nothing_there(place: Town) -> None:
    async with page_of(place, OUTSIDER) as page:
        await page.say("签到")
    rows = await place.app.store.read("SELECT count(*) AS n FROM checkin")
    assert rows[0]["n"] == 0


async def test_an_owners_packet_is_announced_and_claimed_on_the_page(place: Town) -> None:
    async with page_of(place, OWNER) as page:
        await page.say("发红包 100 5")
        card = await page.act(text="确认")
    await place.settle()
    assert "/m/friends" in (await phone(place))[-1]["text"]

    async with page_of(place, CUSTOMER) as page:
        button = card["buttons"][0]["key"]
        claimed = await page.act(button=button, task=card["task"])
        again = await page.act(button=button, task=card["task"])
    assert claimed["title"] != again["title"]
    await books_are_clean(place)


async def test_a_friends_code_leads_into_the_group_and_counts_for_the_inviter(place: Town) -> None:
    async with page_of(place, CUSTOMER) as page:
        shown = await page.say("邀请")
    rows = await place.app.store.read("SELECT code FROM invite_code")
    code = rows[0]["code"]
    assert ".png" in shown, "a picture of the way into the group"

    await place.call("POST", "/groups/friends/members", {"user_id": OUTSIDER, "way": code})
    await place.settle()

    rows = await place.app.store.read("SELECT state FROM referral")
    assert [row["state"] for row in rows] == ["pending"]


async def test_a_new_friend_is_greeted_within_the_seconds_that_his_code_has(place: Town) -> None:
    await place.call("POST", "/customers/wmCICI000001/friends", {"employee": OWNER})
    await place.settle()

    said = await place.call("GET", f"/customers/wmCICI000001/messages?employee={OWNER}&after=0")
    greetings = [m["text"] for m in said["messages"] if m["from_kind"] != "system"]
    assert len(greetings) == 1
    assert "AI" in greetings[0]


@pytest.mark.parametrize("seconds", [0, 10, 25, 60])
async def test_no_welcome_code_is_used_when_its_seconds_are_over(
    tmp_path: Path, seconds: int
) -> None:
    """The platform tells it late: what is too old is not even tried."""
    async with town(tmp_path / str(seconds)) as place:
        await place.call("PUT", "/faults", {"seed": seconds, "delay_seconds": seconds})
        for customer in ("wmCICI000001", "wmXIAOMAN001", "wmCHIFAN0001", "wmLINLU00001"):
            await place.call("POST", f"/customers/{customer}/friends", {"employee": OWNER})
        await place.pass_time(seconds=90)
        log = (await place.call("GET", "/log?after=0"))["lines"]

    calls = [line for line in log if line.get("call") == "externalcontact/send_welcome_msg"]
    assert [line for line in calls if line["errcode"] != 0] == []
    assert len(calls) == 4 or seconds > 10


async def test_the_robot_with_a_line_of_its_own_answers_in_its_group(place: Town) -> None:
    for _ in range(100):
        await asyncio.sleep(0.02)  # its line is opened in the background
        if not (await healthy(place))["warnings"]:
            break
    body = {"from": OWNER, "text": "帮助", "mention": True}
    sent = await place.call("POST", "/groups/owners/messages", body)
    for _ in range(50):  # it comes over a line of its own, which nobody's request waits for
        await asyncio.sleep(0.02)
        await place.settle()
    answer = await place.call("GET", f"/groups/owners/messages?after={sent['id']}")

    texts = [m["text"] for m in answer["messages"] if m["from_kind"] == "robot"]
    assert len(texts) == 1
    assert "签到" in texts[0]
    rows = await place.app.store.read("SELECT state FROM outbox WHERE channel = 'night'")
    assert [row["state"] for row in rows] == ["sent"]


async def test_customer_service_answers_and_hands_over_to_a_person(place: Town) -> None:
    chat = "/services/service/messages"
    await place.call("POST", chat, {"from": CUSTOMER, "text": "烟酰胺怎么用？"})
    await place.settle()
    await place.call("POST", chat, {"from": CUSTOMER, "text": "人工"})
    await place.settle()

    said = (await place.call("GET", f"{chat}?customer={CUSTOMER}&after=0"))["messages"]
    assert any("隔天晚上一次" in message["text"] for message in said)
    answered = {"servicer": "ayun", "customer": CUSTOMER, "text": "我是阿云，来了"}
    await place.call("POST", "/services/service/answers", answered)  # only whose it is may


async def test_a_follower_is_greeted_in_the_open_request(place: Town) -> None:
    await place.call("POST", "/accounts/account/followers", {"customer": OUTSIDER})
    await place.settle()
    chat = f"/accounts/account/messages?customer={OUTSIDER}&after=0"
    room = (await place.call("GET", chat))["messages"]

    assert any("AI" in message["text"] for message in room)


async def test_a_tag_goes_to_the_company_and_one_set_there_comes_back(place: Town) -> None:
    async with page_of(place, CUSTOMER) as page:
        for _ in range(2):
            await page.say("我是敏感肌，容易泛红，有什么要注意的？")
    await place.pass_time(minutes=5)
    contact = await place.call("GET", "/contact")
    ours = next(c for c in contact["customers"] if c["id"] == CUSTOMER)
    assert "敏感肌" in str(ours["friends"]), ours

    path = f"/customers/{CUSTOMER}/friends/{OWNER}"
    await place.call("POST", "/tags", {"group": "肤质", "tags": ["干皮"]})
    await place.call("PATCH", path, {"add_tags": ["干皮"]})
    await place.pass_time(minutes=5)
    rows = await place.app.store.read("SELECT tag, source FROM member_tag")
    assert {"person"} <= {row["source"] for row in rows}
