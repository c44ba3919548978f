"""Which handler sees an event, and who is turned away before any does."""

from dataclasses import replace

import pytest

from bot.core.events import Event, EventKind, Place
from bot.core.ids import ChannelKey, GroupKey, MemberId, UserId
from bot.core.messages import Text
from bot.core.ports import Hears, Profile
from bot.members.people import Role, Standing
from bot.pipeline.dispatch import group_of, realm_of
from bot.pipeline.guards import FLOOD_MESSAGES
from bot.pipeline.routing import Route, command, member_command, owner_command
from bot.settings.schema.bot import ChatAddress
from bot.settings.schema.commands import CommandName
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.events import APP, APP_CHAT, GROUP, NOW, REALM, ROBOT, SECOND, make_event
from tests.support.pipeline import Pipeline, Seen, texts_of
from tests.support.senders import capabilities
from tests.support.stores import execute

LAKE = GroupKey("lake")
STANDING = Standing(
    member_id=MemberId(1),
    user_id=UserId("xiaolu"),
    group_key=GROUP,
    name="xiaolu",
    named=False,
    role=Role.MEMBER,
    blocked=False,
    in_group=True,
    joined_at=None,
)


@pytest.fixture
def packets() -> Seen:
    return Seen()


@pytest.fixture
async def pipeline(store: Store, packets: Seen) -> Pipeline:
    built = Pipeline(
        store,
        owner_command(CommandName.PACKET, packets.handle),
        command(CommandName.CHECKIN, packets.handle),
    )
    await built.roster.appoint(built.live.current, NOW)
    return built


async def answer_text(pipeline: Pipeline, event: Event) -> str:
    answer = await pipeline.ask(event)
    assert isinstance(answer, Text)
    return answer.text


# ---- who may


@pytest.mark.parametrize("user", ["tangyuan", "ayun"])
async def test_owners_and_operators_may_command(
    pipeline: Pipeline, packets: Seen, user: str
) -> None:
    await pipeline.bring(make_event("发红包 100 10", user=user))

    assert packets.texts == ["发红包 100 10"]


async def test_a_member_who_commands_is_refused_with_the_reason(
    pipeline: Pipeline, packets: Seen
) -> None:
    text = await answer_text(pipeline, make_event("发红包 100 10"))

    assert text in texts_of(pipeline, "refused.not_owner", name="xiaolu", command="发红包")
    assert packets.contexts == []
    assert await pipeline.records() == [("done", "packet refused")]


@pytest.mark.parametrize(
    "text", ["我是群主 发红包 100 10", "群主：发红包 100 10", "role=owner 发红包 100 10"]
)
async def test_a_role_that_a_text_claims_is_worth_nothing(
    pipeline: Pipeline, packets: Seen, text: str
) -> None:
    await pipeline.bring(make_event(text))

    assert packets.contexts == []
    assert pipeline.seen.texts == [text], "it is talk, not a command"


async def test_a_name_like_an_owners_is_no_role(pipeline: Pipeline, packets: Seen) -> None:
    await pipeline.join("fake")
    await pipeline.roster.learn(REALM, {UserId("fake"): Profile("汤圆")}, NOW)

    await pipeline.bring(make_event("发红包 100 10", user="fake"))
    assert packets.contexts == []


async def test_a_role_that_was_taken_away_is_gone_at_once(
    pipeline: Pipeline, packets: Seen
) -> None:
    group = pipeline.live.current.bot.groups[0].model_copy(update={"owners": ("momo",)})
    bot = pipeline.live.current.bot.model_copy(update={"groups": (group,)})
    pipeline.live.change(bot=bot)
    await pipeline.roster.appoint(pipeline.live.current, NOW)

    await pipeline.bring(make_event("发红包 1 1", user="tangyuan"))
    assert packets.contexts == []


async def test_commands_of_owners_belong_into_the_group(pipeline: Pipeline, packets: Seen) -> None:
    event = make_event("发红包 100 10", user="tangyuan", place=Place.PRIVATE)
    text = await answer_text(pipeline, event)

    assert text in texts_of(pipeline, "refused.only_in_group", name="tangyuan", command="发红包")
    assert packets.contexts == []


def on_page(text: str, *, user: str, group: str) -> Event:
    """What ``user`` does in private on the page of ``group``."""
    return replace(make_event(text, user=user, place=Place.PRIVATE), group=group)


@pytest.mark.parametrize("user", ["tangyuan", "ayun"])
async def test_owners_and_operators_may_command_on_the_page_of_their_group(
    pipeline: Pipeline, packets: Seen, user: str
) -> None:
    await pipeline.bring(on_page("发红包 100 10", user=user, group=GROUP))

    (context,) = packets.contexts
    assert (context.group_key, context.is_owner) == (GROUP, True)


async def test_an_owner_of_another_group_commands_nothing_on_a_page(store: Store) -> None:
    packets = Seen()
    settings = brand()
    lake = settings.bot.groups[0].model_copy(update={"key": LAKE, "owners": ("momo",)})
    bot = settings.bot.model_copy(update={"groups": (*settings.bot.groups, lake)})
    live = Live(replace(settings, bot=bot))
    pipeline = Pipeline(store, owner_command(CommandName.PACKET, packets.handle), live=live)
    await pipeline.roster.appoint(pipeline.live.current, NOW)

    text = await answer_text(pipeline, on_page("发红包 1 1", user="tangyuan", group=LAKE))
    assert text in texts_of(pipeline, "refused.not_owner", name="tangyuan", command="发红包")
    await pipeline.bring(on_page("发红包 1 1", user="momo", group=LAKE))
    assert [context.member.user_id for context in packets.contexts] == ["momo"]


async def test_a_page_of_a_group_that_is_gone_is_about_no_other_group(
    pipeline: Pipeline, packets: Seen
) -> None:
    records = await silent(pipeline, on_page("发红包 1 1", user="ayun", group="gone"))

    assert records == [("done", "guard: a group that is not in bot.yaml")]
    assert packets.contexts == []


async def test_everybodys_commands_work_in_private_too(pipeline: Pipeline, packets: Seen) -> None:
    await pipeline.bring(make_event("签到", place=Place.PRIVATE))

    assert packets.texts == ["签到"]


async def test_what_is_for_members_is_refused_to_whoever_is_in_no_group(store: Store) -> None:
    claims = Seen()
    pipeline = Pipeline(store, member_command(CommandName.CLAIM, claims.handle))
    private = make_event("抢", place=Place.PRIVATE)
    text = await answer_text(pipeline, private)
    assert text in texts_of(pipeline, "refused.not_member", name="xiaolu", command="抢红包")
    assert claims.contexts == []

    await pipeline.join("xiaolu")
    await pipeline.bring(make_event("抢", place=Place.PRIVATE))
    assert claims.texts == ["抢"]


# ---- who is heard


async def silent(pipeline: Pipeline, event: Event) -> list[tuple[str, str]]:
    assert await pipeline.ask(event) is None
    assert await pipeline.outbox() == []
    return await pipeline.records()


async def test_a_group_that_is_not_configured_is_met_with_silence(pipeline: Pipeline) -> None:
    records = await silent(pipeline, make_event("签到", chat_id="elsewhere"))

    assert records == [("done", "guard: a group that is not in bot.yaml")]


async def test_a_blocked_member_is_met_with_silence(pipeline: Pipeline, store: Store) -> None:
    await pipeline.join("xiaolu")
    await execute(store, "UPDATE member SET blocked_at = 1")

    assert await silent(pipeline, make_event("签到")) == [("done", "guard: blocked")]


async def test_the_companys_own_robots_are_met_with_silence(pipeline: Pipeline) -> None:
    bot = pipeline.live.current.bot.model_copy(update={"own_user_ids": ("xiaolu",)})
    pipeline.live.change(bot=bot)

    assert await silent(pipeline, make_event("签到")) == [("done", "guard: one of our own")]


async def test_an_event_that_nobody_handles_ends_in_silence(pipeline: Pipeline) -> None:
    records = await silent(pipeline, make_event(kind=EventKind.OPENED, place=Place.PRIVATE))

    assert records == [("done", "nobody: no route for this kind of event")]


async def test_where_everything_is_heard_talk_is_left_alone_and_commands_are_not(
    store: Store,
) -> None:
    tables = {ROBOT: capabilities(hears=Hears.EVERYTHING), APP: capabilities()}
    checkins = Seen()
    pipeline = Pipeline(store, command(CommandName.CHECKIN, checkins.handle), tables=tables)
    await pipeline.bring(make_event("今天真热"), make_event("签到"))
    await pipeline.bring(make_event("今天真热", place=Place.PRIVATE))

    assert checkins.texts == ["签到"]
    assert pipeline.seen.texts == ["今天真热"], "in private every word is for the bot"
    assert [name for name, _ in await pipeline.acts()] == ["message", "command", "message"]


async def test_a_flood_is_warned_of_once_and_then_met_with_silence(pipeline: Pipeline) -> None:
    events = [make_event(str(number)) for number in range(FLOOD_MESSAGES + 4)]
    answers = [await pipeline.ask(event) for event in events]

    assert answers[:FLOOD_MESSAGES] == [None] * FLOOD_MESSAGES
    warning = answers[FLOOD_MESSAGES]
    assert isinstance(warning, Text)
    assert warning.text in texts_of(pipeline, "refused.flood", name="xiaolu")
    assert answers[FLOOD_MESSAGES + 1 :] == [None] * 3
    assert len(pipeline.seen.texts) == FLOOD_MESSAGES


async def test_messages_that_came_slowly_are_no_flood_when_they_are_handled_late(
    pipeline: Pipeline,
) -> None:
    events = [make_event(str(number), at=NOW + number * 5 * SECOND) for number in range(20)]
    pipeline.clock.advance(200 * SECOND)
    await pipeline.bring(*events)

    assert len(pipeline.seen.texts) == 20


# ---- routes


def test_a_route_fits_its_own_kind_of_event_alone(pipeline: Pipeline) -> None:
    seen = Seen()
    routes = (
        Route("tap", seen.handle, kind=EventKind.TAPPED, button="claim:"),
        Route("rest", seen.handle),
        command(CommandName.CHECKIN, seen.handle),
    )

    def fits(event: Event) -> list[bool]:
        context = pipeline.dispatcher.context(event, STANDING)
        return [route.fits(context) for route in routes]

    assert fits(make_event(kind=EventKind.TAPPED, button="claim:1")) == [True, False, False]
    assert fits(make_event(kind=EventKind.TAPPED, button="vote:1")) == [False, False, False]
    assert fits(make_event("今天真热")) == [False, True, False]
    assert fits(make_event("签到")) == [False, False, True]
    assert fits(make_event("积分")) == [False, False, False]
    assert fits(make_event(kind=EventKind.JOINED)) == [False, False, False]


async def test_the_first_route_that_fits_answers(store: Store) -> None:
    first, second = Seen(), Seen()
    pipeline = Pipeline(store, Route("a", first.handle), Route("b", second.handle))
    await pipeline.bring(make_event("x"))

    assert (len(first.contexts), len(second.contexts)) == (1, 0)


async def test_words_of_a_changed_configuration_are_understood_at_once(
    pipeline: Pipeline, packets: Seen
) -> None:
    await pipeline.bring(make_event("点个卯"))
    assert packets.contexts == []
    commands = pipeline.live.current.commands
    checkin = commands.commands[CommandName.CHECKIN].model_copy(update={"words": ("点个卯",)})
    changed = {**commands.commands, CommandName.CHECKIN: checkin}
    pipeline.live.change(commands=commands.model_copy(update={"commands": changed}))
    await pipeline.bring(make_event("点个卯"), make_event("签到"))

    assert packets.texts == ["点个卯"]


async def test_a_context_is_fixed_at_its_start(pipeline: Pipeline) -> None:
    before = pipeline.live.current
    await pipeline.bring(make_event("今天真热"))
    pipeline.live.change(fingerprint="another")
    (context,) = pipeline.seen.contexts

    assert context.settings is before
    assert (context.group_key, context.realm, context.now) == (GROUP, REALM, NOW)
    assert context.scope == "robot/wrHEJIAN0001"


def test_a_group_is_known_by_any_of_its_chats() -> None:
    settings = brand()

    for event in (make_event("x"), make_event("x", channel=APP)):
        found = group_of(settings, event)
        assert found is not None
        assert found.key == GROUP
    assert group_of(settings, make_event("x", chat_id="elsewhere")) is None
    assert group_of(settings, make_event("x", channel=APP, chat_id="wrHEJIAN0001")) is None
    private = make_event("x", place=Place.PRIVATE, user=APP_CHAT)
    assert group_of(settings, private) is None


def test_a_realm_is_the_company_of_a_channel() -> None:
    assert realm_of(brand(), ROBOT) == realm_of(brand(), APP) == REALM
    assert realm_of(brand(), ChannelKey("posts")) == ""


async def test_a_private_chat_is_about_the_group_in_which_the_person_is(store: Store) -> None:
    settings = brand()
    pond = settings.bot.groups[0]
    chats = {
        name: ChatAddress(channel=getattr(pond, name).channel, chat_id=f"lake-{name}")
        for name in ("hears", "roster", "posts")
    }
    lake = pond.model_copy(update={"key": LAKE, **chats})
    bot = settings.bot.model_copy(update={"groups": (pond, lake)})
    pipeline = Pipeline(store, live=Live(replace(settings, bot=bot)))
    await pipeline.join("momo", group=LAKE)
    await pipeline.join("xiaolu", group=GROUP)

    await pipeline.bring(make_event("x", user="xiaolu", place=Place.PRIVATE))
    await pipeline.bring(make_event("x", user="momo", place=Place.PRIVATE))

    assert [context.group_key for context in pipeline.seen.contexts] == [GROUP, LAKE]
