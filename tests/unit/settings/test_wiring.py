import pytest

from .good_config import Configuration

SIMULATED = "    api_base: simulator\n"


@pytest.mark.parametrize(
    ("old", "new", "mark", "problem"),
    [
        (
            "channel: robot",
            "channel: nobody",
            "nobody",
            "groups[0].hears.channel  there is no channel with this key  write one of robot",
        ),
        (
            "channel: robot",
            "channel: posts",
            "posts\n      chat_id",
            (
                "groups[0].hears.channel  a channel of kind group_webhook cannot do this"
                "  write one of robot"
            ),
        ),
        (
            "channel: posts",
            "channel: robot",
            "robot\n    roster",
            (
                "groups[0].posts.channel  a channel of kind wecom_robot cannot do this"
                "  write one of app, posts"
            ),
        ),
        (
            "channel: app",
            "channel: robot",
            "robot\n      chat_id: chat-1\n    owners",
            (
                "groups[0].roster.channel  a channel of kind wecom_robot cannot do this"
                "  write one of app"
            ),
        ),
        (
            "channel: posts",
            "channel: app",
            "posts:\n      channel",
            "groups[0].posts.chat_id  no chat_id  write the platform's id of the chat",
        ),
        (
            "owners: [owner_one]",
            "owners: []",
            "[]",
            "groups[0].owners  the group has no owner  write at least one user id",
        ),
        (
            "owners: [owner_one]",
            "owners: [owner_one, owner_one]",
            "owner_one]",
            "groups[0].owners[1]  named twice  remove one of the two",
        ),
        (
            "user_id: operator_one",
            "user_id: owner_one",
            "owner_one\n      name: 林",
            "simulator.people[1].user_id  the same user_id as simulator.people[0]",
        ),
        (
            "in_group: [owner_one]",
            "in_group: [nobody]",
            "nobody",
            (
                "simulator.in_group[0]  nobody under simulator.people has this user_id"
                "  write one of owner_one, operator_one"
            ),
        ),
        (
            "corp_id: ww1\n    agent",
            "corp_id: ww1\n    api_base: simulator\n    agent",
            "simulator",
            "channels.app.api_base  this channel uses the simulator, which is switched off",
        ),
    ],
)
def test_a_mistake_in_the_wiring_is_told_at_its_place(
    config: Configuration, old: str, new: str, mark: str, problem: str
) -> None:
    config.edit("bot.yaml", old, new)

    problems = config.problems()

    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{config.place('bot.yaml', mark)}  {problem}")


def add_second_group(config: Configuration, key: str, chat: str) -> None:
    text = f"  - key: {key}\n    name: 二群\n"
    for role, channel in (("hears", "robot"), ("posts", "app"), ("roster", "app")):
        text += f"    {role}:\n      channel: {channel}\n      chat_id: {chat}\n"
    config.edit("bot.yaml", "operators:", f"{text}    owners: [owner_one]\noperators:")


def test_two_groups_with_the_same_key_are_a_problem(config: Configuration) -> None:
    add_second_group(config, "tea", "chat-2")

    assert config.problems() == [
        (
            f"{config.place('bot.yaml', 'tea', skip=1)}  groups[1].key  the same key as groups[0]"
            "  give each group its own key"
        )
    ]


def test_two_groups_cannot_share_a_chat(config: Configuration) -> None:
    add_second_group(config, "coffee", "chat-1")

    assert config.problems() == [
        f"{config.place('bot.yaml', f'{role}:', skip=skip)}  groups[1].{role}"
        "  the same chat as group tea  write this group's own chat"
        for role, skip in (("hears", 1), ("roster", 1))
    ]


def simulate(config: Configuration) -> None:
    config.edit("bot.yaml", "enabled: false", "enabled: true")
    for kind in ("wecom_app", "wecom_robot", "group_webhook"):
        config.edit("bot.yaml", f"kind: {kind}\n", f"kind: {kind}\n{SIMULATED}")


def test_a_rehearsal_has_simulated_channels_only(config: Configuration) -> None:
    simulate(config)
    assert config.settings().bot.simulator.enabled

    config.edit("bot.yaml", f"wecom_robot\n{SIMULATED}", "wecom_robot\n")
    config.edit("bot.yaml", SIMULATED, "    api_base: https://example.com/\n")
    assert config.problems() == [
        f"{config.place('bot.yaml', mark)}  channels.{key}.api_base"
        "  the simulator is on and this channel is a real one"
        "  write api_base: simulator, or simulator: enabled: false"
        for key, mark in (("app", "https://example"), ("robot", "robot:"))
    ]


def test_in_a_rehearsal_whoever_commands_is_one_of_its_people(config: Configuration) -> None:
    simulate(config)
    config.edit("bot.yaml", "owners: [owner_one]", "owners: [owner_one, stranger]")
    config.edit("bot.yaml", "operators: [operator_one]", "operators: [other]")

    assert config.problems() == [
        f"{config.place('bot.yaml', user)}  {key}"
        "  nobody under simulator.people has this user_id"
        "  write one of owner_one, operator_one"
        for user, key in (("stranger", "groups[0].owners[1]"), ("other", "operators[0]"))
    ]


def test_without_a_rehearsal_owners_need_not_be_among_its_people(config: Configuration) -> None:
    config.edit("bot.yaml", "owners: [owner_one]", "owners: [stranger]")

    assert config.settings().bot.groups[0].owners == ("stranger",)
