"""Members of member groups are heard; those of customer groups act on our pages."""

import pytest

from .every_channel import CUSTOMER_GROUP
from .good_config import Configuration

HEARS = "    hears:\n      channel: robot\n      chat_id: chat-1\n"
_, _, POSTS, ROSTER, _ = CUSTOMER_GROUP.splitlines(keepends=True)

NOBODY_HEARD = "nobody is heard here  write the channel on which members are heard, and its chat_id"
ONE_PLACE = (
    "a customer group is posted to and read in one place"
    "  write the same channel and chat_id under posts and roster"
)


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (HEARS, "", "key: tea", f"groups[0].hears  {NOBODY_HEARD}"),
        (HEARS, "    hears:\n", "hears:", f"groups[0].hears  {NOBODY_HEARD}"),
        (
            "channel: robot",
            "channel: pages",
            "pages\n      chat_id",
            (
                "groups[0].hears.channel  a channel of kind member_page cannot do this"
                "  write one of robot, night"
            ),
        ),
        (
            "channel: posts",
            "channel: service",
            "service\n    roster",
            (
                "groups[0].posts.channel  a channel of kind customer_service cannot do this"
                "  write one of app, posts, night, contact"
            ),
        ),
        (
            "channel: app\n",
            "channel: account\n",
            "account\n      chat_id: chat-1\n    owners",
            (
                "groups[0].roster.channel  a channel of kind official_account cannot do this"
                "  write one of app, contact"
            ),
        ),
        (
            "channel: posts",
            "channel: night",
            "posts:\n      channel",
            "groups[0].posts.chat_id  no chat_id  write the platform's id of the chat",
        ),
        (
            POSTS,
            POSTS.replace("wr1", "wr2"),
            "roster: {channel: contact",
            f"groups[1].roster  {ONE_PLACE}",
        ),
        (
            ROSTER,
            ROSTER.replace("contact", "app"),
            "roster: {channel: app",
            f"groups[1].roster  {ONE_PLACE}",
        ),
        (
            POSTS,
            POSTS.replace("contact", "app"),
            "roster: {channel: contact",
            f"groups[1].roster  {ONE_PLACE}",
        ),
        (
            POSTS,
            f"    hears: {{channel: robot, chat_id: wr1}}\n{POSTS}",
            "hears: {channel: robot",
            (
                "groups[1].hears  no channel is told what is said in a customer group"
                "  remove hears; members act on our pages"
            ),
        ),
    ],
)
def test_a_group_that_is_of_neither_kind_is_told_at_its_place(
    full: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    full.edit("bot.yaml", old, new)

    assert full.problems() == [f"{full.place('bot.yaml', mark)}  {problem}"]


def test_a_customer_group_needs_pages(config: Configuration) -> None:
    config.edit("bot.yaml", "groups:", "  contact: {kind: customer_contact, app: app}\ngroups:")
    config.edit("bot.yaml", "operators:", f"{CUSTOMER_GROUP}operators:")

    assert config.problems() == [
        (
            f"{config.place('bot.yaml', 'key: friends')}  groups[1]"
            "  members of a customer group act on our pages, and there are none"
            "  add a channel of kind member_page"
        )
    ]


def test_without_any_channel_that_fits_its_kinds_are_named(config: Configuration) -> None:
    config.edit("bot.yaml", "kind: wecom_robot\n", "kind: group_webhook\n")
    config.edit("bot.yaml", "    name: 小茶\n    corp_id: ww1\n    token: ${ROBOT_TOKEN}\n", "")
    config.edit("bot.yaml", "encoding_aes_key: ${ROBOT_AES_KEY}", "webhook_key: ${WEBHOOK_KEY}")

    assert config.problems() == [
        (
            f"{config.place('bot.yaml', 'robot', skip=1)}  groups[0].hears.channel"
            "  a channel of kind group_webhook cannot do this"
            "  add a channel of kind wecom_robot or wecom_robot_socket under channels"
            " and write its key"
        )
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("hears:", "hers:", "groups[0].hers  unknown key  write hears instead"),
        ("      channel: robot\n", "", "groups[0].hears.channel  missing key"),
        ("channel: robot", "channel: Robot", "groups[0].hears.channel  in the wrong form"),
        ("kind: wecom_robot\n", "kind: wecom_robt\n", "channels.robot.kind  not one of"),
        ("kind: member_page", "kind: member_pages", "channels.pages.kind  not one of"),
        ("kind: customer_contact", "kind: contact", "channels.contact.kind  not one of"),
        (
            "roster: {channel: contact, chat_id: wr1}",
            "roster: {channel: contact, chat_id: 1}",
            "groups[1].roster.chat_id  wrong type: a whole number",
        ),
    ],
)
def test_what_follows_from_another_mistake_is_not_told_as_well(
    full: Configuration, old: str, new: str, problem: str
) -> None:
    full.edit("bot.yaml", old, new)

    problems = full.problems()

    assert len(problems) == 1, problems
    assert problem in problems[0]


def test_groups_of_both_kinds_are_taken_as_they_are_written(full: Configuration) -> None:
    full.edit("bot.yaml", CUSTOMER_GROUP, f"{CUSTOMER_GROUP}    scheduled: false\n")

    member_group, customer_group = full.settings().bot.groups

    assert member_group.hears is not None
    assert customer_group.hears is None
    assert (member_group.scheduled, customer_group.scheduled) == (True, False)
    assert not full.settings().is_customer_group(member_group)
    assert full.settings().is_customer_group(customer_group)
