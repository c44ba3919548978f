"""Names are learnt at the first contact, once, and never at the price of an answer."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from bot.core.errors import TransportError
from bot.core.events import Place
from bot.core.ids import ChannelKey, UserId
from bot.core.ports import Chat, Directory, Profile
from bot.members.people import PersonRef
from bot.members.roster import MoveKind
from bot.pipeline import names as names_module
from bot.pipeline.names import NAMES_AT_ONCE
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.customers import CONTACT, with_customers
from tests.support.events import APP, GROUP, NOW, REALM, ROBOT, make_event
from tests.support.pipeline import Pipeline
from tests.support.senders import capabilities
from tests.support.stores import read_value

ACCOUNT = ChannelKey("account")


@dataclass
class FakeDirectory:
    """A platform that knows people."""

    people: dict[str, Profile] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fails: bool = False
    gate: asyncio.Event | None = None

    async def read_profile(self, user_id: UserId) -> Profile:
        self.asked.append(user_id)
        if self.gate is not None:
            await self.gate.wait()
        if self.fails:
            raise TransportError("no way there", reached=False)
        return self.people.get(user_id, Profile())

    async def read_chat(self, chat_id: str) -> Chat:
        raise NotImplementedError


def knowing(**names: str) -> FakeDirectory:
    return FakeDirectory({user: Profile(name) for user, name in names.items()})


async def test_the_first_message_is_answered_to_a_name_and_the_platform_is_asked_once(
    store: Store,
) -> None:
    directory = knowing(xiaolu="小鹿")
    pipeline = Pipeline(store, directories={APP: directory})
    await pipeline.bring(make_event("a"))
    await pipeline.bring(make_event("b"))

    assert [context.member.name for context in pipeline.seen.contexts] == ["小鹿", "小鹿"]
    assert directory.asked == ["xiaolu"]
    assert await read_value(store, "SELECT name FROM member") == "小鹿"


async def test_two_first_messages_in_one_breath_are_both_answered_to_the_name(
    store: Store,
) -> None:
    pipeline = Pipeline(store, directories={APP: knowing(xiaolu="小鹿")})
    await pipeline.bring(make_event("a"), make_event("b"))

    assert [context.member.name for context in pipeline.seen.contexts] == ["小鹿", "小鹿"]


async def test_a_platform_that_fails_or_tells_nothing_leaves_the_user_id(store: Store) -> None:
    for directory in (FakeDirectory(fails=True), FakeDirectory()):
        pipeline = Pipeline(store, directories={APP: directory})
        await pipeline.bring(make_event("a"), make_event("b"))

        assert [context.member.name for context in pipeline.seen.contexts] == ["xiaolu"] * 2
        assert directory.asked == ["xiaolu"]


async def test_a_slow_platform_does_not_hold_up_an_answer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_module, "WAIT_SECONDS", 0.01)
    pipeline = Pipeline(store, directories={APP: FakeDirectory(gate=asyncio.Event())})
    await pipeline.bring(make_event("a"))

    assert pipeline.seen.texts == ["a"]


async def test_names_that_the_platform_never_tells_do_not_keep_others_from_theirs(
    store: Store,
) -> None:
    crowd = [f"silent{number}" for number in range(NAMES_AT_ONCE)]
    directory = knowing(zoe="佐伊")
    pipeline = Pipeline(store, directories={APP: directory})
    for user in (*crowd, "zoe"):
        await pipeline.join(user, MoveKind.FOUND)

    for _ in range(3):
        await pipeline.names.learn_missing(REALM, GROUP)

    assert "zoe" in directory.asked


# ---- several channels of one company


def with_contact(store: Store, app: Directory, contact: Directory) -> Pipeline:
    live = Live(with_customers(brand()))
    return Pipeline(store, live=live, directories={APP: app, CONTACT: contact})


async def test_whom_the_app_does_not_know_customer_contact_may_know(store: Store) -> None:
    app, contact = knowing(xiaolu="小鹿"), knowing(wmYUE="月月")
    pipeline = with_contact(store, app, contact)
    await pipeline.bring(make_event("a", user="wmYUE"), make_event("b"))

    assert {context.member.name for context in pipeline.seen.contexts} == {"月月", "小鹿"}
    assert (app.asked, contact.asked) == (["wmYUE", "xiaolu"], ["wmYUE"])


async def test_one_channel_tells_the_union_id_and_another_one_the_name(store: Store) -> None:
    first, second = FakeDirectory({"wmYUE": Profile("", "u1")}), knowing(wmYUE="月月")
    pipeline = with_contact(store, first, second)
    await pipeline.bring(make_event("a", user="wmYUE"))

    row = (await store.read("SELECT name, union_id FROM member"))[0]
    assert tuple(row) == ("月月", "u1")


async def test_a_channel_that_fails_leaves_the_question_to_the_others(store: Store) -> None:
    pipeline = with_contact(store, FakeDirectory(fails=True), knowing(wmYUE="月月"))
    await pipeline.bring(make_event("a", user="wmYUE"))

    assert pipeline.seen.contexts[0].member.name == "月月"


async def test_the_channels_of_other_companies_are_not_asked(store: Store) -> None:
    directory = knowing(xiaolu="小鹿")
    pipeline = Pipeline(store, directories={APP: directory})
    stranger = await pipeline.roster.see(PersonRef("another company", UserId("xiaolu")), None, NOW)

    assert await pipeline.names.introduce("another company", stranger) == stranger
    assert directory.asked == []


# ---- one person in two places


async def test_whoever_turns_out_to_be_known_from_elsewhere_acts_as_that_member(
    store: Store,
) -> None:
    contact = FakeDirectory({"wmYUE": Profile("月月", "u1")})
    account = FakeDirectory({"oYUE": Profile("", "u1"), "oQING": Profile("", "u2")})
    pipeline = Pipeline(
        store,
        live=Live(with_customers(brand())),
        tables={ROBOT: capabilities(), ACCOUNT: capabilities()},
        directories={CONTACT: contact, ACCOUNT: account},
    )
    await pipeline.bring(make_event("a", user="wmYUE"))
    for user in ("oYUE", "oQING"):
        await pipeline.bring(make_event("b", user=user, place=Place.PRIVATE, channel=ACCOUNT))

    known, follower, stranger = (context.member for context in pipeline.seen.contexts)
    assert follower == replace(known, user_id=UserId("oYUE"))
    assert stranger.member_id != known.member_id
    assert [state for state, _ in await pipeline.records()] == ["done"] * 3
    assert await read_value(store, "SELECT count(*) FROM member") == 2


async def test_what_the_platform_told_of_many_is_kept_without_asking_and_links_them(
    store: Store,
) -> None:
    directory = FakeDirectory()
    pipeline = Pipeline(store, directories={APP: directory})
    told = {UserId("wmYUE"): Profile("月月", "u1"), UserId("wmQING"): Profile()}
    await pipeline.names.keep(REALM, told, NOW)
    await pipeline.names.keep("wxaccount", {UserId("oYUE"): Profile("", "u1")}, NOW)

    rows = await store.read("SELECT realm, user_id, member_id FROM identity ORDER BY realm")
    assert [tuple(row) for row in rows] == [(REALM, "wmYUE", 1), ("wxaccount", "oYUE", 1)]
    assert directory.asked == []
