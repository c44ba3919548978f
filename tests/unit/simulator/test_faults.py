"""Drills: faults come from a seed, are counted, and spare what the platform never harms."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.core.clock import ManualClock
from bot.settings.schema.bot import Faults
from bot.simulator.faults import REPEAT_SECONDS, TOKEN_FAULTS_IN_A_ROW, Fault, FaultPlan
from bot.simulator.herald import HOLD_SECONDS
from tests.unit.simulator.stub_bot import (
    AGENT_ID,
    CORP_ID,
    NINE,
    SECRET,
    Letter,
    Stage,
    StubBot,
    on_stage,
    packet_card,
    settings,
    words,
)

ALL_FAULTS = Faults(
    seed=7,
    lost_percent=20,
    doubled_percent=30,
    reordered_percent=30,
    delay_seconds=90,
    busy_percent=20,
    http_error_percent=20,
    dropped_percent=20,
    token_calls=3,
)


@asynccontextmanager
async def on_drill(
    directory: Path, bot: StubBot | None = None, **faults: int
) -> AsyncIterator[Stage]:
    """The stage with these faults from the start."""
    simulator = {**settings().simulator.model_dump(), "faults": faults}
    async with on_stage(directory, bot=bot, file=settings(simulator=simulator)) as stage:
        yield stage


def events(stage: Stage, *names: str) -> None:
    """Something happens on the platform; the name is the event's only field."""
    for name in names:
        stage.simulator.building.ground.herald.announce(
            "app", f"<xml><Event>{name}</Event></xml>", what=name
        )


async def told(stage: Stage) -> list[str]:
    """The events that have arrived, after everything under way has."""
    herald, callbacks = (
        stage.simulator.building.ground.herald,
        stage.simulator.building.ground.callbacks,
    )
    await herald.deliver_due()
    for task in list(herald._tasks):
        await task
    await callbacks.idle()
    return [letter.xml.value("Event") for letter in stage.bot.letters]


async def counts(stage: Stage, kind: Fault) -> tuple[int, int]:
    """How many faults of a kind were planned, and how many have happened."""
    drill = await stage.get("faults")
    return drill["planned"][kind], drill["happened"][kind]


def wrote_down(stage: Stage) -> list[tuple[str, timedelta]]:
    """From now on: each event with the hour at which the bot heard of it."""
    diary: list[tuple[str, timedelta]] = []

    def note(letter: Letter) -> None:
        diary.append((letter.xml.value("Event"), stage.clock.now() - NINE))

    stage.bot.answer = note
    return diary


# The plan


def draw(plan: FaultPlan, calls: int = 50) -> list[object]:
    return [
        fate
        for _ in range(calls)
        for fate in (plan.of_event("app"), plan.doubles_callback("app"), plan.of_call("user/get"))
    ]


def test_the_same_seed_gives_the_same_faults() -> None:
    first, second = draw(FaultPlan(ALL_FAULTS)), draw(FaultPlan(ALL_FAULTS))
    assert first == second
    assert first != draw(FaultPlan(ALL_FAULTS.model_copy(update={"seed": 8})))


def test_what_happens_elsewhere_does_not_change_the_faults_of_a_stream() -> None:
    alone, beside = FaultPlan(ALL_FAULTS), FaultPlan(ALL_FAULTS)
    expected = [alone.of_event("app") for _ in range(50)]
    seen = []
    for _ in range(50):
        beside.of_event("other")
        beside.of_call("message/send")
        beside.doubles_callback("app")
        seen.append(beside.of_event("app"))
    assert seen == expected


def test_without_faults_nothing_is_planned() -> None:
    plan = FaultPlan(Faults())
    nothing = FaultPlan(Faults()).of_event("app")
    assert (nothing.lost, nothing.reordered) == (False, False)
    assert (nothing.delay_seconds, nothing.repeat_seconds) == (0, 0)
    assert set(draw(plan)) == {nothing, False, None}
    assert plan.wear_out("token") == 0
    assert set(plan.to_json()["planned"].values()) == {0}


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_call_faults_share_the_hundred(busy: int, http_error: int, dropped: int) -> None:
    plan = FaultPlan(
        Faults(busy_percent=busy, http_error_percent=http_error, dropped_percent=dropped)
    )
    fates = [plan.of_call("message/send") for _ in range(100)]
    if busy + http_error + dropped >= 100:
        assert None not in fates
    planned = plan.to_json()["planned"]
    assert (busy > 0) or planned["busy"] == 0
    assert (http_error > 0) or planned["http_error"] == 0
    assert (dropped > 0) or planned["dropped"] == 0
    assert sum(planned.values()) == len([fate for fate in fates if fate is not None])


def test_about_half_of_the_broken_calls_have_taken_effect_and_no_busy_one() -> None:
    broken = FaultPlan(Faults(http_error_percent=50, dropped_percent=50))
    fates = [broken.of_call("message/send") for _ in range(400)]
    assert 150 < len([fate for fate in fates if fate is not None and fate.after_effect]) < 250
    busy = FaultPlan(Faults(busy_percent=100))
    assert all(
        fate is not None and not fate.after_effect
        for fate in (busy.of_call("message/send") for _ in range(100))
    )


@pytest.mark.parametrize("path", ["gettoken", "stable_token", "token"])
def test_a_token_can_always_be_had_in_the_end(path: str) -> None:
    plan = FaultPlan(Faults(busy_percent=100))
    fates = [plan.of_call(path) for _ in range(9)]
    assert [fate is None for fate in fates] == ([False] * TOKEN_FAULTS_IN_A_ROW + [True]) * 3


def test_tokens_wear_out_after_so_many_calls_and_stay_bad() -> None:
    plan = FaultPlan(Faults(token_calls=2))
    assert [plan.wear_out("first") for _ in range(4)] == [0, 0, 40014, 40014]
    assert [plan.wear_out("second") for _ in range(4)] == [0, 0, 42001, 42001]
    assert [plan.wear_out("third") for _ in range(3)] == [0, 0, 40014]
    assert plan.to_json()["happened"]["token"] == 3


def test_a_change_begins_the_seed_again_and_keeps_what_was_counted() -> None:
    plan = FaultPlan(ALL_FAULTS)
    first = draw(plan)
    planned = plan.to_json()["planned"]
    plan.change(ALL_FAULTS)
    assert draw(plan) == first
    assert plan.to_json()["planned"] == {kind: 2 * count for kind, count in planned.items()}


# Events


async def test_without_a_drill_events_arrive_at_once_and_in_order(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        events(stage, "one", "two", "three")
        assert await told(stage) == ["one", "two", "three"]
        assert stage.simulator.building.ground.herald.next_due() is None
        drill = await stage.get("faults")
        assert set(drill["happened"].values()) == {0}


async def test_the_next_event_of_an_app_waits_for_the_answer_to_the_last(tmp_path: Path) -> None:
    bot = SlowBot()
    async with on_stage(tmp_path, bot=bot) as stage:
        events(stage, "one", "two")
        async with asyncio.timeout(5):
            await bot.heard.wait()
        await asyncio.sleep(0.02)
        assert len(bot.letters) == 1
        bot.gate.set()
        assert await told(stage) == ["one", "two"]


class SlowBot(StubBot):
    """Answers nothing before its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.heard, self.gate = asyncio.Event(), asyncio.Event()

    async def _hear(self, request: web.Request) -> web.Response:
        response = await super()._hear(request)
        self.heard.set()
        await self.gate.wait()
        return response


async def test_a_lost_event_never_arrives(tmp_path: Path) -> None:
    async with on_drill(tmp_path, lost_percent=100) as stage:
        events(stage, "one", "two")
        await stage.post("clock", {"advance_seconds": 86_400})
        assert await told(stage) == []
        assert await counts(stage, Fault.LOST) == (2, 2)


async def test_a_doubled_event_comes_again_later_with_a_new_signature(tmp_path: Path) -> None:
    async with on_drill(tmp_path, doubled_percent=100) as stage:
        diary = wrote_down(stage)
        names = ["one", "two"]
        events(stage, *names)
        assert await told(stage) == names
        assert await counts(stage, Fault.DOUBLED) == (2, 0)
        await stage.post("clock", {"advance_seconds": REPEAT_SECONDS})
        plan = FaultPlan(Faults(doubled_percent=100))
        repeats = [(timedelta(seconds=plan.of_event("app").repeat_seconds), name) for name in names]
        assert [(at, name) for name, at in diary[2:]] == sorted(repeats)
        assert await counts(stage, Fault.DOUBLED) == (2, 2)
        nonces = {letter.query["nonce"] for letter in stage.bot.letters}
        assert len(nonces) == 4
        assert stage.simulator.building.ground.herald.next_due() is None


async def test_a_reordered_event_lets_the_next_one_of_its_app_pass(tmp_path: Path) -> None:
    async with on_drill(tmp_path, reordered_percent=100) as stage:
        events(stage, "one")
        assert await told(stage) == []
        events(stage, "two", "three", "four")
        assert await told(stage) == ["two", "one", "four", "three"]
        planned, happened = await counts(stage, Fault.REORDERED)
        assert (planned, happened) == (4, 2)


async def test_a_reordered_event_that_nothing_follows_arrives_all_the_same(tmp_path: Path) -> None:
    async with on_drill(tmp_path, reordered_percent=100) as stage:
        diary = wrote_down(stage)
        events(stage, "one")
        await stage.post("clock", {"advance_seconds": 86_400})
        assert diary == [("one", timedelta(seconds=HOLD_SECONDS))]
        assert await counts(stage, Fault.REORDERED) == (1, 0)


async def test_delayed_events_arrive_at_their_own_hour_and_in_their_order(tmp_path: Path) -> None:
    names = [f"event{number}" for number in range(12)]
    async with on_drill(tmp_path, seed=3, delay_seconds=600) as stage:
        diary = wrote_down(stage)
        events(stage, *names)
        await stage.post("clock", {"advance_seconds": 600})
        assert [name for name, _ in diary] == names
        plan = FaultPlan(Faults(seed=3, delay_seconds=600))
        latest, expected = 0, []
        for _ in names:
            latest = max(latest, plan.of_event("app").delay_seconds)
            expected.append(timedelta(seconds=latest))
        assert [at for _, at in diary] == expected
        assert len(set(expected)) > 2
        planned, happened = await counts(stage, Fault.DELAYED)
        assert planned == happened > 0


async def test_the_bot_does_what_is_due_after_it_heard_of_the_event(tmp_path: Path) -> None:
    async with on_drill(tmp_path, delay_seconds=600) as stage:
        heard: list[tuple[timedelta, int]] = []

        async def settle() -> datetime | None:
            heard.append((stage.clock.now() - NINE, len(stage.bot.letters)))
            return None

        stage.simulator.settle = settle
        events(stage, "one")
        due = stage.simulator.building.ground.herald.next_due()
        assert due is not None
        await stage.post("clock", {"advance_seconds": 600})
        assert (due - NINE, 0) not in heard
        assert (due - NINE, 1) in heard


async def test_a_clock_that_runs_by_itself_brings_the_events_too(tmp_path: Path) -> None:
    async with on_drill(tmp_path, delay_seconds=600) as stage:
        arrived = arrival(stage)
        events(stage, "one")
        assert await told(stage) == []
        assert isinstance(stage.clock, ManualClock)
        stage.clock.advance(timedelta(seconds=600))
        async with asyncio.timeout(5):
            await arrived
        assert await told(stage) == ["one"]


async def test_a_drill_that_ends_still_brings_what_it_put_off(tmp_path: Path) -> None:
    async with on_drill(tmp_path, delay_seconds=600) as stage:
        events(stage, "one")
        await change(stage, {})
        events(stage, "two")
        await stage.post("clock", {"advance_seconds": 600})
        assert await told(stage) == ["one", "two"]


async def test_what_is_put_off_is_given_up_when_the_simulator_stops(tmp_path: Path) -> None:
    async with on_drill(tmp_path, delay_seconds=600) as stage:
        events(stage, "one")
    assert stage.bot.letters == []


async def test_other_events_are_told_twice_at_worst(tmp_path: Path) -> None:
    drill = on_drill(tmp_path, lost_percent=100, reordered_percent=100, delay_seconds=3600)
    async with drill as stage:
        events(stage, "held back")
        for name in ("one", "two"):
            stage.simulator.building.ground.herald.tell(
                "app", f"<xml><Event>{name}</Event></xml>", what=name
            )
        assert await told(stage) == ["one", "two"]
        await change(stage, {"doubled_percent": 100})
        stage.simulator.building.ground.herald.tell(
            "app", "<xml><Event>three</Event></xml>", what="three"
        )
        assert await told(stage) == ["one", "two", "three", "three"]


# Messages and taps


def card_for_words(letter: Letter) -> dict[str, Any] | None:
    """A card to whoever writes in the group, nothing to a tap."""
    if "text" not in letter.json:
        return None
    return {"msgtype": "template_card", "template_card": packet_card()}


async def test_messages_and_taps_are_neither_lost_nor_late_nor_out_of_order(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = card_for_words
    faults = {"lost_percent": 100, "reordered_percent": 100, "delay_seconds": 3600}
    async with on_drill(tmp_path, bot=bot, **faults) as stage:
        assert (await stage.say("红包"))["delivery"] == "answered"
        (_, card) = await stage.messages()
        body = {"from": "xiaolu", "message_id": card["id"], "button": "open"}
        assert (await stage.post("groups/garden/taps", body))["delivery"] == "empty"
        await stage.post("people/xiaolu/messages", {"text": "你好"})
        assert len(bot.letters) == 3


async def test_a_doubled_message_is_told_twice_and_the_second_answer_counts(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: words(f"answer {len(bot.letters)}")
    async with on_drill(tmp_path, bot=bot, doubled_percent=100) as stage:
        assert (await stage.say("签到"))["delivery"] == "answered"
        first, second = bot.letters
        assert first.json == second.json
        assert first.query["nonce"] != second.query["nonce"]
        shown = [message["text"] for message in await stage.messages()]
        assert shown == ["@小禾 签到", "answer 2"]
        assert await counts(stage, Fault.DOUBLED) == (1, 1)


async def test_a_doubled_tap_is_told_twice(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = card_for_words
    async with on_stage(tmp_path, bot=bot) as stage:
        await stage.say("红包")
        (_, card) = await stage.messages()
        await change(stage, {"doubled_percent": 100})
        body = {"from": "xiaolu", "message_id": card["id"], "button": "open"}
        await stage.post("groups/garden/taps", body)
        assert [letter.json["msgtype"] for letter in bot.letters] == ["text", "event", "event"]


async def test_a_message_that_is_never_taken_has_its_three_tries_and_no_more(
    tmp_path: Path,
) -> None:
    bot = StubBot()
    bot.answer = lambda _letter: web.Response(status=500)
    async with on_drill(tmp_path, bot=bot, doubled_percent=100) as stage:
        assert (await stage.say("签到"))["delivery"] == "failed"
        assert len(bot.letters) == 3
        assert await counts(stage, Fault.DOUBLED) == (1, 0)


async def test_a_lost_answer_gives_no_further_tries(tmp_path: Path) -> None:
    bot = StubBot()
    codes = iter([200, 500, 500, 500])
    bot.answer = lambda _letter: web.Response(status=next(codes))
    async with on_drill(tmp_path, bot=bot, doubled_percent=100) as stage:
        assert (await stage.say("签到"))["delivery"] == "failed"
        assert len(bot.letters) == 3


async def test_a_lost_answer_costs_no_try(tmp_path: Path) -> None:
    bot = StubBot()
    codes = iter([500, 500, 200, 200])
    bot.answer = lambda _letter: web.Response(status=next(codes))
    async with on_drill(tmp_path, bot=bot, doubled_percent=100) as stage:
        assert (await stage.say("签到"))["delivery"] == "empty"
        assert len(bot.letters) == 4


# Calls of the API


def text_for(who: str, text: str) -> dict[str, Any]:
    return {"touser": who, "agentid": AGENT_ID, "msgtype": "text", "text": {"content": text}}


async def test_a_busy_platform_says_so_and_does_nothing(tmp_path: Path) -> None:
    async with on_drill(tmp_path, busy_percent=100) as stage:
        token = await patient_token(stage)
        answer = await stage.api("message/send", text_for("xiaolu", "早"), access_token=token)
        assert answer == {"errcode": -1, "errmsg": "system busy"}
        assert await stage.private_messages() == []
        planned, happened = await counts(stage, Fault.BUSY)
        assert planned == happened == 1 + TOKEN_FAULTS_IN_A_ROW


@pytest.mark.parametrize("kind", ["http_error_percent", "dropped_percent"])
async def test_a_broken_call_has_taken_effect_or_not(tmp_path: Path, kind: str) -> None:
    plan = FaultPlan(Faults.model_validate({"seed": 5, kind: 100}))
    async with on_stage(tmp_path) as stage:
        token = await stage.token()
        await change(stage, {"seed": 5, kind: 100})
        shown = []
        for number in range(12):
            await expect_trouble(stage, token, f"message {number}", dropped="dropped" in kind)
            fate = plan.of_call("message/send")
            assert fate is not None
            shown += [f"message {number}"] if fate.after_effect else []
        assert [message["text"] for message in await stage.private_messages()] == shown
        assert 0 < len(shown) < 12
        planned, happened = await counts(stage, Fault(kind.removesuffix("_percent")))
        assert planned == happened == 12


async def expect_trouble(stage: Stage, token: str, text: str, *, dropped: bool) -> None:
    call = stage.client.post(
        "/sim/platform/cgi-bin/message/send",
        params={"access_token": token},
        json=text_for("xiaolu", text),
    )
    if dropped:
        with pytest.raises(aiohttp.ClientConnectionError):
            await call
    else:
        assert (await call).status == 500


async def test_a_worn_out_token_is_refused_and_another_one_issued(tmp_path: Path) -> None:
    async with on_drill(tmp_path, token_calls=2) as stage:
        tokens, refusals = [], []
        for _ in range(2):
            tokens.append(await stage.token())
            errcodes = [
                (await stage.api("message/send", text_for("xiaolu", "早"), access_token=tokens[-1]))
                for _ in range(3)
            ]
            refusals.append([answer["errcode"] for answer in errcodes])
        assert refusals == [[0, 0, 40014], [0, 0, 42001]]
        assert tokens[0] != tokens[1]
        assert len(await stage.private_messages()) == 4
    async with on_stage(tmp_path) as stage:
        assert stage.simulator.building.ground.world.tokens == {}


async def test_webhooks_and_one_use_addresses_have_faults_too(tmp_path: Path) -> None:
    async with on_drill(tmp_path, busy_percent=100) as stage:
        body = {"msgtype": "text", "text": {"content": "早"}}
        assert (await stage.api("webhook/send", body, key="webhook-key"))["errcode"] == -1
        assert (await stage.api("aibot/response", body, response_code="x"))["errcode"] == -1


async def test_official_accounts_have_faults_too(tmp_path: Path) -> None:
    account = {
        "kind": "official_account",
        "name": "禾间",
        "app_id": "wxHEJIAN",
        "original_id": "gh_hejian",
        "secret": "account-secret",
        "token": "AccountToken",
        "mode": "plain",
        "api_base": "simulator",
    }
    file = settings(channels={**settings().model_dump()["channels"], "account": account})
    who = {"grant_type": "client_credential", "appid": "wxHEJIAN", "secret": "account-secret"}
    async with on_stage(tmp_path, file=file) as stage:
        base = f"{stage.simulator.account_base}/cgi-bin"
        response = await stage.client.get(f"{base}/token", params=who)
        token = (await response.json())["access_token"]
        await change(stage, {"token_calls": 1})
        answers = []
        for _ in range(2):
            response = await stage.client.get(f"{base}/tags/get", params={"access_token": token})
            answers.append((await response.json()).get("errcode", 0))
        assert answers == [0, 40014]
        await change(stage, {"busy_percent": 100})
        response = await stage.client.get(f"{base}/token", params=who)
        assert await response.json() == {"errcode": -1, "errmsg": "system busy"}


async def patient_token(stage: Stage) -> str:
    """A token, asked for until the platform gives one."""
    for _ in range(TOKEN_FAULTS_IN_A_ROW + 1):
        response = await stage.client.get(
            "/sim/platform/cgi-bin/gettoken", params={"corpid": CORP_ID, "corpsecret": SECRET}
        )
        token = (await response.json()).get("access_token")
        if token:
            return str(token)
    raise AssertionError("no token")


# At run time


async def change(stage: Stage, faults: dict[str, Any], status: int = 200) -> dict[str, Any]:
    response = await stage.client.put("/sim/api/faults", json=faults)
    assert response.status == status, await response.text()
    answer = await response.json()
    assert isinstance(answer, dict)
    return answer


async def test_the_drill_can_be_read_and_changed(tmp_path: Path) -> None:
    async with on_drill(tmp_path, lost_percent=100) as stage:
        drill = await stage.get("faults")
        assert drill["faults"]["lost_percent"] == 100
        assert set(drill["planned"]) == set(drill["happened"]) == set(Fault)
        changed = await change(stage, {"seed": 4, "delay_seconds": 10})
        assert changed["faults"] == Faults(seed=4, delay_seconds=10).model_dump()
        events(stage, "one")
        assert await counts(stage, Fault.LOST) == (0, 0)


@pytest.mark.parametrize(
    "faults", [{"lost_percent": 101}, {"seed": "x"}, {"busy_percent": 1.5}, {"nonsense": 1}]
)
async def test_a_drill_that_makes_no_sense_is_refused(
    tmp_path: Path, faults: dict[str, Any]
) -> None:
    async with on_drill(tmp_path, lost_percent=50) as stage:
        (name,) = faults
        assert name in (await change(stage, faults, 400))["error"]
        assert (await stage.get("faults"))["faults"]["lost_percent"] == 50


def arrival(stage: Stage) -> "asyncio.Future[None]":
    """Done when the bot has heard of something."""
    heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def note(_letter: Letter) -> None:
        heard.set_result(None)

    stage.bot.answer = note
    return heard
