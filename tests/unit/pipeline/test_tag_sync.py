"""Tags both ways: an employee's word becomes ours, ours is asked of him, and nothing goes round."""

import pytest

from bot.core.ids import UserId
from bot.core.messages import Outgoing, TagChange, TargetKind
from bot.members.tie_tags import PATIENCE, Seen, judge_tag
from bot.pipeline.tag_sync import ASK_EVERY, SHARE
from bot.store.db import Store
from bot.store.fields import to_micros
from tests.support.customers import CONTACT, EMPLOYEE, Pond
from tests.support.events import DAY, HOUR, NOW
from tests.support.stores import execute, read_value

AYUN = "ayun"


@pytest.fixture
async def pond(store: Store) -> Pond:
    """月月 is 汤圆's friend, and there are no tags yet."""
    pond = Pond(store)
    pond.platform.employees = (EMPLOYEE, AYUN)
    pond.platform.befriend("wmYUE", NOW - DAY)
    await look(pond)
    return pond


async def look(pond: Pond) -> None:
    """The platform is read, then our own side compared, as the ticker does it."""
    pond.contact_sync.hurry()
    await pond.look_at_ties()
    pond.tags.hurry()
    await pond.compare_tags()


async def give(pond: Pond, tag: str, user: str = "wmYUE", *, for_days: int = 90) -> None:
    """A rule gave somebody a tag of ours."""
    at, until = to_micros(pond.now), to_micros(pond.now + for_days * DAY)
    await execute(
        pond.store,
        f"INSERT INTO member_tag SELECT member_id, '{tag}', 'rule', 0.7, 'x', {at}, {until}"
        f" FROM identity WHERE user_id = '{user}'",
    )


async def take(pond: Pond, tag: str) -> None:
    """A tag of ours is over."""
    await execute(pond.store, f"DELETE FROM member_tag WHERE tag = '{tag}'")


async def asked(pond: Pond) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """The changes that were asked for: whose customer, what to add, what to remove."""
    changes = [outgoing.message for outgoing in await pond.pipeline.outbox()]
    return [
        (change.employee, change.add, change.remove)
        for change in changes
        if isinstance(change, TagChange)
    ]


async def rows(pond: Pond) -> list[tuple[str, str]]:
    found = await pond.store.read("SELECT tag, state FROM tie_tag ORDER BY tie_id, tag")
    return [(row["tag"], row["state"]) for row in found]


# ---- from the platform


async def test_a_tag_that_an_employee_set_is_ours_by_his_hand_and_not_asked_for(
    pond: Pond,
) -> None:
    pond.platform.mark("wmYUE", "面膜爱好者 别家的标签")
    await look(pond)

    assert await pond.tags_of("wmYUE") == [("mask", "person")]
    evidence = await read_value(pond.store, "SELECT evidence FROM member_tag")
    expires_at = await read_value(pond.store, "SELECT expires_at FROM member_tag")
    assert (evidence, expires_at) == (EMPLOYEE, None)
    assert await rows(pond) == [("面膜爱好者", "there")]
    assert await asked(pond) == []


async def test_what_an_employee_sets_by_hand_wins_over_what_a_rule_gave(pond: Pond) -> None:
    await give(pond, "mask")
    pond.platform.mark("wmYUE", "面膜爱好者")
    await look(pond)

    assert await pond.tags_of("wmYUE") == [("mask", "person")]
    row = (await pond.store.read("SELECT confidence, expires_at FROM member_tag"))[0]
    assert tuple(row) == (1, None)


async def test_what_an_employee_sets_pushes_out_what_it_excludes_everywhere(pond: Pond) -> None:
    await give(pond, "oily")
    await look(pond)
    pond.platform.mark("wmYUE", "油皮 干皮")
    await look(pond)

    assert await pond.tags_of("wmYUE") == [("dry", "person")]
    assert (await asked(pond))[1:] == [(EMPLOYEE, (), ("油皮",))]


async def test_a_tag_that_an_employee_took_away_is_ours_no_more(pond: Pond) -> None:
    await give(pond, "mask")
    await look(pond)
    pond.platform.mark("wmYUE", "面膜爱好者")
    await look(pond)
    assert await rows(pond) == [("面膜爱好者", "there")]

    pond.platform.mark("wmYUE", "")
    await look(pond)
    assert await pond.tags_of("wmYUE") == []
    assert await rows(pond) == []
    assert len(await asked(pond)) == 1


async def test_a_hint_at_one_tie_takes_its_tags_in(pond: Pond) -> None:
    pond.platform.befriend("wmQING", NOW, tags="干皮")
    pond.platform.mark("wmYUE", "干皮")
    pond.hint(user="wmYUE", employee=EMPLOYEE)
    await pond.look_at_ties()

    assert await pond.tags_of("wmYUE") == [("dry", "person")]
    assert await pond.tags_of("wmQING") == []


async def test_tags_of_a_tie_that_ended_meanwhile_change_nothing(pond: Pond) -> None:
    pond.platform.mark("wmYUE", "干皮")
    tie = pond.platform.ties["wmYUE", EMPLOYEE]
    pond.platform.cut("wmYUE")
    pond.platform.befriend("wmQING", NOW)
    await look(pond)
    await pond.tags.learn(CONTACT, [tie], pond.now)

    assert await pond.tags_of("wmYUE") == []


# ---- to the platform


async def test_our_tags_are_asked_for_once_in_one_change(pond: Pond) -> None:
    await give(pond, "mask")
    await give(pond, "dry")
    for _ in range(2):
        await look(pond)

    (outgoing,) = await pond.pipeline.outbox()
    assert outgoing == Outgoing(
        key=outgoing.key,
        channel=CONTACT,
        target=outgoing.target,
        message=TagChange(UserId(EMPLOYEE), add=("干皮", "面膜爱好者")),
        chat="tags/wmYUE",
    )
    assert (outgoing.target.kind, outgoing.target.address) == (TargetKind.RECORD, "wmYUE")
    assert await rows(pond) == [("干皮", "adding"), ("面膜爱好者", "adding")]


async def test_every_employee_of_a_customer_is_asked_and_nobody_else(pond: Pond) -> None:
    pond.platform.befriend("wmYUE", NOW - HOUR, employee=AYUN)
    pond.platform.befriend("wmQING", NOW - HOUR)
    await look(pond)
    await give(pond, "mask")
    await give(pond, "dry", "wmQING")
    pond.platform.cut("wmQING")
    await look(pond)

    mask = ("面膜爱好者",)
    assert sorted(await asked(pond)) == [(AYUN, mask, ()), (EMPLOYEE, mask, ())]


async def test_nothing_is_asked_of_an_employee_who_is_no_friend_any_more(pond: Pond) -> None:
    pond.platform.befriend("wmQING", NOW - HOUR)
    await give(pond, "mask")
    await look(pond)
    pond.platform.cut("wmYUE")
    await take(pond, "mask")
    await look(pond)

    assert len(await asked(pond)) == 1


async def test_an_account_that_the_customer_follows_is_not_asked(pond: Pond) -> None:
    await execute(
        pond.store,
        "INSERT INTO tie (realm, member_id, employee, since)"
        " SELECT 'wxaccount', member_id, '', 1 FROM tie",
    )
    await execute(
        pond.store, "INSERT INTO identity SELECT 'wxaccount', 'oYUE', member_id FROM identity"
    )
    await give(pond, "mask")
    await look(pond)

    assert [employee for employee, _, _ in await asked(pond)] == [EMPLOYEE]


async def test_what_was_asked_for_and_is_seen_is_there(pond: Pond) -> None:
    await give(pond, "mask")
    await look(pond)
    pond.platform.mark("wmYUE", "面膜爱好者")
    await look(pond)

    assert await rows(pond) == [("面膜爱好者", "there")]
    assert await pond.tags_of("wmYUE") == [("mask", "rule")]


async def test_a_tag_that_is_over_is_taken_away_there_too(pond: Pond) -> None:
    await give(pond, "mask")
    await look(pond)
    pond.platform.mark("wmYUE", "面膜爱好者")
    await look(pond)
    await take(pond, "mask")
    pond.wait(1)
    await look(pond)
    assert (await asked(pond))[1:] == [(EMPLOYEE, (), ("面膜爱好者",))]
    assert await rows(pond) == [("面膜爱好者", "removing")]

    await look(pond)
    assert await pond.tags_of("wmYUE") == [], "what is on its way out was not set by hand"
    pond.platform.mark("wmYUE", "")
    await look(pond)
    assert await rows(pond) == []


async def test_a_tag_that_has_run_out_is_taken_away(pond: Pond) -> None:
    await give(pond, "mask", for_days=1)
    await look(pond)
    pond.wait(24 * 3600 - 1)
    await look(pond)
    assert len(await asked(pond)) == 2, "asked for again, for it was never seen"

    pond.wait(1)
    await look(pond)
    assert (await asked(pond))[2:] == [(EMPLOYEE, (), ("面膜爱好者",))]


async def test_a_change_of_mind_before_it_is_seen_is_asked_for(pond: Pond) -> None:
    await give(pond, "mask")
    await look(pond)
    await take(pond, "mask")
    pond.wait(1)
    await look(pond)
    await give(pond, "mask")
    pond.wait(1)
    pond.tags.hurry()
    await pond.compare_tags()

    mask = ("面膜爱好者",)
    assert await asked(pond) == [
        (EMPLOYEE, mask, ()),
        (EMPLOYEE, (), mask),
        (EMPLOYEE, mask, ()),
    ]


async def test_what_is_not_seen_after_an_hour_is_asked_for_again(pond: Pond) -> None:
    await give(pond, "mask")
    await look(pond)
    pond.wait(PATIENCE.total_seconds())
    await look(pond)
    assert len(await asked(pond)) == 1

    pond.wait(1)
    await look(pond)
    assert len(await asked(pond)) == 2
    pond.platform.mark("wmYUE", "面膜爱好者")
    await look(pond)
    await take(pond, "mask")
    for seconds in (1, PATIENCE.total_seconds() + 1):
        pond.wait(seconds)
        await look(pond)
    mask = ("面膜爱好者",)
    assert (await asked(pond))[2:] == [(EMPLOYEE, (), mask)] * 2


async def test_tags_that_are_not_in_members_yaml_are_nobodys(pond: Pond) -> None:
    await give(pond, "unknown")
    pond.platform.mark("wmYUE", "别家的标签")
    await look(pond)

    assert await rows(pond) == []
    assert await asked(pond) == []


async def test_a_tag_that_got_another_name_is_asked_for_and_not_lost(pond: Pond) -> None:
    await give(pond, "mask")
    await look(pond)
    pond.platform.mark("wmYUE", "面膜爱好者")
    await look(pond)
    file = pond.live.current.members
    tags = [
        tag.model_copy(update={"name": "敷面膜"}) if tag.key == "mask" else tag for tag in file.tags
    ]
    pond.live.change(members=file.model_copy(update={"tags": tuple(tags)}))
    pond.wait(1)
    await look(pond)

    assert await pond.tags_of("wmYUE") == [("mask", "rule")]
    assert (await asked(pond))[1:] == [(EMPLOYEE, ("敷面膜",), ())]


async def test_our_side_is_compared_once_a_minute(pond: Pond) -> None:
    pond.tags.hurry()
    await pond.compare_tags()
    await give(pond, "mask")
    pond.wait(ASK_EVERY.total_seconds() - 1)
    await pond.compare_tags()
    assert await asked(pond) == []

    pond.wait(1)
    await pond.compare_tags()
    assert len(await asked(pond)) == 1


async def test_the_tags_of_a_crowd_are_taken_in_whatever_its_size(pond: Pond) -> None:
    users = [f"wm{number}" for number in range(SHARE + 1)]
    for user in users:
        pond.platform.befriend(user, NOW - HOUR, name=user, tags="干皮")
    await look(pond)

    count = "SELECT count(*) FROM member_tag JOIN member ON id = member_id WHERE name <> ''"
    assert await read_value(pond.store, count) == len(users)


def test_what_a_look_at_a_tag_says() -> None:
    judged = {
        (state, shown, late): judge_tag(state, shown=shown, late=late)
        for state in ("", "there", "adding", "removing")
        for shown in (False, True)
        for late in (False, True)
    }
    changes = {case: seen for case, seen in judged.items() if seen is not Seen.AS_KNOWN}
    both = (False, True)
    assert changes == {
        **{("", True, late): Seen.SET for late in both},
        **{("there", False, late): Seen.TAKEN for late in both},
        **{("adding", True, late): Seen.ARRIVED for late in both},
        ("adding", False, True): Seen.GONE,
        **{("removing", False, late): Seen.GONE for late in both},
        ("removing", True, True): Seen.ARRIVED,
    }


async def test_changes_of_one_customer_are_sent_one_after_the_other(pond: Pond) -> None:
    await give(pond, "mask")
    await look(pond)
    await take(pond, "mask")
    await look(pond)

    first, second = await pond.pipeline.outbox()
    assert first.conversation == second.conversation == "tags/wmYUE"
    assert first.key != second.key
