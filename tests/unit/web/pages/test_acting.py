"""What a visitor does on a page: once for each id, as himself, and answered by the handlers."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.errors import StoreError
from bot.core.events import EventKind
from bot.core.messages import Card, CardUpdate, Drawing, Link, Text
from bot.core.pictures import ShopPicture
from bot.pipeline import worker as worker_module
from bot.pipeline.context import Context, Nobody, Outcome, Reply
from bot.pipeline.routing import Route
from bot.store.db import Store
from bot.web.pages.acts import MOST_CHARACTERS, event_of, read_act, shown
from bot.web.pages.member_pages import TICKET_LIFE
from bot.web.pages.turnstile import MOST_A_MINUTE
from bot.web.server import MOST_BODY_BYTES
from tests.support.brand import Live, brand
from tests.support.customers import CONTACT, POND, FakeContact
from tests.support.events import GROUP, MINUTE, NOW, SECOND
from tests.support.pages import (
    CUSTOMER,
    OWNER,
    PAGES,
    Town,
    member_routes,
    new_id,
    open_town,
    with_pages,
)
from tests.support.pipeline import texts_of
from tests.support.stores import execute, read_value

ACT_ID = "f" * 32
ANSWER = Reply(Text("the answer"))


@pytest.fixture
async def town(store: Store) -> AsyncIterator[Town]:
    async with open_town(store) as opened:
        yield opened


@dataclass
class Clerk:
    """A handler that answers everything: with ``outcome``, when it is let, after ``failures``."""

    outcome: Outcome = ANSWER
    let: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    seen: list[Context] = field(default_factory=list)

    async def handle(self, context: Context) -> Outcome:
        self.seen.append(context)
        await self.let.wait()
        if len(self.seen) <= self.failures:
            raise OSError("the clerk stumbles")
        return self.outcome

    def routes(self) -> tuple[Route, ...]:
        return (Route("words", self.handle), Route("tap", self.handle, kind=EventKind.TAPPED))


def ready(outcome: Outcome) -> Clerk:
    clerk = Clerk(outcome)
    clerk.let.set()
    return clerk


# ---- once


async def test_a_member_checks_in_and_sees_his_points(town: Town, store: Store) -> None:
    browser = await town.member()
    done = await browser.say("签到")

    points = town.pipeline.live.current.rewards.checkin.points
    assert done.keys() == {"text"}
    assert f"{points}" in done["text"]
    assert f"{points}" in (await browser.say("积分"))["text"]
    assert await read_value(store, "SELECT count(*) FROM checkin") == 1


async def test_the_same_id_is_the_same_act_and_gets_the_same_answer(
    town: Town, store: Store
) -> None:
    browser = await town.member()
    first = await browser.act(id=ACT_ID, text="签到")
    again = await browser.act(id=ACT_ID, text="签到")

    assert again.data == first.data
    assert await read_value(store, "SELECT count(*) FROM inbox") == 1
    other = await browser.act(text="签到")
    points = town.pipeline.live.current.rewards.checkin.points
    repeated = texts_of(town.pipeline, "checkin.repeat", name=CUSTOMER, streak=1, balance=points)
    assert other.data["answer"]["text"] in repeated


async def test_the_same_id_many_times_at_once_is_one_act(town: Town, store: Store) -> None:
    browser = await town.member()
    answers = await asyncio.gather(*[browser.act(id=ACT_ID, text="签到") for _ in range(12)])

    assert {answer.status for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].data["state"] == "done"
    assert await read_value(store, "SELECT count(*) FROM inbox") == 1
    assert await read_value(store, "SELECT count(*) FROM checkin") == 1


async def test_the_same_id_of_another_person_or_on_another_page_is_another_act(
    town: Town, store: Store
) -> None:
    mine, other = await town.member(), await town.member("wmMOMO0001")
    await mine.act(id=ACT_ID, text="签到")
    theirs = await other.act(id=ACT_ID, text="签到")
    await mine.act(GROUP, id=ACT_ID, text="积分")

    assert "wmMOMO0001" in theirs.data["answer"]["text"], "his own name, not the first one's"
    assert await read_value(store, "SELECT count(*) FROM inbox") == 3
    assert await read_value(store, "SELECT count(*) FROM checkin") == 2


# ---- slow, failed, and interrupted


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "ANSWER_SECONDS", 0.01)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("act", [{"text": "x"}, {"button": "claim:1", "task": "t"}])
async def test_a_slow_answer_is_waited_for_under_the_same_id(
    store: Store, act: dict[str, str]
) -> None:
    clerk = Clerk()
    async with open_town(store, clerk.routes()) as town:
        browser = await town.member()
        for _ in range(2):
            waiting = (await browser.act(id=ACT_ID, **act)).data
            assert waiting["state"] == "waiting"
            assert waiting["answer"]["text"] in texts_of(town.pipeline, "answer.waiting")
        clerk.let.set()
        await town.pipeline.worker.idle()

        for _ in range(2):
            done = (await browser.act(id=ACT_ID, **act)).data
            assert done == {"state": "done", "answer": {"text": "the answer"}}
        assert len(clerk.seen) == 1
        assert await town.pipeline.outbox() == [], "it is shown here and nowhere else"


async def test_an_answer_waits_for_whoever_lost_his_connection(store: Store) -> None:
    clerk = ready(ANSWER)
    async with open_town(store, clerk.routes()) as town:
        browser = await town.member(OWNER)
        act = read_act(json.dumps({"id": ACT_ID, "text": "x"}).encode())
        await town.pipeline.bring(event_of(act, PAGES, POND, OWNER, NOW))  # nobody listens

        assert await town.pipeline.outbox() == []
        found = await browser.act(id=ACT_ID, text="x")
        assert found.data["answer"] == {"text": "the answer"}
        assert len(clerk.seen) == 1


async def test_an_act_that_failed_is_waited_for_while_it_is_tried_again(store: Store) -> None:
    clerk = ready(ANSWER)
    clerk.failures = 1
    async with open_town(store, clerk.routes()) as town:
        browser = await town.member()
        with capture_logs() as entries:
            assert (await browser.act(id=ACT_ID, text="x")).data["state"] == "waiting"
        town.pipeline.clock.advance(MINUTE)
        await town.pipeline.worker.take_over()
        await town.pipeline.worker.idle()

        assert (await browser.act(id=ACT_ID, text="x")).data["answer"] == {"text": "the answer"}
        assert [entry["event"] for entry in entries] == ["handling failed"]
        assert CUSTOMER not in str(entries)


async def test_what_cannot_be_stored_is_told_and_may_be_sent_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await town.member()

    async def refuse(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patched, capture_logs() as entries:
        patched.setattr(town.pipeline.inbox, "accept", refuse)
        refused = await browser.act(id=ACT_ID, text="签到")
    assert refused.status == 503
    assert refused.data["error"]
    assert CUSTOMER not in str(entries)
    assert (await browser.act(id=ACT_ID, text="签到")).status == 200


async def test_silence_is_told_as_silence(store: Store) -> None:
    async with open_town(store, ready(Nobody("nothing to say")).routes()) as town:
        browser = await town.member()

        for _ in range(2):
            answer = await browser.act(id=ACT_ID, text="x")
            assert answer.data == {"state": "done", "answer": None}


# ---- who


async def test_a_visitor_who_is_in_no_group_is_told_so(town: Town) -> None:
    browser = await (await town.browser()).log_in("wmSTRANGER1")

    for word, command in (("签到", "签到"), ("抢", "抢红包")):
        refused = texts_of(town.pipeline, "refused.not_member", name="wmSTRANGER1", command=command)
        assert (await browser.say(word))["text"] in refused


async def test_a_member_of_one_group_is_a_stranger_on_the_page_of_another(town: Town) -> None:
    browser = await town.member()
    refused = texts_of(town.pipeline, "refused.not_member", name=CUSTOMER, command="签到")

    assert (await browser.say("签到", GROUP))["text"] in refused
    assert (await browser.say("签到", POND))["text"] not in refused


async def test_nothing_in_a_request_makes_somebody_else_of_a_visitor(
    town: Town, store: Store
) -> None:
    browser = await town.member()
    for claim in ({"user_id": OWNER}, {"group": GROUP}, {"kind": "joined"}, {"at": "2020-01-01"}):
        assert (await browser.act(text="签到", **claim)).status == 400

    assert await read_value(store, "SELECT count(*) FROM inbox") == 0


async def test_without_a_ticket_or_with_an_old_one_nothing_is_done(
    town: Town, store: Store
) -> None:
    stranger, member = await town.browser(), await town.member()
    town.pipeline.clock.advance(TICKET_LIFE + SECOND)

    for browser in (stranger, member):
        refused = await browser.act(text="签到")
        assert (refused.status, list(refused.data)) == (401, ["error"])
    assert await read_value(store, "SELECT count(*) FROM inbox") == 0


async def test_whoever_is_blocked_is_met_with_silence(town: Town, store: Store) -> None:
    browser = await town.member()
    await execute(store, "UPDATE member SET blocked_at = 1")

    assert (await browser.act(text="签到")).data == {"state": "done", "answer": None}


async def test_what_members_do_on_a_page_counts_for_its_group(town: Town, store: Store) -> None:
    await (await town.member()).say("签到")
    await (await (await town.browser()).log_in("wmSTRANGER1")).say("帮忙")

    rows = await store.read("SELECT group_key, act FROM interaction ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (POND, "checkin"),
        ("", "message"),
        ("", "question"),
    ]


async def test_what_is_known_about_a_visitor_is_shown_to_him_here_and_sent_nowhere(
    town: Town,
) -> None:
    browser = await town.member()
    report = await browser.say("我的数据")

    (template,) = town.pipeline.live.current.persona.templates["my_data.report"]
    assert report["text"].startswith(template.split("{joined}")[0].format(name=CUSTOMER))
    assert await town.pipeline.outbox() == []


async def test_a_member_gets_his_invite_code_and_the_way_that_leads_into_the_group(
    store: Store,
) -> None:
    live = Live(with_pages(brand()))
    contact = FakeContact()
    async with open_town(store, member_routes(store, live, {CONTACT: contact}), live) as town:
        browser = await town.member()
        for _ in range(2):
            assert "https://p.qpic.cn/1" in (await browser.say("邀请"))["text"]
        assert len(contact.told) == 1, "the way is made once"


# ---- what


BAD_BODIES: list[Any] = [
    [],
    "签到",
    None,
    {},
    {"text": "签到"},
    {"id": ACT_ID},
    {"id": ACT_ID, "text": ""},
    {"id": ACT_ID, "text": " \n\x00 "},
    {"id": ACT_ID, "text": 5},
    {"id": ACT_ID, "text": ["签到"]},
    {"id": ACT_ID[:-1], "text": "签到"},
    {"id": ACT_ID.upper(), "text": "签到"},
    {"id": f"{ACT_ID}\n", "text": "签到"},
    {"id": 7, "text": "签到"},
    {"id": ACT_ID, "text": "签到", "button": "claim:1", "task": "t"},
    {"id": ACT_ID, "text": "签到", "task": "t"},
    {"id": ACT_ID, "button": "claim:1"},
    {"id": ACT_ID, "button": "claim:1", "task": "t\n"},
    {"id": ACT_ID, "button": "claim:1", "task": "t" * 129},
    {"id": ACT_ID, "button": "c" * 65, "task": "t"},
    {"id": ACT_ID, "button": "\ud800", "task": "t"},
    {"id": ACT_ID, "text": "字" * (MOST_CHARACTERS + 1)},
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: json.dumps(body)[:60])
async def test_what_is_no_act_is_refused_with_a_reason(town: Town, store: Store, body: Any) -> None:
    browser = await town.member()
    refused = await browser.post(json.dumps(body).encode())

    assert (refused.status, list(refused.data)) == (400, ["error"])
    assert await read_value(store, "SELECT count(*) FROM inbox") == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe\xfd", b"[" * 100_000, b"9" * 5000], ids=len)
async def test_what_is_no_json_is_refused(town: Town, body: bytes) -> None:
    browser = await town.member()

    assert (await browser.post(body)).status == 400


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
async def test_what_a_foreign_page_can_send_is_refused(
    town: Town, store: Store, content_type: str
) -> None:
    browser = await town.member()
    body = json.dumps({"id": ACT_ID, "text": "签到"}).encode()

    assert (await browser.post(body, content_type)).status == 415
    assert (await browser.post(body, "application/json; charset=x")).status == 200
    assert await read_value(store, "SELECT count(*) FROM inbox") == 1


async def test_a_body_that_is_too_large_is_refused(town: Town) -> None:
    browser = await town.member()

    assert (await browser.post(b"[" * (MOST_BODY_BYTES + 1))).status == 413


async def test_the_longest_text_is_taken_whole(store: Store) -> None:
    clerk = ready(Reply(Text("ok")))
    async with open_town(store, clerk.routes()) as town:
        browser = await town.member()
        text = "😀" * MOST_CHARACTERS

        assert (await browser.act(text=f"  {text}\n")).status == 200
        assert clerk.seen[0].event.text == text


async def test_characters_that_nobody_types_are_left_out(store: Store) -> None:
    clerk = ready(Reply(Text("ok")))
    async with open_town(store, clerk.routes()) as town:
        browser = await town.member()

        body = b'{"id": "%s", "text": "a\\ud800b\\u0000c\\u001bd\\n\\u200de"}' % ACT_ID.encode()
        assert (await browser.post(body)).status == 200
        assert clerk.seen[0].event.text == "abcd\n\u200de"


async def test_a_tap_comes_as_the_platforms_taps_do(store: Store) -> None:
    card = Card("红包", "10 份", (), "packet-1")
    clerk = ready(Reply(CardUpdate(CUSTOMER, card)))
    async with open_town(store, clerk.routes()) as town:
        browser = await town.member()
        answer = await browser.act(button="claim:1", task="packet-1")

        (context,) = clerk.seen
        event = context.event
        assert event.kind is EventKind.TAPPED
        assert (event.button, event.task_id, event.text) == ("claim:1", "packet-1", "")
        assert (event.user_id, context.group_key) == (CUSTOMER, POND)
        assert answer.data["answer"] == {"title": "红包", "text": "10 份"}
        assert CUSTOMER not in answer.text


def test_a_drawing_is_shown_with_its_words_and_its_picture() -> None:
    picture = ShopPicture(title="商城", items=(), balance=10, brand="禾间")
    stands = shown(Drawing(picture, "商城里还没有东西"))
    assert stands["state"] == "done"
    assert stands["answer"]["text"] == "商城里还没有东西"
    assert base64.b64decode(stands["answer"]["picture"]).startswith(b"\x89PNG")


async def test_an_answer_without_a_shape_of_its_own_is_shown_in_words(store: Store) -> None:
    link = Link("标题", "说明", "https://a.example/b")
    async with open_town(store, ready(Reply(link)).routes()) as town:
        browser = await town.member()

        assert await browser.say("x") == {"text": "标题\n说明\nhttps://a.example/b"}


async def test_who_comes_too_often_is_held_back_and_nobody_else_is(town: Town) -> None:
    hasty, calm = await town.member(), await town.member("wmMOMO0001")
    for _ in range(MOST_A_MINUTE):
        assert (await hasty.post(b"{}")).status == 400

    held = await hasty.act(text="积分")
    assert (held.status, list(held.data)) == (429, ["error"])
    assert (await calm.act(text="积分")).status == 200
    town.pipeline.clock.advance(MINUTE)
    assert (await hasty.act(text="积分")).status == 200


# ---- the key


def test_an_act_is_keyed_by_person_group_and_id_without_naming_the_person() -> None:
    act = read_act(json.dumps({"id": ACT_ID, "text": "签到"}).encode())
    other = read_act(json.dumps({"id": new_id(), "text": "签到"}).encode())
    keys = {
        event_of(act, PAGES, POND, CUSTOMER, NOW).key,
        event_of(other, PAGES, POND, CUSTOMER, NOW).key,
        event_of(act, PAGES, GROUP, CUSTOMER, NOW).key,
        event_of(act, PAGES, POND, OWNER, NOW).key,
    }

    assert len(keys) == 4
    assert event_of(act, PAGES, POND, CUSTOMER, NOW + MINUTE).key in keys
    assert not any(CUSTOMER in key for key in keys)


async def test_a_group_that_left_the_configuration_has_no_page(store: Store) -> None:
    live = Live(with_pages(brand()))
    async with open_town(store, live=live) as town:
        browser = await town.member()
        bot = live.current.bot
        live.change(bot=bot.model_copy(update={"groups": bot.groups[:1]}))

        assert (await browser.act(text="签到")).status == 404
